"""The voice of staff chats: what a member reads in a chat they linked, as rows of the outbox. Decides nothing.

A message without buttons is wiped as soon as it has left (see `store.outbox`), so links and codes go in those alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.pages.formats import Formats
from bot.premises import Premises
from bot.store import outbox
from bot.store.database import Transaction
from bot.store.outbox import Body
from bot.store.people import Person
from bot.store.staff import Member
from flows.journey import Words
from flows.messages import Button, Tap
from flows.wording import filled

USEFUL = timedelta(hours=1)
"""An answer to a command that arrives later than this answers nothing."""

Rows = Sequence[tuple[Button, ...]]


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat, whose it is, and the language they read. `person` is who it belongs to as a citizen."""

    door: str
    lookup: bytes
    person: Person
    member: Member
    language: str


class Voice:
    """What these premises say to their staff."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    def text(self, chat: Chat, phrase: str, names: Mapping[str, Words | str] | None = None) -> str:
        """A phrase in the member's language."""
        return filled(self._premises.words[phrase], chat.language, names or {})

    def name(self, chat: Chat, words: Words | None, code: str) -> str:
        """What a code is called in the member's language; the code itself where nobody has named it."""
        return filled(words, chat.language, {}) if words is not None else code

    def formats(self, chat: Chat) -> Formats:
        """How the member's language writes days and times."""
        return Formats(chat.language, self._premises.zone)

    def when(self, chat: Chat, moment: datetime) -> str:
        """Such as "ons 18 nov. 16:30"."""
        formats = self.formats(chat)
        return f"{formats.short_day(moment)} {formats.clock(moment)}"

    def button(self, label: str, about: str, choice: str = "", number: int = 0, page: int = 0) -> Button:
        """A button of staff's: what it is about, and what is chosen."""
        return Button(label, Tap("staff", about, number, choice, count=page))

    def say(
        self, tx: Transaction, chat: Chat, text: str, now: datetime, rows: Rows = (), edits: int | None = None
    ) -> None:
        """Queue a message that stands already in the member's language, or with `edits` a change of that one."""
        outbox.add(
            tx,
            door=chat.door,
            lookup=chat.lookup,
            purpose="shell",
            body=Body(text, "", tuple(rows)),
            now=now,
            person_id=chat.person.id,
            edits=edits,
            useful_until=now + USEFUL,
        )
