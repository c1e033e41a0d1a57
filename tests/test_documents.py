"""The documents say what is: each is held against the code, and each check is shown to notice a doctored text."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.metadata import files, metadata
from pathlib import Path
from typing import get_args

import pytest
import typer.main
from typer.core import TyperGroup

from bot import library, organisation
from bot.cli import application
from bot.figures.periods import latest_period
from bot.figures.suppression import ENOUGH, FEWEST, FEWEST_COLLEAGUES
from bot.settings import VARIABLES, WrongSetting, read
from flows import questions, timing
from flows.advice import MOST_QUESTIONS
from flows.choices import LONGEST_LABEL, MOST_CHOICES
from flows.conditions import parse_condition
from flows.conversation import advance, begin
from flows.journey import CONTACT_FACTS, PLACEHOLDERS, Demand, Journey, Operator, Phrases, Words
from flows.messages import Message, Tap
from flows.problems import FaultError
from flows.questions import LONGEST_TEXT, QUESTION_RESERVED
from flows.reading import AUDIENCES, DOORS, read_journey
from flows.replies import Typed
from flows.route import MOST_IN_ONE_DAY, Occasion, laid, pools
from flows.source import Table
from flows.timing import parse_duration, parse_send, parse_useful
from flows.walk import Turn

ROOT = Path(__file__).parents[1]
LANGUAGES = ("sv", "fi", "en")
README, HANDBOOK, MAP, TESTS = "README.md", "flows/README.md", "bot/README.md", "tests/README.md"
DOCUMENTS = (README, HANDBOOK, MAP, TESTS)
HALVES = {"en": ("## In English", "## På svenska"), "sv": ("## På svenska", "## One whole journey")}

Check = Callable[[str], Iterator[str]]
"""From a document's text to what is wrong with it."""


@cache
def text_of(document: str) -> str:
    return (ROOT / document).read_text("utf-8")


