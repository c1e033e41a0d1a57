"""Call-backs: asked for, promised, kept or not, asked about; and where the number is, and where it never is."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from bot import call_times, organisation, rooms
from bot import settings as environment
from bot.app import Application
from bot.app import opened as opened_application
from bot.arrivals import Left, Shared, Tapped
from bot.cli import main
from bot.contacts import NewContact
from bot.figures.promises import Promises, promises
from bot.openings import opened_house
from bot.store import call_backs, weeks
from bot.store.call_backs import CallBack, CallBackRow, Outcome
from bot.store.database import Transaction
from flows.messages import Tap
from flows.understanding import wish
from tests.fake_telegram import Citizen, FakeTelegram
from tests.house import LANGUAGES, MONDAY, House
from tests.wild import examples

ANNA, BO = 77, 88
NUMBER = "070-174 06 35"
_PLAIN = organisation.default(LANGUAGES)


@dataclass(frozen=True)
class Number:
    """A row of numbers_to_call."""

    call_back_id: str
    sealed: bytes


async def a_ladder(house: House, person: int = ANNA) -> str:
    """Somebody whose contact is over, with a question open: returns the contact's id."""
    registered = await house.register("phone-call", start=house.now - timedelta(hours=3), channel="phone")
    await house.says(person, f"/start {registered.code}")
    return registered.id


async def promised(house: House, slot: str = "Så snart som möjligt", person: int = ANNA) -> CallBack:
    """A contact, and a call asked for about it."""
    contact = await a_ladder(house, person)
    await house.says(person, "ring mig")
    await house.taps(person, slot)
    await house.says(person, NUMBER)
    return await the_one(house, contact)


async def silent(house: House) -> None:
    """Nothing is open any more: whoever was asked a question said stop to nothing, and the question has run out."""
    await house.store.write(lambda tx: tx.run("UPDATE conversations SET turn = 'ended'"))


async def every(house: House) -> list[CallBack]:
    """All rows."""
    return await house.store.read(lambda tx: tx.all(CallBack, "SELECT * FROM call_backs ORDER BY begun_at, id"))


async def the_one(house: House, contact: str) -> CallBack:
    """The only row of a contact."""
    rows = [row for row in await every(house) if row.contact_id == contact]
    assert len(rows) == 1
    return rows[0]


async def numbers(house: House) -> list[str]:
    """Every number kept, opened with the key."""
    rows = await house.store.read(lambda tx: tx.all(Number, "SELECT call_back_id, sealed FROM numbers_to_call"))
    return [house.premises.keyring.unseal(row.sealed, purpose=b"call-back").decode() for row in rows]


async def marked(house: House, id_: str, outcome: Outcome = "reached") -> bool:
    """Staff mark one done."""
    return await house.store.write(house.rooms.call_backs.promises.done, id_, outcome, house.now)


def last(house: House, person: int = ANNA) -> str:
    """What this person was told last."""
    lookup = house.premises.keyring.lookup("telegram", str(person))
    return next(one.body.text for one in reversed(house.shown) if one.lookup == lookup and one.kind == "send")


def refurnished(house: House, **changes: object) -> None:
    """The same house with another organisation's file."""
    premises = replace(house.premises, organisation=replace(house.premises.organisation, **changes))  # type: ignore[arg-type]
    house.premises, house.rooms = premises, rooms.built(premises)


# Asking for one.


async def test_from_the_button_to_the_promise(house: House) -> None:
    """A slot and a number make a promise whose deadline is in the unit's working hours and is said in words."""
    contact = await a_ladder(house)
    await house.says(ANNA, "ring mig")

    assert house.shown[-1].labels == [
        "På förmiddagen (8–12)", "På eftermiddagen (12–16.30)", "Så snart som möjligt", "Jag ringer er i stället",
        "Nej, det behövs inte",
    ]  # fmt: skip
    assert house.shown[-1].body.text == "När får vi ringa? (hela organisationen) Telefontiderna står på vår webbplats."
    await house.taps(ANNA, "På eftermiddagen (12–16.30)")
    assert house.shown[-1].body.keys == ("Dela mitt nummer", "Nej, det behövs inte")
    await house.says(ANNA, f"Mitt nummer är {NUMBER}, tack")

    row = await the_one(house, contact)
    assert (row.state, row.way, row.slot, row.unit, row.asked_at) == (
        "open", "call-me", "afternoon", "main", house.now
    )  # fmt: skip
    assert row.deadline == house.premises.organisation.working_hours("main").deadline(house.now, 8)
    kept, promise, question = house.shown[-3:]
    assert (kept.body.text, kept.body.keys) == ("Tack! Numret slutar på 35.", ())
    assert promise.body.text == (
        "Vi ringer dig på eftermiddagen (12–16.30), senast tisdag 17 november kl. 9.30. (hela organisationen)"
    )
    assert promise.labels == ["Avboka samtalet"]
    assert question.body.text.startswith(house.words("resumed")[:20])
    assert await numbers(house) == ["+46701740635"]


