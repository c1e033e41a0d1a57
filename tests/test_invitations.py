"""Invitations as staff handle them: links, spoken codes, QR codes, texts to paste, posters and cards."""

from __future__ import annotations

import asyncio
import html
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from bot import library, organisation, settings
from bot.cli import main
from bot.keys import Keyring
from bot.links import USER_NAME
from bot.lock import held
from bot.openings import opened_house
from bot.paragraphs import paragraphs, sms_length, sms_parts
from bot.premises import Premises
from bot.spoken_codes import ALPHABET, LENGTH, SpokenCodes, meant
from bot.store import facts
from flows.journey import Words
from tests import new_database
from tests.qr_codes import read_modules, read_png, squares, stroked
from tests.wild import examples

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
LANGUAGES = ("sv", "fi", "en")
BOT = "KundresaExampleBot"
ADD = ("contacts", "add", "--journey", "office-visit", "--unit", "main", "--start", "2026-11-18 10:00")
OPEN = ("contacts", "open", "--journey", "office-visit", "--unit", "main")
LINK = re.compile(r"^Invitation: (https://t\.me/KundresaExampleBot\?start=[\w-]{22})$", re.MULTILINE)
SPOKEN = re.compile(r"^Code to say: (\w{4}-\w{4}), until (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


@dataclass
class Desk:
    """Runs commands in this process, at `now`; on Monday 16 November 2026, 10:00 in Stockholm unless moved."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    now: datetime = MONDAY

    def __call__(self, *arguments: str) -> Ended:
        self.capture.readouterr()
        with pytest.raises(SystemExit) as ended, time_machine.travel(self.now, tick=True):
            main(arguments)
        out, err = self.capture.readouterr()
        code = ended.value.code
        return Ended(code if isinstance(code, int) else 0, out, err)

    def done(self, *arguments: str) -> str:
        ended = self(*arguments)
        assert (ended.code, ended.err) == (0, "")
        return ended.out

    def refused(self, *arguments: str) -> str:
        ended = self(*arguments)
        assert ended.code == 1
        assert ended.err.count("\n") == 1
        return ended.err.strip()

    def contact(self, *more: str) -> str:
        found = re.search(r"^Contact: (\w+)", self.done(*ADD, *more))
        assert found
        return found[1]


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    for name in settings.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KUNDRESA_DATABASE", str(new_database.laid(tmp_path / "k.db")))
    monkeypatch.setenv("KUNDRESA_EXPORTS", str(tmp_path / "exports"))
    inside(tmp_path, lambda tx: facts.put(tx, USER_NAME, BOT.encode()))
    return Desk(tmp_path, capsys)


@pytest.fixture
def nameless(desk: Desk) -> Desk:
    """A desk where the bot has never spoken with Telegram."""
    inside(desk.folder, lambda tx: facts.forget(tx, USER_NAME))
    return desk


def inside(folder: Path, change: object) -> object:
    """Something done in the database while nobody has it."""
    here = settings.read({"KUNDRESA_DATABASE": str(folder / "k.db")})

    async def changed() -> object:
        with held(here.database):
            async with opened_house(here) as house:
                return await house.store.write(change)  # type: ignore[arg-type]

    return asyncio.run(changed())


@contextmanager
def reading(path: Path) -> Iterator[bytes]:
    """A file that only its owner may read."""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [left.name for left in path.parent.iterdir() if left.name.endswith(".part")] == []
    yield path.read_bytes()


def one(pattern: re.Pattern[str], printed: str) -> str:
    (found,) = pattern.finditer(printed)
    return found[1]


def test_an_invitation_is_shown_with_a_code_to_say_and_texts(desk: Desk) -> None:
    """contacts invite prints link, spoken code with its end, and a letter, a mail and an SMS in three languages."""
    out = desk.done("contacts", "invite", desk.contact())
    link, spoken = one(LINK, out), one(SPOKEN, out)
    assert "until Thu 2026-11-19 10:00" in out
    for language in LANGUAGES:
        letter = out.split(f"Letter ({language}):\n")[1].split("\n")[0]
        mail = out.split(f"Mail ({language}):\n")[1].split(f"({language}):")[0]
        assert spoken in letter
        assert f"@{BOT}" in letter
        assert "2026" in letter
        assert link not in letter
        assert link in mail
        assert spoken not in mail
    assert "{" not in out
    assert meant(spoken)


def test_the_texts_are_in_the_language_asked_for_or_the_contacts(desk: Desk) -> None:
    """--lang says which; without it the language the contact was registered with."""
    contact = desk.contact("--lang", "fi")
    assert "Mail (fi)" in desk.done("contacts", "invite", contact)
    assert "Mail (sv)" not in desk.done("contacts", "invite", contact)
    assert "Mail (fi)" not in desk.done("contacts", "invite", contact, "--lang", "en")
    assert "no language 'sw'" in desk.refused("contacts", "invite", contact, "--lang", "sw")


def test_the_same_code_is_said_until_a_new_one_is_made(desk: Desk) -> None:
    """Asked again the code is the same; --new-code makes another; after 72 hours another is made by itself."""
    contact = desk.contact("--reference", "A-17")
    first = one(SPOKEN, desk.done("contacts", "invite", contact))
    assert one(SPOKEN, desk.done("contacts", "invite", "A-17")) == first
    second = one(SPOKEN, desk.done("contacts", "invite", contact, "--new-code"))
    assert one(SPOKEN, desk.done("contacts", "invite", contact)) == second
    desk.now += timedelta(hours=72, minutes=1)  # a minute more than any command takes to come to it
    third = one(SPOKEN, desk.done("contacts", "invite", contact))
    assert len({first, second, third}) == 3


def test_what_nobody_can_begin_with_is_not_shown(desk: Desk) -> None:
    """A cancelled contact, one that is too late to ask about, and one that is not there are refused with the reason."""
    cancelled, late = desk.contact(), desk.contact()
    desk.done("contacts", "cancel", cancelled)
    assert "nothing is asked about this contact" in desk.refused("contacts", "invite", cancelled)
    desk.now += timedelta(days=60)
    assert "too late" in desk.refused("contacts", "invite", late)
    assert "There is no contact nobody" in desk.refused("contacts", "invite", "nobody")


def test_qr_codes_are_written_once_and_hold_the_link(desk: Desk) -> None:
    """--png and --svg write files for their owner only, which are read again; nothing is ever written over."""
    contact, png, svg = desk.contact(), desk.folder / "qr.png", desk.folder / "qr.svg"
    link = one(LINK, desk.done("contacts", "invite", contact, "--png", str(png), "--svg", str(svg)))
    with reading(png) as drawn:
        assert read_png(drawn) == [link]
    with reading(svg) as drawn:
        paths = re.findall(r'd="(M[^"]+)"', drawn.decode())
        assert read_modules(stroked(paths[-1]), 41) == [link]
    assert "is there already" in desk.refused("contacts", "invite", contact, "--png", str(png))
    with reading(png) as again:
        assert read_png(again) == [link]
    assert "folder does not exist" in desk.refused("contacts", "invite", contact, "--svg", str(desk.folder / "x/y"))


def test_without_the_bots_name_there_is_a_code_and_no_link(nameless: Desk) -> None:
    """Before `run` has spoken with Telegram a spoken code is told, cards and QR codes are refused with what to do."""
    out = nameless.done("contacts", "invite", nameless.contact())
    assert re.search(r"^Invitation code: [\w-]{22}$", out, re.MULTILINE)
    assert one(SPOKEN, out)
    sheet = nameless.folder / "cards.html"
    assert "start `kundresa run` once" in nameless.refused(*OPEN, "--cards", "2", "--to", str(sheet))
    assert "start `kundresa run` once" in nameless.refused(*OPEN, "--png", str(nameless.folder / "q.png"))
    assert [*nameless.folder.glob("*.html"), *nameless.folder.glob("*.png")] == []
    assert "cards" not in nameless.done("contacts", "open", "--list")


def test_a_poster_is_made_shown_listed_and_retired(desk: Desk) -> None:
    """contacts open prints a poster's id and link; --show tells them again, until --retire."""
    out = desk.done(*OPEN, "--service", "general", "--channel", "visit", "--until", "2027-05-31")
    poster, link = one(re.compile(r"^Poster: (\w+)", re.MULTILINE), out), one(LINK, out)
    assert "(office-visit, main, general, visit)" in out
    assert "Good until: 2027-05-31" in out
    png = desk.folder / "poster.png"
    assert one(LINK, desk.done("contacts", "open", "--show", poster, "--png", str(png))) == link
    with reading(png) as drawn:
        assert read_png(drawn) == [link]
    rows = [row.split("\t") for row in desk.done("contacts", "open", "--list").splitlines()]
    assert rows[1:] == [[poster, "poster", "office-visit", "main", "general", "visit", "2027-05-31", "open", "", "0"]]
    assert desk.done("contacts", "open", "--retire", poster) == "Retired: 1.\n"
    assert desk.done("contacts", "open", "--list").splitlines()[1].split("\t")[7] == "retired"
    assert "can't be used any more" in desk.refused("contacts", "open", "--show", poster)
    assert "no poster or sheet" in desk.refused("contacts", "open", "--retire", "nobody")


def test_a_poster_can_have_a_code_to_say(desk: Desk) -> None:
    """--spoken makes one, for a new poster or one that hangs already; made again it is another."""
    out = desk.done(*OPEN, "--spoken")
    poster, first = one(re.compile(r"^Poster: (\w+)", re.MULTILINE), out), one(SPOKEN, out)
    assert one(SPOKEN, desk.done("contacts", "open", "--show", poster)) == first
    assert one(SPOKEN, desk.done("contacts", "open", "--show", poster, "--spoken")) != first


def test_what_a_poster_cannot_be_about_is_refused(desk: Desk) -> None:
    """Codes that are not the organisation's, days that are over, and half a command are refused with what to do."""
    assert "office-visit" in desk.refused("contacts", "open", "--journey", "ofice-visit", "--unit", "main")
    assert "main" in desk.refused("contacts", "open", "--journey", "office-visit", "--unit", "mian")
    assert "is over" in desk.refused(*OPEN, "--until", "2026-11-15")
    assert "no day" in desk.refused(*OPEN, "--until", "tomorrow")
    assert desk("contacts", "open", "--unit", "main").code == 2
    assert desk(*OPEN, "--cards", "3").code == 2
    assert desk(*OPEN, "--to", str(desk.folder / "x.html")).code == 2
    assert "from 1 to 1000" in desk.refused(*OPEN, "--cards", "0", "--to", str(desk.folder / "x.html"))
    assert desk.done("contacts", "open", "--list").splitlines()[1:] == []


def test_cards_are_printed_each_with_its_own_link(desk: Desk) -> None:
    """A sheet of nine holds nine links, all different, for its owner only; no code is printed on the screen."""
    sheet = desk.folder / "cards.html"
    out = desk.done(*OPEN, "--cards", "9", "--to", str(sheet), "--lang", "sv")
    with reading(sheet) as page:
        links = codes_in(page.decode())
        assert page.decode().count('<section class="page">') == 2
        assert "Frivilligt" in page.decode()
        assert "Voluntary" not in page.decode()
    assert len(set(links)) == 9
    assert all(link.startswith(f"https://t.me/{BOT}?start=") for link in links)
    assert "start=" not in out
    assert "Good until: 2027-02-14" in out
    id_ = one(re.compile(r"^Cards: (\w+)", re.MULTILINE), out)
    again = desk.folder / "again.html"
    desk.done("contacts", "open", "--show", id_, "--to", str(again))
    with reading(again) as page:
        assert sorted(codes_in(page.decode())) == sorted(links)
    assert desk.done("contacts", "open", "--retire", id_) == "Retired: 9.\n"


def test_a_sheet_is_never_written_over(desk: Desk) -> None:
    """With a file in its place nothing is made at all, and the file stays as it was."""
    sheet = desk.folder / "cards.html"
    sheet.write_text("mine")
    assert "is there already" in desk.refused(*OPEN, "--cards", "2", "--to", str(sheet))
    assert sheet.read_text() == "mine"
    assert desk.done("contacts", "open", "--list").splitlines()[1:] == []


def codes_in(page: str) -> list[str]:
    found = []
    for width, path in re.findall(r'viewBox="0 0 (\d+) \d+" shape-rendering="crispEdges"><path d="([^"]+)"', page):
        (link,) = read_modules(squares(html.unescape(path)), int(width))
        found.append(link)
    return found


def test_what_is_remembered_of_a_request_holds_no_code(desk: Desk) -> None:
    """Neither links nor spoken codes of any kind stand anywhere in the database's files."""
    out = desk.done("contacts", "invite", desk.contact()) + desk.done(*OPEN, "--spoken")
    sheet = desk.folder / "cards.html"
    desk.done(*OPEN, "--cards", "2", "--to", str(sheet))
    links = [found[1] for found in LINK.finditer(out)] + codes_in(sheet.read_text())
    spoken = [found[1] for found in SPOKEN.finditer(out)]
    assert (len(links), len(spoken)) == (4, 2)
    data = b"".join(file.read_bytes() for file in desk.folder.glob("k.db*"))
    for code in [link.split("start=")[1] for link in links] + [meant(code) or "" for code in spoken] + spoken:
        assert code
        assert code.encode() not in data


WORDS = library.remarks(LANGUAGES)
NAMES: dict[str, Words | str] = {"organisation": organisation.default(LANGUAGES).name, "phone": "0000-000 00"}
A_LINK = f"https://t.me/{BOT}?start=Zm9vYmFyYmF6cXV4MTIzND"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["Exempelköpings kommun", "Arbets- och näringslivsbyrån i Esimerkkilä"])
def test_an_sms_fits_into_one(language: str, name: str) -> None:
    """With the name of an organisation and a link the SMS is one message of the GSM alphabet; long names shorten it."""
    texts = paragraphs(
        WORDS, {"organisation": name, "phone": "1"}, language, link=A_LINK, bot=BOT, code=None, until=None
    )
    assert sms_parts(texts.sms) == 1
    assert sms_length(texts.sms) == len(texts.sms) <= 160
    assert A_LINK in texts.sms
    assert name in texts.sms
    assert texts.letter is None


