"""The walls of the house, over what every module imports and calls.

Each wall is a function from one module to its breaches. It is held against the whole house, and against a small
faulty module, so that a wall that can't fail is noticed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

PURE = frozenset(
    re.findall(
        r"\w+",
        """__future__ abc bisect calendar collections contextlib copy dataclasses datetime decimal difflib enum
        fractions functools hashlib heapq itertools json math numbers operator re statistics string textwrap types
        typing unicodedata zoneinfo yaml holidays phonenumbers stdnum rapidfuzz""",
    )
)
"""What flows may import: values of the standard library, the YAML reader, offline pure libraries."""

READS_ITS_OWN_TEXTS = frozenset({"flows/vocabulary.py"})
"""Modules of flows that may load a text file which is packed with them, through importlib.resources."""

LONGEST = 300
LONGER: dict[str, str] = {}
"""Modules that may be longer than `LONGEST`, each with its reason."""

EMPTY_NAMES = {"util", "utils", "helper", "helpers", "common", "commons", "manager", "managers", "misc"}

# What stands higher may import what stands lower. A module that is not named is a room of nouns.
STORE, ROOM, ENTRANCE, HOUSE, DOORSTEP = range(5)
FLOORS = {
    "bot.store": STORE,
    "bot.clock": STORE,
    "bot.doors": ENTRANCE,
    "bot.desk": ENTRANCE,
    "bot.http": ENTRANCE,
    "bot.console": ENTRANCE,
    "bot.api": ENTRANCE,
    "bot.entrances": HOUSE,
    "bot.app": HOUSE,
    "bot.demo": HOUSE,
    "bot.cli": DOORSTEP,
    "bot.__main__": DOORSTEP,
}

_SQL = re.compile(
    r"\s*(SELECT\s.+\sFROM\s|SELECT\s+(COUNT|MAX|MIN|SUM)\b|INSERT\s+(OR\s+\w+\s+)?INTO\s|REPLACE\s+INTO\s"
    r"|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|(CREATE|DROP|ALTER)\s+(UNIQUE\s+|VIRTUAL\s+|TEMP\s+)?(TABLE|INDEX|VIEW"
    r"|TRIGGER)\s|PRAGMA\s+\w|BEGIN\s+IMMEDIATE|WITH\s+\w+\s*(\([\w, ]+\)\s*)?AS\s*\()",
    re.DOTALL | re.IGNORECASE,
)


@dataclass(frozen=True)
class Module:
    """One file of the house: its path from the root, and its source."""

    path: str
    source: str

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Every node of the source."""
        return list(ast.walk(ast.parse(self.source, self.path)))

    @property
    def name(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def package(self) -> str:
        return self.name if self.path.endswith("/__init__.py") else self.name.rpartition(".")[0]

    def within(self, *rooms: str) -> bool:
        """Whether this is one of the rooms, or in one of them."""
        return any(is_in(self.name, room) for room in rooms)

    @cached_property
    def imports(self) -> list[tuple[str, int]]:
        """Every name imported, as "package.module.name", and its line; under TYPE_CHECKING and in functions too."""
        found: list[tuple[str, int]] = []
        for node in self.nodes:
            if isinstance(node, ast.Import):
                found += [(alias.name, node.lineno) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                above = self.package.split(".")[: len(self.package.split(".")) - node.level + 1]
                base = ".".join([*above, *([node.module] if node.module else [])]) if node.level else node.module
                found += [(f"{base}.{alias.name}", node.lineno) for alias in node.names]
        return found

    def texts(self) -> Iterator[tuple[str, int]]:
        """Every text that is no docstring; of an f-string its fixed parts with x between."""
        inside = {id(part) for node in self.nodes if isinstance(node, ast.JoinedStr) for part in node.values}
        spoken = {id(node.value) for node in self.nodes if isinstance(node, ast.Expr)}
        for node in self.nodes:
            if isinstance(node, ast.JoinedStr):
                parts = (str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)
                yield "".join(parts), node.lineno
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in spoken | inside:
                yield node.value, node.lineno

    @cached_property
    def mentions(self) -> list[tuple[str, int]]:
        """Every name and dotted name used: "open", "datetime.now". What was imported stands with its origin."""
        found: list[tuple[str, int]] = []
        for node in self.nodes:
            if isinstance(node, ast.Name | ast.Attribute):
                first, dot, rest = _written(node).partition(".")
                found.append((f"{self.origins.get(first, first)}{dot}{rest}", node.lineno))
        return found

    @cached_property
    def origins(self) -> dict[str, str]:
        """What each imported name stands for: {"moment": "datetime.datetime"}."""
        found: dict[str, str] = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                found |= {alias.asname: alias.name for alias in node.names if alias.asname}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        return found


Wall = Callable[[Module], Iterator[str]]


def _written(node: ast.expr) -> str:
    """The expression as it is written: as `ast.unparse` has it, ten times as fast for names and dotted names."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
        return f"{_written(node.value)}.{node.attr}"
    return ast.unparse(node)


def is_in(name: str, room: str) -> bool:
    return name == room or name.startswith(f"{room}.")


def flows_imports_only_values(module: Module) -> Iterator[str]:
    """flows/ is pure: it imports itself and what is on the list."""
    if not module.within("flows"):
        return
    for name, line in module.imports:
        own_text = is_in(name, "importlib.resources") or name == "importlib.resources"
        if own_text and module.path in READS_ITS_OWN_TEXTS:
            continue
        if name.partition(".")[0] not in PURE | {"flows"}:
            yield f"{module.path}:{line} imports {name}: flows takes in values only"


def flows_does_nothing_but_reckon(module: Module) -> Iterator[str]:
    """flows/ opens no file, prints nothing, and knows no time but the one it is given."""
    if not module.within("flows"):
        return
    for node in module.nodes:
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("open", "print", "input", "exec", "eval"):
            yield f"{module.path}:{node.lineno} calls {ast.unparse(node.func)}: hand the value in"
    for name, line in module.mentions:
        if tells_time(name):
            yield f"{module.path}:{line} uses {name}: hand the moment in"


def only_the_clock_tells_time(module: Module) -> Iterator[str]:
    """One module asks the machine for the time, so that a test can be any day."""
    if module.path == "bot/clock.py":
        return
    for name, line in module.mentions:
        if tells_time(name):
            yield f"{module.path}:{line} uses {name}: take a clock.Now instead"
    for name, line in module.imports:
        if is_in(name, "apscheduler") or name in ("time.time", "time.time_ns"):
            yield f"{module.path}:{line} imports {name}: only bot/clock.py may"
        if name == "bot.clock.Heartbeat" and not module.within("bot.rounds"):
            yield f"{module.path}:{line} imports {name}: bot/rounds.py says what wakes when"


def tells_time(name: str) -> bool:
    return bool(
        re.fullmatch(r"(.+\.)?(datetime|date)\.(now|utcnow|today)|(.+\.)?time\.(time|time_ns|localtime|gmtime)", name)
    )


def only_the_door_knows_telegram(module: Module) -> Iterator[str]:
    """The chat service can be changed by changing one door."""
    if not module.within("bot.doors.telegram"):
        yield from reports_imports(module, ("telegram", "aiogram"), "only bot/doors/telegram may")


def only_the_store_speaks_sql(module: Module) -> Iterator[str]:
    """Another database can be put in by changing one room."""
    if module.within("bot.store"):
        return
    yield from reports_imports(
        module, ("sqlite3", "aiosqlite", "psycopg", "asyncpg", "sqlalchemy"), "only bot/store may"
    )
    for text, line in module.texts():
        # A capital alone begins a sentence: "Select a week from the list".
        if _SQL.match(text) and not text.split()[0].istitle():
            yield f"{module.path}:{line} speaks SQL ({text.strip()[:30]}...): name the query in bot/store"


def only_workbook_and_lists_know_excel(module: Module) -> Iterator[str]:
    """Rows are rows until the last moment, and from the first."""
    if not module.within("bot.workbook", "bot.lists"):
        yield from reports_imports(module, ("openpyxl",), "only bot/workbook and bot/lists may")


def only_the_settings_read_the_environment(module: Module) -> Iterator[str]:
    """What can be set is found in one place."""
    if module.path == "bot/settings.py":
        return
    for name, line in [*module.mentions, *module.imports]:
        if re.fullmatch(r"os\.(environb?|getenvb?|putenv|unsetenv)", name):
            yield f"{module.path}:{line} uses {name}: only bot/settings.py reads the environment"
    for node in module.nodes:
        if isinstance(node, ast.keyword) and node.arg == "envvar":
            yield f"{module.path}:{node.value.lineno} sets envvar: only bot/settings.py reads the environment"


def imports_go_one_way(module: Module) -> Iterator[str]:
    """Entrances use rooms, rooms use store and flows; never the other way."""
    if not module.within("bot"):
        return
    for name, line in module.imports:
        if is_in(name, "bot") and floor(name) > floor(module.name):
            yield f"{module.path}:{line} imports {name}, which stands above it: hand it in from bot/app.py"


def doors_are_opened_by_the_app_alone(module: Module) -> Iterator[str]:
    """Rooms write rows; who carries them out of the house is the app's business."""
    if module.within("bot.app", "bot.doors"):
        return
    yield from reports_imports(module, ("bot.doors",), "only bot/app.py opens a door")


def entrances_do_not_know_each_other(module: Module) -> Iterator[str]:
    """A door, the desk and the pages meet in the store's rows only."""
    if not module.within("bot") or floor(module.name) != ENTRANCE:
        return
    for name, line in module.imports:
        if is_in(name, "bot") and floor(name) == ENTRANCE and entrance(name) != entrance(module.name):
            yield f"{module.path}:{line} imports {name}: they meet in the store's rows"


def the_app_is_started_by_the_commands_alone(module: Module) -> Iterator[str]:
    """There is one way in."""
    if not module.within("bot.cli", "bot.app"):
        yield from reports_imports(module, ("bot.app",), "only bot/cli.py may")
    if module.path != "bot/__main__.py" and not module.within("bot.cli"):
        yield from reports_imports(module, ("bot.cli",), "only bot/__main__.py may")


def imports_can_be_seen(module: Module) -> Iterator[str]:
    """A module named in a text would pass through every other wall."""
    for name, line in module.mentions:
        if name in ("__import__", "importlib.import_module", "import_module", "importlib.__import__"):
            yield f"{module.path}:{line} uses {name}: write an import"


def names_say_what_is_inside(module: Module) -> Iterator[str]:
    """A module is named by a noun of the domain."""
    empty = EMPTY_NAMES & {word for part in module.name.split(".") for word in part.split("_")}
    if empty:
        yield f"{module.path} is named {', '.join(sorted(empty))}: name what it holds"


def modules_are_short(module: Module) -> Iterator[str]:
    """A module can be read in one sitting."""
    lines = module.source.count("\n")
    if lines > LONGEST and module.path not in LONGER:
        yield f"{module.path} has {lines} lines, {lines - LONGEST} too many: split it by noun"


WALLS: dict[Wall, tuple[tuple[str, str], ...]] = {
    flows_imports_only_values: (
        ("flows/reading.py", "import os"),
        ("flows/reading.py", "import random"),
        ("flows/reading.py", "from pathlib import Path"),
        ("flows/reading.py", "from bot.clock import now"),
        ("flows/reading.py", "from importlib import resources"),
        ("flows/reading.py", "from importlib.resources import files"),
        ("flows/reading.py", "def f():\n    import socket"),
    ),
    flows_does_nothing_but_reckon: (
        ("flows/timing.py", "open('x')"),
        ("flows/timing.py", "print(1)"),
        ("flows/timing.py", "import datetime\nx = datetime.datetime.now()"),
        ("flows/timing.py", "from datetime import date\nx = date.today"),
        ("flows/timing.py", "import time\nx = time.time()"),
    ),
    only_the_clock_tells_time: (
        ("bot/people.py", "from datetime import UTC, datetime\nx = datetime.now(UTC)"),
        ("bot/people.py", "from dataclasses import field\nfrom datetime import datetime\nx = field(datetime.utcnow)"),
        ("bot/people.py", "import time\nx = time.time()"),
        ("bot/people.py", "from time import time"),
        ("bot/people.py", "from datetime import datetime as moment\nx = moment.now()"),
        ("bot/people.py", "import datetime as dates\nx = dates.date.today()"),
        ("bot/app.py", "from apscheduler.schedulers.asyncio import AsyncIOScheduler"),
        ("bot/people.py", "from bot.clock import Heartbeat"),
    ),
    only_the_door_knows_telegram: (
        ("bot/desk.py", "import telegram"),
        ("bot/doors/web/pages.py", "from telegram import Bot"),
        ("flows/wording.py", "from telegram.constants import ParseMode"),
    ),
    only_the_store_speaks_sql: (
        ("bot/people.py", "import sqlite3"),
        ("bot/people.py", "from aiosqlite import connect"),
        ("bot/people.py", "x = 'SELECT id FROM persons'"),
        ("bot/people.py", "x = 'select id from persons where id = 1'"),
        ("bot/people.py", "x = '''\n    DELETE FROM persons\n'''"),
        ("bot/people.py", "x = f'UPDATE {t} SET a = 1'"),
        ("bot/people.py", "x = 'INSERT OR IGNORE INTO persons VALUES (1)'"),
        ("bot/people.py", "x = 'PRAGMA journal_mode=WAL'"),
        ("bot/people.py", "x = 'WITH due AS (SELECT 1) SELECT * FROM due'"),
    ),
    only_workbook_and_lists_know_excel: (
        ("bot/contacts.py", "import openpyxl"),
        ("bot/imports.py", "from openpyxl import load_workbook"),
    ),
    only_the_settings_read_the_environment: (
        ("bot/cli.py", "import os\nx = os.environ['TZ']"),
        ("bot/cli.py", "from os import environ"),
        ("bot/cli.py", "import os\nx = os.getenv('TZ')"),
        ("bot/cli.py", "import os as system\nx = system.environ"),
        ("bot/cli.py", "import typer\nx = typer.Option(envvar='KUNDRESA_DATABASE')"),
    ),
    imports_go_one_way: (
        ("bot/store/people.py", "from bot.people import Person"),
        ("bot/store/people.py", "from bot import library"),
        ("bot/clock.py", "from bot.people import Person"),
        ("bot/people.py", "from bot.desk import Desk"),
        ("bot/people.py", "from . import desk"),
        ("bot/workbook/sheets.py", "from ..http import listen"),
        ("bot/desk.py", "from bot.app import App"),
        ("bot/people.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import bot.cli"),
    ),
    doors_are_opened_by_the_app_alone: (
        ("bot/desk.py", "from bot.doors.telegram.sending import send"),
        ("bot/demo.py", "from bot.doors import telegram"),
        ("bot/cli.py", "import bot.doors.telegram"),
        ("flows/wording.py", "import bot.doors"),
    ),
    entrances_do_not_know_each_other: (
        ("bot/doors/telegram/intake.py", "from bot.desk import Desk"),
        ("bot/doors/telegram/intake.py", "from bot.doors.web import pages"),
        ("bot/http.py", "from bot.doors.telegram import webhook"),
        ("bot/console/pages.py", "from bot import api"),
    ),
    the_app_is_started_by_the_commands_alone: (
        ("bot/demo.py", "from bot.app import App"),
        ("bot/__main__.py", "from bot import app"),
        ("bot/people.py", "from bot.cli import main"),
    ),
    imports_can_be_seen: (
        ("bot/people.py", "__import__('telegram')"),
        ("bot/people.py", "import importlib\nimportlib.import_module('telegram')"),
        ("flows/timing.py", "from importlib import import_module\nimport_module('os')"),
    ),
    names_say_what_is_inside: (
        ("bot/utils.py", ""),
        ("bot/store/query_helpers.py", ""),
        ("bot/common/people.py", ""),
        ("flows/manager/__init__.py", ""),
    ),
    modules_are_short: (("bot/people.py", "x = 1\n" * (LONGEST + 1)),),
}
"""Every wall, with small modules that breach it."""

SOUND = (
    (
        "flows/timing.py",
        "from datetime import datetime\nimport yaml\nfrom flows.journey import Words\nx = datetime.min",
    ),
    ("flows/vocabulary.py", "from importlib import resources\nx = resources.files('flows')"),
    ("bot/clock.py", "from datetime import UTC, datetime\nimport apscheduler\nx = datetime.now(UTC)"),
    ("bot/people.py", "from bot.clock import Now, now\nfrom bot.store import people\nfrom bot.clock import iso_week"),
    ("bot/people.py", '"""Select a person from those known."""\nx = "Select a person from the list"\ny = "update"'),
    ("bot/people.py", "import time\nx = time.monotonic()"),
    (
        "bot/doors/telegram/sending.py",
        "import telegram\nfrom bot.doors.telegram import calls\nfrom bot.people import x",
    ),
    ("bot/app.py", "from bot.doors import telegram\nfrom bot.desk import Desk"),
    ("bot/cli.py", "from bot.app import App\nfrom bot import demo"),
    ("bot/__main__.py", "from bot.cli import main"),
    ("bot/settings.py", "import os\nx = os.environ"),
    ("bot/store/people.py", "import sqlite3\nfrom flows.journey import Words\nx = 'SELECT id FROM persons'"),
    ("bot/workbook/file.py", "import openpyxl\nfrom bot.store import answers"),
    ("bot/lists/file.py", "import openpyxl"),
)
"""Small modules that breach no wall."""


def floor(name: str) -> int:
    return next((floor for room, floor in FLOORS.items() if is_in(name, room) or is_in(name, f"{room}s")), ROOM)


def entrance(name: str) -> str:
    """The entrance that a module belongs to: its first part below bot, of a door its own name."""
    return ".".join(name.split(".")[: 3 if is_in(name, "bot.doors") else 2])


def reports_imports(module: Module, banned: tuple[str, ...], remedy: str) -> Iterator[str]:
    for name, line in module.imports:
        if any(is_in(name, one) for one in banned):
            yield f"{module.path}:{line} imports {name}: {remedy}"


@cache
def house() -> list[Module]:
    files = sorted(file for room in ("bot", "flows") for file in (ROOT / room).rglob("*.py"))
    return [Module(file.relative_to(ROOT).as_posix(), file.read_text("utf-8")) for file in files]


@pytest.mark.parametrize("wall", WALLS, ids=lambda wall: wall.__name__)
def test_the_wall_stands(wall: Wall) -> None:
    """No module of the house breaches the wall."""
    assert [breach for module in house() for breach in wall(module)] == []


@pytest.mark.parametrize(
    ("wall", "path", "source"),
    [(wall, path, source) for wall, faulty in WALLS.items() for path, source in faulty],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_the_wall_can_be_breached(wall: Wall, path: str, source: str) -> None:
    """The wall notices a module that goes through it."""
    assert list(wall(Module(path, source)))


@pytest.mark.parametrize(("path", "source"), SOUND)
def test_a_sound_module_breaches_nothing(path: str, source: str) -> None:
    """The walls leave what is allowed alone."""
    assert [breach for wall in WALLS for breach in wall(Module(path, source))] == []


def test_the_house_is_looked_at() -> None:
    """The walls are held against the real modules, not against an empty folder."""
    assert {"bot/settings.py", "bot/store/database.py", "flows/journey.py"} <= {module.path for module in house()}


def test_sql_files_lie_in_the_store() -> None:
    """Queries are found in one place."""
    assert [
        file for room in ("bot", "flows") for file in (ROOT / room).rglob("*.sql") if "store" not in file.parts
    ] == []


def test_what_may_be_longer_is_longer_and_says_why() -> None:
    """The exceptions are as few as they are needed."""
    lengths = {module.path: module.source.count("\n") for module in house()}
    assert all(reason and lengths.get(path, 0) > LONGEST for path, reason in LONGER.items())
