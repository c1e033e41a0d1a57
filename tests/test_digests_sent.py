"""The weekly digest on its way: to whom it goes, that it goes once, and what becomes of it where nothing gets out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import digests as room
from bot import settings
from bot.app import Application, opened
from bot.mail import FAILED_AT
from bot.store import digests, facts
from bot.store.database import Transaction
from bot.store.digests import Kept
from bot.workbook import picture
from bot.workbook.digest_files import picture_name
from tests import new_database
from tests.fake_telegram import FakeTelegram
from tests.mail_box import mail_box
from tests.site import Clock
from tests.test_digests import answered

WEEK = "2026-W48"
AFTER = datetime(2026, 11, 30, 8, tzinfo=UTC)
"""The Monday after it."""

ANNA, BO = "anna@example.org", "bo@example.org"
GROUP = -1001234567890


@dataclass(frozen=True)
class Town:
    """A running house with a clock that is set."""

    application: Application
    clock: Clock

    async def round(self, **later: float) -> None:
        """Time passes, then the round that sends."""
        self.clock.now += timedelta(**later)
        await self.application.rounds.digest()

    async def states(self) -> list[str]:
        """What became of each sending."""
        return await self.application.house.store.read(_states)

    async def kept(self) -> Kept:
        """The digest of the week."""
        kept = await self.application.house.store.read(digests.of_week, WEEK)
        assert kept is not None
        return kept


@dataclass(frozen=True)
class _State:
    state: str


def _states(tx: Transaction) -> list[str]:
    return [row.state for row in tx.all(_State, "SELECT state FROM digest_letters ORDER BY state")]


@asynccontextmanager
async def town(
    folder: Path,
    *,
    port: int = 0,
    mail: str = "",
    telegram: FakeTelegram | None = None,
    chat: str = "",
    persons: int = 3,
) -> AsyncIterator[Town]:
    """A house whose last week has so many persons' answers and its files made, on the Monday after."""
    environment = {
        "KUNDRESA_DATABASE": str(new_database.laid(folder / "kundresa.db")),
        "KUNDRESA_EXPORTS": str(folder / "exports"),
        "KUNDRESA_LISTEN": "127.0.0.1:0",
        "KUNDRESA_PUBLIC_URL": "http://127.0.0.1:1",
        "KUNDRESA_SMTP": f"smtp://127.0.0.1:{port}" if port else "",
        "KUNDRESA_MAIL_FROM": "kundresa@example.org" if port else "",
        "KUNDRESA_DIGEST_MAIL": mail,
        "KUNDRESA_DIGEST_CHAT": chat,
    }
    if telegram is not None:
        environment |= {
            "TELEGRAM_BOT_TOKEN": telegram.token,
            "KUNDRESA_TELEGRAM_API": telegram.url,
            "KUNDRESA_TELEGRAM_RATE": "0",
        }
    clock = Clock(AFTER)
    async with opened(settings.read(environment), now=clock, beating=False) as application:
        if await application.house.store.read(digests.of_week, WEEK) is None:
            await application.house.store.write(answered, {0: persons})
            await application.rounds.export()
        yield Town(application, clock)


def at_rest(folder: Path) -> bytes:
    """Everything that the database's files hold."""
    return b"".join(file.read_bytes() for file in folder.glob("kundresa.db*"))


async def test_each_address_gets_one_letter_with_words_and_picture(tmp_path: Path) -> None:
    """Its text is the digest's words, its picture the file; nothing goes out again, not after a restart either."""
    async with mail_box() as box:
        async with town(tmp_path, port=box.port, mail=f"{ANNA},{BO}", persons=30) as here:
            await here.round()
            kept = await here.kept()
            for address in (ANNA, BO):
                letter = await box.letter()
                assert (letter["To"], letter["X-Envelope-To"], letter["Subject"]) == (address, address, kept.title)
                text, drawn = letter.iter_parts()
                assert text.get_content().replace("\r\n", "\n").strip() == kept.words
                assert (drawn.get_content_type(), drawn.get_content_disposition()) == ("image/png", "inline")
                assert drawn.get_filename() == picture_name(WEEK)
                assert drawn.get_content() == (tmp_path / "exports" / picture_name(WEEK)).read_bytes()
            await here.round(minutes=1)
        async with town(tmp_path, port=box.port, mail=f"{ANNA},{BO}", persons=30) as here:
            await here.round(days=1)
            assert await here.states() == ["sent", "sent"]
        assert box.letters == []


async def test_no_address_is_at_rest_or_in_a_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What the database and the log hold of a letter that was refused leads to nobody."""
    async with mail_box() as box:
        box.refuses = "550 no such user"
        async with town(tmp_path, port=box.port, mail=ANNA) as here:
            with caplog.at_level(logging.DEBUG, "kundresa.digests"):
                await here.round()
    assert "The digest of 2026-W48 could not be sent to one address" in caplog.text
    # The mail server of the tests logs too, where another test let it: it is not ours.
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("kundresa")]
    assert "anna" not in " ".join(ours)
    assert b"anna@" not in at_rest(tmp_path)


async def test_a_letter_that_did_not_leave_is_tried_again_later(tmp_path: Path) -> None:
    """Refused, it waits a quarter of an hour and then arrives once; the console's worry about mail comes and goes."""
    async with mail_box() as box, town(tmp_path, port=box.port, mail=ANNA) as here:
        store = here.application.house.store
        box.refuses = "451 later"
        await here.round()
        assert await here.states() == ["queued"]
        assert await store.read(facts.moment, FAILED_AT) is not None
        box.refuses = ""
        await here.round(minutes=5)
        assert box.letters == []
        await here.round(minutes=11)
        await here.round(minutes=16)
        assert len(box.letters) == 1
        assert await here.states() == ["sent"]
        assert await store.read(facts.moment, FAILED_AT) is None


