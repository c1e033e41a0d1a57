"""The demo: the whole house played through by simulated citizens, the same in every run."""

from __future__ import annotations

import asyncio
import hashlib
import random
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import zip_longest
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from bot import demo, simulated_words
from bot.app import simulated_door
from bot.contacts import NewContact
from bot.demo import Demo
from bot.library import opened
from bot.lists import entries
from bot.lists.texts import Texts
from bot.openings import Refused
from bot.organisation import opened as organisation_opened
from bot.settings import read
from bot.simulated_account import told
from bot.simulated_asides import Aside, Asides
from bot.simulated_chat import Reader, Shares, Shown
from bot.simulated_lists import DIALECTS, Dialect, written
from bot.simulated_manners import FATES, MANNERS, PROMISES, Deck
from bot.simulated_words import Subject, mistyped
from flows.understanding import Option, choice_meant

ROOT = Path(__file__).parents[1]
ZONE = ZoneInfo("Europe/Stockholm")
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
    "contact_history": "SELECT * FROM contact_history ORDER BY id",
    "matters": "SELECT * FROM matters ORDER BY id",
    "open_invitations": "SELECT * FROM open_invitations ORDER BY id",
    "call_backs": "SELECT * FROM call_backs ORDER BY id",
    "hand_overs": "SELECT * FROM hand_overs ORDER BY id",
    "erasures": "SELECT * FROM erasures ORDER BY id",
    "erased": "SELECT * FROM erased ORDER BY week",
    "tombstones": "SELECT * FROM tombstones ORDER BY reference_lookup",
    "codings": "SELECT * FROM codings ORDER BY id",
    "members": "SELECT * FROM members ORDER BY id",
    "audit": "SELECT * FROM audit ORDER BY id",
    "week_files": "SELECT week, name, kind, rows, made_at FROM week_files ORDER BY name",
}
"""Every table but what is sealed, whose bytes differ each time."""


def play(to: Path, weeks: int, seed: int) -> Demo:
    """One demo in the folder `to`."""
    return asyncio.run(demo.demo(read({}), simulated_door, to=to, weeks=weeks, seed=seed))


def rows(folder: Path, sql: str) -> list[tuple[object, ...]]:
    """What a demo's database says."""
    with sqlite3.connect(folder / "kundresa.db") as connection:
        return connection.execute(sql).fetchall()


def sheet(path: Path, name: str) -> list[dict[str, object]]:
    """The rows of one sheet of a workbook, by column."""
    book = load_workbook(path, read_only=True)
    headers, *lines = book[name].iter_rows(values_only=True)
    return [dict(zip_longest(map(str, headers), line)) for line in lines]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Two weeks played here."""
    return play(tmp_path_factory.mktemp("here"), 2, 1)


@pytest.mark.long
def test_the_same_seed_gives_the_same_rows(played: Demo, tmp_path: Path) -> None:
    """Two runs, in two processes with other hash seeds and time zones, leave the same rows in every table."""
    code = f"from pathlib import Path; from tests.test_demo import play; play(Path({str(tmp_path)!r}), 2, 1)"
    # Another process orders its sets and dictionaries of bytes in another way, and lives in another time zone.
    environment = {"PYTHONHASHSEED": "4711", "TZ": "Pacific/Auckland", "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True, timeout=300)
    here = played.settings.database.parent
    for table, sql in TOLD.items():
        assert rows(here, sql) == rows(tmp_path, sql), table
    assert len(rows(here, TOLD["answers"])) > 1000
    for folder in ("lists/done", "lists/refused", "due"):
        files = {path.name: path.read_bytes() for path in (here / folder).iterdir()}
        assert files == {path.name: path.read_bytes() for path in (tmp_path / folder).iterdir()}, folder


def test_another_seed_gives_other_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another seed brings other contacts at other times, and another key."""
    monkeypatch.setattr("bot.simulated_office.A_WEEK", (5, 5))
    for seed in (1, 2):
        play(tmp_path / str(seed), 1, seed)
    one, two = (set(rows(tmp_path / seed, "SELECT id, start_at FROM contacts")) for seed in ("1", "2"))
    assert one
    assert one.isdisjoint(two)
    assert (tmp_path / "1" / "kundresa.db.key").read_bytes() != (tmp_path / "2" / "kundresa.db.key").read_bytes()


