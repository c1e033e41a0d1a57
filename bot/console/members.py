"""Members: who works here, what they may do, and links for them to sign in with. For admins alone.

An admin of one unit sees and makes members of that unit alone. A link is shown in the answer to the button that made
it, and nowhere again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.commands_staff import AddMember, ChangeMember, LinkMember, MemberTold, RemoveMember, SignOutMember
from bot.console.gate import Gate, Visit
from bot.member_entries import MemberEntry
from bot.openings import Refused
from bot.organisation import UnknownCode
from bot.store import staff
from bot.store.database import Transaction
from bot.store.staff import ROLES, Member, Role, Seen

MEMBERS = "/console/members"
_NEW = f"{MEMBERS}/new"
_ONE = f"{MEMBERS}/{{member}}"
_ADMINS: tuple[Role, ...] = ("admin",)
_DONE = ("changed", "removed", "signed-out")


def routes(gate: Gate) -> list[BaseRoute]:
    """The pages of this room, for the listener."""
    return [
        gate.get(MEMBERS, _list, roles=_ADMINS),
        gate.get(_NEW, _new, roles=_ADMINS),
        gate.post(_NEW, _add, roles=_ADMINS),
        gate.get(_ONE, _one, roles=_ADMINS),
        gate.post(_ONE, _change, roles=_ADMINS),
        gate.post(f"{_ONE}/link", _link, roles=_ADMINS),
        gate.post(f"{_ONE}/sign-out", _sign_out, roles=_ADMINS),
        gate.get(f"{_ONE}/remove", _ask_remove, roles=_ADMINS),
        gate.post(f"{_ONE}/remove", _remove, roles=_ADMINS),
    ]


async def _list(visit: Visit) -> Response:
    everybody: Sequence[Seen] = await visit.house.store.read(staff.everybody_seen)
    done = visit.request.query_params.get("done", "")
    return visit.page(
        "members.html",
        members=[one for one in everybody if visit.sees(one.unit)],
        done=done if done in _DONE else "",
    )


async def _new(visit: Visit) -> Response:
    entry = MemberEntry("", "", "staff", visit.unit or _only_unit(visit), visit.house.premises.languages[0])
    return _form(visit, None, entry, [])


async def _add(visit: Visit) -> Response:
    given = await visit.fields()
    entry = _entry(visit, given)
    wrong = await _wrong(visit, entry, None)
    if wrong:
        return _form(visit, None, entry, wrong)
    asked = AddMember(entry.name, entry.role, entry.address, entry.unit or None, entry.language, visit.member.id)
    told = await visit.carried_out("staff.add", asked, MemberTold, given.get("request_id", ""))
    return visit.page("members_link.html", told=told, added=True)


async def _one(visit: Visit) -> Response:
    member = await _found(visit)
    entry = MemberEntry(member.name, member.email or "", member.role, member.unit or "", member.language)
    return _form(visit, member, entry, [])


async def _change(visit: Visit) -> Response:
    given = await visit.fields()
    member, entry = await _found(visit), _entry(visit, given)
    wrong = await _wrong(visit, entry, member.id)
    if wrong:
        return _form(visit, member, entry, wrong)
    name, address, unit = entry.name, entry.address, entry.unit or None
    asked = ChangeMember(member.id, name, entry.role, address, unit, entry.language, visit.member.id)
    await visit.carried_out("staff.change", asked, MemberTold, given.get("request_id", ""))
    return visit.to(f"{MEMBERS}?done=changed")


async def _link(visit: Visit) -> Response:
    given = await visit.fields()
    asked = LinkMember((await _found(visit)).id, visit.member.id)
    told = await visit.carried_out("staff.link", asked, MemberTold, given.get("request_id", ""))
    return visit.page("members_link.html", told=told, added=False)


async def _sign_out(visit: Visit) -> Response:
    given = await visit.fields()
    asked = SignOutMember((await _found(visit)).id, visit.member.id)
    await visit.carried_out("staff.sign-out", asked, MemberTold, given.get("request_id", ""))
    return visit.to(f"{MEMBERS}?done=signed-out")


async def _ask_remove(visit: Visit) -> Response:
    member = await _found(visit)
    last = await visit.house.store.read(visit.house.rooms.staff.is_last_admin, member)
    return visit.page("members_remove.html", one=member, last=last)


async def _remove(visit: Visit) -> Response:
    given = await visit.fields()
    member = await _found(visit)
    if await visit.house.store.read(visit.house.rooms.staff.is_last_admin, member):
        return visit.page("members_remove.html", status=409, one=member, last=True)
    asked = RemoveMember(member.id, visit.member.id)
    await visit.carried_out("staff.remove", asked, MemberTold, given.get("request_id", ""))
    return visit.to(f"{MEMBERS}?done=removed")


def _form(visit: Visit, member: Member | None, entry: MemberEntry, wrong: Sequence[str]) -> Response:
    premises = visit.house.premises
    return visit.page(
        "members_form.html",
        status=422 if wrong else 200,
        one=member,
        entry=entry,
        wrong={code.partition("-")[0]: code for code in wrong},
        roles=ROLES,
        units=[unit for unit in premises.organisation.units.values() if visit.sees(unit.code)],
        every_unit=visit.unit is None,
    )


def _entry(visit: Visit, given: Mapping[str, str]) -> MemberEntry:
    written = {name: given.get(name, "").strip() for name in ("name", "email", "role", "unit", "language")}
    # Who sees one unit hands out no more than that.
    return MemberEntry(**{**written, "unit": visit.unit or written["unit"]})


async def _wrong(visit: Visit, entry: MemberEntry, id_: str | None) -> list[str]:
    """What is wrong beside the fields; a code that no form of ours offers is refused whole."""
    premises = visit.house.premises
    if (
        entry.role not in ROLES
        or (entry.unit and entry.unit not in premises.organisation.units)
        or entry.language not in premises.languages
    ):
        raise UnknownCode(visit.text("form-old"))
    return await visit.house.store.read(visit.house.rooms.staff.faults, entry, id_)


async def _found(visit: Visit) -> Member:
    def found(tx: Transaction) -> Member | None:
        return staff.of_id(tx, visit.request.path_params["member"])

    member = await visit.house.store.read(found)
    if member is None or member.removed_at is not None or not visit.sees(member.unit):
        raise Refused(visit.text("member-gone"))
    return member


def _only_unit(visit: Visit) -> str:
    units = list(visit.house.premises.organisation.units)
    return units[0] if len(units) == 1 else ""
