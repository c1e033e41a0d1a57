"""Taking turns: whatever people, staff and time do, nobody is lost, asked twice at once, or rewritten.

A machine of rules plays three people with several contacts against the real rooms and store. After every step it asks
the database what must always hold; in the end whoever still has a question open answers on, and must get out.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.arrivals import Left, Returned, Said, Strange, Tapped, What
from bot.store import outbox, weeks
from bot.store.database import Transaction
from bot.store.outbox import Claimed
from flows.walk import Conversation
from tests.house import House, Shown, opened

T = TypeVar("T")
PEOPLE = (77, 88, 99)
ACTING = (77, 77, 77, 88, 99)
"""Who taps and types: most often one, who so gets somewhere."""

TEXTS = (
    "1", "4", "2, 3", "Ja", "nej", "Delvis", "hoppa över", "senare", "ändra", "ändra svar", "hej", "sluta", "start",
    "?",    "/start", "/stopp", "/help", "/language", "/kieli", "/privacy", "/mydata", "/pause", "/erase", "/nonsense",
    "/СТОП", "Det gick bra, tack", "kortare kö", "070-174 06 35", "19121212-1212", "jag vill dö", "", " ", "😀", "0",
    "-1", "9" * 400, "ö̈" * 2000, "{service}", "\u202e\u200d", "Väntade på besked", "Webbplatsen och sökte på nätet",
)  # fmt: skip
_STATES = msgspec.json.Decoder(Conversation)
_PLACEHOLDER = re.compile(r"\{[a-z_]+\}")


@dataclass(frozen=True)
class Row:
    """A conversation with what is told of it elsewhere."""

    id: str
    person_id: str
    contact_id: str
    follow_up_id: str
    turn: str
    state: bytes
    wake_at: datetime | None
    follow_up_state: str
    stopped: int
    reachable: int
    owner: str | None


@dataclass(frozen=True)
class FollowUpRow:
    """A follow-up with the last line of its history."""

    id: str
    state: str
    disposition: str | None
    told_state: str | None
    told_disposition: str | None
    conversation: str | None


@dataclass(frozen=True)
class AnswerRow:
    """Everything of one answer that must never change."""

    id: int
    conversation_id: str
    question: str
    asking: int
    status: str
    codes: str
    number: float | None
    text: str | None
    language: str
    source: str | None
    asked_at: datetime | None
    answered_at: datetime | None
    recorded_at: datetime
    week: str
    supersedes: int | None


@dataclass(frozen=True)
class PutRow:
    """A message that put a question, or the one about emergencies."""

    conversation_id: str
    question: str | None
    asking: int | None
    purpose: str


@dataclass(frozen=True)
class Text:
    """A text, such as a kept row's."""

    value: str


class WireHouse(House):
    """A house whose wire can be cut: what is claimed may be lost on the way, or arrive without anybody knowing."""

    wire = "open"
    in_doubt = 0

    async def deliver(self) -> list[Shown]:
        """Send what the wire lets through."""
        return [] if self.wire == "cut" else await super().deliver()

    def _send(self, tx: Transaction) -> list[Claimed]:
        for doubtful in outbox.unsettled(tx, self.now):
            outbox.repeat(tx, doubtful.id, "Igen:", self.now)
        claimed = outbox.claim(tx, self.now, 100)
        stopped = {row.value for row in tx.all(Text, "SELECT hex(lookup) AS value FROM stops")}
        for row in claimed:
            assert row.purpose == "shell" or row.lookup.hex().upper() not in stopped, "something was sent after stop"
            if self.wire == "doubtful" and row.kind == "send":
                outbox.unknown(tx, row.id, self.now)
            else:
                outbox.sent(tx, row.id, f"t{row.id}", self.now)
        return claimed


