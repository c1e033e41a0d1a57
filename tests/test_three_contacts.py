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
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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
from bot.store import outbox
from bot.store.database import Transaction
from bot.store.follow_ups import FollowUp as FollowUpRow
from flows.walk import Conversation
from tests import new_database
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
    "desk": (("after", "2 hours after end", "7 days after end", ("helped", "whole", "words")),),
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
    store = await new_database.opened(folder / "kundresa.db")
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
            st.tuples(st.sampled_from(sorted(JOURNEYS)), st.sampled_from((-26, -26, -3, -1, 1, 6, 26)), st.booleans()),
            min_size=3,
            max_size=3,
        ),
        opened=st.sampled_from(((0, 1, 2), (0, 1, 2), (2, 1, 0), (0, 1), ())),
    )
    def three_contacts(self, registered: list[tuple[str, int, bool]], opened: tuple[int, ...]) -> None:
        """Three contacts are registered, some of one matter, and most often all are opened."""
        for number, (journey, hours, matter) in enumerate(registered):
            name = "matter" if matter else None
            start = self.house.now + timedelta(hours=hours, minutes=number)  # no two have the same time left
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

    @rule(hours=st.sampled_from((0.1, 1, 2, 3, 8)))
    def hours_pass(self, hours: float) -> None:
        """Minutes to hours go by, and the heart beats."""
        self._time_passes(hours)

    @rule(hours=st.sampled_from((15, 24, 25)))
    def a_day_passes(self, hours: float) -> None:
        """A night or a day goes by, and the heart beats."""
        self._time_passes(hours)

    @rule(hours=st.sampled_from((25, 25, 49, 97)))
    def days_pass(self, hours: float) -> None:
        """The heart stands still for days, and beats."""
        self._time_passes(hours)

    @rule(command=st.sampled_from(("stop", "stop and start", "start", "pause-week", "pause-start", "pause-resume")))
    def commands(self, command: str) -> None:
        """The person says stop or start, or wants a pause, or none any more."""
        if command.startswith("stop"):
            self.model.stops()
            self._run(self.house.says(ANNA, "/stop"))
            self._same()
        if command.endswith("start") and not command.startswith("pause"):
            self.model.starts()
            self._run(self.house.says(ANNA, "/start"))
            self._same()
        if command.startswith("pause") and not self.model.stopped:
            self._pauses(command)

    @rule(language=st.sampled_from(LANGUAGES))
    def speaks(self, language: str) -> None:
        """The person chooses a language."""
        names = self.house.premises.words["language-name"].texts
        self.model.speaks(language)
        self._run(self.house.says(ANNA, "/language"))
        self._run(self.house.taps(ANNA, names[language]))
        self._same()

    @rule(which=st.integers(0, 2), change=st.sampled_from(("cancel", "leave out", "-5", "3", "30", "75")))
    def staff(self, which: int, change: str) -> None:
        """Staff cancel a contact, leave it out, or move it: then what was not begun is planned anew."""
        contact, changes, now = self.model.contacts[which], self.house.rooms.changes, self.house.now
        if contact.closed_by_staff:
            return
        if change == "cancel":
            self._run(self.house.store.write(changes.cancel, contact.id, now))
            self.model.ends(contact, "cancelled")
        elif change == "leave out":
            self._run(self.house.store.write(changes.leave_out, contact.id, "staff-judgement", now))
            self.model.ends(contact, "staff-staff-judgement")
        else:
            start = now + timedelta(hours=int(change))
            self._run(self.house.store.write(changes.move, contact.id, start, start + timedelta(minutes=30), now))
            self._plan(contact)
        self._run(self.house.deliver())
        self._same()

    @rule()
    def restarts(self) -> None:
        """The bot ends and starts again on the same file."""
        before = self.house
        self._run(before.store.close())
        self.house = self._run(_opened(self.folder, self.ids))
        self.house.now, self.house.shown, self.house.typed = before.now, before.shown, before.typed
        self._same()

    def _time_passes(self, hours: float) -> None:
        self.model.now += timedelta(hours=hours)
        self.model.beats()
        self._run(self.house.beat(hours=hours))
        self._same()

    def _pauses(self, label: str) -> None:
        self._run(self.house.says(ANNA, "/pause"))
        if label != "pause-resume" or self.model.is_paused:
            self._run(self.house.taps(ANNA, self.house.words(label, self.model.language)))
            lasts = timedelta(days=7) if label == "pause-week" else timedelta(days=9999)
            self.model.paused_until = None if label == "pause-resume" else self.model.now + lasts
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


