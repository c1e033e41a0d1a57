"""The tour: a demo's house open to a visitor. Its time goes on where the demo stopped, at the pace of the real clock.

Simulated people say nothing more; what the house tells them counts as read. Never writes a week's files but those that
an erasure changes, marked as a demo's. Opens nothing but a browser, where somebody sits at a terminal and has one.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import sys
import webbrowser
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot import leftovers
from bot.clock import Now
from bot.contacts import NewContact
from bot.links import USER_NAME, invitation_link
from bot.moments import shown
from bot.openings import House, Refused
from bot.screen import line
from bot.settings import Settings
from bot.staff import sign_in_link
from bot.store import facts, tours
from bot.store.database import Transaction

LASTS = timedelta(days=30)
"""How long the link to sign in with is good: a demo may stay open."""

BEAT_SECONDS = 5.0

_CAME, _STAYED = timedelta(hours=4), timedelta(minutes=30)
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared with, to find an address that can be opened
_log = logging.getLogger("kundresa.tour")


@dataclass(frozen=True, slots=True)
class Addresses:
    """What a visitor opens: the console, signed in; and a citizen's invitation."""

    console: str
    invitation: str


@dataclass(frozen=True, slots=True)
class Tour:
    """A demo that can be looked at. `admin` signs in; `began` is where its time has come to, `real` the real clock."""

    settings: Settings
    admin: str
    began: datetime
    real: Now
    opened: datetime = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "opened", self.real())

    def now(self) -> datetime:
        """The time in the demo."""
        return self.began + (self.real() - self.opened)

    async def begin(self, house: House) -> Addresses:
        """What the visitor opens: made when the house has been."""
        return await house.store.write(self._begun, house)

    async def go_on(self, house: House, beat: Callable[[], Awaitable[None]]) -> None:
        """Let time pass, for ever. `beat` does what is due."""
        while True:
            try:
                await beat()
                await house.store.write(tours.read, self.now())
                await self._settle(house)
            except Exception:
                _log.exception("the demo's clock missed a beat")
            await asyncio.sleep(BEAT_SECONDS)

    async def _settle(self, house: House) -> None:
        premises, exports = house.premises, self.settings.exports
        if await leftovers.settled(house.store, exports, quiet=True):
            from bot.workbook.export import make_up  # slow to read in, and the console need not wait for it

            await make_up(
                house.store,
                folder=exports,
                organisation=premises.organisation,
                language=premises.languages[0],
                now=self.now(),
                zone=premises.zone,
                simulated=True,
            )

    def _begun(self, tx: Transaction, house: House) -> Addresses:
        rooms, premises, now = house.rooms, house.premises, self.now()
        facts.forget(tx, USER_NAME)  # nobody would be at the other end of a link to Telegram
        token = rooms.staff.invite(tx, rooms.staff.found(tx, self.admin), now, LASTS)
        # Somebody who was here this morning: what is asked afterwards is due, so that the visitor is asked at once.
        came = now - _CAME
        unit, service = next(iter(premises.organisation.units)), next(iter(premises.organisation.services))
        visit = NewContact("office-visit", unit, came, came + _STAYED, service=service, channel="visit")
        code = rooms.contacts.register(tx, visit, now).code
        link, invitation = sign_in_link(premises, token), invitation_link(tx, premises, code or "")
        if link is None or invitation is None:
            raise LookupError("a tour without an address")
        return Addresses(link, invitation)


def place(listen: tuple[str, int], wanted: int | None) -> tuple[str, int]:
    """Where the demo is served: the host of `listen`, on the `wanted` port, else its own if nobody has it, else any.

    Refused if the wanted port is another program's.
    """
    host, usual = listen
    if wanted:
        try:
            return host, _free(host, wanted)
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            fault = "another program listens on it" if taken else f"can't be listened on ({error.strerror})"
            raise Refused(f"--port {wanted}: {fault}. Name another port, or none: then a free one is found.") from None
    try:
        return host, _free(host, usual if wanted is None else 0)
    except OSError:
        return host, _free(host, 0)


def settings_of(demo: Settings, at: tuple[str, int]) -> Settings:
    """The settings of a demo that is served there."""
    host, port = at
    name = "127.0.0.1" if host in _EVERYWHERE else f"[{host}]" if ":" in host else host
    return replace(
        demo, listen=at, public_url=f"http://{name}:{port}", trusted_proxy=(), mail=None, provider=None,
        staff_chat=False,
    )  # fmt: skip


def welcome(house: House, addresses: Addresses, now: datetime) -> None:
    """Say what there is to open."""
    line()
    line(f"In the demo it is {shown(now, house.premises.zone)}, and its time goes on from there.")
    line(f"Console, signed in:       {addresses.console}")
    line(f"A citizen's invitation:   {addresses.invitation}")
    line("Press Ctrl-C to end.")
    sys.stdout.flush()


def browse(address: str) -> bool:
    """Open an address in a browser with windows, where somebody is at a terminal and has one; whether it was."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    try:
        found = webbrowser.get()
    except webbrowser.Error:
        return False
    # One that draws into the terminal would stand in the way of Ctrl-C.
    if isinstance(found, webbrowser.GenericBrowser) and not isinstance(found, webbrowser.BackgroundBrowser):
        return False
    return found.open(address)


def _free(host: str, port: int) -> int:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tried.bind((host, port))
        found: int = tried.getsockname()[1]
        return found
