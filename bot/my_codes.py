"""My codes: what analysts coded of a person's own words, as part of their data. Never by whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.coding import lists
from bot.premises import Premises
from bot.store import my_data
from bot.store.database import Transaction
from bot.store.my_data import AnswerHeld, CodingHeld
from flows.wording import filled, in_language

Codes = Mapping[tuple[str, str, int], Sequence[CodingHeld]]
"""By contact, question and asking number."""

_FIELDS = ("contact_id", "question", "asking")


def gathered(tx: Transaction, person: str) -> Codes:
    """Everything that was coded of the person's words, what was changed or taken back later too."""
    found: dict[tuple[str, str, int], list[CodingHeld]] = {}
    for one in my_data.codings(tx, person):
        found.setdefault((one.contact_id, one.question, one.asking), []).append(one)
    return found


def of(codes: Codes, answer: AnswerHeld) -> Sequence[CodingHeld]:
    """What was coded of one answer."""
    return codes.get((answer.contact_id, answer.question, answer.asking), ())


def for_programs(codes: Codes, answer: AnswerHeld) -> list[dict[str, object]]:
    """What was coded of one answer, codes as they are kept."""
    names = [name for name in CodingHeld.__slots__ if name not in _FIELDS]
    return [{name: getattr(one, name) for name in names} for one in of(codes, answer)]


def for_people(premises: Premises, language: str, codes: Codes, answer: AnswerHeld) -> str:
    """A line that says how the answer was sorted, what holds now last; empty where it was not."""
    known = lists(premises.organisation).codes
    told = []
    for one in of(codes, answer):
        labels = known.get(one.field, {})
        named = (in_language(labels[code], language) if code in labels else code for code in one.codes.split())
        told += [one.text] if one.text else list(named)
    what = "; ".join(dict.fromkeys(told))
    return filled(premises.words["mydata-coded"], language, {"what": what}) if what else ""
