"""The weekly export: closes a week, reads it in one snapshot, writes its two files, records them. And other exports: of
several weeks, of one unit, in other formats, which are made when asked for and recorded nowhere.

The report is made once. The data file can be made again and holds the same rows, less those erased since. A file is
whole or absent, and a week that an outage left behind is made up for. Reading and writing happen in threads, with a
connection of their own: replies go on meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import NotRequired, TypedDict, Unpack
from zoneinfo import ZoneInfo

from bot.clock import week_start
from bot.organisation import Organisation
from bot.store import digests, view, weeks
from bot.store.database import Store, Transaction
from bot.store.week_rows import WeekFile
from bot.workbook import digest_files
from bot.workbook.drafts import ONE_AT_A_TIME
from bot.workbook.edition import Edition
from bot.workbook.formats import Told, check_extra, name_of, write_rows
from bot.workbook.progress import LOOKING_ON
from bot.workbook.quality import counted, mismatches
from bot.workbook.report import Report, report
from bot.workbook.rows import Rows, rows_of
from bot.workbook.snapshot import Snapshot, gathered
from bot.workbook.span import Form, Span
from bot.workbook.tables import tables
from bot.workbook.texts import Texts
from bot.workbook.unit_report import unit_report
from bot.workbook.writing import Written, language_of, write_data, write_report

_LOG = logging.getLogger(__name__)


class Making(TypedDict):
    """How files are made: in which folder, whose, in which language (of the report's reader; in a .sav, of its labels),
    when, and where that is. `simulated`: of simulated contacts only, marked DEMO; else of none of them.
    """

    folder: Path
    organisation: Organisation
    language: str
    now: datetime
    zone: ZoneInfo
    simulated: NotRequired[bool]


def report_name(week: str) -> str:
    """The file name of a week's report."""
    return f"kundresa_{week}.xlsx"


def data_name(week: str) -> str:
    """The file name of a week's data file."""
    return f"kundresa_{week}_data.xlsx"


async def export_week(store: Store, week: str, *, remake: bool = True, **making: Unpack[Making]) -> list[Path]:
    """Close `week` if it is open, make its files in the folder, and return their paths: the report, the data file.

    A report that is recorded and stands in the folder is left alone; so is the data file, with `remake` False.
    Raises WeekNotEnded, ValueError for a week that doesn't exist, OSError, TooManyRows; whatever stood in the folder
    before then still stands there.
    """
    week_start(week, making["zone"])  # a week that does not exist is refused before anything is closed
    edition = _edition(week, None, None, making)
    async with ONE_AT_A_TIME:
        return await _export(store, edition, making["folder"], remake)


async def standing_language(store: Store, week: str, folder: Path) -> str | None:
    """The language of a week's report that is recorded and stands in `folder`, so that it is left alone; or None."""
    path = folder / report_name(week)
    if path.name not in {file.name for file in await store.read(weeks.files, week)}:
        return None
    return await asyncio.to_thread(language_of, path)


async def export_report(store: Store, span: Span, **making: Unpack[Making]) -> list[Path]:
    """Close the weeks of a span that are open and have ended, and make its report in the folder; its path.

    Recorded nowhere, and never over a week's own report: ValueError for a whole week of every unit. Raises as
    `export_rows`; whatever stood there before then still stands there.
    """
    _check(span, making["zone"])
    if span.is_week:
        raise ValueError(f"The report of {span.first} is made once, by export_week.")
    edition = _edition(span.last, span.first, span.unit, making)
    path = making["folder"] / f"{span.stem}.xlsx"
    async with ONE_AT_A_TIME:
        await _begin(store, edition, making["folder"])
        asked = tuple(span.weeks())
        snapshot = await view.snapshot(
            store.path, gathered, span.last, edition.zone, edition.simulated, asked, span.unit
        )
        told = await asyncio.to_thread(_told, snapshot, edition)
        await asyncio.to_thread(_report, path, told, edition)
    return [path]


async def export_rows(store: Store, span: Span, *, form: Form = "xlsx", **making: Unpack[Making]) -> list[Path]:
    """Close the weeks of a span that are open and have ended, and make its data file in the folder, or one of files.

    Returns what was made. Raises WeekNotEnded, ValueError for a week that doesn't exist or a span that ends before it
    begins, MissingExtra, TooLong, NotOurs, OSError; whatever stood there before then still stands there.
    """
    _check(span, making["zone"])
    check_extra(form)
    edition, folder = _edition(span.last, span.first, span.unit, making), making["folder"]
    path = folder / name_of(span, form)
    async with ONE_AT_A_TIME:
        await _begin(store, edition, folder)
        rows = await view.snapshot(store.path, rows_of, span, edition.zone, edition.simulated, folder)
        try:
            written = await asyncio.to_thread(write_rows, path, rows, edition, form, _looking_on(rows))
        finally:
            rows.close()
    _tell_mismatches(path, rows, written)
    return [path]


async def make_up(store: Store, **making: Unpack[Making]) -> list[Path]:
    """Close every week that has ended and make the files of each that has none recorded, oldest first; their paths.

    A week that can't be made does not keep the others waiting; its exception is raised when they are done.
    """
    await store.write(weeks.close_ended, making["now"], making["zone"])
    made: list[Path] = []
    failed: Exception | None = None
    for week in await store.read(weeks.unmade):
        try:
            made += await export_week(store, week, remake=False, **making)
        except Exception as error:  # whatever it is: the weeks after it are made first
            _LOG.exception("The workbooks of %s could not be made. They are tried again at the next start.", week)
            failed = failed or error
    if failed is not None:
        raise failed
    return made


async def _export(store: Store, edition: Edition, folder: Path, remake: bool) -> list[Path]:
    week = edition.week
    await _begin(store, edition, folder)
    paths = [folder / report_name(week), folder / data_name(week)]
    recorded = {file.name for file in await store.read(weeks.files, week)}
    standing = [path.name in recorded and await asyncio.to_thread(path.exists) for path in paths]
    # Made up, a report that was made once is not made again from what is left, wherever it has been taken.
    standing[0] = standing[0] or (not remake and paths[0].name in recorded)
    if all(standing) and not remake:
        return paths
    snapshot, rows = await view.snapshot(store.path, _read, edition, folder)
    try:
        told = await asyncio.to_thread(report, snapshot, edition)
        if not standing[0]:
            written = await asyncio.to_thread(_report, paths[0], told, edition)
            if paths[0].name not in recorded:  # what has been sent and read is not told anew from what is left
                await store.write(
                    digests.record, await asyncio.to_thread(digest_files.write, folder, snapshot, edition)
                )
            await _record(store, edition, paths[0], "report", sum(written.rows.values()), written)
        if remake or not standing[1]:
            written = await asyncio.to_thread(_data, paths[1], rows, told.held_back, edition, _looking_on(rows))
            await _record(store, edition, paths[1], "data", written.rows["answers"], written)
    finally:
        rows.close()
    return paths


async def _begin(store: Store, edition: Edition, folder: Path) -> None:
    await store.write(weeks.close, edition.week, edition.made_at, edition.zone)
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)


