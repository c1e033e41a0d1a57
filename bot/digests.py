"""Digests: the week in brief sent to analysts, by e-mail and to the organisation's own group in Telegram.

It goes out once to each: that it is on its way is a row before it leaves, and an e-mail that may have arrived is never
sent again. Only the week that ended last is sent, never a demo's, and never a workbook or anybody's words.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from pathlib import Path

from bot import mail
from bot.clock import iso_week, week_before
from bot.keys import Keyring
from bot.mail import Letter, NotSent, Picture
from bot.openings import House
from bot.setting_values import Mail
from bot.settings import Settings
from bot.staff_chat import DOOR
from bot.store import digests, facts, outbox
from bot.store.bodies import Body, Document
from bot.store.database import Transaction
from bot.store.digests import Kept

AGAIN_AFTER = timedelta(minutes=15)
"""A letter that is proven not to have left is tried again so much later."""

TRIES = 96
"""So often at most: for a day."""

_USEFUL = timedelta(days=6)
_MAIL = "mail"
_ADDRESS = b"address"  # what every address is sealed for
_log = logging.getLogger("kundresa.digests")


async def sent(house: House, settings: Settings, now: datetime) -> bool:
    """Send last week's digest wherever it is wanted and has not gone. Whether a door has something to send."""
    if house.premises.simulated or not (settings.digest_mail or settings.digest_chat):
        return False
    week = week_before(iso_week(now, house.premises.zone))
    kept = await house.store.read(digests.of_week, week)
    if kept is None:
        return False
    drawn = await asyncio.to_thread(picture_of, settings.exports, kept)
    queued = await house.store.write(_queue, house.premises.keyring, settings, kept, drawn, now)
    if settings.mail is not None:
        for address in settings.digest_mail:
            await _mailed(house, settings.mail, address, kept, drawn, now)
    return queued


def picture_of(folder: Path, kept: Kept) -> bytes | None:
    """The picture as it lies in the folder of workbooks; None where there is none, or it has been taken away."""
    if kept.picture is None:
        return None
    try:
        return (folder.expanduser() / Path(kept.picture).name).read_bytes()
    except OSError:
        return None


def _queue(
    tx: Transaction, keyring: Keyring, settings: Settings, kept: Kept, drawn: bytes | None, now: datetime
) -> bool:
    if given_up := digests.recover(tx):
        _log.warning("%d letters with the digest were on their way when a process ended: not sent again.", given_up)
    for address in settings.digest_mail:
        digests.queue(tx, kept.week, keyring.lookup(_MAIL, address))
    if settings.digest_chat is None:
        return False
    chat = str(settings.digest_chat)
    target = keyring.lookup(DOOR, chat)
    if not digests.queue(tx, kept.week, target):
        return False
    # The row is in the outbox from this commit on: the door has its own promises about what becomes of it.
    digests.settle(tx, kept.week, target, "sent")
    document = Document(kept.picture, "image/png", drawn) if kept.picture is not None and drawn is not None else None
    outbox.add(
        tx,
        door=DOOR,
        lookup=target,
        purpose="shell",
        body=Body(kept.short if document is not None else kept.words, document=document),
        now=now,
        useful_until=now + _USEFUL,
        sealed=keyring.seal(chat.encode(), purpose=_ADDRESS),
    )
    return True


async def _mailed(house: House, server: Mail, address: str, kept: Kept, drawn: bytes | None, now: datetime) -> None:
    store, target = house.store, house.premises.keyring.lookup(_MAIL, address)
    if not await store.write(digests.begin, kept.week, target, now):
        return
    picture = Picture(kept.picture, drawn) if kept.picture is not None and drawn is not None else None
    try:
        await mail.send(server, Letter(address, kept.title, f"{kept.words}\n", picture), now)
    except NotSent as error:
        await store.write(_not_sent, kept.week, target, error.doubtful, now)
        _log.error("The digest of %s could not be sent to one address: %s", kept.week, error)
    else:
        await store.write(_arrived, kept.week, target)


def _arrived(tx: Transaction, week: str, target: bytes) -> None:
    digests.settle(tx, week, target, "sent")
    facts.forget(tx, mail.FAILED_AT)


def _not_sent(tx: Transaction, week: str, target: bytes, doubtful: bool, now: datetime) -> None:
    if doubtful:
        digests.settle(tx, week, target, "unknown")
    elif digests.attempts(tx, week, target) >= TRIES:
        digests.settle(tx, week, target, "failed")
    else:
        digests.settle(tx, week, target, "queued", now + AGAIN_AFTER)
    facts.put_moment(tx, mail.FAILED_AT, now)
