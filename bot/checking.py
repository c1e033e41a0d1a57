"""Checking: everything that is wrong, or probably not meant, in journeys and the organisation's file.

Looks into the database, where there is one, for versions that were used. Never changes a file, and never a database.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from pathlib import Path, PurePath

import msgspec

from bot import organisation
from bot.agreement import budgets_of_no_journey, closed_journeys, closed_services, unknown_codes
from bot.library import decoded, fingerprint, journey_files, shared_phrases
from bot.organisation import Organisation
from bot.settings import Settings
from bot.store import contacts
from bot.store.database import DatabaseRefused
from bot.store.view import viewed
from flows.journey import Journey
from flows.problems import Problem, Problems
from flows.reading import DOORS, drifted, read_journey
from flows.source import open_source

_OF_AN_ORGANISATION = frozenset({"units", "services", "controller", "officer", "complaint authority", "months kept"})


_JOURNEY = re.compile(rb"^journey:[ \t]*[\"']?([a-z0-9-]{1,60})", re.MULTILINE)


@dataclass
class Findings:
    """What was looked at, and every problem found, file by file."""

    journeys: int = 0
    organisations: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def errors(self) -> int:
        """How many problems make a file unusable."""
        return sum(problem.kind == "error" for problem in self.problems)

    def lines(self) -> Iterator[str]:
        """Each problem on a line, then the count."""
        for problem in self.problems:
            place = f"{problem.file}, line {problem.line}" if problem.line else problem.file
            mark = "warning: " if problem.kind == "warning" else ""
            yield f"{place}: {mark}{problem.fault} {problem.remedy}"
        counts = [_counted(self.journeys, "journey")]
        if self.organisations:
            counts.append(_counted(self.organisations, "organisation"))
        counts += [_counted(self.errors, "error"), _counted(len(self.problems) - self.errors, "warning")]
        yield ", ".join(counts)


def checked(files: Sequence[Path], settings: Settings) -> Findings:
    """Check these files (a folder stands for the .yaml files in it), or with none all that `settings` name.

    A file whose names are an organisation's is checked as one. FaultyJourneys if the shared phrases can't be used.
    """
    findings = Findings()
    journeys, described = _sorted(files, settings, findings)
    spoken = _organisation(described, journeys, settings, findings)
    phrases = shared_phrases(settings.languages)
    used = _used(settings.database, findings)
    named = bool(described or settings.organisation)
    own = bool(files or settings.journeys)
    for name, source in journeys:
        findings.journeys += 1
        reading = read_journey(source, name, phrases, settings.languages)
        problems = [*reading.problems]
        if spoken is not None:
            problems += unknown_codes(source, name, spoken, named=named, own=own)
        if reading.value is not None:
            problems += _drift(reading.value, name, used)
            problems += closed_journeys(source, name, reading.value, spoken if named else None, _doors(settings))
        findings.problems += sorted(problems, key=lambda problem: problem.line)
    return findings


def checked_text(
    source: bytes, name: str, settings: Settings, organisation_here: Organisation
) -> tuple[Journey | None, list[Problem]]:
    """A journey as it was dropped, or None, with everything wrong or probably not meant in it. Opens no file.

    A journey is named as its file is: where the file has another name, its own holds.
    """
    phrases = shared_phrases(settings.languages)
    named = _own_name(source) or name
    reading = read_journey(source, named, phrases, settings.languages)
    problems = [*reading.problems]
    problems += unknown_codes(source, named, organisation_here, named=settings.organisation is not None, own=True)
    if reading.value is not None:
        problems += closed_journeys(source, named, reading.value, organisation_here, _doors(settings))
    return reading.value, problems


Source = tuple[str, bytes]
"""A file's name for messages, and what stands in it."""


