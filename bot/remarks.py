"""Remarks: what the bot says outside every conversation. Never asks what a journey asks; sending is writing a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.occasions import names_of
from bot.premises import Premises
from bot.store import outbox
from bot.store.conversations import Kept
from bot.store.database import Transaction
from bot.store.outbox import Body
from bot.store.people import Person
from bot.turns import NOTES_ARE_USEFUL
from flows.journey import Words
from flows.messages import Button, Tap
from flows.wording import filled, in_language

Rows = Sequence[tuple[Button, ...]]


class Remarks:
    """The voice of these premises."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    def say(
        self,
        tx: Transaction,
        person: Person,
        phrase: str,
        now: datetime,
        *,
        names: Mapping[str, Words | str] | None = None,
        rows: Rows = (),
        conversation: Kept | None = None,
    ) -> None:
        """Queue a phrase of `bot/words` or of the shared phrases, in the person's language.

        `names` stand in its braces, before what the organisation's file gives; `rows` are its buttons.
        """
        self.send(tx, person, self.text(person, phrase, names), now, rows=rows, conversation=conversation)

    def send(
        self,
        tx: Transaction,
        person: Person,
        text: str,
        now: datetime,
        *,
        rows: Rows = (),
        keys: tuple[str, ...] | None = None,
        conversation: Kept | None = None,
    ) -> None:
        """Queue a text that stands already in the person's language; `keys` as in `Body`."""
        outbox.add(
            tx,
            door=person.door,
            lookup=person.lookup,
            purpose="shell",
            body=Body(text, "", tuple(rows), keys),
            now=now,
            person_id=person.id,
            conversation_id=conversation.id if conversation is not None else None,
            useful_until=now + NOTES_ARE_USEFUL,
        )

    def text(self, person: Person, phrase: str, names: Mapping[str, Words | str] | None = None) -> str:
        """The phrase as `say` would say it; where it has words of its own for the person's door, those."""
        words = self._premises.words
        values: dict[str, Words | str] = {**names_of(self._premises, None, None), **(names or {})}
        return filled(words.get(f"{phrase}-{person.door}") or words[phrase], person.language, values)

    def button(self, person: Person, phrase: str, tap: Tap) -> Button:
        """A button whose words are a phrase."""
        words = self._premises.words
        return Button(in_language(words.get(f"{phrase}-{person.door}") or words[phrase], person.language), tap)