async def test_the_open_question_stays_open_and_takes_other_text(house: House) -> None:
    """While a call waits for a number, text without one answers the open question; the number still comes through."""
    contact = await a_ladder(house)
    await house.says(ANNA, "ring mig")
    await house.taps(ANNA, "Så snart som möjligt")
    before = len(await house.kept(contact))
    await house.says(ANNA, "hoppa över")

    assert [row[2] for row in (await house.kept(contact))[before:]] == ["skipped"]
    await house.says(ANNA, NUMBER)
    assert (await the_one(house, contact)).state == "open"
    assert len(await house.kept(contact)) == before + 1


async def test_no_never_mind_leaves_nothing(house: House) -> None:
    """Never mind forgets the call-back; the question stands near and is not put again; a second tap is silence."""
    await a_ladder(house)
    await house.says(ANNA, "ring mig")
    await house.taps(ANNA, "Nej, det behövs inte")
    after = len(house.shown)
    await house.taps(ANNA, "Nej, det behövs inte")

    assert last(house) == house.words("call-dropped")
    assert len(house.shown) == after
    assert await every(house) == []


async def test_never_mind_typed_with_the_key_takes_the_keys_away(house: House) -> None:
    """The second key below the chat writes its words; they end the asking, and the question is put again."""
    await a_ladder(house)
    await house.says(ANNA, "ring mig")
    await house.taps(ANNA, "På förmiddagen (8–12)")
    await house.says(ANNA, "Nej, det behövs inte")

    assert [one.body.keys for one in house.shown[-2:]] == [(), None]
    assert house.shown[-1].body.text.startswith(house.words("resumed")[:20])
    assert await every(house) == []


async def test_a_time_can_be_typed_but_a_bare_digit_is_an_answer(house: House) -> None:
    """The words on a slot's button may be typed; "1" belongs to the open question."""
    contact = await a_ladder(house)
    await house.says(ANNA, "ring mig")
    await house.says(ANNA, "1")
    assert (await the_one(house, contact)).slot is None
    await house.says(ANNA, "på förmiddagen")

    assert (await the_one(house, contact)).slot == "morning"


async def test_i_will_call_is_a_call_back_too(house: House) -> None:
    """Who calls themselves is told phone and hours, leaves no number, and stands in the list."""
    contact = await a_ladder(house)
    await house.says(ANNA, "ring mig")
    await house.taps(ANNA, "Jag ringer er i stället")

    row = await the_one(house, contact)
    assert (row.state, row.way, row.slot) == ("open", "i-call", None)
    assert row.deadline is not None
    assert house.premises.organisation.phone in last(house)
    assert house.shown[-1].labels == ["Avboka samtalet"]
    assert await numbers(house) == []


async def test_one_at_a_time_for_a_contact(house: House) -> None:
    """Asking again shows the call that is promised already; tapping the old buttons changes nothing."""
    row = await promised(house)
    await house.says(ANNA, "ring mig")
    assert last(house).startswith(house.words("call-already"))
    await house.taps(ANNA, "På förmiddagen (8–12)")
    after = len(house.shown)
    await house.taps(ANNA, "Så snart som möjligt")

    assert len(house.shown) == after
    assert [(one.id, one.slot) for one in await every(house)] == [(row.id, "soon")]


async def test_withdrawn_by_button_also_after_stop(house: House) -> None:
    """Withdrawing takes the number away at once, even after /stopp; the same tap again is silence."""
    row = await promised(house)
    await house.says(ANNA, "/stopp")
    await house.taps(ANNA, "Avboka samtalet")
    after = len(house.shown)
    await house.taps(ANNA, "Avboka samtalet")
    await house.taps(ANNA, "Så snart som möjligt")

    assert [one.body.text for one in house.shown[after:]] == [house.words("stopped")]
    assert await numbers(house) == []
    assert (await every(house))[0].state == "withdrawn"
    assert not await marked(house, row.id)