def codes(cell: str) -> list[str]:
    """What stands in code font, blocks of code left out."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", cell, flags=re.DOTALL))


def rows(text: str, *headers: str) -> list[list[str]]:
    """The rows, cell by cell, of every table whose first header is one of these."""
    found: list[list[str]] = []
    wanted = False
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if not line.startswith("|"):
            wanted = False
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if number + 1 < len(lines) and re.fullmatch(r"[|-]+", lines[number + 1]):
            wanted = cells[0] in headers
        elif wanted and not re.fullmatch(r"[|-]+", line):
            found.append(cells)
    return found


def half(text: str, language: str) -> str:
    first, last = HALVES[language]
    return text[text.index(first + "\n") : text.index(last)]


def differences(what: str, told: set[str], true: set[str]) -> Iterator[str]:
    for name in sorted(true - told):
        yield f"{what} {name} is left out"
    for name in sorted(told - true):
        yield f"{what} {name} is invented"


# The commands and the settings


@cache
def commands() -> Mapping[str, frozenset[str]]:
    """Every command, as "kundresa contacts add", with its options."""
    group = typer.main.get_command(application)
    assert isinstance(group, TyperGroup)
    return dict(_leaves("kundresa", group))


def _leaves(path: str, group: TyperGroup) -> Iterator[tuple[str, frozenset[str]]]:
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from _leaves(f"{path} {name}", command)
        else:
            options = [
                option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)
            ]
            yield f"{path} {name}", frozenset(option for option in options if option.startswith("--")) - {"--help"}


def commands_are_listed(text: str) -> Iterator[str]:
    """Every command with every option of it stands in the table, and no other."""
    told = {codes(row[0])[0]: set(codes(row[2])) for row in rows(text, "Command")}
    yield from differences("the command", set(told), set(commands()))
    for name in told.keys() & commands().keys():
        yield from differences(f"of {name} the option", told[name], set(commands()[name]))


def commands_spoken_of_exist(text: str) -> Iterator[str]:
    """Whatever is written as a command can be typed."""
    spans = [line for block in re.findall(r"```\w*\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]
    spans += re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)
    for span in spans:
        called = re.match(r"\s*(?:docker exec kundresa )?(kundresa(?: [a-z][a-z-]*)+)", span)
        if called is None or span.strip() == "kundresa":
            continue
        name = next((known for known in commands() if f"{called[1]} ".startswith(f"{known} ")), None)
        if name is None:
            yield f"there is no command '{called[1]}'"
            continue
        for option in re.findall(r"--[a-z-]+", span):
            if option not in commands()[name] | {"--help"}:
                yield f"'{name}' has no {option}"


def settings_are_listed(text: str) -> Iterator[str]:
    """Every variable stands in the table, with its default: set to that, it changes nothing."""
    told = {codes(row[0])[0]: codes(row[1]) for row in rows(text, "Variable")}
    yield from differences("the setting", set(told), set(VARIABLES))
    for name, default in told.items():
        try:
            same = name not in VARIABLES or not default or read({name: default[0]}) == read({})
        except WrongSetting:
            same = False
        if not same:
            yield f"{default[0]} is not the default of {name}"


def small_groups_are_told(text: str) -> Iterator[str]:
    """The limits of the report stand in the table and under Privacy; a period named is one."""
    told = [[int(number) for number in re.findall(r"\d+", row[0])] for row in rows(text, "Persons who answered")]
    if told != [[FEWEST, FEWEST_COLLEAGUES], [ENOUGH - 1], [ENOUGH]]:
        yield f"the limits are {FEWEST}, {FEWEST_COLLEAGUES} and {ENOUGH}"
    promise = re.search(
        r"question that under (\d+) persons.*?under (\d+) among.*?under (\d+)\. From (\d+)", text, re.DOTALL
    )
    if promise is None or [*map(int, promise.groups())] != [FEWEST, FEWEST_COLLEAGUES, ENOUGH, ENOUGH]:
        yield "Privacy tells other limits"
    periods = re.findall(r"(\d{4}-W\d\d) to (\d{4}-W\d\d)", text)
    if not periods:
        yield "no period is named"
    for first, last in periods:
        if (latest_period(last)[0], latest_period(last)[-1]) != (first, last):
            yield f"{first} to {last} is no period"


def the_organisation_file_is_told(text: str) -> Iterator[str]:
    """The units and services that a new organisation file must replace are named; so is a key that it may have."""
    plain = organisation.default(LANGUAGES)
    for what, known in (("unit", plain.units), ("service", plain.services)):
        told = set(re.findall(rf"`([a-z-]+)` \(an? {what}\)", text))
        yield from differences(f"the {what}", told, set(known))
    keys = re.findall(r"write it as `([^`]+)`", text)
    if not keys or not set(keys) <= set(organisation._OPTIONAL):
        yield f"{keys} is no key of an organisation file"


def both_ways_to_begin_are_run(text: str) -> Iterator[str]:
    """What the README says to type is what .ci/run runs, in the versions that are tested."""
    run = [line.strip() for line in text_of(".ci/run").splitlines()]
    typed = re.findall(r"^python3 -m venv \.venv && (\S+ install -q -r \S+) && (.*)$", text, re.MULTILINE)
    if len(typed) != 2:
        yield f"{len(typed)} of the two commands stand there"
    for install, command in typed:
        bare = command.replace(".venv/bin/", "")
        if not any(line == bare or line.startswith(f"{bare} --to ") for line in run):
            yield f"'{bare}' is not run by .ci/run"
        lock = install.rpartition(" ")[2]
        if not pins(lock) or not pins(lock) <= pins("requirements-dev.lock"):
            yield f"{lock} has other versions than .ci/run installs"
    if "pip install --quiet -r requirements-dev.lock" not in run:
        yield ".ci/run installs something else"
    oldest = tomllib.loads(text_of("pyproject.toml"))["project"]["requires-python"].removeprefix(">=")
    if f"Python {oldest} or later" not in text:
        yield f"Python {oldest} is needed"


def pins(lock: str) -> set[str]:
    """The versions of our own dependencies; what those need in turn may differ."""
    path = ROOT / lock
    pinned = re.findall(r"^[\w.-]+==\S+", path.read_text("utf-8"), re.MULTILINE) if path.is_file() else []
    own = {plain_name(name) for name in dependencies("dependencies")}
    return {pin for pin in pinned if plain_name(pin.partition("==")[0]) in own}


def dependencies(group: str) -> set[str]:
    """The names of the packages that the program needs ("dependencies"), or its developers ("dev")."""
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    needed = project["dependencies"] if group == "dependencies" else project["optional-dependencies"][group]
    names = {found[0] for one in needed if (found := re.match(r"[\w.-]+", one))}
    return names - {"kundresa"}  # developers have every extra


def plain_name(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


# The handbook


@cache
def phrases() -> Phrases:
    return library.shared_phrases(LANGUAGES)


def example_of(text: str) -> bytes:
    found = re.search(r"```yaml\n(.*?)```", text, re.DOTALL)
    return found[1].encode() if found else b""


@cache
def keys_known() -> frozenset[str]:
    """Every key that a journey may have: what its readers allow while they read one that uses them all."""
    shared = phrases()  # read before anybody listens
    asked_for: dict[str, Sequence[str]] = {}
    allow = Table.allow

    def overheard(table: Table, what: str, known: Sequence[str]) -> None:
        asked_for[what] = known
        allow(table, what, known)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Table, "allow", overheard)
        read_journey(example_of(text_of(HANDBOOK)), "permit-meeting.yaml", shared, LANGUAGES)
    assert {"a journey", "touchpoints", "a phase", "a question", "a message (say)", "a ladder", "a choice"} <= set(
        asked_for
    )
    return frozenset(name for known in asked_for.values() for name in known)


def keys_are_shown(text: str) -> Iterator[str]:
    """Every key of a journey stands in a table of each half, and no other."""
    for language in HALVES:
        told = {code for row in rows(half(text, language), "Key", "Nyckel") for code in codes(row[0])}
        yield from differences(f"{language}: the key", told, set(keys_known()))


def forms_are_read(text: str) -> Iterator[str]:
    """Every form of a timing line is read, and every word of them is shown, in each half."""
    readers: Mapping[str, Callable[[str], object]] = {
        "send": parse_send,
        "useful until": parse_useful,
        "lasts": parse_duration,
    }
    for language in HALVES:
        table = {codes(row[0])[0]: codes(row[1]) for row in rows(half(text, language), "Line", "Rad")}
        yield from differences(f"{language}: the line", set(table), set(readers))
        words = {word for forms in table.values() for form in forms for word in re.findall("[a-z]+", form)}
        yield from differences(
            f"{language}: the word",
            {word.removesuffix("s") for word in words},
            {w.removesuffix("s") for w in timing._WORDS},
        )
        for line, forms in table.items():
            for form in forms:
                try:
                    readers.get(line, str)(form)
                except ValueError as error:
                    yield f"{language}: {error}"


def conditions_are_read(text: str) -> Iterator[str]:
    """Every condition shown is read; together they show each operator, each fact of a contact, "and" and "or"."""
    for language in HALVES:
        operators, facts, joints = set[str](), set[str](), set[str]()
        for row in rows(half(text, language), "Condition", "Villkor"):
            line = codes(row[0])[0]
            try:
                condition = parse_condition(line)
            except FaultError as error:
                yield f"{language}: {error}"
                continue
            operators |= {test.operator for test in condition.tests}
            facts |= {test.fact for test in condition.tests if test.fact}
            joints |= {"and" if condition.every else "or"} if len(condition.tests) > 1 else set()
        yield from differences(f"{language}: the operator", operators, set(get_args(Operator)))
        yield from differences(f"{language}: the fact", facts, set(CONTACT_FACTS))
        yield from differences(f"{language}: the word", joints, {"and", "or"})


def answers_are_shown(text: str) -> Iterator[str]:
    """Every way to answer stands in each half, every shared scale and a number included, and no other."""
    ways = {*questions._ANSWERS, "0 to 10", *(f"scale {name}" for name in phrases().scales)}
    for language in HALVES:
        told = {code for row in rows(half(text, language), "Answer", "Svarssätt") for code in codes(row[0])}
        yield from differences(f"{language}: the answer", told, ways)


def scales_are_shown(text: str) -> Iterator[str]:
    """Every shared scale stands in each half, in each language, with a question and its five labels, and no other."""
    true = {
        (name, language): [choice.label.texts[language] for choice in scale.choices]
        for name, scale in phrases().scales.items()
        for language in LANGUAGES
    }
    for language in HALVES:
        listed = rows(half(text, language), "Scale", "Skala")
        told = {(codes(row[0])[0], codes(row[1])[0]): row[3:] for row in listed}
        yield from differences(f"{language}: the scale", {*map(" ".join, told)}, {*map(" ".join, true)})
        yield from (
            f"{language}: {key} has the labels {true[key]}" for key in told.keys() & true if told[key] != true[key]
        )
        yield from (f"{language}: no question fits {row[0]}" for row in listed if not row[2])


def ladders_are_shown(text: str) -> Iterator[str]:
    """Every question of every shared ladder stands in each half: its words, its choices, what it needs of a journey."""
    ways = {kind: way for way, kind in questions._ANSWERS.items()}
    for language in HALVES:
        told = {tuple(codes(" ".join(row[:2]))): row[2:] for row in rows(half(text, language), "Ladder", "Stege")}
        true = {(name, one.code): one for name, ladder in phrases().ladders.items() for one in ladder}
        yield from differences(f"{language}: of ladders", {*map(" ".join, told)}, {*map(" ".join, true)})
        for key, one in true.items():
            asks, answer, needs = told.get(key, ["", "", ""])
            if asks != one.text.texts[language]:
                yield f"{language}: {key} asks '{one.text.texts[language]}'"
            choices = " · ".join(f"`{choice.code}` {choice.label.texts[language]}" for choice in one.choices)
            if answer != f"`{ways[one.kind]}`" + (f": {choices}" if choices else ""):
                yield f"{language}: {key} is answered otherwise"
            needed = {
                code for test in (one.only_if.tests if one.only_if else ()) for code in (test.about, *test.values)
            }
            yield from differences(f"{language}: of {key} the need", set(codes(needs)), needed)
            if (one.kind == "touchpoint") != any(word in needs for word in ("touchpoints", "kontaktpunkter")):
                yield f"{language}: {key} needs touchpoints, or doesn't"


def words_and_limits_are_shown(text: str) -> Iterator[str]:
    """Placeholders, audiences, doors, ladders, demands, reserved names and limits are the code's."""
    limits = [*MOST_QUESTIONS.values(), MOST_IN_ONE_DAY, MOST_CHOICES, LONGEST_TEXT, LONGEST_LABEL]
    for language in HALVES:
        part = half(text, language)
        told = {code for row in rows(part, "Placeholder", "Platshållare") for code in codes(row[0])}
        yield from differences(f"{language}: the placeholder", told, {f"{{{name}}}" for name in PLACEHOLDERS})
        named = set(codes(part))
        for name in (*AUDIENCES, *DOORS, *phrases().ladders, *get_args(Demand), *QUESTION_RESERVED):
            if name not in named:
                yield f"{language}: {name} is not named"
        if [row[1] for row in rows(part, "What", "Vad") if len(row) == 2] != [str(limit) for limit in limits]:
            yield f"{language}: the limits are {limits}"


