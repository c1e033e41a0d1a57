"""Faults: what can't be taken in as it stands, row by row, in words for whoever made the list."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from bot.lists.texts import Texts
from flows.problems import nearest
from flows.traces import Trace, traces

_SHOWN_AT_MOST = 40
_COMPARED_AT_MOST = 60
_LISTED_AT_MOST = 12
_NORWEGIAN_LENGTH = 8


class CellFault(Exception):
    """One cell that can't be taken: the name of its text in "faults", and what fills it in."""

    def __init__(self, name: str, **values: object) -> None:
        super().__init__(name)
        self.name, self.values = name, values


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one row and column (as the file numbers and names them), and what to do.

    `name` is the same in every language, `text` is for people. A note was taken all the same.
    """

    row: int
    column: str
    name: str
    text: str
    kind: Literal["fault", "note"] = "fault"


def shown(value: str, texts: Texts) -> str:
    """A cell's text as it may stand in a report: shortened, and hidden where it leads to a person."""
    short = value if len(value) <= _SHOWN_AT_MOST else value[:_SHOWN_AT_MOST] + "…"
    return texts("faults", "hidden") if trace_in(value[:200], None) else short


def unknown(value: str, among: Collection[str], near: Collection[str], texts: Texts) -> CellFault:
    """That `value` is none of the codes `among`; `near` are all the words it may have been meant for."""
    found = nearest(value, near) if len(value) <= _COMPARED_AT_MOST else None
    if found is not None:
        remedy = texts("faults", "did-you-mean", near=found)
    elif among:
        several = [*among][:_LISTED_AT_MOST]
        remedy = texts("faults", "there-are", codes=", ".join(several) + (" …" if len(among) > len(several) else ""))
    else:
        remedy = texts("faults", "there-is-none")
    return CellFault("unknown", value=shown(value, texts), remedy=remedy)


def trace_in(value: str, country: str | None) -> str | None:
    """The kind of the first thing in `value` that leads to a person, or None.

    Eight digits alone are a phone number in Norway only: elsewhere case systems number so.
    """
    if not (any(map(str.isdigit, value)) or "@" in value or ".me/" in value or "tg:" in value):
        return None
    return _trace_in(value, country)


@lru_cache(maxsize=4096)
def _trace_in(value: str, country: str | None) -> str | None:
    return next((one.kind for one in traces(value, country or "SE") if not _is_number(value, one, country)), None)


def _is_number(value: str, trace: Trace, country: str | None) -> bool:
    digits = value[trace.start : trace.end]
    return trace.kind == "phone" and country != "NO" and digits.isdecimal() and len(digits) == _NORWEGIAN_LENGTH
