"""Coding, in a real database: who said what of whose words and when, what counts, and what becomes of it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import coding, my_data, organisation, rooms
from bot.coding import Change, CodedRow, TakenRow
from bot.store import coding as stored
from bot.store import erasures, weeks
from bot.store.coding import CodingRow, Said, Standing
from bot.store.database import Transaction
from bot.store.people import Person
from bot.store.week_rows import WeekFile
from flows.journey import Journey, Words
from tests import house as houses
from tests.house import LANGUAGES, MONDAY, House
from tests.workbook_rows import Rows, options, question, visit

WEEK, NEXT, THIRD = "2026-W47", "2026-W48", "2026-W49"
FILE = "f" * 64


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A house whose people have written something: answer-00001 of one contact, and so on."""
    opened = await houses.opened(tmp_path)
    await opened.store.write(_written)
    yield opened
    await opened.store.close()


def journey() -> Journey:
    """A visit that ends in the shared ladder, with a number to call."""
    return visit(
        question("behind-happened", "words", "after"),
        question("behind-need", "one", "after", options("seen", "next", "other")),
        question("wish-need", "one", "after", options("seen", "next", "other")),
        question("number", "phone", "after"),
        question("which", "several", "after", options("a", "b")),
    )


def _written(tx: Transaction) -> None:
    rows = Rows(tx, journey())
    rows.use(journey(), MONDAY - timedelta(weeks=9))
    start = MONDAY - timedelta(hours=5)
    rows.answered(start, {"behind-happened": "Ingen svarade.", "behind-need": "seen", "wish-need": "next"})  # 1, 2, 3
    rows.answered(start, {"comment": "Jag väntade länge.", "whole": 4}, unit="north")  # 4, 5
    rows.answered(start, {"comment": "Bra."})  # 6


def of(number: int, **said: str | None) -> CodedRow:
    """What is said of an answer: codes by field, a text for `comment`, None for taken back."""
    found = [Said(name, "", text) if name == "comment" else Said(name, text or "", None) for name, text in said.items()]
    return CodedRow(number, f"answer-{number:05d}", tuple(found))


async def take(
    house: House, *rows: CodedRow, coder: str = "a", unit: str | None = None, days: float = 0
) -> list[TakenRow]:
    """Take rows in, some days after Monday."""

    def taken(tx: Transaction) -> list[TakenRow]:
        now = MONDAY + timedelta(days=days)
        return house.rooms.coding.take_in(tx, rows, coder=coder, source=FILE, unit=unit, now=now)

    return await house.store.write(taken)


async def of_week(house: House, week: str) -> list[CodingRow]:
    return await house.store.read(lambda tx: list(stored.rows_of_week(tx, week, simulated=False)))


async def counting(house: House, as_of: str = THIRD) -> dict[tuple[str, str], Standing]:
    """What counts of each answer and field, as of a week."""
    found = await house.store.read(lambda tx: list(stored.standing(tx, "2026-W40", THIRD, as_of, simulated=False)))
    return {(one.answer_id, one.field): one for one in found}


async def test_each_code_keeps_who_when_from_which_file_and_which_list(house: House) -> None:
    """And what the respondent chose in the same ladder stands beside it, not what they chose elsewhere."""
    (taken,) = await take(house, of(1, need="next safe", comment="Två gånger."), days=1)
    assert taken == TakenRow(1, "coded", (Change("need", "new"), Change("comment", "new")))
    need, comment = await of_week(house, WEEK)
    assert (need.answer_id, need.field, need.codes, need.own_need) == ("answer-00001", "need", "next safe", "seen")
    assert (need.coder, need.coded_at, need.source) == ("a", MONDAY + timedelta(days=1), FILE)
    assert (comment.codes, comment.text) == ("", "Två gånger.")
    (kept,) = await house.store.read(lambda tx: stored.lists_of_week(tx, WEEK, simulated=False))
    assert kept.version == need.list_version == coding.lists(house.premises.organisation).version
    assert ["next", house.premises.library.phrases.ladders["need"][-1].choices[2].label.texts] in json.loads(kept.body)[
        "need"
    ]