async def test_it_is_given_up_after_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many tries that fail, and no more."""
    monkeypatch.setattr(room, "TRIES", 2)
    async with mail_box() as box, town(tmp_path, port=box.port, mail=ANNA) as here:
        box.refuses = "550 never"
        for _ in range(3):
            await here.round(minutes=20)
        assert await here.states() == ["failed"]
        box.refuses = ""
        await here.round(minutes=20)
        assert box.letters == []


async def test_what_may_have_arrived_is_not_sent_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Neither after a process ended while it was on its way, which is logged, nor where the server hung up."""

    async def hangs_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(hangs_up, "127.0.0.1", 0)
    async with server, mail_box() as box:
        async with town(tmp_path, port=server.sockets[0].getsockname()[1], mail=ANNA) as here:
            await here.round()
            assert await here.states() == ["unknown"]
        async with town(tmp_path, port=box.port, mail=f"{ANNA},{BO}") as here:
            store, keyring = here.application.house.store, here.application.house.premises.keyring
            await store.write(digests.queue, WEEK, keyring.lookup("mail", BO))
            assert await store.write(digests.begin, WEEK, keyring.lookup("mail", BO), AFTER)  # here it was killed
            await here.round(hours=1)
            assert await here.states() == ["unknown", "unknown"]
            assert "1 letters with the digest were on their way when a process ended" in caplog.text
        assert box.letters == []


async def test_a_group_gets_the_picture_once(tmp_path: Path) -> None:
    """With the short words beside it; the bot stays in that group, keeps nothing written there, and leaves others."""
    async with FakeTelegram(limits=None) as telegram:
        group, other = telegram.group(), telegram.group(-1_001_000_000_002)
        citizen = telegram.citizen(has_written=True, language_code="sv")
        async with town(tmp_path, telegram=telegram, chat=str(group.id), persons=30) as here:
            await citizen.joins_group(group)
            await citizen.joins_group(other)
            await telegram.requested("leaveChat")
            await here.round()
            await telegram.requested("sendPhoto")
            await citizen.sends("Vad bra", group=group)
            await telegram.drained()
            await here.round(minutes=1)
            assert await here.application.house.store.read(lambda tx: tx.count("SELECT COUNT(*) FROM inbox")) == 0
            kept = await here.kept()
        async with town(tmp_path, telegram=telegram, chat=str(group.id), persons=30) as here:
            await here.round(days=1)
            await here.application.house.store.read(digests.of_week, WEEK)
        ours = [message for message in telegram.screen(group.id) if message.from_bot]
        assert [message.text for message in ours] == [kept.short]
        sent = ours[0].document
        assert sent is not None
        assert sent.content == (tmp_path / "exports" / picture_name(WEEK)).read_bytes()
        assert (group.chat.bot_is_member, other.chat.bot_is_member) == (True, False)
        assert telegram.counts["sendPhoto"] == 1


@pytest.mark.parametrize("lacking", ["extra", "file", "answers"])
async def test_without_a_picture_the_words_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lacking: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing installed that draws, the file taken away, or nothing that may be shown: words, to mail and group."""
    if lacking == "extra":
        monkeypatch.setattr(picture, "find_spec", lambda name: None)
    async with FakeTelegram(limits=None) as telegram, mail_box() as box:
        group = telegram.group()
        group.chat.bot_is_member = True
        persons = 3 if lacking == "answers" else 30
        async with town(
            tmp_path, port=box.port, mail=ANNA, telegram=telegram, chat=str(group.id), persons=persons
        ) as here:
            if lacking == "file":
                (tmp_path / "exports" / picture_name(WEEK)).unlink()
            await here.round()
            letter, kept = await box.letter(), await here.kept()
            assert letter.get_content_type() == "text/plain"
            await telegram.requested("sendMessage")
            assert [message.text for message in telegram.screen(group.id)] == [kept.words]
        assert (kept.picture is None) is (lacking != "file")
        assert ("pip install '.[digest]'" in caplog.text) is (lacking == "extra")


async def test_nothing_goes_where_nobody_wants_it_or_of_another_week(tmp_path: Path) -> None:
    """Without settings nothing is queued; set later it goes for the week that ended last, and a week later no more."""
    async with town(tmp_path) as here:
        await here.round()
        assert await here.states() == []
    async with mail_box() as box:
        async with town(tmp_path, port=box.port, mail=ANNA) as here:
            await here.round(days=7)
            assert (box.letters, await here.states()) == ([], [])
        async with town(tmp_path, port=box.port, mail=ANNA) as here:
            await here.round()
            assert len(box.letters) == 1


async def test_a_demo_sends_nothing(tmp_path: Path) -> None:
    """Whatever is set: nobody real has answered."""
    async with town(tmp_path) as here:
        await here.application.house.store.write(facts.put, facts.SIMULATED, b"1")
    async with mail_box() as box:
        async with town(tmp_path, port=box.port, mail=ANNA) as here:
            assert here.application.house.premises.simulated
            await here.round()
            assert await here.states() == []
        assert box.letters == []
