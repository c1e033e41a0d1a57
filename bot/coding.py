"""Coding: what analysts make of people's own words, taken in row by row; the lists that codes are from; agreement.

A row is known by its row_id alone. Codings are append-only: of one coder the latest of a field is theirs, and of
several coders the latest counts. Never reads a file, never believes what it says of an answer, and never changes one.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Literal

from bot import library
from bot.figures.kappa import Kappa, kappa_of
from bot.lists.texts import coded
from bot.organisation import Organisation
from bot.premises import Premises
from bot.store import coding, contacts, weeks
from bot.store.coding import Said, Target
from bot.store.database import Transaction
from flows.journey import Words

FIELDS = ("need", "theme", "cause", "demand_coded", "comment", "may_be_quoted")
"""The columns of `verbatims` that analysts fill in."""

CODED = ("need", "theme", "cause", "demand_coded", "may_be_quoted")
"""Those that hold codes of a list."""

SEVERAL = frozenset({"need", "theme"})
"""Those that may hold several codes, the most important first."""

MOST_CODES = 3
LONGEST_COMMENT = 1_000

CODER = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
"""How somebody who codes is called: a member's id, or a code. Never a name: it stands in data files."""

_NONE = "other"
_OF_COMMAND = "coder"

Result = Literal["coded", "known", "no-such-row", "no-words", "other-unit", "no-such-code"]
"""`known`: nothing new was said. The last four are refused: no row has this id (any more), the person wrote nothing
there, the answer is about a unit that the coder doesn't see, a code is in none of the lists.
"""

How = Literal["new", "changed", "taken-back"]


@dataclass(frozen=True, slots=True)
class Lists:
    """What may be coded: field of CODED -> code -> what it is called.

    `body` is JSON: field -> list of [code, {language: label}], in order; `version` its SHA-256 in hexadecimal.
    """

    codes: Mapping[str, Mapping[str, Words]]
    version: str
    body: bytes


@dataclass(frozen=True, slots=True)
class CodedRow:
    """What a file says of one row: its place among those coded there, its row_id, and what is coded, field by field.

    Said with neither codes nor text takes back what the same coder said of that field.
    """

    place: int
    row_id: str
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one field; `before` are the coder's codes until then, "" for a comment."""

    field: str
    how: How
    before: str = ""


