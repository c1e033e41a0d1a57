"""Ways: the pages a member can go to, by role. What they may see there is the gate's to say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.store.staff import ROLES, Role


@dataclass(frozen=True, slots=True)
class Way:
    """One entry of the menu: its words' key, its address, for whom it is, and among what it stands."""

    key: str
    path: str
    roles: tuple[Role, ...] = ROLES
    group: str = "ways-day"

    def leads_to(self, path: str) -> bool:
        """Whether this page, or one below it, is at `path`."""
        return path == self.path or (self.path != HOME and path.startswith(f"{self.path}/"))


HOME = "/console/"
"""Where everybody can begin."""

_STAFF: tuple[Role, ...] = ("admin", "staff")
_ANALYSTS: tuple[Role, ...] = ("admin", "analyst")
_ADMINS: tuple[Role, ...] = ("admin",)
_INVITE, _LEARN, _RUN = "ways-invite", "ways-learn", "ways-run"

WAYS = (
    Way("way-home", HOME),
    Way("way-new", "/console/new", _STAFF),
    Way("way-week", "/console/week"),
    Way("way-call-backs", "/console/call-backs", _STAFF),
    Way("way-open", "/console/open", _STAFF, _INVITE),
    Way("way-import", "/console/import", _STAFF, _INVITE),
    Way("way-answers", "/console/answers", group=_LEARN),
    Way("way-digests", "/console/digests", _ANALYSTS, _LEARN),
    Way("way-workbooks", "/console/workbooks", _ANALYSTS, _LEARN),
    Way("way-coding", "/console/coding", _ANALYSTS, _LEARN),
    Way("way-journeys", "/console/journeys", group=_LEARN),
    Way("way-health", "/console/health", _ADMINS, _RUN),
    Way("way-erasures", "/console/erasures", _ADMINS, _RUN),
    Way("way-members", "/console/members", _ADMINS, _RUN),
    Way("way-keys", "/console/keys", _ADMINS, _RUN),
    Way("way-audit", "/console/audit", _ADMINS, _RUN),
)

_LANDING: dict[Role, str] = {"admin": HOME, "staff": "/console/new", "analyst": "/console/answers"}


def ways(role: Role) -> tuple[Way, ...]:
    """The ways open to a role, in order."""
    return tuple(way for way in WAYS if role in way.roles)


def groups(role: Role) -> Sequence[tuple[str, Sequence[Way]]]:
    """The ways open to a role, under the key of what they have in common."""
    return [(key, tuple(some)) for key, some in groupby(ways(role), key=lambda way: way.group)]


def landing(role: Role) -> str:
    """Where somebody begins who has signed in: at what they most often come for."""
    return _LANDING[role]
