"""The benchmarks run, in a tiny form, and tell every figure. How fast anything is, is not judged here."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

import pytest
import yaml
from openpyxl import load_workbook

from tests.bench import chats, journeys, ptb_bot, schedule, workbooks
from tests.bench.crowd import EXPECTED, Crowd
from tests.bot_process import ROOT

_NUMBER = r"\d+(?:\.\d+)?"


async def _printed(module: str, *options: str) -> list[str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *options, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    return output.decode().splitlines()


def _figures(lines: list[str], name: str) -> list[str]:
    (line,) = [line for line in lines if line.startswith(f"{name} ")]
    return re.findall(rf"(?<= ){_NUMBER}(?= |$)", line.removeprefix(name))


@pytest.mark.long
async def test_the_journeys_are_measured() -> None:
    """Both bots lead all their citizens to the end, and every column has its figure for both, and its ratio."""
    lines = await _printed("tests.bench.journeys", "--citizens", "5", "--rounds", "1")
    assert all(column in lines[1] for column in journeys.COLUMNS)
    for name in ("kundresa run", "ConversationHandler", "ratio"):
        assert len(_figures(lines, name)) == len(journeys.COLUMNS), lines


@pytest.mark.long
async def test_the_schedule_is_measured() -> None:
    """Every step is done with few rows and with many, and has its six figures."""
    lines = await _printed("tests.bench.schedule", "--few", "1000", "--rows", "2000")
    assert len(lines) == 1 + len(schedule.STEPS)
    for name in schedule.STEPS:
        assert len(_figures(lines, name)) == 6, lines


@pytest.mark.long
async def test_web_chats_are_measured() -> None:
    """Everybody answers to the end with a stream open; our server and the empty page have every figure, and a ratio."""
    lines = await _printed("tests.bench.chats", "--chats", "4", "--every", "0.05")
    assert all(column in lines[1] for column in chats.COLUMNS)
    for name in ("kundresa run", "empty page", "ratio"):
        assert len(_figures(lines, name)) == len(chats.COLUMNS), lines
    assert _figures(lines, "kundresa run")[0] == f"{4 * chats.ANSWERS:.1f}"


@pytest.mark.long
async def test_workbooks_are_measured() -> None:
    """Rows beside openpyxl, a week, a small year: each has its figures, and the year's file holds every answer."""
    lines = await _printed("tests.bench.workbooks", "--rows", "50", "--rounds", "1", "--year", "700")
    for name in (workbooks.OURS, workbooks.THEIRS, workbooks.RATIO, workbooks.WEEK, workbooks.YEAR):
        assert len(_figures(lines, name)) == len(workbooks.COLUMNS), lines
    assert _figures(lines, workbooks.YEAR)[0] == "700"


@pytest.mark.long
async def test_replies_while_a_year_is_exported_are_measured() -> None:
    """Everybody answers to the end, alone and while the real bot exports the year; both have every figure."""
    options = ("--rows", "50", "--rounds", "1", "--year", "700", "--chats", "3", "--every", "0.05")
    lines = await _printed("tests.bench.workbooks", *options)
    for name in (workbooks.ALONE, workbooks.MEANWHILE, workbooks.RATIO):
        assert len(_figures(lines[-4:], name)) == len(workbooks.REPLIES), lines
    assert _figures(lines, workbooks.MEANWHILE)[0] == f"{3 * chats.ANSWERS:.1f}"


def test_both_writers_are_given_the_same(tmp_path: Path) -> None:
    """What is compared with openpyxl's own way is the same: cell by cell, moments as moments, numbers as numbers."""
    workbooks.ours(tmp_path / "ours.xlsx", 40)
    workbooks.theirs(tmp_path / "theirs.xlsx", 40)
    mine, its = (load_workbook(tmp_path / f"{name}.xlsx").worksheets[0] for name in ("ours", "theirs"))
    assert list(mine.iter_rows(values_only=True)) == list(its.iter_rows(values_only=True))


def test_both_bots_ask_the_same() -> None:
    """The questions of the other bot stand word for word in the journey that ours reads."""
    journey = yaml.safe_load((ROOT / "tests/bench/bench.yaml").read_text("utf-8"))
    asked = [question["text"]["sv"] for question in journey["after"]["ask"].values()]
    assert asked == [words for words, _ in ptb_bot.QUESTIONS]


@pytest.mark.parametrize("fault", ["sendMessage", "editMessageText", "answerCallbackQuery"])
def test_a_bot_that_says_too_much_or_too_little_is_not_measured(fault: str) -> None:
    """The crowd is through only when each citizen has seen each message, edit and acknowledgement, none twice."""
    crowd = Crowd(1, ["code"])
    crowd.starts(0.0)
    for method, times in EXPECTED.items():
        for _ in range(times - (method == fault)):
            _happens(crowd, method)
    assert (crowd.done, crowd.left_over()[fault]) == (False, 1)
    _happens(crowd, fault)
    assert (crowd.done, crowd.faults) == (True, [])
    _happens(crowd, fault)
    assert len(crowd.faults) == 1


def _happens(crowd: Crowd, method: str) -> None:
    markup = b'{"inline_keyboard":[[{"text":"Dina r\\u00e4ttigheter","callback_data":"1"}]]}'
    match method:
        case "sendMessage":
            crowd.shown(1, {"message_id": 1}, markup, 1.0)
        case "editMessageText":
            crowd.edited(1)
        case _:
            crowd.acknowledged("1-2")
