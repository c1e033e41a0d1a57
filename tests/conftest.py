"""Fixtures that many tests share, and what keeps the whole run short."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from bot.store.database import Store
    from tests.house import House
    from tests.site import Site
    from tests.web_citizen import Citizen

# Where nothing may be written, each worker would rewrite every file's asserts in each run: as long as a tenth of it.
sys.dont_write_bytecode = False

# Much of what is made lives to the end: to look for garbage among it again and again takes a tenth of the time.
gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session", autouse=True)
def hurried() -> Iterator[None]:
    """The web server looks a hundred times a second, not ten, whether it is to stop; commands are described once."""
    import typer.main
    import uvicorn.server

    sooner = SimpleNamespace(**vars(asyncio) | {"sleep": lambda seconds: asyncio.sleep(seconds / 10)})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uvicorn.server, "asyncio", sooner)
        patch.setattr(typer.main, "get_command", cache(typer.main.get_command))
        yield


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A new house, its store closed in the end."""
    from tests.house import opened

    made = await opened(tmp_path)
    yield made
    await made.store.close()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """An empty database."""
    from tests import new_database

    opened = await new_database.opened(tmp_path / "kundresa.db")
    yield opened
    await opened.close()


@pytest.fixture
def no_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that draws is installed: digests are in words alone. For tests of a week's files that read no digest."""
    from bot.workbook import picture

    monkeypatch.setattr(picture, "find_spec", lambda name: None)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all that ask for it, each in a context of its own.

    They run in the loop that it lives in: `pytestmark = pytest.mark.asyncio(loop_scope="session")`.
    """
    from tests.browser import browsing

    async with browsing() as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def somebody(place: Site) -> AsyncIterator[Citizen]:
    """Somebody at the module's `place` who has answered one question, and is asked the second."""
    from tests.web_citizen import citizen

    async with citizen(place, **{"Accept-Language": "en"}) as somebody:
        await somebody.begin((await place.register("phone-call", channel="phone")).code)
        await somebody.taps_first()
        yield somebody


@pytest_asyncio.fixture(loop_scope="module")
async def elsewhere(place: Site) -> AsyncIterator[Citizen]:
    """Another browser there, in which nobody has begun."""
    from tests.web_citizen import citizen

    async with citizen(place, **{"Accept-Language": "en"}) as elsewhere:
        yield elsewhere


def pytest_addoption(parser: pytest.Parser) -> None:
    """How long the long proofs go on."""
    parser.addoption("--kills", default="20", help="how often the kill test kills the bot (default 20)")


def pytest_configure(config: pytest.Config) -> None:
    """Among the long proofs all wild inputs are made."""
    if config.option.markexpr == "long":
        from hypothesis import settings

        from tests.wild import LONG

        settings.register_profile(LONG)
        settings.load_profile(LONG)


def pytest_sessionstart(session: pytest.Session) -> None:
    """In a run of all tests each worker reads in a part of the files first, and finds the others' rewritten by them."""
    worker, workers = os.environ.get("PYTEST_XDIST_WORKER"), int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if worker is None or session.config.args_source is not pytest.Config.ArgsSource.TESTPATHS:
        return
    for file in sorted(Path(__file__).parent.glob("test_*.py"))[int(worker.removeprefix("gw")) :: workers]:
        with suppress(Exception, pytest.skip.Exception):  # told when its tests are collected
            import_module(f"tests.{file.stem}")


def pytest_collection_finish() -> None:
    """What is there now is never garbage."""
    gc.collect()
    gc.freeze()
