"""Openings: how a house is opened, by `run` and by every command: its files, its database, its key, its rooms.

Holds the rule of the key: a key file is made only for an empty database, and a database is opened only with its own.
Never takes the lock (see `lock`), and never changes what a person answered.
"""

from __future__ import annotations

import asyncio
import hmac
import random
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot import clock, journal, keys, leftovers, library, organisation
from bot.contacts import ContactRefused
from bot.erasures import ErasureRefused
from bot.journal import Journal
from bot.keys import KeyRefused, Keyring
from bot.library import FaultyJourneys, Library
from bot.lock import Locked
from bot.organisation import FaultyOrganisation, Organisation, UnknownCode
from bot.premises import Premises, random_id
from bot.replay import replayed
from bot.rooms import Rooms, built
from bot.settings import Settings, WrongSetting
from bot.staff import StaffRefused
from bot.store import database, disk, facts
from bot.store.database import DatabaseRefused, Store, Transaction
from bot.store.view import viewed
from bot.store.weeks import WeekNotEnded
from flows.problems import Problem

_KEY_CHECK = "key-check"


class Refused(Exception):
    """Something that can't be done as asked. The message is one line for whoever asked, and says what to do."""


class FaultyFiles(Refused):
    """Journey files or an organisation file that can't be used; `problems` holds the faults of all of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


REFUSALS: tuple[type[Exception], ...] = (
    Refused,
    WrongSetting,
    FaultyJourneys,
    FaultyOrganisation,
    DatabaseRefused,
    KeyRefused,
    Locked,
    UnknownCode,
    ContactRefused,
    ErasureRefused,
    StaffRefused,
    WeekNotEnded,
)
"""What is expected to go wrong: each message is for the person who can mend it, and needs no traceback."""


@dataclass(frozen=True, slots=True)
class House:
    """An open house: what is stored, what it works with, and its rooms."""

    store: Store
    premises: Premises
    rooms: Rooms


@dataclass(frozen=True, slots=True)
class View:
    """A look into a house that another process may have open: one snapshot of what is stored, and the rooms."""

    tx: Transaction
    rooms: Rooms


@asynccontextmanager
async def opened_house(
    settings: Settings,
    *,
    ids: Callable[[], str] = random_id,
    chance: random.Random | None = None,
    simulated: bool = False,
) -> AsyncIterator[House]:
    """The house that `settings` describe, its database made where there is none. The caller holds the lock.

    `ids`, `chance` and `simulated` are for simulations. Raises FaultyFiles, DatabaseRefused, KeyRefused; a disk that
    fails while it is open is DatabaseRefused, too.
    """
    described, shelf = files(settings)
    store = await database.opened(settings.database)
    try:
        keyring = await _keyring(store, settings.key_file)
        premises = Premises(
            described,
            shelf,
            keyring,
            ids=ids,
            chance=chance or random.SystemRandom(),
            simulated=simulated or await store.read(facts.get, facts.SIMULATED) is not None,
            public_url=settings.public_url,
        )
        rooms = built(premises, kept := Journal(journal.path_of(settings.database)))
        try:
            await replayed(store, kept, rooms.erasures, clock.now())
        except OSError as error:
            raise Refused(f"{kept.path}: the journal can't be read or written ({error.strerror}).") from error
        await leftovers.settled(store, None, quiet=False)
        yield House(store, premises, rooms)
    except Exception as error:
        if disk.of_the_disk(error):
            raise disk.refused(settings.database, error) from error
        raise
    finally:
        await store.close()


@contextmanager
def viewed_house(settings: Settings) -> Iterator[View]:
    """The house, for reading only; whether another process has it open makes no difference.

    Raises FaultyFiles, DatabaseRefused, KeyRefused.
    """
    described, shelf = files(settings)
    with viewed(settings.database) as tx:
        keyring = keys.read(settings.key_file)
        _check(keyring, facts.get(tx, _KEY_CHECK), settings.key_file)
        yield View(tx, built(Premises(described, shelf, keyring, public_url=settings.public_url)))


def files(settings: Settings) -> tuple[Organisation, Library]:
    """The organisation and the journeys. FaultyFiles with the faults of both; Refused for a file that can't be read."""
    problems: list[Problem] = []
    described: Organisation | None = None
    shelf: Library | None = None
    try:
        try:
            described = organisation.opened(settings.organisation, settings.languages, settings.time_zone)
        except FaultyOrganisation as error:
            problems += error.problems
        try:
            shelf = library.opened(settings.journeys, settings.languages)
        except FaultyJourneys as error:
            problems += error.problems
    except OSError as error:
        raise Refused(f"{error.filename}: can't be read ({error.strerror}).") from error
    if described is None or shelf is None:
        raise FaultyFiles(problems)
    spoken = shelf.words["language-name"].texts
    for language in settings.languages:
        if language not in spoken:
            raise Refused(
                f"KUNDRESA_LANGUAGES: '{language}' is no language of this version. Write some of {', '.join(spoken)}."
            )
    return described, shelf


async def _keyring(store: Store, path: Path) -> Keyring:
    known, used = await store.read(_key_facts)
    if known is None and not used and not await asyncio.to_thread(path.exists):
        keyring = keys.made(path)
    else:
        keyring = keys.read(path)
        _check(keyring, known, path)
    if known is None:
        await store.write(facts.put, _KEY_CHECK, keyring.check)
    return keyring


def _key_facts(tx: Transaction) -> tuple[bytes | None, bool]:
    return facts.get(tx, _KEY_CHECK), facts.used(tx)


def _check(keyring: Keyring, known: bytes | None, path: Path) -> None:
    if known is not None and not hmac.compare_digest(known, keyring.check):
        remedy = "Point KUNDRESA_KEY_FILE at its own, or KUNDRESA_DATABASE at the database this key belongs to."
        raise KeyRefused(f"{path}: is not this database's key. {remedy}")
