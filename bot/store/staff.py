"""Members of staff as rows: who they are, where they are signed in, what they saw and did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.store.database import Transaction
from bot.store.queries import queries

_SQL = queries("staff.sql")

Role = Literal["admin", "staff", "analyst"]
ROLES: tuple[Role, ...] = ("admin", "staff", "analyst")


@dataclass(frozen=True, slots=True)
class Member:
    """One who works here. `unit` None: every unit. `filled_in` is what they last registered, as JSON."""

    id: str
    name: str
    email: str | None
    role: Role
    unit: str | None
    language: str
    made_at: datetime
    removed_at: datetime | None
    filled_in: bytes | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A member in a browser, last seen there at `seen_at`."""

    id: str
    name: str
    email: str | None
    role: Role
    unit: str | None
    language: str
    made_at: datetime
    removed_at: datetime | None
    filled_in: bytes | None
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Noted:
    """One line of the audit log. `name` is None for what no member did, or one who is forgotten.

    `subject_name` is whose id the subject is, where it is a member's.
    """

    id: int
    at: datetime
    member_id: str | None
    name: str | None
    action: str
    subject: str
    subject_name: str | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A member as the list of them shows one. `seen_at` None: is signed in nowhere."""

    id: str
    name: str
    email: str | None
    role: Role
    unit: str | None
    language: str
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Action:
    action: str


def add(
    tx: Transaction,
    id_: str,
    *,
    name: str,
    email: str | None,
    role: Role,
    unit: str | None,
    language: str,
    now: datetime,
) -> None:
    """A new member; `email` in small letters. The address must not be another's."""
    tx.run(_SQL["add"], id=id_, name=name, email=email, role=role, unit=unit, language=language, now=now)


def of_id(tx: Transaction, id_: str) -> Member | None:
    """The member with this id, removed or not."""
    return tx.one(Member, _SQL["of_id"], id=id_)


def of_email(tx: Transaction, email: str) -> Member | None:
    """The member with this address (in small letters) who works here."""
    return tx.one(Member, _SQL["of_email"], email=email)


def everybody(tx: Transaction) -> list[Member]:
    """Everybody who works here, by name."""
    return tx.all(Member, _SQL["all"])


def everybody_seen(tx: Transaction) -> list[Seen]:
    """Everybody who works here, by name, and when they last used the console."""
    return tx.all(Seen, _SQL["all_seen"])


def remove(tx: Transaction, id_: str, now: datetime) -> bool:
    """Nobody is this member any more; signed out everywhere, in chats too. False if that was so before."""
    end_sessions(tx, id_)
    tx.run(_SQL["forget_chats"], member=id_)
    tx.run(_SQL["forget_chat_codes"], member=id_)
    return tx.run(_SQL["remove"], id=id_, now=now) == 1


def change(
    tx: Transaction, id_: str, *, name: str, email: str | None, role: Role, unit: str | None, language: str
) -> bool:
    """Who the member is, and what they may do; False if there is none."""
    return tx.run(_SQL["change"], id=id_, name=name, email=email, role=role, unit=unit, language=language) == 1


def speak(tx: Transaction, id_: str, language: str) -> None:
    """The language the member reads in."""
    tx.run(_SQL["speak"], id=id_, language=language)


def fill_in(tx: Transaction, id_: str, filled_in: bytes) -> None:
    """What the member last registered, as JSON."""
    tx.run(_SQL["fill_in"], id=id_, filled_in=filled_in)


def add_link(tx: Transaction, token_hash: bytes, member: str, *, now: datetime, expires: datetime) -> None:
    """A one-time link; those made before for the member stay good."""
    tx.run(_SQL["add_link"], token_hash=token_hash, member=member, now=now, expires=expires)


def of_link(tx: Transaction, token_hash: bytes, now: datetime) -> Member | None:
    """Whom a link lets in now. Looking spends nothing."""
    return tx.one(Member, _SQL["link"], token_hash=token_hash, now=now)


def spend_link(tx: Transaction, token_hash: bytes) -> bool:
    """It lets nobody in any more; False if it did not before."""
    return tx.run(_SQL["spend_link"], token_hash=token_hash) == 1


def add_session(tx: Transaction, token_hash: bytes, member: str, *, now: datetime, expires: datetime) -> None:
    """The member is signed in with a cookie of this hash."""
    tx.run(_SQL["add_session"], token_hash=token_hash, member=member, now=now, expires=expires)


def session(tx: Transaction, token_hash: bytes, *, now: datetime, idle_since: datetime) -> SignedIn | None:
    """Who is signed in with this cookie; None if it is over, or unused since `idle_since`."""
    return tx.one(SignedIn, _SQL["session"], token_hash=token_hash, now=now, idle_since=idle_since)


def see(tx: Transaction, token_hash: bytes, now: datetime) -> None:
    """The session was used."""
    tx.run(_SQL["see"], token_hash=token_hash, now=now)


def end_session(tx: Transaction, token_hash: bytes) -> None:
    """Signed out in one browser."""
    tx.run(_SQL["end_session"], token_hash=token_hash)


def sessions(tx: Transaction, member: str, *, now: datetime, idle_since: datetime) -> int:
    """In how many browsers a member is signed in."""
    return tx.count(_SQL["sessions"], member=member, now=now, idle_since=idle_since)


def end_sessions(tx: Transaction, member: str) -> None:
    """Signed out everywhere; links that are still under way let nobody in either."""
    tx.run(_SQL["end_sessions"], member=member)
    tx.run(_SQL["forget_links"], member=member)


def forget_links(tx: Transaction, member: str) -> None:
    """Links that are still under way let nobody in."""
    tx.run(_SQL["forget_links"], member=member)


def note(tx: Transaction, member: str | None, action: str, subject: str, now: datetime) -> None:
    """A member saw or did something. `subject` is an id or a code, never content."""
    tx.run(_SQL["note"], member=member, action=action, subject=subject, now=now)


def noted(tx: Transaction, *, before: int, action: str | None, limit: int, unit: str | None = None) -> list[Noted]:
    """Lines of the audit log older than the id `before`, the newest first; of one action and unit, or of all."""
    return tx.all(Noted, _SQL["noted"], before=before, action=action, limit=limit, unit=unit)


def actions(tx: Transaction) -> list[str]:
    """Every action there is a line of, by its code."""
    return [one.action for one in tx.all(_Action, _SQL["actions"])]


def attempt(tx: Transaction, kind: str, source: bytes, now: datetime) -> None:
    """Something was tried by a source (a keyed hash)."""
    tx.run(_SQL["attempt"], kind=kind, source=source, now=now)


def attempts(tx: Transaction, kind: str, source: bytes, since: datetime) -> int:
    """How often this source tried since a moment."""
    return tx.count(_SQL["attempts"], kind=kind, source=source, since=since)


def tidy(
    tx: Transaction, *, now: datetime, idle_since: datetime, audit_since: datetime, attempts_since: datetime
) -> None:
    """Forget links and sessions that are over, and lines and tries from before those moments."""
    tx.run(_SQL["tidy_links"], now=now)
    tx.run(_SQL["tidy_sessions"], now=now, idle_since=idle_since)
    tx.run(_SQL["tidy_audit"], since=audit_since)
    tx.run(_SQL["tidy_attempts"], since=attempts_since)