class Turns(RuleBasedStateMachine):
    """Three people, up to six contacts, staff, the clock and the wire."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp(prefix="turns"))
        plain = self.loop.run_until_complete(opened(self.folder))
        self.house = WireHouse(plain.store, plain.premises, plain.rooms)
        self.contacts: list[tuple[str, str]] = []
        self.messages: dict[int, list[str]] = {person: [] for person in PEOPLE}
        self.answers: dict[int, AnswerRow] = {}
        self.closed: dict[str, int] = {}
        self.beaten = False

    def teardown(self) -> None:
        """Whoever has a question open answers on and gets out; then the house is closed."""
        try:
            self.house.wire = "open"
            self._everybody_gets_out()
        finally:
            self.loop.run_until_complete(self.house.store.close())
            self.loop.close()
            shutil.rmtree(self.folder)

    @initialize(journey=st.sampled_from(("office-visit", "phone-call")))
    def somebody_is_asked(self, journey: str) -> None:
        """One person has begun with two contacts: else most walks would never get anywhere."""
        for number, kind in enumerate((journey, "phone-call")):
            self.staff_register(kind, -3, 0)
            self.opens(PEOPLE[0], number)

    @precondition(lambda self: len(self.contacts) < 6)
    @rule(
        journey=st.sampled_from(("office-visit", "office-visit", "phone-call")),
        hours=st.sampled_from((-70, -24, -3, 0, 1, 20, 40, 49, 100)),
        person=st.integers(0, 2),
        language=st.sampled_from((None, "fi")),
    )
    def registers(self, journey: str, hours: int, person: int, language: str | None) -> None:
        """A contact is registered, and most often opened by somebody at once."""
        self.staff_register(journey, hours, person, language)
        self.opens(PEOPLE[person], len(self.contacts) - 1)

    def staff_register(self, journey: str, hours: int, person: int, language: str | None = None) -> None:
        start = self.house.now + timedelta(hours=hours)
        registered = self._run(self.house.register(journey, start=start, language=language))
        assert registered.code is not None
        self.contacts.append((registered.id, registered.code))

    @rule(person=st.sampled_from(PEOPLE), which=st.integers(0, 5))
    def opens(self, person: int, which: int) -> None:
        """Somebody follows a link: their own, somebody else's, or the same again."""
        code = self.contacts[which][1] if which < len(self.contacts) else "AAAAAAAAAAAAAAAAAAAAAA"
        self._arrives(person, Said(f"/start {code}", "s"))

    @rule(person=st.sampled_from(ACTING), back=st.integers(0, 5), button=st.integers(0, 9))
    def taps(self, person: int, back: int, button: int) -> None:
        """Somebody taps a button of one of their last messages."""
        lookup = self.house.premises.keyring.lookup("telegram", str(person))
        seen = [shown for shown in self.house.shown if shown.lookup == lookup and shown.labels]
        if back < len(seen):
            shown = seen[-1 - back]
            self._arrives(person, Tapped(shown.id, 1, button % len(shown.labels), f"t{shown.id}"))

    @rule(person=st.sampled_from(PEOPLE), number=st.integers(-1, 80), button=st.integers(-1, 12))
    def taps_anything(self, person: int, number: int, button: int) -> None:
        """Somebody taps, or forges, any button ever made, most likely somebody else's."""
        self._arrives(person, Tapped(number, 7, button, None))

    @rule(person=st.sampled_from(ACTING), text=st.sampled_from(TEXTS))
    def types(self, person: int, text: str) -> None:
        """Somebody writes something."""
        key = f"m{len(self.messages[person])}"
        self.messages[person].append(key)
        self._arrives(person, Said(text, key))

    @precondition(lambda self: any(self.messages.values()))
    @rule(person=st.sampled_from(PEOPLE), back=st.integers(0, 3), text=st.sampled_from(TEXTS))
    def edits(self, person: int, back: int, text: str) -> None:
        """Somebody edits an earlier message."""
        if back < len(self.messages[person]):
            self._arrives(person, Said(text, self.messages[person][-1 - back], edited=True))

    @rule(person=st.sampled_from(PEOPLE), kind=st.sampled_from(("voice", "photo", "tap", "other")))
    def sends_something_odd(self, person: int, kind: str) -> None:
        """Somebody sends what can't be read."""
        self._arrives(person, Strange(kind))

    @rule(person=st.sampled_from(PEOPLE), back=st.booleans())
    def blocks(self, person: int, back: bool) -> None:
        """Somebody blocks the bot, and perhaps comes back."""
        self._arrives(person, Left())
        if back:
            self._arrives(person, Returned())

    @rule(person=st.sampled_from(PEOPLE), again=st.booleans())
    def stops(self, person: int, again: bool) -> None:
        """Somebody says stop, and perhaps start again."""
        self._arrives(person, Said("/stop", "s"))
        if again:
            self._arrives(person, Said("/start", "s"))

    @rule(minutes=st.sampled_from((1, 20, 61, 200, 700, 1441, 2900, 9000)))
    def time_passes(self, minutes: int) -> None:
        """Minutes to days go by, and the heart beats."""
        self._run(self.house.beat(minutes=minutes))
        self.beaten = True

    @rule()
    def clock_jumps_back(self) -> None:
        """The clock is a day behind from now on."""
        self.house.now -= timedelta(days=1)

    @rule()
    def after_an_absence(self) -> None:
        """Nobody listened for four minutes."""
        self._run(self.house.store.write(self.house.rooms.follow_ups.heard, self.house.now))
        self.house.now += timedelta(minutes=4)
        self._run(self.house.store.write(self.house.rooms.follow_ups.heard, self.house.now))
        self._run(self.house.beat(seconds=5))

    @rule(wire=st.sampled_from(("open", "open", "cut", "doubtful")))
    def wire_changes(self, wire: str) -> None:
        """The way to the people is mended, shut, or loses its replies."""
        self.house.wire = wire
        self._run(self.house.deliver())

    @rule(which=st.integers(0, 5))
    def staff_cancel(self, which: int) -> None:
        """A contact did not take place."""

        def cancel(tx: Transaction, id_: str) -> None:
            if tx.value("SELECT cancelled_at FROM contacts WHERE id = :id", id=id_) is None:
                self.house.rooms.changes.cancel(tx, id_, self.house.now)

        if which < len(self.contacts):
            self._run(self.house.store.write(cancel, self.contacts[which][0]))
            self._run(self.house.deliver())

    @rule()
    def weeks_close(self) -> None:
        """Every week that has ended is closed."""
        zone = self.house.premises.zone

        def close(tx: Transaction) -> None:
            for week in weeks.close_ended(tx, self.house.now, zone):
                self.closed[week] = _rows_of(tx, week)

        self._run(self.house.store.write(close))

    @invariant()
    def all_is_well(self) -> None:
        """What must hold after every step."""
        self._run(self.house.store.read(self._check))

    def _check(self, tx: Transaction) -> None:
        assert tx.all(Text, 'SELECT "table" AS value FROM pragma_foreign_key_check') == []
        found = tx.all(Row, _CONVERSATIONS)
        puttings = {(row.conversation_id, row.question, row.asking) for row in tx.all(PutRow, _PUTTINGS)}
        for row in found:
            self._check_conversation(row, _STATES.decode(row.state), puttings)
        for follow_up in tx.all(FollowUpRow, _FOLLOW_UPS):
            assert (follow_up.state == "ended") == (follow_up.disposition is not None), follow_up
            assert (follow_up.told_state, follow_up.told_disposition) == (follow_up.state, follow_up.disposition)
            assert follow_up.state != "begun" or follow_up.conversation not in (None, "ended"), follow_up
        answers = {row.id: row for row in tx.all(AnswerRow, _ANSWERS)}
        for id_, before in self.answers.items():
            assert answers.get(id_) == before, "an answer was changed or lost"
        self.answers = answers
        for week, rows in self.closed.items():
            assert _rows_of(tx, week) == rows, f"{week} is closed and took a row"
        if self.beaten:
            self._check_floors(found)
        self.beaten = False

    def _check_conversation(
        self, row: Row, state: Conversation, puttings: set[tuple[str, str | None, int | None]]
    ) -> None:
        assert (row.turn == "ended") == bool(state.ended) == (row.follow_up_state == "ended"), (row, state)
        assert (row.turn == "later") == (row.wake_at is not None), row
        if row.turn != "ended":
            assert row.owner == row.person_id, "a live conversation is with somebody else than the contact's person"
            assert state.open, f"nothing is open in a live conversation: {state}"
            assert not row.stopped, "a conversation outlived stop"
            assert state.paused or (row.id, state.open, state.asking) in puttings, f"never put: {state}"

    def _check_floors(self, found: list[Row]) -> None:
        held = {row.person_id for row in found if row.turn == "open"}
        if self.house.premises.organisation.calendar.is_open(self.house.now):
            for row in found:
                assert row.turn != "waiting" or row.person_id in held or not row.reachable, f"waits for nobody: {row}"

    def _arrives(self, person: int, what: What) -> None:
        lookup = self.house.premises.keyring.lookup("telegram", str(person))

        def others(tx: Transaction) -> tuple[list[Text], int]:
            states = tx.all(Text, _OTHERS, lookup=lookup)
            return states, tx.count(_TO_OTHERS, lookup=lookup)

        before = self._run(self.house.store.read(others))
        self._run(self.house.arrives(person, what))
        assert self._run(self.house.store.read(others)) == before, "somebody changed what is another's"
        for shown in self.house.shown[-3:]:
            assert len(shown.body.text) < 4096
            assert not _PLACEHOLDER.search(shown.body.text), shown.body.text

    def _everybody_gets_out(self) -> None:
        for _ in range(40):
            live = [row for row in self._run(self.house.store.read(_conversations)) if row.turn == "open"]
            if not live:
                return
            for row in live:
                state = _STATES.decode(row.state)
                body = self._run(self.house.store.read(_latest_putting, row.id, state.open, state.asking))
                address = self._run(self.house.store.read(_lookup_of, row.person_id))
                person = next(p for p in PEOPLE if self.house.premises.keyring.lookup("telegram", str(p)) == address)
                if state.paused or body is None:
                    self._arrives(person, Said("fortsätt", "z"))
                else:
                    buttons = [button for line in outbox.read(body[1]).buttons for button in line]
                    skip = next(at for at, button in enumerate(buttons) if button.tap.action == "skip")
                    self._arrives(person, Tapped(body[0], 1, skip, None))
                self.all_is_well()
        raise AssertionError(f"still open after forty answers: {live}")

    def _run(self, awaitable: Coroutine[object, object, T]) -> T:
        return self.loop.run_until_complete(awaitable)