def example_is_sound(text: str) -> Iterator[str]:
    """The handbook's journey is read without error or warning, and can be played."""
    reading = read_journey(example_of(text), "permit-meeting.yaml", phrases(), LANGUAGES)
    yield from map(str, reading.problems)
    if reading.value is not None:
        turn = started(reading.value, "after", "sv", "mattered")
        for said in ("Delvis", "4", "Mötet", "Jag fick vänta."):
            turn = advance(reading.value, turn.conversation, Typed(said, said), occasion(), NOON)
            if not turn.answers:
                yield f"'{said}' answers nothing"
        if turn.conversation.open != "behind-led":
            yield f"the ladder is not climbed, but '{turn.conversation.open}' is open"


# The conversation that the README shows

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)


def occasion() -> Occasion:
    house = organisation.default(LANGUAGES)
    names = {
        "organisation": Words({"": "Example municipality"}),
        "service": Words({"": "Building permits"}),
        "unit": Words({"": "Centre"}),
        "phone": Words({"": "0000-000 00"}),
        "when": Words({"": "18 November"}),
    }
    return Occasion({"door": "telegram"}, names, house.calendar, NOON + timedelta(days=7), house.emergency_words)


def started(journey: Journey, phase: str, language: str, drawn: str) -> Turn:
    phases = [one.name for one in journey.phases if one.name == phase]
    candidates = pools(journey, phases, occasion().facts, {}, None)
    route = laid(journey, phases, candidates, dict.fromkeys(candidates, drawn), None)
    return begin(journey, phases, route, occasion(), NOON, language=language, earlier={})


