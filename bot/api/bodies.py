"""Bodies: JSON as strict as it can be read: nothing is guessed, and everything that is wrong is told at once.

What a body may hold is what its msgspec Struct says; the API's description is made from the same. Never registers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TypeVar, cast

import msgspec

from bot.api.problems import UNREADABLE, ApiRefused, Fault
from bot.lists.faults import trace_in
from flows.problems import listed, nearest

S = TypeVar("S", bound=msgspec.Struct)

DEEPEST = 8
"""So many objects and lists may lie within each other; what we take has three."""

UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""What no text of ours holds: control characters, and halves of a character."""

_SHOWN_AT_MOST = 40


def parsed(body: bytes) -> object:
    """What the JSON says. ApiRefused if it says nothing clear."""
    try:
        read = json.loads(body.decode("utf-8"), object_pairs_hook=_once_each, parse_constant=_no_number)
    except UnicodeDecodeError:
        raise ApiRefused(UNREADABLE, "The body is no UTF-8. Send JSON in UTF-8, without a byte order mark.") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise ApiRefused(UNREADABLE, f"The body is no JSON; it can't be read from {where}.") from None
    except RecursionError:
        raise ApiRefused(UNREADABLE, _TOO_DEEP) from None
    except ValueError:
        raise ApiRefused(UNREADABLE, "A number in the body is too long.") from None
    if _depth(read) > DEEPEST:
        raise ApiRefused(UNREADABLE, _TOO_DEEP)
    return read


def read(value: object, takes: type[S], at: str = "") -> S | list[Fault]:
    """The value as what is taken, or all its faults. `at` is the JSON Pointer to it."""
    if not isinstance(value, dict):
        return [Fault("This is no JSON object.", f"Send an object with {_names(takes)}.", pointer=at)]
    given = cast("Mapping[str, object]", value)
    faults = [*_unseen(given, at), *_unknown(given, takes, at)]
    if not faults:
        try:
            return msgspec.convert(given, takes)
        except msgspec.ValidationError:
            faults = [*_missing(given, takes, at), *_wrong(given, takes, at)]
    return faults


def shown(text: str) -> str:
    """A text as it may stand in an answer: short, whole characters, and nothing that leads to a person."""
    if trace_in(text[:200], None) is not None:
        return "..."
    safe = UNSEEN.sub("?", text)
    return safe if len(safe) <= _SHOWN_AT_MOST else safe[:_SHOWN_AT_MOST] + "..."


def below(at: str, name: str | int) -> str:
    """The JSON Pointer to what stands under a name (RFC 6901)."""
    return f"{at}/{str(name).replace('~', '~0').replace('/', '~1')}"


_TOO_DEEP = f"The body is nested more than {DEEPEST} deep."


def _once_each(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    read: dict[str, object] = {}
    for name, value in pairs:
        if name in read:
            raise ApiRefused(UNREADABLE, f"'{shown(name)}' stands twice in one object. Name everything once.")
        read[name] = value
    return read


def _no_number(name: str) -> object:
    raise ApiRefused(UNREADABLE, f"{name} is no JSON.")


def _depth(value: object) -> int:
    depth, level = 0, [value]
    while level:
        depth += 1
        below_it: list[object] = []
        for one in level:
            if isinstance(one, dict):
                below_it += one.values()
            elif isinstance(one, list):
                below_it += one
        level = below_it
    return depth


def _unseen(given: Mapping[str, object], at: str) -> Iterable[Fault]:
    for name, value in given.items():
        if isinstance(value, str) and UNSEEN.search(value):
            place = below(at, shown(name))
            yield Fault("There is a control character or half a character in it.", "Take it out.", pointer=place)


def _unknown(given: Mapping[str, object], takes: type[S], at: str) -> Iterable[Fault]:
    known = [field.encode_name for field in msgspec.structs.fields(takes)]
    for name in given:
        if name not in known:
            near = nearest(name, known) if len(name) <= _SHOWN_AT_MOST else None
            remedy = f"Did you mean '{near}'?" if near else f"There is {listed(known)}."
            yield Fault(f"There is no field '{shown(name)}'.", remedy, pointer=below(at, shown(name)))


def _missing(given: Mapping[str, object], takes: type[S], at: str) -> Iterable[Fault]:
    for field in msgspec.structs.fields(takes):
        if field.required and field.encode_name not in given:
            remedy = f"Give it, such as {_example(takes, field.encode_name)}."
            yield Fault(f"'{field.encode_name}' is missing.", remedy, pointer=below(at, field.encode_name))


def _wrong(given: Mapping[str, object], takes: type[S], at: str) -> Iterable[Fault]:
    for field in msgspec.structs.fields(takes):
        name = field.encode_name
        if name not in given:
            continue
        try:
            msgspec.convert(given[name], field.type)
        except msgspec.ValidationError as error:
            if given[name] is None:
                remedy = "Leave it out where nothing is to be told."
            else:
                remedy = f"Write it such as {_example(takes, name)}."
            yield Fault(f"{_told(error)}.", remedy, pointer=below(at, name))


def _told(error: msgspec.ValidationError) -> str:
    # What msgspec says names types as in a program; a path within the field is ours to tell.
    return str(error).partition(" - at `")[0].replace("`", "'")


def _names(takes: type[msgspec.Struct]) -> str:
    return listed([f"'{field.encode_name}'" for field in msgspec.structs.fields(takes)])


@cache
def _example(takes: type[msgspec.Struct], name: str) -> str:
    described = _schema_of(takes)[name]
    while "examples" not in described and described.get("anyOf"):
        described = cast("list[Mapping[str, object]]", described["anyOf"])[0]
    return json.dumps(cast("list[object]", described.get("examples", [False]))[0], ensure_ascii=False)


def _schema_of(takes: type[msgspec.Struct]) -> Mapping[str, Mapping[str, object]]:
    return cast(
        "Mapping[str, Mapping[str, object]]", msgspec.json.schema_components([takes])[1][takes.__name__]["properties"]
    )
