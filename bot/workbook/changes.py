"""Changes: each question's newest figure against the one before it, and which differences hold among all of them.

Only figures that are shown whole are compared: a week with the week before, or, where one of these is not whole, a
fixed period with the period before. Nothing is counted anew, so that a difference tells nothing that its two figures
don't. Who answered in both counts once in each; that makes a comparison more careful, not less.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median_low

from bot.figures.suppression import Showing
from bot.workbook.differences import CHOSEN, Difference, differences, judged, told_counts, told_values, verdict
from bot.workbook.edition import Edition
from bot.workbook.names import asked_text, journey_title, part, period_label
from bot.workbook.series import Period, Series
from bot.workbook.sheets import Block, Content, Form, LeftOut, Line, Sheet, Table
from bot.workbook.shown import Figure, Key
from bot.workbook.snapshot import Snapshot
from bot.workbook.texts import Texts
from bot.workbook.widths import fitted
from flows.journey import Journey, Question
from flows.wording import in_language

_COUNTS = ("answers", "answers-before")
_VALUES = ("value-now", "value-before", "difference", "difference-from", "difference-to")
_NAMES = ("journey", "question", "measure", "now", "before", *_COUNTS, *_VALUES, "verdict", "note")
_WIDEST = {"journey": 14, "question": 28, "measure": 20, "now": 11, "before": 11, "verdict": 28, "note": 22}


@dataclass(frozen=True, slots=True)
class Change:
    """What was compared: a question, at one time and at the time before."""

    journey: Journey
    question: Question
    key: Key
    now: Period
    before: Period
    difference: Difference


@dataclass(frozen=True, slots=True)
class Changes:
    """All that was compared, what holds first; `too_few` questions had no two figures that could be."""

    all: tuple[Change, ...]
    too_few: int

    @property
    def certain(self) -> list[Change]:
        """What holds."""
        return [change for change in self.all if change.difference.holds]


def changes_of(snapshot: Snapshot, series: Series) -> Changes:
    """Every question on a scale or with choices that was put in the week or in the latest period.

    Of a unit, both are as of this one, and it is compared by periods alone.
    """
    found: dict[tuple[Key, str | None], Change] = {}
    too_few = 0
    for code in snapshot.catalogue.journeys():
        for version, question in snapshot.catalogue.questions(code):
            if question.kind != "scale" and question.kind not in CHOSEN:
                continue
            for afterwards in (False, True):
                key = Key(code, question.code, question.version, afterwards)
                if series.as_counted((snapshot.week,), key) is None and key not in snapshot.whole:
                    continue
                pair = _pair(series, key)
                if pair is None:
                    too_few += 1
                    continue
                (now, new), (before, old) = pair
                choices = [choice.code for choice in snapshot.catalogue.choices(code, question.code)]
                for difference in differences(question, choices, new.distribution, old.distribution):
                    kept = replace(difference, rounded=series.lost(now, key) or series.lost(before, key))
                    found[key, difference.choice] = Change(version.journey, question, key, now, before, kept)
    known = judged({name: change.difference for name, change in found.items()})
    told = [replace(change, difference=known[name]) for name, change in found.items()]
    return Changes(tuple(sorted(told, key=_place)), too_few)


def changes(snapshot: Snapshot, found: Changes, edition: Edition) -> Sheet | LeftOut:
    """The sheet: all that was compared, with n, interval and verdict."""
    say = edition.say
    if not found.all:
        return LeftOut(say("sheets.changes"), _nothing(edition))
    forms: dict[str, Form] = {**dict.fromkeys(_COUNTS, "whole"), **dict.fromkeys(_VALUES, "whole")}
    rows = [_row(snapshot, change, len(found.all), edition) for change in found.all]
    made, difference = say.lines("change-lines", count=len(found.all), certain=len(found.certain))
    blocks: list[Block] = [
        Line(_title(snapshot, edition), "title"),
        Line(made),
        Line(say("changes.compared" if edition.unit is None else "changes.compared-unit")),
        Line(difference),
        *([Line(say("changes.too-few", count=found.too_few))] if found.too_few else []),
        Table("changes", fitted(_NAMES, forms, rows, say, _WIDEST), rows),
    ]
    return Sheet(say("sheets.changes"), tuple(blocks), frozen=True)


def changed_since(found: Changes, say: Texts) -> str:
    """The heading over what changed: since last week, the period before, or either, as was compared."""
    weeks = {len(change.now) == 1 for change in found.all}
    name = "changed-both" if len(weeks) > 1 else "changed-week" if True in weeks else "changed-period"
    return say(f"overview.{name}" if weeks else "overview.changed")


def change_lines(snapshot: Snapshot, found: Changes, edition: Edition) -> Iterator[str]:
    """What certainly changed, in words with both n, difference and interval; else what would have been needed."""
    say = edition.say
    if not found.all:
        yield _nothing(edition)
        return
    for change in found.certain:
        yield _sentence(snapshot, change, edition)
    if found.certain:
        yield say("changes.of", certain=len(found.certain), count=len(found.all))
        return
    fewest, most = _ends([change.difference for change in found.all])
    yield say("changes.none", count=len(found.all))
    exact = [change.difference for change in found.all if not change.difference.rounded]
    scales = [difference.needed for difference in exact if difference.choice is None]
    shares = [difference.needed for difference in exact if difference.choice is not None]
    for name, needed in (("needed-steps", scales), ("needed-points", shares)):
        if needed:
            yield say(f"changes.{name}", needed=median_low(needed), fewest=fewest, most=most)
    if found.too_few:
        yield say("changes.too-few", count=found.too_few)


def _title(snapshot: Snapshot, edition: Edition) -> str:
    if edition.unit is None:
        return edition.say("changes.title", week=snapshot.week)
    return edition.say("changes.title-unit", about=edition.about)


def _nothing(edition: Edition) -> str:
    return edition.say("changes.nothing" if edition.unit is None else "changes.nothing-unit")


def _pair(series: Series, key: Key) -> tuple[tuple[Period, Figure], tuple[Period, Figure]] | None:
    for spans in ([(week,) for week in series.weeks[-2:]], series.periods[-2:]):
        found = [(span, series.as_counted(span, key)) for span in spans]
        whole = [(span, figure) for span, figure in found if figure is not None and figure.showing is Showing.WHOLE]
        if len(whole) == 2:
            return whole[1], whole[0]
    return None


def _place(change: Change) -> tuple[bool, bool, float]:
    # What holds first. Of what stands in fives the exact order would tell more: it stays as the journey has it.
    difference = change.difference
    return not difference.holds, difference.rounded, 0.0 if difference.rounded else difference.p


def _ends(found: Sequence[Difference]) -> tuple[int, int]:
    sizes = [min(told_counts(each)) for each in found]
    return min(sizes), max(sizes)


def _row(snapshot: Snapshot, change: Change, count: int, edition: Edition) -> Sequence[Content]:
    say, difference = edition.say, change.difference
    return (
        journey_title(snapshot, change.key.journey, say),
        _asked(change, edition),
        _measure(snapshot, change, say),
        _time(change.now),
        _time(change.before),
        *told_counts(difference),
        *told_values(difference),
        verdict(difference, count, say),
        say("notes.erased") if difference.rounded else None,
    )


def _sentence(snapshot: Snapshot, change: Change, edition: Edition) -> str:
    say, difference = edition.say, change.difference
    share = difference.choice is not None
    value, old, less, low, high = (cell.value for cell in told_values(difference))
    values = {name: _figure(float(str(each)), share, say) for name, each in (("value", value), ("old", old))}
    away = f"{abs(float(str(less))):.0f}"
    values["less"] = say("changes.points", value=away) if share else away
    if low is not None and high is not None:
        ends = sorted(abs(float(str(end))) for end in (low, high))
        values |= {name: f"{end:.0f}" for name, end in zip(("low", "high"), ends, strict=True)}
    n, other = told_counts(difference)
    way = "up" if difference.value_less > 0 else "down"
    told = say(
        f"changes.{way}" if difference.interval is not None else f"changes.{way}-without",
        journey=journey_title(snapshot, change.key.journey, say),
        question=_asked(change, edition),
        measure=_measure(snapshot, change, say),
        now=_time(change.now),
        before=_time(change.before),
        n=n,
        other=other,
        **values,
    )
    return f"{told} {say('notes.erased')}." if difference.rounded else told


def _asked(change: Change, edition: Edition) -> str:
    which = part(change.journey, change.question, change.key.afterwards, edition.say)
    text = asked_text(edition, change.question)
    return f"{text} ({which})" if which else text


def _measure(snapshot: Snapshot, change: Change, say: Texts) -> str:
    if change.difference.choice is None:
        return say("headers.index")
    labels = {
        choice.code: choice.label for choice in snapshot.catalogue.choices(change.key.journey, change.key.question)
    }
    return say("changes.share", choice=in_language(labels[change.difference.choice], say.language))


def _time(span: Period) -> str:
    return span[0] if len(span) == 1 else period_label(span)


def _figure(value: float, share: bool, say: Texts) -> str:
    return say("changes.percent", value=f"{100 * value:.0f}") if share else f"{value:.0f}"