@pytest.mark.long
def test_every_ending_and_language_occurs(played: Demo) -> None:
    """Seven dispositions, three languages, reminders, corrections, absences, the wish ladder: all are met."""
    demo_here = played
    folder = demo_here.settings.database.parent
    assert set(demo_here.account.dispositions) >= DISPOSITIONS
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


@pytest.mark.long
def test_everything_around_a_contact_occurs(played: Demo) -> None:
    """What staff and citizens do around a contact leaves its rows: each kind is met at least once."""
    folder = played.settings.database.parent
    begun = "SELECT 1 FROM contacts JOIN follow_ups ON contact_id = contacts.id WHERE begun_at IS NOT NULL AND "
    for what, sql in {
        "moved": "SELECT 1 FROM contacts WHERE moved_at IS NOT NULL",
        "cancelled": "SELECT 1 FROM contacts WHERE cancelled_at IS NOT NULL",
        "a sick day": "SELECT 1 FROM contacts WHERE unit = 'centrum' GROUP BY cancelled_at "
        "HAVING cancelled_at IS NOT NULL AND count(*) > 1",
        "left out when registered": "SELECT 1 FROM contacts WHERE not_asked IS NOT NULL",
        "left out, with the reason": "SELECT 1 FROM follow_ups WHERE disposition = 'not-asked' "
        "AND reason LIKE 'staff-%'",
        "noted later": "SELECT 1 FROM contact_history GROUP BY contact_id HAVING count(DISTINCT outcome) > 0 "
        "AND min(outcome IS NOT NULL) = 0",
        "a matter of several contacts": "SELECT 1 FROM contacts WHERE matter_id IS NOT NULL GROUP BY matter_id "
        "HAVING count(*) > 1",
        "held back by the budget": "SELECT 1 FROM follow_ups JOIN contacts ON contacts.id = contact_id "
        "WHERE reason = 'budget' AND disposition = 'not-asked' AND matter_id IS NOT NULL",
        "begun with a poster": "SELECT 1 FROM contacts JOIN open_invitations AS open ON open.id = open_invitation_id "
        "WHERE open.kind = 'poster'",
        "begun with a card": "SELECT 1 FROM contacts JOIN open_invitations AS open ON open.id = open_invitation_id "
        "WHERE open.kind = 'card' AND open.used_at IS NOT NULL",
        "a card nobody used": "SELECT 1 FROM open_invitations WHERE kind = 'card' AND used_at IS NULL",
        "waiting, at a poster or with a card": "SELECT 1 FROM contacts JOIN follow_ups ON contact_id = contacts.id "
        "WHERE invitation = 'open' AND phase = 'before' AND begun_at IS NOT NULL",
        "the internal service centre": f"{begun} audience = 'internal-customer'",
        "a decision by letter": f"{begun} journey = 'decision-letter'",
        "a start in school": f"{begun} journey = 'school-start'",
        "handed over": "SELECT 1 FROM follow_ups WHERE handed_over_at IS NOT NULL",
        "handed over and never opened": "SELECT 1 FROM follow_ups WHERE reason = 'handed-over-not-opened'",
        "opened after all": "SELECT 1 FROM follow_ups WHERE handed_over_at < begun_at",
        "a call kept in time": "SELECT 1 FROM call_backs WHERE outcome IN ('reached', 'met') AND done_at <= deadline",
        "a call done late": "SELECT 1 FROM call_backs WHERE outcome IN ('reached', 'met') AND done_at > deadline",
        "a call nobody made": "SELECT 1 FROM call_backs WHERE state = 'open' AND put_at > deadline",
        "somebody who calls": "SELECT 1 FROM call_backs WHERE way = 'i-call' AND outcome = 'met'",
        "a call that somebody took": "SELECT 1 FROM call_backs JOIN members ON members.id = taken_by "
        "WHERE members.unit = call_backs.unit",
        "a member of each role": "SELECT 1 FROM members GROUP BY removed_at HAVING count(DISTINCT role) = 3",
        "somebody who signed in": "SELECT 1 FROM audit WHERE action = 'signed-in'",
        "a slot": "SELECT 1 FROM call_backs WHERE slot IN ('morning', 'afternoon')",
        "it happened and helped": "SELECT 1 FROM call_backs WHERE happened = 'yes' AND helped IS NOT NULL",
        "it did not happen": "SELECT 1 FROM call_backs WHERE happened = 'no'",
        "somebody who erased all": "SELECT 1 FROM erasures WHERE asked_by = 'person' "
        "AND state = 'done' AND answers > 0",
        "a contact that staff erased": "SELECT 1 FROM erasures WHERE asked_by = 'staff' AND state = 'done'",
        "a reference that never comes back": "SELECT 1 FROM tombstones",
        "a pause": "SELECT 1 FROM persons WHERE paused_until IS NOT NULL",
        "an easy language": "SELECT 1 FROM persons WHERE language LIKE '%-easy'",
    }.items():
        assert rows(folder, sql), what
    assert rows(folder, "SELECT 1 FROM numbers_to_call JOIN call_backs ON id = call_back_id WHERE state = 'done'") == []


