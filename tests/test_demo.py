"""The demo: the whole house played through by simulated citizens, the same in every run."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot import demo, simulated_words
from bot.app import simulated_door
from bot.demo import Demo
from bot.library import opened
from bot.openings import Refused
from bot.settings import read
from bot.simulated_chat import Reader, Shown
from bot.simulated_manners import MANNERS, Deck
from bot.simulated_words import Subject, mistyped
from flows.understanding import Option, choice_meant

ROOT = Path(__file__).parents[1]
DISPOSITIONS = {"answered", "partial", "declined", "unanswered", "missed", "unreachable", "not-asked"}
TOLD = {
    "answers": "SELECT uid, conversation_id, question, asking, status, codes, number, text, masked, drawn, language, "
    "source, asked_at, answered_at, recorded_at, week, supersedes FROM answers ORDER BY id",
    "follow_ups": "SELECT * FROM follow_ups ORDER BY id",
    "history": "SELECT * FROM follow_up_history ORDER BY id",
    "outbox": "SELECT * FROM outbox ORDER BY id",
    "inbox": "SELECT id, update_id, lookup, received_at, state, settled_at FROM inbox ORDER BY id",
    "contacts": "SELECT * FROM contacts ORDER BY id",
    "conversations": "SELECT * FROM conversations ORDER BY id",
    "invitations": "SELECT * FROM invitations ORDER BY id",
    "persons": "SELECT * FROM persons ORDER BY id",
}
"""Every table but what is sealed, whose bytes differ each time."""


def play(to: Path, weeks: int, seed: int) -> Demo:
    """One demo in the folder `to`."""
    return asyncio.run(demo.demo(read({}), simulated_door, to=to, weeks=weeks, seed=seed))


def rows(folder: Path, sql: str) -> list[tuple[object, ...]]:
    """What a demo's database says."""
    with sqlite3.connect(folder / "kundresa.db") as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Demo, Path]:
    """Two weeks played here, and the folder of the same two weeks played by another process meanwhile."""
    here, there = tmp_path_factory.mktemp("here"), tmp_path_factory.mktemp("there")
    code = f"from pathlib import Path; from tests.test_demo import play; play(Path({str(there)!r}), 2, 1)"
    # Another process orders its sets and dictionaries of bytes in another way, and lives in another time zone.
    environment = {"PYTHONHASHSEED": "4711", "TZ": "Pacific/Auckland", "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment) as other:
        demo_here = play(here, 2, 1)
        assert other.wait(120) == 0
    return demo_here, there


def test_the_same_seed_gives_the_same_rows(played: tuple[Demo, Path]) -> None:
    """Two runs, in two processes with other hash seeds and time zones, leave the same rows in every table."""
    demo_here, there = played
    here = demo_here.settings.database.parent
    for table, sql in TOLD.items():
        assert rows(here, sql) == rows(there, sql), table
    assert len(rows(here, TOLD["answers"])) > 1000


def test_another_seed_gives_other_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another seed brings other contacts at other times, and another key."""
    monkeypatch.setattr("bot.simulated_office.A_WEEK", (5, 5))
    for seed in (1, 2):
        play(tmp_path / str(seed), 1, seed)
    one, two = (set(rows(tmp_path / seed, "SELECT id, start_at FROM contacts")) for seed in ("1", "2"))
    assert one
    assert one.isdisjoint(two)
    assert (tmp_path / "1" / "kundresa.db.key").read_bytes() != (tmp_path / "2" / "kundresa.db.key").read_bytes()


def test_every_ending_and_language_occurs(played: tuple[Demo, Path]) -> None:
    """Seven dispositions, three languages, reminders, corrections, absences, the wish ladder: all are met."""
    demo_here, _ = played
    folder = demo_here.settings.database.parent
    assert set(demo_here.dispositions) >= DISPOSITIONS
    assert {language for (language,) in rows(folder, "SELECT DISTINCT language FROM answers")} == {"sv", "fi", "en"}
    statuses = {status for (status,) in rows(folder, "SELECT DISTINCT status FROM answers")}
    assert statuses == {"answered", "skipped", "not-understood", "left", "not-drawn", "routed-past"}
    for what, sql in {
        "a reminder": "SELECT 1 FROM follow_ups WHERE reminded_at IS NOT NULL",
        "a correction": "SELECT 1 FROM answers WHERE supersedes IS NOT NULL",
        "a wish": "SELECT 1 FROM answers WHERE question LIKE 'wish-%' AND status = 'answered'",
        "an absence made up for": "SELECT 1 FROM conversations WHERE repeated_at IS NOT NULL",
        "somebody who stopped": "SELECT 1 FROM follow_ups WHERE reason = 'stopped'",
        "a cancelled contact": "SELECT 1 FROM follow_ups WHERE disposition = 'not-asked' AND reason = 'cancelled'",
        "an account that is gone": "SELECT 1 FROM outbox WHERE fault LIKE 'Forbidden%'",
        "somebody with two contacts at once": "SELECT 1 FROM contacts AS one JOIN contacts AS other "
        "ON other.person_id = one.person_id AND other.start_at > one.start_at AND other.registered_at < one.closed_at",
    }.items():
        assert rows(folder, sql), what


def test_own_words_differ(played: tuple[Demo, Path]) -> None:
    """At least four fifths of the texts are different ones, in each language."""
    folder = played[0].settings.database.parent
    said = rows(folder, "SELECT language, text FROM answers WHERE text IS NOT NULL AND status = 'answered'")
    for language in ("sv", "fi", "en"):
        texts = [text for spoken, text in said if spoken == language]
        assert len(texts) > 8
        assert len(set(texts)) >= 0.8 * len(texts)


def test_what_leads_to_a_person_is_masked(played: tuple[Demo, Path]) -> None:
    """No number or address that citizens wrote is anywhere in the database's file, however it is looked for."""
    demo_here, _ = played
    assert len(demo_here.planted) >= 3
    held = demo_here.settings.database.read_bytes()
    assert b"[***]" in held
    for trace in demo_here.planted:
        assert trace.encode() not in held
    assert b"7000000" not in held


def test_nothing_went_wrong(played: tuple[Demo, Path]) -> None:
    """Telegram refused nothing, nothing is parked or left lying, and the file is sound."""
    demo_here, _ = played
    folder = demo_here.settings.database.parent
    assert demo_here.refused == ()
    assert demo_here.absences == 1
    assert rows(folder, "SELECT DISTINCT state FROM inbox") == [("done",)]
    assert rows(folder, "SELECT id FROM outbox WHERE state IN ('queued', 'sending', 'unknown')") == []
    assert rows(folder, "SELECT id FROM inbox WHERE raw IS NOT NULL") == []
    assert rows(folder, "PRAGMA integrity_check") == [("ok",)]
    assert rows(folder, "SELECT DISTINCT simulated FROM contacts") == [(1,)]


def test_every_week_has_its_workbooks(played: tuple[Demo, Path]) -> None:
    """Each week has a report and a data file, recorded as they stand; the demo points at the newest."""
    demo_here, _ = played
    exports = demo_here.settings.exports
    made = {name for (name,) in rows(exports.parent, "SELECT name FROM week_files")}
    assert made == {path.name for path in exports.iterdir()}
    assert len(made) == 4
    assert (demo_here.report.name, demo_here.data.name) == ("kundresa_2026-W44.xlsx", "kundresa_2026-W44_data.xlsx")
    assert demo_here.report.is_file()


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    """A folder with other files is left as it is, with one line; a file in its place as well."""
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(Refused, match="Name a new folder with --to"):
        play(tmp_path, 1, 1)
    with pytest.raises(Refused, match="is a file"):
        play(tmp_path / "mine.txt", 1, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_earlier_demo_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A demo's own folder is used again, its last day rounded down to whole weeks; what others put there stays."""
    monkeypatch.setattr("bot.simulated_office.A_WEEK", (6, 6))
    (tmp_path / ".kundresa-demo").touch()
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "kundresa.db").write_text("rubbish")
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "kundresa_2020-W01.xlsx").write_text("old")
    again = asyncio.run(demo.demo(read({}), simulated_door, to=tmp_path, weeks=1, seed=3, until=date(2026, 10, 1)))
    assert sorted(path.name for path in again.settings.exports.iterdir()) == [
        "kundresa_2026-W39.xlsx",
        "kundresa_2026-W39_data.xlsx",
    ]
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert "pilot from: 2026-09-21" in (tmp_path / "organisation.yaml").read_text("utf-8")


