"""An edition: for whom, about which week, and when a workbook is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from zoneinfo import ZoneInfo

from bot.organisation import Organisation
from bot.workbook.sheets import Properties
from bot.workbook.span import Span
from bot.workbook.texts import Texts
from flows.wording import in_language

WORKBOOK_SCHEMA = 1
"""Raised when a column goes or changes its meaning, never when one is added."""


@dataclass(frozen=True, slots=True)
class Edition:
    """`say` speaks the report's reader's language; `simulated` editions hold simulated contacts only, marked DEMO.

    `week` is the last week it is about, `first` the first one where they are several, `unit` the only unit, if any.
    """

    week: str
    organisation: Organisation
    say: Texts
    made_at: datetime
    zone: ZoneInfo
    simulated: bool
    first: str | None = None
    unit: str | None = None

    @property
    def span(self) -> Span:
        """The weeks, and the unit, that it is about."""
        return Span(self.first or self.week, self.week, self.unit)

    @property
    def about(self) -> str:
        """The weeks and the unit's name as titles say them, in the reader's language."""
        weeks = self.week if self.span.first == self.week else f"{self.span.first} – {self.week}"
        return weeks if self.unit is None else f"{weeks}, {self.unit_name(self.unit)}"

    def unit_name(self, unit: str) -> str:
        """What the organisation calls a unit, in the reader's language; the code of one that nobody knows any more."""
        known = self.organisation.units.get(unit)
        return in_language(known.name, self.say.language) if known else unit

    def pilot(self, unit: str, start: datetime) -> int | None:
        """1 for a contact of a pilot unit from its first pilot day on, 0 for others, None for a unit nobody knows any
        more; as the organisation file says when the workbook is made.
        """
        known = self.organisation.units.get(unit)
        if known is None:
            return None
        return int(known.pilot_from is not None and known.pilot_from <= start.astimezone(self.zone).date())

    def properties(self, language: str) -> Properties:
        """What a file of this edition says about itself, in the language that its sheets have."""
        first, unit = ({"first_week": self.first} if self.first else {}), ({"unit": self.unit} if self.unit else {})
        own = {**first, **unit}
        demo = {"demo": "DEMO"} if self.simulated else {}
        return Properties(
            title=f"{'DEMO ' if self.simulated else ''}Kundresa {self.span.title}",
            author=in_language(self.organisation.name, language),
            language=language,
            custom={
                "week": self.week,
                **own,
                "time_zone": self.zone.key,
                "workbook_schema": str(WORKBOOK_SCHEMA),
                **demo,
            },
        )


def software(unreleased: str = "run from its source") -> str:
    """The program and its version; `unreleased` says that it has none, in the words of who reads it."""
    try:
        return f"Kundresa {version('kundresa')}"
    except PackageNotFoundError:
        return f"Kundresa ({unreleased})"
