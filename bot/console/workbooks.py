"""Workbooks: the weekly files, fetched and made. For admins and analysts.

A file is given only if a record names it; what the address says is compared with that and never made into a path. The
data file holds rows and own words of every unit: who sees one unit does not get it. Each file fetched is noted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute

from bot.clock import iso_week, week_before
from bot.commands_export import Export, Exported
from bot.console.choices import languages
from bot.console.gate import Gate, Visit
from bot.console.seen import done_before
from bot.openings import Refused
from bot.store import health, weeks
from bot.store.database import Transaction
from bot.store.staff import Role
from bot.store.week_rows import WeekFile

WORKBOOKS = "/console/workbooks"
_READERS: tuple[Role, ...] = ("admin", "analyst")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHOWN, _OFFERED = 13, 60
_LONGEST_NAME = 80
_NOTED_AS = {"report": "report", "data": "data-file"}


@dataclass(frozen=True, slots=True)
class Week:
    """A week with its files; `files` may be asked for by kind."""

    week: str
    files: Mapping[str, WeekFile]


@dataclass(frozen=True, slots=True)
class _Look:
    files: Sequence[WeekFile]
    first: str | None
    last_made: bool


def routes(gate: Gate) -> list[BaseRoute]:
    """The pages of this room, for the listener."""
    return [
        gate.get(WORKBOOKS, _list, roles=_READERS),
        gate.post(f"{WORKBOOKS}/make", _make, roles=_READERS),
        gate.get(f"{WORKBOOKS}/{{name}}", _fetch, roles=_READERS),
    ]


async def _list(visit: Visit) -> Response:
    return await _page(visit, {}, {})


async def _fetch(visit: Visit) -> Response:
    name = visit.request.path_params["name"]
    file = await visit.house.store.read(health.file, name) if len(name) <= _LONGEST_NAME else None
    if file is None:
        return visit.refusal(visit.text("file-unknown-title"), visit.text("file-unknown"), 404)
    if file.kind == "data" and visit.unit is not None:
        await visit.noted("refused", file.name)
        return visit.refusal(visit.text("not-for-you-title"), visit.text("file-of-every-unit"), 403)
    path = await asyncio.to_thread(_standing, visit.office.settings.exports, file.name)
    if path is None:
        return visit.refusal(visit.text("file-gone-title"), visit.text("file-gone", name=file.name), 404)
    if visit.request.method == "GET":  # HEAD, which routes bring along, shows nothing
        await visit.noted(_NOTED_AS[file.kind], file.week)
    return FileResponse(path, media_type=_XLSX, filename=file.name, headers={"Cache-Control": "no-store"})


async def _make(visit: Visit) -> Response:
    given = await visit.fields()
    request_id, week, language = given.get("request_id", ""), given.get("week", ""), given.get("language", "")
    look = await visit.house.store.read(_looked, visit, None)
    faults: dict[str, str] = {}
    if week not in _ended(visit, look):
        faults["week"] = visit.text("choose-one")
    if language not in visit.house.premises.languages:
        faults["language"] = visit.text("choose-one")
    if faults:
        return await _page(visit, given, faults)
    from bot.workbook.export import standing_language  # slow to read in, and no start need wait for it

    folder = visit.office.settings.exports.expanduser().absolute()
    again = await done_before(visit, request_id)
    stands = await standing_language(visit.house.store, week, folder)
    # Made once, the report stays as it is; the data file is made all the same, and the page says so.
    asked = Export(str(folder), week, language if stands in (None, language) else None)
    try:
        await visit.carried_out("export", asked, Exported, request_id)
    except Refused as error:
        return await _page(visit, given, {"refused": visit.text("not-taken", why=str(error))})
    if not again:
        await visit.noted("workbooks-made", week)
    other = "" if stands in (None, language) else f"&stands={stands}"
    return visit.to(f"{WORKBOOKS}?done={week}{other}")


async def _page(visit: Visit, given: Mapping[str, str], faults: Mapping[str, str]) -> Response:
    query = visit.request.query_params
    before = query.get("before") or None
    look = await visit.house.store.read(_looked, visit, before)
    shown = [Week(week, {one.kind: one for one in some}) for week, some in groupby(look.files, lambda one: one.week)]
    ended = _ended(visit, look)
    done = query.get("done", "")
    return visit.page(
        "workbooks.html",
        status=422 if faults else 200,
        weeks=shown[:_SHOWN],
        older=shown[_SHOWN - 1].week if len(shown) > _SHOWN else "",
        newest=before is None,
        ended=ended,
        missing="" if look.last_made or not ended else ended[0],
        offered=languages(visit),
        given={"week": ended[0] if ended else "", "language": visit.language, **given},
        faults=faults,
        done=done if done in ended else "",
        stands=next((one.label for one in languages(visit) if one.code == query.get("stands")), ""),
        every_unit=visit.unit is None,
    )


def _looked(tx: Transaction, visit: Visit, before: str | None) -> _Look:
    last = week_before(iso_week(visit.now, visit.house.premises.zone))
    made = {file.kind for file in weeks.files(tx, last)} == {"report", "data"}
    return _Look(health.files(tx, weeks=_SHOWN + 1, before=before), weeks.first_week(tx), made)


def _ended(visit: Visit, look: _Look) -> list[str]:
    """The weeks that can be made, the latest first."""
    found: list[str] = []
    week = week_before(iso_week(visit.now, visit.house.premises.zone))
    while look.first is not None and week >= look.first and len(found) < _OFFERED:
        found.append(week)
        week = week_before(week)
    return found


def _standing(folder: Path, name: str) -> Path | None:
    """Where a recorded file stands whole; None where it has been taken away."""
    path = folder.expanduser().absolute() / Path(name).name
    return path if path.is_file() else None
