"""The distribution of one question: what how many persons answered, one answer a person.

A person with several contacts in a period counts once, with the latest contact answered: answers of one
person are alike, and intervals that took them for independent would be too narrow. Where weeks are told one by one,
they are `added` instead: less all of them together, they would tell of those who came again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Tally:
    """So many persons settled a question in the same way: these codes (in the question's order), this
    number.
    """

    persons: int
    answered: bool
    codes: tuple[str, ...] = ()
    number: float | None = None
    contacts: int = 0


@dataclass(frozen=True, slots=True)
class Distribution:
    """The three numbers every figure says, and what was answered.

    `answers` persons answered, of the `asked` persons the question was put to, at `contacts` contacts.
    `by_code` and `by_number` count persons; one who chose several codes stands at each.
    """

    answers: int = 0
    asked: int = 0
    contacts: int = 0
    by_code: Mapping[str, int] = field(default_factory=dict)
    by_number: Mapping[float, int] = field(default_factory=dict)


def added(distributions: Iterable[Distribution]) -> Distribution:
    """Distributions of one question added up: a person who stands in several of them counts in each."""
    answers = asked = contacts = 0
    by_code: dict[str, int] = {}
    by_number: dict[float, int] = {}
    for each in distributions:
        answers, asked, contacts = answers + each.answers, asked + each.asked, contacts + each.contacts
        for code, persons in each.by_code.items():
            by_code[code] = by_code.get(code, 0) + persons
        for number, persons in each.by_number.items():
            by_number[number] = by_number.get(number, 0) + persons
    return Distribution(answers, asked, contacts, by_code, by_number)


def distribution(tallies: Iterable[Tally]) -> Distribution:
    """The distribution that these tallies of one question make together."""
    answers = asked = contacts = 0
    by_code: dict[str, int] = {}
    by_number: dict[float, int] = {}
    for tally in tallies:
        asked += tally.persons
        contacts += tally.contacts
        if not tally.answered:
            continue
        answers += tally.persons
        for code in tally.codes:
            by_code[code] = by_code.get(code, 0) + tally.persons
        if tally.number is not None:
            by_number[tally.number] = by_number.get(tally.number, 0) + tally.persons
    return Distribution(answers, asked, contacts, by_code, by_number)
