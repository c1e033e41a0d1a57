"""The outbox: order within each chat, what becomes of a send, and how an unknown one is settled."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.store import outbox
from bot.store.database import Store, Transaction
from bot.store.outbox import Body
from flows.messages import Button, Purpose, Tap
from tests import new_database

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ANNA, BO = b"a" * 16, b"b" * 16
YES = Button("Ja", Tap("choose", "helped", 1, "yes"))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await new_database.opened(tmp_path / "outbox.db")
    await opened.write(furnish)
    yield opened
    await opened.close()


def furnish(tx: Transaction) -> None:
    """Two people with addresses; Anna has a follow-up and its conversation."""
    for person, lookup in (("anna", ANNA), ("bo", BO)):
        tx.run("INSERT INTO persons (id, language, created_at) VALUES (:id, 'fi', :now)", id=person, now=NOON)
        tx.run(
            "INSERT INTO addresses (lookup, person_id, door, sealed, created_at)"
            " VALUES (:lookup, :id, 'telegram', x'00', :now)",
            lookup=lookup,
            id=person,
            now=NOON,
        )
    tx.run(
        "INSERT INTO journey_versions (fingerprint, journey, body, first_used_at) VALUES ('f', 'j', x'', :now)",
        now=NOON,
    )
    tx.run(
        "INSERT INTO contacts (id, journey, audience, unit, start_at, registered_at, registered_week)"
        " VALUES ('c', 'j', 'citizen', 'u', :now, :now, '2026-W47')",
        now=NOON,
    )
    tx.run(
        "INSERT INTO follow_ups (id, contact_id, phase, state, due_at, useful_until)"
        " VALUES ('u', 'c', 'after', 'begun', :now, :now)",
        now=NOON,
    )
    tx.run(
        "INSERT INTO conversations"
        " (id, follow_up_id, contact_id, person_id, door, fingerprint, state, turn, useful_until, began_at) VALUES"
        " ('s', 'u', 'c', 'anna', 'telegram', 'f', x'', 'open', :now, :now)",
        now=NOON,
    )


def add(
    tx: Transaction,
    text: str,
    chat: bytes = ANNA,
    *,
    purpose: Purpose = "question",
    edits: int | None = None,
    useful_until: datetime | None = None,
    conversation: str | None = None,
) -> int:
    return outbox.add(
        tx,
        door="telegram",
        lookup=chat,
        purpose=purpose,
        body=Body(text, "", ((YES,),)),
        now=NOON,
        person_id="anna" if chat == ANNA else "bo",
        conversation_id=conversation,
        follow_up_id="u" if conversation else None,
        question="helped",
        asking=1,
        edits=edits,
        useful_until=useful_until,
    )


def claim(tx: Transaction, now: datetime = NOON, limit: int = 10) -> list[str]:
    return [outbox.read(row.body).text for row in outbox.claim(tx, now, limit)]


def state(tx: Transaction, id: int) -> tuple[object, object]:  # noqa: A002
    return (
        tx.value("SELECT state FROM outbox WHERE id = :id", id=id),
        tx.value("SELECT fault FROM outbox WHERE id = :id", id=id),
    )


async def sending(store: Store, text: str = "Hej", conversation: str | None = "s") -> int:
    """One row on its way to Anna."""
    row = await store.write(lambda tx: add(tx, text, conversation=conversation))
    assert await store.write(claim) == [text]
    return row


async def test_a_chat_gets_the_oldest_first_and_one_at_a_time(store: Store) -> None:
    """While a message is on its way, the next one of its chat waits; other chats get theirs."""
    first = await store.write(lambda tx: add(tx, "ett"))
    await store.write(lambda tx: (add(tx, "två"), add(tx, "tre", BO)))
    assert await store.write(claim) == ["ett", "tre"]
    assert await store.write(claim) == []
    await store.write(outbox.sent, first, "11", NOON)
    assert await store.write(claim) == ["två"]


async def test_a_message_that_has_to_wait_keeps_its_place(store: Store) -> None:
    """What was refused for now is not overtaken by later messages of its chat, and other chats pass."""
    first = await sending(store, "ett")
    await store.write(lambda tx: (add(tx, "två"), add(tx, "tre", BO)))
    await store.write(outbox.requeue, first, NOON + 5 * SECOND, "flood")
    assert await store.write(claim) == ["tre"]
    assert await store.read(outbox.next_at, NOON) == NOON + 5 * SECOND
    assert await store.write(claim, NOON + 5 * SECOND) == ["ett"]


async def test_busy_chats_are_left_out_and_preferred_ones_come_first(store: Store) -> None:
    """The door names chats that had enough for now, and chats that wrote just now."""
    await store.write(lambda tx: (add(tx, "gammal"), add(tx, "ny", BO)))
    (row,) = await store.write(lambda tx: outbox.claim(tx, NOON, 1, (), [BO]))
    assert row.lookup == BO
    assert await store.write(lambda tx: outbox.claim(tx, NOON, 1, [ANNA])) == []


async def test_every_claim_is_a_new_attempt(store: Store) -> None:
    """The attempt counts in the buttons, so it rises with every claim."""
    row = await sending(store)
    await store.write(outbox.requeue, row, None, "no connection")
    (again,) = await store.write(lambda tx: outbox.claim(tx, NOON, 1))
    assert (again.id, again.attempts) == (row, 2)


async def test_what_is_no_longer_useful_is_not_sent(store: Store) -> None:
    """A message whose time has passed fails with that reason, and what stands behind it goes."""
    late = await store.write(lambda tx: add(tx, "sent", useful_until=NOON))
    await store.write(lambda tx: add(tx, "nu"))
    assert await store.write(claim) == ["nu"]
    assert await store.read(state, late) == ("failed", "no longer useful")


async def test_a_stopped_chat_gets_only_the_shells_own_words(store: Store) -> None:
    """After stop nothing is sent but the shell's answers."""
    question = await store.write(lambda tx: add(tx, "fråga"))
    await store.write(lambda tx: add(tx, "Du får inget mer.", purpose="shell"))
    await store.write(lambda tx: tx.run("INSERT INTO stops VALUES (:lookup, :now)", lookup=ANNA, now=NOON))
    assert await store.write(claim) == ["Du får inget mer."]
    assert await store.read(state, question) == ("failed", "stopped")