@dataclass(frozen=True, slots=True)
class TakenRow:
    """What became of one row. `corrected`: coded all the same, but the person changed the answer later."""

    place: int
    result: Result
    changes: tuple[Change, ...] = ()
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two coders agree in one field."""

    field: str
    coder: str
    other: str
    kappa: Kappa


def lists(organisation: Organisation) -> Lists:
    """What an analyst of this organisation may code.

    Needs are those that people choose among in the chat, renamed or added to by `needs` of the organisation file, with
    what is none of them last; themes and causes are the file's; kinds of demand and whether words may be quoted are the
    same everywhere.
    """
    needs = {**_needs(organisation.languages), **organisation.needs}
    codes = {
        "need": {**{code: needs[code] for code in needs if code != _NONE}, _NONE: needs[_NONE]},
        "theme": organisation.themes,
        "cause": organisation.causes,
        **{field: {code: Words(labels) for code, labels in coded(field).items()} for field in CODED[3:]},
    }
    told = {field: [[code, dict(words.texts)] for code, words in of_field.items()] for field, of_field in codes.items()}
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    return Lists(codes, hashlib.sha256(body).hexdigest(), body)


def agreements(
    tx: Transaction, simulated: bool, *, coder: str | None = None, unit: str | None = None
) -> list[Agreement]:
    """How far each two coders agree in each field, on the answers that both coded, as it stands now.

    Where several codes may be given, the first of each counts. `coder`: only with this one; `unit`: answers about it.
    """
    tables: dict[tuple[str, str, str], dict[tuple[str, str], int]] = {}
    for pair in coding.pairs(tx, simulated, unit):
        if coder in (None, pair.coder, pair.other):
            tables.setdefault((pair.field, pair.coder, pair.other), {})[pair.code, pair.other_code] = pair.answers
    found = [(key, kappa_of(table)) for key, table in tables.items()]
    return sorted(
        (Agreement(*key, kappa) for key, kappa in found if kappa is not None),
        key=lambda one: (FIELDS.index(one.field), one.coder, one.other),
    )


class Coding:
    """The coding of these premises."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    def coder_of(self, user: str) -> str:
        """The code of whoever works at the command line: of the system's user, and telling nothing of their name."""
        return f"user-{self._premises.keyring.lookup(_OF_COMMAND, user).hex()[:8]}"

    def take_in(
        self, tx: Transaction, rows: Sequence[CodedRow], *, coder: str, source: str, unit: str | None, now: datetime
    ) -> list[TakenRow]:
        """Take in what `coder` says of these rows; what became of each, in order.

        `source` is the SHA-256 of the file; `unit` the only unit whose answers the coder sees, None for every one.
        The same again is `known` and adds nothing.
        """
        known = lists(self._premises.organisation)
        week = weeks.open_week(tx, now, self._premises.zone)
        found = []
        for row in rows:
            result, target = self._meant(tx, row, known, unit)
            if target is None:
                found.append(TakenRow(row.place, result))
                continue
            before = coding.of_coder(tx, target.id, coder)
            changes = tuple(filter(None, (_change(said, before.get(said.field)) for said in row.said)))
            if changes:
                coding.keep_list(tx, known.version, known.body, now)
            changed = {change.field for change in changes}
            for said in row.said:
                if said.field in changed:
                    coding.add(
                        tx,
                        target.id,
                        said,
                        coder=coder,
                        version=known.version,
                        source=source,
                        now=now,
                        week=week,
                    )
            found.append(
                TakenRow(row.place, "coded" if changes else "known", changes, corrected=bool(target.corrected))
            )
        return found

    def _meant(self, tx: Transaction, row: CodedRow, known: Lists, unit: str | None) -> tuple[Result, Target | None]:
        target = _target(tx, row.row_id)
        if target is None:
            return "no-such-row", None
        if unit is not None and target.unit != unit:
            return "other-unit", None
        if not target.in_words or self._is_number_to_call(tx, target):
            return "no-words", None
        return ("coded", target) if all(_is_sound(said, known) for said in row.said) else ("no-such-code", None)

    def _is_number_to_call(self, tx: Transaction, target: Target) -> bool:
        # A number given for a call-back is in no row of verbatims, whatever stands in the answer.
        journey = self._premises.library.version(target.fingerprint, partial(contacts.version, tx))
        question = next((asked for asked in journey.questions() if asked.code == target.question), None)
        return question is not None and question.kind == "phone"


def _target(tx: Transaction, row_id: str) -> Target | None:
    found = coding.target(tx, row_id)
    if found is None and "." in row_id:  # of a question with several choices the row_id ends in one of those chosen
        uid, _, code = row_id.rpartition(".")
        found = coding.target(tx, uid)
        if found is not None and code not in found.codes.split():
            return None
    return found


def _change(said: Said, before: Said | None) -> Change | None:
    stood = before is not None and bool(before.codes or before.text)
    if not said.codes and said.text is None:
        return Change(said.field, "taken-back", before.codes if before else "") if stood else None
    if before is not None and stood:
        same = (said.codes, said.text) == (before.codes, before.text)
        return None if same else Change(said.field, "changed", before.codes)
    return Change(said.field, "new")


def _is_sound(said: Said, known: Lists) -> bool:
    if said.field == "comment":
        return not said.codes and (said.text is None or 0 < len(said.text) <= LONGEST_COMMENT)
    codes = said.codes.split()
    most = MOST_CODES if said.field in SEVERAL else 1
    among = known.codes.get(said.field, {})
    return said.text is None and len(codes) <= most and len({*codes}) == len(codes) and all(c in among for c in codes)


@cache
def _needs(languages: tuple[str, ...]) -> Mapping[str, Words]:
    """What people choose among at the end of the shared ladder."""
    asked = library.shared_phrases(languages).ladders["need"]
    return {choice.code: choice.label for question in asked if question.code == "need" for choice in question.choices}
