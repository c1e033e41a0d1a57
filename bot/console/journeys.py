"""Journeys: each as a readable page with a picture of its path and its versions; played; a dropped file checked.

What is played or dropped is remembered for the session alone (see `plays`). Stores nothing.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.checking import checked_text
from bot.console.choices import channels, services, units
from bot.console.gate import Gate, Visit
from bot.console.journey_path import picture
from bot.console.journey_words import Reader
from bot.console.plays import Play, Plays
from bot.premises import random_id
from bot.preview import PARTS, Part, example
from bot.rehearsal import Rehearsal, facts_of
from bot.staff import session_mark
from bot.store import contacts
from bot.store.contacts import UsedVersion
from bot.store.staff import Role
from flows.journey import Journey
from flows.wording import easy, in_language, plain

PATH = "/console/journeys"
LARGEST_FILE = 256 * 1024
_ONE = f"{PATH}/{{code}}"
_DESIGNERS: tuple[Role, ...] = ("admin", "analyst")
_FACTS = ("unit", "service", "channel")


@dataclass(frozen=True, slots=True)
class FaultTold:
    """One problem of a dropped file: where, what, what to do, and the line itself."""

    line: int
    fault: str
    remedy: str
    warning: bool
    source: str


def routes(gate: Gate) -> list[BaseRoute]:
    """The pages of this room, for the listener."""
    room = _Journeys()
    return [
        gate.get(PATH, room.shelf),
        gate.get(f"{PATH}/check", room.drop, roles=_DESIGNERS),
        gate.post(f"{PATH}/check", room.check, roles=_DESIGNERS),
        gate.get(f"{PATH}/plays/{{play}}", room.play),
        gate.post(f"{PATH}/plays/{{play}}", room.go_on),
        gate.get(f"{PATH}/dropped/{{play}}", room.dropped, roles=_DESIGNERS),
        gate.post(f"{PATH}/dropped/{{play}}/play", room.play_dropped, roles=_DESIGNERS),
        gate.get(_ONE, room.one),
        gate.post(f"{_ONE}/play", room.begin),
    ]


class _Journeys:
    def __init__(self) -> None:
        self._plays = Plays()
        self._chance = random.SystemRandom()

    async def shelf(self, visit: Visit) -> Response:
        """Every journey, in short."""
        shelf = visit.house.premises.library.journeys.values()
        return visit.page("journeys.html", journeys=shelf, may_check=visit.member.role in _DESIGNERS)

    async def one(self, visit: Visit) -> Response:
        """One journey, its path, its versions."""
        journey = visit.house.premises.library.journeys.get(visit.request.path_params["code"])
        if journey is None:
            return _gone(visit)
        versions = [one for one in await visit.house.store.read(contacts.versions_used) if one.journey == journey.code]
        current = visit.house.premises.library.fingerprints[journey.code]
        return _shown(visit, journey, f"{PATH}/{journey.code}", versions=versions, current=current, dropped=False)

    async def begin(self, visit: Visit) -> Response:
        """Begin to play one."""
        given = await visit.fields()
        journey = visit.house.premises.library.journeys.get(visit.request.path_params["code"])
        return _gone(visit) if journey is None else self._begun(visit, journey, given, dropped=False)

    async def play(self, visit: Visit) -> Response:
        """A rehearsal as it stands."""
        found = self._of(visit)
        if found is None or found.rehearsal is None:
            return _gone(visit)
        back = PATH if found.dropped else f"{PATH}/{found.journey.code}"
        return visit.page(
            "journeys_play.html", play=found, rehearsal=found.rehearsal, live=found.rehearsal.live(), back=back,
            spoken=plain(found.rehearsal.language),
        )  # fmt: skip

    async def go_on(self, visit: Visit) -> Response:
        """A button tapped, or own words."""
        given = await visit.fields()
        found = self._of(visit)
        if found is None or found.rehearsal is None:
            return _gone(visit)
        message, _, button = given.get("tap", "").partition(".")
        if message.isdecimal() and button.isdecimal() and len(given["tap"]) < 12:
            found.rehearsal.tap(int(message), int(button), visit.now)
        else:
            found.rehearsal.write(given.get("text", ""), visit.now)
        return visit.to(f"{PATH}/plays/{found.id}#newest")

    async def drop(self, visit: Visit) -> Response:
        """Where a file is dropped."""
        return visit.page("journeys_check.html", faults=[], name="", refused="")

    async def check(self, visit: Visit) -> Response:
        """Every fault of a dropped file; a sound one can be read and played."""
        _, name, content = await visit.upload("file")
        name = name[-60:] if name.isprintable() else ""
        if len(content) > LARGEST_FILE:
            return visit.page(
                "journeys_check.html", faults=[], name="", refused=visit.text("journey-check-large"), status=413
            )
        journey, problems = checked_text(content, name, visit.office.settings, visit.house.premises.organisation)
        lines = content.decode("utf-8", "replace").splitlines()
        faults = [
            FaultTold(one.line, one.fault, one.remedy, one.kind == "warning", _line(lines, one.line))
            for one in sorted(problems, key=lambda one: one.line)
        ]
        if journey is None:
            return visit.page("journeys_check.html", faults=faults, name=name, refused="", status=422)
        play = Play(random_id(), session_mark(visit.cookie), journey, True, visit.now)
        self._plays.remember(play)
        return _shown(visit, journey, f"{PATH}/dropped/{play.id}", faults=faults, dropped=True)

    async def dropped(self, visit: Visit) -> Response:
        """A dropped journey once more, in another language."""
        found = self._of(visit)
        if found is None:
            return _gone(visit)
        return _shown(visit, found.journey, f"{PATH}/dropped/{found.id}", dropped=True)

    async def play_dropped(self, visit: Visit) -> Response:
        """Begin to play a dropped one."""
        given = await visit.fields()
        found = self._of(visit)
        return _gone(visit) if found is None else self._begun(visit, found.journey, given, dropped=True)

    def _of(self, visit: Visit) -> Play | None:
        return self._plays.of(visit.request.path_params["play"], session_mark(visit.cookie), visit.now)

    def _begun(self, visit: Visit, journey: Journey, given: Mapping[str, str], *, dropped: bool) -> Response:
        premises = visit.house.premises
        part = next((part for part in _parts(journey) if part == given.get("part")), _parts(journey)[0])
        language = given.get("lang", "")
        language = language if plain(language) in premises.languages else premises.languages[0]
        facts = facts_of({fact: given.get(fact, "")[:40] for fact in _FACTS})
        occasion = example(premises.organisation, premises.library, visit.now, {**facts, "door": "web"})
        rehearsal = Rehearsal(journey, part, occasion, language)
        rehearsal.begin(visit.now, self._chance)
        play = Play(random_id(), session_mark(visit.cookie), journey, dropped, visit.now, rehearsal)
        self._plays.remember(play)
        return visit.to(f"{PATH}/plays/{play.id}")


def _shown(
    visit: Visit,
    journey: Journey,
    path: str,
    *,
    dropped: bool,
    versions: Sequence[UsedVersion] = (),
    current: str = "",
    faults: Sequence[FaultTold] = (),
) -> Response:
    premises = visit.house.premises
    asked = visit.request.query_params.get("lang", visit.language)
    language = asked if plain(asked) in premises.languages else visit.language
    phases = Reader(visit, journey, language).phases()
    words = premises.words
    spoken = [(code, in_language(words["language-name"], code)) for code in premises.languages]
    spoken += [(easy(code), in_language(words["language-name-easy"], code)) for code in premises.languages]
    return visit.page(
        "journeys_one.html",
        journey=journey,
        title=in_language(journey.title, language),
        phases=phases,
        picture=Markup(picture(phases, visit.text("journey-path-title"))),  # noqa: S704 - escaped where it is drawn
        spoken=spoken,
        shown_in=language,
        path=path,
        parts=_parts(journey),
        versions=versions,
        current=current,
        faults=faults,
        dropped=dropped,
        units=units(visit),
        services=services(visit),
        channels=channels(visit),
    )


def _parts(journey: Journey) -> list[Part]:
    have = {phase.name for phase in journey.phases}
    return [part for part in PARTS if part in have or (part == "merged" and {"during", "after"} <= have)]


def _line(lines: list[str], number: int) -> str:
    return lines[number - 1][:200] if 0 < number <= len(lines) else ""


def _gone(visit: Visit) -> Response:
    return visit.refusal(visit.text("journey-gone-title"), visit.text("journey-gone"), 404)
