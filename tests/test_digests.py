"""The weekly digest: the report's own figures in words and in a picture, and nothing of what the report holds back."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from bot import organisation
from bot.store import digests, weeks
from bot.store.database import Store, Transaction
from bot.workbook import digest as room
from bot.workbook import picture
from bot.workbook.digest import CAPTION, Digest, Labels, Measure, Place, digest
from bot.workbook.edition import Edition
from bot.workbook.export import export_week
from bot.workbook.pen import Pen
from bot.workbook.picture import DPI, WIDTH, drawn
from bot.workbook.snapshot import gathered
from bot.workbook.texts import Texts
from tests.wild import examples
from tests.workbook_rows import MONDAY, ZONE, Rows, options, question, visit

ORGANISATION = organisation.default(("sv", "fi", "en"))
LAST = "2026-W48"
NOW = datetime(2026, 11, 30, 5, tzinfo=UTC)
MONDAY_48 = MONDAY + timedelta(weeks=1)
HELPED = question("helped", "one", "after", options("yes", "partly", "no"))
ALL: Mapping[str, int | str | None] = {"feeling": 3, "treated": 4, "whole": 4, "helped": "yes"}


def answered(
    tx: Transaction,
    persons_by_week: Mapping[int, int],
    answers: Mapping[str, int | str | None] = ALL,
    code: str = "visit",
) -> None:
    """So many persons' answers in the week that lies so many weeks before the last one."""
    journey = visit(HELPED, code=code)
    rows = Rows(tx, journey)
    rows.use(journey, MONDAY - timedelta(weeks=20))
    for back, persons in persons_by_week.items():
        for _ in range(persons):
            rows.answered(MONDAY_48 - timedelta(weeks=back), dict(answers))


async def made(store: Store, language: str = "en", *, simulated: bool = False) -> Digest:
    """The digest of the last week, which is closed."""
    edition = Edition(LAST, ORGANISATION, Texts(language), NOW, ZONE, simulated)
    await store.write(weeks.close, LAST, NOW, ZONE)
    return digest(await store.read(gathered, LAST, ZONE, simulated), edition)


def size(png: bytes) -> tuple[int, int]:
    """Width and height in pixels, as the file says (PNG specification, IHDR)."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def told(words: str) -> list[str]:
    """Every number in it, weeks and the numbers that lines begin with left out."""
    return re.findall(r"\d+", re.sub(r"\d{4}-W\d\d|(?m:^\d+\.)|0–100", "", words))


async def test_the_digest_says_what_the_report_says(store: Store, tmp_path: Path) -> None:
    """Its three figures and its points are those of the report's tables, with interval and n."""
    await store.write(answered, {0: 30, 1: 30})
    await store.write(answered, {2: 40}, {"feeling": 2, "treated": 5, "whole": 2, "helped": "no"})
    path, _ = await export_week(
        store, LAST, folder=tmp_path, organisation=ORGANISATION, language="en", now=NOW, zone=ZONE
    )
    book = load_workbook(path)
    sheet = book["Overview"]
    _, *rows = sheet[sheet.tables["essentials"].ref]
    one = await made(store)
    for row, measure in zip(rows, one.measures, strict=True):
        name, _, value, low, high, answers, _, contacts, *_ = (cell.value for cell in row)
        share = row[2].number_format == "0 %"
        times = 100 if share else 1
        assert measure.name == name
        assert measure.value == f"{value * times:.0f}{'%' if share else ''}"
        assert told(measure.interval) == [f"{low * times:.0f}", f"{high * times:.0f}"]
        assert told(measure.count) == [str(answers if answers is not None else contacts)]
        assert f"{measure.name}: {measure.value} ({measure.interval}), {measure.count}" in one.words
    sheet = book["Journey"]
    header, *rows = sheet[sheet.tables["journey"].ref]
    names = [cell.value for cell in header]
    points = [dict(zip(names, (cell.value for cell in row), strict=True)) for row in rows]
    several = [point for point in points if point["Time"] != LAST]
    week = [point for point in points if point["Time"] == LAST]
    for place, point, alone in zip(one.places, several, week, strict=True):
        assert place.name == point["Touchpoint"]
        assert place.count == str(point["Answers"])
        shown = (place.value, place.low, place.high, place.week)
        wanted = (point["Index 0–100"], point["Index from"], point["Index to"], alone["Index 0–100"])
        assert shown == pytest.approx(wanted)
    for number, place in enumerate(one.places, start=1):
        assert f"{number}. {place.phase}, {place.name}: {place.value:.0f} (" in one.words
        assert f"n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{place.count}" in one.words


