"""Returns: how a person comes back to their conversation, and takes it to another door.

A return link leads to one person for as long as anything can be asked of them; its token is made again from the key, so
that it can be handed over with what is due. A door pass is good once, for a quarter of an hour. Only hashes are kept.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.keys import code_hash, new_token
from bot.premises import Premises
from bot.store import follow_ups, people, return_links
from bot.store.database import Transaction
from bot.store.people import Person

LASTS = timedelta(days=90)
"""How long a return link holds at least; longer where something is planned later."""

PASS_LASTS = timedelta(minutes=15)
_PASS = "to-"  # noqa: S105 - how a pass begins, so that no code of an invitation is taken for one
_PASS_LENGTH = 40
"""Characters: Telegram takes 64 in a link."""


class Returns:
    """The ways back to these premises."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    def token(self, tx: Transaction, person: str, now: datetime) -> str:
        """The token of the person's return link, made where there is none; good while anything can be asked of them."""
        planned = [follow_up.useful_until for follow_up in follow_ups.planned_of_person(tx, person)]
        expires = max([now + LASTS, *planned])
        id_ = return_links.of_person(tx, person, now)
        if id_ is None:
            id_ = self._premises.ids()
            token = self._premises.keyring.return_token(id_)
            return_links.add(tx, id_, token_hash=code_hash(token), person=person, now=now, expires=expires)
            return token
        return_links.prolong(tx, id_, expires)
        return self._premises.keyring.return_token(id_)

    def told(self, tx: Transaction, person: str, now: datetime) -> str | None:
        """The token of the person's return link, if there is one; changes nothing."""
        id_ = return_links.of_person(tx, person, now)
        return self._premises.keyring.return_token(id_) if id_ is not None else None

    def person_of(self, tx: Transaction, token: str, now: datetime) -> Person | None:
        """Who comes back with this token, at the address they are written to."""
        found = return_links.person_of(tx, code_hash(token), now)
        return people.of_id(tx, found) if found is not None else None

    def door_pass(self, tx: Transaction, person: str, now: datetime) -> str:
        """What takes the person to another door, once, in place of an invitation's code."""
        token = (_PASS + new_token())[:_PASS_LENGTH]
        return_links.add_pass(tx, code_hash(token), person, now=now, expires=now + PASS_LASTS)
        return token

    def passed(self, tx: Transaction, code: str, now: datetime) -> str | None:
        """Whom a pass is of; it is spent now. None for any other code."""
        if not code.startswith(_PASS) or len(code) != _PASS_LENGTH:
            return None
        found = return_links.pass_of(tx, code_hash(code), now)
        if found is not None:
            return_links.spend(tx, code_hash(code))
        return found

    def tidy(self, tx: Transaction, now: datetime) -> None:
        """Forget what is over."""
        return_links.tidy(tx, now)
