"""Columns of the data file: their names, order and types, which never change; a new one comes last. What each holds in
words stands in `columns.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.coding import CODED
from bot.workbook.cells import Value
from bot.workbook.sheets import Column, Form, Holds, Sheet, Table

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
# Columns of questions stand behind these, so that none can be added here without moving them.
RESPONSES = (
    *("contact_id", "matter_id", "person", "journey", "journey_version", "unit", "service", "channel", "outcome"),
    *("audience", "language", "door", "invitation", "pilot", "contact_start", "contact_end", "recorded_at"),
    *("iso_year", "iso_week", "week"),
)
VERBATIMS = (
    *("row_id", "answer_id", "journey", "phase", "touchpoint", "question", "language", "text"),
    *("need", "theme", "cause", "demand_coded", "comment", "may_be_quoted"),
)
PICKS = {field: f"codes_{field}" for field in CODED}
"""The columns of `verbatims` in which a code may be chosen, and what the list to choose from is called."""

CODING = (
    *("coding_id", "row_id", "answer_id", "contact_id", "person", "journey", "question", "answer_week", "field"),
    *("value_code", "position", "comment", "taken_back", "own_need", "coder", "coded_at", "list_version", "source"),
    *("iso_year", "iso_week", "week"),
)
LISTS = ("list", "code", "label_sv", "label_fi", "label_en")
CODEBOOK = (
    *("table", "column", "journey", "question", "question_version", "phase", "touchpoint", "kind", "label_sv"),
    *("label_fi", "label_en", "low", "high", "only_if", "instead_of", "draw", "curve", "index", "retrospective"),
    *("valid_from", "journey_version"),
    *("valid_to", "holds", "scale", "low_label_sv", "low_label_fi", "low_label_en", "high_label_sv"),
    *("high_label_fi", "high_label_en", "missing_codes", "opens", "ladder", "when_short"),
)
CATEGORIES = (
    *("variable", "journey", "question", "code", "position", "number", "demand", "missing", "label_sv", "label_fi"),
    *("label_en", "valid_from", "valid_to", "list_version"),
)
QUALITY = ("item", "number", "text")

MISSING_CODES = {"not-understood": -96, "left": -97, "skipped": -98, "not-drawn": -99, "routed-past": -99}
"""Why there is no answer, as the number that stands for it in SPSS: -96 to -99 are missing values there."""

LABELS = tuple(f"{start}label_{language}" for start in ("", "low_", "high_") for language in ("sv", "fi", "en"))

_MOMENTS = frozenset({"contact_start", "contact_end", "useful_until", "deadline", "valid_from", "valid_to"})
_WHOLE = frozenset(
    (
        *("question_version", "pilot", "retrospective", "drawn", "reminded", "late", "iso_year", "iso_week"),
        *(
            "with_during",
            "moved",
            "by_matter",
            "in_time",
            "taken_back",
            "low",
            "high",
            "curve",
            "when_short",
            "position",
        ),
        *("categories.number", "categories.missing", "codebook.curve"),
    )
)
_DECIMAL = frozenset({"value_number", "draw_probability", "quality.number"})
_WORDS = frozenset({"value_text", "text", "comment", *LABELS})
_WIDE = {
    **dict.fromkeys(LABELS, 20.0),
    **dict.fromkeys(LABELS[:3], 44.0),
    "text": 80.0,
    "value_text": 40.0,
    "row_id": 36.0,
    "answer_id": 34.0,
    "comment": 30.0,
    "need": 20.0,
    "only_if": 30.0,
    "column": 24.0,
    "item": 34.0,
    "quality.text": 66.0,
}


def sheet(
    name: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Value]],
    picks: dict[str, str] | None = None,
    told: Mapping[str, Holds] | None = None,
) -> Sheet:
    """A sheet of one table of this name; `picks` names the lists to choose from, `told` what columns hold that
    are not among the constant ones.
    """
    held = {column: (told or {}).get(column) or holds(name, column) for column in columns}
    shapes = tuple(Column(column, _form(held[column]), _width(name, column), held[column]) for column in columns)
    return Sheet(name, (Table(name, shapes, rows, picks or {}),), frozen=True)


def holds(table: str, column: str) -> Holds:
    """What a constant column holds."""
    names = {column, f"{table}.{column}"}
    if column.endswith("_at") or column in _MOMENTS:
        return "moment"
    if names & _WHOLE:
        return "whole"
    if names & _DECIMAL:
        return "decimal"
    return "words" if names & _WORDS else "text"


def _form(held: Holds) -> Form:
    # Numbers stand in the General format: a column of whole numbers may hold a share one day.
    return "moment" if held == "moment" else "text"


def _width(table: str, column: str) -> float:
    if holds(table, column) == "moment":
        return 19
    wide = _WIDE.get(f"{table}.{column}") or _WIDE.get(column)
    return wide or max(9.0, min(22.0, len(column) + 4.0))
