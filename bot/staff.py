"""Staff: the members who may use the console, how they come in, and what is noted of what they saw and did.

Tokens are handed out once and kept as hashes. Never sends anything, and never shows a page.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from bot.keys import code_hash, new_token
from bot.organisation import meant
from bot.premises import Premises
from bot.store import staff
from bot.store.database import Transaction
from bot.store.staff import ROLES, Member, Role, SignedIn

LINK_LASTS = timedelta(minutes=30)
"""How long a link to sign in with is good."""

SESSION_LASTS = timedelta(hours=12)
"""A working day: then everybody signs in anew (OWASP ASVS 5.0, 7.3.2: an absolute limit)."""

IDLE = timedelta(hours=2)
"""A session that is not used for so long is over (ASVS 7.3.1)."""

SEEN_EVERY = timedelta(minutes=5)
"""How exactly it is kept when a session was used: not every page is worth a commit."""

AUDIT_KEPT = timedelta(days=2 * 365)
SLOW_AFTER, SLOW_WITHIN = 10, timedelta(minutes=15)
"""So many tries to sign in by one source within so long; then it waits."""

_LONGEST_NAME = 80


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
        known = self._role(role)
        self._check(name, known, unit)
        address = email.strip().lower() if email else None
        if address is not None and staff.of_email(tx, address) is not None:
            raise StaffRefused(f"{address}: is another member's address already. `kundresa staff list` shows whose.")
        id_ = self._premises.ids()
        spoken = meant(language or self._premises.languages[0], self._premises.languages, "language")
        staff.add(tx, id_, name=name.strip(), email=address, role=known, unit=unit, language=spoken, now=now)
        return self.found(tx, id_)

    def change(self, tx: Transaction, id_: str, *, name: str, role: str, unit: str | None) -> Member:
        """What a member is called and may do. UnknownCode, StaffRefused for what can't be."""
        before, known = self.found(tx, id_), self._role(role)
        self._check(name, known, unit)
        if before.role == "admin" and known != "admin":
            self._keep_an_admin(tx, id_)
        staff.change(tx, id_, name=name.strip(), role=known, unit=unit)
        return self.found(tx, id_)

    def remove(self, tx: Transaction, id_: str, now: datetime) -> Member:
        """The member works here no more, and is signed out everywhere at once. StaffRefused for the last admin."""
        member = self.found(tx, id_)
        if member.role == "admin":
            self._keep_an_admin(tx, id_)
        staff.remove(tx, id_, now)
        return member

    def found(self, tx: Transaction, id_: str) -> Member:
        """The member with this id, or this e-mail address. StaffRefused if none works here."""
        member = staff.of_id(tx, id_) or staff.of_email(tx, id_.strip().lower())
        if member is None or member.removed_at is not None:
            raise StaffRefused(f"There is no member {id_}. `kundresa staff list` shows those there are.")
        return member

    def invite(self, tx: Transaction, member: Member, now: datetime, lasts: timedelta = LINK_LASTS) -> str:
        """The token of a one-time link with which the member signs in; only its hash is kept."""
        token = new_token()
        staff.add_link(tx, code_hash(token), member.id, now=now, expires=now + lasts)
        return token

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

    def see(self, tx: Transaction, cookie: str, now: datetime) -> None:
        """The session was used (kept every `SEEN_EVERY`)."""
        staff.see(tx, code_hash(cookie), now)

    def leave(self, tx: Transaction, cookie: str) -> None:
        """Signed out in this browser."""
        staff.end_session(tx, code_hash(cookie))

    def leave_everywhere(self, tx: Transaction, member: str) -> None:
        """Signed out in every browser."""
        staff.end_sessions(tx, member)

    def note(self, tx: Transaction, member: str | None, action: str, subject: str, now: datetime) -> None:
        """A member saw or did something. `subject` is an id or a code, never content."""
        staff.note(tx, member, action, subject, now)

    def may_try(self, tx: Transaction, address: str, now: datetime) -> bool:
        """Whether this network address may try to sign in now; the try is counted. Its hash alone is kept."""
        source = self._premises.keyring.lookup("network", address)
        if staff.attempts(tx, "sign-in", source, now - SLOW_WITHIN) >= SLOW_AFTER:
            return False
        staff.attempt(tx, "sign-in", source, now)
        return True

    def tidy(self, tx: Transaction, now: datetime) -> None:
        """Forget what is over."""
        staff.tidy(tx, now=now, idle_since=now - IDLE, audit_since=now - AUDIT_KEPT, attempts_since=now - SLOW_WITHIN)

    def _role(self, role: str) -> Role:
        found = next((known for known in ROLES if known == role), None)
        if found is None:
            raise StaffRefused(f"There is no role '{role}'. Write one of: {', '.join(ROLES)}.")
        return found

    def _check(self, name: str, role: Role, unit: str | None) -> None:
        if not name.strip() or len(name) > _LONGEST_NAME:
            raise StaffRefused(f"A name has 1 to {_LONGEST_NAME} characters. Write what colleagues know them by.")
        if unit is not None:
            meant(unit, self._premises.organisation.units, "unit")
        if role == "staff" and unit is None:
            raise StaffRefused("Staff see one unit: say which. Admins and analysts may see all.")

    def _keep_an_admin(self, tx: Transaction, id_: str) -> None:
        others = [one for one in staff.everybody(tx) if one.role == "admin" and one.id != id_]
        if not others:
            raise StaffRefused("This is the only admin. Make another one first.")


def session_mark(cookie: str) -> bytes:
    """What forms of a session are bound to: a hash of its cookie, other than the one that is stored."""
    return hashlib.sha256(b"form\n" + cookie.encode("utf-8", "replace")).digest()
