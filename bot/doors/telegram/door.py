"""The Telegram door as a whole: opens, runs and closes its parts in order. What they do stands in their own rooms."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from starlette.routing import Route
from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.clock import Now
from bot.doors.telegram import face
from bot.doors.telegram.face import Face
from bot.doors.telegram.intake import Intake
from bot.doors.telegram.polling import HEARD_EVERY, LONGEST_PAUSE, Pause, Polling
from bot.doors.telegram.sending import OnUnreachable, Sender
from bot.doors.telegram.staff_menus import Menu, StaffMenus
from bot.doors.telegram.webhook import Webhook
from bot.doors.telegram.wire import InDoubt, Wire
from bot.keys import Keyring
from bot.store import facts
from bot.store.database import Store, Transaction

_LOG = logging.getLogger(__name__)

OnHeard = Callable[[Transaction, datetime], None]
"""What keeps in mind that somebody listens at the door now."""
_USERNAME = "telegram_username"
_FACE = "telegram_face"


class DoorRefused(Exception):
    """Telegram does not let us in; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Texts:
    """What the door itself says, by language, the preferred one first.

    `farewells` is for groups, which the bot leaves; `repeats` stands before a message that may have arrived already.
    `staff` is the menu in chats that members linked, none where they may not.
    """

    faces: Mapping[str, Face]
    farewells: Mapping[str, str]
    repeats: Mapping[str, str]
    staff: Mapping[str, Menu] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Posted:
    """By webhook: the address of the listener from outside, and the secret Telegram has to know."""

    public_url: str
    secret: str = field(repr=False)


