"""The demo: a new folder with a throwaway database, weeks of simulated citizens, and the workbooks of each week.

Reads no real clock and draws nothing but from its seed, so that the same seed gives the same rows on any day. Opens no
door: who stands between citizens and the house is handed in. Takes away nothing but what a demo made before.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import random
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from bot import journal, leftovers
from bot.clock import Now, iso_week, week_start
from bot.desk import Desk, Reader
from bot.journal import Journal
from bot.links import USER_NAME
from bot.lock import held
from bot.openings import House, Refused, opened_house
from bot.rooms import Rooms, built
from bot.screen import line, program, table
from bot.settings import Settings
from bot.simulated_account import Account, reckoned, told
from bot.simulated_chat import SimulatedDoor
from bot.simulated_staff import DUE, LISTS
from bot.simulation import SimulatedClock, Simulation, Surroundings, began_at
from bot.store import database, facts
from bot.store.database import Store
from bot.workbook.export import data_name, make_up, report_name

UNTIL = date(2026, 11, 2)
"""Where the demo ends when no other day is wanted: the same for everybody, so that what is written about it fits.

Its last four weeks are one of the report's fixed periods, and so are the four before.
"""

LANGUAGES = ("sv", "fi", "en")
"""What the simulated citizens speak."""

_MARKER = ".kundresa-demo"
_DATABASE, _KEY, _ORGANISATION, _EXPORTS = "kundresa.db", "kundresa.db.key", "organisation.yaml", "exports"
_OURS = (_DATABASE, f"{_DATABASE}-wal", f"{_DATABASE}-shm", f"{_DATABASE}.journal", _KEY, _ORGANISATION)
_FOLDERS = (_EXPORTS, LISTS, DUE)
_NOBODY = b"kundresa-demo"
"""No bot's name: a hyphen can't be in one, so that the links of a demo lead nowhere."""

_PILOT_FROM = "2026-10-19"
_IDS = "abcdefghijkmnpqrstuvwxyz23456789"
_ID_LENGTH = 14


class Door(SimulatedDoor, Protocol):
    """A simulated door as the demo needs it."""

    @property
    def readers(self) -> Mapping[str, Reader]:
        """For the desk: how to read what it brings, by the name of the door."""

    @property
    def refused(self) -> list[str]:
        """What the wire would not have taken."""

    async def close(self) -> None:
        """End."""


Build = Callable[[Store, Rooms, Now], Door]
"""Builds the simulated door of a house."""


@dataclass(frozen=True, slots=True)
class Demo:
    """What a demo left behind. `week` is the newest with workbooks, `now` where its time has come to.

    `admin` is the id of a member of staff who may see everything, `planted` what citizens wrote that leads to a
    person, `refused` what the wire would not have taken.
    """

    settings: Settings
    week: str
    report: Path
    data: Path
    account: Account
    absences: int
    planted: tuple[str, ...]
    refused: tuple[str, ...]
    admin: str
    now: datetime


async def demo(
    settings: Settings,
    build: Build,
    *,
    to: Path,
    weeks: int,
    seed: int,
    until: date | None = None,
    progress: Callable[[float], None] = lambda _: None,
    on: bool = False,
) -> Demo:
    """Play `weeks` whole weeks, the last over by the end of the day `until` (None: `UNTIL`), in the folder `to`.

    With `on` it goes on after that into the next week, to be looked at; the account is of the whole weeks.

    Of `settings` only the languages count: the first that citizens speak is the workbooks'. `progress` hears how much
    is done, from 0 to 1. Raises Refused for a folder that no demo made, Locked while another demo is at work in it.
    """
    day_after = (until or UNTIL) + timedelta(days=1)
    monday = day_after - timedelta(days=day_after.weekday(), weeks=weeks)
    own = _settings(settings, to)
    await asyncio.to_thread(_check, to)
    with held(own.database):
        _furnish(to, monday + timedelta(weeks=weeks // 2), seed)
        async with opened_house(own) as house:
            await house.store.write(facts.put, facts.SIMULATED, b"1")
            await house.store.write(facts.put, USER_NAME, _NOBODY)
            stream = random.Random(f"{seed} ids")  # noqa: S311 - to be repeated, not to be unguessable
            chance = random.Random(f"{seed} chance")  # noqa: S311
            premises = replace(
                house.premises,
                ids=lambda: "".join(stream.choices(_IDS, k=_ID_LENGTH)),
                chance=chance,
                simulated=True,
            )
        store = await database.opened(own.database, durable=False)
        try:
            rooms = built(premises, Journal(journal.path_of(own.database)))
            with _without_warnings("kundresa.lists"):  # its lists are faulty on purpose; their reports say so
                return await _played(own, build, House(store, premises, rooms), monday, weeks, seed, progress, on)
        finally:
            await store.close()


def show(played: Demo) -> None:
    """Where the files are, what to open first, and how many there are of what."""
    folder, account = played.settings.database.parent, played.account
    counts = {"contacts": account.contacts, "persons": account.persons, "answers": account.answers}
    ended = {f"follow-ups: {name or 'still open'}": number for name, number in account.dispositions.items()}
    table(("what", "how many"), [(name, str(number)) for name, number in {**counts, **ended}.items()], "")
    line()
    for sentence in told(account):
        line(sentence)
    line()
    line(f"Everything is in {folder} and can be thrown away.")
    line(f"Open first:  {played.report}  (the newest report)")
    line(f"Then:        {played.data}  (its rows and own words)")
    line(f"Lists:       {folder / LISTS}  (as they came, each with a report of what was wrong)")
    line(f"Sender:      {folder / DUE}  (what was due for people who had opened nothing)")
    line("To go on, with these set:")
    line(f"  export KUNDRESA_DATABASE={played.settings.database} KUNDRESA_ORGANISATION={played.settings.organisation}")
    line(f"  export KUNDRESA_EXPORTS={played.settings.exports}")
    line(f"  {program()} contacts list --week {played.week}")
    line(f"  {program()} call-backs list --all")
    line(f"  {program()} erasures list")


@contextmanager
def shown_progress(weeks: int) -> Iterator[Callable[[float], None]]:
    """What to hand in as `progress`: a bar where a terminal is there, else a line for each week."""
    console = Console()
    if not console.is_terminal:
        yield _Lines(weeks).tell
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(f"Playing {weeks} weeks", total=1.0)
        yield lambda done: bar.update(task, completed=done)


@contextmanager
def _without_warnings(name: str) -> Iterator[None]:
    log = logging.getLogger(name)
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)


class _Lines:
    def __init__(self, weeks: int) -> None:
        self._weeks = weeks
        self._told = 0

    def tell(self, done: float) -> None:
        ended = int(done * self._weeks + 1e-9)
        if ended > self._told:
            self._told = ended
            line(f"Played {ended} of {self._weeks} weeks.")


async def _played(
    settings: Settings,
    build: Build,
    house: House,
    monday: date,
    weeks: int,
    seed: int,
    progress: Callable[[float], None],
    on: bool,
) -> Demo:
    premises, store = house.premises, house.store
    began = began_at(monday, premises.zone)
    clock = SimulatedClock(began)
    door = build(store, house.rooms, clock)
    desk = Desk(store, premises.keyring, house.rooms.citizens, door.readers, clock, lambda: None)

    async def exported() -> None:
        await make_up(
            store,
            folder=settings.exports,
            organisation=premises.organisation,
            language=premises.languages[0],
            now=clock(),
            zone=premises.zone,
            simulated=True,
        )

    async def settled() -> None:
        if await leftovers.settled(store, settings.exports, quiet=True):
            await exported()

    folder = settings.database.parent
    around = Surroundings(house, folder, door, clock, desk.take_batch, exported, settled, progress)
    simulation = Simulation(around, seed=seed, monday=monday, weeks=weeks)
    try:
        await simulation.run()
        account = await store.read(reckoned, simulation.counted, began, clock(), premises.zone)
        if on:
            await simulation.go_on()
    finally:
        await door.close()
    newest = iso_week(week_start(iso_week(clock(), premises.zone), premises.zone) - timedelta(days=1), premises.zone)
    return Demo(
        settings=settings,
        week=newest,
        report=settings.exports / report_name(newest),
        data=settings.exports / data_name(newest),
        account=account,
        absences=simulation.absences,
        planted=tuple(simulation.planted),
        refused=tuple(door.refused),
        admin=simulation.members.admin,
        now=clock(),
    )


def _settings(settings: Settings, to: Path) -> Settings:
    spoken = [language for language in settings.languages if language in LANGUAGES]
    return replace(
        settings,
        telegram_token=None,
        webhook_secret=None,
        database=to / _DATABASE,
        key_file=to / _KEY,
        organisation=to / _ORGANISATION,
        journeys=None,
        exports=to / _EXPORTS,
        inbox_folder=None,
        languages=tuple(dict.fromkeys((*spoken, *LANGUAGES))),
    )


def _check(folder: Path) -> None:
    """Make the folder, or see that a demo made it."""
    if folder.is_dir() and any(folder.iterdir()) and not (folder / _MARKER).is_file():
        raise Refused(f"{folder}: holds other files, and a demo would be mixed with them. Name a new folder with --to.")
    if folder.exists() and not folder.is_dir():
        raise Refused(f"{folder}: is a file. Name a new folder with --to.")
    folder.mkdir(parents=True, exist_ok=True)


def _furnish(folder: Path, pilot_from: date, seed: int) -> None:
    """An empty demo folder: what an earlier demo left is taken away, anything else is left alone."""
    for name in _OURS:
        (folder / name).unlink(missing_ok=True)
    for name in _FOLDERS:
        if (folder / name).is_dir() and not (folder / name).is_symlink():
            shutil.rmtree(folder / name)
    (folder / _MARKER).touch()
    text = resources.files("bot").joinpath("demo_organisation.yaml").read_text("utf-8")
    (folder / _ORGANISATION).write_text(text.replace(_PILOT_FROM, pilot_from.isoformat()), "utf-8")
    # Anybody can make this key: it seals nothing but addresses of citizens who do not exist.
    secret = random.Random(f"{seed} key").randbytes(32)  # noqa: S311
    (folder / _KEY).touch(0o600)
    (folder / _KEY).write_bytes(base64.b64encode(secret) + b"\n")