@pytest.mark.long
def test_lists_lie_there_with_their_reports(played: Demo) -> None:
    """Each Monday's list was taken in but for its faulty rows, which its report tells; one list was refused whole."""
    demo_here = played
    folder, counted = demo_here.settings.database.parent / "lists", demo_here.account.played
    done = sorted(path.name for path in (folder / "done").iterdir())
    assert done == [f"bookings_2026-W{week}.csv{end}" for week in (43, 44) for end in ("", ".report.txt")]
    reports = [path.read_text("utf-8-sig") for path in sorted((folder / "done").glob("*.report.txt"))]
    assert sum(report.count("\nRad ") for report in reports) >= counted["faulty rows"] >= 4
    assert counted["rows"] > counted["faulty rows"] + counted["known rows"] + counted["changed rows"] > 4
    assert counted["lists"] == 2
    (refused,) = (folder / "refused").glob("*.report.txt")
    assert "Telefon" in refused.read_text("utf-8-sig")
    referenced = rows(folder.parent, "SELECT count(*) FROM contacts WHERE journey = 'office-visit' "
                      "AND reference_lookup IS NOT NULL AND invitation = 'personal'")  # fmt: skip
    assert int(str(referenced[0][0])) > 30
    assert list(folder.glob("*.csv")) == []


@pytest.mark.long
def test_what_is_handed_over_is_kept(played: Demo) -> None:
    """Each week's file for the sender has a row for each follow-up handed over, none of them twice."""
    demo_here = played
    folder = demo_here.settings.database.parent
    files = [path.read_text("utf-8-sig").splitlines() for path in sorted((folder / "due").iterdir())]
    contacts = [row.split(";")[1] for lines in files for row in lines[1:]]
    assert len(files) == 2
    assert len(contacts) == demo_here.account.played["handed over"] > 10
    phases = [tuple(row.split(";")[1:4]) for lines in files for row in lines[1:]]
    assert len(phases) == len(set(phases))


@pytest.mark.long
def test_workbooks_show_what_became_of_each(played: Demo) -> None:
    """The data files tell every disposition and the reasons, promises kept and not, and how much was erased."""
    demo_here = played
    files = sorted(demo_here.settings.exports.glob("*_data.xlsx"))
    told_of = [row for path in files for row in sheet(path, "follow_ups")]
    assert {row["disposition"] for row in told_of} >= DISPOSITIONS
    reasons = {str(row["reason"]) for row in told_of}
    assert reasons >= {"budget", "cancelled", "handed-over-not-opened", "registered-late"}
    assert any(reason.startswith("staff-") for reason in reasons)
    calls = [row for path in files for row in sheet(path, "call_backs")]
    assert {row["in_time"] for row in calls} >= {0, 1}
    quality = [{row["item"]: row["number"] for row in sheet(path, "quality")} for path in files]
    assert sum(int(str(one["answers_rows_erased"])) for one in quality) > 0
    assert sum(int(str(one["follow_ups_erased"])) for one in quality) > 0


