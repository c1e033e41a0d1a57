"""Staff: the members who may use the console, how they come in, and what is noted of what they saw and did.

Tokens are handed out once and kept as hashes. Never sends anything, and never shows a page.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from bot.keys import code_hash, new_token
from bot.member_entries import REMEDIES, MemberEntry, address_of, faults, language_of, role_of, unit_of
from bot.premises import Premises
from bot.store import provider_visits, staff
from bot.store.database import Transaction
from bot.store.staff import Member, SignedIn

LINK_LASTS = timedelta(minutes=30)
"""How long a link to sign in with is good."""

VISIT_LASTS = timedelta(minutes=10)
"""How long somebody may be away at the organisation's own sign-in."""

SESSION_LASTS = timedelta(hours=12)
"""A working day: then everybody signs in anew (OWASP ASVS 5.0, 7.3.2: an absolute limit)."""

IDLE = timedelta(hours=2)
"""A session that is not used for so long is over (ASVS 7.3.1)."""

SEEN_EVERY = timedelta(minutes=5)
"""How exactly it is kept when a session was used: not every page is worth a commit."""

AUDIT_KEPT = timedelta(days=2 * 365)

SLOW_WITHIN = timedelta(minutes=15)
ADDRESS_TRIES = 5
"""So many links may be asked for to one e-mail address within `SLOW_WITHIN`; then it waits."""

NETWORK_TRIES = 60
"""So many tries by one network address within `SLOW_WITHIN`: a whole office may share one."""

ENTER = "/console/enter/"
"""Where one-time links begin on our pages."""

_TRY, _ADDRESS = "sign-in", "sign-in-address"


class StaffRefused(Exception):
    """Something about a member that can't be done; the message says what to do."""


