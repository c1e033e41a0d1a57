"""The application: builds everything, opens and closes it in order. The only room that imports a door.

Opened in this order: lock, database with key and journeys, listener, door, desk, command socket, heartbeat; closed in
the reverse. A timer is a row: the heartbeat only wakes functions that ask the store what is due.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from bot import clock, command_socket, logs
from bot.clock import Now
from bot.console.gate import Office
from bot.desk import Desk
from bot.doors.telegram.door import DoorRefused, Posted, TelegramDoor, Texts
from bot.doors.telegram.face import Face
from bot.doors.telegram.polling import Pause
from bot.doors.telegram.reading import DOOR, arrival
from bot.doors.telegram.simulated import TelegramSimulated
from bot.doors.web.door import DOOR as WEB
from bot.doors.web.door import WebDoor
from bot.doors.web.door import arrival as web_arrival
from bot.entrances import listening
from bot.http import Listener, PortInUse
from bot.lock import held
from bot.openings import House, Refused, opened_house
from bot.pages.pages import Pages
from bot.premises import Premises
from bot.rooms import Rooms
from bot.rounds import Rounds
from bot.settings import Settings
from bot.staff_chat import COMMANDS as STAFF_COMMANDS
from bot.store.database import Store
from bot.tour import Addresses, Tour
from flows.wording import in_language

COMMAND_SECONDS = 5.0
"""How long a start waits for a command that has the database for a moment."""

_log = logging.getLogger("kundresa")
_MENU = ("help", "language", "privacy", "mydata", "pause", "erase")
_STOP = {"sv": "stopp", "fi": "lopeta"}


class CanNotRun(Refused):
    """`kundresa run` can't begin; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Application:
    """Everything that is open while `kundresa run` runs."""

    house: House
    telegram: TelegramDoor | None
    web: WebDoor
    desk: Desk
    listener: Listener
    serving: asyncio.Task[None]
    rounds: Rounds

    @property
    def door(self) -> TelegramDoor:
        """The Telegram door. LookupError where the web alone is open."""
        if self.telegram is None:
            raise LookupError("the Telegram door is not open")
        return self.telegram

    async def beat(self) -> None:
        """Do everything that is due, and look whether anything came in."""
        await self.rounds.beat()
        self.desk.ring()


@asynccontextmanager
async def opened(
    settings: Settings, *, now: Now = clock.now, pause: Pause = asyncio.sleep, beating: bool = True
) -> AsyncIterator[Application]:
    """Everything open and at work. With `beating` off no clock runs, and the caller says when it is time.

    Raises what can't be mended here, each with one clear line: one of `openings.REFUSALS`.
    """
    if settings.telegram_token is None and settings.public_url is None:
        raise CanNotRun(
            "TELEGRAM_BOT_TOKEN is not set. Get a token from @BotFather in Telegram and set it; or set "
            "KUNDRESA_PUBLIC_URL, and people answer in their browsers alone."
        )
    _check_exports(settings)
    async with AsyncExitStack() as open_things:
        open_things.enter_context(held(settings.database, patience=COMMAND_SECONDS))
        house = await open_things.enter_async_context(opened_house(settings))
        bell = _Bell()
        telegram = _telegram(settings, house, now, bell.ring, pause)
        web = WebDoor(house, now, bell.ring)

        def wake() -> None:
            if telegram is not None:
                telegram.wake()
            web.wake()

        desk = Desk(
            house.store,
            house.premises.keyring,
            house.rooms.citizens,
            {DOOR: arrival, WEB: web_arrival},
            now,
            wake,
            house.rooms.staff_chats if settings.staff_chat else None,
        )
        bell.desk = desk

        def stir() -> None:
            wake()
            desk.ring()

        listener = listening(
            Office(house, settings, now, stir, Pages(house.premises, "bot.console")),
            [*web.routes, *(telegram.routes if telegram is not None else ())],
            ready=lambda: telegram.trouble if telegram is not None else "",
        )
        try:
            await listener.start()
        except PortInUse as error:
            raise CanNotRun(str(error)) from error
        open_things.push_async_callback(listener.stop)
        open_things.push_async_callback(web.stop)
        if telegram is not None:
            try:
                await telegram.start()
            except DoorRefused as error:
                raise CanNotRun(str(error)) from error
            open_things.push_async_callback(telegram.stop)
        serving = asyncio.create_task(desk.serve(), name="desk")
        open_things.push_async_callback(_cancelled, serving)
        desk.ring()
        await open_things.enter_async_context(command_socket.served(settings.database, house, now))
        rounds = Rounds(house, settings, now, stir)
        application = Application(house, telegram, web, desk, listener, serving, rounds)
        if beating:
            open_things.callback(rounds.begun().stop)
        yield application


