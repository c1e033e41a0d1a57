"""Digest: a week in brief, for one journey: its curve, the three figures looked for first, what certainly changed.

All of it stands in the week's report too and comes from the same code: what is held back there is held back here. It is
told twice, in words and as values that `picture` draws; never from rows, and without anybody's own words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.figures.suppression import Showing
from bot.pages.formats import Formats
from bot.workbook.changes import change_lines, changes_of
from bot.workbook.edition import Edition
from bot.workbook.entries import Entry, entries_of, place_of
from bot.workbook.essentials import essentials_of
from bot.workbook.names import asked_text, journey_title, period_label, period_span, touchpoint_name
from bot.workbook.sheets import Content, Formed
from bot.workbook.shown import shown_counts, shown_mean
from bot.workbook.snapshot import Snapshot
from flows.wording import in_language

CAPTION = 900
"""Characters that the text beside a picture has at most: Telegram takes 1024 (Bot API, sendPhoto), and what is sent
once more has a few words before it."""

_CUT = "…"
_SPACE = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Measure:
    """One of the three figures as its reader reads it: "72", its interval "68–76", its count "n = 120".

    `value` is None where it may not be shown; `note` then says why, or that it is rounded.
    """

    name: str
    value: str | None
    interval: str
    count: str
    note: str


@dataclass(frozen=True, slots=True)
class Place:
    """One point of the curve, from 0 to 100; None is a gap. `count` is how many answered, as it may be told.

    `rounded`: told in fives. `week` is the value of the week by itself, where that may be shown. `span` are its weeks
    where they are others than the digest's.
    """

    name: str
    phase: str
    value: float | None
    low: float | None
    high: float | None
    count: str
    rounded: bool
    week: float | None
    span: str = ""


@dataclass(frozen=True, slots=True)
class Labels:
    """What stands in the picture beside names and figures."""

    curve: str
    across: str
    rounded: str
    week: str
    no_curve: str
    changes: str
    gap: str


@dataclass(frozen=True, slots=True)
class Digest:
    """A week in brief. `warning` is empty unless it is a demo's, `about` says whom and when it is about.

    `changes` are whole sentences; `words` tell all of it, `short` the same without the curve in at most `CAPTION`
    characters, to stand beside the picture.
    """

    week: str
    language: str
    title: str
    warning: str
    about: str
    measures: tuple[Measure, ...]
    places: tuple[Place, ...]
    changes: tuple[str, ...]
    footer: str
    labels: Labels
    words: str
    short: str

    @property
    def has_picture(self) -> bool:
        """Whether anything may be shown that a picture could show."""
        return any(place.value is not None for place in self.places) or any(one.value for one in self.measures)


def digest(snapshot: Snapshot, edition: Edition) -> Digest:
    """The digest of the snapshot's week, in the edition's language."""
    say, formats = edition.say, Formats(edition.say.language, edition.zone)
    entries = list(entries_of(snapshot))
    code = _journey(snapshot, entries)
    places: tuple[Place, ...] = ()
    measures: tuple[Measure, ...] = ()
    about = in_language(edition.organisation.name, say.language)
    if code is not None:
        curve = sorted((entry for entry in entries if entry.key.journey == code and entry.on_curve), key=place_of)
        main = _main_span(snapshot, curve)
        places = tuple(_places(snapshot, curve, main, edition, formats))
        measures = tuple(_measure(row, main, edition, formats) for row in essentials_of(snapshot, code, edition))
        about = say(
            "digest.about",
            organisation=about,
            journey=journey_title(snapshot, code, say),
            span=period_span(main, say),
        )
    labels = Labels(
        curve=say("digest.curve"),
        across=say("digest.across"),
        rounded=say("digest.rounded"),
        week=say("digest.week", week=snapshot.week),
        no_curve=say("digest.no-curve") if any(place.count for place in places) else say("notes.no-answers"),
        changes=say("digest.changes"),
        gap=say("journey.gap"),
    )
    bare = Digest(
        week=snapshot.week,
        language=say.language,
        title=say("digest.title", week=snapshot.week),
        warning=say("overview.demo") if edition.simulated else "",
        about=about,
        measures=measures,
        places=places,
        changes=_changes(snapshot, edition),
        footer=say("digest.who"),
        labels=labels,
        words="",
        short="",
    )
    return _told(bare, formats)


def _changes(snapshot: Snapshot, edition: Edition) -> tuple[str, ...]:
    found = changes_of(snapshot, snapshot.chapters.series)
    lines = tuple(change_lines(snapshot, found, edition))
    return lines if found.certain else lines[:1]  # how many would have been needed is for the report


def _journey(snapshot: Snapshot, entries: Sequence[Entry]) -> str | None:
    # The one of which most can be told, so that the picture is of the same journey week after week.
    def told(code: str) -> tuple[int, int]:
        points = {
            place_of(entry)
            for entry in entries
            if entry.key.journey == code and entry.on_curve and entry.figure.showing is not Showing.HIDDEN
        }
        return len(points), sum(row.registered for row in snapshot.funnel if row.journey == code)

    return max(snapshot.catalogue.journeys(), key=told, default=None)


def _main_span(snapshot: Snapshot, curve: Sequence[Entry]) -> tuple[str, ...]:
    """The weeks that most points of the curve are of; those of the fixed period where it has no points."""
    rolling = [entry.time == period_label(snapshot.latest) for entry in curve if entry.time != snapshot.week]
    return snapshot.latest if sum(rolling) * 2 > len(rolling) else snapshot.period


def _places(
    snapshot: Snapshot, curve: Sequence[Entry], main: Sequence[str], edition: Edition, formats: Formats
) -> Iterator[Place]:
    say = edition.say
    several = {place_of(entry): entry for entry in curve if entry.time != snapshot.week}
    week = {place_of(entry): entry for entry in curve if entry.time == snapshot.week}
    for place in sorted(several.keys() | week.keys()):
        entry = several.get(place) or week[place]
        value, low, high = shown_mean(entry.index, entry.figure.showing) if place in several else (None, None, None)
        answers = shown_counts(entry.figure, entry.journey.audience, say)[0] if place in several else None
        name = touchpoint_name(entry.journey, entry.question, say.language) or asked_text(edition, entry.question)
        yield Place(
            name=name,
            phase=say.label("phases", entry.question.phase),
            value=value,
            low=low,
            high=high,
            count=_written(answers, formats),
            rounded=value is not None and entry.figure.showing is Showing.FEW,
            week=shown_mean(week[place].index, week[place].figure.showing)[0] if place in week else None,
            span=entry.time if value is not None and entry.time != period_label(main) else "",
        )


def _measure(row: Sequence[Content], main: Sequence[str], edition: Edition, formats: Formats) -> Measure:
    say = edition.say
    name, _, value, low, high, answers, _, contacts, first, last, note = row
    span = "" if (first, last) == (main[0], main[-1]) else period_label((str(first), str(last)))
    count = ""  # where it is in words, the note says so
    if isinstance(answers, int):
        count = say("digest.count", n=_written(answers, formats))
    elif answers is None and isinstance(contacts, int):
        count = say("digest.count", n=say("digest.contacts", n=_written(contacts, formats)))
    shown = _figure(value, formats)
    interval = f"{_figure(low, formats)}–{_figure(high, formats)}" if _figure(low, formats) else ""
    return Measure(str(name), shown or None, interval, count, ". ".join(filter(None, (str(note or ""), span))))


def _figure(content: Content, formats: Formats) -> str:
    """A figure as the report shows it: whole numbers, shares in per cent. Empty for words and for nothing."""
    if not isinstance(content, Formed) or not isinstance(content.value, int | float):
        return ""
    return formats.share(content.value) if content.form == "share" else formats.number(content.value, 0)


def _written(count: Content, formats: Formats) -> str:
    return formats.number(count, 0) if isinstance(count, int) else str(count or "")


def _told(bare: Digest, formats: Formats) -> Digest:
    curve = "\n".join(_curve_lines(bare, formats))
    return replace(bare, words=_in_words(bare, curve, bare.changes), short=_shortened(bare))


def _shortened(bare: Digest) -> str:
    for kept in range(len(bare.changes), 0, -1):
        left_out = (_CUT,) if kept < len(bare.changes) else ()
        short = _in_words(bare, "", (*bare.changes[:kept], *left_out))
        if len(short) <= CAPTION:
            return short
    return f"{short[: CAPTION - len(_CUT)]}{_CUT}"


def _in_words(bare: Digest, curve: str, changes: Sequence[str]) -> str:
    head = "\n".join(filter(None, (bare.title, bare.warning, bare.about)))
    figures = "\n".join(_measure_line(one, bare.labels) for one in bare.measures)
    changed = "\n".join((bare.labels.changes, *(f"- {change}" for change in changes)))
    return "\n\n".join(filter(None, (head, figures, curve, changed, bare.footer)))


def _measure_line(one: Measure, labels: Labels) -> str:
    value = f"{one.value} ({one.interval})" if one.interval else one.value or labels.gap
    return f"{one.name}: {', '.join(filter(None, (value, one.count, one.note)))}"


def _curve_lines(bare: Digest, formats: Formats) -> Iterator[str]:
    if all(place.value is None for place in bare.places):
        yield bare.labels.no_curve
        return
    yield bare.labels.curve
    for number, place in enumerate(bare.places, start=1):
        value = bare.labels.gap if place.value is None else formats.number(place.value, 0)
        if place.low is not None and place.high is not None:
            value += f" ({formats.number(place.low, 0)}–{formats.number(place.high, 0)})"
        count = f"n{_SPACE}={_SPACE}{place.count}" if place.value is not None else place.count
        yield f"{number}. {place.phase}, {place.name}: {', '.join(filter(None, (value, count, place.span)))}"