@dataclass
class Spoken:
    """One message of the bot as a document shows it."""

    text: str
    labels: list[str]


def conversation_is_real(text: str) -> Iterator[str]:
    """The conversation shown first is what the core says, word for word and button for button."""
    shown = re.search(r"```\n([a-z-]+) · (\w+) · (\w+)\n.*?\n\n(.*?)```", text, re.DOTALL)
    if shown is None:
        yield "no conversation stands there"
        return
    journey = library.opened(None, LANGUAGES).journeys[shown[1]]
    turn = started(journey, shown[2], shown[3], "mattered")
    newest, kept = turn, dict[str, str]()
    for bot, me, stored in _said(shown[4]):
        if bot is not None:
            said = [message for message in newest.messages if not message.edits]
            if bot not in map(_as_spoken, said):
                yield f"it does not say '{bot.text}' {bot.labels}, but {[*map(_as_spoken, said)]}"
        elif me:
            newest = advance(journey, newest.conversation, _reply(newest, me), occasion(), NOON)
            kept |= {
                answer.question: answer.text or " ".join(answer.codes)
                for answer in newest.answers
                if answer.status == "answered"
            }
        elif stored and kept.pop(stored.partition(" = ")[0], None) != stored.partition(" = ")[2]:
            yield f"it does not keep '{stored}'"
    if kept:
        yield f"it keeps more: {kept}"