async def run(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT; whatever is under way is finished first. Raises as `opened` does."""
    logs.set_up(secrets=settings.secrets)
    asked_to_stop = _asked_to_stop()
    async with opened(settings) as application:
        # What stands from here on is never garbage: a full collection would stop everybody for a tenth of a second.
        gc.collect()
        gc.freeze()
        if settings.organisation is None:
            _log.warning(
                "KUNDRESA_ORGANISATION is not set: citizens read a stand-in for the organisation's name and phone. "
                "Write an organisation file before anybody is asked."
            )
        if application.telegram is None:
            _log.info("TELEGRAM_BOT_TOKEN is not set: people answer in their browsers alone.")
        host, _ = settings.listen
        _log.info("Kundresa runs. Health: http://%s:%d/healthz", host, application.listener.port)
        await _until_stopped(application, asked_to_stop)
    _log.info("Kundresa has stopped.")


async def guide(tour: Tour, told: Callable[[House, Addresses], None]) -> None:
    """Serve a demo's house until SIGTERM or SIGINT; `told` hears when there is something to open. As `opened`."""
    logs.set_up()
    asked_to_stop = _asked_to_stop()
    async with opened(tour.settings, now=tour.now, beating=False) as application:
        told(application.house, await tour.begin(application.house))
        passing = asyncio.create_task(tour.go_on(application.house, application.beat))
        try:
            await _until_stopped(application, asked_to_stop)
        finally:
            await _cancelled(passing)


def texts(premises: Premises, *, staff_chat: bool = False) -> Texts:
    """What the door itself says, from the shared phrases; with `staff_chat` also the menu of staff."""
    words = premises.words

    def said(phrase: str, language: str) -> str:
        return in_language(words[phrase], language)

    def face(language: str) -> Face:
        menu = [(command, said(f"menu-{command}", language)) for command in _MENU]
        menu.append((_STOP.get(language, "stop"), said("menu-stop", language)))
        return Face(tuple(menu), said("bot-description", language), said("bot-short", language))

    faces = {language: face(language) for language in premises.languages}
    staff = {
        language: (*((word, said(f"staff-menu-{word}", language)) for word in STAFF_COMMANDS), *shown.commands)
        for language, shown in faces.items()
    }
    return Texts(
        faces=faces,
        farewells={language: said("leaving-group", language) for language in premises.languages},
        repeats={language: said("in-case", language) for language in premises.languages},
        staff=staff if staff_chat else {},
    )


def simulated_door(store: Store, rooms: Rooms, now: Now) -> TelegramSimulated:
    """The Telegram door of a demo's house: the real one but for the wire."""
    said = texts(rooms.premises)
    return TelegramSimulated(
        store=store,
        keyring=rooms.premises.keyring,
        now=now,
        farewells=said.farewells,
        repeats=said.repeats,
        on_unreachable=rooms.follow_ups.unreachable,
    )


def _telegram(
    settings: Settings, house: House, now: Now, stored: Callable[[], None], pause: Pause
) -> TelegramDoor | None:
    if settings.telegram_token is None:
        return None
    return TelegramDoor(
        store=house.store,
        keyring=house.premises.keyring,
        token=settings.telegram_token,
        api=settings.telegram_api,
        rate=settings.telegram_rate,
        texts=texts(house.premises, staff_chat=settings.staff_chat),
        now=now,
        stored=stored,
        heard=house.rooms.follow_ups.heard,
        on_unreachable=house.rooms.follow_ups.unreachable,
        posted=_posted(settings),
        pause=pause,
        own_group=settings.digest_chat,
    )


class _Bell:
    """Rings the desk, which is built after the door that rings it."""

    desk: Desk | None = None

    def ring(self) -> None:
        if self.desk is not None:
            self.desk.ring()


def _posted(settings: Settings) -> Posted | None:
    if settings.webhook_secret is None:
        return None
    if settings.public_url is None:
        raise CanNotRun(
            "KUNDRESA_PUBLIC_URL is not set, and KUNDRESA_WEBHOOK_SECRET is: Telegram must be told where to post. "
            "Set KUNDRESA_PUBLIC_URL to this server's address from outside, or unset KUNDRESA_WEBHOOK_SECRET."
        )
    return Posted(settings.public_url, settings.webhook_secret)


def _check_exports(settings: Settings) -> None:
    folder = settings.exports
    try:
        folder.mkdir(parents=True, exist_ok=True)
        writable = os.access(folder, os.W_OK)
    except OSError:
        writable = False
    if not writable:
        raise CanNotRun(
            f"KUNDRESA_EXPORTS: the folder {folder} can't be written. Give the account that runs Kundresa the right "
            "to write there, or choose another folder."
        )


def _asked_to_stop() -> asyncio.Event:
    asked_to_stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked_to_stop.set)
    return asked_to_stop


async def _until_stopped(application: Application, asked_to_stop: asyncio.Event) -> None:
    stopping = asyncio.create_task(asked_to_stop.wait())
    await asyncio.wait([stopping, application.serving], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if application.serving.done():
        application.serving.result()


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
