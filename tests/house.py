"""A house for tests: the real store on a file, real rooms, a clock that is set, and people who write and tap."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import keys, library, organisation, rooms
from bot.arrivals import Arrival, Said, Strange, Tapped, What
from bot.contacts import NewContact, Registered
from bot.premises import Premises
from bot.store import outbox
from bot.store.database import Store, Transaction
from bot.store.outbox import Body, Claimed
from tests import new_database

LANGUAGES = ("sv", "fi", "en")
MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
"""10:00 in Stockholm, a working day."""

_LIBRARY = library.opened(None, LANGUAGES)
_ORGANISATION = organisation.default(LANGUAGES)


@dataclass(frozen=True)
class Shown:
    """One message that went out: its outbox row, whether it changed an earlier one, and what it shows."""

    id: int
    kind: str
    lookup: bytes
    body: Body

    @property
    def labels(self) -> list[str]:
        """What stands on its buttons."""
        return [button.label for row in self.body.buttons for button in row]


@dataclass
class House:
    """Everything but a door: what would be sent is taken from the outbox and kept in `shown`."""

    store: Store
    premises: Premises
    rooms: rooms.Rooms
    now: datetime = MONDAY
    shown: list[Shown] = field(default_factory=list)
    typed: int = 0

    async def register(self, journey: str = "office-visit", **changes: object) -> Registered:
        """A contact: a visit the day after tomorrow at 10:00 local unless told otherwise."""
        new = NewContact(journey, "main", start=self.now + timedelta(days=2), service="general", channel="visit")
        return await self.store.write(self.rooms.contacts.register, replace(new, **changes), self.now)  # type: ignore[arg-type]

    async def says(self, person: int, text: str, *, edits: str = "", language: str | None = "sv") -> str:
        """Somebody types; returns the message's key."""
        self.typed += not edits
        message = edits or f"m{self.typed}"
        await self.arrives(person, Said(text, message, edited=bool(edits)), language)
        return message

    async def taps(self, person: int, label: str) -> None:
        """Somebody taps the newest button of theirs with this label (or one that ends with it)."""
        lookup = self.premises.keyring.lookup("telegram", str(person))
        for shown in reversed(self.shown):
            for index, found in enumerate(shown.labels):
                if shown.lookup == lookup and (found == label or found.endswith(" " + label)):
                    await self.arrives(person, Tapped(shown.id, 1, index, f"t{shown.id}"))
                    return
        raise AssertionError(f"nobody sees a button {label!r}; last: {self.shown[-1].labels if self.shown else None}")

    async def sends(self, person: int, kind: str) -> None:
        """Somebody sends something that is no text."""
        await self.arrives(person, Strange(kind))

    async def arrives(self, person: int, what: What, language: str | None = "sv") -> None:
        """One turn."""
        arrival = Arrival("telegram", str(person), what, language)
        await self.store.write(self.rooms.citizens.take, arrival, self.now)
        await self.deliver()

    async def beat(self, **later: float) -> None:
        """Time passes (`hours=2`), then one heartbeat."""
        self.now += timedelta(**later)
        while await self.store.write(self.rooms.beat, self.now):
            pass
        await self.deliver()

    async def deliver(self) -> list[Shown]:
        """Everything queued goes out; returns what went out now."""
        gone: list[Shown] = []
        while claimed := await self.store.write(self._send):
            gone += [Shown(row.id, row.kind, row.lookup, outbox.read(row.body)) for row in claimed if not row.fault]
        self.shown += gone
        return gone

    async def told(self, person: int) -> list[str]:
        """The texts this person was sent, oldest first, without changes of earlier messages."""
        lookup = self.premises.keyring.lookup("telegram", str(person))
        return [shown.body.text for shown in self.shown if shown.lookup == lookup and shown.kind == "send"]

    def words(self, phrase: str, language: str = "sv") -> str:
        """A shared phrase as it stands in the file."""
        return self.premises.words[phrase].texts[language]

    async def dispositions(self, contact: str) -> dict[str, tuple[str | None, str]]:
        """Phase to disposition and reason."""
        found = await self.store.read(_follow_ups, contact)
        return {row.phase: (row.disposition, row.reason) for row in found}

    async def kept(self, contact: str) -> list[tuple[str, int, str, str, str | None]]:
        """Every answer row of a contact: question, asking, status, codes, text."""
        found = await self.store.read(_answers, contact)
        return [(row.question, row.asking, row.status, row.codes, row.text) for row in found]

    def _send(self, tx: Transaction) -> list[Claimed]:
        claimed = outbox.claim(tx, self.now, 100)
        for row in claimed:
            outbox.sent(tx, row.id, f"t{row.id}", self.now)
        return claimed


@dataclass
class _FollowUp:
    phase: str
    disposition: str | None
    reason: str


@dataclass
class _Answer:
    question: str
    asking: int
    status: str
    codes: str
    text: str | None


async def opened(folder: Path) -> House:
    """A new house in `folder`; close its store in the end."""
    store = await new_database.opened(folder / "kundresa.db")
    premises = Premises(_ORGANISATION, _LIBRARY, keys.made(folder / "key"), chance=random.Random(1))
    return House(store, premises, rooms.built(premises))


def _follow_ups(tx: Transaction, contact: str) -> list[_FollowUp]:
    return tx.all(
        _FollowUp, "SELECT phase, disposition, reason FROM follow_ups WHERE contact_id = :contact", contact=contact
    )


def _answers(tx: Transaction, contact: str) -> list[_Answer]:
    return tx.all(
        _Answer,
        "SELECT question, asking, status, codes, text FROM answers WHERE contact_id = :contact ORDER BY id",
        contact=contact,
    )
