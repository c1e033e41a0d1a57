"""Three contacts of one person: who has the floor, what waits, what comes back, in every order.

A machine of rules plays one person, staff and time against the real rooms and store, and tells the same to a model
(`turn_model.py`, whose docstring holds the rules). After every step both must stand alike: whose turn it is, every
answer and every disposition, and which question was put last, of which contact, in which language and how worded.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import shutil
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from bot import keys, library, organisation, rooms
from bot.arrivals import Tapped
from bot.contacts import Registered
from bot.library import Library
from bot.occasions import day_named
from bot.organisation import Organisation
from bot.premises import Premises
from bot.store import database, outbox
from bot.store.database import Transaction
from bot.store.follow_ups import FollowUp as FollowUpRow
from flows.walk import Conversation
from tests.house import LANGUAGES, MONDAY, House
from tests.turn_model import Contact, FollowUp, Model, Put

T = TypeVar("T")
ANNA = 77
SAID = {
    "calm": {"sv": "4", "fi": "4", "en": "4"},
    "bring": {"sv": "ja", "fi": "kyllä", "en": "yes"},
    "helped": {"sv": "nej", "fi": "ei", "en": "no"},
    "whole": {"sv": "2", "fi": "2", "en": "2"},
    "words": {"sv": "Det gick bra", "fi": "Hyvin meni", "en": "It went well"},
    "skip": {"sv": "hoppa över", "fi": "ohita", "en": "skip"},
    "later": {"sv": "senare", "fi": "myöhemmin", "en": "later"},
}
_ASKED = {
    "calm": '{ text: { sv: "Lugn?", fi: "Rauhallinen?", en: "Calm?" }, answer: scale calm }',
    "bring": '{ text: { sv: "Med någon?", fi: "Jonkun kanssa?", en: "With somebody?" }, answer: yes or no }',
    "helped": '{ text: { sv: "Hjälp?", fi: "Apua?", en: "Helped?" }, answer: yes or no }',
    "whole": '{ text: { sv: "Helhet?", fi: "Kokonaan?", en: "On the whole?" }, answer: scale good }',
    "words": '{ text: { sv: "Egna ord?", fi: "Omin sanoin?", en: "In words?" }, answer: own words }',
}
JOURNEYS = {
    "visit": (
        ("before", "1 day before start, at 17:00", "start", ("calm", "bring")),
        ("after", "2 hours after end", "7 days after end", ("helped", "whole", "words")),
    ),
    "call": (("after", "1 hour after end", "2 days after end", ("whole", "helped")),),
    "letter": (("after", "1 day after end, at 10:00", "12 days after end", ("helped", "words")),),
}
"""The journeys that are walked: phase, when it is sent, until when it is useful, and its questions."""

_STATES = msgspec.json.Decoder(Conversation)


@dataclass(frozen=True)
class Stands:
    """A follow-up with its conversation, as the database has it."""

    id: str
    state: str
    disposition: str | None
    reason: str
    turn: str | None
    conversation: bytes | None
    wake_at: datetime | None
    contact_start: datetime


@dataclass(frozen=True)
class Kept:
    """An answer as the database has it."""

    follow_up_id: str
    question: str
    asking: int
    status: str


@dataclass(frozen=True)
class Sent:
    """A message that left."""

    id: int
    follow_up_id: str | None
    question: str | None
    asking: int | None
    purpose: str
    kind: str
    body: bytes


@cache
def _shelf() -> Library:
    with tempfile.TemporaryDirectory() as folder:
        for code, phases in JOURNEYS.items():
            lines = [f"journey: {code}", f'title: {{ sv: "{code}", fi: "{code}", en: "{code}" }}', "audience: citizen"]
            lines += ["lasts: 30 minutes", "touchpoints:"]
            lines += ['  during: { desk: { sv: "Disken", fi: "Tiski", en: "The desk" } }']
            for name, send, useful, questions in phases:
                lines += [f"{name}:", f"  send: {send}", f"  useful until: {useful}", "  ask:"]
                lines += [f"    {question}: {_ASKED[question]}" for question in questions]
            Path(folder, f"{code}.yaml").write_text("\n".join(lines) + "\n", "utf-8")
        return library.opened(Path(folder), LANGUAGES)


@cache
def _office() -> Organisation:
    return organisation.default(LANGUAGES)


async def _opened(folder: Path, ids: itertools.count[int]) -> House:
    """A house on the file in `folder`, new or not. Its ids come in order, so that a walk can be walked again."""
    store = await database.opened(folder / "kundresa.db")
    key = folder / "key"
    keyring = keys.read(key) if key.exists() else keys.made(key)
    premises = Premises(_office(), _shelf(), keyring, ids=lambda: f"id{next(ids):05}", chance=random.Random(1))
    return House(store, premises, rooms.built(premises))


class ThreeContacts(RuleBasedStateMachine):
    """One person with three contacts, staff, the clock, and the model."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp(prefix="three"))
        self.ids = itertools.count()
        self.house = self._run(_opened(self.folder, self.ids))
        self.model = Model(_office().calendar, MONDAY, words=frozenset({"words"}))
        self.codes: list[str] = []
        self.last = 0

    def teardown(self) -> None:
        """The house is closed."""
        self._run(self.house.store.close())
        self.loop.close()
        shutil.rmtree(self.folder)

    @initialize(
        registered=st.lists(
            st.tuples(st.sampled_from(sorted(JOURNEYS)), st.sampled_from((-30, -3, 1, 6, 26, 49, 97)), st.booleans()),
            min_size=3,
            max_size=3,
        ),
        opened=st.sampled_from(((0, 1, 2), (0, 1, 2), (0, 1), (2,))),
    )
    def three_contacts(self, registered: list[tuple[str, int, bool]], opened: tuple[int, ...]) -> None:
        """Three contacts are registered, some of one matter, and most often all are opened."""
        for journey, hours, matter in registered:
            name = "matter" if matter else None
            start = self.house.now + timedelta(hours=hours)
            made: Registered = self._run(self.house.register(journey, start=start, matter=name))
            assert made.code is not None
            self.codes.append(made.code)
            questions = {phase: asked for phase, _, _, asked in JOURNEYS[journey]}
            planned = [
                FollowUp(one.id, one.phase, one.due_at, one.useful_until, questions[one.phase])
                for one in made.follow_ups
            ]
            contact = Contact(made.id, name, MONDAY, planned)
            self.model.contacts.append(contact)
            self._plan(contact)
        for which in opened:
            self.opens(which)

    @rule(which=st.integers(0, 2))
    def opens(self, which: int) -> None:
        """The person follows a link."""
        self.model.opens(self.model.contacts[which])
        self._run(self.house.says(ANNA, f"/start {self.codes[which]}"))
        self._same()

    @precondition(lambda self: self.model.floor)
    @rule(
        how=st.sampled_from(("choose", "choose", "skip", "hour", "hour", "evening", "tomorrow", "tomorrow", "decline")),
        times=st.sampled_from((1, 1, 2)),
    )
    def taps(self, how: str, times: int) -> None:
        """The person taps a button of the open question, perhaps twice at once."""
        floor = self.model.floor
        contact = next(contact for contact, one in self.model.follow_ups if one is floor)
        assert floor is not None
        self._tap(contact, floor, how, floor.open, floor.asking, times)

    @precondition(lambda self: any(one.turn in ("waiting", "later") for _, one in self.model.follow_ups))
    @rule(which=st.integers(0, 9), how=st.sampled_from(("choose", "skip", "hour", "decline")))
    def taps_elsewhere(self, which: int, how: str) -> None:
        """The person taps a button of a question that waits or was put off."""
        others = [(contact, one) for contact, one in self.model.follow_ups if one.turn in ("waiting", "later")]
        contact, one = others[which % len(others)]
        self._tap(contact, one, how, one.open, one.asking)

    @precondition(lambda self: any(one.settled for _, one in self.model.follow_ups))
    @rule(which=st.integers(0, 19), asking=st.sampled_from((1, 1, 2)))
    def changes(self, which: int, asking: int) -> None:
        """The person wants to change an answer, of whichever contact, ended or not."""
        given = [(contact, one, code) for contact, one in self.model.follow_ups for code in one.settled]
        contact, one, code = given[which % len(given)]
        self._tap(contact, one, "change", code, asking)

    @rule(kind=st.sampled_from(("answer", "answer", "skip", "later", "nonsense")))
    def types(self, kind: str) -> None:
        """The person writes."""
        put_off = [one for _, one in self.model.follow_ups if one.turn == "later"]
        meant = self.model.floor or min(put_off, key=lambda one: (one.wake, one.until), default=None)
        words = SAID.get(meant.open if kind == "answer" and meant is not None else kind)
        if meant is not None or kind != "answer":
            self.model.types(kind)
            self._run(self.house.says(ANNA, words[self.model.language] if words else "blurp"))
            self._same()

    @rule(hours=st.sampled_from((0.1, 1, 1, 2, 3, 8, 15, 24, 25, 25, 49, 97)))
    def time_passes(self, hours: float) -> None:
        """Minutes to days go by, and the heart beats."""
        self.model.now += timedelta(hours=hours)
        self.model.beats()
        self._run(self.house.beat(hours=hours))
        self._same()

    @rule(again=st.sampled_from((True, True, False)))
    def stops(self, again: bool) -> None:
        """The person says stop, and most often start again."""
        self.model.stops()
        self._run(self.house.says(ANNA, "/stop"))
        self._same()
        if again:
            self.starts()

    @rule()
    def starts(self) -> None:
        """The person says start."""
        self.model.starts()
        self._run(self.house.says(ANNA, "/start"))
        self._same()

    @precondition(lambda self: not self.model.stopped)
    @rule(label=st.sampled_from(("pause-week", "pause-start", "pause-resume")))
    def pauses(self, label: str) -> None:
        """The person wants a pause, or no pause any more."""
        self._run(self.house.says(ANNA, "/pause"))
        if label == "pause-resume" and not self.model.is_paused:
            return
        self._run(self.house.taps(ANNA, self.house.words(label, self.model.language)))
        lasts = timedelta(days=7) if label == "pause-week" else timedelta(days=9999)
        self.model.paused_until = None if label == "pause-resume" else self.model.now + lasts
        self._same()

    @rule(language=st.sampled_from(LANGUAGES))
    def speaks(self, language: str) -> None:
        """The person chooses a language."""
        names = self.house.premises.words["language-name"].texts
        self.model.speaks(language)
        self._run(self.house.says(ANNA, "/language"))
        self._run(self.house.taps(ANNA, names[language]))
        self._same()

    @rule(which=st.integers(0, 8), cancelled=st.booleans())
    def staff_end(self, which: int, cancelled: bool) -> None:
        """Staff cancel a contact, or leave it out; not often, for nothing more comes of it."""
        if which > 2 or self.model.contacts[which].closed_by_staff:
            return
        contact = self.model.contacts[which]
        changes, now = self.house.rooms.changes, self.house.now
        if cancelled:
            self._run(self.house.store.write(changes.cancel, contact.id, now))
        else:
            self._run(self.house.store.write(changes.leave_out, contact.id, "staff-judgement", now))
        self.model.ends(contact, "cancelled" if cancelled else "staff-staff-judgement")
        self._run(self.house.deliver())
        self._same()

    @rule(which=st.integers(0, 2), hours=st.sampled_from((-5, 3, 30, 75)))
    def staff_move(self, which: int, hours: int) -> None:
        """Staff move a contact: what was not begun is planned anew, and the model takes over the plan."""
        contact = self.model.contacts[which]
        if not contact.closed_by_staff:
            start = self.house.now + timedelta(hours=hours)
            end = start + timedelta(minutes=30)
            self._run(self.house.store.write(self.house.rooms.changes.move, contact.id, start, end, self.house.now))
            self._plan(contact)
            self._same()

    @rule()
    def restarts(self) -> None:
        """The bot ends and starts again on the same file."""
        before = self.house
        self._run(before.store.close())
        self.house = self._run(_opened(self.folder, self.ids))
        self.house.now, self.house.shown, self.house.typed = before.now, before.shown, before.typed
        self._same()

    def _tap(self, contact: Contact, one: FollowUp, how: str, question: str, asking: int, times: int = 1) -> None:
        moment = how if how in ("hour", "evening", "tomorrow") else ""
        action = "later" if moment else how
        for choice in ("", moment) if moment else ("",):
            found = self._run(self.house.store.read(_button, one.id, action, question, asking, choice))
            if found is None:
                assert action not in ("skip", "later") or moment, f"no button to {how} under {question} of {one}"
                return
            tapped = self.house.arrives(ANNA, Tapped(found[0], 1, found[1], f"t{found[0]}"))
            again = [self.house.arrives(ANNA, Tapped(found[0], 1, found[1], f"t{found[0]}")) for _ in range(times - 1)]
            self._run(_together([tapped, *again]))
        for _ in range(times):
            self.model.taps(contact, one, action, question, asking, moment)
        self._same()

    def _plan(self, contact: Contact) -> None:
        def plan(tx: Transaction) -> tuple[list[FollowUpRow], object]:
            return (
                tx.all(FollowUpRow, "SELECT * FROM follow_ups WHERE contact_id = :id", id=contact.id),
                tx.value('SELECT expires_at AS "at [moment]" FROM invitations WHERE contact_id = :id', id=contact.id),
            )

        planned, expires = self._run(self.house.store.read(plan))
        assert isinstance(expires, datetime)
        contact.expires = expires
        for one, row in itertools.product(contact.follow_ups, planned):
            if one.id == row.id and one.began is None:
                one.due, one.until = row.due_at, row.useful_until
                one.state, one.disposition = row.state, (row.disposition, row.reason)

    def _same(self) -> None:
        """The database stands as the model does."""
        model, stopped = self.model, self.model.stopped
        stands, answers, sent = self._run(self.house.store.read(_all, self.last))
        assert sum(row.turn == "open" for row in stands) <= 1, "two questions are open"
        by_id = {row.id: row for row in stands}
        for _, one in model.follow_ups:
            row = by_id[one.id]
            assert (row.state, (row.disposition, row.reason)) == (one.state, one.disposition), one
            assert (row.turn, row.wake_at) == (one.turn, one.wake), one
            assert [(a.question, a.asking, a.status) for a in answers if a.follow_up_id == one.id] == one.answers, one
            if row.conversation is not None:
                state = _STATES.decode(row.conversation)
                assert state.open == one.open
                assert not one.open or state.asking == one.asking
                assert {code: found.status for code, found in state.settled.items()} == {
                    code: status for code, (status, _) in one.settled.items()
                }
        assert not stopped or all(row.purpose == "shell" for row in sent), "something was sent after stop"
        asked = [row for row in sent if row.kind == "send" and row.purpose in ("question", "repeat")]
        assert len(model.puts) <= 1
        assert [(row.follow_up_id, row.question, row.asking) for row in asked] == [
            (put.follow_up, put.question, put.asking) for put in model.puts
        ]
        for message, put in zip(asked, model.puts, strict=True):
            self._is_worded(outbox.read(message.body).text, put, by_id[put.follow_up].contact_start)
        self.last = max([self.last, *(row.id for row in sent)])
        model.puts.clear()

    def _is_worded(self, text: str, put: Put, start: datetime) -> None:
        questions = {one.code: one for journey in _shelf().journeys.values() for one in journey.questions()}
        assert text.endswith(questions[put.question].text.texts[put.language]), (text, put)
        for phrase in ("resumed", "reminder", "not-understood", "hello-again"):
            begins = text.startswith(self.house.words(phrase, put.language).partition("{")[0])
            assert begins == (put.prefix == phrase), (text, put)
        if put.prefix in ("resumed", "reminder", "hello-again"):
            day = day_named(start.astimezone(self.house.premises.zone).date(), LANGUAGES).texts[put.language]
            assert day in text, (text, day)

    def _run(self, awaitable: Coroutine[object, object, T]) -> T:
        return self.loop.run_until_complete(awaitable)


