"""Transcripts: every conversation is played by the bare core and by the whole bot, from the same file."""

from __future__ import annotations

import asyncio

import pytest

from tests.bare_core import BareCore
from tests.stage import staged
from tests.transcript import FOLDER, Transcript, difference, files, played, read

FILES = [str(path.relative_to(FOLDER)) for path in files()]


@pytest.fixture(scope="module")
def on_stage(request: pytest.FixtureRequest) -> dict[str, str]:
    """Every transcript that was asked for, as the whole bot plays it."""
    wanted = [
        item.callspec.params["name"]
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.originalname == "test_the_whole_bot_plays_it"
    ]
    return asyncio.run(_on_stage([read(FOLDER / name) for name in wanted]))


@pytest.mark.parametrize("name", FILES)
async def test_the_core_plays_it(name: str) -> None:
    """The core alone, its state in JSON between every two lines, says and keeps exactly what is written."""
    transcript = read(FOLDER / name)
    if transcript.through_the_bot_only:
        pytest.skip("only the whole bot does what it shows")
    assert not difference(transcript, await played(transcript, BareCore(transcript)))


@pytest.mark.parametrize("name", FILES)
def test_the_whole_bot_plays_it(name: str, on_stage: dict[str, str]) -> None:
    """The whole bot, through Telegram and the database, says and keeps exactly what is written."""
    assert not difference(read(FOLDER / name), on_stage[name])


async def _on_stage(transcripts: list[Transcript]) -> dict[str, str]:
    async with staged() as stage:
        return {one.name: await played(one, stage.player(one)) for one in transcripts}
