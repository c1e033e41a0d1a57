"""A journey can be played in lines of text before anybody is asked."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import library, organisation
from bot.library import Library, fingerprint
from bot.openings import Refused
from bot.preview import Part, example, play
from flows.journey import Journey
from flows.reading import read_journey
from tests.wild import examples

LANGUAGES = ("sv", "fi", "en")
MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
PHRASES = library.shared_phrases(LANGUAGES)
ORGANISATION = organisation.default(LANGUAGES)
BUILT_IN = library.opened(None, LANGUAGES)

SOURCE = """
journey: small
title: { sv: "Liten", fi: "Pieni", en: "Small" }
audience: citizen
lasts: 30 minutes
before:
  send: 1 day before start, at 17:00
  ask:
    feeling:
      text: { sv: "Hur känns det?", fi: "Miltä tuntuu?", en: "How does it feel?" }
      answer: scale calm
    reassure:
      only if: feeling is at most 2
      say: { sv: "Ring {phone}.", fi: "Soita {phone}.", en: "Call {phone}." }
    age:
      text: { sv: "Hur många gånger?", fi: "Kuinka monta kertaa?", en: "How many times?" }
      answer: 0 to 40
after:
  send: 2 hours after end
  ask:
    ways:
      text: { sv: "Hur letade du?", fi: "Miten etsit?", en: "How did you look?" }
      answer: several of
      choices:
        web: { sv: "Webben", fi: "Verkosta", en: "The web" }
        phone: { sv: "Telefon", fi: "Puhelimella", en: "Phone" }
    words:
      only if: feeling is at most 2
      text: { sv: "Berätta.", fi: "Kerro.", en: "Tell us." }
      answer: own words
"""


def journey(source: str = SOURCE) -> Journey:
    reading = read_journey(source.encode(), "small.yaml", PHRASES, LANGUAGES)
    assert reading.value is not None, reading.problems
    return reading.value


SMALL = journey()


def played(*lines: str, part: Part | None = None, what: Journey = SMALL, language: str = "sv") -> list[str]:
    """Everything that is said when somebody writes these lines."""
    said: list[str] = []
    written: Iterator[str] = iter(lines)
    shelf = Library({what.code: what}, PHRASES, {what.code: fingerprint(what)}, PHRASES.words)
    play(
        what,
        part,
        example(ORGANISATION, shelf, MONDAY),
        language,
        say=said.append,
        hear=lambda: next(written, None),
        now=lambda: MONDAY,
        chance=random.Random(1),
    )
    return [line.strip() for line in said]


def kept(said: list[str]) -> list[str]:
    return [line.removeprefix("kept: ") for line in said if line.startswith("kept: ")]


def test_phases_are_played_in_order_and_remember_each_other() -> None:
    """Without a phase all are played, and what was answered before decides what is asked after."""
    said = played("2", "3", "1", "3", "Väntade länge, ring 070-123 45 67", "")
    assert [line for line in said if line.startswith("---")] == [
        "--- before the contact",
        "--- after the contact",
    ]
    assert "bot: Ring växel / vaihde / switchboard." in said
    assert kept(said) == [
        "feeling = 2",
        "age = 3",
        "ways = web",
        'words = "Väntade länge, ring [***]" (masked: phone)',
    ]


def test_a_scales_buttons_have_its_own_numbers() -> None:
    """A typed 4 and a tapped 4 are the same step, and the other buttons go on after the last step."""
    said = played(part="before")
    assert "4 [🙂 4 Lugn]" in said
    assert "6 [Hoppa över]  7 [Senare]" in said
    assert kept(played("4", part="before"))[0] == "feeling = 4"
    assert kept(played("6", part="before"))[0] == "feeling = (skipped)"


def test_a_number_that_is_typed_is_no_button() -> None:
    """Where the answer is a number without buttons, the buttons begin after the largest answer."""
    said = played("5", "1", part="before")
    assert "41 [Hoppa över]  42 [Senare]" in said
    assert kept(said) == ["feeling = 5", "age = 1"]


def test_numbers_to_choose_have_their_own_number() -> None:
    """The button of nought is 0, and the other buttons go on after the largest number."""
    said = played("5", "0", part="before", what=journey(SOURCE.replace("0 to 40", "0 to 10")))
    assert "0 [0]  1 [1]  2 [2]  3 [3]  4 [4]  5 [5]" in said
    assert "11 [Hoppa över]  12 [Senare]" in said
    assert kept(said) == ["feeling = 5", "age = 0"]


def test_several_can_be_ticked_and_unticked() -> None:
    """Each tap shows the ticks as they stand; done takes them."""
    said = played("1", "2", "1", "3", part="after")
    assert "1 [☑ Webben]" in said
    assert kept(said)[0] == "ways = phone"


def test_what_is_not_understood_is_asked_once_more() -> None:
    """The core's own understanding is what is played: two misses, and it goes on."""
    said = played("blå", "grön", part="before")
    assert kept(said)[0] == 'feeling = (not-understood) "grön"'