async def _together(turns: list[Coroutine[object, object, None]]) -> None:
    await asyncio.gather(*turns)


def _all(tx: Transaction, last: int) -> tuple[list[Stands], list[Kept], list[Sent]]:
    return (
        tx.all(
            Stands,
            "SELECT f.id, f.state, f.disposition, f.reason, c.turn, c.state AS conversation, c.wake_at, f.contact_start"
            " FROM follow_ups AS f LEFT JOIN conversations AS c ON c.follow_up_id = f.id",
        ),
        tx.all(Kept, "SELECT follow_up_id, question, asking, status FROM answers ORDER BY id"),
        tx.all(
            Sent,
            "SELECT id, follow_up_id, question, asking, purpose, kind, body FROM outbox"
            " WHERE id > :last AND state = 'sent' ORDER BY id",
            last=last,
        ),
    )


def _button(
    tx: Transaction, follow_up: str, action: str, question: str, asking: int, choice: str
) -> tuple[int, int] | None:
    """The newest button of this kind that was ever sent: its message's row and its place there."""
    for row in tx.all(
        Sent,
        "SELECT id, follow_up_id, question, asking, purpose, kind, body FROM outbox"
        " WHERE follow_up_id = :id AND state = 'sent' ORDER BY id DESC",
        id=follow_up,
    ):
        buttons = [button for line in outbox.read(row.body).buttons for button in line]
        for place, button in enumerate(buttons):
            tap = button.tap
            if (tap.action, tap.question, tap.asking) == (action, question, asking) and tap.choice in (
                (choice,) if action == "later" else (tap.choice,)
            ):
                return row.id, place
    return None


_QUICK = settings(max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
_LONG = settings(_QUICK, max_examples=500, stateful_step_count=50)


def test_turns_are_taken_as_the_model_says() -> None:
    """Whatever three contacts, their person, staff and time do, turns, answers and ends are those of the model."""
    run_state_machine_as_test(ThreeContacts, settings=_QUICK)


@pytest.mark.long
def test_turns_are_taken_as_the_model_says_for_long() -> None:
    """The same, with many more walks, each twice as long."""
    run_state_machine_as_test(ThreeContacts, settings=_LONG)
