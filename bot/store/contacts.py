"""Contacts and the journey versions they are pinned to, as rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Transaction
from bot.store.queries import queries

_SQL = queries("contacts.sql")


@dataclass(frozen=True, slots=True)
class Contact:
    """One occasion."""

    id: str
    journey: str
    fingerprint: str | None
    person_id: str | None
    invitation: str
    audience: str
    unit: str
    service: str | None
    channel: str | None
    cause: str | None
    solved: str | None
    outcome: str | None
    reference: str | None
    language: str | None
    start_at: datetime
    end_at: datetime | None
    registered_at: datetime
    cancelled_at: datetime | None
    closed_at: datetime | None
    reminded_at: datetime | None
    simulated: int


@dataclass(frozen=True, slots=True)
class Version:
    """A kept journey version."""

    fingerprint: str
    journey: str
    body: bytes


def add(
    tx: Transaction,
    id_: str,
    *,
    journey: str,
    audience: str,
    unit: str,
    service: str | None,
    channel: str | None,
    cause: str | None,
    solved: str | None,
    outcome: str | None,
    matter: str | None,
    reference: str | None,
    reference_lookup: bytes | None,
    language: str | None,
    start: datetime,
    end: datetime | None,
    now: datetime,
    week: str,
    simulated: bool,
) -> None:
    """A registered contact."""
    tx.run(
        _SQL["add"],
        id=id_,
        journey=journey,
        audience=audience,
        unit=unit,
        service=service,
        channel=channel,
        cause=cause,
        solved=solved,
        outcome=outcome,
        matter=matter,
        reference=reference,
        reference_lookup=reference_lookup,
        language=language,
        start=start,
        end=end,
        now=now,
        week=week,
        simulated=int(simulated),
    )


def of_id(tx: Transaction, id_: str) -> Contact | None:
    """The contact with this id."""
    return tx.one(Contact, _SQL["of_id"], id=id_)


def of_reference(tx: Transaction, *, unit: str, journey: str, lookup: bytes) -> Contact | None:
    """The contact with this case reference (its keyed hash), open or closed."""
    return tx.one(Contact, _SQL["of_reference"], unit=unit, journey=journey, lookup=lookup)


def of_person(tx: Transaction, person: str) -> list[Contact]:
    """A person's contacts, the latest first."""
    return tx.all(Contact, _SQL["of_person"], person=person)


def listed(tx: Transaction, since: datetime, until: datetime) -> list[Contact]:
    """Contacts that start at or after `since` and before `until`, in order."""
    return tx.all(Contact, _SQL["listed"], since=since, until=until)


def pin(tx: Transaction, id_: str, fingerprint: str) -> None:
    """Pin the contact to a journey version, once."""
    tx.run(_SQL["pin"], id=id_, fingerprint=fingerprint)


def bind(tx: Transaction, id_: str, person: str | None) -> None:
    """The contact is this person's (None: nobody's again)."""
    tx.run(_SQL["bind"], id=id_, person=person)


def cancel(tx: Transaction, id_: str, now: datetime) -> bool:
    """The contact did not take place; False if that was known."""
    return tx.run(_SQL["cancel"], id=id_, now=now) == 1


def reminded(tx: Transaction, id_: str, now: datetime) -> None:
    """The contact's one reminder was sent."""
    tx.run(_SQL["reminded"], id=id_, now=now)


def close(tx: Transaction, id_: str, now: datetime) -> None:
    """Close the contact if all its follow-ups have ended; its reference is then forgotten but for its keyed hash."""
    tx.run(_SQL["close"], id=id_, now=now)


def reopen(tx: Transaction, id_: str) -> None:
    """A follow-up of the contact goes on after all."""
    tx.run(_SQL["reopen"], id=id_)


def keep_version(tx: Transaction, fingerprint: str, journey: str, body: bytes, now: datetime) -> None:
    """Keep a journey version for good."""
    tx.run(_SQL["keep_version"], fingerprint=fingerprint, journey=journey, body=body, now=now)


def version(tx: Transaction, fingerprint: str) -> bytes:
    """The body of a kept version. LookupError if there is none."""
    body = tx.value(_SQL["version"], fingerprint=fingerprint)
    if not isinstance(body, bytes):
        raise LookupError(f"no journey version {fingerprint[:12]} is kept")
    return body


def versions(tx: Transaction) -> list[Version]:
    """Every kept version, the oldest first."""
    return tx.all(Version, _SQL["versions"])
