"""Posters and one-time cards, as rows. Their codes are never here, only hashes of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from bot.store.database import Transaction
from bot.store.queries import queries

_SQL = queries("open_invitations.sql")
_EVER = datetime(1990, 1, 1, tzinfo=UTC)

Kind = Literal["poster", "card"]


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """A poster, which anybody may begin with, or a card of the sheet `sheet`, with which one person may."""

    id: str
    kind: Kind
    sheet: str | None
    journey: str
    unit: str
    service: str | None
    channel: str | None
    language: str | None
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A poster, or the cards of one sheet together: how many were printed and spent, and how many contacts began."""

    id: str
    kind: Kind
    journey: str
    unit: str
    service: str | None
    channel: str | None
    made_at: datetime
    expires_at: datetime
    retired: int
    printed: int
    spent: int
    contacts: int


def add(
    tx: Transaction,
    id_: str,
    *,
    code_hash: bytes,
    kind: Kind,
    sheet: str | None,
    journey: str,
    unit: str,
    service: str | None,
    channel: str | None,
    language: str | None,
    now: datetime,
    expires: datetime,
    simulated: bool,
) -> None:
    """A poster, or a card of a sheet."""
    tx.run(
        _SQL["add"],
        id=id_,
        code_hash=code_hash,
        kind=kind,
        sheet=sheet,
        journey=journey,
        unit=unit,
        service=service,
        channel=channel,
        language=language,
        now=now,
        expires=expires,
        simulated=int(simulated),
    )


def of_id(tx: Transaction, id_: str) -> OpenInvitation | None:
    """The poster or card with this id."""
    return tx.one(OpenInvitation, _SQL["of_id"], id=id_)


def of_code(tx: Transaction, code_hash: bytes) -> OpenInvitation | None:
    """The poster or card with this code's hash."""
    return tx.one(OpenInvitation, _SQL["of_code"], code_hash=code_hash)


def of_sheet(tx: Transaction, sheet: str) -> list[OpenInvitation]:
    """The cards of a sheet, always in the same order."""
    return tx.all(OpenInvitation, _SQL["of_sheet"], sheet=sheet)


def listed(tx: Transaction) -> list[Listed]:
    """Every poster, and every sheet of cards, the newest first."""
    return tx.all(Listed, _SQL["listed"])


def use(tx: Transaction, id_: str, now: datetime) -> None:
    """Somebody began with it: a card is then spent."""
    tx.run(_SQL["use"], id=id_, now=now)


def unspend(tx: Transaction, contact: str) -> None:
    """Who began this contact with a card said no thanks: somebody else may begin with the card."""
    tx.run(_SQL["unspend"], contact=contact)


def retire(tx: Transaction, id_: str, now: datetime) -> int:
    """Nobody begins any more with this poster, or with the cards of this sheet; returns how many that was."""
    return tx.run(_SQL["retire"], id=id_, now=now)


def is_there(tx: Transaction, id_: str) -> bool:
    """Whether there is a poster or a sheet with this id, retired or not."""
    return tx.count(_SQL["is_there"], id=id_) == 1


def newest_contact(tx: Transaction, id_: str) -> str | None:
    """The contact that began last with it."""
    return _text(tx.value(_SQL["newest_contact"], id=id_))


def contact_of(tx: Transaction, id_: str, person: str, since: datetime | None) -> str | None:
    """The contact this person began last with it, at or after `since` (None: ever), and did not decline whole."""
    return _text(tx.value(_SQL["contact_of"], id=id_, person=person, since=since or _EVER))


def begun_by(tx: Transaction, person: str, since: datetime) -> int:
    """How many contacts this person began with open invitations at or after `since`."""
    return tx.count(_SQL["begun_by"], person=person, since=since)


def _text(found: object) -> str | None:
    return found if isinstance(found, str) else None