class TelegramDoor:
    """The door. Build, `start`, and in the end `stop`."""

    def __init__(
        self,
        *,
        store: Store,
        keyring: Keyring,
        token: str,
        api: str,
        rate: float,
        texts: Texts,
        now: Now,
        stored: Callable[[], None],
        heard: OnHeard,
        on_unreachable: OnUnreachable,
        posted: Posted | None = None,
        pause: Pause = asyncio.sleep,
        own_group: int | None = None,
    ) -> None:
        """`api` is the Bot API's base address, `rate` messages a second (0 = no limits), `stored` wakes the desk.

        `heard` is told, in a transaction, when the door listens: from gaps between these an absence is known.

        Without `posted`, updates are asked for (polling). `own_group` is a group that the bot does not leave.
        """
        self._store = store
        self._texts = texts
        self._now = now
        self._pause = pause
        self._posted = posted
        self._desk = stored
        self._on_heard = heard
        self._wire = Wire()
        self.bot = Bot(token, base_url=f"{api}/bot", request=self._wire, get_updates_request=self._wire)
        self._sender = Sender(
            store=store,
            keyring=keyring,
            bot=self.bot,
            now=now,
            rate=rate,
            on_unreachable=on_unreachable,
            repeat_words=self._repeat_words,
            pause=pause,
        )
        self._intake = Intake(
            store=store,
            keyring=keyring,
            bot=self.bot,
            now=now,
            stored=self._stored,
            farewells=texts.farewells,
            stays_in=own_group,
        )
        self._polling = Polling(
            intake=self._intake, bot=self.bot, wire=self._wire, now=now, heard=self._heard, pause=pause
        )
        self._staff_menus = StaffMenus(store=store, keyring=keyring, bot=self.bot, menus=texts.staff)
        self._webhook = Webhook(intake=self._intake, secret=posted.secret) if posted is not None else None
        self._username = ""
        self._tasks: list[asyncio.Task[None]] = []
        self._sending: asyncio.Task[None] | None = None
        self._settling: asyncio.Task[None] | None = None

    @property
    def routes(self) -> list[Route]:
        """For the listener: the webhook's, where there is one."""
        return [] if self._webhook is None else [self._webhook.route]

    @property
    def trouble(self) -> str:
        """What is wrong with the way to Telegram now; empty when nothing is."""
        return self._polling.trouble or self._sender.trouble

    def link(self, code: str) -> str:
        """The link that opens the chat with this code. DoorRefused while the bot's name isn't known."""
        if not self._username:
            raise DoorRefused(
                "The bot's name is not known, so no link can be made: Telegram has not been reached yet. "
                "Check the network and try again."
            )
        return f"https://t.me/{self._username}?start={code}"

    def wake(self) -> None:
        """There is something new in the outbox."""
        self._sender.wake()
        self._staff_menus.wake()

    async def start(self) -> None:
        """Begin to send and to listen. DoorRefused if Telegram does not know the token; an outage is waited out."""
        await self._wire.initialize()
        self._username = (await self._store.read(facts.get, _USERNAME) or b"").decode()
        try:
            await self._ask_name()
        except InvalidToken:
            await self._wire.shutdown()
            raise DoorRefused(
                "TELEGRAM_BOT_TOKEN: Telegram does not know this token. Copy it anew from @BotFather, "
                "and check KUNDRESA_TELEGRAM_API if it is set."
            ) from None
        except TelegramError as error:
            _LOG.warning("Telegram: not reached (%s). The bot goes on trying; check the network if this lasts.", error)
        self._sending = asyncio.create_task(self._sender.run())
        listening = self._polling.run() if self._posted is None else self._keep_heard()
        self._settling = asyncio.create_task(self._settle_in())
        self._tasks = [asyncio.create_task(listening), self._settling, asyncio.create_task(self._staff_menus.run())]

    async def settled(self) -> None:
        """Return once Telegram knows the webhook, if there is one, and shows menu and descriptions."""
        if self._settling is not None:
            await asyncio.wait([self._settling])

    async def stop(self) -> None:
        """Listen no more, finish what is being kept and sent, close. Harmless when it never started."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._intake.close()
        if self._sending is not None:
            self._sender.stop()
            await asyncio.gather(self._sending, return_exceptions=True)
        await self._wire.shutdown()

    async def _settle_in(self) -> None:
        if not self._username:
            await self._until_done(self._ask_name)
        if self._webhook is not None:
            await self._until_done(self._announce)
        await self._put_on_face()

    async def _announce(self) -> None:
        if self._webhook is not None and self._posted is not None:
            await self._webhook.announce(self.bot, self._posted.public_url)

    async def _ask_name(self) -> None:
        try:
            me = await self.bot.get_me()
        except (TypeError, KeyError, ValueError):
            raise InDoubt("its answer makes no sense. Check KUNDRESA_TELEGRAM_API") from None
        _LOG.info("Telegram: connected as @%s.", me.username)
        if me.username and me.username != self._username:
            self._username = me.username
            await self._store.write(facts.put, _USERNAME, me.username.encode())

    async def _put_on_face(self) -> None:
        mark = face.fingerprint(self._texts.faces, self._username)
        if await self._store.read(facts.get, _FACE) == mark:
            return
        try:
            await face.put_on(self.bot, self._texts.faces)
        except TelegramError as error:
            _LOG.warning("Telegram: menu and description were not set (%s). The next start tries again.", error)
        else:
            await self._store.write(facts.put, _FACE, mark)

    async def _until_done(self, errand: Callable[[], Awaitable[None]]) -> None:
        wait = 1.0
        told = ""
        while True:
            try:
                return await errand()
            except TelegramError as error:
                if str(error) != told:
                    told = str(error)
                    _LOG.warning("Telegram: %s. The bot goes on trying.", told)
            await self._pause(wait)
            wait = min(wait * 2, LONGEST_PAUSE)

    async def _keep_heard(self) -> None:
        # By webhook, being here is listening.
        while True:
            try:
                await self._heard(self._now())
            except Exception as error:
                _LOG.warning("The database took nothing (%s). Check its disk.", type(error).__name__)
            await self._pause(HEARD_EVERY.total_seconds())

    async def _heard(self, moment: datetime) -> None:
        await self._store.write(self._on_heard, moment)

    def _stored(self, lookups: Sequence[bytes]) -> None:
        self._sender.prefer([lookup for lookup in lookups if lookup])
        self._desk()

    def _repeat_words(self, language: str | None) -> str:
        default = next(iter(self._texts.repeats.values()), "")
        return self._texts.repeats.get(language or "", default)
