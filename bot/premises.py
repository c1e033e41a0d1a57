"""The premises: what every room of nouns works with. Built once by `app.py`; values only."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from bot.keys import Keyring
from bot.library import Library
from bot.organisation import Organisation
from flows.journey import Words

_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
_ID_LENGTH = 14


def random_id() -> str:
    """A new id: 14 characters, 70 random bits, derived from nothing."""
    bits = secrets.randbits(5 * _ID_LENGTH)
    return "".join(_ALPHABET[bits >> 5 * place & 31] for place in range(_ID_LENGTH))


@dataclass(frozen=True, repr=False)  # written out it would be a megabyte: every journey, every word
class Premises:
    """Organisation, library and keys; where ids and chance come from, so that a simulation can be repeated."""

    organisation: Organisation
    library: Library
    keyring: Keyring
    ids: Callable[[], str] = random_id
    chance: random.Random = field(default_factory=random.SystemRandom)
    simulated: bool = False
    public_url: str | None = None
    """The address of our pages from outside, without a slash at its end; None where nobody can reach them."""

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's time zone."""
        return self.organisation.zone

    @property
    def words(self) -> Mapping[str, Words]:
        """The phrases that belong to no journey."""
        return self.library.words

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages spoken here, the preferred one first."""
        return self.organisation.languages
