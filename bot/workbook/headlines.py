"""Headlines: two or three sentences that the report begins with: the highest and lowest touchpoint, what has certainly
changed, and where to look.

They are made from figures that other sheets show, as they are shown there, and put in order by those alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from bot.workbook.changes import Changes, changed_since
from bot.workbook.edition import Edition
from bot.workbook.entries import Entry, place_of
from bot.workbook.names import asked_text, journey_title, touchpoint_name
from bot.workbook.shown import shown_counts, shown_mean
from bot.workbook.snapshot import Snapshot


def headlines(
    snapshot: Snapshot, entries: Sequence[Entry], changed: Changes, made: Collection[str], edition: Edition
) -> Iterator[str]:
    """The sentences. `entries` are the report's questions, `made` the names of its other sheets."""
    say = edition.say
    points = _points(snapshot, entries)
    if not points:
        yield say("headlines.no-points")
    elif len(points) == 1:
        yield say("headlines.only", point=_told(snapshot, points[0], edition))
    else:
        yield say("headlines.highest", point=_told(snapshot, points[-1], edition))
        overlap = "chance" if _overlap(points[0], points[-1]) else "apart"
        yield say(f"headlines.lowest-{overlap}", point=_told(snapshot, points[0], edition))
    if not changed.all:
        yield say("headlines.not-compared")
    else:
        name = "changed" if changed.certain else "unchanged"
        yield say(
            f"headlines.{name}", certain=len(changed.certain), count=len(changed.all), since=changed_since(changed, say)
        )
    yield _look(points, changed, made, edition)


def _points(snapshot: Snapshot, entries: Sequence[Entry]) -> list[Entry]:
    # Points of the curves over several weeks, the lowest first; those of few persons only where there are no others.
    shown = [
        entry
        for entry in entries
        if entry.on_curve
        and entry.time != snapshot.week
        and shown_mean(entry.index, entry.figure.showing)[0] is not None
    ]
    many = [entry for entry in shown if entry.figure.why != "few"]
    found = many if len(many) > 1 else shown
    return sorted(found, key=lambda entry: (_index(entry), entry.key.journey, place_of(entry)))


def _index(entry: Entry) -> float:
    value = shown_mean(entry.index, entry.figure.showing)[0]
    return 0.0 if value is None else value


def _overlap(low: Entry, high: Entry) -> bool:
    _, _, end = shown_mean(low.index, low.figure.showing)
    _, start, _ = shown_mean(high.index, high.figure.showing)
    return end is None or start is None or start <= end


def _told(snapshot: Snapshot, entry: Entry, edition: Edition) -> str:
    say = edition.say
    n = shown_counts(entry.figure, entry.journey.audience, say)[0]
    return say(
        "headlines.point" if not entry.figure.why else "headlines.point-about",
        touchpoint=_name(entry, edition),
        question=asked_text(edition, entry.question),
        journey=journey_title(snapshot, entry.key.journey, say),
        value=f"{_index(entry):.0f}",
        n=n,
        span=entry.time,
    )


def _name(entry: Entry, edition: Edition) -> str:
    return touchpoint_name(entry.journey, entry.question, edition.say.language) or asked_text(edition, entry.question)


def _look(points: Sequence[Entry], changed: Changes, made: Collection[str], edition: Edition) -> str:
    say = edition.say
    fallen = [
        change for change in changed.certain if change.difference.choice is None and change.difference.value_less < 0
    ]
    if fallen:
        text = asked_text(edition, fallen[0].question)
        return say("headlines.look-fallen", question=text, sheet=say("sheets.changes"))
    if not points:
        return say("headlines.look-rate", sheet=say("sheets.funnel"))
    sheets = ", ".join(say(f"sheets.{name}") for name in ("touchpoints", "causes", "priorities") if name in made)
    return say(
        "headlines.look" if sheets else "headlines.look-there", touchpoint=_name(points[0], edition), sheets=sheets
    )
