"""Transcripts: every conversation is played by the bare core and by the whole bot, from the same file.

The core plays each one. The whole bot plays every third case in one of its languages, in turn, and all of them under
`-m long`: what differs between languages are the words, and those the core has shown already.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import get_args

import pytest

from flows.conditions import Known, holds
from flows.journey import Condition, Test
from flows.messages import Action
from flows.route import SHORT
from flows.wording import easy
from tests.bare_core import BareCore
from tests.scene import LANGUAGES, shelf
from tests.stage import staged
from tests.transcript import FOLDER, Transcript, difference, files, played, read

FILES = [str(path.relative_to(FOLDER)) for path in files()]
OUTSIDE = frozenset({"call-back", "erase", "pause", "there", "staff"})
"""Buttons of the shell, on messages of no conversation."""


def _in_turn() -> list[object]:
    """Every transcript, all but one language of every third case marked as long."""
    cases: dict[str, list[str]] = {}
    for name in FILES:
        cases.setdefault(name.split(".")[0], []).append(name)
    chosen = {names[number % len(names)] for number, names in enumerate([*cases.values()][::3])}
    chosen |= {name for name in FILES if read(FOLDER / name).through_the_bot_only}
    return [name if name in chosen else pytest.param(name, marks=pytest.mark.long) for name in FILES]


@pytest.fixture(scope="module")
def on_stage(request: pytest.FixtureRequest) -> dict[str, str]:
    """Every transcript that was asked for, as the whole bot plays it."""
    wanted = [
        str(item.callspec.params["name"])
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
    _is_as_written(difference(transcript, await played(transcript, BareCore(transcript))))


@pytest.mark.parametrize("name", _in_turn())
def test_the_whole_bot_plays_it(name: str, on_stage: dict[str, str]) -> None:
    """The whole bot, through Telegram and the database, says and keeps exactly what is written."""
    _is_as_written(difference(read(FOLDER / name), on_stage[name]))


@pytest.mark.parametrize(
    "spoilt", ["bot edits: ✓ 🙂 4 Lugn", "     [Ändra]", "kept: feeling = 4", "     [🙂 4 Enkelt]"]
)
async def test_the_least_difference_is_told(spoilt: str) -> None:
    """A line that is said otherwise, a button or a row too many or too few is shown, with the rest around it."""
    transcript = read(FOLDER / "office-visit" / "before-calm.sv.txt")
    assert spoilt in transcript.text.splitlines()
    without = replace(transcript, text=transcript.text.replace(spoilt + "\n", "", 1))
    told = difference(without, await played(without, BareCore(without)))
    assert f"\n+ {spoilt}" in told
    assert "\n  me:  [🙂 4 Lugn]" in told


@dataclass(frozen=True)
class Seen:
    """What one transcript shows."""

    transcript: Transcript
    put: frozenset[str]
    actions: frozenset[str]
    drawn: frozenset[tuple[str, str]]
    known: tuple[Mapping[str, Known], Mapping[str, str]]


@pytest.fixture(scope="module")
def seen() -> list[Seen]:
    """What every transcript shows, as the core plays it."""
    return asyncio.run(_seen())


EVERY = [(journey, language) for journey in shelf().journeys for language in LANGUAGES]


@pytest.mark.parametrize(("journey", "language"), EVERY)
def test_every_question_is_put_in_some_transcript(journey: str, language: str, seen: list[Seen]) -> None:
    """No question and no message of a built-in journey is without a transcript in each language."""
    put = {code for one in _of(seen, journey, language) for code in one.put}
    assert sorted({question.code for question in shelf().journeys[journey].questions()} - put) == []


@pytest.mark.parametrize(("journey", "language"), EVERY)
def test_every_condition_decides_in_some_transcript(journey: str, language: str, seen: list[Seen]) -> None:
    """Whatever can bring a question in (each value of each test of its conditions) does so once, and once none does."""
    missing = []
    of_journey = _of(seen, journey, language)
    questions = list(shelf().journeys[journey].questions())
    for question in questions:
        ladder = {one.code for one in questions if question.ladder and one.ladder == question.ladder}
        for condition, brings in ((question.only_if, {question.code}), (question.opens, ladder)):
            if condition is None:
                continue
            missing += [
                f"{question.code} because {one.about}{one.fact} {one.operator} {' '.join(one.values)}"
                for one in _alone(condition)
                if not any(brings & seen.put and holds(Condition((one,)), *seen.known) for seen in of_journey)
            ]
            if all(brings & one.put for one in of_journey):
                missing.append(f"{question.code} passed over")
    assert missing == []


@pytest.mark.parametrize(("journey", "language"), EVERY)
def test_every_question_of_a_pool_is_drawn_in_some_transcript(journey: str, language: str, seen: list[Seen]) -> None:
    """Every question of every pool is drawn once, and every one that can be left out on a short day is left out."""
    of_journey = list(shelf().journeys[journey].questions())
    pools = {(question.draw, question.code) for question in of_journey if question.draw}
    pools |= {(SHORT, question.code) for question in of_journey if question.when_short}
    assert sorted(pools - {drawn for one in _of(seen, journey, language) for drawn in one.drawn}) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_button_is_pressed_in_some_transcript(language: str, seen: list[Seen]) -> None:
    """There is no kind of button in a conversation that no transcript presses."""
    pressed = {action for one in seen if one.transcript.language == language for action in one.actions}
    assert set(get_args(Action)) - OUTSIDE - pressed == set()


WITH_EASY_TEXTS = [
    (code, easy(language))
    for code, journey in shelf().journeys.items()
    for language in LANGUAGES
    if any(easy(language) in question.text.texts for question in journey.questions())
]


@pytest.mark.parametrize(("journey", "language"), WITH_EASY_TEXTS)
def test_every_easy_text_is_read_in_some_transcript(journey: str, language: str, seen: list[Seen]) -> None:
    """No text that is easy to read is without a transcript in which somebody who chose it reads it."""
    put = {code for one in _of(seen, journey, language) for code in one.put}
    written = {one.code for one in shelf().journeys[journey].questions() if language in one.text.texts}
    assert sorted(written - put) == []


def _alone(condition: Condition) -> list[Test]:
    return [replace(test, values=(value,)) for test in condition.tests for value in test.values] + [
        test for test in condition.tests if not test.values
    ]


def _of(seen: list[Seen], journey: str, language: str) -> list[Seen]:
    return [one for one in seen if (one.transcript.journey, one.transcript.language) == (journey, language)]


async def _seen() -> list[Seen]:
    found = []
    for path in files():
        transcript = read(path)
        core = BareCore(transcript)
        if transcript.through_the_bot_only:
            # What the core does not know is told by its label.
            labels = {shelf().words[name].texts[transcript.language]: name for name in ("rights", "call-me")}
            told = {labels[line.text] for line in transcript.lines if line.verb == "taps" and line.text in labels}
            found.append(Seen(transcript, frozenset(), frozenset(told), frozenset(), ({}, {})))
            continue
        await played(transcript, core)
        actions = {tap.action for tap in core.taps}
        found.append(Seen(transcript, core.put(), frozenset(actions), core.drawn(), core.known()))
    return found


async def _on_stage(transcripts: list[Transcript]) -> dict[str, str]:
    async with staged() as stage:
        return {one.name: await played(one, stage.player(one)) for one in transcripts}


def _is_as_written(unlike: str) -> None:
    # Not by assert: pytest would cut the difference short and show it twice.
    if unlike:
        pytest.fail(unlike, pytrace=False)