class Staff:
    """The members of these premises."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    def add(
        self,
        tx: Transaction,
        *,
        name: str,
        email: str | None,
        role: str,
        unit: str | None,
        language: str | None,
        now: datetime,
    ) -> Member:
        """A new member. UnknownCode, StaffRefused for what can't be."""
        entry = MemberEntry(name, email or "", role, unit or "", language or "")
        known, where, spoken = self._checked(tx, entry, None)
        id_ = self._premises.ids()
        staff.add(tx, id_, name=name.strip(), email=entry.address, role=known, unit=where, language=spoken, now=now)
        return self.found(tx, id_)

    def change(self, tx: Transaction, id_: str, entry: MemberEntry) -> Member:
        """Who a member is and what they may do. UnknownCode, StaffRefused for what can't be."""
        before = self.found(tx, id_)
        role, unit, language = self._checked(tx, entry, before)
        if entry.address != before.email:
            staff.forget_links(tx, before.id)  # what went to the old address lets nobody in
        name = entry.name.strip()
        staff.change(tx, before.id, name=name, email=entry.address, role=role, unit=unit, language=language)
        return self.found(tx, before.id)

    def faults(self, tx: Transaction, entry: MemberEntry, id_: str | None) -> list[str]:
        """What is wrong in an entry about a member (None: a new one), as `member_entries.REMEDIES` names it."""
        owner = staff.of_email(tx, entry.address) if entry.address else None
        before = staff.of_id(tx, id_) if id_ is not None else None
        return faults(
            entry,
            taken=owner is not None and owner.id != id_,
            must_stay_admin=before is not None and self.is_last_admin(tx, before),
        )

    def remove(self, tx: Transaction, id_: str, now: datetime) -> Member:
        """The member works here no more, and is signed out everywhere at once. StaffRefused for the last admin."""
        member = self.found(tx, id_)
        if self.is_last_admin(tx, member):
            raise StaffRefused(REMEDIES["role-last-admin"])
        staff.remove(tx, member.id, now)
        return member

    def found(self, tx: Transaction, id_: str) -> Member:
        """The member with this id, or this e-mail address. StaffRefused if none works here."""
        member = staff.of_id(tx, id_) or staff.of_email(tx, address_of(id_))
        if member is None or member.removed_at is not None:
            raise StaffRefused(f"There is no member {id_}. `kundresa staff list` shows those there are.")
        return member

    def is_last_admin(self, tx: Transaction, member: Member) -> bool:
        """Whether nobody could let others in without this member."""
        others = (one for one in staff.everybody(tx) if one.role == "admin" and one.id != member.id)
        return member.role == "admin" and next(others, None) is None

    def invite(self, tx: Transaction, member: Member, now: datetime, lasts: timedelta = LINK_LASTS) -> str:
        """The token of a one-time link with which the member signs in; only its hash is kept."""
        token = new_token()
        staff.add_link(tx, code_hash(token), member.id, now=now, expires=now + lasts)
        return token

    def invited_by_email(self, tx: Transaction, email: str, now: datetime) -> tuple[Member, str] | None:
        """Whose address this is, and the token of a new link for them; None where it is nobody's."""
        member = staff.of_email(tx, address_of(email))
        return None if member is None else (member, self.invite(tx, member, now))

    def invited(self, tx: Transaction, token: str, now: datetime) -> Member | None:
        """Whom a link lets in. Looking spends nothing."""
        return staff.of_link(tx, code_hash(token), now)

    def enter(self, tx: Transaction, token: str, now: datetime) -> tuple[Member, str] | None:
        """Spend a link: the member, and the cookie of a new session; None if it lets nobody in."""
        member = self.invited(tx, token, now)
        if member is None or not staff.spend_link(tx, code_hash(token)):
            return None
        return member, self.signed_in(tx, member, now)

    def signed_in(self, tx: Transaction, member: Member, now: datetime) -> str:
        """The cookie of a new session of a member who has shown who they are."""
        cookie = new_token()
        staff.add_session(tx, code_hash(cookie), member.id, now=now, expires=now + SESSION_LASTS)
        staff.note(tx, member.id, "signed-in", "", now)
        return cookie

    def present(self, tx: Transaction, cookie: str, now: datetime) -> SignedIn | None:
        """Who is signed in with this cookie."""
        return staff.session(tx, code_hash(cookie), now=now, idle_since=now - IDLE)

    def browsers(self, tx: Transaction, member: str, now: datetime) -> int:
        """In how many browsers a member is signed in."""
        return staff.sessions(tx, member, now=now, idle_since=now - IDLE)

    def see(self, tx: Transaction, cookie: str, now: datetime) -> None:
        """The session was used (kept every `SEEN_EVERY`)."""
        staff.see(tx, code_hash(cookie), now)

    def leave(self, tx: Transaction, cookie: str) -> None:
        """Signed out in this browser."""
        staff.end_session(tx, code_hash(cookie))

    def leave_everywhere(self, tx: Transaction, member: str) -> None:
        """Signed out in every browser; links that are still under way let nobody in either."""
        staff.end_sessions(tx, member)

    def fill_in(self, tx: Transaction, member: str, filled_in: bytes) -> None:
        """What the member last registered, as JSON, to be filled in again."""
        staff.fill_in(tx, member, filled_in)

    def note(self, tx: Transaction, member: str | None, action: str, subject: str, now: datetime) -> None:
        """A member saw or did something. `subject` is an id or a code, never content."""
        staff.note(tx, member, action, subject, now)

    def may_try(self, tx: Transaction, address: str, now: datetime) -> bool:
        """Whether this network address may try to sign in now. Count what fails with `tried`."""
        return staff.attempts(tx, _TRY, self._network(address), now - SLOW_WITHIN) < NETWORK_TRIES

    def tried(self, tx: Transaction, address: str, now: datetime) -> None:
        """A network address tried to sign in; its keyed hash alone is kept."""
        staff.attempt(tx, _TRY, self._network(address), now)

    def may_ask(self, tx: Transaction, address: str, email: str, now: datetime) -> bool:
        """Whether a link to this e-mail address may be asked for from this network address; counted for both.

        The same whether anybody has the e-mail address or not, so that it tells nothing.
        """
        about = self._premises.keyring.lookup("sign-in", address_of(email))
        if (
            not self.may_try(tx, address, now)
            or staff.attempts(tx, _ADDRESS, about, now - SLOW_WITHIN) >= ADDRESS_TRIES
        ):
            return False
        self.tried(tx, address, now)
        staff.attempt(tx, _ADDRESS, about, now)
        return True

    def tidy(self, tx: Transaction, now: datetime) -> None:
        """Forget what is over."""
        staff.tidy(tx, now=now, idle_since=now - IDLE, audit_since=now - AUDIT_KEPT, attempts_since=now - SLOW_WITHIN)
        provider_visits.tidy(tx, now - VISIT_LASTS)

    def _checked(
        self, tx: Transaction, entry: MemberEntry, before: Member | None
    ) -> tuple[staff.Role, str | None, str]:
        known = role_of(entry.role), unit_of(entry.unit, self._premises), language_of(entry.language, self._premises)
        wrong = self.faults(tx, entry, before.id if before is not None else None)
        if wrong:
            raise StaffRefused(REMEDIES[wrong[0]])
        return known

    def _network(self, address: str) -> bytes:
        return self._premises.keyring.lookup("network", _source(address))


def sign_in_link(premises: Premises, token: str) -> str | None:
    """The address at which a one-time link lets somebody in; None without pages of our own."""
    return f"{premises.public_url}{ENTER}{token}" if premises.public_url is not None else None


def session_mark(cookie: str) -> bytes:
    """What forms of a session are bound to: a hash of its cookie, other than the one that is stored."""
    return hashlib.sha256(b"form\n" + cookie.encode("utf-8", "replace")).digest()


def _source(address: str) -> str:
    # Whoever has an IPv6 address has a whole network of them to change between; an IPv4 address can be written as one.
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv6Address):
        mapped = known.ipv4_mapped
        return str(mapped if mapped is not None else ip_network((known, 64), strict=False))
    return str(known)
