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
    matter_id: str | None
    by_matter: int
    open_invitation_id: str | None
    not_asked: str | None
    moved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Version:
    """A kept journey version."""

    fingerprint: str
    journey: str
    body: bytes


@dataclass(frozen=True, slots=True)
class UsedVersion:
    """A kept journey version, first used when, and how many contacts are pinned to it."""

    fingerprint: str
    journey: str
    first_used_at: datetime
    contacts: int


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
    invitation: str = "personal",
    open_invitation: str | None = None,
    not_asked: str | None = None,
) -> None:
    """A registered contact, and the first row of its history."""
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
        invitation=invitation,
        open_invitation=open_invitation,
        not_asked=not_asked,
    )
    tx.run(_SQL["record"], id=id_, now=now, week=week)


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


def of_day(tx: Transaction, unit: str, since: datetime, until: datetime) -> list[Contact]:
    """A unit's contacts that start at or after `since` and before `until` and were not cancelled, in order."""
    return tx.all(Contact, _SQL["of_day"], unit=unit, since=since, until=until)


def named(tx: Transaction, reference: str) -> list[Contact]:
    """Open contacts with this case reference, whatever their unit and journey."""
    return tx.all(Contact, _SQL["named"], reference=reference)


def is_buried(tx: Transaction, *, unit: str, journey: str, lookup: bytes) -> bool:
    """Whether a contact with this case reference (its keyed hash) was erased."""
    return bool(tx.value(_SQL["buried"], unit=unit, journey=journey, lookup=lookup))


def begun_lately(tx: Transaction, contact: Contact, since: datetime) -> int:
    """How many other contacts of its person, or of its matter while nobody is known, began at or after `since`."""
    count = tx.value(
        _SQL["begun_lately"], id=contact.id, person=contact.person_id, matter=contact.matter_id, since=since
    )
    return count if isinstance(count, int) else 0


def bind(tx: Transaction, id_: str, person: str | None, *, by_matter: bool = False) -> None:
    """The contact is this person's (None: nobody's again), by an invitation of theirs or by its matter alone."""
    tx.run(_SQL["bind"], id=id_, person=person, by_matter=int(by_matter))


def move(tx: Transaction, id_: str, *, start: datetime, end: datetime | None, now: datetime, week: str) -> None:
    """It takes place at another time."""
    tx.run(_SQL["move"], id=id_, start=start, end=end, now=now)
    tx.run(_SQL["record"], id=id_, now=now, week=week)


def note(
    tx: Transaction,
    id_: str,
    *,
    outcome: str | None,
    cause: str | None,
    solved: str | None,
    matter: str | None,
    now: datetime,
    week: str,
) -> None:
    """What staff learned about it since; None leaves what stands."""
    tx.run(_SQL["note"], id=id_, outcome=outcome, cause=cause, solved=solved, matter=matter)
    tx.run(_SQL["record"], id=id_, now=now, week=week)


def told_as(tx: Transaction, id_: str) -> bytes | None:
    """The keyed hash of what the last list said of it; None if no list did."""
    found = tx.value(_SQL["told_as"], id=id_)
    return found if isinstance(found, bytes) else None


def tell_as(tx: Transaction, id_: str, told: bytes) -> None:
    """A list says this of it, by keyed hash."""
    tx.run(_SQL["tell_as"], id=id_, told_as=told)


def leave_out(tx: Transaction, id_: str, reason: str) -> None:
    """Staff want nothing asked about it, for this reason."""
    tx.run(_SQL["leave_out"], id=id_, reason=reason)


def cancel(tx: Transaction, id_: str, *, now: datetime, week: str) -> bool:
    """The contact did not take place; False if that was known."""
    if tx.run(_SQL["cancel"], id=id_, now=now) == 0:
        return False
    tx.run(_SQL["record"], id=id_, now=now, week=week)
    return True


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


def versions_used(tx: Transaction) -> list[UsedVersion]:
    """Every kept version with how much it was used, the newest first."""
    return tx.all(UsedVersion, _SQL["versions_used"])