def _said(block: str) -> Iterator[tuple[Spoken | None, str, str]]:
    for part in re.split(r"\n(?=bot:|me: |kept:|\.\.\.)", block.strip()):
        who, _, words = part.partition(":")
        lines = [line.strip() for line in words.splitlines()]
        if who == "bot":
            texts = [line for line in lines if not line.startswith("[")]
            yield Spoken(" ".join(" ".join(texts).split()), re.findall(r"\[(.*?)\]", words)), "", ""
        elif who == "me":
            yield None, words.strip(), ""
        elif who == "kept":
            yield None, "", words.strip()


def _as_spoken(message: Message) -> Spoken:
    return Spoken(" ".join(message.text.split()), [button.label for row in message.buttons for button in row])


def _reply(turn: Turn, me: str) -> Tap | Typed:
    taps = {f"[{button.label}]": button.tap for message in turn.messages for row in message.buttons for button in row}
    return taps.get(me, Typed(me, me))


# The map


def every_room_is_on_the_map(text: str) -> Iterator[str]:
    """Every module of bot/ stands in a table, with a line about it, and no other."""
    there = {path.relative_to(ROOT / "bot").as_posix() for path in (ROOT / "bot").rglob("*.py")}
    listed = rows(text, "Room")
    yield from differences(
        "the room", {codes(row[0])[0] for row in listed}, {name for name in there if not name.endswith("__init__.py")}
    )
    yield from (f"nothing is said of {row[0]}" for row in listed if not row[1])


def every_room_of_the_core_is_on_the_map(text: str) -> Iterator[str]:
    """Every module of flows/ stands in the core's table, with a line about it, and no other."""
    there = {path.relative_to(ROOT).as_posix() for path in (ROOT / "flows").rglob("*.py") if path.stem != "__init__"}
    listed = rows(text, "Room of the core")
    yield from differences("the room", {codes(row[0])[0] for row in listed}, there)
    yield from (f"nothing is said of {row[0]}" for row in listed if not row[1])


