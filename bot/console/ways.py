"""Ways: the pages a member can go to, by role. What they may see there is the gate's to say."""

from __future__ import annotations

from dataclasses import dataclass

from bot.store.staff import ROLES, Role


@dataclass(frozen=True, slots=True)
class Way:
    """One entry of the menu: its words' key, its address, and for whom it is."""

    key: str
    path: str
    roles: tuple[Role, ...] = ROLES


_STAFF: tuple[Role, ...] = ("admin", "staff")
_ANALYSTS: tuple[Role, ...] = ("admin", "analyst")
_ADMINS: tuple[Role, ...] = ("admin",)

WAYS = (
    Way("way-new", "/console/new", _STAFF),
    Way("way-week", "/console/week"),
    Way("way-call-backs", "/console/call-backs", _STAFF),
    Way("way-answers", "/console/answers"),
    Way("way-open", "/console/open", _STAFF),
    Way("way-import", "/console/import", _STAFF),
    Way("way-workbooks", "/console/workbooks", _ANALYSTS),
    Way("way-journeys", "/console/journeys"),
    Way("way-health", "/console/health", _ADMINS),
    Way("way-erasures", "/console/erasures", _ADMINS),
    Way("way-members", "/console/members", _ADMINS),
    Way("way-keys", "/console/keys", _ADMINS),
    Way("way-audit", "/console/audit", _ADMINS),
)


def ways(role: Role) -> tuple[Way, ...]:
    """The ways open to a role, in order."""
    return tuple(way for way in WAYS if role in way.roles)