_CONVERSATIONS = """
SELECT c.id, c.person_id, c.contact_id, c.follow_up_id, c.turn, c.state, c.wake_at, f.state AS follow_up_state,
       a.lookup IN (SELECT lookup FROM stops) AS stopped, p.unreachable_at IS NULL AS reachable, k.person_id AS owner
  FROM conversations AS c JOIN follow_ups AS f ON f.id = c.follow_up_id JOIN contacts AS k ON k.id = c.contact_id
  JOIN persons AS p ON p.id = c.person_id JOIN addresses AS a ON a.person_id = c.person_id
"""
_FOLLOW_UPS = """
SELECT f.id, f.state, f.disposition, h.state AS told_state, h.disposition AS told_disposition, c.turn AS conversation
  FROM follow_ups AS f LEFT JOIN conversations AS c ON c.follow_up_id = f.id
  LEFT JOIN follow_up_history AS h
    ON h.id = (SELECT max(id) FROM follow_up_history WHERE follow_up_id = f.id)
"""
_ANSWERS = """
SELECT id, conversation_id, question, asking, status, codes, number, text, language, source, asked_at, answered_at,
       recorded_at, week, supersedes FROM answers
"""
_PUTTINGS = "SELECT conversation_id, question, asking, purpose FROM outbox WHERE kind = 'send' AND question IS NOT NULL"
_TO_OTHERS = "SELECT count(*) FROM outbox WHERE lookup <> :lookup AND repeats IS NULL"
_OTHERS = """
SELECT c.id || ' ' || c.turn || ' ' || hex(c.state) AS value FROM conversations AS c
 WHERE c.person_id NOT IN (SELECT person_id FROM addresses WHERE lookup = :lookup) ORDER BY 1
"""


