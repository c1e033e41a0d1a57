"""The interpreter under wild replies: whatever people tap, type, change and forge, in any order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.keys import Keyring
from bot.occasions import names_of
from bot.premises import Premises
from flows.conversation import advance, again, begin, close, spoken_in
from flows.journey import Journey, PhaseName, Question
from flows.messages import Action, Message, Tap
from flows.replies import Odd, Reply, Typed
from flows.route import MOST_IN_ONE_DAY, SHORT, Occasion, Settled, laid, pools
from flows.walk import Answer, Conversation, Turn
from flows.wording import easy
from tests.scene import LANGUAGES, office, shelf
from tests.wild import examples

TUESDAY = datetime(2027, 1, 12, 10, 0, tzinfo=UTC)
READ = (*LANGUAGES, *map(easy, LANGUAGES))
IDENTITY = ("19121212-1212", "131052-308T", "070-174 06 05", "anna@post.example")
"""What must never be kept: identity numbers of Sweden and Finland, a telephone number, an address."""

_STATES = msgspec.json.Decoder(Conversation)
_NAMES = names_of(Premises(office(), shelf(), Keyring(bytes(32))), "main", "general")
_PHASES: list[tuple[PhaseName, ...]] = [("before",), ("during",), ("after",), ("during", "after")]


@dataclass
class Walk:
    """One walk, checked at every step: what was shown and answered so far."""

    journey: Journey
    occasion: Occasion
    conversation: Conversation
    now: datetime = TUESDAY
    offered: list[Tap] = field(default_factory=list)
    put: set[str] = field(default_factory=set)
    answers: list[Answer] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)

    def takes(self, turn: Turn) -> None:
        """What a turn brought about is as promised."""
        state = msgspec.json.encode(turn.conversation)
        assert _STATES.decode(state) == turn.conversation
        assert not any(trace in state.decode() for trace in IDENTITY)
        before, self.conversation = self.conversation, _STATES.decode(state)
        if self.conversation.open not in ("", before.open):
            assert (self.conversation.misses, self.conversation.chosen) == (0, ())
        self.answers += turn.answers
        for answer in turn.answers:
            question = self.journey.question(answer.question)
            assert all(self._is_of(question, code) for code in answer.codes)
            assert len(answer.codes) == len(set(answer.codes)) <= (99 if question.kind == "several" else 1)
            assert len(answer.codes) == 1 or not self.lone(question, answer.codes)
            if answer.source is not None:
                self.sources.append(answer.source)
            assert not any(trace in (answer.text or "") for trace in IDENTITY)
            assert answer.status == "answered" or not answer.codes
            assert (answer.text is None) == (question.kind != "words" or answer.status != "answered") or (
                answer.status == "not-understood"
            )
        for message in turn.messages:
            self._looks_right(message)
        settled = [(answer.question, answer.asking) for answer in self.answers]
        assert len(settled) == len(set(settled)), "a question was settled twice under one asking number"
        assert not (self.conversation.ended and self.conversation.open)
        assert self.conversation.open in ("", *self.conversation.route)
        if self.conversation.open:
            question = self.journey.question(self.conversation.open)
            assert question.kind == "several" or not self.conversation.chosen
            assert all(self._is_of(question, code) for code in self.conversation.chosen)
            assert len(self.conversation.chosen) == 1 or not self.lone(question, self.conversation.chosen)
        assert all(
            self._is_of(self.journey.question(code), one)
            for code, settled in self.conversation.settled.items()
            for one in settled.codes
        )

    def _looks_right(self, message: Message) -> None:
        assert message.keeps_text or message.text
        assert "{" not in message.text + message.strong
        for button in (button for row in message.buttons for button in row):
            assert any(letter.isalnum() for letter in button.label)
            self.offered.append(button.tap)
        if message.purpose in ("question", "repeat") and not message.edits:
            question = self.journey.question(message.question)
            self.put.add(question.instead_of or question.ladder or question.code)

    @staticmethod
    def lone(question: Question, codes: Sequence[str]) -> set[str]:
        """Those of the codes that go with no other."""
        return {choice.code for choice in question.choices if choice.alone} & set(codes)

    @staticmethod
    def _is_of(question: Question, code: str) -> bool:
        if question.kind == "number":
            return question.low <= int(code) <= question.high
        return question.choice(code) is not None


def _begun(data: st.DataObject) -> Walk:
    draw = data.draw
    journey = shelf().journeys[draw(st.sampled_from(list(shelf().journeys)))]
    phases = draw(st.sampled_from([one for one in _PHASES if all(journey.phase(name) for name in one)]))
    facts = {"door": "telegram", "channel": draw(st.sampled_from(["visit", "mail", "web", "phone"]))}
    facts |= draw(st.sampled_from([{}, {"service": "permits"}, {"service": "permits", "outcome": "denied"}]))
    useful_until = TUESDAY + timedelta(days=draw(st.integers(1, 7)))
    occasion = Occasion(facts, _NAMES, office().calendar, useful_until, office().emergency_words)
    earlier = {}
    if phases[0] != "before" and draw(st.booleans()):
        earlier["feeling"] = Settled("answered", ("2",), 2.0)
    limit = MOST_IN_ONE_DAY if len(phases) > 1 else None
    candidates = pools(journey, phases, facts, earlier, limit)
    drawn = {pool: draw(st.sampled_from(codes)) for pool, codes in candidates.items()}
    route = laid(journey, phases, candidates, drawn, limit)
    turn = begin(journey, phases, route, occasion, TUESDAY, language=draw(st.sampled_from(READ)), earlier=earlier)
    assume(not turn.conversation.ended)  # a phase may have nothing to ask about such a contact
    walk = Walk(journey, occasion, turn.conversation)
    walk.takes(turn)
    return walk


_labels = sorted(
    {
        text
        for journey in shelf().journeys.values()
        for question in journey.questions()
        for choice in question.choices
        for text in choice.label.texts.values()
    }
)
_own_words = st.sampled_from(IDENTITY).map(lambda trace: f"Hör av er, {trace} är mitt.")
_typed = st.one_of(
    st.sampled_from(_labels),
    st.sampled_from(["1", "2", "5", "4/5", "ja", "ei", "no", "👍", "webbplatsen och ringde", "1, 3", "🙁"]),
    st.sampled_from(["ändra", "muuta", "skip", "senare", "vill inte leva", "kill myself", "/x", "?"]),
    _own_words,
    st.text(max_size=20),
)
_forged = st.builds(
    Tap,
    action=st.sampled_from(get_args(Action)),
    question=st.sampled_from(["feeling", "looked", "helped", "words", "behind-need", "wish-need", "reassure", "", "x"]),
    asking=st.integers(-1, 3),
    choice=st.sampled_from(["1", "6", "yes", "no", "website", "hour", "tomorrow", "sv", "", "\x00"]),
    on=st.booleans(),
    count=st.integers(-1, 3),
)


_KINDS = ["answer"] * 5 + [
    "newest",
    "newest",
    "any",
    "forged",
    "text",
    "text",
    "edit",
    "edit",
    "change",
    "change",
    "odd",
]


def _reply(data: st.DataObject, walk: Walk, number: int) -> Reply:
    """Something a person may do now: mostly what leads on, so that walks come far."""
    draw, conversation = data.draw, walk.conversation
    match draw(st.sampled_from(_KINDS)):
        case "answer" if conversation.open:
            return _answer(data, walk, number)
        case "newest":
            return draw(st.sampled_from(walk.offered[-12:]))
        case "any":
            return draw(st.sampled_from(walk.offered))
        case "forged":
            forged = draw(_forged)
            here = replace(forged, question=conversation.open, asking=conversation.asking)
            return draw(st.sampled_from([forged, here, replace(here, count=0)]))
        case "odd":
            return Odd(draw(st.sampled_from(["voice", "photo", "sticker", "contact"])))
        case "change" if conversation.settled:
            code = draw(st.sampled_from(list(conversation.settled)))
            return Tap("change", code, conversation.settled[code].asking + draw(st.sampled_from([0, 0, 0, -1])))
        case "edit" if walk.sources:
            return Typed(draw(_typed), draw(st.sampled_from(walk.sources)), edited=True)
        case _:
            return Typed(draw(_typed), f"m{number}")


def _answer(data: st.DataObject, walk: Walk, number: int) -> Reply:
    draw, asking = data.draw, walk.conversation.asking
    question = walk.journey.question(walk.conversation.open)
    if question.kind == "words":
        return Typed(draw(st.one_of(_own_words, st.sampled_from(["Bra", "Hyvä", "Fine"]))), f"m{number}")
    chosen = walk.conversation.chosen
    if len(chosen) >= 2 or walk.lone(question, chosen) or (chosen and draw(st.booleans())):
        return Tap("done", question.code, asking)
    code = draw(st.sampled_from([one.code for one in question.choices if one.code not in chosen]))
    choice = next(one for one in question.choices if one.code == code)
    if question.kind == "several":
        count = walk.conversation.counts.get(choice.code, 0)
        return Tap("toggle", question.code, asking, choice.code, on=True, count=count)
    if draw(st.booleans()):
        return Typed(draw(st.sampled_from(list(choice.label.texts.values()))), f"m{number}")
    return Tap("choose", question.code, asking, choice.code)


def _fits(walk: Walk, tap: Tap) -> bool:
    """Whether a tap that answers a question belongs to the one that is open now, as it was put last."""
    if tap.action not in ("choose", "toggle", "done", "skip", "later", "decline"):
        return True
    if not walk.conversation.open or (tap.question, tap.asking) != (walk.conversation.open, walk.conversation.asking):
        return False
    several = walk.journey.question(tap.question).kind == "several"
    return not (tap.action == "choose" and several) and (several or tap.action != "toggle")


@examples(120)
@given(st.data())
def test_whatever_people_do_every_turn_is_as_promised(data: st.DataObject) -> None:
    """Nothing raises; a question is settled once per asking, with its own codes, and nobody's number is kept.

    After every turn the state survives JSON whole, the same tap again answers nothing, and a day's questions are six.
    """
    draw = data.draw
    walk = _begun(data)
    for number in range(draw(st.integers(1, 40))):
        walk.now += timedelta(minutes=draw(st.sampled_from([0, 1, 60, 600])))
        reply = _reply(data, walk, number)
        turn = advance(walk.journey, walk.conversation, reply, walk.occasion, walk.now)
        if isinstance(reply, Tap) and not _fits(walk, reply):
            assert (turn.conversation, turn.answers) == (walk.conversation, ())
        walk.takes(turn)
        if isinstance(reply, Tap):
            assert advance(walk.journey, walk.conversation, reply, walk.occasion, walk.now).answers == ()
        other = draw(st.sampled_from(["", "", "", "", "again", "language"]))
        if other == "again":
            walk.takes(again(walk.journey, walk.conversation, walk.occasion, walk.now, "reminder"))
        elif other == "language":
            language = draw(st.sampled_from(READ))
            walk.takes(spoken_in(walk.journey, walk.conversation, language, walk.occasion, walk.now))
    if walk.conversation.phases == ("during", "after"):
        assert len(walk.put - {"wish"}) <= 6
    before = dict(walk.conversation.settled)
    walk.takes(close(walk.journey, walk.conversation, walk.now))
    assert walk.conversation.ended
    assert {code: walk.conversation.settled[code] for code in before} == before


@pytest.mark.parametrize(
    "forged",
    [
        Tap("choose", "looked", 1, "website"),
        Tap("toggle", "looked", 1, "x", on=True),
        Tap("toggle", "looked", 1, "website", on=True, count=1),
        Tap("toggle", "looked", 2, "website", on=True),
        Tap("later", "looked", 0, "hour"),
        Tap("skip", "feeling", 1),
        Tap("change", "looked", 1),
        Tap("change", "expect", 1),
        Tap("continue", "looked", 1),
        Tap("rights"),
    ],
)
def test_a_tap_that_no_button_can_send_changes_nothing(forged: Tap) -> None:
    """While several may be chosen: no single choice, no code of another question, no other asking, no wrong count."""
    journey, occasion = shelf().journeys["office-visit"], Occasion({}, _NAMES, office().calendar, TUESDAY)
    route = laid(journey, ("before",), {"opening": ("looked", "expect")}, {"opening": "looked"}, None)
    turn = begin(journey, ("before",), route, occasion, TUESDAY, language="sv", earlier={})
    turn = advance(journey, turn.conversation, Tap("choose", "feeling", 1, "4"), occasion, TUESDAY)
    assert turn.conversation.open == "looked"
    assert advance(journey, turn.conversation, forged, occasion, TUESDAY) == Turn(turn.conversation)


@examples(40)
@given(st.data())
def test_whoever_answers_everything_comes_to_the_end(data: st.DataObject) -> None:
    """Any choice of answers ends with thanks, within as many replies as there are questions and choices."""
    walk = _begun(data)
    for number in range(99):
        turn = advance(walk.journey, walk.conversation, _answer(data, walk, number), walk.occasion, walk.now)
        walk.takes(turn)
        if walk.conversation.ended:
            break
    assert walk.conversation.ended == "finished"
    assert turn.messages[-1].purpose == "thanks"
    asked = {answer.question for answer in walk.answers if answer.status == "answered"}
    told = {answer.question for answer in walk.answers}
    every = {*walk.conversation.route, *walk.conversation.left_out}
    assert asked <= every
    assert told == {code for code in every if walk.journey.question(code).kind != "say"}
    assert {SHORT, "closing"}.isdisjoint(told)


def _told() -> Turn:
    """The question whether the person told anybody, open: "No" goes with no other choice."""
    journey, occasion = shelf().journeys["office-visit"], Occasion({}, _NAMES, office().calendar, TUESDAY)
    route = laid(journey, ("after",), {"closing": ("told",)}, {"closing": "told"}, None)
    turn = begin(journey, ("after",), route, occasion, TUESDAY, language="sv", earlier={})
    for tap in (Tap("choose", "helped", 1, "yes"), Tap("choose", "whole", 1, "4")):
        turn = advance(journey, turn.conversation, tap, occasion, TUESDAY)
    assert turn.conversation.open == "told"
    return turn


def _goes_on(turn: Turn, reply: Reply) -> Turn:
    journey, occasion = shelf().journeys["office-visit"], Occasion({}, _NAMES, office().calendar, TUESDAY)
    return advance(journey, turn.conversation, reply, occasion, TUESDAY)


def _toggle(turn: Turn, code: str) -> Turn:
    count = turn.conversation.counts.get(code, 0)
    return _goes_on(turn, Tap("toggle", "told", 1, code, on=code not in turn.conversation.chosen, count=count))


def test_a_choice_that_stands_alone_clears_the_others() -> None:
    """ "No" clears what was ticked, and ticking another clears "No"; an old tap on what was cleared changes nothing."""
    ticked = _toggle(_toggle(_told(), "family"), "press")
    assert set(ticked.conversation.chosen) == {"family", "press"}
    alone = _toggle(ticked, "nobody")
    assert alone.conversation.chosen == ("nobody",)
    late = Tap("toggle", "told", 1, "family", on=False, count=1)
    assert _goes_on(alone, late).conversation == alone.conversation
    again = _toggle(alone, "to-us")
    assert again.conversation.chosen == ("to-us",)
    assert _toggle(_toggle(alone, "nobody"), "family").conversation.chosen == ("family",)


def test_a_choice_that_stands_alone_typed_with_another_is_not_understood() -> None:
    """ "No" and another choice in one text: the question is put again; each by itself is understood."""
    both = _goes_on(_told(), Typed("nej, familj eller vänner", "m1"))
    assert (both.conversation.open, both.answers) == ("told", ())
    assert "förstod" in both.messages[0].text
    assert _goes_on(both, Typed("nej", "m2")).answers[0].codes == ("nobody",)
    assert _goes_on(both, Typed("familj, till er", "m2")).answers[0].codes == ("family", "to-us")


def test_a_choices_emoji_stands_before_its_words() -> None:
    """On a button, on a tick and on the answer shown; and its words alone are understood when typed."""
    office_visit = shelf().journeys["office-visit"]
    told = office_visit.question("told")
    choices = tuple(replace(choice, emoji="👪") if choice.code == "family" else choice for choice in told.choices)
    after = office_visit.phases[-1]
    questions = tuple(replace(one, choices=choices) if one.code == "told" else one for one in after.questions)
    journey = replace(office_visit, phases=(*office_visit.phases[:-1], replace(after, questions=questions)))
    occasion = Occasion({}, _NAMES, office().calendar, TUESDAY)
    put = again(journey, _told().conversation, occasion, TUESDAY, None)
    assert "☐ 👪 Familj eller vänner" in [button.label for row in put.messages[0].buttons for button in row]
    answered = advance(journey, put.conversation, Typed("familj eller vänner", "m1"), occasion, TUESDAY)
    assert answered.messages[0].strong == "✓ 👪 Familj eller vänner"


def test_the_notice_counts_what_will_be_asked_of_this_contact() -> None:
    """Questions that this contact will not be asked are not counted, and those that depend on answers make a range."""
    journey = shelf().journeys["service-centre"]
    for facts, number in (({}, "5 korta"), ({"service": "it-support"}, "4–5 korta")):
        occasion = Occasion(facts, _NAMES, office().calendar, TUESDAY)
        candidates = pools(journey, ("during", "after"), facts, {}, MOST_IN_ONE_DAY)
        route = laid(journey, ("during", "after"), candidates, {}, MOST_IN_ONE_DAY)
        turn = begin(journey, ("during", "after"), route, occasion, TUESDAY, language="sv", earlier={})
        assert f" {number} frågor" in turn.messages[0].text


def test_easy_language_is_read_where_there_is_one() -> None:
    """Who chose it reads the easy text of a question that has one, the plain text of others, and may change over."""
    journey, occasion = shelf().journeys["office-visit"], Occasion({}, _NAMES, office().calendar, TUESDAY)
    route = laid(journey, ("after",), {"closing": ("told",)}, {"closing": "told"}, None)
    turn = begin(journey, ("after",), route, occasion, TUESDAY, language="sv-easy", earlier={})
    assert turn.messages[0].text.endswith("Fick du det du behövde?")
    turn = advance(journey, turn.conversation, Tap("choose", "helped", 1, "yes"), occasion, TUESDAY)
    assert turn.messages[-1].text == journey.question("whole").text.texts["sv-easy"]
    turn = spoken_in(journey, turn.conversation, "fi", occasion, TUESDAY)
    assert turn.messages[-1].text == journey.question("whole").text.texts["fi"]
    turn = spoken_in(journey, turn.conversation, "fi-easy", occasion, TUESDAY)
    assert turn.messages[-1].text == journey.question("whole").text.texts["fi-easy"]


def test_a_label_is_understood_in_its_easy_and_its_plain_words() -> None:
    """Whichever variant somebody reads, both of a choice's labels are understood when typed."""
    journey = shelf().journeys["school-start"]
    occasion = Occasion({"channel": "web"}, _NAMES, office().calendar, TUESDAY)
    route = laid(journey, ("during",), {}, {}, None)
    for language in ("sv", "sv-easy"):
        for typed in ("lite", "delvis", "vähän", "partly"):
            turn = begin(journey, ("during",), route, occasion, TUESDAY, language=language, earlier={})
            answers = advance(journey, turn.conversation, Typed(typed, "m1"), occasion, TUESDAY).answers
            assert [answer.codes for answer in answers if answer.question == "next"] == [("partly",)]