async def test_after_stop_nobody_is_asked_for_a_number(house: House) -> None:
    """Who has said stop and writes "ring mig" is told the phone; nothing is begun."""
    await a_ladder(house)
    await house.says(ANNA, "/stopp")
    await house.says(ANNA, "ring mig")

    assert house.premises.organisation.phone in last(house)
    assert await every(house) == []


async def test_a_unit_that_does_not_call_gives_its_phone(house: House) -> None:
    """With `call-backs: no` the unit's own phone and hours are told, and nothing is begun."""
    unit = replace(house.premises.organisation.units["main"], call_backs=False, phone="08-465 004 07")
    refurnished(house, units={"main": unit})
    await a_ladder(house)
    await house.says(ANNA, "ring mig")

    assert "08-465 004 07" in last(house)
    assert last(house).startswith(house.words("call-me-number")[:20])
    assert await every(house) == []


async def test_a_stranger_is_told_the_phone(house: House) -> None:
    """Without a contact nobody would know who should call: /help's button tells the organisation's phone."""
    await house.says(ANNA, "/help")
    await house.taps(ANNA, "Ring mig")

    assert house.premises.organisation.phone in last(house)
    assert await every(house) == []


@pytest.mark.parametrize("text", ["070-174", "19121212-1212", "0900 123 456"])
async def test_a_mistyped_number_is_never_an_answer(house: House, text: str) -> None:
    """What is nothing but digits, and no number to call, is asked for again, and kept nowhere."""
    contact = await a_ladder(house)
    await house.says(ANNA, "ring mig")
    await house.taps(ANNA, "Så snart som möjligt")
    await house.says(ANNA, text)

    assert last(house) == house.words("call-number-odd")
    assert await numbers(house) == []
    assert await house.kept(contact) == []


async def test_an_emergency_is_heard_with_a_number_in_it(house: House) -> None:
    """Emergency words come before everything, also while a call waits for a number."""
    await a_ladder(house)
    await house.says(ANNA, "ring mig")
    await house.taps(ANNA, "Så snart som möjligt")
    await house.says(ANNA, f"jag vill dö, {NUMBER}")

    assert "112" in last(house)
    assert await numbers(house) == []


async def test_the_waiting_ends_after_half_an_hour(house: House) -> None:
    """A number typed later than half an hour after the slot is no call any more; the old slot can be chosen anew."""
    await a_ladder(house)
    await house.says(ANNA, "ring mig")
    await house.taps(ANNA, "Så snart som möjligt")
    house.now += timedelta(minutes=31)
    await house.says(ANNA, NUMBER)
    assert await numbers(house) == []
    await house.taps(ANNA, "På förmiddagen (8–12)")
    await house.says(ANNA, NUMBER)

    assert await numbers(house) == ["+46701740635"]


async def test_a_card_must_be_their_own(house: House) -> None:
    """Somebody else's card is not taken; one's own is, with or without a plus; unasked it is not kept."""
    contact = await a_ladder(house)
    await house.arrives(ANNA, Shared("46701740635", own=True))
    assert (last(house), house.shown[-1].body.keys) == (house.words("call-number-unasked"), ())
    await house.says(ANNA, "ring mig")
    await house.taps(ANNA, "Så snart som möjligt")
    await house.arrives(ANNA, Shared("46701740699", own=False))
    assert last(house) == house.words("call-number-of-another")
    await house.arrives(ANNA, Shared("46701740635", own=True))

    assert await numbers(house) == ["+46701740635"]
    assert (await the_one(house, contact)).state == "open"


async def test_a_button_of_somebody_else_changes_nothing(house: House) -> None:
    """A forged tap on another person's slots or withdrawal does nothing to it."""
    row = await promised(house)
    withdraw = next(one.id for one in reversed(house.shown) if one.labels == ["Avboka samtalet"])
    await house.arrives(BO, Tapped(withdraw, 1, 0, None))
    stranger = await house.store.write(lambda tx: house.rooms.people.met(tx, "telegram", str(BO), "sv", house.now))
    forged = Tap("call-back", row.id, choice="withdraw")
    await house.store.write(house.rooms.call_backs.tapped, forged, stranger, house.now)

    assert (await every(house))[0] == row