def steps_exist(text: str) -> Iterator[str]:
    """Every function named in brackets behind its module is there."""
    for file, named in re.findall(r"`([\w/]+\.py)`\s+\(([^)]*)\)", text):
        for name in codes(named):
            if name.endswith(".py"):
                continue
            module, _, function = name.rpartition(".")
            path = next((ROOT / room / file for room in ("bot", "") if (ROOT / room / file).is_file()), ROOT / file)
            if function not in functions(ROOT / f"{module.replace('.', '/')}.py" if module else path):
                yield f"{file} has no {name}"


def corridors_exist(text: str) -> Iterator[str]:
    """Every module named anywhere in the map is there."""
    for name in codes(text):
        if re.fullmatch(r"[a-z_/]+\.py", name) and not any(
            (ROOT / room / name).is_file() for room in ("bot", "", "tests")
        ):
            yield f"there is no {name}"


def promises_have_proofs(text: str) -> Iterator[str]:
    """Promises 1 to 17 each name tests, and each of these exists."""
    part = text[text.index("## The promises") : text.index("## Built from")]
    promises = re.split(r"^(?=\d+\. \*\*)", part, flags=re.MULTILINE)[1:]
    if [int(promise.partition(".")[0]) for promise in promises] != list(range(1, 18)):
        yield "the promises are not 1 to 17"
    for promise in promises:
        proofs = re.findall(r"`(test_\w+\.py)::(test_\w+)`", promise)
        if not proofs:
            yield f"nothing proves promise {promise.partition('.')[0]}"
        yield from (
            f"there is no {file}::{test}" for file, test in proofs if test not in functions(ROOT / "tests" / file)
        )