async def test_a_digest_is_made_once(store: Store, tmp_path: Path) -> None:
    """A report that is made again, in another folder or language or with answers gone since, leaves it as it was."""
    await store.write(answered, {0: 40})

    async def made_in(folder: Path, language: str) -> tuple[object, list[str]]:
        await export_week(store, LAST, folder=folder, organisation=ORGANISATION, language=language, now=NOW, zone=ZONE)
        return await store.read(digests.of_week, LAST), sorted(names(folder))

    first, files = await made_in(tmp_path / "a", "en")
    assert files == [f"kundresa_{LAST}.xlsx", f"kundresa_{LAST}_data.xlsx", f"kundresa_{LAST}_digest.png"]
    assert await made_in(tmp_path / "b", "sv") == (first, files[:2])


def names(folder: Path) -> list[str]:
    """What lies in a folder."""
    return [path.name for path in folder.iterdir()]


@pytest.mark.parametrize("language", ["sv", "fi", "en"])
async def test_what_the_report_hides_is_in_no_word_and_no_value(store: Store, language: str) -> None:
    """Six persons: not one number but the limit itself, no value for a picture, and so no picture."""
    await store.write(answered, {0: 6})
    one = await made(store, language)
    assert set(told(one.words)) <= {"7", "30"}, one.words
    assert {place.value for place in one.places} | {place.low for place in one.places} == {None}
    assert {place.week for place in one.places} == {None}
    assert [measure.value for measure in one.measures] == [None] * 3
    assert not one.has_picture


async def test_few_answers_are_rounded_as_in_the_report(store: Store) -> None:
    """Twelve persons: values and counts in fives, points marked as rounded, nothing of the week by itself."""
    await store.write(answered, {0: 12})
    one = await made(store)
    assert [(place.value, place.count, place.rounded, place.week) for place in one.places] == [
        (50, "15", True, None),
        (75, "15", True, None),
        (75, "15", True, None),
    ]
    assert one.measures[1].value is None
    assert "12" not in told(one.measures[0].interval + one.measures[0].count + one.measures[1].count)


async def test_a_point_that_may_not_be_shown_is_a_gap(store: Store) -> None:
    """Between two touchpoints that are shown, one with three answers has neither value nor count."""
    await store.write(answered, {0: 40}, {"feeling": 3, "whole": 4, "helped": "yes"})
    await store.write(answered, {0: 3}, {"treated": 1})
    one = await made(store)
    assert [place.value is None for place in one.places] == [False, True, False]
    assert "2. During, Meeting: not shown" in one.words
    assert size(drawn(one))[0] == WIDTH * DPI


async def test_a_change_is_told_only_where_it_holds(store: Store) -> None:
    """Two weeks that differ much say so with both n; two that are alike say that nothing is certain."""
    await store.write(answered, {0: 60}, {**ALL, "whole": 5, "feeling": 5})
    await store.write(answered, {1: 60}, {**ALL, "whole": 1, "feeling": 5})
    await store.write(answered, {0: 60, 1: 60}, {"treated": 3})
    one = await made(store)
    assert one.changes[0].startswith("Higher: A visit: whole? Index 0–100: 100 (n = 60)")
    assert one.changes[0] in one.words
    assert one.changes[0] in one.short