async def test_the_number_is_nowhere_but_sealed(house: House) -> None:
    """No file of the database holds the number in clear, and after the call not even sealed."""
    row = await promised(house)
    sealed = (await house.store.read(lambda tx: tx.all(Number, "SELECT call_back_id, sealed FROM numbers_to_call")))[0]
    assert await marked(house, row.id)
    await house.store.close()
    data = b"".join(file.read_bytes() for file in house.store.path.parent.glob("kundresa.db*"))

    for clear in (b"070-174", b"701740635", b"174 06 35"):
        assert clear not in data
    assert sealed.sealed not in data


async def test_a_journeys_question_for_a_number_is_a_call_back(house: House) -> None:
    """A number given to a journey's question becomes a call as soon as possible; a corrected one replaces it."""
    contact = await a_ladder(house)
    for number in ("+46701740635", "+46701740608"):
        person = await house.store.write(lambda tx: house.rooms.people.met(tx, "telegram", str(ANNA), "sv", house.now))
        await house.store.write(house.rooms.call_backs.number, contact, number, person, house.now)

    row = await the_one(house, contact)
    assert (row.state, row.way, row.slot) == ("open", "call-me", "soon")
    assert await numbers(house) == ["+46701740608"]


@pytest.mark.parametrize(
    "text", ["ring mig", "Ring mig tack!", "/ring_mig", "soita minulle", "Call me, please", "call me"]
)
def test_call_me_can_be_typed(text: str) -> None:
    """Whoever writes it in one of the three languages wants to be called."""
    assert wish(text) == "call-me"


@pytest.mark.parametrize(
    ("language", "slot", "said"),
    [
        ("fi", "Aamupäivällä (8–12)", "Soitamme sinulle aamupäivällä (8–12), viimeistään tiistaina 17. marraskuuta"),
        ("en", "As soon as possible", "We will call you as soon as we can, Tuesday 17 November at 9:30 at the latest."),
    ],
)  # fmt: skip
async def test_the_promise_in_every_language(house: House, language: str, slot: str, said: str) -> None:
    """Days and hours are written as the language writes them."""
    registered = await house.register("phone-call", start=house.now - timedelta(hours=3), channel="phone")
    await house.says(ANNA, f"/start {registered.code}", language=language)
    await house.says(ANNA, "call me", language=language)
    await house.taps(ANNA, slot)
    await house.says(ANNA, NUMBER, language=language)

    assert any(text.startswith(said) for text in await house.told(ANNA))


# By when.


@examples(60)
@given(
    st.integers(0, 60 * 24 * 60),
    st.sampled_from(["soon", "morning", "afternoon"]),
    st.sampled_from([1, 2, 8, 24]),
)  # fmt: skip
def test_a_deadline_can_be_kept(minutes: int, slot: str, within: int) -> None:
    """Whatever is asked for when: the deadline is never before the working hours promised, and the slot comes first."""
    chosen = replace(_PLAIN, call_backs=replace(_PLAIN.call_backs, within_hours=within))
    asked_at = MONDAY + timedelta(minutes=minutes)
    hours = chosen.working_hours("main")
    due = call_times.deadline(chosen, "main", slot, asked_at)

    assert due >= hours.deadline(asked_at, within)
    assert any(begin < due <= end for begin, end in hours.stretches(due.astimezone(chosen.zone).date()))
    if slot != "soon":
        span = chosen.slots("main")[slot]
        moment, seen = asked_at, False
        while moment < due and not seen:
            local = moment.astimezone(chosen.zone)
            at_work = any(begin <= moment < end for begin, end in hours.stretches(local.date()))
            seen = at_work and span.opens <= local.time() < span.closes
            moment += timedelta(minutes=15)
        assert seen


# Done, and asked about.


