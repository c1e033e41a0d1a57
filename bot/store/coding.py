"""Coding, as rows: what analysts made of people's own words, append-only, and the lists their codes are from.

Each coding belongs to the week in which it was recorded, never one already closed. It goes when its answer goes. Never
decides what is a code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.store.database import Transaction
from bot.store.queries import queries

_SQL = queries("coding.sql")
_ROWS_OF_WEEK, _STANDING = (_SQL[name].replace("{own_need}", _SQL["own_need"]) for name in ("rows_of_week", "standing"))


@dataclass(frozen=True, slots=True)
class CodeList:
    """The lists that codes are from, as JSON (see `bot.coding.Lists`); `version` is its SHA-256 in hexadecimal."""

    version: str
    body: bytes
    first_used_at: datetime


@dataclass(frozen=True, slots=True)
class ToCode:
    """Somebody's own words, by their answer's uid, and the need that the person chose about the contact."""

    uid: str
    own_need: str | None


@dataclass(frozen=True, slots=True)
class _Week:
    week: str


@dataclass(frozen=True, slots=True)
class Target:
    """An answer that somebody wants to code. `codes` are those the person chose, separated by spaces.

    `in_words`: 1 where the person wrote something; `corrected`: 1 where they changed it later.
    """

    id: int
    uid: str
    codes: str
    question: str
    in_words: int
    fingerprint: str
    unit: str
    corrected: int


@dataclass(frozen=True, slots=True)
class Said:
    """What a coder last said of one field: codes separated by spaces, or a text. Neither: taken back."""

    field: str
    codes: str
    text: str | None


@dataclass(frozen=True, slots=True)
class CodingRow:
    """One coding as it was recorded in a week.

    `answer_id` is the answer's uid, which its row in `verbatims` is known by; `question`, `fingerprint` (the journey
    version) and `answer_codes` (what was chosen, separated by spaces) tell its row_id. `field` is a column of
    `verbatims`, `codes` what was given there, separated by spaces, the most important first; `text` a comment. Neither:
    the coder took theirs back. `coder` is a member's id or a code, `source` the file's SHA-256. `own_need` is what the
    person chose as their need about the same contact, by the close of the coding's week, None where they chose none.
    """

    id: int
    answer_id: str
    contact_id: str
    person_id: str
    journey: str
    fingerprint: str
    question: str
    answer_codes: str
    answer_week: str
    field: str
    codes: str
    text: str | None
    coder: str
    coded_at: datetime
    week: str
    list_version: str
    source: str
    own_need: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What counts of one field of one answer: the latest coding that nobody took back, as of a week's close.

    As in CodingRow; `unit` is the contact's when the person was asked. `other_codes` and `other_coder` are what the
    coder before said, None where only one coded it: codes that differ are two people's view, not a fault.
    """

    answer_id: str
    contact_id: str
    person_id: str
    journey: str
    audience: str
    fingerprint: str
    question: str
    answer_week: str
    unit: str
    field: str
    codes: str
    text: str | None
    coder: str
    coded_at: datetime
    list_version: str
    other_codes: str | None
    other_coder: str | None
    own_need: str | None


@dataclass(frozen=True, slots=True)
class Pair:
    """So many answers got `code` first in this field from one coder, and `other_code` from the other."""

    field: str
    coder: str
    other: str
    code: str
    other_code: str
    answers: int


def rows_of_week(tx: Transaction, week: str, simulated: bool) -> Iterator[CodingRow]:
    """Every coding recorded in the week, in order of recording: of any week's answers, simulated ones or none of them.

    Of a closed week the same rows each time, less those erased since.
    """
    return tx.each(CodingRow, _ROWS_OF_WEEK, as_of=week, simulated=int(simulated))


def standing(tx: Transaction, first_week: str, last_week: str, as_of_week: str, simulated: bool) -> Iterator[Standing]:
    """What counts of each answer recorded in the weeks `first_week` to `last_week`, by answer and then by field.

    As it stood at the close of `as_of_week`: neither a later coding nor a later correction changes it. Answers that the
    person had corrected by then are left out.
    """
    return tx.each(
        Standing,
        _STANDING,
        first=first_week,
        last=last_week,
        as_of=as_of_week,
        simulated=int(simulated),
    )


def to_code(tx: Transaction, week: str, simulated: bool) -> list[ToCode]:
    """What people wrote in their own words in a week, in order of recording."""
    return tx.all(ToCode, _SQL["to_code"], week=week, simulated=int(simulated))


def coded_weeks(tx: Transaction, first_week: str, last_week: str, as_of_week: str, simulated: bool) -> list[str]:
    """The weeks from `first_week` to `last_week`, in order, of whose answers something was coded by then.

    A need, a cause or a kind of demand, though it may have been taken back since: `standing` tells what counts.
    """
    rows = tx.all(
        _Week, _SQL["coded_weeks"], first=first_week, last=last_week, as_of=as_of_week, simulated=int(simulated)
    )
    return [row.week for row in rows]


def of_answers(
    tx: Transaction, first_week: str, last_week: str, simulated: bool
) -> Mapping[str, Mapping[str, Standing]]:
    """Answer's uid -> field -> what counts of the answers of a span, as it stood at the close of its last week.

    For columns of their own beside the analyst's. The coding columns of `verbatims` stay empty: a code filled in there
    would come back with the file as if its reader had given it, and two coders would seem to agree.
    """
    found: dict[str, dict[str, Standing]] = {}
    for one in standing(tx, first_week, last_week, last_week, simulated):
        found.setdefault(one.answer_id, {})[one.field] = one
    return found


def lists_of_week(tx: Transaction, week: str, simulated: bool) -> list[CodeList]:
    """The lists that the week's codes are from, in the order they came into use: what tells the labels of old codes."""
    return tx.all(CodeList, _SQL["lists_of_week"], week=week, simulated=int(simulated))


def erased(tx: Transaction, week: str) -> int:
    """Codings recorded in this week and erased since."""
    return tx.count(_SQL["erased"], week=week)


def pairs(tx: Transaction, simulated: bool, unit: str | None = None) -> list[Pair]:
    """What each two coders gave the same answers, as it stands now; `unit`: of answers about this one only."""
    return tx.all(Pair, _SQL["pairs"], simulated=int(simulated), unit=unit)


def target(tx: Transaction, uid: str) -> Target | None:
    """The answer with this uid."""
    return tx.one(Target, _SQL["target"], uid=uid)


def of_coder(tx: Transaction, answer: int, coder: str) -> Mapping[str, Said]:
    """Field -> what this coder last said of it, of one answer."""
    return {said.field: said for said in tx.all(Said, _SQL["of_coder"], answer=answer, coder=coder)}


def add(
    tx: Transaction, answer: int, said: Said, *, coder: str, version: str, source: str, now: datetime, week: str
) -> None:
    """A coder says this of one field of an answer. The version's lists are kept before."""
    tx.run(
        _SQL["add"],
        answer=answer,
        field=said.field,
        codes=said.codes,
        text=said.text,
        coder=coder,
        now=now,
        week=week,
        version=version,
        source=source,
    )


def keep_list(tx: Transaction, version: str, body: bytes, now: datetime) -> None:
    """Keep these lists; known ones stay as they are."""
    tx.run(_SQL["keep_list"], version=version, body=body, now=now)