async def test_the_same_again_adds_nothing_and_another_code_takes_its_place(house: House) -> None:
    """Of one coder the latest counts; what was there before stays as a row."""
    await take(house, of(4, need="seen", theme="waiting"))
    assert [one.result for one in await take(house, of(4, need="seen", theme="waiting"))] == ["known"]
    assert len(await of_week(house, WEEK)) == 2
    (taken,) = await take(house, of(4, need="safe", theme="waiting"))
    assert taken.changes == (Change("need", "changed", "seen"),)
    assert [row.codes for row in await of_week(house, WEEK)] == ["seen", "waiting", "safe"]
    counts = await counting(house)
    assert counts["answer-00004", "need"].codes == "safe"
    assert counts["answer-00004", "need"].other_coder is None


async def test_another_coders_code_stands_beside_and_the_latest_counts(house: House) -> None:
    """Taken back by one, the other's counts; nobody takes back what somebody else said."""
    await take(house, of(4, cause="waited"), coder="a")
    await take(house, of(4, cause="advice"), coder="b")
    found = (await counting(house))["answer-00004", "cause"]
    assert (found.codes, found.coder, found.other_codes, found.other_coder) == ("advice", "b", "waited", "a")
    (again,) = await take(house, of(4, cause="advice"), coder="c")
    assert again.result == "coded"
    assert await take(house, of(4, cause=None), coder="d") == [TakenRow(4, "known")]
    for coder, before in (("c", "advice"), ("b", "advice")):
        (back,) = await take(house, of(4, cause=None), coder=coder)
        assert back.changes == (Change("cause", "taken-back", before),)
    found = (await counting(house))["answer-00004", "cause"]
    assert (found.codes, found.coder, found.other_codes) == ("waited", "a", None)
    await take(house, of(4, cause=None), coder="a")
    assert ("answer-00004", "cause") not in await counting(house)


async def test_a_code_belongs_to_the_week_it_came_in_and_a_closed_week_stays_as_it_was(house: House) -> None:
    """Whatever week its answer is of; later codes and corrections change nothing that was told before."""
    await take(house, of(1, need="next"), of(6, need="safe"), days=2)
    await house.store.write(weeks.close, WEEK, MONDAY + timedelta(days=7), house.premises.zone)
    before = (await of_week(house, WEEK), await counting(house, WEEK))
    await take(house, of(1, need="safe"), of(6, need=None), days=2)  # the clock stands still, the week is closed
    await take(house, of(1, need="other"), coder="b", days=14)

    def corrected(tx: Transaction) -> None:
        rows = Rows(tx, journey())
        rows.use(journey(), MONDAY)
        at = MONDAY + timedelta(days=8)
        rows.answer("conversation-00001", "behind-need", at, codes="other", supersedes=2)
        rows.answer("conversation-00003", "comment", at, text="Nej, inte bra.", supersedes=6)

    await house.store.write(corrected)
    assert (await of_week(house, WEEK), await counting(house, WEEK)) == before
    assert [(row.answer_id, row.codes) for row in await of_week(house, NEXT)] == [
        ("answer-00001", "safe"),
        ("answer-00006", ""),
    ]
    assert [row.own_need for row in await of_week(house, NEXT)] == ["other", None]
    now = await counting(house)
    assert (now["answer-00001", "need"].codes, now["answer-00001", "need"].other_codes) == ("other", "safe")
    (taken,) = await take(house, of(6, need="seen"), days=15)
    assert (taken.result, taken.corrected) == ("coded", True)
    assert ("answer-00006", "need") not in await counting(house)  # the person had changed the answer by then


async def test_what_can_not_be_matched_is_refused_and_the_rest_taken(house: House) -> None:
    """No such row, no words, a number to call, another unit's, codes in no list, too many, a comment too long."""

    def called(tx: Transaction) -> None:
        rows = Rows(tx, journey())
        rows.use(journey(), MONDAY)
        rows.answer("conversation-00001", "number", MONDAY, text="070-174 06 05")  # 7
        rows.answer("conversation-00001", "which", MONDAY, codes="a b", text="Båda.")  # 8

    await house.store.write(called)
    wild = (
        CodedRow(90, "answer-09999", (Said("need", "seen", None),)),
        CodedRow(91, "answer-00001.seen", (Said("need", "seen", None),)),
        CodedRow(92, "", (Said("need", "seen", None),)),
        CodedRow(93, "answer-00001' OR 1=1 --", (Said("need", "seen", None),)),
        CodedRow(94, "answer-00008.a", (Said("need", "seen", None),)),
        CodedRow(95, "answer-00008.c", (Said("need", "seen", None),)),
    )
    sound = (of(5, need="seen"), of(7, need="seen"), of(1, need="nonsense"), of(1, need="seen next safe myself"))
    long = (of(1, comment="x" * 1001), of(1, cause="waited advice"), of(1, need="seen seen"), of(1, kind="seen"))
    taken = await take(house, *wild, *sound, *long, of(6, need="seen"))
    assert [one.result for one in taken] == [
        *["no-such-row"] * 4,
        *["coded", "no-such-row", "no-words", "no-words"],
        *["no-such-code"] * 6,
        "coded",
    ]
    own = await take(house, of(4, need="seen"), of(6, need="next"), unit="north", coder="n")
    assert [one.result for one in own] == ["coded", "other-unit"]
    assert {row.answer_id for row in await of_week(house, WEEK)} == {"answer-00008", "answer-00006", "answer-00004"}


