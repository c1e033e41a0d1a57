"""List files: what is fetched of lists: an empty one, what is wrong with one, its invitations. Keeps none."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from starlette.responses import Response

from bot import csv_files
from bot.console.gate import Visit
from bot.lists import template
from bot.lists.texts import Texts

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CSV = "text/csv; charset=utf-8"


async def empty(visit: Visit) -> Response:
    """A list to fill in, in the member's language; of the kind that the address ends with."""
    texts = Texts(visit.language)
    if visit.request.url.path.endswith(".csv"):
        return _file(template.as_csv(texts), "kundresa.csv", _CSV)
    premises = visit.house.premises
    content = await asyncio.to_thread(template.as_xlsx, premises.organisation, premises.library, texts)
    return _file(content, "kundresa.xlsx", _XLSX)


async def table(headers: Sequence[str], rows: Sequence[Sequence[str]], name: str) -> Response:
    """Rows as a file of this name for a spreadsheet, that no program on the way may keep."""
    return _file(await asyncio.to_thread(csv_files.content, headers, rows), name, _CSV)


def _file(content: bytes, name: str, kind: str) -> Response:
    return Response(
        content,
        media_type=kind,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )
