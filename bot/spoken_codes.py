"""Spoken codes: eight characters to say aloud or type from paper, in place of a link. They hold for 72 hours.

A code is made from the key, the invitation's id and a generation; only its keyed hash is stored, so it can be shown
again while it holds, and a copy of the database without the key gives none of them away. A new generation kills the
one before it.

The alphabet leaves out what is mistaken for something else, on paper (0 O, 1 I, 5 S, 2 Z, 8 B, 6 G, U V) or aloud in
Swedish, Finnish or English (B D G P T V: only T; F S: only F; M N: only M; H K: only K; V W: only W). Without vowels no
code is a word, and each has a letter and a digit in it, so that no date or phone number is one. 17 characters in 8
places give 32.7 bits: with 10,000 codes in use one try in 700,000 hits one, which is why tries are few (`guessing`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from bot.premises import Premises
from bot.store import spoken_codes
from bot.store.database import Transaction
from bot.store.spoken_codes import Kind, SpokenCode

ALPHABET = "FJKLMRTWX23456789"
LENGTH = 8
HOLDS = timedelta(hours=72)

_BETWEEN = re.compile(r"[\s\-\u2010-\u2015\u2212]+")
_CODE = re.compile(rf"(?=.*[A-Z])(?=.*[0-9])[{ALPHABET}]{{{LENGTH}}}")


@dataclass(frozen=True, slots=True)
class Spoken:
    """A code as it is shown ("FKLM-2345"), and until when it holds."""

    code: str
    expires_at: datetime


class SpokenCodes:
    """The spoken codes of these premises."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    def made(self, tx: Transaction, invitation: str, now: datetime, kind: Kind = "personal") -> Spoken:
        """A new code to the invitation with this id; the one before it holds no longer."""
        before = spoken_codes.of_invitation(tx, invitation, kind)
        spoken_codes.kill(tx, invitation, kind, now)
        generation = before.generation + 1 if before is not None else 1
        while spoken_codes.of_lookup(tx, self._lookup(invitation, generation)) is not None:
            generation += 1  # another invitation has, or had, the same eight characters
        lookup, expires = self._lookup(invitation, generation), now + HOLDS
        spoken_codes.add(tx, lookup, invitation, kind, generation=generation, now=now, expires=expires)
        return Spoken(_shown(self._code(invitation, generation)), expires)

    def living(self, tx: Transaction, invitation: str, now: datetime, kind: Kind = "personal") -> Spoken | None:
        """The invitation's code once more, while it holds."""
        found = spoken_codes.of_invitation(tx, invitation, kind)
        if found is None or found.expires_at <= now:
            return None
        return Spoken(_shown(self._code(invitation, found.generation)), found.expires_at)

    def found(self, tx: Transaction, code: str, now: datetime) -> SpokenCode | None:
        """What a code, as `meant` gives it, leads to; None if it leads nowhere or holds no longer."""
        found = spoken_codes.of_lookup(tx, self._premises.keyring.spoken_lookup(code))
        return found if found is not None and found.expires_at > now else None

    def _lookup(self, invitation: str, generation: int) -> bytes:
        return self._premises.keyring.spoken_lookup(self._code(invitation, generation))

    def _code(self, invitation: str, generation: int) -> str:
        # 256 bits over 17 ** 8 codes: none is likelier than another by more than 2 ** -223.
        codes = (_read_off(self._premises.keyring.spoken(invitation, generation, attempt)) for attempt in count())
        return next(code for code in codes if _CODE.fullmatch(code))


def meant(text: str) -> str | None:
    """The code that a text is, in capitals and without spaces and hyphens; None if it doesn't look like one."""
    bare = _BETWEEN.sub("", text).upper()
    return bare if _CODE.fullmatch(bare) else None


def _read_off(number: int) -> str:
    return "".join(ALPHABET[number // len(ALPHABET) ** place % len(ALPHABET)] for place in range(LENGTH))


def _shown(code: str) -> str:
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"
