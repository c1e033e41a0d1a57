"""The stage: the whole bot, from the wire inwards, with a clock that is set and draws that are told.

One bot serves every transcript, each with a person and a contact of its own, on a day of its own: so nothing that one
leaves behind reaches another, and the database is opened once.
"""

from __future__ import annotations

import html
import re
import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from bot import app, settings
from bot.app import Application
from bot.contacts import NewContact
from bot.occasions import day_named
from bot.store import facts
from bot.store.database import Transaction
from flows.wording import is_easy, plain
from tests.bare_core import BareCore
from tests.fake_telegram import Citizen, Delivery, FakeTelegram
from tests.player import Kept
from tests.scene import LANGUAGES, TUESDAY, ZONE, Scene, next_ordinary, scene
from tests.screen import Placed, Screen
from tests.transcript import FOLDER, Transcript

_BETWEEN = timedelta(weeks=2)
"""From one transcript to the next: nothing of the one is useful any more when the other begins."""


@dataclass
class Stage:
    """A running bot, the server it talks to, and the day that comes next."""

    bot: Application
    server: FakeTelegram
    clock: Clock
    draws: Draws
    day: date = TUESDAY

    def player(self, transcript: Transcript) -> WholeBot:
        """Somebody new, to play this transcript on the next free day."""
        self.day = next_ordinary(self.day + _BETWEEN)
        return WholeBot(self, transcript, scene(transcript, self.day))


@dataclass
class Clock:
    """A clock that is set."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Draws:
    """Chance, told what to draw: the order of a block is such that the wanted one is drawn next."""

    wanted: Mapping[str, str] = field(default_factory=dict)

    def shuffle(self, block: list[str]) -> None:
        """Put the wanted one last, from where it is drawn."""
        chosen = [code for code in self.wanted.values() if code in block]
        assert len(chosen) == 1, f"it is not said which of {block} is drawn"
        block.remove(chosen[0])
        block.append(chosen[0])


@asynccontextmanager
async def staged() -> AsyncIterator[Stage]:
    """The bot at work on a database of its own, until the block ends."""
    clock = Clock(datetime.combine(TUESDAY, datetime.min.time()).astimezone() - timedelta(days=7))
    with tempfile.TemporaryDirectory() as folder:
        async with FakeTelegram(limits=None, now=lambda: clock().timestamp()) as server:
            chosen = settings.read({
                "TELEGRAM_BOT_TOKEN": server.token,
                "KUNDRESA_TELEGRAM_API": server.url,
                "KUNDRESA_TELEGRAM_RATE": "0",
                "KUNDRESA_DATABASE": str(Path(folder) / "kundresa.db"),
                "KUNDRESA_EXPORTS": str(Path(folder) / "exports"),
                "KUNDRESA_ORGANISATION": str(FOLDER / "organisation.yaml"),
                "KUNDRESA_LISTEN": "127.0.0.1:0",
            })  # fmt: skip
            async with app.opened(chosen, now=clock, beating=False) as bot:
                draws = Draws()
                bot.house.premises.chance.__dict__["shuffle"] = draws.shuffle
                await bot.door.settled()
                yield Stage(bot, server, clock, draws)


class WholeBot:
    """Plays one transcript through Telegram."""

    def __init__(self, stage: Stage, transcript: Transcript, at: Scene) -> None:
        self.screen = Screen()
        self._stage = stage
        self._transcript = transcript
        self._scene = at
        self._store = stage.bot.house.store
        self._citizen: Citizen = stage.server.citizen(language_code=plain(transcript.language))
        self._lookup = stage.bot.house.premises.keyring.lookup("telegram", str(self._citizen.id))
        self._days = _days(transcript, at, scene(transcript))
        self._contact = ""
        self._others: dict[str, str] = {}
        self._read = 0
        self._numbers: dict[int, int] = {}
        self._typed: dict[str, int] = {}
        self._pressed: dict[str, object] = {}

    async def begins(self) -> None:
        """Registered, opened, followed up: each at its moment, by the rooms whose work it is."""
        self._stage.clock.now = self._scene.registered_at
        told = self._transcript.facts
        new = NewContact(
            self._transcript.journey,
            told["unit"],
            start=self._scene.start,
            end=self._scene.end,
            service=told.get("service"),
            channel=told.get("channel"),
            cause=told.get("cause"),
            outcome=told.get("outcome"),
            language=plain(self._transcript.language),
        )
        registered = await self._store.write(self._stage.bot.house.rooms.contacts.register, new, self._stage.clock.now)
        self._contact = registered.id
        self._stage.draws.wanted = self._transcript.pairs("drawn")
        await self._store.write(_forget_draws)
        if is_easy(self._transcript.language):
            await self._store.write(self._reads_easily)
        codes = [registered.code or "", *await self._register_others()]
        opened = False
        # The core knows which button is which answer.
        labels = BareCore(self._transcript).taps_before() if self._transcript.earlier_phases else []
        for phases, moment in self._scene.begins:
            if not opened:
                await self._at(self._scene.opened_at)
                for code in reversed(codes):
                    await self._citizen.starts(code)
                    await self._quiet()
                opened = True
            if self._stage.clock.now < moment:
                self.screen.clear()
                await self._at(moment)
            if phases != self._transcript.phases:
                for label in labels.pop(0):
                    await self.presses(self.screen.button(label))

    async def presses(self, button: Placed) -> None:
        """A tap."""
        message = next(id_ for id_, number in self._numbers.items() if number == button.message)
        self._pressed = await self._citizen.taps(message_id=message, data=str(button.handle))
        await self._quiet()

    async def presses_again(self) -> None:
        """The same tap, as apps send it after a reconnect."""
        await self._citizen.taps_again(self._pressed)
        await self._quiet()

    async def types(self, text: str) -> None:
        """A text."""
        update = await self._citizen.sends(text)
        self._typed[text] = update["message"]["message_id"]
        await self._quiet()

    async def edits(self, old: str, new: str) -> None:
        """A text that said something else before."""
        self._typed[new] = self._typed[old]
        await self._citizen.edits(self._typed[old], new)
        await self._quiet()

    async def sends(self, kind: str) -> None:
        """Something that is no text."""
        await {
            "voice": self._citizen.sends_voice,
            "photo": self._citizen.sends_photo,
            "sticker": self._citizen.sends_sticker,
        }[kind]()
        await self._quiet()

    async def passes(self, how_long: timedelta) -> None:
        """Time passes, and the clock's heart beats."""
        await self._at(self._stage.clock.now + how_long)

    async def kept(self) -> list[Kept]:
        """The rows of this conversation, then those of the person's other contacts."""
        rows = await self._store.read(_kept, self._contact, self._transcript.phase)
        for letter, contact in self._others.items():
            rows += [replace(row, contact=letter) for row in await self._store.read(_kept, contact)]
        return rows

    async def _register_others(self) -> list[str]:
        codes = []
        for letter, (journey, moment) in self._transcript.others.items():
            new = NewContact(
                journey,
                "main",
                start=self._scene.begins[-1][1] + moment,
                service="general",
                channel="phone" if journey == "phone-call" else "visit",
            )
            register = self._stage.bot.house.rooms.contacts.register
            registered = await self._store.write(register, new, self._stage.clock.now)
            self._others[letter] = registered.id
            codes.append(registered.code or "")
        return codes

    def _reads_easily(self, tx: Transaction) -> None:
        rooms, language = self._stage.bot.house.rooms, self._transcript.language
        person = rooms.people.met(tx, "telegram", str(self._citizen.id), plain(language), self._stage.clock.now)
        rooms.people.speaks(tx, person, language, chosen=True)

    async def _at(self, moment: datetime) -> None:
        # Somebody listened all the while: what is noted first keeps the jump from being taken for an absence.
        await self._store.write(facts.put_moment, "heard_at", moment)
        self._stage.clock.now = moment
        await self._stage.bot.beat()
        await self._quiet()

    async def _quiet(self) -> None:
        """Wait until everything that came in is taken and everything that goes out has arrived."""
        bot, server = self._stage.bot, self._stage.server
        await server.drained()
        await bot.desk.take_batch()
        bot.door.wake()
        leaving = await self._store.read(_leaving, self._lookup)
        await server.bell.until(
            lambda: True if len(self._citizen.deliveries) >= leaving else None,
            5.0,
            lambda: f"of {leaving} messages {len(self._citizen.deliveries)} arrived",
        )
        for delivery in self._citizen.deliveries[self._read :]:
            self._show(delivery)
        self._read = len(self._citizen.deliveries)

    def _show(self, delivery: Delivery) -> None:
        shown = delivery.shown
        rows = tuple(tuple(row) for row in shown.buttons)
        if delivery.kind == "message":
            self._numbers[shown.message_id] = self.screen.shows(self._dated(shown.text), rows)
        else:
            number = self._numbers[shown.message_id]
            self.screen.changes(number, *_text_and_strong(self._dated(shown.html)), rows)

    def _dated(self, text: str) -> str:
        """The text with each contact's day as it is written in the transcript, whose days are another week's."""
        named = "|".join(re.escape(day) for day in self._days)
        return re.sub(rf"(?<![0-9])(?:{named})", lambda found: self._days[found[0]], text)


