"""Codes: how an invitation's link and spoken code look on a page and on paper. Makes none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from bot import qr
from bot.console.gate import Visit
from bot.paragraphs import told


def site(visit: Visit) -> str | None:
    """Where somebody types a code: the address of our pages as people write it."""
    address = visit.house.premises.public_url
    return address.removeprefix("https://") if address else None


def picture(link: str | None, title: str) -> Markup | None:
    """A link as a QR code in a page."""
    return Markup(qr.drawing(link, title)) if link else None  # noqa: S704 - drawn by us; its title is escaped there


def until(visit: Visit, at: datetime, language: str) -> str:
    """Until when something holds, in words of a language."""
    return told(at.astimezone(visit.house.premises.zone), language)


def typed(visit: Visit, languages: Sequence[str], bot: str | None) -> list[tuple[str, str]]:
    """Where a spoken code is typed, in each of these languages."""
    where = site(visit)
    key = "poster-type-site" if where else "poster-type-bot"
    return [(code, visit.office.pages.text(key, code, site=where or "", bot=f"@{bot}")) for code in languages]


def written(visit: Visit, at: datetime | None) -> str:
    """A moment on paper, the same in every language: "2026-11-19 10:00"."""
    return f"{at.astimezone(visit.house.premises.zone):%Y-%m-%d %H:%M}" if at is not None else ""
