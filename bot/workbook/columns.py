"""Columns of the data file: their names and order, which never change; a new one comes last. What each holds stands in
`columns.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.workbook.cells import Value
from bot.workbook.sheets import Column, Form, Sheet, Table

ANSWERS = (
    *("row_id", "answer_id", "follow_up_id", "contact_id", "matter_id", "person", "disposition", "journey"),
    *("journey_version", "phase", "touchpoint", "touchpoint_phase", "question", "question_version", "kind"),
    *("value_code", "value_number", "value_text", "missing", "demand", "unit", "service", "channel", "outcome"),
    *("audience", "language", "door", "invitation", "pilot", "retrospective", "drawn", "draw_probability"),
    *("reminded", "late", "supersedes", "contact_start", "contact_end", "sent_at", "asked_at", "answered_at"),
    *("recorded_at", "iso_year", "iso_week", "week"),
)
FOLLOW_UPS = (
    *("follow_up_id", "contact_id", "matter_id", "person", "disposition", "reason", "state", "journey"),
    *("journey_version", "phase", "unit", "service", "channel", "cause", "solved", "outcome", "audience"),
    *("language", "door", "invitation", "pilot", "retrospective", "with_during", "late", "contact_start"),
    *("contact_end", "registered_at", "due_at", "useful_until", "opened_at", "bound_at", "begun_at", "sent_at"),
    *("reminded_at", "ended_at", "iso_year", "iso_week", "week"),
    *("not_asked_reason", "moved", "handed_over_at", "by_matter"),
)
CALL_BACKS = (
    *("call_back_id", "contact_id", "person", "unit", "service", "way", "slot", "state", "asked_at", "deadline"),
    *("done_at", "outcome", "in_time", "happened", "helped", "iso_year", "iso_week", "week"),
)
RESPONSES = (
    *("contact_id", "matter_id", "person", "journey", "journey_version", "unit", "service", "channel", "outcome"),
    *("audience", "language", "door", "invitation", "pilot", "contact_start", "contact_end", "recorded_at"),
    *("iso_year", "iso_week", "week"),
)
VERBATIMS = (
    *("row_id", "answer_id", "journey", "phase", "touchpoint", "question", "language", "text"),
    *("need", "theme", "cause", "demand_coded", "comment", "may_be_quoted"),
)
PICKS = {"demand_coded": ("value", "failure", "unclear"), "may_be_quoted": ("yes", "no")}

_MOMENTS = frozenset({"contact_start", "contact_end", "useful_until", "deadline"})
_WIDE = {"text": 80.0, "value_text": 40.0, "row_id": 36.0, "answer_id": 34.0, "comment": 30.0, "need": 20.0}


def sheet(
    name: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Value]],
    picks: dict[str, tuple[str, ...]] | None = None,
) -> Sheet:
    """A sheet of one table of this name; `picks` lists what may be chosen in a column."""
    shapes = tuple(Column(column, _form(column), _width(column)) for column in columns)
    return Sheet(name, (Table(name, shapes, rows, picks or {}),), frozen=True)


def _form(column: str) -> Form:
    return "moment" if column.endswith("_at") or column in _MOMENTS else "text"


def _width(column: str) -> float:
    if _form(column) == "moment":
        return 19
    return _WIDE.get(column, max(9.0, min(22.0, len(column) + 4.0)))
