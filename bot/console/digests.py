"""Digests: a week in brief, as a picture and in words. For admins and analysts.

What it tells is in the week's report too, which is safe to pass on. A picture is given only if a record names it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.console.gate import Gate, Visit
from bot.digests import picture_of
from bot.store import digests
from bot.store.database import Transaction
from bot.store.digests import Kept
from bot.store.staff import Role

DIGESTS = "/console/digests"
_READERS: tuple[Role, ...] = ("admin", "analyst")
_LONGEST_WEEK = 10
_OFFERED = 26


@dataclass(frozen=True, slots=True)
class _Look:
    kept: Kept | None
    weeks: Sequence[str]


def routes(gate: Gate) -> list[BaseRoute]:
    """The pages of this room, for the listener."""
    return [
        gate.get(DIGESTS, _latest, roles=_READERS),
        gate.get(f"{DIGESTS}/{{week}}", _one, roles=_READERS),
        gate.get(f"{DIGESTS}/{{week}}/picture.png", _picture, roles=_READERS),
    ]


async def _latest(visit: Visit) -> Response:
    return await _page(visit, await visit.house.store.read(_looked, None))


async def _one(visit: Visit) -> Response:
    look = await _asked(visit)
    if look.kept is None:
        return visit.refusal(visit.text("digest-unknown-title"), visit.text("digest-unknown"), 404)
    return await _page(visit, look)


async def _picture(visit: Visit) -> Response:
    kept = (await _asked(visit)).kept
    drawn = None if kept is None else await asyncio.to_thread(picture_of, visit.office.settings.exports, kept)
    if drawn is None:
        return visit.refusal(visit.text("digest-unknown-title"), visit.text("digest-unknown"), 404)
    return Response(drawn, media_type="image/png", headers={"Cache-Control": "no-store"})


async def _page(visit: Visit, look: _Look) -> Response:
    from bot.workbook.picture import INSTALL, can_draw  # slow to read in, and no start need wait for it

    kept, drawn, note = look.kept, None, ""
    if kept is not None:
        drawn = await asyncio.to_thread(picture_of, visit.office.settings.exports, kept)
        if drawn is None and kept.picture is not None:
            note = visit.text("digest-picture-gone", name=kept.picture)
        elif drawn is None and not can_draw():
            note = visit.text("digest-no-extra", command=INSTALL)
        elif drawn is None:
            note = visit.text("digest-nothing-drawn")
    return visit.page(
        "digests.html",
        kept=kept,
        drawn=drawn is not None,
        note=note,
        paragraphs=[part.splitlines() for part in kept.words.split("\n\n")] if kept is not None else [],
        others=[week for week in look.weeks if kept is None or week != kept.week],
    )


async def _asked(visit: Visit) -> _Look:
    week = visit.request.path_params["week"]
    return await visit.house.store.read(_looked, week if len(week) <= _LONGEST_WEEK else "")


def _looked(tx: Transaction, week: str | None) -> _Look:
    weeks = digests.weeks(tx, _OFFERED)
    wanted = week if week is not None else (weeks[0] if weeks else "")
    return _Look(digests.of_week(tx, wanted), weeks)