def _days(transcript: Transcript, at: Scene, written: Scene) -> dict[str, str]:
    """Each day that can be named, in every language: as it is on the stage, and as it is written."""
    found: dict[str, str] = {}
    starts = [(at.start, written.start)]
    starts += [(at.begins[-1][1] + after, written.begins[-1][1] + after) for _, after in transcript.others.values()]
    for pair in starts:
        here, there = (day_named(moment.astimezone(ZONE).date(), LANGUAGES).texts.values() for moment in pair)
        found |= dict(zip(here, there, strict=True))
    return found


def _text_and_strong(written: str) -> tuple[str, str]:
    """A text in Telegram's HTML as plain text, and the bold line at its end."""
    text, found, strong = written.rpartition("\n\n<b>")
    if found and strong.endswith("</b>"):
        return html.unescape(text), html.unescape(strong.removesuffix("</b>"))
    return html.unescape(written), ""


def _forget_draws(tx: Transaction) -> None:
    tx.run("DELETE FROM draws")


def _leaving(tx: Transaction, lookup: bytes) -> int:
    return tx.count("SELECT count(*) FROM outbox WHERE lookup = :lookup AND state <> 'failed'", lookup=lookup)


@dataclass
class _Row:
    question: str
    asking: int
    status: str
    codes: str
    number: float | None
    text: str | None
    masked: str
    draw_probability: float | None


def _kept(tx: Transaction, contact: str, phase: str | None = None) -> list[Kept]:
    rows: Iterable[_Row] = tx.all(
        _Row,
        "SELECT question, asking, status, codes, number, text, masked, draw_probability FROM answers"
        " JOIN follow_ups ON follow_ups.id = answers.follow_up_id"
        " WHERE answers.contact_id = :contact AND follow_ups.phase = coalesce(:phase, follow_ups.phase)"
        " ORDER BY answers.id",
        contact=contact,
        phase=phase,
    )
    return [
        Kept(
            row.question, row.asking, row.status, tuple(row.codes.split()), row.number, row.text,
            tuple(row.masked.split()), row.draw_probability,
        )
        for row in rows
    ]  # fmt: skip
