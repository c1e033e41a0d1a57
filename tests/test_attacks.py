"""Attacks and bad luck: forged and repeated input, floods, a process that dies anywhere, full disks, prying eyes."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
import stat
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from bot import keys, openings
from bot import settings as configuration
from bot.arrivals import Arrival, Left, Said, Tapped
from bot.desk import Desk
from bot.doors.telegram.reading import DOOR, NotUnderstood, arrival, callback_data, peek, update_key
from bot.store import inbox, outbox, weeks
from bot.store.database import Transaction, Value
from bot.store.inbox import Received
from bot.workbook import export
from tests.house import House
from tests.wild import examples

ANNA, BO = 748_301_995_177, 748_301_995_188
NAME, USER_NAME = "Zebulonia", "zebulonia_user"


# Forged, repeated, huge, out of order


async def test_a_tap_redelivered_after_eight_days_counts_once(house: House) -> None:
    """When the inbox has forgotten an update's id, the answer it gave still counts once and nothing is said."""
    contact = await _phone_call(house)
    update = _tap(1, ANNA, callback_data(house.shown[-1].id, 1, 0))
    await _comes_in(house, update)
    house.now += timedelta(days=8, minutes=1)
    await house.store.write(inbox.tidy, house.now)
    said = len(house.shown)
    await _comes_in(house, update)

    assert await house.store.read(lambda tx: tx.count("SELECT count(*) FROM inbox WHERE state = 'done'")) == 1
    assert [row[:2] for row in await house.kept(contact)].count((await house.kept(contact))[0][:2]) == 1
    assert len(house.shown) == said


_FORGED = (
    "", "zzzzzzzzzzzz.zzzzzz.zzzz", "-1.1.1", "1.1.-1", "1", "1.1.1.1", "٣.١.٠", "1.1.1\n", "0.0.0", "x" * 64,
    "1e9.1.0",
)  # fmt: skip


@pytest.mark.parametrize("data", _FORGED)
async def test_forged_button_data_is_told_to_be_gone(house: House, data: str) -> None:
    """Whatever bytes a forged button carries, the turn is taken, changes nothing and gets one kind word."""
    contact = await _phone_call(house)
    await _comes_in(house, _tap(1, BO, data))

    assert await house.told(BO) == [house.words("button-gone")]
    assert await house.kept(contact) == []


async def test_a_group_is_never_answered(house: House) -> None:
    """Taps, texts and links from a group change nothing and are not answered, whoever sends them."""
    registered = await house.register()
    group = {"id": -100_123, "type": "supergroup", "title": "x"}
    text = {"message_id": 5, "date": 1, "chat": group, "from": _user(ANNA), "text": f"/start {registered.code}"}
    tap = {"id": "9", "from": _user(ANNA), "data": "1.1.0", "chat_instance": "1", "message": text}
    updates: tuple[dict[str, object], ...] = ({"message": text}, {"edited_message": text}, {"callback_query": tap})
    for number, update in enumerate(updates):
        await _comes_in(house, json.dumps({"update_id": number, **update}).encode())

    assert house.shown == []
    assert await house.store.read(lambda tx: tx.count("SELECT count(*) FROM persons")) == 0


async def test_a_forwarded_link_shows_nothing_of_whoever_used_it(house: House) -> None:
    """Who follows a link that another has used learns nothing, takes nothing over, and is told as any stranger is."""
    registered = await house.register("phone-call", start=house.now - timedelta(hours=3), channel="phone")
    await house.says(ANNA, f"/start {registered.code}")
    await house.says(ANNA, "Behövde råd")
    before = await house.kept(registered.id)
    for text in (f"/start {registered.code}", "/mydata", "/help", "/start", "1"):
        await house.says(BO, text)
    await house.says(BO, "/start nonsense")

    told = await house.told(BO)
    assert told[0] == told[-1]
    assert not [text for text in told if "råd" in text or "Vad gjorde att" in text]
    assert await house.kept(registered.id) == before


async def test_words_of_one_who_declined_are_never_shown_to_the_next(house: House) -> None:
    """An invitation is nobody's again only if nothing was said: else the next with the link could read it."""
    registered = await house.register("phone-call", start=house.now - timedelta(hours=3), channel="phone")
    await house.says(ANNA, f"/start {registered.code}")
    notice = house.shown[-1]
    await house.says(ANNA, "/help")
    await house.taps(ANNA, "Jag har ett önskemål")
    for text in (*["hoppa över"] * 3, "en hemlighet", "en hemlighet"):
        await house.says(ANNA, text)
    while "Vad gjorde" not in house.shown[-1].body.text:
        await house.says(ANNA, "hoppa över")
    await house.arrives(ANNA, Tapped(notice.id, 1, notice.labels.index("Nej tack"), None))
    for text in (f"/start {registered.code}", "/mydata"):
        await house.says(BO, text)

    assert not [text for text in await house.told(BO) if "hemlighet" in text]


