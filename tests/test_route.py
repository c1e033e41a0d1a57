"""The route: what is drawn and how likely, what is too much for one day, and what depends on answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.journey import Condition, Journey, PhaseName, Question, Test
from flows.route import MOST_IN_ONE_DAY, SHORT, Settled, applies, laid, pools, prospects, slots
from tests.scene import shelf
from tests.wild import examples

OFFICE = shelf().journeys["office-visit"]
MERGED: tuple[PhaseName, ...] = ("during", "after")
VISIT = {"channel": "visit"}
CLOSING = ("told", "mattered", "trust", "began", "repeat", "before-then")
SPARE = ("cause", "ease", "treated")
CALM = Settled("answered", ("4",), 4.0)

journeys = st.sampled_from(list(shelf().journeys)).map(shelf().journeys.__getitem__)


def _route(journey: Journey, drawn: dict[str, str], limit: int | None = MOST_IN_ONE_DAY) -> tuple[str, ...]:
    return laid(journey, MERGED, pools(journey, MERGED, VISIT, {}, limit), drawn, limit).codes


def _merged(journey: Journey) -> list[Question]:
    return [question for name in MERGED if (phase := journey.phase(name)) for question in phase.questions]


def _asked(journey: Journey, candidates: Mapping[str, tuple[str, ...]]) -> int:
    """How many questions there are to ask on one day, each pool one of them."""
    return slots(question for question in _merged(journey) if not question.draw) + len({*candidates} - {SHORT})


def test_a_pool_holds_what_may_be_drawn_in_the_files_order() -> None:
    """Each pool names its questions as the file has them, and what may be left out is drawn only on a short day."""
    assert pools(OFFICE, ("before",), VISIT, {}, None) == {"opening": ("looked", "expect")}
    assert pools(OFFICE, ("during",), VISIT, {}, None) == {}
    assert pools(OFFICE, MERGED, VISIT, {}, MOST_IN_ONE_DAY) == {"closing": CLOSING, SHORT: SPARE}


def test_what_can_not_be_asked_is_not_drawn() -> None:
    """Who was asked before the visit is no candidate for the question that looks back at it."""
    assert pools(OFFICE, ("after",), VISIT, {"feeling": CALM}, None) == {"closing": CLOSING[:-1]}
    assert pools(OFFICE, ("after",), VISIT, {"feeling": Settled("not-drawn")}, None) == {"closing": CLOSING}
    assert pools(OFFICE, ("after",), VISIT, {"feeling": Settled("skipped")}, None) == {"closing": CLOSING[:-1]}


def test_without_a_limit_nothing_is_left_out() -> None:
    """Where phases are asked on different days, only what was not drawn is missing."""
    route = _route(OFFICE, {"closing": "trust"}, None)
    assert set(SPARE) <= set(route)
    assert set(CLOSING) & set(route) == {"trust"}


def test_a_draw_that_is_missing_is_an_error() -> None:
    """The core never draws by itself."""
    with pytest.raises(KeyError, match="closing"):
        _route(OFFICE, {SHORT: "ease"})


@examples(60)
@given(st.data())
def test_one_of_each_pool_is_asked_and_its_likelihood_is_kept(data: st.DataObject) -> None:
    """Of n candidates each has 1/n, also those not drawn; of those that can be left out each stays with 1 - 1/n."""
    journey = data.draw(journeys)
    earlier = {"feeling": CALM} if data.draw(st.booleans()) else {}
    facts = {"channel": data.draw(st.sampled_from(["visit", "mail", "email"]))}
    candidates = pools(journey, MERGED, facts, earlier, MOST_IN_ONE_DAY)
    drawn = {pool: data.draw(st.sampled_from(codes)) for pool, codes in candidates.items()}
    route = laid(journey, MERGED, candidates, drawn, MOST_IN_ONE_DAY)
    for pool, codes in candidates.items():
        here = [code for code in codes if code in route.codes]
        expected = [code for code in codes if code != drawn[pool]] if pool == SHORT else [drawn[pool]]
        assert here == expected
        likely = Fraction(len(codes) - 1 if pool == SHORT else 1, len(codes))
        assert [route.probability[code] for code in codes] == pytest.approx([float(likely)] * len(codes))
        assert set(codes) - set(here) <= set(route.left_out)
    assert set(route.probability) == {code for codes in candidates.values() for code in codes}
    assert slots(journey.question(code) for code in route.codes) == min(MOST_IN_ONE_DAY, _asked(journey, candidates))


@examples(40)
@given(st.data(), st.integers(1, 9))
def test_a_days_questions_never_pass_the_limit_and_the_last_stays(data: st.DataObject, limit: int) -> None:
    """However few are left of the day's questions: never more, in the file's order, and the person's own words last."""
    journey = data.draw(journeys)
    candidates = pools(journey, MERGED, VISIT, {}, limit)
    drawn = {pool: data.draw(st.sampled_from(codes)) for pool, codes in candidates.items()}
    route = laid(journey, MERGED, candidates, drawn, limit)
    assert slots(journey.question(code) for code in route.codes) == min(limit, _asked(journey, candidates))
    every = [question.code for question in journey.questions()]
    last = [one for one in _merged(journey) if one.kind != "say" and one.instead_of is None][-1]
    assert last.code in route.codes
    assert {one.code for one in _merged(journey) if one.instead_of == last.code} <= set(route.codes)
    assert list(route.codes) == sorted(route.codes, key=every.index)


