"""A site for tests: everything that `kundresa run` serves without Telegram, on loopback, with a clock that is set."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp

from bot import settings
from bot.app import Application, opened
from bot.contacts import NewContact, Registered
from bot.openings import House
from bot.store.staff import Role
from tests import new_database
from tests.bot_process import free_port
from tests.house import MONDAY


@dataclass
class Clock:
    """A clock that is set."""

    now: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Site:
    """A running house and its pages. `url` has no slash at its end."""

    application: Application
    url: str
    clock: Clock
    members: dict[str, str] = field(default_factory=dict)

    @property
    def house(self) -> House:
        """The house."""
        return self.application.house

    async def register(self, journey: str = "office-visit", **changes: object) -> Registered:
        """A contact: a visit that began two hours ago and has ended, so that *after* is due, unless told otherwise."""
        start = self.clock.now - timedelta(hours=4)
        new = NewContact(journey, "main", start=start, service="general", channel="visit")
        told = replace(new, **changes)  # type: ignore[arg-type]
        return await self.house.store.write(self.house.rooms.contacts.register, told, self.clock.now)

    async def member(self, role: Role = "admin", unit: str | None = None, language: str = "sv") -> str:
        """A new member's session cookie, as a browser would keep it."""
        staff = self.house.rooms.staff
        number = len(self.members) + 1
        made = await self.house.store.write(
            lambda tx: staff.add(
                tx,
                name=f"Member {number}",
                email=f"member{number}@example.org",
                role=role,
                unit=unit or ("main" if role == "staff" else None),
                language=language,
                now=self.clock.now,
            )
        )
        cookie = await self.house.store.write(staff.signed_in, made, self.clock.now)
        self.members[cookie] = made.id
        return cookie

    async def beat(self, **later: float) -> None:
        """Time passes (`hours=2`), then one heartbeat."""
        self.clock.now += timedelta(**later)
        await self.application.beat()

    @asynccontextmanager
    async def client(self, cookie: str = "") -> AsyncIterator[aiohttp.ClientSession]:
        """Somebody who asks for pages; signed in with a member's `cookie`, where there is one. Follows no redirect."""
        cookies = {"kundresa-staff": cookie} if cookie else {}
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(self.url, cookies=cookies, cookie_jar=jar) as session:
            yield session


@asynccontextmanager
async def site(folder: Path, more: Mapping[str, str] | None = None, clock: Clock | None = None) -> AsyncIterator[Site]:
    """Everything served, until the block ends. `more` are further settings."""
    told = clock or Clock()
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {
        "KUNDRESA_DATABASE": str(new_database.laid(folder / "kundresa.db")),
        "KUNDRESA_EXPORTS": str(folder / "exports"),
        "KUNDRESA_LISTEN": f"127.0.0.1:{port}",
        "KUNDRESA_PUBLIC_URL": url,
        **(more or {}),
    }
    async with opened(settings.read(environment), now=told, beating=False) as application:
        yield Site(application, url, told)