@pytest.mark.parametrize("text", ["/stopp", "STOP!", "／stop", "/stop@any_bot", "/stopp nu", " Sluta. "])
async def test_stop_is_understood_however_it_is_written(house: House, text: str) -> None:
    """Stop stops, also written large, in full width, to another bot's name, or with words after it."""
    await _phone_call(house)
    await house.says(ANNA, text)

    assert house.shown[-1].body.text == house.words("stopped")


async def test_a_message_edited_into_stop_stops(house: House) -> None:
    """Who mistypes stop and mends it by editing the message has said stop."""
    await _phone_call(house)
    key = await house.says(ANNA, "sotp")
    await house.says(ANNA, "stop", edits=key)

    assert house.shown[-1].body.text == house.words("stopped")


_WILD = (
    "e" + "\u0301" * 4095,
    "👨\u200d👩\u200d👧" * 800, "\u202e" * 4096, "\x00" * 4096, "7" * 4096, "070-174 06 35 " * 292,
    "ﷺ" * 4096, "𝒳" * 4096, "1-" * 2048, "/" + "a" * 4095, "/start " + "x" * 4000, "och " * 1024,
    "\U000e0041" * 4096, "<b>&" * 1024, "ᄀ" * 4096,
)  # fmt: skip


async def test_the_longest_texts_of_every_kind_are_taken(house: House) -> None:
    """Messages of 4096 characters of any kind are taken, and what is kept of them is short and can be written out."""
    contact = await _phone_call(house)
    for number, text in enumerate(_WILD):
        await _comes_in(house, _message(number, ANNA, text))
        if "Vad gjorde" in house.shown[-1].body.text:
            await house.says(ANNA, "hoppa över")

    assert await house.store.read(lambda tx: tx.count("SELECT count(*) FROM inbox WHERE state <> 'done'")) == 0
    for _, _, _, _, kept in await house.kept(contact):
        assert kept is None or (len(kept) <= 2000 and "\x00" not in kept and len(kept.encode()) <= 8000)


_SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just(ANNA) | st.just("private")
_JSON = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(
        st.sampled_from(("chat", "from", "id", "type", "text", "data", "message", "message_id", "status", "voice",
                         "new_chat_member", "language_code")), inner, max_size=5),
    max_leaves=12,
)  # fmt: skip


@examples(60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(("message", "edited_message", "callback_query", "my_chat_member", "poll")), body=_JSON)
def test_no_update_breaks_reading(kind: str, body: object) -> None:
    """Whatever JSON comes in, it is peeked at without an exception, and read, or refused without telling it."""
    raw = json.dumps({"update_id": 7, kind: body}).encode()
    peek(raw)
    refused = ""
    try:
        arrival(raw)
    except NotUnderstood as error:
        refused = str(error)

    assert str(ANNA) not in refused


async def test_a_flood_of_one_chat_delays_others_by_batches_only(house: House) -> None:
    """A flood is worked off a hundred at a time, and only one message at a time is claimed for its chat."""
    await _receive(house, *[_message(number, ANNA, "hej") for number in range(1000)], _message(5000, BO, "/help"))
    desk = _desk(house)
    batches = 0
    while await desk.take_batch():
        batches += 1
    claimed = await house.store.write(outbox.claim, house.now, 48)

    assert batches <= 11
    assert len(claimed) == len({row.lookup for row in claimed}) == 2


# The process dies between any two statements