@pytest.mark.long
def test_analysts_code_what_was_written_the_week_before(played: Demo) -> None:
    """Nearly all of the first week's words have a need, some by two coders; the second week's file has the codes."""
    demo_here = played
    folder = demo_here.settings.database.parent
    first, second = sorted(demo_here.settings.exports.glob("*_data.xlsx"))
    written = {row["row_id"] for row in sheet(first, "verbatims")}
    coded = sheet(second, "coding")
    needs = [row for row in coded if row["field"] == "need" and row["row_id"] in written]
    assert len({row["row_id"] for row in needs}) > 0.8 * len(written) > 5
    assert {row["coder"] for row in needs} == {
        "coder-2",
        rows(folder, "SELECT id FROM members WHERE role = 'analyst'")[0][0],
    }
    assert sheet(first, "coding") == []


@pytest.mark.long
def test_an_erasure_makes_earlier_data_files_anew(played: Demo) -> None:
    """A week closed before an erasure has a data file made soon after, as recorded, with no row of what is gone."""
    demo_here = played
    folder = demo_here.settings.database.parent
    anew = "SELECT data.name FROM week_files AS data JOIN week_files AS report ON report.week = data.week "
    anew += "WHERE data.kind = 'data' AND report.kind = 'report' AND data.made_at > report.made_at "
    anew += "AND EXISTS (SELECT 1 FROM erasures WHERE data.made_at BETWEEN done_at AND done_at + 1800000)"
    assert rows(folder, anew)
    known = {contact for (contact,) in rows(folder, "SELECT id FROM contacts")}
    for name, sha256 in rows(folder, "SELECT name, sha256 FROM week_files"):
        assert hashlib.sha256((demo_here.settings.exports / str(name)).read_bytes()).hexdigest() == sha256
    for path in demo_here.settings.exports.glob("*_data.xlsx"):
        assert {row["contact_id"] for row in sheet(path, "answers")} <= known
    journal = (folder / "kundresa.db.journal").read_text()
    assert journal.count('"erased"') == len(rows(folder, "SELECT id FROM erasures"))


