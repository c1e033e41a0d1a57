"""Questions: the sheet of every question, with the distribution of its answers."""

from __future__ import annotations

from collections.abc import Sequence

from bot.workbook.edition import Edition
from bot.workbook.entries import Entry, question_rows
from bot.workbook.sheets import Block, Form, LeftOut, Line, Sheet, Table
from bot.workbook.snapshot import Snapshot
from bot.workbook.widths import fitted

_WIDEST = {"journey": 14, "part": 14, "touchpoint": 14, "question": 30, "period": 11, "choice": 22, "note": 24}
"""The sheet has the most columns of all: narrower ones keep it readable on paper."""


def questions(snapshot: Snapshot, entries: Sequence[Entry], edition: Edition) -> Sheet | LeftOut:
    """The sheet: the rows of these entries, in one table; left out where there are none."""
    say = edition.say
    if not entries:
        return LeftOut(say("sheets.questions"), say("notes.no-questions"))
    shares, values = ("share", "share-from", "share-to"), ("value", "value-from", "value-to")
    counts = ("answers", "asked", "contacts")
    where = ("journey", "phase", "part", "touchpoint", "question", "period")
    names = (*where, "choice", "count", *shares, *values, *counts, "note")
    forms: dict[str, Form] = dict.fromkeys(shares, "share")
    forms.update(dict.fromkeys(values, "decimal"))
    forms.update(dict.fromkeys(("count", *counts), "whole"))
    rows = [row for entry in entries for row in question_rows(snapshot, entry, edition)]
    blocks: list[Block] = [Line(say("questions.title", week=edition.about), "title")]
    blocks.append(Table("questions", fitted(names, forms, rows, say, _WIDEST), rows))
    return Sheet(say("sheets.questions"), tuple(blocks), frozen=True)
