"""Choices: the organisation's codes as a member may choose them, in their language; and what states are called.

What is offered is no permission: every handler checks what came back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.console.gate import Visit
from bot.contacts import SOLVED
from bot.store.staff import Role
from bot.workbook.texts import Texts
from flows.journey import Words
from flows.wording import in_language

WRITERS: tuple[Role, ...] = ("admin", "staff")
"""Who registers and changes contacts."""

_DIGITS = "123456789"
_BY_STAFF = "staff-"


@dataclass(frozen=True, slots=True)
class Choice:
    """One code with its label, and the one key that chooses it where it has one."""

    code: str
    label: str
    key: str = ""


def journeys(visit: Visit) -> list[Choice]:
    """Every journey."""
    return _named(visit, {code: one.title for code, one in visit.house.premises.library.journeys.items()})


def units(visit: Visit) -> list[Choice]:
    """The units that the member sees."""
    found = visit.house.premises.organisation.units.items()
    return _named(visit, {code: one.name for code, one in found if visit.sees(code)})


def services(visit: Visit) -> list[Choice]:
    """Every service."""
    return _named(visit, {code: one.name for code, one in visit.house.premises.organisation.services.items()})


def channels(visit: Visit) -> list[Choice]:
    """How people meet us."""
    return _named(visit, visit.house.premises.organisation.channels)


def causes(visit: Visit) -> list[Choice]:
    """Why needs arise, the first nine with a digit each."""
    found = _named(visit, visit.house.premises.organisation.causes)
    return [Choice(one.code, one.label, _DIGITS[place : place + 1]) for place, one in enumerate(found)]


def solved(visit: Visit) -> list[Choice]:
    """Whether it was solved at once, each with a letter of the member's language."""
    return [Choice(code, visit.text(f"solved-{code}"), visit.text(f"key-solved-{code}")) for code in SOLVED]


def outcomes(visit: Visit) -> list[Choice]:
    """How a case can end."""
    return _named(visit, visit.house.premises.organisation.outcomes)


def reasons(visit: Visit) -> list[Choice]:
    """Why staff can want nothing asked."""
    return _named(visit, visit.house.premises.organisation.reasons)


def languages(visit: Visit) -> list[Choice]:
    """The languages spoken here, each by its own name."""
    names = visit.house.premises.words["language-name"]
    return [Choice(code, in_language(names, code)) for code in visit.house.premises.languages]


def name_of(visit: Visit, among: Mapping[str, Words], code: str | None) -> str:
    """What a code is called; the code itself where the organisation's file no longer has it; "" for none."""
    words = among.get(code or "")
    return in_language(words, visit.language) if words is not None else code or ""


def unit_name(visit: Visit, code: str | None) -> str:
    """What a unit is called."""
    return name_of(visit, {code: one.name for code, one in visit.house.premises.organisation.units.items()}, code)


def service_name(visit: Visit, code: str | None) -> str:
    """What a service is called."""
    return name_of(visit, {code: one.name for code, one in visit.house.premises.organisation.services.items()}, code)


def journey_name(visit: Visit, code: str | None) -> str:
    """What a journey is called."""
    return name_of(visit, {code: one.title for code, one in visit.house.premises.library.journeys.items()}, code)


def phase_name(visit: Visit, phase: str) -> str:
    """What a phase is called."""
    return Texts(visit.language).label("phases", phase)


def ended_name(visit: Visit, disposition: str) -> str:
    """What it is called where a follow-up ended."""
    return Texts(visit.language).label("dispositions", disposition)


def reason_name(visit: Visit, reason: str) -> str:
    """Why nobody answered, in words; "" where there is nothing to say."""
    if reason.startswith(_BY_STAFF):
        return name_of(visit, visit.house.premises.organisation.reasons, reason.removeprefix(_BY_STAFF))
    return Texts(visit.language).label("reasons", reason) if reason else ""


def _named(visit: Visit, among: Mapping[str, Words]) -> list[Choice]:
    return [Choice(code, in_language(words, visit.language)) for code, words in among.items()]