@pytest.mark.long
def test_what_was_played_is_told(played: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    """The last lines say in numbers what was played, and name what to open."""
    demo_here = played
    demo.show(demo_here)
    shown = capsys.readouterr().out
    counted = demo_here.account.played
    for line in told(demo_here.account):
        assert line in shown
        assert "{" not in line
    assert f"held back by the budget: {counted['held back']}." in shown
    assert f"with {counted['rows']} rows, {counted['faulty rows']} of them faulty" in shown
    assert str(demo_here.report) in shown
    assert f"KUNDRESA_EXPORTS={demo_here.settings.exports}" in shown


@pytest.mark.long
def test_own_words_differ(played: Demo) -> None:
    """At least four fifths of the texts are different ones, in each language."""
    folder = played.settings.database.parent
    said = rows(folder, "SELECT language, text FROM answers WHERE text IS NOT NULL AND status = 'answered'")
    for language in ("sv", "fi", "en"):
        texts = [text for spoken, text in said if spoken == language]
        assert len(texts) > 8
        assert len(set(texts)) >= 0.8 * len(texts)


@pytest.mark.long
def test_what_leads_to_a_person_is_masked(played: Demo) -> None:
    """No number or address that citizens wrote is anywhere in the database's file, however it is looked for."""
    demo_here = played
    assert len(demo_here.planted) >= 3
    held = demo_here.settings.database.read_bytes()
    assert b"[***]" in held
    for trace in demo_here.planted:
        assert trace.encode() not in held
    assert b"7000000" not in held


@pytest.mark.long
def test_nothing_went_wrong(played: Demo) -> None:
    """Telegram refused nothing, nothing is parked or left lying, and the file is sound."""
    demo_here = played
    folder = demo_here.settings.database.parent
    assert demo_here.refused == ()
    assert demo_here.absences == 1
    assert rows(folder, "SELECT DISTINCT state FROM inbox") == [("done",)]
    assert rows(folder, "SELECT id FROM outbox WHERE state IN ('queued', 'sending', 'unknown')") == []
    assert rows(folder, "SELECT id FROM inbox WHERE raw IS NOT NULL") == []
    assert rows(folder, "PRAGMA integrity_check") == [("ok",)]
    assert rows(folder, "SELECT DISTINCT simulated FROM contacts") == [(1,)]


@pytest.mark.long
def test_every_week_has_its_workbooks(played: Demo) -> None:
    """Each week has a report, a data file and a digest, recorded as they stand; the demo points at the newest."""
    demo_here = played
    exports = demo_here.settings.exports
    made = {name for (name,) in rows(exports.parent, "SELECT name FROM week_files")}
    pictures = {name for (name,) in rows(exports.parent, "SELECT picture FROM digests WHERE picture IS NOT NULL")}
    assert made | pictures == {path.name for path in exports.iterdir()}
    assert len(made) == 4
    assert rows(exports.parent, "SELECT COUNT(*) FROM digests") == [(2,)]
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
    several = reader.read(Shown(1, 2, "Hur letade du efter information?", toggles))
    assert [(offer.code, offer.on) for offer in several.offers] == [("website", True), ("other", False)]
    assert not reader.read(Shown(1, 3, "Hur blev du bemött?\n\n✓ 🙂 4 Bra", (("Ändra", "a"),))).asks
    easily = reader.read(Shown(1, 5, "Du har ansökt om en plats. Hur gick det?", (("Hoppa över", "a"),)))
    assert easily.topic == "applied"
    named = reader.read(Shown(1, 4, "How high is your trust in us? (Example {municipality})", (("Skip", "a"),)))
    assert named.topic == "trust"


def test_citizens_tell_what_is_no_question() -> None:
    """ "Yes" is an answer of its own where no question of a journey stands; a slot is known without its hours."""
    reader = Reader(opened(None, ("sv", "fi", "en")))
    about_a_call = reader.read(Shown(1, 1, "Blev det av?", (("Ja", "a"), ("Nej", "b"))))
    assert dict(about_a_call.ways) == {"call-yes": "a", "call-no": "b"}
    asked = reader.read(Shown(1, 2, "Vet du vad ni behöver ha med er?", (("Ja", "a"), ("Hoppa över", "b"))))
    assert (dict(asked.ways), asked.offers[0].code) == ({"skip": "b"}, "yes")
    when = reader.read(Shown(1, 3, "När?", (("På förmiddagen (8–12)", "a"), ("Jag ringer er i stället", "b"))))
    assert dict(when.ways) == {"call-morning": "a", "call-i-call": "b"}
    number = reader.read(Shown(1, 4, "Vilket nummer?", (), keys=("Dela mitt nummer", "Nej, det behövs inte")))
    assert number.ways["call-share"] == "Dela mitt nummer"
    languages = reader.read(Shown(1, 5, "?", (("Suomi", "a"), ("Selkosuomi", "b"))))
    assert dict(languages.languages) == {"fi": "a", "fi-easy": "b"}
    there = Asides(random.Random(1), "sv", "")
    there.there = "no"
    ways = {"there-now": "a", "there-today": "b", "decline": "c"}
    assert there.done_about(replace(number, ways=ways), new=True) == Aside(12, "tap", "c")
    assert there.done_about(replace(number, ways=ways), new=False) is None


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.encoding)
def test_a_list_is_read_but_for_its_faulty_rows(dialect: Dialect) -> None:
    """A booking system's list in each dialect is read back as its contacts; each faulty row is told of."""
    library = opened(None, ("sv", "fi", "en"))
    organisation = organisation_opened(ROOT / "bot" / "demo_organisation.yaml", ("sv", "fi", "en"), ZONE)
    start = datetime(2026, 11, 3, 9, 15, tzinfo=organisation.zone)
    contacts = [
        NewContact(
            *("office-visit", "norr", start, start + timedelta(minutes=30), "building", "visit"),
            reference=f"B{one}",
            language="fi",
            not_asked="deceased" if one else None,
        )
        for one in range(3)
    ]  # fmt: skip
    for seed in range(10):
        source = written(contacts, dialect, organisation, organisation.zone, random.Random(seed))
        reading = entries.read(source, organisation, library, Texts("sv"))
        assert [entry.new for entry in reading.entries] == contacts
        assert 2 <= reading.faulty_rows == reading.rows - len(contacts) <= 4