def test_later_is_told_and_the_question_put_again() -> None:
    """Later is not waited for: when the bot would come back is said, and the question stands again."""
    said = played("7", "1", "3", part="before")
    assert any(line.startswith("(the bot waits until Mon 2026-11-16 11:00") for line in said)
    assert kept(said)[0] == "feeling = 3"


def test_no_thanks_ends_it() -> None:
    """Whoever declines is asked nothing more, and what would be kept says so."""
    said = played("8", part="before")
    assert kept(said)[0].startswith("feeling = (")


def test_when_nobody_writes_any_more_the_open_question_is_left() -> None:
    """The end of the input is somebody who went away."""
    assert kept(played("3", part="before")) == ["feeling = 3", "age = (left)"]


def test_it_is_read_in_easy_language() -> None:
    """Easy texts where there are some, plain ones elsewhere."""
    said = played(part="before", language="sv-easy", what=BUILT_IN.journeys["office-visit"])
    assert any(line.startswith("Snart ska du träffa oss. Hur känner du dig?") for line in said)
    assert any(line.startswith("bot: Hej! Jag är en bot. Jag frågar för") for line in said)
    assert any("[Hoppa över]" in line for line in said)


def test_what_the_contact_is_can_be_told() -> None:
    """A journey that asks otherwise by channel, or where the service isn't known, can be read in each of its forms."""
    usual = example(ORGANISATION, BUILT_IN, MONDAY)
    told = example(ORGANISATION, BUILT_IN, MONDAY, {"channel": "visit", "service": "none", "outcome": "denied"})
    assert usual.facts["service"] == next(iter(ORGANISATION.services))
    assert (told.facts["channel"], told.facts["outcome"], "service" in told.facts) == ("visit", "denied", False)
    assert told.names["service"] == told.names["unit"]


def test_the_day_of_the_example_is_named() -> None:
    """The contact of a preview is today's, written as people write days in each language."""
    for language, day in (("sv", "16 november"), ("fi", "16. marraskuuta"), ("en", "16 November")):
        assert f", {day})" in "\n".join(played(part="before", language=language))


def test_it_is_read_in_the_language_asked_for() -> None:
    """Questions and buttons are in that language."""
    said = played(part="before", language="fi")
    assert "Miltä tuntuu?" in said
    assert "6 [Ohita]  7 [Myöhemmin]" in said


def test_a_phase_that_is_not_there_is_refused() -> None:
    """The refusal says which there are."""
    with pytest.raises(Refused, match=r"nothing to ask during the contact\. It has: before, after"):
        played(part="during")


@given(
    st.lists(st.one_of(st.integers(0, 12).map(str), st.text(max_size=20)), max_size=25),
    st.sampled_from([None, "merged"]),
)
@examples(40)
def test_whatever_is_written_the_built_in_journeys_can_be_played(lines: list[str], part: Part | None) -> None:
    """No line stops a preview, and every question that was put ends in exactly one line of what would be kept."""
    said = played(*lines, part=part, what=BUILT_IN.journeys["office-visit"])
    codes = [line.split(" = ")[0] for line in kept(said)]
    assert len(codes) == len(set(codes))
    assert codes