async def test_simulated_answers_never_stand_among_real_ones(house: House) -> None:
    """Codes follow the contact of the answer."""

    def demo(tx: Transaction) -> None:
        rows = Rows(tx, journey())
        rows.use(journey(), MONDAY)
        rows.answered(MONDAY - timedelta(hours=5), {"comment": "Låtsas."}, simulated=True)  # 7

    await house.store.write(demo)
    await take(house, of(7, need="seen"), of(6, need="seen"))
    assert [row.answer_id for row in await of_week(house, WEEK)] == ["answer-00006"]
    shown = await house.store.read(lambda tx: list(stored.rows_of_week(tx, WEEK, simulated=True)))
    assert [row.answer_id for row in shown] == ["answer-00007"]


async def test_codes_go_with_the_answer_and_are_counted_by_their_week(house: House) -> None:
    """The data file of the week in which they came in is made anew, whatever week the answer was of."""
    await take(house, of(1, need="next", theme="waiting"), of(6, need="safe"), days=8)
    for week, later in ((WEEK, 7), (NEXT, 14)):
        await house.store.write(weeks.close, week, MONDAY + timedelta(days=later), house.premises.zone)
        record = WeekFile(week, f"{week}.xlsx", "data", "", 1, MONDAY)
        await house.store.write(weeks.record, record)

    def erased(tx: Transaction) -> tuple[str, ...]:
        doomed = erasures.contact(tx, "contact-00001")
        assert doomed is not None
        return house.rooms.erasures.contact(tx, doomed, "staff", MONDAY).weeks

    assert NEXT in await house.store.write(erased)
    assert [row.answer_id for row in await of_week(house, NEXT)] == ["answer-00006"]
    assert await house.store.read(stored.erased, NEXT) == 2
    assert await house.store.read(stored.erased, WEEK) == 0

    def of_person(tx: Transaction) -> tuple[str, ...]:
        tx.run("UPDATE contacts SET person_id = NULL WHERE id = 'contact-00003'")  # they are no longer whom it concerns
        gone, _ = house.rooms.erasures.person(tx, "person-00003", "staff", MONDAY)
        return gone.weeks

    await house.store.write(weeks.record, WeekFile(NEXT, f"{NEXT}.xlsx", "data", "", 1, MONDAY))
    assert NEXT in await house.store.write(of_person)
    assert await of_week(house, NEXT) == []
    assert await house.store.read(stored.erased, NEXT) == 3


async def test_two_coders_on_the_same_rows_have_a_kappa(house: House) -> None:
    """Of the first code of each, on what both coded and nobody took back; with one coder, and of one unit alone."""

    def more(tx: Transaction) -> None:
        rows = Rows(tx, journey())
        rows.use(journey(), MONDAY)
        for number in range(20):
            unit = "north" if number < 5 else "centre"
            rows.answered(MONDAY - timedelta(hours=5), {"comment": f"Text {number}."}, unit=unit)  # from 7 on

    await house.store.write(more)
    numbers = range(7, 27)
    # Of twenty, a says seen ten times; b agrees on eight of these, and on nine of the others.
    first = {number: "seen" if number < 17 else "next" for number in numbers}
    other = {number: "next" if number in (7, 8) else "seen" if number == 26 else first[number] for number in numbers}
    await take(house, *(of(number, need=f"{first[number]} safe") for number in numbers), coder="a")
    await take(house, *(of(number, need=other[number], theme="waiting") for number in numbers), coder="b")
    await take(house, of(6, need="seen"), coder="b")
    await take(house, of(4, need="seen"), coder="a")
    await take(house, of(4, need="seen"), coder="b")
    await take(house, of(4, need=None), coder="b")
    (found,) = await house.store.read(lambda tx: coding.agreements(tx, simulated=False))
    assert (found.field, found.coder, found.other, found.kappa.n) == ("need", "a", "b", 20)
    # By hand: 17 of 20 alike; by chance .5 * .45 + .5 * .55 = .5; (.85 - .5) / .5.
    assert found.kappa.agreed == pytest.approx(0.85)
    assert found.kappa.value == pytest.approx(0.7)
    assert await house.store.read(lambda tx: coding.agreements(tx, simulated=False, coder="c")) == []
    (north,) = await house.store.read(lambda tx: coding.agreements(tx, simulated=False, unit="north"))
    assert north.kappa.n == 5