_QUICK = settings(max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
_LONG = settings(_QUICK, max_examples=100, stateful_step_count=40)


def test_turns_are_taken_as_the_model_says() -> None:
    """Whatever three contacts, their person, staff and time do, turns, answers and ends are those of the model."""
    run_state_machine_as_test(ThreeContacts, settings=_QUICK)


@pytest.mark.long
def test_turns_are_taken_as_the_model_says_for_long() -> None:
    """The same, with many more walks, each twice as long."""
    run_state_machine_as_test(ThreeContacts, settings=_LONG)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[House]:
    """A house with the journeys above, its store closed in the end."""
    made = await _opened(tmp_path, itertools.count())
    yield made
    await made.store.close()


ORDERS = list(itertools.permutations(("call", "desk", "letter")))


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
async def test_three_contacts_in_every_order_are_asked_one_at_a_time(office: House, order: tuple[str, ...]) -> None:
    """In whichever order three fall due, the first begins, and then those due by then with the least time left."""
    afters = {"call": timedelta(hours=1), "desk": timedelta(hours=2), "letter": timedelta(days=1)}
    ten = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)  # 10:00 in Stockholm, when the letter's question is sent
    contacts = {}
    for place, journey in enumerate(order):
        end = ten + timedelta(hours=place - order.index("letter")) - afters[journey]
        contacts[journey] = await _begun(office, journey, end)
    office.now = ten - timedelta(hours=3)
    for _ in range(6):
        await office.beat(hours=1)
    begun = []
    while (holder := await _holder(office)) is not None:
        begun.append(next(journey for journey, id_ in contacts.items() if id_ == holder.contact))
        while (now := await _holder(office)) is not None and now.contact == holder.contact:
            await office.says(ANNA, SAID[now.question]["sv"])
        await office.beat(minutes=1)

    assert begun == [order[0], *sorted(order[1:], key=("call", "desk", "letter").index)]
    for id_ in contacts.values():
        assert await office.dispositions(id_) == {"after": ("answered", "")}


async def test_a_silent_question_comes_back_with_its_state_and_its_day(office: House) -> None:
    """What yielded is put again where it stood, as resumed, with the day of its own contact."""
    desk = await _begun(office, "desk", MONDAY)
    await office.beat(hours=2)
    await office.says(ANNA, SAID["helped"]["sv"])
    call = await _begun(office, "call", MONDAY + timedelta(hours=25))
    await office.beat(hours=25)
    assert await _turns(office) == {desk: "waiting", call: "open"}
    for question in ("whole", "helped"):
        await office.says(ANNA, SAID[question]["sv"])

    assert await _turns(office) == {desk: "open", call: "ended"}
    back = (await office.told(ANNA))[-1]
    assert back.startswith(office.words("resumed").partition("{")[0] + "16 november.")
    assert back.endswith("Helhet?")
    assert [row[0] for row in await office.kept(desk)] == ["helped"]


async def test_stop_ends_what_is_under_way_and_start_lets_the_rest_go_on(office: House) -> None:
    """Stop ends what is open and what waits, each with what was answered; after start what falls due later is asked."""
    desk = await _begun(office, "desk", MONDAY)
    letter = await _begun(office, "letter", MONDAY + timedelta(hours=3))
    await office.beat(hours=2)
    await office.says(ANNA, SAID["helped"]["sv"])
    call = await _begun(office, "call", MONDAY)
    assert await _turns(office) == {desk: "waiting", call: "open"}
    await office.says(ANNA, "/stopp")
    await office.says(ANNA, "/start")
    put = len(office.shown)
    await office.beat(hours=2)
    assert len(office.shown) == put
    assert (await office.dispositions(desk), await office.dispositions(call)) == (
        {"after": ("partial", "stopped")},
        {"after": ("declined", "stopped")},
    )
    await office.beat(hours=24)

    assert await _turns(office) == {desk: "ended", call: "ended", letter: "open"}