async def test_without_an_address_nothing_is_sent(store: Store) -> None:
    """A chat whose address was erased fails its rows; the loop goes on."""
    await store.write(lambda tx: tx.run("DELETE FROM addresses WHERE lookup = :lookup", lookup=ANNA))
    row = await store.write(lambda tx: add(tx, "fråga"))
    assert await store.write(claim) == []
    assert await store.read(state, row) == ("failed", "no address")


async def test_a_sent_message_dates_its_follow_up_once(store: Store) -> None:
    """The follow-up's sent_at is the moment its first message is known to have left."""
    for moment in (NOON, NOON + SECOND):
        row = await sending(store)
        await store.write(outbox.sent, row, "11", moment)
    found = await store.read(lambda tx: tx.value("SELECT sent_at FROM follow_ups"))
    assert found == NOON


async def test_an_edit_goes_to_the_message_of_its_target(store: Store) -> None:
    """An edit carries the key of the sent message, and an empty text keeps the words that stand there."""
    row = await sending(store, "Fråga")
    await store.write(outbox.sent, row, "11", NOON)
    first = await store.write(lambda tx: add(tx, "Ny fråga", edits=row))
    await store.write(lambda tx: add(tx, "", edits=first))
    for text in ("Ny fråga", "Ny fråga"):
        (edit,) = await store.write(lambda tx: outbox.claim(tx, NOON, 5))
        assert (edit.kind, edit.edits_key, outbox.read(edit.body).text) == ("edit", "11", text)
        await store.write(outbox.sent, edit.id, None, NOON)


