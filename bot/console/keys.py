"""Keys: the keys of case systems: which there are, making one, revoking one. For admins alone.

An admin of one unit sees and makes keys of that unit alone. A key is shown in the answer to the button that made it,
and nowhere again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.api_keys import LONGEST_NAME, ApiKeyRefused
from bot.console.gate import Gate, Visit
from bot.openings import Refused
from bot.organisation import meant
from bot.store.api_keys import ApiKey
from bot.store.database import Transaction
from bot.store.staff import Role

KEYS = "/console/keys"
_ONE = f"{KEYS}/{{key}}/revoke"
_ADMINS: tuple[Role, ...] = ("admin",)
_CONTACTS = "/api/v1/contacts"


@dataclass(frozen=True, slots=True)
class _Entry:
    """What the form says, and which of its fields is wrong."""

    name: str = ""
    unit: str = ""
    wrong: str = ""


def routes(gate: Gate) -> list[BaseRoute]:
    """The pages of this room, for the listener."""
    return [
        gate.get(KEYS, _list, roles=_ADMINS),
        gate.post(KEYS, _make, roles=_ADMINS),
        gate.get(_ONE, _ask_revoke, roles=_ADMINS),
        gate.post(_ONE, _revoke, roles=_ADMINS),
    ]


async def _list(visit: Visit) -> Response:
    return await _page(visit, _Entry(unit=visit.unit or ""))


async def _page(visit: Visit, entry: _Entry) -> Response:
    every: Sequence[ApiKey] = await visit.house.store.read(visit.house.rooms.api_keys.every)
    return visit.page(
        "keys_list.html",
        status=422 if entry.wrong else 200,
        keys=[key for key in every if visit.sees(key.unit)],
        entry=entry,
        every_unit=visit.unit is None,
        units=[unit for code, unit in visit.house.premises.organisation.units.items() if visit.sees(code)],
        longest=LONGEST_NAME,
        done="revoked" if visit.request.query_params.get("done") == "revoked" else "",
        described=_address(visit, "/api/v1/openapi.json"),
    )


async def _make(visit: Visit) -> Response:
    given = await visit.fields()
    name, unit = " ".join(given.get("name", "").split()), given.get("unit", "")
    if not visit.sees(unit or None):
        return visit.refusal(visit.text("not-for-you-title"), visit.text("not-for-you"), 403)
    if unit:
        meant(unit, visit.house.premises.organisation.units, "unit")
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        return await _page(visit, _Entry(name, unit, "name"))
    request = f"{visit.member.id}-key-{given.get('request_id', '')[:40]}"
    key, token = await visit.house.store.write(_made, visit, name, unit or None, request)
    return visit.page("keys_made.html", key=key, shown=token, example=_example(visit, key))


def _made(tx: Transaction, visit: Visit, name: str, unit: str | None, request: str) -> tuple[ApiKey, str | None]:
    room, member = visit.house.rooms.api_keys, visit.member.id
    key, token = room.make(tx, name=name, unit=unit, made_by=member, request=request, now=visit.now)
    if token is not None:
        visit.house.rooms.staff.note(tx, member, "key-made", key.id, visit.now)
    return key, token


async def _ask_revoke(visit: Visit) -> Response:
    return visit.page("keys_revoke.html", key=await _found(visit))


async def _revoke(visit: Visit) -> Response:
    await visit.fields()
    await visit.house.store.write(_revoked, visit, await _found(visit))
    return visit.to(f"{KEYS}?done=revoked")


def _revoked(tx: Transaction, visit: Visit, key: ApiKey) -> None:
    if visit.house.rooms.api_keys.revoke(tx, key.id, visit.now):
        visit.house.rooms.staff.note(tx, visit.member.id, "key-revoked", key.id, visit.now)


async def _found(visit: Visit) -> ApiKey:
    try:
        key = await visit.house.store.read(visit.house.rooms.api_keys.found, visit.request.path_params["key"])
    except ApiKeyRefused:
        raise Refused(visit.text("key-not-there")) from None
    if not visit.sees(key.unit):
        raise Refused(visit.text("key-not-there"))
    return key


def _address(visit: Visit, path: str) -> str:
    base = visit.house.premises.public_url or str(visit.request.base_url).rstrip("/")
    return f"{base}{path}"


def _example(visit: Visit, key: ApiKey) -> str:
    premises = visit.house.premises
    tomorrow = (visit.now + timedelta(days=1)).astimezone(premises.zone)
    contact = {
        "journey": next(iter(premises.library.journeys)),
        "unit": key.unit or next(iter(premises.organisation.units)),
        "start": f"{tomorrow:%Y-%m-%d}T10:00",
        "reference": "TEST-1",
    }
    # The key is asked for, so that it stands in no history of commands.
    return "\n".join(
        (
            "read -rsp 'kr_...: ' KEY",
            f"curl {_address(visit, _CONTACTS)} \\",
            '  -H "Authorization: Bearer $KEY" \\',
            "  -H 'Content-Type: application/json' \\",
            f"  -d '{json.dumps(contact)}'",
        )
    )