async def test_what_waits_comes_back_in_the_language_chosen_since(office: House) -> None:
    """A language chosen while one question waits is the language in which it comes back, its contact's day included."""
    desk = await _begun(office, "desk", MONDAY)
    await office.beat(hours=2)
    call = await _begun(office, "call", MONDAY)
    await office.says(ANNA, "/language")
    await office.taps(ANNA, "Suomi")
    assert (await office.told(ANNA))[-1].endswith("Kokonaan?")
    for question in ("whole", "helped"):
        await office.says(ANNA, SAID[question]["fi"])

    assert await _turns(office) == {desk: "open", call: "ended"}
    back = (await office.told(ANNA))[-1]
    assert back.startswith(office.words("resumed", "fi").partition("{")[0] + "16. marraskuuta.")
    assert back.endswith("Apua?")


async def test_what_was_put_off_waits_for_what_fell_due_meanwhile(office: House) -> None:
    """Who is asked about another contact when the hour is over is asked again as soon as that one has ended."""
    desk = await _begun(office, "desk", MONDAY)
    call = await _begun(office, "call", MONDAY + timedelta(minutes=90))
    await office.beat(hours=2)
    await office.taps(ANNA, "Senare")
    await office.taps(ANNA, "Om en timme")
    await office.beat(minutes=40)
    assert await _turns(office) == {desk: "later", call: "open"}
    await office.beat(minutes=30)
    assert await _turns(office) == {desk: "waiting", call: "open"}
    await office.says(ANNA, SAID["whole"]["sv"])
    await office.says(ANNA, SAID["helped"]["sv"])

    assert await _turns(office) == {desk: "open", call: "ended"}
    assert (await office.told(ANNA))[-1].startswith(office.words("resumed").partition("{")[0])


async def test_a_contact_cancelled_while_it_waits_never_comes_back(office: House) -> None:
    """Its conversation ends in silence with what was answered, and whoever has the floor keeps it."""
    desk = await _begun(office, "desk", MONDAY)
    await office.beat(hours=2)
    await office.says(ANNA, SAID["helped"]["sv"])
    call = await _begun(office, "call", MONDAY)
    put = len(office.shown)
    await office.store.write(office.rooms.changes.cancel, desk, office.now)
    await office.beat(minutes=1)
    assert len(office.shown) == put
    assert await _turns(office) == {desk: "ended", call: "open"}
    for question in ("whole", "helped"):
        await office.says(ANNA, SAID[question]["sv"])
    put = len(office.shown)
    await office.beat(hours=30)

    assert await office.dispositions(desk) == {"after": ("partial", "cancelled")}
    assert len(office.shown) == put
    assert not any(text.startswith(office.words("resumed").partition("{")[0]) for text in await office.told(ANNA))


async def test_what_waits_past_its_last_useful_moment_ends_in_silence(office: House) -> None:
    """It ends as unanswered, nothing is sent about it, and whoever has the floor keeps it."""
    call = await _begun(office, "call", MONDAY - timedelta(hours=46))
    desk = await _begun(office, "desk", MONDAY - timedelta(hours=3))
    assert await _turns(office) == {call: "waiting", desk: "open"}
    put = len(office.shown)
    await office.beat(hours=3)

    assert await office.dispositions(call) == {"after": ("unanswered", "no-reply")}
    assert await _turns(office) == {call: "ended", desk: "open"}
    assert len(office.shown) == put


async def test_of_several_that_wait_only_the_nearest_gets_the_floor(office: House) -> None:
    """When a silent question yields and two wait, one question is put: the one with the least time left."""
    call = await _begun(office, "call", MONDAY - timedelta(hours=2))
    desk = await _begun(office, "desk", MONDAY - timedelta(hours=3))
    letter = await _begun(office, "letter", MONDAY - timedelta(hours=26))
    assert await _turns(office) == {call: "waiting", desk: "waiting", letter: "open"}
    put = len(office.shown)
    await office.beat(hours=24)

    assert await _turns(office) == {call: "open", desk: "waiting", letter: "waiting"}
    assert len(office.shown) == put + 1