async def test_done_wipes_the_number_and_asks_two_days_later(house: House) -> None:
    """Two days after staff marked it done, in open hours, the person is asked whether it happened and helped: once."""
    row = await promised(house)
    await silent(house)
    house.now += timedelta(hours=3)
    assert await marked(house, row.id)
    assert not await marked(house, row.id)
    assert await numbers(house) == []
    before = len(house.shown)
    await house.beat(hours=47)
    assert len(house.shown) == before
    await house.beat(hours=1)
    assert last(house) == "Vi lovade att ringa dig senast tisdag 17 november. (hela organisationen) Blev det av?"
    asked = house.shown[-1].id
    await house.taps(ANNA, "Ja")
    assert last(house) == house.words("call-helped")
    await house.taps(ANNA, "Delvis")
    after = len(house.shown)
    await house.taps(ANNA, "Delvis")
    await house.taps(ANNA, "Nej")
    await house.arrives(ANNA, Tapped(asked, 1, 1, None))
    await house.beat(days=5)
    await house.beat(days=5)

    assert last(house) == house.words("call-thanks")
    assert len(house.shown) == after
    found = (await every(house))[0]
    assert (found.outcome, found.happened, found.helped) == ("reached", "yes", "partly")


async def test_a_call_that_never_came_is_asked_about_too(house: House) -> None:
    """Nobody marked it done: two days after the deadline the person is asked, told sorry, and offered a new call."""
    row = await promised(house)
    await silent(house)
    assert row.deadline is not None
    house.now = row.deadline
    await house.beat(hours=47, minutes=59)
    assert "Blev det av?" not in last(house)
    await house.beat(minutes=1)
    await house.says(ANNA, "nej")
    assert last(house) == house.words("call-sorry")
    house.now += timedelta(minutes=1)
    await house.taps(ANNA, "Ja, ring mig")
    assert last(house).startswith(house.words("call-already"))  # the old promise is still open
    assert await marked(house, row.id)
    await house.taps(ANNA, "Ja, ring mig")
    await house.taps(ANNA, "Så snart som möjligt")
    await house.says(ANNA, NUMBER)

    first, second = await every(house)
    assert (first.happened, first.state) == ("no", "done")
    assert (second.state, second.contact_id) == ("open", first.contact_id)
    await house.beat(days=1)
    assert "Blev det av?" not in last(house)


async def test_who_was_not_reached_is_asked_for_a_new_time(house: House) -> None:
    """Not reached: as soon as people may be written to, a new time is offered; typing yes takes it."""
    row = await promised(house)
    await silent(house)
    assert await marked(house, row.id, "not-reached")
    await house.beat(minutes=1)
    assert last(house).startswith("Vi försökte ringa dig")
    await house.says(ANNA, "ja")

    assert last(house).startswith("När får vi ringa?")


async def test_nobody_is_asked_at_night(house: House) -> None:
    """What is due in closed hours waits for the morning."""
    row = await promised(house)
    await silent(house)
    await marked(house, row.id)
    house.now = datetime(2026, 11, 18, 21, tzinfo=UTC)  # 22:00 in Stockholm
    await house.beat()
    assert "Blev det av?" not in last(house)
    await house.beat(hours=10)

    assert "Blev det av?" in last(house)


async def test_nobody_is_asked_beside_an_open_question(house: House) -> None:
    """An open question is given a day of silence before anything is asked about a call."""
    row = await promised(house)
    await marked(house, row.id)
    house.now = datetime(2026, 11, 18, 21, tzinfo=UTC)  # 22:00 in Stockholm
    await house.store.write(lambda tx: tx.run("UPDATE conversations SET asked_at = :now", now=house.now))
    await house.store.write(lambda tx: tx.run("UPDATE follow_ups SET remind_at = NULL"))
    await house.beat()
    assert "Blev det av?" not in last(house)
    await house.beat(hours=12)
    assert "Blev det av?" not in last(house)
    await house.beat(hours=24)

    assert "Blev det av?" in last(house)


@pytest.mark.parametrize("gone", ["stopped", "paused", "left"])
async def test_nobody_is_asked_who_stopped_paused_or_left(house: House, gone: str) -> None:
    """Who said stop, paused or blocked the bot is not asked, and after two weeks never will be."""
    row = await promised(house)
    await silent(house)
    await marked(house, row.id)
    if gone == "stopped":
        await house.says(ANNA, "/stopp")
    elif gone == "left":
        await house.arrives(ANNA, Left())
    else:
        until = house.now + timedelta(days=90)
        await house.store.write(lambda tx: tx.run("UPDATE persons SET paused_until = :until", until=until))
    before = len(house.shown)
    for _ in range(20):
        await house.beat(days=1)

    assert len(house.shown) == before
    assert (await every(house))[0].ask_at is None


