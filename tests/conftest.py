"""Fixtures that many tests share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests import new_database
from tests.house import House, opened

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from bot.store.database import Store
    from tests.site import Site
    from tests.web_citizen import Citizen


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A new house, its store closed in the end."""
    made = await opened(tmp_path)
    yield made
    await made.store.close()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """An empty database."""
    opened = await new_database.opened(tmp_path / "kundresa.db")
    yield opened
    await opened.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all that ask for it, each in a context of its own.

    They run in the loop that it lives in: `pytestmark = pytest.mark.asyncio(loop_scope="session")`.
    """
    from tests.browser import browsing

    async with browsing() as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def somebody(place: Site) -> AsyncIterator[Citizen]:
    """Somebody at the module's `place` who has answered one question, and is asked the second."""
    from tests.web_citizen import citizen

    async with citizen(place, **{"Accept-Language": "en"}) as somebody:
        await somebody.begin((await place.register("phone-call", channel="phone")).code)
        await somebody.taps_first()
        yield somebody


@pytest_asyncio.fixture(loop_scope="module")
async def elsewhere(place: Site) -> AsyncIterator[Citizen]:
    """Another browser there, in which nobody has begun."""
    from tests.web_citizen import citizen

    async with citizen(place, **{"Accept-Language": "en"}) as elsewhere:
        yield elsewhere


def pytest_addoption(parser: pytest.Parser) -> None:
    """How long the long proofs go on."""
    parser.addoption("--kills", default="20", help="how often the kill test kills the bot (default 20)")