async def test_of_several_that_wait_the_nearest_comes_back_first(office: House) -> None:
    """Each end gives the floor to the one that waits with the least time left, in whatever order they were begun."""
    desk = await _begun(office, "desk", MONDAY - timedelta(hours=3))
    letter = await _begun(office, "letter", MONDAY - timedelta(hours=26))
    call = await _begun(office, "call", MONDAY - timedelta(hours=2))
    back = []
    while (holder := await _holder(office)) is not None:
        back += [holder.contact] if holder.contact not in back else []
        await office.says(ANNA, SAID[holder.question]["sv"])

    assert back == [call, desk, letter]


async def test_a_silent_question_keeps_the_floor_before_one_with_more_time_left(office: House) -> None:
    """After 24 silent hours the nearer question is still the open one: what has more time left goes on waiting."""
    letter = await _begun(office, "letter", MONDAY - timedelta(hours=26))
    call = await _begun(office, "call", MONDAY - timedelta(hours=2))
    desk = await _begun(office, "desk", MONDAY + timedelta(hours=3))
    put = len(office.shown)
    await office.beat(hours=25)

    assert await _turns(office) == {letter: "waiting", call: "open"}
    assert desk not in await _turns(office)
    assert len(office.shown) == put


async def test_a_button_answers_its_own_contact_and_takes_the_floor(office: House) -> None:
    """A tap on a question that waits is that contact's answer; whoever had the floor waits, unanswered."""
    desk = await _begun(office, "desk", MONDAY - timedelta(hours=3))
    put = office.shown[-1]
    letter = await _begun(office, "letter", MONDAY - timedelta(hours=26))
    await office.arrives(ANNA, Tapped(put.id, 1, put.labels.index("Ja"), f"t{put.id}"))

    assert [row[0] for row in await office.kept(desk)] == ["helped"]
    assert await office.kept(letter) == []
    assert await _turns(office) == {desk: "open", letter: "waiting"}


async def test_nothing_is_begun_in_a_pause(office: House) -> None:
    """What falls due in a pause is not asked in it, and ends with that reason when it is too late."""
    call = await _begun(office, "call", MONDAY + timedelta(hours=1))
    await office.says(ANNA, "/pause")
    await office.taps(ANNA, "En vecka")
    put = len(office.shown)
    await office.beat(hours=5)
    await office.beat(days=2)

    assert len(office.shown) == put
    assert await office.dispositions(call) == {"after": ("not-asked", "paused")}


async def test_a_waiting_question_is_not_reminded_of(office: House) -> None:
    """The one reminder is for the question that is open; what waits behind it is not put in its place."""
    letter = await _begun(office, "letter", MONDAY - timedelta(hours=26))
    desk = await _begun(office, "desk", MONDAY - timedelta(hours=3))
    put = len(office.shown)
    await office.beat(hours=49)

    assert await _turns(office) == {letter: "waiting", desk: "open"}
    assert len(office.shown) == put + 1
    assert office.shown[-1].body.text.startswith(office.words("reminder").partition("{")[0])


async def test_of_two_put_off_until_the_same_moment_the_nearest_comes_first(office: House) -> None:
    """Both put off until tomorrow morning: the one with less time left is asked, the other waits; so with a text."""
    desk = await _begun(office, "desk", MONDAY - timedelta(hours=3))
    call = await _begun(office, "call", MONDAY - timedelta(hours=2))
    for _ in range(2):
        await office.taps(ANNA, "Senare")
        await office.taps(ANNA, "I morgon")
    assert await _turns(office) == {desk: "later", call: "later"}
    await office.beat(hours=22, minutes=59)
    assert await _turns(office) == {desk: "later", call: "later"}
    await office.beat(minutes=1)

    assert await _turns(office) == {desk: "waiting", call: "open"}
    await office.says(ANNA, SAID["whole"]["sv"])
    assert [row[0] for row in await office.kept(call)] == ["whole"]


async def test_a_text_while_two_are_put_off_answers_the_nearer(office: House) -> None:
    """Two put off until the same moment: what is typed meanwhile answers the one that would be asked first."""
    desk = await _begun(office, "desk", MONDAY - timedelta(hours=3))
    call = await _begun(office, "call", MONDAY - timedelta(hours=2))
    for _ in range(2):
        await office.taps(ANNA, "Senare")
        await office.taps(ANNA, "I morgon")
    await office.says(ANNA, SAID["whole"]["sv"])

    assert [row[0] for row in await office.kept(call)] == ["whole"]
    assert await _turns(office) == {desk: "later", call: "open"}