def test_what_is_left_out_first_is_what_may_be() -> None:
    """With room for five, both the drawn one and another of those marked go, the last first; then from the end."""
    drawn = {"closing": "trust", SHORT: "cause"}
    assert "treated" not in _route(OFFICE, drawn, 5)
    assert _route(OFFICE, drawn, 4)[:2] == ("helped", "whole")
    assert _route(OFFICE, drawn, 2)[0] == "helped"


def test_what_stands_in_anothers_place_goes_with_it() -> None:
    """When the treatment is left out, so is the clearness of the answer, which would stand in its place."""
    assert {"treated", "answer-clear"}.isdisjoint(_route(OFFICE, {"closing": "trust", SHORT: "treated"}))
    assert {"treated", "answer-clear"} <= set(_route(OFFICE, {"closing": "trust", SHORT: "ease"}))


def test_a_ladder_counts_as_one_question_and_messages_as_none() -> None:
    """What a person is told of beforehand is how many questions they meet, not how many steps there are."""
    before = OFFICE.phase("before")
    assert before is not None
    assert slots(before.questions) == 3
    assert slots(OFFICE.wish) == 1


@pytest.mark.parametrize(
    ("channel", "asked", "passed"), [("visit", "treated", "answer-clear"), ("mail", "answer-clear", "treated")]
)
def test_the_channel_decides_which_of_two_is_asked(channel: str, asked: str, passed: str) -> None:
    """A question that stands in another's place is asked when its condition holds, and the other when it doesn't."""
    route = [question.code for question in OFFICE.questions()]
    assert applies(OFFICE, OFFICE.question(asked), route, {}, {"channel": channel})
    assert not applies(OFFICE, OFFICE.question(passed), route, {}, {"channel": channel})


@pytest.mark.parametrize(
    ("helped", "whole", "ladder", "wrong"),
    [("yes", 3.0, False, False), ("yes", 2.0, True, False), ("no", 5.0, True, True), ("not-yet", 4.0, False, False)],
)
def test_the_ladder_opens_for_who_was_not_helped_or_not_content(
    helped: str, whole: float, *, ladder: bool, wrong: bool
) -> None:
    """Own words or the ladder, never both; where it went wrong only for those who were not helped."""
    route = [question.code for question in OFFICE.questions()]
    settled = {"helped": Settled("answered", (helped,)), "whole": Settled("answered", (f"{whole:g}",), whole)}
    asked = {
        code: applies(OFFICE, OFFICE.question(code), route, settled, VISIT)
        for code in ("words", "behind-happened", "behind-wrong", "behind-need")
    }
    assert asked == {"words": not ladder, "behind-happened": ladder, "behind-wrong": wrong, "behind-need": ladder}


def test_what_was_not_answered_opens_nothing() -> None:
    """A skipped question is known to have been asked, and nothing more."""
    route = [question.code for question in OFFICE.questions()]
    skipped = {"helped": Settled("skipped"), "whole": Settled("not-understood"), "treated": Settled("left")}
    assert applies(OFFICE, OFFICE.question("words"), route, skipped, VISIT)
    assert CALM.known().number == 4.0
    assert Settled("skipped", ("no",), 1.0).known().codes == ()


LETTER = shelf().journeys["decision-letter"]


def test_nobody_refused_is_asked_whether_all_went_well() -> None:
    """A refusal is asked how to go on; whether help was given is drawn only for what was granted or ended otherwise."""
    for outcome in ("denied", "partly", "unknown", None):
        facts = {"outcome": outcome} if outcome else {}
        assert "helped" not in pools(LETTER, ("after",), facts, {}, None)["closing"]
        route = [question.code for question in LETTER.questions()]
        assert applies(LETTER, LETTER.question("appeal"), route, {}, facts)
        assert not applies(LETTER, LETTER.question("next"), route, {}, facts)
    for outcome in ("granted", "other"):
        assert "helped" in pools(LETTER, ("after",), {"outcome": outcome}, {}, None)["closing"]


def test_what_is_known_beforehand_is_told_from_what_answers_decide() -> None:
    """Whose place is surely taken is never asked, so what looks back at it is not either; the rest is open."""
    after = LETTER.phase("after")
    assert after is not None
    denied = prospects(after.questions, {"outcome": "denied"})
    assert (denied["appeal"], denied["how-appeal"], denied["how-next"]) == (True, None, False)
    assert (denied["helped"], denied["behind-happened"], denied["words"]) == (False, False, True)
    granted = prospects(after.questions, {"outcome": "granted"})
    assert (granted["appeal"], granted["how-appeal"], granted["how-next"]) == (False, False, None)
    assert (granted["helped"], granted["behind-happened"]) == (True, None)


def test_one_known_part_can_decide_a_whole_condition() -> None:
    """Of parts joined by "and" one that fails decides; of parts joined by "or" one that holds."""
    service, feeling = Test("contact", "known", (), "service"), Test("feeling", "is", ("1",))
    first = replace(OFFICE.question("feeling"), draw=None)

    def outlook(facts: dict[str, str], *, every: bool) -> bool | None:
        last = replace(OFFICE.question("words"), only_if=Condition((service, feeling), every))
        return prospects([first, last], facts)["words"]

    assert outlook({}, every=True) is False
    assert outlook({"service": "permits"}, every=True) is None
    assert outlook({}, every=False) is None
    assert outlook({"service": "permits"}, every=False) is True