@pytest.mark.parametrize(
    ("text", "length", "parts"),
    [
        ("a" * 160, 160, 1),
        ("a" * 161, 161, 2),
        ("å" * 160, 160, 1),
        ("€" * 80, 160, 1),
        ("€" * 81, 162, 2),
        ("–" * 70, 70, 1),
        ("–" * 71, 71, 2),
        ("🙂" * 36, 72, 2),
        ("a" * 307, 307, 3),
    ],
)
def test_sms_are_counted_as_they_are_paid(text: str, length: int, parts: int) -> None:
    """160 characters of the GSM alphabet, 70 of any other; a few count twice; longer ones are cut into less each."""
    assert (sms_length(text), sms_parts(text)) == (length, parts)


@pytest.mark.parametrize(
    ("language", "until"),
    [("sv", "23 november 2026, 10:00"), ("fi", "23. marraskuuta 2026, 10.00"), ("en", "23 November 2026, 10:00")],
)
def test_a_letter_says_until_when_in_its_language(language: str, until: str) -> None:
    """The end of the code is written as people write days and times in that language."""
    texts = paragraphs(
        WORDS, NAMES, language, link=A_LINK, bot=BOT, code="FKLM-2345", until=datetime(2026, 11, 23, 10, tzinfo=UTC)
    )
    assert texts.letter is not None
    assert until in texts.letter


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("bot", [BOT, None])
def test_texts_lead_to_our_own_pages_where_there_are_any(language: str, bot: str | None) -> None:
    """The code is typed at our address; Telegram is named as one of two ways, and only where somebody answers there."""
    link = "https://svar.example.org/s/Zm9vYmFyYmF6cXV4MTIzND"
    texts = paragraphs(
        WORDS,
        NAMES,
        language,
        link=link,
        bot=bot,
        code="FKLM-2345",
        until=datetime(2026, 11, 23, 10, tzinfo=UTC),
        site="https://svar.example.org",
    )
    assert texts.letter is not None
    assert " svar.example.org " in texts.letter
    assert "FKLM-2345" in texts.letter
    assert link in texts.mail
    assert link in texts.sms
    assert sms_parts(texts.sms) == 1
    assert [("Telegram" in text) for text in (texts.letter, texts.mail)] == [bot is not None] * 2
    assert BOT not in texts.letter + texts.mail + texts.sms
    assert "{" not in texts.letter + texts.mail + texts.sms


@examples(200)
@given(st.binary(min_size=32, max_size=32), st.text(alphabet="abc234", min_size=1, max_size=14), st.integers(1, 9))
def test_every_code_can_be_read_back(secret: bytes, invitation: str, generation: int) -> None:
    """Whatever the key, a code is of the alphabet and no other, and is read as it was made."""
    room = SpokenCodes(Premises(organisation.default(LANGUAGES), library.opened(None, LANGUAGES), Keyring(secret)))
    code = room._code(invitation, generation)
    assert len(code) == LENGTH
    assert set(code) <= set(ALPHABET)
    assert meant(f" {code[:4].lower()} - {code[4:]} ") == code
    assert code != room._code(invitation, generation + 1)
    assert not set("AEIOUYÅÄÖ01") & set(code)