def _sorted(files: Sequence[Path], settings: Settings, findings: Findings) -> tuple[list[Source], list[Source]]:
    """Journeys and organisation files, read; what can't be read is a problem."""
    if not files:
        journeys = list(_read(((file.name, file) for file in journey_files(settings.journeys)), findings))
        given = [settings.organisation] if settings.organisation is not None else []
        return journeys, list(_read(((file.name, file) for file in given), findings))
    named: list[tuple[str, Traversable]] = []
    for file in files:
        if file.is_dir():
            within = sorted(file.glob("*.yaml"))
            if not within:
                findings.problems.append(
                    Problem(str(file), 0, "There is no .yaml file in this folder.", "Name another.")
                )
            named += [(str(one), one) for one in within]
        else:
            named.append((str(file), file))
    found = list(_read(named, findings))
    described = [source for source in found if _is_organisation(source[1])]
    return [source for source in found if source not in described], described


def _read(files: Iterable[tuple[str, Traversable]], findings: Findings) -> Iterator[Source]:
    for name, file in files:
        try:
            yield name, file.read_bytes()
        except FileNotFoundError:
            findings.problems.append(Problem(name, 0, "There is no such file.", "Check how it is spelt, and where."))
        except OSError as error:
            findings.problems.append(Problem(name, 0, f"It can't be read ({error.strerror}).", "Check its rights."))


def _is_organisation(source: bytes) -> bool:
    table = open_source(source, Problems(""))
    return table is not None and "journey" not in table.entries and bool(_OF_AN_ORGANISATION & set(table.entries))


def _organisation(
    described: Sequence[Source], journeys: Sequence[Source], settings: Settings, findings: Findings
) -> Organisation | None:
    """The organisation whose codes count: the last one given, the settings', or the default. None if it is faulty."""
    found: Organisation | None = None
    for name, source in described:
        findings.organisations += 1
        reading = organisation.read(source, name, settings.languages, settings.time_zone)
        found = reading.value
        problems = [*reading.problems, *budgets_of_no_journey(source, name, _known_journeys(journeys, settings))]
        if journeys and found is not None:  # a file checked alone is not yet used by any
            problems += closed_services(source, name, found, _doors(settings))
        findings.problems += sorted(problems, key=lambda problem: problem.line)
    if described:
        return found
    if settings.organisation is None:
        return organisation.default(settings.languages, settings.time_zone)
    try:
        return organisation.opened(settings.organisation, settings.languages, settings.time_zone)
    except (organisation.FaultyOrganisation, OSError):
        return None  # told when that file is checked


def _known_journeys(journeys: Sequence[Source], settings: Settings) -> list[str]:
    """The codes of the journeys in use and of those checked; a file is named as its journey."""
    shelf = [file.name for file in journey_files(settings.journeys)]
    return [PurePath(name).stem for name in dict.fromkeys([*shelf, *(name for name, _ in journeys)])]


def _used(database: Path, findings: Findings) -> Mapping[str, tuple[str, Journey]]:
    """Of each journey the version that came into use last: its fingerprint and itself."""
    if not database.is_file():
        return {}
    try:
        with viewed(database) as tx:
            return {kept.journey: (kept.fingerprint, decoded(kept.body)) for kept in contacts.versions(tx)}
    except (DatabaseRefused, msgspec.DecodeError) as error:
        remedy = "Changes since the versions in use could not be looked for."
        findings.problems.append(Problem(str(database), 0, str(error), remedy, "warning"))
        return {}


def _drift(journey: Journey, name: str, used: Mapping[str, tuple[str, Journey]]) -> tuple[Problem, ...]:
    before = used.get(journey.code)
    if before is None or before[0] == fingerprint(journey):
        return ()
    return drifted(journey, before[1], name)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _doors(settings: Settings) -> tuple[str, ...]:
    return DOORS if settings.public_url is not None else ("telegram",)


def _own_name(source: bytes) -> str:
    found = _JOURNEY.search(source[:65536])
    return f"{found[1].decode()}.yaml" if found is not None else ""