async def test_numbers_nobody_called_are_deleted_but_the_promise_stays_broken(house: House) -> None:
    """After thirty days the number goes; the call-back stays open, so that it counts as not kept."""
    await promised(house)
    await house.store.write(house.rooms.call_backs.promises.tidy, house.now + timedelta(days=29))
    assert len(await numbers(house)) == 1
    await house.store.write(house.rooms.call_backs.promises.tidy, house.now + timedelta(days=31))

    assert await numbers(house) == []
    assert [row.state for row in await every(house)] == ["open"]


# Figures and the data file.


async def test_rows_of_a_week_stay_as_they_stood(house: House) -> None:
    """A week's rows are the same whenever they are read: what happens later belongs to a later week."""
    row = await promised(house)
    await silent(house)
    zone = house.premises.zone

    async def of(week: str) -> list[CallBackRow]:
        return await house.store.read(_rows, week, zone)

    house.now += timedelta(hours=2)
    await marked(house, row.id)
    house.now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    first = await of("2026-W47")
    assert [(one.id, one.state, one.outcome, one.in_time, one.happened) for one in first] == [
        (row.id, "done", "reached", 1, None)
    ]
    await house.store.write(weeks.close_ended, house.now, zone)
    await house.beat()
    await house.taps(ANNA, "Ja")
    house.now = datetime(2026, 11, 22, 9, tzinfo=UTC)  # the clock jumps back into the closed week
    await house.taps(ANNA, "Ja")

    assert await of("2026-W47") == first
    assert [(one.happened, one.helped) for one in await of("2026-W48")] == [("yes", "yes")]


async def test_a_promise_is_known_to_be_broken_in_the_week_of_its_deadline(house: House) -> None:
    """Asked on Friday, not done by Monday: not due at the first week's close, not kept at the second's."""
    house.now = datetime(2026, 11, 20, 14, tzinfo=UTC)
    await promised(house)
    zone = house.premises.zone
    for week, in_time in (("2026-W47", None), ("2026-W48", 0)):
        rows = await house.store.read(_rows, week, zone)
        assert [row.in_time for row in rows] == [in_time]
    asked = await house.store.read(
        lambda tx: promises(call_backs.rows_asked(tx, "2026-W45", "2026-W47", "2026-W48", zone, False))
    )
    assert (asked.asked, asked.not_done) == (1, 1)


def _rows(tx: Transaction, week: str, zone: tzinfo) -> list[CallBackRow]:
    return list(call_backs.rows_of_week(tx, week, zone, simulated=False))


