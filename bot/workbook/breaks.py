"""Breaks: what happened to the measuring itself, so that figures before and after can't be laid side by side blindly.

A question asked with another meaning or in other words, a new version of a journey, units and services that came or
went, a week with few contacts around public holidays. They are those of all units together; of one unit's series it is
no break that others came or went. Never judges whether a figure changed because of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from statistics import median

from bot.clock import iso_week, week_start
from bot.figures.suppression import ENOUGH
from bot.store.tallies import FunnelRow
from bot.workbook.catalogue import Version
from bot.workbook.edition import Edition
from bot.workbook.names import journey_title, question_text
from bot.workbook.series import Series
from bot.workbook.snapshot import Snapshot
from flows.calendar import Calendar
from flows.journey import Words
from flows.wording import in_language, plain_texts

QUIET_WEEKS = 4
"""So many weeks without a contact, before or after, and a unit or service has come or gone."""

FEW_OF_USUAL = 0.6
"""A week with public holidays and less than this share of a usual week's contacts is told."""


@dataclass(frozen=True, slots=True)
class Break:
    """In which week, in words; of one `journey`, or of all ("")."""

    week: str
    words: str
    journey: str = ""


def breaks(snapshot: Snapshot, series: Series, edition: Edition) -> list[Break]:
    """Every break within the series of all units together, the latest first; for an edition of one unit, or of all."""
    units = {code: each.name for code, each in edition.organisation.units.items()}
    services = {code: each.name for code, each in edition.organisation.services.items()}
    found = [
        *_versions(snapshot, edition),
        *_comings(series, series.units, "unit", units, edition),
        *_comings(series, series.services, "service", services, edition),
        *_holidays(series, edition),
    ]
    return sorted((each for each in found if each.week in series.weeks), key=lambda each: each.week, reverse=True)


def _versions(snapshot: Snapshot, edition: Edition) -> Iterator[Break]:
    say = edition.say
    for code, versions in snapshot.catalogue.journeys().items():
        title = journey_title(snapshot, code, say)
        for before, after in pairwise(versions):
            week = iso_week(after.first_used_at, edition.zone)
            told = list(_changed(before, after, edition))
            yield Break(week, say("breaks.version", journey=title, what="; ".join(told) or say("breaks.other")), code)


def _changed(before: Version, after: Version, edition: Edition) -> Iterator[str]:
    say = edition.say
    raised, reworded = [], []
    for code, question in after.questions.items():
        old = before.questions.get(code)
        if old is not None and old.version != question.version:
            raised.append(_quoted(question.text, edition))
        elif old is not None and plain_texts(old.text) != plain_texts(question.text):
            reworded.append(_quoted(question.text, edition))
    new = [
        _quoted(question.text, edition) for code, question in after.questions.items() if code not in before.questions
    ]
    gone = [
        _quoted(question.text, edition) for code, question in before.questions.items() if code not in after.questions
    ]
    for name, texts in (("raised", raised), ("reworded", reworded), ("new", new), ("gone", gone)):
        if texts:
            yield say(f"breaks.{name}", questions=", ".join(dict.fromkeys(texts)))


def _quoted(text: Words, edition: Edition) -> str:
    return edition.say("breaks.quoted", text=question_text(text, edition.organisation, edition.say.language))


def _comings(
    series: Series, rows: Sequence[FunnelRow], kind: str, names: Mapping[str, Words], edition: Edition
) -> Iterator[Break]:
    say = edition.say
    first_of_all = min((row.span for row in rows), default="")
    parts: dict[str, set[str]] = {}
    for row in rows:
        if row.part and row.registered:
            parts.setdefault(row.part, set()).add(row.span)
    for part, weeks in parts.items():
        if kind == "unit" and edition.unit not in (None, part):
            continue
        name = in_language(names[part], say.language) if part in names else part
        met = [place for place, week in enumerate(series.weeks) if week in weeks]
        start = series.weeks.index(first_of_all)
        if met[0] - start >= QUIET_WEEKS:
            yield Break(series.weeks[met[0]], say(f"breaks.{kind}-came", name=name))
        if len(series.weeks) - 1 - met[-1] >= QUIET_WEEKS:
            yield Break(series.weeks[met[-1] + 1], say(f"breaks.{kind}-went", name=name))


def _holidays(series: Series, edition: Edition) -> Iterator[Break]:
    registered = dict.fromkeys(series.weeks, 0)
    for row in series.units:
        registered[row.span] += row.registered
    usual = median([count for count in registered.values() if count] or [0])
    for week, count in registered.items():
        if usual >= ENOUGH and count < FEW_OF_USUAL * usual and (days := _closed_days(week, edition)):
            yield Break(week, edition.say("breaks.holidays", days=days, count=count, usual=round(usual)))


def _closed_days(week: str, edition: Edition) -> int:
    calendar = Calendar(edition.zone.key, holiday_country=edition.organisation.holiday_country)
    monday = week_start(week, edition.zone)
    noons = (monday + timedelta(days=day, hours=12) for day in range(5))
    return sum(not calendar.is_open(noon) for noon in noons)
