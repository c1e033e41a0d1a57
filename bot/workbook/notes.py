"""Notes: how every figure of the report is made, from how many it is told, what is left out and why, and by what it
was made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.clock import iso_week
from bot.figures.suppression import ENOUGH, FEWEST, FEWEST_COLLEAGUES
from bot.workbook.cells import Value
from bot.workbook.edition import WORKBOOK_SCHEMA, Edition, software
from bot.workbook.sheets import Block, Column, LeftOut, Line, Sheet, Table
from bot.workbook.snapshot import Snapshot
from bot.workbook.texts import Texts, group_of
from flows.wording import in_language

_WIDTHS = (46.0, 96.0, 56.0, 16.0)


def notes(snapshot: Snapshot, left_out: Sequence[LeftOut], edition: Edition) -> Sheet:
    """The sheet: what was left out, measures, limits, intervals, versions."""
    say = edition.say
    blocks: list[Block] = [
        Line(say("notes-sheet.title"), "title"),
        Line(say("notes-sheet.left-out"), "heading"),
        _table("left_out", ("sheet", "why"), [(each.title, each.why) for each in left_out], say),
        Line(say("notes-sheet.intervals"), "heading"),
        *(Line(words) for words in say.lines("interval-lines")),
        Line(say("notes-sheet.limits"), "heading"),
        _table("limits", ("limit", "meaning"), list(_limits(say)), say),
        Line(say("notes-sheet.measures"), "heading"),
        _table("measures", ("measure", "how", "literature"), list(_measures(say)), say),
        Line(say("notes-sheet.versions"), "heading"),
        _table("versions", ("journey", "version", "in-use", "week"), list(_versions(snapshot, edition)), say),
        Line(say("notes-sheet.made-by"), "heading"),
        Line(say("notes-sheet.software"), "pair", software(say("notes-sheet.from-source"))),
        Line(say("notes-sheet.schema"), "pair", WORKBOOK_SCHEMA, "whole"),
        Line(say("overview.zone"), "pair", edition.zone.key),
        Line(say("overview.made"), "pair", edition.made_at, "moment"),
    ]
    return Sheet(say("sheets.notes"), tuple(blocks))


def _table(name: str, names: Sequence[str], rows: Sequence[Sequence[Value]], say: Texts) -> Table:
    columns = tuple(
        Column(say(f"headers.{each}"), "day" if each == "in-use" else "wrapped", width)
        for each, width in zip(names, _WIDTHS, strict=False)
    )
    return Table(name, columns, rows or [(say("overview.none"), *[None] * (len(names) - 1))], filters=False)


def _limits(say: Texts) -> Iterator[Sequence[Value]]:
    for code in _codes("limits"):
        numbers = {"fewest": FEWEST, "colleagues": FEWEST_COLLEAGUES, "enough": ENOUGH}
        yield say(f"limits.{code}.name", **numbers), say(f"limits.{code}.means", **numbers)


def _measures(say: Texts) -> Iterator[Sequence[Value]]:
    for code in _codes("formulas"):
        yield say(f"formulas.{code}.name"), say(f"formulas.{code}.how"), say(f"formulas.{code}.source")


def _versions(snapshot: Snapshot, edition: Edition) -> Iterator[Sequence[Value]]:
    for versions in snapshot.catalogue.journeys().values():
        for version in versions:
            used = version.first_used_at.astimezone(edition.zone)
            title = in_language(version.journey.title, edition.say.language)
            yield title, version.short, used.date(), iso_week(used, edition.zone)


def _codes(group: str) -> list[str]:
    return list(dict.fromkeys(name.partition(".")[0] for name in group_of(group)))