class _Dies(Transaction):
    """A transaction whose process dies at its n-th change."""

    def __init__(self, tx: Transaction, at: int) -> None:
        super().__init__(tx._connection)
        self.left = at

    def run(self, sql: str, /, **values: Value) -> int:
        self._count()
        return super().run(sql, **values)

    def insert(self, sql: str, /, **values: Value) -> int:
        self._count()
        return super().insert(sql, **values)

    def _count(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise _Death


class _Death(BaseException):
    """What no handler catches."""


async def test_a_turn_that_dies_at_any_statement_leaves_nothing(house: House) -> None:
    """An answer that ends one conversation and gives another the floor is kept whole or not at all."""
    await _phone_call(house)
    await _phone_call(house)
    while "egna ord" not in house.shown[-1].body.text:
        await house.says(ANNA, "hoppa över")
    before = _dump(house)
    answer = Arrival(DOOR, str(ANNA), Said("Bra", "last"), "sv")
    taken = partial(house.rooms.citizens.take, arrival=answer, now=house.now)
    died = 0
    while await _died(house, taken, died):
        assert _dump(house) == before
        died += 1

    assert died > 8
    assert _dump(house) == before


class _Survived(Exception):
    pass


def _until(tx: Transaction, taken: partial[None], at: int) -> None:
    taken(_Dies(tx, at))
    raise _Survived


async def test_a_heartbeat_that_dies_anywhere_is_made_up_for(house: House) -> None:
    """Wherever a heartbeat dies, the next one puts the question once."""
    registered = await house.register()
    await house.says(ANNA, f"/start {registered.code}")
    house.now += timedelta(days=1, hours=7)
    said = len(house.shown)
    for at in range(40):
        await _died(house, partial(_beat, house), at)
    await house.beat()

    assert len(house.shown) == said + 1


async def _died(house: House, taken: partial[None], at: int) -> bool:
    """Whether it died at that change; else it is undone all the same."""
    try:
        await house.store.write(_until, taken, at)
    except _Death:
        return True
    except _Survived:
        return False
    raise AssertionError("it neither died nor survived")


def _beat(house: House, tx: Transaction) -> None:
    house.rooms.follow_ups.beat(tx, house.now)


async def test_a_key_made_without_its_check_is_taken_up(tmp_path: Path) -> None:
    """A process that died between making the key file and noting its check starts anew with that key."""
    chosen = configuration.read({"KUNDRESA_DATABASE": str(tmp_path / "k.db")})
    made = keys.made(chosen.key_file)
    async with openings.opened_house(chosen) as opened:
        assert opened.premises.keyring.check == made.check
    async with openings.opened_house(chosen):
        pass


async def test_an_export_that_dies_before_it_is_recorded_is_made_again(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files that stand unrecorded are made again and recorded once, and the closed week has taken no row since."""
    await _phone_call(house)
    await house.says(ANNA, "hoppa över")
    house.now += timedelta(days=7)
    make_up = partial(
        export.make_up, house.store, folder=tmp_path / "exports", organisation=house.premises.organisation,
        language="sv", now=house.now, zone=house.premises.zone,
    )  # fmt: skip
    with monkeypatch.context() as patched:
        patched.setattr(weeks, "record", _dies)
        with pytest.raises(_Survived):
            await make_up()
    assert await house.store.read(weeks.unmade) == ["2026-W47"]
    await house.says(ANNA, "1")
    await make_up()

    assert await house.store.read(weeks.unmade) == []
    rows = await house.store.read(lambda tx: tx.count("SELECT count(*) FROM answers WHERE week = '2026-W47'"))
    assert rows == 1


def _dies(*_: object) -> None:
    raise _Survived


async def test_a_store_that_refuses_stops_nobody_for_good(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """On a full disk the desk keeps what came in, tells it once, and goes on at the next ring."""
    await _phone_call(house)
    await _receive(house, *[_message(number, ANNA + number, "/help") for number in range(90)])
    await house.store.write(lambda tx: tx.value("PRAGMA max_page_count = 1"))
    desk = _desk(house)
    serving = asyncio.create_task(desk.serve())
    for _ in range(3):
        desk.ring()
        await asyncio.sleep(0)
        await house.store.write(_nothing)  # the store takes one thing after the other
        await asyncio.sleep(0)
    await house.store.write(lambda tx: tx.value("PRAGMA max_page_count = 1000000"))
    desk.ring()
    async with asyncio.timeout(10):
        while await house.store.read(lambda tx: tx.count("SELECT count(*) FROM inbox WHERE state = 'new'")):
            assert not serving.done()
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)

    told = [record for record in caplog.records if "database took nothing" in record.message]
    assert len(told) == 1


def _nothing(_: Transaction) -> None:
    return None


async def test_a_conversation_nobody_can_read_holds_up_nobody(house: House) -> None:
    """One broken state stops neither the heart nor the door: it ends with a disposition, others are asked."""
    broken = await _phone_call(house)
    await house.store.write(lambda tx: tx.run("UPDATE conversations SET state = CAST('{' AS BLOB)"))
    sound = await house.register()
    await house.says(BO, f"/start {sound.code}")
    await house.store.write(lambda tx: tx.run("UPDATE follow_ups SET remind_at = due_at WHERE state = 'begun'"))
    await house.beat(days=1, hours=7)
    assert "Hur känner du dig" in (await house.told(BO))[-1]
    await house.store.write(
        house.rooms.follow_ups.unreachable, house.premises.keyring.lookup(DOOR, str(ANNA)), house.now
    )
    await house.beat(days=9)

    assert (await house.dispositions(broken))["after"] == ("unanswered", "no-reply")


async def test_a_clock_that_jumps_back_holds_up_no_chat(house: House) -> None:
    """What waits seconds for an attempt, or minutes for evidence, doesn't wait a day when the clock is set back."""
    await _receive(house, b'{"update_id": 1, "message": {"chat": {"id": 7, "type": "private"}, "text": 5}}')
    await _receive(house, _message(2, 7, "/help"))
    await _phone_call(house)
    await house.store.write(lambda tx: tx.run("UPDATE outbox SET state = 'sending', message_key = NULL"))
    await house.store.write(outbox.recover, house.now)
    assert await _desk(house).take_batch() == 1
    house.now -= timedelta(days=1)
    for _ in range(5):
        house.now += timedelta(minutes=3)
        await _desk(house).take_batch()
    await house.deliver()

    assert await house.told(7) == [house.shown[-1].body.text]
    assert [row.attempts for row in await house.store.read(inbox.parked)] == [5]
    assert len(await house.store.read(outbox.unsettled, house.now)) == 1


# Turns that were lost, kept here where the machine of rules might miss them


async def test_a_remark_does_not_lose_the_chosen_moment(house: House) -> None:
    """Who put a question off and then sends a voice message is asked at the chosen moment all the same."""
    registered = await house.register()
    await house.says(ANNA, f"/start {registered.code}")
    await house.beat(days=1, hours=7)
    await house.taps(ANNA, "Senare")
    await house.taps(ANNA, "Om en timme")
    await house.sends(ANNA, "voice")
    await house.beat(minutes=61)

    assert "Hur känner du dig" in house.shown[-1].body.text


async def test_start_takes_up_a_question_put_off(house: House) -> None:
    """Start, alone or with the link once more, puts the question that was put off, in the language chosen since."""
    registered = await house.register()
    await house.says(ANNA, f"/start {registered.code}")
    await house.beat(days=1, hours=7)
    for text in ("/start", f"/start {registered.code}"):
        await house.taps(ANNA, "Senare")
        await house.taps(ANNA, "Om en timme")
        await house.says(ANNA, text)
        assert "Hur känner du dig" in house.shown[-1].body.text
    await house.taps(ANNA, "Senare")
    await house.taps(ANNA, "Om en timme")
    await house.says(ANNA, "/language")
    await house.taps(ANNA, "Suomi")
    await house.beat(minutes=61)

    assert "Millainen olo" in house.shown[-1].body.text


async def test_cancelling_gives_the_floor_to_what_waits(house: House) -> None:
    """When staff cancel the contact that is being asked about, the question that waited behind it is put again."""
    first = await house.register("phone-call", start=house.now - timedelta(hours=3), channel="phone")
    second = await house.register("phone-call", start=house.now - timedelta(hours=2), channel="phone")
    for registered in (first, second):
        await house.says(ANNA, f"/start {registered.code}")
    await house.store.write(house.rooms.changes.cancel, second.id, house.now)
    await house.deliver()

    assert house.shown[-1].body.text.startswith("Nu tillbaka till en fråga som väntade.")


async def test_an_answer_to_the_question_that_waits_takes_the_floor(house: House) -> None:
    """Who answers the older of two questions goes on with it, and then comes back to the newer."""
    await _phone_call(house)
    older = house.shown[-1]
    await _phone_call(house)
    await house.arrives(ANNA, Tapped(older.id, 1, 0, None))
    while "Nu tillbaka" not in house.shown[-1].body.text:
        await house.says(ANNA, "hoppa över")

    turns = "SELECT group_concat(turn, ' ') FROM (SELECT turn FROM conversations ORDER BY turn)"
    assert await house.store.read(lambda tx: tx.value(turns)) == "ended open"


async def test_what_was_queued_before_stop_is_not_sent_after_it(house: House) -> None:
    """A question on its way to the wire when its person says stop is never sent, whatever they say later."""
    registered = await house.register()
    await house.says(ANNA, f"/start {registered.code}")
    house.now += timedelta(days=1, hours=7)
    await house.store.write(house.rooms.follow_ups.beat, house.now)
    said = len(house.shown)
    await house.says(ANNA, "/stop")
    await house.says(ANNA, "/start")

    texts = [shown.body.text for shown in house.shown[said:]]
    assert texts == [house.words("stopped"), house.words("welcome-back")]


async def test_a_cancelled_contact_is_not_taken_up_again(house: House) -> None:
    """A change of an answer about a contact that didn't take place after all reopens nothing, and gets a word."""
    contact = await _phone_call(house)
    await house.says(ANNA, "1")
    await house.store.write(house.rooms.changes.cancel, contact, house.now)
    await house.taps(ANNA, "Ändra")

    assert house.shown[-1].body.text == house.words("button-gone")
    assert (await house.dispositions(contact))["after"] == ("partial", "cancelled")


async def test_a_floor_that_time_sets_free_is_given_in_open_hours(house: House) -> None:
    """What waited behind a question that expires at night is put in the morning, not in the night and not never."""
    before = await house.register(start=house.now + timedelta(hours=17))
    waits = await house.register("phone-call", start=house.now - timedelta(hours=3), channel="phone")
    for registered in (waits, before):
        await house.says(ANNA, f"/start {registered.code}")
    await house.beat(hours=8)
    await house.says(ANNA, f"/start {waits.code}")
    await house.says(ANNA, f"/start {before.code}")
    said = len(house.shown)
    await house.beat(hours=9, minutes=1)
    assert (await house.dispositions(before.id))["before"] == ("unanswered", "no-reply")
    assert len(house.shown) == said
    await house.beat(hours=5)

    assert "Vad gjorde att du kontaktade oss?" in house.shown[said].body.text


async def test_silence_after_a_change_keeps_what_was_answered(house: House) -> None:
    """Who has answered everything, wants to change an answer and falls silent has answered; too late gets a word."""
    contact = await _phone_call(house)
    for text in ("1", *["hoppa över"] * 8):
        await house.says(ANNA, text)
    await house.taps(ANNA, "Ändra")
    await house.beat(days=9)
    said = len(house.shown)
    await house.taps(ANNA, "Ändra")

    assert (await house.dispositions(contact))["after"] == ("answered", "")
    assert [shown.body.text for shown in house.shown[said:]] == [house.words("button-gone")]
    assert [row for row in await house.kept(contact) if row[2] == "left"] == []


async def test_nobody_is_asked_again_after_words_of_danger(house: House) -> None:
    """After the message about emergencies nothing is put, of this contact or another, until the person goes on."""
    await _opened_after(house)
    other = await house.register(start=house.now + timedelta(days=3))
    await house.says(ANNA, f"/start {other.code}")
    await house.says(ANNA, "jag vill dö")
    assert "112" in house.shown[-1].body.text
    said = len(house.shown)
    for _ in range(10):
        await house.beat(hours=7)

    assert house.shown[said:] == []
    await house.taps(ANNA, "Fortsätt")
    assert len(house.shown) > said


async def test_no_reminder_to_one_who_answered_today(house: House) -> None:
    """A reminder is for silence: who answered a question within the day is not reminded of the next."""
    await _opened_after(house)
    await house.beat(hours=47, minutes=50)
    await house.says(ANNA, "hoppa över")
    said = len(house.shown)
    await house.beat(minutes=15)
    assert len(house.shown) == said
    await house.beat(hours=24)

    assert "påminnelse" in house.shown[-1].body.text


async def test_what_never_left_was_missed_and_not_unanswered(house: House) -> None:
    """A question begun at the very last second, or throughout an outage, is missed: nobody was silent."""
    registered = await house.register()
    await house.says(ANNA, f"/start {registered.code}")
    visit = house.now + timedelta(days=2)
    house.now = visit - timedelta(seconds=1)
    await house.store.write(house.rooms.follow_ups.beat, house.now)
    house.now = visit + timedelta(seconds=4)
    await house.deliver()
    await house.beat(seconds=1)

    assert (await house.dispositions(registered.id))["before"] == ("missed", "too-late")


# Prying eyes


async def test_nothing_of_a_person_lies_in_files_or_logs(
    house: House, caplog: pytest.LogCaptureFixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Name, user name, chat id, code and masked traces stand in no file while we run, and in no log at its loudest."""
    monkeypatch.setattr(logging.getLogger(), "handlers", [caplog.handler])
    caplog.set_level(logging.DEBUG)
    registered = await house.register("phone-call", start=house.now - timedelta(hours=3), channel="phone")
    await _comes_in(house, _message(1, ANNA, f"/start {registered.code}"))
    while "egna ord" not in house.shown[-1].body.text:
        await house.says(ANNA, "hoppa över")
    for number, text in enumerate(("hemlighetsfullt, ring 070-174 06 35", "/mydata"), 2):
        await _comes_in(house, _message(number, ANNA, text))
    await _comes_in(house, b'{"update_id": 99, "message": {"chat": {"id": "hemlighetsfullt"}}}')
    for _ in range(6):
        house.now += timedelta(minutes=3)
        await _desk(house).take_batch()
    await house.deliver()
    assert any("hemlighetsfullt" in text for text in await house.told(ANNA)), "the walk didn't reach own words"
    files = b"".join(_files(tmp_path).values())
    for secret in (NAME, USER_NAME, str(ANNA), registered.code or "", "174 06 35"):
        assert secret.encode() not in files
        assert secret not in caplog.text
    assert "hemlighetsfullt" not in caplog.text
    told = "SELECT count(*) FROM outbox WHERE CAST(body AS TEXT) LIKE '%hemligh%'"
    assert await house.store.read(lambda tx: tx.count(told)) == 0
    raw = "SELECT count(*) FROM inbox WHERE raw IS NOT NULL AND state = 'done'"
    assert await house.store.read(lambda tx: tx.count(raw)) == 0


async def test_every_file_is_its_owners_alone(house: House, tmp_path: Path) -> None:
    """Database, its log, its shared memory and the key can be read by nobody else."""
    await _phone_call(house)
    modes = {name: stat.S_IMODE((tmp_path / name).stat().st_mode) for name in _files(tmp_path)}

    assert set(modes) >= {"kundresa.db", "kundresa.db-wal", "kundresa.db-shm", "key"}
    assert set(modes.values()) == {0o600}


async def test_blocked_in_the_middle_ends_everything_at_once(house: House) -> None:
    """Who blocks the bot with one question open, one waiting and one put off has nothing left that is live."""
    for _ in range(3):
        await _phone_call(house)
    await house.taps(ANNA, "Senare")
    await house.taps(ANNA, "Om en timme")
    await house.arrives(ANNA, Left())

    live = await house.store.read(lambda tx: tx.count("SELECT count(*) FROM conversations WHERE turn <> 'ended'"))
    assert live == 0


async def _phone_call(house: House) -> str:
    registered = await house.register("phone-call", start=house.now - timedelta(hours=3), channel="phone")
    await house.says(ANNA, f"/start {registered.code}")
    return registered.id


async def _opened_after(house: House) -> None:
    registered = await house.register(start=house.now - timedelta(days=1))
    await house.says(ANNA, f"/start {registered.code}")


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def _dump(house: House) -> list[str]:
    with closing(sqlite3.connect(house.store.path)) as connection:
        return list(connection.iterdump())


def _user(chat: int) -> dict[str, object]:
    return {"id": chat, "is_bot": False, "first_name": NAME, "username": USER_NAME, "language_code": "sv"}


def _message(number: int, chat: int, text: str) -> bytes:
    message = {"message_id": number, "date": 1, "chat": {"id": chat, "type": "private", "first_name": NAME},
               "from": _user(chat), "text": text}  # fmt: skip
    return json.dumps({"update_id": number, "message": message}).encode()


def _tap(number: int, chat: int, data: str) -> bytes:
    message = {"message_id": 3, "date": 1, "chat": {"id": chat, "type": "private"}}
    tap = {"id": "77", "from": _user(chat), "chat_instance": "1", "data": data, "message": message}
    return json.dumps({"update_id": number, "callback_query": tap}).encode()


async def _receive(house: House, *raws: bytes) -> None:
    keyring, rows = house.premises.keyring, []
    for raw in raws:
        seen = peek(raw)
        lookup = keyring.lookup(DOOR, seen.address) if seen.address is not None else b""
        rows.append(Received(DOOR, update_key(raw, seen), lookup, keyring.seal(raw, purpose=inbox.PURPOSE), house.now))
    await house.store.write(inbox.receive, rows)


async def _comes_in(house: House, *raws: bytes) -> None:
    await _receive(house, *raws)
    while await _desk(house).take_batch():
        pass
    await house.deliver()


def _desk(house: House) -> Desk:
    return Desk(
        house.store, house.premises.keyring, house.rooms.citizens, {DOOR: arrival}, lambda: house.now, lambda: None
    )