def _edition(week: str, first: str | None, unit: str | None, making: Making) -> Edition:
    say, simulated = Texts(making["language"]), making.get("simulated", False)
    return Edition(week, making["organisation"], say, making["now"], making["zone"], simulated, first, unit)


def _check(span: Span, zone: ZoneInfo) -> None:
    week_start(span.first, zone)
    week_start(span.last, zone)
    if not span.weeks():
        raise ValueError(f"{span.last} is before {span.first}. Write the earlier week first.")


def _told(snapshot: Snapshot, edition: Edition) -> Report:
    return report(snapshot, edition) if edition.unit is None else unit_report(snapshot, edition, edition.unit)


def _report(path: Path, told: Report, edition: Edition) -> Written:
    return write_report(
        path,
        told.sheets,
        edition.properties(edition.say.language),
        ground=edition.say("sheets.chart-data"),
        footer=edition.say("print.footer", page="&P", pages="&N"),
        made_at=edition.made_at,
        zone=edition.zone,
    )


def _read(tx: Transaction, edition: Edition, folder: Path) -> tuple[Snapshot, Rows]:
    rows = rows_of(tx, edition.span, edition.zone, edition.simulated, folder)
    return gathered(tx, edition.week, edition.zone, edition.simulated), rows


def _data(path: Path, rows: Rows, held_back: int | None, edition: Edition, told: Told) -> Written:
    sheets = tables(rows, edition, held_back)
    written = write_data(path, sheets, edition.properties("en"), made_at=edition.made_at, zone=edition.zone, told=told)
    _tell_mismatches(path, rows, written.rows)
    return written


def _looking_on(rows: Rows) -> Told:
    look, many = LOOKING_ON.get(), sum(counted(rows).values())
    return lambda done: look(done, max(many, done))


def _tell_mismatches(path: Path, rows: Rows, written: Mapping[str, int]) -> None:
    for table in mismatches(rows, written):
        _LOG.error("%s: %s holds other rows than were counted. Report this as a fault, and keep the file.", path, table)


async def _record(store: Store, edition: Edition, path: Path, kind: str, rows: int, written: Written) -> None:
    file = WeekFile(edition.week, path.name, kind, written.sha256, rows, edition.made_at)
    await store.write(weeks.record, file)
