"""Data files: rows beside openpyxl's plain write-only mode, a week and a year of answers, and replies meanwhile.

`python -m tests.bench.workbooks [--rows 100000] [--rounds 3] [--year 0] [--chats 0] [--every 10]`. First the same cells
(14 columns: moments, short texts, numbers, one text of 80 characters) are written by us and by openpyxl with lxml, each
time by a new process, in turns; medians. Ours have a table, a frozen styled header, widths and formats, and no text can
become a formula; plain mode has none of it. With `--year` so many answers are put into a database, and the data file of
its last week and of all its weeks is made, each by a process of its own, whose peak memory is told. With `--chats` so
many people then answer in the web chat of a real `kundresa run` that has this database, alone and while it exports the
year. Read the figures as ratios of this run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl

from bot import organisation
from bot.store import database
from bot.workbook.export import export_rows
from bot.workbook.sheets import Column, Properties, Sheet, Table
from bot.workbook.span import Span
from bot.workbook.writing import write_data
from tests.bench import chats, year
from tests.bench.chats import WARM, Process
from tests.bench.chats import _environment as environment
from tests.bench.chats import _figures as figures_of
from tests.bench.chats import _open as opened
from tests.bench.chats import _run as run
from tests.bench.chats import _serving as serving
from tests.bench.journeys import _registered as registered
from tests.bench.processes import peak_mebibytes
from tests.bench.table import table
from tests.bot_process import ROOT

COLUMNS = ("rows", "seconds", "CPU s", "rows/s", "peak MiB", "file MiB")
OURS, THEIRS, RATIO = "kundresa", "openpyxl, write-only", "ratio"
WEEK, YEAR = "the last week's data file", "the year's data file"
REPLIES = chats.COLUMNS[:6]
ALONE, MEANWHILE = "replies alone", "replies while a year is exported"

_HEADER = (
    *("row_id", "contact_id", "journey", "phase", "question", "kind", "value_code", "value_number", "share"),
    *("value_text", "language", "door", "asked_at", "answered_at"),
)
_WORDS = "Jag fick vänta länge i kön, men sedan var allt klart på några minuter. Tack! ☺️"
_FIRST = datetime(2026, 1, 1, 8, tzinfo=UTC)


def rows(number: int, *, local: bool = False) -> Iterator[tuple[str | int | float | datetime, ...]]:
    """The rows that both write; openpyxl wants moments without a zone, so it is given `local` ones."""
    first = _FIRST.astimezone(year.ZONE).replace(tzinfo=None) if local else _FIRST
    for place in range(number):
        at = first + timedelta(seconds=place * 37 % 5_000_000)  # all of it in winter
        yield (
            *(f"{place * 2654435761:032x}", f"contact-{place // 6}", "phone-call", "after", f"question-{place % 14}"),
            *("scale", str(place % 5 + 1), place % 5 + 1, place * 0.25, _WORDS, "sv", "web", at),
            at + timedelta(seconds=90),
        )


def ours(path: Path, number: int) -> int:
    """Write the rows as a data file."""
    columns = tuple(Column(name, "moment" if name.endswith("_at") else "text") for name in _HEADER)
    sheet = Sheet("answers", (Table("answers", columns, rows(number)),))
    written = write_data(path, [sheet], Properties("Bench", "Bench", "en", {}), made_at=_FIRST, zone=year.ZONE)
    return written.rows["answers"]


def theirs(path: Path, number: int) -> int:
    """Write the rows as openpyxl does by itself."""
    if not openpyxl.LXML:
        raise SystemExit("openpyxl does not use lxml, so it would be slower than it can be. Install lxml.")
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("answers")
    page.append(_HEADER)
    for row in rows(number, local=True):
        page.append(row)
    book.save(path)
    return number


def exported(path: Path, first: str, last: str) -> int:
    """Make the data file of these weeks of the database at `path`, in a folder beside it; how many answers it holds."""

    async def made() -> None:
        store = await database.opened(path)
        try:
            await export_rows(
                store,
                Span(first, last),
                folder=path.parent,
                organisation=organisation.default(("sv", "fi", "en")),
                language="en",
                now=datetime.now(UTC),
                zone=year.ZONE,
            )
        finally:
            await store.close()

    asyncio.run(made())
    page = openpyxl.load_workbook(path.parent / f"{Span(first, last).stem}_data.xlsx", read_only=True)["quality"]
    return next(int(str(row[1])) for row in page.iter_rows(values_only=True) if row[0] == "answers_rows_written")


def beside_openpyxl(number: int, rounds: int) -> str:
    """The table of the first part."""
    found: dict[str, list[list[float]]] = {OURS: [], THEIRS: []}
    with tempfile.TemporaryDirectory() as folder:
        for round_ in range(rounds):
            for name in (OURS, THEIRS) if round_ % 2 else (THEIRS, OURS):
                path = Path(folder) / f"{len(found[name])}-{len(name)}.xlsx"
                work = ("ours" if name == OURS else "theirs", str(path), str(number))
                found[name].append([*_measured(*work), path.stat().st_size / 2**20])
                path.unlink()
    lines = [(name, [statistics.median(column) for column in zip(*found[name], strict=True)]) for name in found]
    ratios = [mine / its for mine, its in zip(lines[0][1], lines[1][1], strict=True)]
    head = f"{number} rows of {len(_HEADER)} columns, {rounds} rounds each, medians, {os.cpu_count()} cores"
    return f"{head}\n{table(('', *COLUMNS), [*lines, (RATIO, ratios)])}"


def of_a_year(path: Path, answers: int, spans: Sequence[str]) -> str:
    """The table of the second part; `path` holds the year of `spans`."""
    lines = []
    for name, first, last in ((WEEK, spans[-1], spans[-1]), (YEAR, spans[0], spans[-1])):
        figures = _measured("exported", str(path), first, last)
        file = path.parent / f"{Span(first, last).stem}_data.xlsx"
        lines.append((name, [*figures, file.stat().st_size / 2**20]))
        file.unlink()
    head = f"{answers} answers of {len(spans)} weeks in a database of {path.stat().st_size / 2**20:.0f} MiB"
    return f"{head}\n{table(('', *COLUMNS), lines)}"


async def replies_meanwhile(path: Path, codes: Sequence[str], spans: Sequence[str], every: float) -> str:
    """The table of the third part: half of the codes answers alone, the other half while the year is exported."""
    variables = environment(path.parent)
    own = {name: value for name, value in variables.items() if not value.endswith(":")}  # without the server's port
    half = (len(codes) - WARM) // 2
    async with serving(run(None), variables, "/healthz") as server:
        await _replies(server, codes[:WARM], 0.0)
        alone = await _replies(server, codes[WARM : WARM + half], every)
        began = time.monotonic()
        export = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "export", "--weeks", f"{spans[0]}..{spans[-1]}"),
            cwd=ROOT,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), **own},
            stdout=asyncio.subprocess.DEVNULL,
        )
        meanwhile = await _replies(server, codes[WARM + half :], every)
        answered = time.monotonic() - began
        if await export.wait() != 0:
            raise SystemExit("The year could not be exported.")
        took = time.monotonic() - began
    ratios = [busy / quiet if quiet else 0.0 for busy, quiet in zip(meanwhile, alone, strict=True)]
    head = f"{half} web chats, an answer every {every:g} s: for {answered:.0f} s, while an export took {took:.0f} s"
    return f"{head}\n{table(('', *REPLIES), [(ALONE, alone), (MEANWHILE, meanwhile), (RATIO, ratios)])}"


async def _replies(server: Process, codes: Sequence[str], every: float) -> list[float]:
    async with opened(server, codes) as people:
        return await figures_of(server, [person.answer for person in people], every)


def _measured(work: str, *arguments: str) -> list[float]:
    """Rows, seconds, CPU seconds, rows a second, peak MiB of a new process that does it."""
    command = (sys.executable, "-m", "tests.bench.workbooks", "--only", work, *arguments)
    told = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    return [float(figure) for figure in json.loads(told)]


def _only(work: str, *arguments: str) -> list[float]:
    began, used = time.perf_counter(), time.process_time()
    match work:
        case "ours":
            number = ours(Path(arguments[0]), int(arguments[1]))
        case "theirs":
            number = theirs(Path(arguments[0]), int(arguments[1]))
        case _:
            number = exported(Path(arguments[0]), arguments[1], arguments[2])
    took, used = time.perf_counter() - began, time.process_time() - used
    # getrusage would tell what the process that started this one had resident, where that was more.
    return [number, took, used, number / took, peak_mebibytes(os.getpid())]


def main() -> None:
    """Read the options, measure, print."""
    options = argparse.ArgumentParser(prog="python -m tests.bench.workbooks", description=__doc__)
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--year", type=int, default=0, help="answers of the year; 0: no year")
    options.add_argument("--chats", type=int, default=0, help="people who answer meanwhile; 0: nobody")
    options.add_argument("--every", type=float, default=10.0)
    options.add_argument("--only", nargs="+", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.only:
        print(json.dumps(_only(*chosen.only)))
        return
    print(beside_openpyxl(chosen.rows, chosen.rounds), flush=True)
    if not chosen.year:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kundresa.db"
        codes = asyncio.run(registered(path, 2 * chosen.chats + WARM))
        spans = asyncio.run(year.filled(path, chosen.year, datetime.now(UTC)))
        print(of_a_year(path, chosen.year, spans), flush=True)
        if chosen.chats:
            print(asyncio.run(replies_meanwhile(path, codes, spans, chosen.every)))


if __name__ == "__main__":
    main()