def test_every_part_of_the_words_is_there() -> None:
    """Each language has parts for each topic, tone, service and channel."""
    words = simulated_words.read()
    chance = random.Random(1)
    for language in ("sv", "fi", "en"):
        for topic in ("words", "happened", "led", "wished", "difference", "last-time", "spared-words", "what-else"):
            for tone in ("good", "mixed", "bad"):
                for service, channel in (
                    *(("building", "visit"), ("childcare", "phone"), ("building", "letter")),
                    *(("childcare", "web"), ("it-support", "email"), ("procurement", None)),
                ):
                    subject = Subject(service, channel, tone)
                    texts = {words.written(topic, subject, language, chance)[0] for _ in range(40)}
                    assert len(texts) >= (20 if topic not in ("spared-words", "what-else") else 8)
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
    """A hundred conversations in a row are met in every manner there is; so it is with visits and promises."""
    for cards, number in ((MANNERS, 100), (FATES, 30), (PROMISES, 10)):
        deck = Deck(random.Random(1), cards)
        for _ in range(2):
            assert sorted(deck.deal() for _ in cards) == sorted(cards)
        assert len(cards) == number


def test_telegram_within_the_process_is_strict(tmp_path: Path) -> None:
    """What Telegram would refuse is refused and remembered: too long, too much in a button, nothing changed."""
    from telegram import (
        Bot,
        InlineKeyboardButton,
        InlineKeyboardMarkup,
        KeyboardButton,
        ReplyKeyboardMarkup,
        ReplyKeyboardRemove,
    )
    from telegram.error import BadRequest, Forbidden

    from bot.arrivals import Shared
    from bot.doors.telegram.reading import arrival
    from bot.doors.telegram.simulated_wire import SimulatedTelegram
    from bot.simulated_chat import Blocks, Device, Types
    from bot.store.outbox import Document

    async def tried() -> list[str]:
        wire = SimulatedTelegram(lambda: datetime(2026, 11, 16, tzinfo=UTC) + timedelta(hours=9))
        bot = Bot("1:x", request=wire, get_updates_request=wire)
        somebody = Device(7, "sv")
        wire.happens(Types(somebody, "hej"))
        button = InlineKeyboardButton("x", callback_data="å" * 33)
        sent = await bot.send_message(7, "<b>a &amp; b</b>", parse_mode="HTML")
        assert wire.shown() == [Shown(7, sent.message_id, "a & b", ())]
        keys = ReplyKeyboardMarkup([[KeyboardButton("my number", request_contact=True)], ["no"]])
        await bot.send_message(7, "which number?", reply_markup=keys)
        await bot.send_message(7, "thank you", reply_markup=ReplyKeyboardRemove())
        assert [shown.keys for shown in wire.shown()] == [("my number", "no"), ()]
        raw, message = wire.happens(Shares(somebody, "+46701740605"))
        arrived = arrival(raw or b"")
        assert arrived is not None
        assert arrived.what == Shared("+46701740605", own=True, message=str(message))
        file = Document("my-data.json", "application/json", b"{}")
        await wire.post_file("bot/sendDocument", {"chat_id": "7", "caption": "yours"}, "document", file)
        assert [shown.text for shown in wire.shown()] == ["yours"]
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
