"""Fixtures that many tests share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.house import House, opened


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A new house, its store closed in the end."""
    made = await opened(tmp_path)
    yield made
    await made.store.close()


def pytest_addoption(parser: pytest.Parser) -> None:
    """How long the long proofs go on."""
    parser.addoption("--kills", default="20", help="how often the kill test kills the bot (default 20)")