async def test_a_contact_left_out_is_not_taken_up_again_by_a_change(office: House) -> None:
    """Once staff want nothing asked about a contact, its old buttons bring no question back."""
    desk = await _begun(office, "desk", MONDAY - timedelta(hours=3))
    await office.says(ANNA, SAID["helped"]["sv"])
    await office.store.write(office.rooms.changes.leave_out, desk, "staff-judgement", office.now)
    await office.deliver()
    await office.taps(ANNA, "Ändra")

    assert (await office.told(ANNA))[-1] == office.words("button-gone")
    assert await office.dispositions(desk) == {"after": ("partial", "staff-staff-judgement")}


async def test_what_waits_is_not_put_again_in_a_pause(office: House) -> None:
    """A floor that expiry frees in a pause stays free until the pause is over; then what waits comes back."""
    letter = await _begun(office, "letter", MONDAY - timedelta(hours=26))
    call = await _begun(office, "call", MONDAY - timedelta(hours=2))
    await office.says(ANNA, "/pause")
    await office.taps(ANNA, "En vecka")
    put = len(office.shown)
    await office.beat(hours=47)
    await office.beat(days=3)
    assert await office.dispositions(call) == {"after": ("unanswered", "no-reply")}
    assert len(office.shown) == put
    await office.beat(days=3, hours=2)

    assert await _turns(office) == {letter: "open", call: "ended"}
    assert len(office.shown) == put + 1


async def test_two_taps_at_once_are_one_answer(office: House) -> None:
    """The same button tapped twice in the same moment counts once, and what comes next is put once."""
    desk = await _begun(office, "desk", MONDAY - timedelta(hours=3))
    put = office.shown[-1]
    tap = Tapped(put.id, 1, put.labels.index("Ja"), f"t{put.id}")
    await asyncio.gather(office.arrives(ANNA, tap), office.arrives(ANNA, tap))

    assert await office.kept(desk) == [("helped", 1, "answered", "yes", None)]
    assert sum(text.endswith("Helhet?") for text in await office.told(ANNA)) == 1


async def test_turns_survive_a_restart(tmp_path: Path) -> None:
    """A new house on the same file knows who has the floor and what waits, and goes on with it."""
    ids = itertools.count()
    before = await _opened(tmp_path, ids)
    desk = await _begun(before, "desk", MONDAY - timedelta(hours=3))
    call = await _begun(before, "call", MONDAY - timedelta(hours=2))
    await before.store.close()
    after = await _opened(tmp_path, ids)
    try:
        assert await _turns(after) == {desk: "waiting", call: "open"}
        for question in ("whole", "helped"):
            await after.says(ANNA, SAID[question]["sv"])
        assert await _turns(after) == {desk: "open", call: "ended"}
        assert after.shown[-1].body.text.startswith(after.words("resumed").partition("{")[0])
    finally:
        await after.store.close()


@dataclass(frozen=True)
class _Holder:
    contact: str
    question: str


@dataclass(frozen=True)
class _Turn:
    contact_id: str
    turn: str
    state: bytes


async def _begun(house: House, journey: str, end: datetime) -> str:
    """A contact that ends at this moment, registered and opened now; what is due already begins."""
    made = await house.register(journey, start=end - timedelta(minutes=30), end=end)
    await house.says(ANNA, f"/start {made.code}")
    return made.id


async def _turns(house: House) -> dict[str, str]:
    """Contact to the turn of its conversation."""
    return {row.contact_id: row.turn for row in await house.store.read(_conversations)}


async def _holder(house: House) -> _Holder | None:
    """Whose question is open, and which."""
    found = [row for row in await house.store.read(_conversations) if row.turn == "open"]
    assert len(found) <= 1
    return _Holder(found[0].contact_id, _STATES.decode(found[0].state).open) if found else None


def _conversations(tx: Transaction) -> list[_Turn]:
    return tx.all(_Turn, "SELECT contact_id, turn, state FROM conversations ORDER BY began_at")