@pytest.mark.parametrize("outcome", ["failed", "unknown"])
async def test_an_edit_of_nothing_fails(store: Store, outcome: str) -> None:
    """An edit of a message that failed, or whose key nobody knows, holds up nothing."""
    row = await sending(store)
    if outcome == "failed":
        await store.write(outbox.failed, row, "refused")
    else:
        await store.write(outbox.unknown, row, NOON)
    edit = await store.write(lambda tx: add(tx, "ändrad", edits=row))
    await store.write(lambda tx: add(tx, "nästa"))
    assert await store.write(claim) == ["nästa"]
    assert await store.read(state, edit) == ("failed", "nothing to edit")


async def test_after_a_crash_sends_are_unknown_and_edits_are_queued(store: Store) -> None:
    """What was on its way when the process died may have arrived: a send waits for evidence, an edit is made again."""
    row = await sending(store)
    await store.write(outbox.sent, row, "11", NOON)
    edit = await store.write(lambda tx: add(tx, "ändrad", edits=row))
    send = await store.write(lambda tx: add(tx, "fråga", BO))
    assert await store.write(claim) == ["ändrad", "fråga"]
    await store.write(outbox.recover, NOON)
    assert (await store.read(state, send))[0] == "unknown"
    assert (await store.read(state, edit))[0] == "queued"


async def test_a_tap_proves_an_unknown_message(store: Store) -> None:
    """A tap on its button settles it as sent, with its key, and nothing is repeated."""
    row = await sending(store)
    await store.write(outbox.unknown, row, NOON)
    await store.write(outbox.proven, row, "11", NOON + SECOND)
    assert (await store.read(state, row))[0] == "sent"
    assert await store.read(outbox.unsettled, NOON + timedelta(hours=1)) == []
    edit = await store.write(lambda tx: add(tx, "ändrad", edits=row))
    (claimed,) = await store.write(lambda tx: outbox.claim(tx, NOON, 1))
    assert (claimed.id, claimed.edits_key) == (edit, "11")


async def test_a_tap_on_an_edited_message_proves_the_message(store: Store) -> None:
    """The buttons of an edit carry the edit's number; they prove the message that it changed."""
    row = await sending(store)
    edit = await store.write(lambda tx: add(tx, "ändrad", edits=row))
    await store.write(outbox.unknown, row, NOON)
    await store.write(outbox.proven, edit, "11", NOON)
    assert (await store.read(state, row))[0] == "sent"


async def test_a_tap_that_overtakes_the_reply_is_evidence_too(store: Store) -> None:
    """A tap while the reply is still awaited: whatever then becomes of the reply, the message has arrived."""
    for outcome in ("lost", "refused for now"):
        row = await sending(store)
        await store.write(outbox.proven, row, "11", NOON)
        if outcome == "lost":
            await store.write(outbox.unknown, row, NOON)
        else:
            await store.write(outbox.requeue, row, None, "flood")
        assert (await store.read(state, row))[0] == "sent"


async def test_an_answer_proves_what_its_conversation_sent(store: Store) -> None:
    """A typed answer names no message, but proves the unknown ones of its conversation, and of no other."""
    row = await sending(store)
    other = await store.write(lambda tx: add(tx, "annan", BO))
    await store.write(claim)
    for one in (row, other):
        await store.write(outbox.unknown, one, NOON)
    await store.write(outbox.evidence, "s", NOON + SECOND)
    assert (await store.read(state, row))[0] == "sent"
    assert (await store.read(state, other))[0] == "unknown"


async def test_an_unknown_message_is_repeated_once_after_ten_minutes(store: Store) -> None:
    """Without evidence it is sent once more, worded as a repeat with the same buttons; and never a third time."""
    row = await sending(store, "Fråga")
    await store.write(outbox.unknown, row, NOON)
    later = NOON + timedelta(minutes=10)
    assert await store.read(outbox.unsettled, later - SECOND) == []
    (unsettled,) = await store.read(outbox.unsettled, later)
    assert (unsettled.id, unsettled.language) == (row, "fi")
    repeat = await store.write(outbox.repeat, row, "Om det inte kom fram:", later)
    assert repeat is not None
    assert await store.write(outbox.repeat, row, "Om det inte kom fram:", later) is None
    (claimed,) = await store.write(lambda tx: outbox.claim(tx, later, 5))
    assert claimed.id == repeat
    assert outbox.read(claimed.body) == Body("Om det inte kom fram:\n\nFråga", "", ((YES,),))
    await store.write(outbox.unknown, repeat, later)
    assert await store.read(outbox.unsettled, later + timedelta(days=1)) == []