@dataclass(frozen=True)
class _Putting:
    id: int
    body: bytes


def _conversations(tx: Transaction) -> list[Row]:
    return tx.all(Row, _CONVERSATIONS)


def _latest_putting(tx: Transaction, conversation: str, question: str, asking: int) -> tuple[int, bytes] | None:
    found = tx.all(
        _Putting,
        "SELECT id, body FROM outbox WHERE conversation_id = :c AND question = :q AND asking = :a AND kind = 'send' "
        "AND purpose IN ('question', 'repeat') ORDER BY id DESC",
        c=conversation,
        q=question,
        a=asking,
    )
    return (found[0].id, found[0].body) if found else None


def _lookup_of(tx: Transaction, person: str) -> object:
    return tx.value("SELECT lookup FROM addresses WHERE person_id = :person", person=person)


def _rows_of(tx: Transaction, week: str) -> int:
    return tx.count(
        "SELECT (SELECT count(*) FROM answers WHERE week = :week) + (SELECT count(*) FROM follow_up_history WHERE "
        "week = :week) + (SELECT count(*) FROM contacts WHERE registered_week = :week)",
        week=week,
    )


_QUICK = settings(
    max_examples=12,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
_LONG = settings(_QUICK, max_examples=100, stateful_step_count=60)


def test_turns_hold_whatever_happens() -> None:
    """Whatever happens in whatever order, every promise about turns, answers, dispositions and weeks holds."""
    run_state_machine_as_test(Turns, settings=_QUICK)


@pytest.mark.long
def test_turns_hold_for_long() -> None:
    """The same, with many more people and twice as much happening to each."""
    run_state_machine_as_test(Turns, settings=_LONG)
