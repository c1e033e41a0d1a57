"""Staff chat: a member links a Telegram chat to themselves by a one-time code, and unlinks it. Shows no chat's content.

The code is shown in the answer to the button that made it, and nowhere again.
"""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.console.gate import Gate, Visit
from bot.links import USER_NAME
from bot.staff_chat import CODE_LASTS
from bot.store import facts
from bot.store.database import Transaction
from bot.store.staff import Role
from bot.store.staff_chats import StaffChat

STAFF_CHAT = "/console/staff-chat"
_ROLES: tuple[Role, ...] = ("admin", "staff")


def routes(gate: Gate) -> list[BaseRoute]:
    """The pages of this room, for the listener."""
    return [
        gate.get(STAFF_CHAT, _page, roles=_ROLES),
        gate.post(f"{STAFF_CHAT}/code", _code, roles=_ROLES),
        gate.post(f"{STAFF_CHAT}/unlink", _unlink, roles=_ROLES),
    ]


async def _page(visit: Visit, code: str = "") -> Response:
    def standing(tx: Transaction) -> tuple[list[StaffChat], bytes | None]:
        return visit.house.rooms.staff_chats.linked(tx, visit.member.id), facts.get(tx, USER_NAME)

    linked, name = await visit.house.store.read(standing)
    return visit.page(
        "staff_chat.html",
        on=_is_on(visit),
        linked=linked,
        bot=name.decode() if name else "",
        code=code,
        until=visit.now + CODE_LASTS,
        done=visit.request.query_params.get("done") == "1",
    )


async def _code(visit: Visit) -> Response:
    await visit.fields()
    if not _is_on(visit):
        return await _page(visit)
    made = await visit.house.store.write(visit.house.rooms.staff_chats.code, visit.member.id, visit.now)
    return await _page(visit, made)


async def _unlink(visit: Visit) -> Response:
    await visit.fields()
    await visit.house.store.write(visit.house.rooms.staff_chats.unlink, visit.member.id, visit.now)
    visit.office.wake()  # the menu there goes
    return visit.to(f"{STAFF_CHAT}?done=1")


def _is_on(visit: Visit) -> bool:
    settings = visit.office.settings
    return settings.staff_chat and settings.telegram_token is not None
