"""A span: the closed weeks that an export is about, one or several in a row, and the unit where it is about one; the
formats that it can be made in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.store.weeks import weeks_of
from bot.workbook.cells import snake

Form = Literal["xlsx", "csv", "csv-excel", "parquet", "sav"]
"""A workbook; a folder of .csv for programs, or for Excel; of .parquet; of .sav for SPSS."""

FORMS: tuple[Form, ...] = ("xlsx", "csv", "csv-excel", "parquet", "sav")
"""All of them."""


@dataclass(frozen=True, slots=True)
class Span:
    """The weeks `first` to `last`, both of them; `unit` None: every unit."""

    first: str
    last: str
    unit: str | None = None

    @property
    def is_week(self) -> bool:
        """Whether this is a whole week of every unit, of which the files are kept and recorded."""
        return self.first == self.last and self.unit is None

    @property
    def title(self) -> str:
        """What stands in titles: "2026-W47", "2026-W40 - 2026-W47", with the unit's code where there is one."""
        named = self.first if self.first == self.last else f"{self.first} - {self.last}"
        return named if self.unit is None else f"{named}, {self.unit}"

    @property
    def stem(self) -> str:
        """What its files' names begin with: "kundresa_2026-W40_2026-W47_unit-soder".

        Safe on every file system, and never what a weekly file is called.
        """
        parts = [self.first] if self.first == self.last else [self.first, self.last]
        return "_".join(["kundresa", *parts, *([] if self.unit is None else [f"unit-{snake(self.unit)}"])])

    def weeks(self) -> list[str]:
        """Its weeks, the first one first."""
        return weeks_of(self.first, self.last)