def test_progress_runs_from_nothing_to_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress only rises, and ends with everything done."""
    monkeypatch.setattr("bot.simulated_office.A_WEEK", (3, 3))
    told: list[float] = []
    asyncio.run(
        demo.demo(
            read({}), simulated_door, to=tmp_path, weeks=1, seed=1, progress=told.append, until=date(2026, 11, 15)
        )
    )
    assert told == sorted(set(told))
    assert told[-1] == 1.0


def test_citizens_read_what_the_screen_shows() -> None:
    """A question is known by its words and an answer by its label, in each language; a button of ours is no answer."""
    reader = Reader(opened(None, ("sv", "fi", "en")))
    buttons = (("😞 1 Erittäin huonosti", "a"), ("🙂 4 Hyvin", "b"), ("Ohita", "c"), ("Myöhemmin", "d"))
    seen = reader.read(Shown(1, 1, "Hei taas!\n\nMiten sinua kohdeltiin?", buttons))
    assert (seen.topic, seen.kind, seen.asks) == ("treated", "scale", True)
    assert [(offer.code, offer.data) for offer in seen.offers] == [("1", "a"), ("4", "b")]
    assert dict(seen.ways) == {"skip": "c", "later": "d"}
    toggles = (("☑ Webbplatsen", "a"), ("☐ Annat", "b"), ("Klar", "c"), ("Hoppa över", "d"))
    several = reader.read(Shown(1, 2, "Hur letade du information?", toggles))
    assert [(offer.code, offer.on) for offer in several.offers] == [("website", True), ("other", False)]
    assert not reader.read(Shown(1, 3, "Hur blev du bemött?\n\n✓ 🙂 4 Bra", (("Ändra", "a"),))).asks
    named = reader.read(Shown(1, 4, "How high is your trust in us? (Example {municipality})", (("Skip", "a"),)))
    assert named.topic == "trust"


def test_every_part_of_the_words_is_there() -> None:
    """Each language has parts for each topic, tone, service and channel."""
    words = simulated_words.read()
    chance = random.Random(1)
    for language in ("sv", "fi", "en"):
        for topic in ("words", "happened", "led", "wished", "difference", "last-time"):
            for tone in ("good", "mixed", "bad"):
                for service, channel in (("building", "visit"), ("childcare", "phone")):
                    subject = Subject(service, channel, tone)
                    texts = {words.written(topic, subject, language, chance)[0] for _ in range(40)}
                    assert len(texts) >= 20
                    assert all(text.strip() == text and "{" not in text and len(text) < 300 for text in texts)


def test_slips_of_the_thumb_are_slight() -> None:
    """A mistyped label is another text; most of the time the right choice is still understood."""
    labels = ("Väntade på besked", "Hittade inte informationen", "Något hade blivit fel")
    options = [Option(label, (label,)) for label in labels]
    chance = random.Random(5)
    slips = [(label, mistyped(label, chance)) for label in labels for _ in range(20)]
    assert all(label != slip and sorted(label) == sorted(slip) for label, slip in slips)
    understood = [choice_meant(slip, options, numbered=False) for _, slip in slips]
    right = sum(found is not None and found.code == label for found, (label, _) in zip(understood, slips, strict=True))
    assert right >= 0.7 * len(slips)


def test_a_deck_holds_every_manner() -> None:
    """A hundred conversations in a row are met in every manner there is, each as often as the deck says."""
    deck = Deck(random.Random(1))
    for _ in range(2):
        assert sorted(deck.deal() for _ in MANNERS) == sorted(MANNERS)
    assert len(MANNERS) == 100


def test_telegram_within_the_process_is_strict(tmp_path: Path) -> None:
    """What Telegram would refuse is refused and remembered: too long, too much in a button, nothing changed."""
    from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
    from telegram.error import BadRequest, Forbidden

    from bot.doors.telegram.simulated_wire import SimulatedTelegram
    from bot.simulated_chat import Blocks, Device, Types

    async def tried() -> list[str]:
        wire = SimulatedTelegram(lambda: datetime(2026, 11, 16, tzinfo=UTC) + timedelta(hours=9))
        bot = Bot("1:x", request=wire, get_updates_request=wire)
        somebody = Device(7, "sv")
        wire.happens(Types(somebody, "hej"))
        button = InlineKeyboardButton("x", callback_data="å" * 33)
        sent = await bot.send_message(7, "<b>a &amp; b</b>", parse_mode="HTML")
        assert wire.shown() == [Shown(7, sent.message_id, "a & b", ())]
        for attempt in (
            bot.send_message(7, "x" * 4097),
            bot.send_message(7, "x", reply_markup=InlineKeyboardMarkup([[button]])),
            bot.edit_message_text("a & b", 7, sent.message_id),
            bot.edit_message_text("x", 7, 99),
            bot.send_message(8, "x"),
            bot.answer_callback_query("99"),
        ):
            with pytest.raises(BadRequest):
                await attempt
        refused = list(wire.refused)
        wire.happens(Blocks(somebody))
        with pytest.raises(Forbidden):
            await bot.send_message(7, "x")
        assert wire.refused == refused
        return refused

    assert len(asyncio.run(tried())) == 6


def test_settings_of_the_house_do_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Token, database and files of a real house are left alone; its first language is the workbooks'."""
    monkeypatch.setattr("bot.simulated_office.A_WEEK", (2, 2))
    real = tmp_path / "real.db"
    settings = replace(read({}), database=real, telegram_token="1:x", languages=("de", "fi"))
    made = asyncio.run(demo.demo(settings, simulated_door, to=tmp_path / "demo", weeks=1, seed=1))
    assert not real.exists()
    assert made.settings.telegram_token is None
    assert made.settings.languages == ("fi", "sv", "en")
