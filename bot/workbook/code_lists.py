"""Code lists: what analysts choose their codes from, as rows to look up and as lists to choose from in a cell.

A cell is offered codes, and their labels stand beside them on the sheet `lists`. Never decides what is a code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from bot import coding
from bot.organisation import Organisation
from bot.store.coding import CodeList
from bot.workbook.catalogue import SHORT
from bot.workbook.columns import LISTS, PICKS, sheet
from bot.workbook.sheets import Sheet
from bot.workbook.texts import LANGUAGES
from flows.journey import Words


@dataclass(frozen=True, slots=True)
class Code:
    """One code that may stand in a column of `verbatims`; `version` is the first 12 characters of its list's."""

    field: str
    code: str
    position: int
    words: Words
    version: str


def lists(organisation: Organisation) -> Sheet:
    """The sheet `lists`: every code that may be chosen now, list by list; each list has a name to be offered by."""
    codes = list(_of(coding.lists(organisation).codes, ""))
    rows = [(one.field, one.code, *(one.words.texts.get(language) for language in LANGUAGES)) for one in codes]
    made = sheet("lists", LISTS, rows)
    named: dict[str, tuple[str, int, int]] = {}
    for row, one in enumerate(codes, start=1):
        _, first, _ = named.get(PICKS[one.field], ("code", row, row))
        named[PICKS[one.field]] = ("code", first, row)
    return replace(made, blocks=(replace(made.table, lists=named),))


def every(organisation: Organisation, earlier: Sequence[CodeList]) -> Iterator[Code]:
    """The codes that may be chosen now, then those of `earlier` lists which codes in the file are from and which say
    something else, or have other words for it.
    """
    now = coding.lists(organisation)
    told: dict[tuple[str, str], Words] = {}
    for one in _of(now.codes, now.version):
        told[one.field, one.code] = one.words
        yield one
    for older in reversed(earlier):
        for one in _of(_read(older.body), older.version):
            if told.get((one.field, one.code)) != one.words:
                told.setdefault((one.field, one.code), one.words)
                yield one


def _of(lists: Mapping[str, Mapping[str, Words]], version: str) -> Iterator[Code]:
    for field, codes in lists.items():
        for position, (code, words) in enumerate(codes.items(), start=1):
            yield Code(field, code, position, words, version[:SHORT])


def _read(body: bytes) -> Mapping[str, Mapping[str, Words]]:
    found = msgspec.json.decode(body, type=dict[str, list[tuple[str, dict[str, str]]]])
    return {field: {code: Words(texts) for code, texts in codes} for field, codes in found.items()}