def row(**changes: object) -> CallBackRow:
    """A call-back, reached in time unless told otherwise."""
    usual = CallBackRow(
        id="a",
        contact_id=None,
        unit="main",
        service=None,
        way="call-me",
        slot="soon",
        asked_at=MONDAY,
        deadline=MONDAY,
        state="done",
        done_at=MONDAY,
        outcome="reached",
        in_time=1,
        happened=None,
        helped=None,
        person_id=None,
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def test_the_rate_counts_every_promise_that_was_due() -> None:
    """Late, not reached and never done are promises not kept; not yet due and withdrawn in time are in neither."""
    counted = promises([
        row(happened="yes"), row(happened="no"), row(outcome="met"),
        row(in_time=0), row(in_time=0, outcome="not-reached"),
        row(in_time=0, outcome=None, state="open", done_at=None), row(in_time=None, outcome=None, state="open"),
        row(in_time=None, outcome=None, state="withdrawn"), row(in_time=0, outcome=None, state="withdrawn"),
    ])  # fmt: skip

    assert counted == Promises(
        asked=8, in_time=3, late=1, not_reached=1, not_done=2, not_due=1, confirmed=1, denied=1
    )  # fmt: skip
    rate, said = counted.kept_rate(), counted.confirmed_rate()
    assert rate is not None
    assert said is not None
    assert [rate.share, rate.interval.low, rate.interval.high] == pytest.approx([3 / 7, 0.158, 0.750], abs=0.001)
    assert said.share == 0.5
    assert Promises().kept_rate() is None


# Staff.


def test_staff_see_and_settle_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list has the nearest deadline first and marks what is overdue; numbers are shown only when asked for."""
    for name in environment.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KUNDRESA_DATABASE", str(tmp_path / "k.db"))
    asyncio.run(_two_waiting(tmp_path))

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended, time_machine.travel(MONDAY + timedelta(days=1), tick=True):
            main(["call-backs", *arguments])
        return (int(ended.value.code or 0), *capsys.readouterr())

    listed = run("list")[1]
    lines = [line.split("\t") for line in listed.splitlines()]
    assert [line[2] for line in lines] == ["overdue", "overdue", ""]
    assert [line[1] for line in lines[1:]] == ["Mon 2026-11-16 16:00", "Tue 2026-11-17 16:00"]
    assert not re.search(r"\d{7}", listed)
    assert "+46701740635" in run("list", "--numbers", "--overdue")[1]
    assert run("list", "--unit", "mian")[0] == 1
    first = lines[1][0]
    code, out, _ = run("done", first, "--outcome", "reached")
    assert (code, out.splitlines()[0]) == (0, f"Done: {first} (reached, promise not kept in time).")
    code, _, err = run("done", first, "--outcome", "reached")
    assert (code, err.count("\n")) == (1, 1)
    assert "marked done already" in err
    assert run("done", "nobody", "--outcome", "reached")[2].startswith("There is no call-back 'nobody'.")
    assert "Did you mean" in run("done", first, "--outcome", "reachd")[2]
    assert first not in run("list")[1]
    assert first in run("list", "--all")[1]


async def _two_waiting(folder: Path) -> None:
    async with opened_house(environment.from_environment()) as house:

        def ask(tx: Transaction, person: str, now: datetime) -> None:
            new = NewContact("phone-call", "main", start=now - timedelta(hours=3), service="general", channel="phone")
            registered = house.rooms.contacts.register(tx, new, now)
            met = house.rooms.people.met(tx, "telegram", person, "sv", now)
            house.rooms.call_backs.number(tx, registered.id, "+46701740635", met, now)

        await house.store.write(ask, "1", MONDAY + timedelta(hours=20))
        await house.store.write(ask, "2", MONDAY - timedelta(days=1))


# Through Telegram.


async def test_the_number_is_shared_in_telegram(tmp_path: Path) -> None:
    """The keyboard asks for the person's own card, takes no other, and is gone afterwards; raw updates are wiped."""
    now = MONDAY
    async with FakeTelegram(limits=None) as telegram:
        given = {
            "TELEGRAM_BOT_TOKEN": telegram.token, "KUNDRESA_TELEGRAM_API": telegram.url, "KUNDRESA_TELEGRAM_RATE": "0",
            "KUNDRESA_DATABASE": str(tmp_path / "kundresa.db"), "KUNDRESA_EXPORTS": str(tmp_path / "exports"),
            "KUNDRESA_LISTEN": "127.0.0.1:0",
        }  # fmt: skip
        async with opened_application(environment.read(given), now=lambda: now, beating=False) as bot:
            citizen = await _asked_for_a_number(bot, telegram, now)
            assert citizen.keyboard == [["Dela mitt nummer"], ["Nej, det behövs inte"]]
            other = {"phone_number": "+46701740699", "first_name": "Bo", "user_id": citizen.id + 1}
            citizen._sends_content({"contact": other})
            await citizen.sees("Det var någon annans nummer")
            await citizen.sends_contact("46701740635")
            await citizen.sees("senast tisdag 17 november")
            await citizen.sees("Nu tillbaka till en fråga")

            assert citizen.keyboard == []
            assert not any("701740635" in message.text for message in citizen.screen if message.from_bot)
            await telegram.drained()
            left = await bot.house.store.read(lambda tx: tx.count("SELECT count(*) FROM inbox WHERE raw IS NOT NULL"))
            assert left == 0


async def _asked_for_a_number(bot: Application, telegram: FakeTelegram, now: datetime) -> Citizen:
    new = NewContact("phone-call", "main", start=now - timedelta(hours=3), service="general", channel="phone")
    registered = await bot.house.store.write(bot.house.rooms.contacts.register, new, now)
    citizen = telegram.citizen(language_code="sv")
    await citizen.starts(registered.code or "")
    await citizen.sees("Hej!")
    await citizen.sends("ring mig")
    await citizen.sees("När får vi ringa?")
    await citizen.taps("Så snart som möjligt")
    await citizen.sees("Vilket nummer ska vi ringa?")
    return citizen
