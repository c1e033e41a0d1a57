"""Member entries: what is written of a member of staff, and what is wrong with it, field by field. Stores nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.organisation import meant
from bot.premises import Premises
from bot.store.staff import ROLES, Role

LONGEST_NAME = 80
_LONGEST_EMAIL = 254  # RFC 5321, 4.5.3.1.3, without its angle brackets
_EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")

REMEDIES: Mapping[str, str] = {
    "name-missing": "A member needs a name. Write what colleagues know them by.",
    "name-long": f"A name has at most {LONGEST_NAME} characters. Write what colleagues know them by.",
    "email-wrong": "This is no e-mail address. Write it as in name@example.org, or leave it out.",
    "email-taken": "This is another member's address already. `kundresa staff list` shows whose.",
    "role-last-admin": "This is the only admin. Make another one first.",
    "unit-needed": "Staff see one unit: say which. Admins and analysts may see all.",
}
"""What can be wrong, by its code, in the words of the command line. A code begins with its field."""


@dataclass(frozen=True, slots=True)
class MemberEntry:
    """What is written of a member. An empty `email` or `unit`: none; an empty `language`: our first."""

    name: str
    email: str
    role: str
    unit: str
    language: str

    @property
    def address(self) -> str | None:
        """The e-mail address as it is kept: in small letters."""
        return address_of(self.email) or None


def address_of(written: str) -> str:
    """An e-mail address as it is kept and looked for."""
    return written.strip().lower()


def is_address(address: str) -> bool:
    """Whether this can be an e-mail address: one, in plain letters, with nothing that ends a line."""
    return len(address) <= _LONGEST_EMAIL and _EMAIL.fullmatch(address) is not None


def faults(entry: MemberEntry, *, taken: bool, must_stay_admin: bool) -> list[str]:
    """What is wrong in this entry but unknown codes: keys of `REMEDIES`. `taken`: its address is another member's."""
    found = []
    name = entry.name.strip()
    if not name or not name.isprintable():
        found.append("name-missing")
    elif len(name) > LONGEST_NAME:
        found.append("name-long")
    if entry.address is not None and not is_address(entry.address):
        found.append("email-wrong")
    elif taken:
        found.append("email-taken")
    if must_stay_admin and entry.role != "admin":
        found.append("role-last-admin")
    if entry.role == "staff" and not entry.unit:
        found.append("unit-needed")
    return found


def role_of(written: str) -> Role:
    """The role of this name. UnknownCode with "did you mean"."""
    known = meant(written, ROLES, "role")
    return next(role for role in ROLES if role == known)


def unit_of(written: str, premises: Premises) -> str | None:
    """The unit of this code; None where none is written. UnknownCode."""
    return meant(written, premises.organisation.units, "unit") if written else None


def language_of(written: str, premises: Premises) -> str:
    """The language of this code; our first where none is written. UnknownCode."""
    return meant(written, premises.languages, "language") if written else premises.languages[0]
