"""The main job, end to end: registered, asked before, during and after in Telegram, kept, and in Monday's workbook."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from openpyxl import load_workbook

from bot import settings
from bot.app import Application, opened
from bot.contacts import NewContact
from bot.store import weeks
from bot.workbook.export import make_up
from tests.bot_process import free_port
from tests.fake_telegram import FakeTelegram


class _Clock:
    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment


@asynccontextmanager
async def _running(
    folder: Path, telegram: FakeTelegram, clock: _Clock, *, beating: bool = False, more: Mapping[str, str] | None = None
) -> AsyncIterator[Application]:
    environment = {
        "TELEGRAM_BOT_TOKEN": telegram.token,
        "KUNDRESA_TELEGRAM_API": telegram.url,
        "KUNDRESA_TELEGRAM_RATE": "0",
        "KUNDRESA_DATABASE": str(folder / "kundresa.db"),
        "KUNDRESA_EXPORTS": str(folder / "exports"),
        "KUNDRESA_LISTEN": f"127.0.0.1:{free_port()}",
        **(more or {}),
    }
    async with opened(settings.read(environment), now=clock, beating=beating) as application:
        yield application


async def test_from_registration_to_mondays_workbook(tmp_path: Path) -> None:
    """A visit is followed up before and after; every answer stands once in the data file, and the report covers it."""
    clock = _Clock(datetime(2026, 11, 16, 9, 0, tzinfo=UTC))
    async with FakeTelegram(limits=None) as telegram, _running(tmp_path, telegram, clock) as application:
        new = NewContact("office-visit", "main", start=clock() + timedelta(days=2), service="general", channel="visit")
        house = application.house
        registered = await house.store.write(house.rooms.contacts.register, new, clock())
        citizen = telegram.citizen(language_code="sv")
        await citizen.starts(registered.code or "")
        await citizen.sees("Jag skriver till dig när det är dags")

        clock.moment = datetime(2026, 11, 17, 16, 1, tzinfo=UTC)
        await application.beat()
        await citizen.sees("Hur känner du dig inför kontakten?")
        await citizen.taps("🙂 4 Lugn")
        await citizen.sees("✓ 🙂 4 Lugn")
        await citizen.sends("hoppa över")
        await citizen.sees("Jag hör av mig igen efter din kontakt")

        clock.moment = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
        await application.beat()
        await citizen.sees("Hej igen!")
        for _ in range(6):
            question = next(message for message in reversed(citizen.screen) if "Hoppa över" in message.labels)
            before = len(citizen.screen)
            if len(question.labels) == 2:
                await citizen.sends("Det gick bra, tack. Ring 070-174 06 35 om ni undrar.")
            else:
                await citizen.taps("Hoppa över", message_id=question.message_id)
            await telegram.bell.until(lambda n=before: True if len(citizen.screen) > n else None, 5, lambda: "more")  # type: ignore[misc]
        await citizen.sees("Dina svar hjälper oss")

        clock.moment = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
        premises = house.premises
        made = await make_up(
            house.store,
            folder=tmp_path / "exports",
            organisation=premises.organisation,
            language="sv",
            now=clock(),
            zone=premises.zone,
        )
        assert {path.name for path in made} == {"kundresa_2026-W47.xlsx", "kundresa_2026-W47_data.xlsx"}
        again = await make_up(
            house.store,
            folder=tmp_path / "exports",
            organisation=premises.organisation,
            language="sv",
            now=clock(),
            zone=premises.zone,
        )
        assert again == []

    data = load_workbook(tmp_path / "exports" / "kundresa_2026-W47_data.xlsx", read_only=True)
    rows = list(data["answers"].iter_rows(values_only=True))
    data.close()
    header = [str(name) for name in rows[0]]
    answers = [dict(zip(header, row, strict=True)) for row in rows[1:]]
    assert {row["contact_id"] for row in answers} == {registered.id}
    assert [row["value_code"] for row in answers if row["question"] == "feeling"] == ["4"]
    words = [row["value_text"] for row in answers if row["value_text"]]
    assert words == ["Det gick bra, tack. Ring [***] om ni undrar."]
    put = [row for row in answers if row["missing"] not in ("not-drawn", "routed-past")]
    assert len(put) == 2 + 6
    assert len({row["row_id"] for row in answers}) == len(answers)


async def test_by_webhook_the_same_conversation(tmp_path: Path) -> None:
    """With a webhook Telegram posts to us, the turn is the same, and nothing is asked for by polling."""
    clock = _Clock(datetime(2026, 11, 16, 9, 0, tzinfo=UTC))
    port = free_port()
    more = {
        "KUNDRESA_LISTEN": f"127.0.0.1:{port}",
        "KUNDRESA_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "KUNDRESA_WEBHOOK_SECRET": "a-secret-of-ours",
    }
    async with FakeTelegram(limits=None) as telegram, _running(tmp_path, telegram, clock, more=more) as application:
        house = application.house
        new = NewContact("phone-call", "main", start=clock() - timedelta(hours=3), service="general", channel="phone")
        registered = await house.store.write(house.rooms.contacts.register, new, clock())
        await telegram.requested("setWebhook", timeout=10)
        citizen = telegram.citizen(language_code="fi")
        await citizen.starts(registered.code or "")
        await citizen.sees("Hei! Olen botti")
        await citizen.taps("Ohita")
        await citizen.sees("Ohitettu")
        assert "getUpdates" not in telegram.counts


async def test_a_restart_in_the_middle_goes_on_where_it_was(tmp_path: Path) -> None:
    """Closed and opened again between two taps, the conversation goes on with the next question."""
    clock = _Clock(datetime(2026, 11, 16, 9, 0, tzinfo=UTC))
    async with FakeTelegram(limits=None) as telegram:
        citizen = telegram.citizen(language_code="en")
        async with _running(tmp_path, telegram, clock) as application:
            house = application.house
            new = NewContact(
                "phone-call", "main", start=clock() - timedelta(hours=3), service="general", channel="phone"
            )
            registered = await house.store.write(house.rooms.contacts.register, new, clock())
            await citizen.starts(registered.code or "")
            await citizen.sees("Hi! I am a bot")
        await citizen.taps("Skip")
        async with _running(tmp_path, telegram, clock):
            await citizen.sees("Skipped")
            await citizen.sees(lambda message: "Skip" in message.labels)
            assert sum("Skip" in message.labels for message in citizen.screen) == 1


async def test_a_week_that_ended_in_an_outage_is_made_up_at_the_start(tmp_path: Path) -> None:
    """Started on a Wednesday after a week away, the bot makes the workbooks of the weeks that ended meanwhile, once."""
    clock = _Clock(datetime(2026, 11, 9, 9, 0, tzinfo=UTC))
    exports = tmp_path / "exports"
    async with FakeTelegram(limits=None) as telegram:
        async with _running(tmp_path, telegram, clock) as application:
            house = application.house
            new = NewContact("phone-call", "main", start=clock() - timedelta(hours=3), service="general")
            await house.store.write(house.rooms.contacts.register, new, clock())
        clock.moment = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
        wanted = {f"kundresa_2026-W{week}{kind}.xlsx" for week in (46, 47) for kind in ("", "_data")}
        async with _running(tmp_path, telegram, clock, beating=True):
            for _ in range(400):
                if {path.name for path in exports.glob("kundresa*.xlsx")} == wanted:
                    break
                await asyncio.sleep(0.05)
        assert {path.name for path in exports.iterdir()} == wanted
        made = {path.name: path.stat().st_mtime_ns for path in exports.iterdir()}
        async with _running(tmp_path, telegram, clock, beating=True) as application:
            await application.house.store.read(weeks.unmade)
        assert {path.name: path.stat().st_mtime_ns for path in exports.iterdir()} == made