def test_needs_begin_with_those_people_choose_among() -> None:
    """An organisation adds to them and renames them, so that what it codes can be held against what people chose."""
    plain = organisation.default(LANGUAGES)
    assert [*coding.lists(plain).codes["need"]] == [
        *("seen", "understand", "next", "no-repeat", "myself", "safe", "other"),
    ]
    own = replace(plain, needs={"sooner": Words({"sv": "Fortare"}), "seen": Words({"sv": "Bli sedd"})})
    found = coding.lists(own)
    assert [*found.codes["need"]][-2:] == ["sooner", "other"]
    assert found.codes["need"]["seen"].texts == {"sv": "Bli sedd"}
    assert found.version != coding.lists(plain).version
    for codes in coding.lists(plain).codes.values():
        assert all(set(words.texts) == set(LANGUAGES) for words in codes.values())


async def test_old_codes_keep_their_list_when_the_organisation_changes_it(house: House) -> None:
    """A theme that is no longer offered still has its name; new codes are from the new list."""
    await take(house, of(6, theme="waiting"))
    changed = replace(house.premises.organisation, themes={"queue": Words({"sv": "Kön"})})
    later = rooms.built(replace(house.premises, organisation=changed))
    refused = await house.store.write(
        lambda tx: later.coding.take_in(tx, [of(6, theme="waiting")], coder="a", source=FILE, unit=None, now=MONDAY)
    )
    assert refused == [TakenRow(6, "no-such-code")]
    await house.store.write(
        lambda tx: later.coding.take_in(tx, [of(6, theme="queue")], coder="a", source=FILE, unit=None, now=MONDAY)
    )
    kept = await house.store.read(lambda tx: stored.lists_of_week(tx, WEEK, simulated=False))
    themes = {one.version: dict(json.loads(one.body)["theme"]) for one in kept}
    old, new = await of_week(house, WEEK)
    assert themes[old.list_version]["waiting"]["sv"] == "Väntetid"
    assert themes[new.list_version] == {"queue": {"sv": "Kön"}}


async def test_whoever_works_at_the_command_line_is_a_code(house: House) -> None:
    """The same for the same user, another for another, and nothing of the name in it."""
    found = house.rooms.coding.coder_of("anna.svensson")
    assert found == house.rooms.coding.coder_of("anna.svensson") != house.rooms.coding.coder_of("anna.svenson")
    assert coding.CODER.fullmatch(found)
    assert "anna" not in found


async def test_my_data_tells_how_ones_words_were_sorted(house: House) -> None:
    """As codes in the file, as what they are called in words; who coded is not told, nor what others wrote."""
    await take(house, of(1, need="next safe", comment="Jämför."), coder="coder-1")
    await take(house, of(6, need="seen"), coder="coder-1")

    def about(tx: Transaction) -> tuple[str, str]:
        held = my_data.gathered(tx, house.premises, Person("person-00001", "sv", 0, None, b"", "telegram", None))
        told = (my_data.read_by_people(house.premises, held), my_data.read_by_programs(house.premises, held))
        return told[0].decode(), told[1].decode()

    words, data = await house.store.read(about)
    assert "Så har vi sorterat svaret: Veta vad som händer härnäst; Känna mig trygg; Jämför." in words
    assert words.count("sorterat") == 1
    (coded,) = [one["coded"] for one in json.loads(data)["contacts"][0]["answers"] if one["coded"]]
    assert [(one["field"], one["codes"], one["text"]) for one in coded] == [
        ("need", "next safe", None),
        ("comment", "", "Jämför."),
    ]
    assert "coder-1" not in words + data
