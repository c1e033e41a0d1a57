"""The accessibility statement: what the law asks for, from the organisation's file as far as that goes.

Without its own entry there, what we know of these pages holds: tested by us, at which version's date, and nothing known
to be out of reach.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.organisation import Organisation
from flows.journey import Words

ASSESSED = date(2026, 11, 29)
"""When these pages were last looked through, with axe and by hand."""


@dataclass(frozen=True, slots=True)
class Supervision:
    """Who sees to it that the law is kept, and where to tell them. `key` names them in the words of these pages."""

    key: str
    link: str


_SUPERVISION: Mapping[str, Supervision] = {
    "SE": Supervision("digg", "https://www.digg.se/tdosanmalan"),
    "FI": Supervision("traficom", "https://www.saavutettavuusvaatimukset.fi/"),
}


@dataclass(frozen=True, slots=True)
class Statement:
    """What the page tells. `full`: all that the law asks for is met, as far as is known. `own`: by the organisation."""

    full: bool
    assessed: date
    updated: date
    supervision: Supervision
    missing: tuple[Words, ...] = ()
    method: Words | None = None
    own: bool = False


def statement(organisation: Organisation) -> Statement:
    """The statement of this organisation's pages."""
    supervision = _SUPERVISION.get(organisation.holiday_country or "SE", _SUPERVISION["SE"])
    own = organisation.accessibility
    if own is None:
        return Statement(True, ASSESSED, ASSESSED, supervision)
    if own.supervision is not None:
        supervision = Supervision("elsewhere", own.supervision)
    return Statement(own.full, own.assessed, own.updated, supervision, own.missing, own.method, own=True)