@cache
def functions(path: Path) -> frozenset[str]:
    """The names of all functions in a module; none where there is no such module."""
    tree = ast.parse(path.read_text("utf-8")) if path.is_file() else ast.Module([], [])
    return frozenset(n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def dependencies_are_listed(text: str) -> Iterator[str]:
    """Every dependency stands there with a reason and the licence that its package states."""
    names = dependencies("dependencies") | dependencies("dev") | dependencies("digest")
    names |= dependencies("parquet") | dependencies("sav")
    listed = {codes(row[0])[0]: row for row in rows(text, "Package")}
    yield from differences("the package", set(listed), names)
    for name, row in listed.items():
        if name not in names:
            continue
        told = metadata(name)
        stated = " ".join(
            value[:200] for key in ("License-Expression", "License", "Classifier") for value in told.get_all(key) or []
        )
        if not stated.strip() or "License" not in stated:  # some state it in the file of their licence alone
            stated += " ".join(
                (part.read_text() or "")[:200] for part in files(name) or [] if "LICENSE" in part.name.upper()
            )
        families = re.findall("LGPL|MIT|Apache|BSD|MPL|Python", row[2])
        if not row[1] or not families or any(family not in stated for family in families):
            yield f"{name}: '{row[2]}' is not what the package states"


# The tests' own document


def named_tests_are_there(text: str) -> Iterator[str]:
    """Every file, folder and test that is named exists."""
    for word in (word for code in codes(text) for word in code.split()):
        path, _, test = word.removeprefix("tests/").partition("::")
        if not re.fullmatch(r"[\w./-]+(\.py|\.txt|\.yaml|/)", path):
            continue
        if not (ROOT / "tests" / path).exists():
            yield f"there is no tests/{path}"
        elif test and test not in functions(ROOT / "tests" / path):
            yield f"{path} has no {test}"


# All of them


def links_lead_somewhere(document: str, text: str) -> Iterator[str]:
    """Relative links end at a file, and at a heading of it."""
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        file = (ROOT / document).parent / path if path else ROOT / document
        if not file.exists():
            yield f"{document}: there is no {path}"
        elif anchor and anchor not in headings(text if not path else file.read_text("utf-8")):
            yield f"{document}: {path or 'it'} has no heading #{anchor}"


def headings(text: str) -> set[str]:
    """As GitHub makes anchors of them."""
    bare = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    found = re.findall(r"^#+ (.*)$", bare, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


CHECKS: dict[Check, tuple[str, tuple[tuple[str, str], ...]]] = {
    commands_are_listed: (
        README,
        (
            ("| `kundresa migrate` |", "| `kundresa upgrade` |"),
            ("`--to`, `--weeks`", "`--to`"),
            ("`--week`, `--weeks`, `--unit`, `--format`", "`--week`, `--weeks`, `--unit`, `--form`"),
        ),
    ),
    commands_spoken_of_exist: (
        README,
        (
            ("docker exec kundresa kundresa contacts list", "kundresa contacts praise"),
            ("`kundresa run`", "`kundresa go`"),
        ),
    ),
    settings_are_listed: (
        README,
        (
            ("| `KUNDRESA_LISTEN` |", "| `KUNDRESA_PORT` |"),
            ("| `127.0.0.1:8080` |", "| `0.0.0.0:8080` |"),
            ("| `30` |", "| `many` |"),
        ),
    ),
    small_groups_are_told: (
        README,
        (
            ("| under 7 (under 10", "| under 5 (under 10"),
            ("| from there to 29 |", "| from there to 30 |"),
            ("question that under 7 persons", "question that under 5 persons"),
            ("2026-W45 to 2026-W48", "2026-W46 to 2026-W49"),
        ),
    ),
    the_organisation_file_is_told: (
        README,
        (
            ("`main` (a unit)", "`centre` (a unit)"),
            ("`general` (a service)", "`general` (a part)"),
            ("as `legal basis`", "as `legal ground`"),
        ),
    ),
    both_ways_to_begin_are_run: (
        README,
        (
            ("-m bot demo\n", "-m bot demo --weeks 2\n"),
            (".venv/bin/python -m pytest\n", ".venv/bin/pytest\n"),
            ("-r requirements.lock", "-r requirements.txt"),
            ("Python 3.11 or later", "Python 3.9 or later"),
        ),
    ),
    conversation_is_real: (
        README,
        (
            ("Which part mattered most to you?", "Which part did you like?"),
            ("[I don't know yet]", "[Maybe]"),
            ("me:  badly", "me:  well"),
            ("call [***].", "call 070-174 06 05."),
            ("kept: whole = 2\n", ""),
        ),
    ),
    keys_are_shown: (
        HANDBOOK,
        (("| `retrospective` |", "| `afterwards` |"), ("| `useful until` | efter", "| `useful` | efter")),
    ),
    forms_are_read: (
        HANDBOOK,
        (
            ("`1 day before start, at 17:00`", "`the day before`"),
            ("`30 minutes before start`", "`half an hour before start`"),
        ),
    ),
    conditions_are_read: (
        HANDBOOK,
        (
            ("| `contact solved is no` |", "| `contact mood is bad` |"),
            ("| `feeling was asked` |", "| `feeling is 2` |"),
            ("| `helped is no and ease is at most 2` |", "| `helped is no` |"),
        ),
    ),
    answers_are_shown: (HANDBOOK, (("| `own words` |", "| `free text` |"), ("`scale trust` · ", ""))),
    scales_are_shown: (
        HANDBOOK,
        (
            ("| Hyvin |", "| Hyvä |"),
            ("| `agree` | `fi` |", "| `agree` | `no` |"),
            ("| How were you treated? |", "| |"),
        ),
    ),
    ladders_are_shown: (
        HANDBOOK,
        (
            ("| `wish` | `last-time` |", "| `wish` | `next-time` |"),
            ("| What happened? | `own", "| Why? | `own"),
            ("`safe` Feel safe", "`safe` Be safe"),
            ("question `helped` with the choice `partly` or `no`", "question `helped` with the choice `no`"),
            ("| touchpoints, and an earlier", "| an earlier"),
            ("| `own words` | inget |", "| `own words` | kontaktpunkter |"),
        ),
    ),
    words_and_limits_are_shown: (
        HANDBOOK,
        (
            ("| `{phone}` |", "| `{hours}` |"),
            ("`job-seeker`", "job-seeker"),
            ("| frågor efter | 4 |", "| frågor efter | 5 |"),
        ),
    ),
    example_is_sound: (
        HANDBOOK,
        (
            ("answer: scale calm", "answer: scale happy"),
            ("only if: helped is partly or no or whole is at most 2", "only if: helped is no"),
        ),
    ),
    every_room_is_on_the_map: (
        MAP,
        (
            ("| `desk.py` |", "| `counter.py` |"),
            ("| `lock.py` | one process at a time has the database |", "| `lock.py` | |"),
        ),
    ),
    every_room_of_the_core_is_on_the_map: (
        MAP,
        (
            ("| `flows/walk.py` |", "| `flows/stroll.py` |"),
            ("| finds what leads to a person in a text |", "| |"),
        ),
    ),
    steps_exist: (
        MAP,
        (
            ("`settle`:", "`settled`:"),
            ("`flows.conversation.begin`", "`flows.conversation.start`"),
            ("(`beat`)", "(`bet`)"),
        ),
    ),
    corridors_exist: (MAP, (("`turns.py`", "`steps.py`"),)),
    promises_have_proofs: (
        MAP,
        (
            ("::test_stop_stays_stopped_until_start", "::test_stop_is_stop"),
            ("`test_lock.py::", "`test_locks.py::"),
            ("17. **", "18. **"),
        ),
    ),
    dependencies_are_listed: (
        MAP,
        (("| `openpyxl` |", "| `pandas` |"), ("| the heartbeat | MIT |", "| the heartbeat | LGPL-3.0 |")),
    ),
    named_tests_are_there: (
        TESTS,
        (
            ("`house.py`", "`home.py`"),
            ("office-visit/left.sv.txt", "office-visit/gone.sv.txt"),
            ("::test_order_is_kept_within_a_chat", "::test_order"),
            ("`faulty/`", "`broken/`"),
        ),
    ),
}
"""Every check, the document it reads, and changes to that document that it must notice."""


def nothing_of_a_machine(text: str) -> Iterator[str]:
    """No path of somebody's machine, and no address of a package registry, stands there."""
    yield from re.findall(r"(?:/home/|/root/|/tmp/|/Users/)\S*|\b(?:pypi|npmjs|crates)\.\w+\S*", text)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_document_says_what_is(check: Check) -> None:
    """The document says nothing that the code does not, and leaves out nothing that it must say."""
    assert list(check(text_of(CHECKS[check][0]))) == []


@pytest.mark.parametrize(
    ("check", "old", "new"),
    [(check, old, new) for check, (_, doctored) in CHECKS.items() for old, new in doctored],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_doctored_document_is_noticed(check: Check, old: str, new: str) -> None:
    """The check tells of a document that is no longer true."""
    text = text_of(CHECKS[check][0])
    assert old in text

    assert list(check(text.replace(old, new, 1)))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_commands_and_paths_hold_in_every_document(document: str) -> None:
    """Links lead somewhere, commands can be typed, and nothing tells of anybody's machine."""
    text = text_of(document)

    assert list(links_lead_somewhere(document, text)) == []
    assert list(commands_spoken_of_exist(text)) == []
    assert list(nothing_of_a_machine(text)) == []


@pytest.mark.parametrize("link", ["[x](nowhere.md)", "[x](#no-such-heading)", "[x](flows/README.md#no-such-heading)"])
def test_a_link_to_nowhere_is_noticed(link: str) -> None:
    """A missing file is told, and so is a missing heading, here or there."""
    assert list(links_lead_somewhere(README, text_of(README) + link))


@pytest.mark.parametrize("line", ["see /home/somebody/kundresa", "from https://pypi.org/simple"])
def test_a_path_of_a_machine_is_noticed(line: str) -> None:
    """What holds on one machine alone is told."""
    assert list(nothing_of_a_machine(text_of(README) + line))