async def test_it_is_about_the_journey_of_which_most_can_be_told(store: Store) -> None:
    """A journey with 40 persons stands in it, and nothing of one with three, in use earlier."""
    await store.write(answered, {0: 3}, ALL, "a-first")
    await store.write(answered, {0: 40}, ALL, "b-second")
    one = await made(store)
    assert "b-second" in one.about
    assert "a-first" not in one.words


async def test_a_demo_says_that_it_is_one(store: Store) -> None:
    """In words and in the picture's own line; of real contacts there is nothing in it."""
    await store.write(answered, {0: 40})
    one = await made(store, "sv", simulated=True)
    assert one.warning == "DEMO: svaren är simulerade. Ingen människa har lämnat dem."
    assert one.warning in one.words
    assert set(told(one.words)) <= {"30"}


def some(name: str, count: int = 3, changes: int = 1) -> Digest:
    """A digest whose names and texts are all `name`."""
    place = Place(name, name[:12] or "x", 50.0, 40.0, 60.0, name[:6] or "9", False, 45.0)
    return Digest(
        "2026-W48",
        "en",
        name,
        "",
        name,
        (Measure(name, "50", "40–60", "n = 9", name),) * 3,
        (place,) * count,
        (name,) * changes,
        name,
        Labels(*[name] * 7),
        name,
        name,
    )


@pytest.mark.parametrize(
    "name",
    [
        "$\\frac{1}{2}$ $ \\undefined{ 😀 \N{ZERO WIDTH JOINER} \ud83d a\nb\tc\x00",
        "x" * 400,
        "",
        *(pytest.param(name, marks=pytest.mark.long) for name in ("$", "\\undefined{", "\ud83d", "työ" * 30)),
    ],
)
def test_a_picture_takes_whatever_something_is_called(name: str) -> None:
    """Formulas, letters the font has not, words without end and nothing at all are drawn, and nothing fails."""
    assert size(drawn(some(name)))[0] == WIDTH * DPI


@given(st.lists(st.text("abåäö-", min_size=1, max_size=60), max_size=6), st.floats(0.05, 3))
@examples(50)
def test_lines_fit_and_lose_no_letter(words: list[str], room: float) -> None:
    """Whatever is to be broken: each line fits unless it is one letter with its hyphen, and only hyphens are added."""
    pen = Pen()
    lines = pen.lines(" ".join(words), 12, room)
    assert "".join(lines).replace("-", "").replace(" ", "") == "".join(words).replace("-", "")
    assert all(pen.wide(line, 12) <= room or len(line) <= 2 for line in lines)


def test_a_picture_holds_its_words() -> None:
    """Programs that read pictures aloud find them in the file itself."""
    one = replace(some("Möte"), words="Upplevelsen: 68")
    assert b"Upplevelsen: 68" in drawn(one)


def test_a_picture_grows_with_what_stands_in_it() -> None:
    """Twelve touchpoints make it higher than three, and not wider."""
    (wide, low), (as_wide, high) = size(drawn(some("Mottagandet"))), size(drawn(some("Mottagandet", 12)))
    assert (wide, low < high) == (as_wide, True)


def test_a_picture_of_gaps_says_why_there_is_no_curve() -> None:
    """Without a value nothing is plotted, and it can still be drawn."""
    one = some("text")
    gaps = replace(one, places=tuple(replace(place, value=None, week=None) for place in one.places))
    assert size(drawn(gaps))[1] < size(drawn(one))[1]


@examples(50)
@given(st.lists(st.text(min_size=1, max_size=600), min_size=1, max_size=8))
def test_what_stands_beside_a_picture_is_never_too_long(changes: list[str]) -> None:
    """However many changes there are and however long: what Telegram takes, with the figures first."""
    short = room._shortened(replace(some("name"), changes=tuple(changes)))
    assert len(short) <= CAPTION
    assert short.startswith("name")


def test_it_is_known_whether_anything_can_draw(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without matplotlib it says so, and what would install it."""
    assert picture.can_draw()
    monkeypatch.setattr(picture, "find_spec", lambda name: None)
    assert not picture.can_draw()
    assert picture.INSTALL == "pip install '.[digest]'"
