"""The notes, and the contents of the first sheet: every sheet is listed, and every one left out says why."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from importlib import resources

import pytest
import yaml

from bot import organisation
from bot.store import weeks
from bot.store.database import Store, Transaction
from bot.workbook.edition import Edition
from bot.workbook.report import Report, report
from bot.workbook.sheets import Line, Sheet, Table
from bot.workbook.snapshot import gathered
from bot.workbook.texts import LANGUAGES, Texts, group_of
from tests.workbook_rows import MONDAY, ZONE, Rows, visit

LAST = "2026-W48"
AFTER = datetime(2026, 11, 30, 5, tzinfo=UTC)


async def told(store: Store, persons: int, language: str = "en") -> Report:
    """The report of a week in which so many persons answered."""

    def write(tx: Transaction) -> None:
        rows = Rows(tx, visit())
        rows.use(visit(), MONDAY - timedelta(weeks=2))
        for _ in range(persons):
            rows.answered(MONDAY + timedelta(weeks=1), {"whole": 4})
        weeks.close_ended(tx, AFTER, ZONE)

    await store.write(write)
    snapshot = await store.read(gathered, LAST, ZONE, False)
    home = organisation.default(("sv", "fi", "en"))
    return report(snapshot, Edition(LAST, home, Texts(language), AFTER, ZONE, False))


def rows_of(sheet: Sheet, name: str) -> list[list[object]]:
    """The rows of one table of a sheet."""
    (table,) = (block for block in sheet.blocks if isinstance(block, Table) and block.name == name)
    return [list(row) for row in table.rows]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_sheet_is_listed_with_a_link(store: Store, language: str) -> None:
    """The first sheet has a link to each other one, and names those left out, whose reasons stand among the notes."""
    made = await told(store, 0, language)
    first, *others = made.sheets
    links = [block.link for block in first.blocks if isinstance(block, Line) and block.link]
    assert list(dict.fromkeys(links)) == [sheet.title for sheet in others]
    left_out = rows_of(others[-1], "left_out")
    assert left_out
    say = Texts(language)
    (line,) = (
        block
        for block in first.blocks
        if isinstance(block, Line)
        and block.text.startswith(say("overview.left-out", titles="X", notes="").partition("X")[0])
    )
    for title, why in left_out:
        assert str(title) in line.text
        assert len(str(why)) > 20


async def test_the_notes_say_how_by_what_and_since_when(store: Store) -> None:
    """Every measure has its formula and source, every limit its number, every version its day."""
    notes = (await told(store, 40)).sheets[-1]
    measures = rows_of(notes, "measures")
    assert len(measures) == len({name.partition(".")[0] for name in group_of("formulas")})
    assert all(all(row) for row in measures)
    assert any("30" in str(row[0]) for row in rows_of(notes, "limits"))
    assert [row[2:] for row in rows_of(notes, "versions")] == [[date(2026, 11, 2), "2026-W45"]]


def test_no_text_is_written_under_a_name_that_is_taken() -> None:
    """YAML keeps the last of two entries with one name: each name stands once."""
    source = resources.files("bot.workbook").joinpath("texts.yaml").read_text("utf-8")
    groups = yaml.compose(source)
    assert isinstance(groups, yaml.MappingNode)
    for node in (groups, *(value for _, value in groups.value if isinstance(value, yaml.MappingNode))):
        names = [key.value for key, _ in node.value]
        assert sorted(names) == sorted(set(names))


async def test_no_sheet_is_left_out_where_there_is_enough_for_it(store: Store) -> None:
    """Of forty persons the sheets of touchpoints and of the trend are there."""
    titles = [sheet.title for sheet in (await told(store, 40)).sheets]
    assert {"Touchpoints", "Trend"} <= set(titles)
