"""Problems: what is wrong in a file that a designer wrote, where, and what to do about it.

Everything that reads such a file puts its findings into one `Problems`, so that reading goes on and every
fault is told at once. Never reads a file, and never decides what is a fault.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

_LISTED_AT_MOST = 12


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault and its remedy, in English. `line` counts from 1; 0 is the file as a whole."""

    file: str
    line: int
    fault: str
    remedy: str
    kind: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{place}: {self.fault} {self.remedy}"


class FaultError(ValueError):
    """A fault found where the line is not known; whoever knows the line makes it a `Problem`."""

    def __init__(self, fault: str, remedy: str) -> None:
        super().__init__(f"{fault} {remedy}")
        self.fault = fault
        self.remedy = remedy


class Problems:
    """Collects the problems of one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: dict[Problem, None] = {}

    def error(self, line: int, fault: str, remedy: str) -> None:
        """Notes what makes the file unusable. The same thing noted twice is told once."""
        self._found[Problem(self.file, line, fault, remedy)] = None

    def warning(self, line: int, fault: str, remedy: str) -> None:
        """Notes what can be used as it stands but is probably not meant."""
        self._found[Problem(self.file, line, fault, remedy, "warning")] = None

    @property
    def failed(self) -> bool:
        """Whether any of them is an error."""
        return any(problem.kind == "error" for problem in self._found)

    def in_order(self) -> tuple[Problem, ...]:
        """All of them by line; those of one line as they were found."""
        return tuple(sorted(self._found, key=lambda problem: problem.line))


def nearest(wrong: str, known: Iterable[str]) -> str | None:
    """The known name that `wrong` most resembles, or None. Ratio 0.6, as in difflib's own default."""
    by_shape = {name.lower().replace("_", "-"): name for name in known}
    found = get_close_matches(wrong.lower().replace("_", "-"), by_shape, n=1)
    return by_shape[found[0]] if found else None


def suggestion(wrong: str, known: Iterable[str], otherwise: str) -> str:
    """The remedy for a name that is not known: "Did you mean ...?" where one is near, else `otherwise`."""
    found = nearest(wrong, known)
    return f"Did you mean '{found}'?" if found else otherwise


def listed(names: Iterable[str], last: str = "and") -> str:
    """Names as read aloud: "a, b and c". Beyond twelve they end in "and so on"."""
    several = list(names)
    if len(several) > _LISTED_AT_MOST:
        return ", ".join(several[:_LISTED_AT_MOST]) + " and so on"
    if len(several) < 2:
        return "".join(several)
    return f"{', '.join(several[:-1])} {last} {several[-1]}"