async def test_a_repeat_takes_the_edits_of_its_original(store: Store) -> None:
    """When only the repeat is known to have arrived, a change of the question changes the repeat."""
    row = await sending(store)
    await store.write(outbox.unknown, row, NOON)
    repeat = await store.write(outbox.repeat, row, "Igen:", NOON)
    assert repeat is not None
    await store.write(claim)
    await store.write(outbox.sent, repeat, "12", NOON)
    await store.write(lambda tx: add(tx, "ändrad", edits=row))
    (edit,) = await store.write(lambda tx: outbox.claim(tx, NOON, 1))
    assert edit.edits_key == "12"


@pytest.mark.parametrize("over", ["useful", "conversation"])
async def test_what_is_over_is_not_repeated(store: Store, over: str) -> None:
    """No repeat of a question that is no longer useful, or whose conversation has ended."""
    row = await store.write(lambda tx: add(tx, "Fråga", conversation="s", useful_until=NOON + timedelta(minutes=5)))
    await store.write(claim)
    await store.write(outbox.unknown, row, NOON)
    later = NOON + timedelta(minutes=10 if over == "useful" else 1)
    if over == "conversation":
        await store.write(lambda tx: tx.run("UPDATE conversations SET turn = 'ended'"))
    assert await store.write(outbox.repeat, row, "Igen:", later) is None
    assert await store.read(outbox.unsettled, NOON + timedelta(days=1)) == []
    assert (await store.read(state, row))[0] == "unknown"


async def test_an_unreachable_chat_keeps_nothing_in_the_queue(store: Store) -> None:
    """Everything queued for it fails, its person is marked, unknown ones are not repeated; others are left alone."""
    unknown = await sending(store)
    await store.write(outbox.unknown, unknown, NOON)
    row = await store.write(lambda tx: add(tx, "fråga"))
    other = await store.write(lambda tx: add(tx, "fråga", BO))
    await store.write(outbox.unreachable, ANNA, NOON)
    assert await store.read(state, row) == ("failed", "unreachable")
    assert (await store.read(state, other))[0] == "queued"
    assert await store.read(outbox.unsettled, NOON + timedelta(days=1)) == []
    marked = await store.read(lambda tx: tx.value("SELECT unreachable_at FROM persons WHERE id = 'anna'"))
    assert marked == NOON


async def test_a_chat_that_moved_takes_its_queue_along(store: Store) -> None:
    """Under a new address the waiting rows, the stop and the sealed address are found again."""
    await store.write(lambda tx: add(tx, "fråga"))
    await store.write(outbox.migrated, ANNA, b"n" * 16, b"sealed")
    (row,) = await store.write(lambda tx: outbox.claim(tx, NOON, 1))
    assert (row.lookup, row.sealed) == (b"n" * 16, b"sealed")


async def test_a_number_from_outside_finds_only_what_its_own_chat_was_sent(store: Store) -> None:
    """A tap names a row; it is found for the chat it went to, and for no other."""
    row = await store.write(lambda tx: add(tx, "fråga", conversation="s"))
    offered = await store.read(outbox.offered, row, ANNA)
    assert offered is not None
    assert (offered.conversation_id, outbox.read(offered.body).buttons) == ("s", ((YES,),))
    assert await store.read(outbox.offered, row, BO) is None


async def test_a_long_queue_of_one_chat_delays_no_other(store: Store) -> None:
    """Hundreds of rows for one chat count as one when rows of other chats are claimed."""
    await store.write(lambda tx: [add(tx, f"{n}") for n in range(300)])
    await store.write(lambda tx: add(tx, "till Bo", BO))
    assert await store.write(claim, NOON, 2) == ["0", "till Bo"]
