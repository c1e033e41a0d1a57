"""Seen: the contacts that a member may see. One of another unit looks like one that does not exist."""

from __future__ import annotations

import hashlib

from starlette.responses import HTMLResponse

from bot.console.gate import Visit
from bot.store import contacts, facts
from bot.store.contacts import Contact
from bot.store.database import Transaction

_LONGEST_ID = 40


async def seen(visit: Visit, id_: str) -> Contact | None:
    """The contact with this id; None if there is none, or it is another unit's."""
    return await visit.house.store.read(of_id, visit, id_)


def of_id(tx: Transaction, visit: Visit, id_: str) -> Contact | None:
    """As `seen`, within a transaction."""
    contact = contacts.of_id(tx, id_) if len(id_) <= _LONGEST_ID else None
    return contact if contact is not None and visit.sees(contact.unit) else None


def not_there(visit: Visit) -> HTMLResponse:
    """The same page for every contact that a member can't see."""
    return visit.refusal(visit.text("contact-gone-title"), visit.text("contact-gone"), 404)


async def done_before(visit: Visit, request_id: str) -> bool:
    """Whether this very form was sent before, and done: then it is told as done, whatever it finds now."""
    id_ = f"{visit.member.id}-{request_id}"
    return await visit.house.store.read(facts.reply_to, id_) is not None


def request_about(request_id: str, what: str) -> str:
    """The id of one of several requests that one form makes: the same form sent twice makes the same ones."""
    return hashlib.sha256(f"{request_id} {what}".encode()).hexdigest()[:40]
