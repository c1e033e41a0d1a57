"""Question use: what became of each question over a quarter, how far its answers differ, and which one could go.

A suggestion goes by a rule that stands on the sheet in words. Persons are counted in fives; how their answers are
spread is told from 30 persons on, by the rule of `quarterly`; so are times. Never decides anything for anybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.figures.means import sample_of
from bot.figures.medians import median_of
from bot.figures.spread import evenness_of
from bot.figures.suppression import ENOUGH, Showing, fewest, rounded_up
from bot.workbook.cells import Value
from bot.workbook.edition import Edition
from bot.workbook.names import asked_text, journey_title, part, period_span, why
from bot.workbook.quarterly import Quarterly, figures, no_quarter
from bot.workbook.shares import shown_share
from bot.workbook.sheets import Block, Content, Form, LeftOut, Line, Sheet, Table
from bot.workbook.shown import Figure, Key
from bot.workbook.snapshot import Snapshot
from bot.workbook.texts import Texts
from bot.workbook.uses import ALIKE, PUT, SELDOM, UNANSWERED, Use, commonest, could_go, used_for, uses
from bot.workbook.widths import fitted
from flows.wording import in_language

_NOT_PUT = ("not-drawn", "routed-past")
_SHARE = ("answered-share", "share-from", "share-to")
_WHERE = ("journey", "question", "code")
# Columns of one kind stand below each other in both tables.
_USE = (*_WHERE, "asked", "contacts", *PUT, *_SHARE, *_NOT_PUT, "used-for", "note")
_SECONDS, _COMMON = ("seconds", "seconds-from", "seconds-to"), ("common-share", "common-from", "common-to")
_SPREAD = (*_WHERE, "asked", "contacts", "answers", *_SECONDS, *_COMMON, "evenness", "deviation", "commonest", "note")
_WIDEST = {"journey": 30, "question": 48, "used-for": 44, "commonest": 44, "note": 36}
_SHORT = 8  # longer headers over numbers stand on two lines: the sheet has many columns
_FORMS: dict[str, Form] = {
    **dict.fromkeys(("answers", "asked", "contacts", *PUT, *_NOT_PUT, *_SECONDS), "whole"),
    **dict.fromkeys((*_SHARE, *_COMMON), "share"),
    **dict.fromkeys(("evenness", "deviation"), "decimal"),
}


def question_use(snapshot: Snapshot, quarterly: Quarterly | None, edition: Edition) -> Sheet | LeftOut:
    """The sheet: what could go, in words; what became of each question; how long it took and how answers are spread.

    In a unit's report too it is of all units together, because a question is the journey's.
    """
    say = edition.say
    if quarterly is None:
        return LeftOut(say("sheets.question-use"), no_quarter(snapshot, say))
    found = uses(quarterly)
    if not found:
        return LeftOut(say("sheets.question-use"), say("question-use.nothing"))
    shown, span = figures(quarterly), period_span(quarterly.weeks, say)
    used = [tuple(_use_cells(snapshot, each, edition)) for each in found]
    spread = [
        tuple(_spread_cells(snapshot, each, shown[each.key], edition))
        for each in found
        if each.key in shown and each.asked >= fewest(each.version.journey.audience)
    ]
    blocks: list[Block] = [
        Line(say("question-use.title", span=span), "title"),
        *([] if edition.unit is None else [Line(say("question-use.of-all"))]),
        Line(say("question-use.could-go"), "heading"),
        *(Line(words) for words in _suggestions(snapshot, found, shown, edition)),
        Line(say("question-use.rule"), "heading"),
        *(Line(words) for words in say.lines("question-use-rule", **_limits())),
        Line(say("question-use.uses"), "heading"),
        *(Line(words) for words in say.lines("question-use-lines")),
        Table("question_use", fitted(_USE, _FORMS, used, say, _WIDEST, short=_SHORT), used, filters=False),
    ]
    if spread:
        blocks += [
            Line(say("question-use.spread"), "heading"),
            *(Line(words) for words in say.lines("question-spread-lines")),
            Table(
                "question_spread", fitted(_SPREAD, _FORMS, spread, say, _WIDEST, short=_SHORT), spread, filters=False
            ),
        ]
    return Sheet(say("sheets.question-use"), tuple(blocks))


def _suggestions(
    snapshot: Snapshot, found: Sequence[Use], shown: Mapping[Key, Figure], edition: Edition
) -> Iterator[str]:
    say, told = edition.say, 0
    for use in found:
        why_so = could_go(use, shown.get(use.key))
        if why_so is None:
            continue
        reason, share = why_so
        told += 1
        needed = used_for(use.version.journey, use.question)
        words = say(
            f"question-use.{reason}",
            journey=journey_title(snapshot, use.key.journey, say),
            question=asked_text(edition, use.question),
            share=5 * round(20 * share),
        )
        if needed:
            words = f"{words} {say('question-use.but', uses=_in_words(needed, say))}"
        yield words
    if not told:
        yield say("question-use.none")


def _use_cells(snapshot: Snapshot, use: Use, edition: Edition) -> Iterator[Content]:
    say, audience = edition.say, use.version.journey.audience
    yield from _names(snapshot, use, edition)
    few = fewest(audience)
    if 0 < use.asked < few:
        yield from (say("notes.under", fewest=few), *[None] * 10)
    else:
        yield from (rounded_up(use.asked), rounded_up(use.contacts))
        yield from (_persons(use.persons.get(status, 0), few, say) for status in PUT)
        yield from shown_share(use.answered, use.asked, Showing.FEW if use.asked else Showing.HIDDEN)
        yield from (_persons(use.persons.get(status, 0), few, say) for status in _NOT_PUT)
    yield _in_words(used_for(use.version.journey, use.question), say) or None
    yield say("notes.hidden", fewest=few) if 0 < use.asked < few else None


def _spread_cells(snapshot: Snapshot, use: Use, figure: Figure, edition: Edition) -> Iterator[Content]:
    say, audience, found = edition.say, use.version.journey.audience, figure.distribution
    yield from _names(snapshot, use, edition)
    few = fewest(audience)
    yield from (rounded_up(found.asked), rounded_up(found.contacts), _persons(found.answers, few, say))
    middle = median_of(use.times) if len(use.times) >= ENOUGH else None
    ends = middle.interval if middle else None
    yield from (
        (None, None, None)
        if middle is None or ends is None
        else (round(middle.value), round(ends.low), round(ends.high))
    )
    told = figure.showing is not Showing.HIDDEN and found.answers >= ENOUGH
    common = commonest(use, figure) if told else None
    yield from (None,) * 3 if common is None else shown_share(common.count, common.n, Showing.FEW)
    choices = len(snapshot.catalogue.choices(use.key.journey, use.key.question))
    even = evenness_of(found.by_code, choices) if told and use.question.kind not in ("several", "number") else None
    yield None if even is None else round(even, 1)
    sample = sample_of(found.by_number) if told and use.question.kind in ("scale", "number") else None
    yield None if sample is None else round(sample.deviation, 1)
    yield None if common is None else _label(snapshot, use, common.code, say)
    yield _spread_note(use, figure, told, say)


def _spread_note(use: Use, figure: Figure, told: bool, say: Texts) -> str | None:
    if use.question.kind in ("words", "phone"):
        return say("question-use.own-words")
    if told:
        return None
    hidden = figure.showing is Showing.HIDDEN
    return why(figure, use.version.journey.audience, say) if hidden else say("question-use.few")


def _names(snapshot: Snapshot, use: Use, edition: Edition) -> tuple[Value, ...]:
    say, question = edition.say, use.question
    which = part(use.version.journey, question, use.key.afterwards, say)
    text = asked_text(edition, question)
    title = journey_title(snapshot, use.key.journey, say)
    return (title, f"{text} ({which})" if which else text, question.code)


def _persons(count: int, few: int, say: Texts) -> Value:
    return say("notes.under", fewest=few) if 0 < count < few else rounded_up(count)


def _label(snapshot: Snapshot, use: Use, code: str, say: Texts) -> str:
    for choice in snapshot.catalogue.choices(use.key.journey, use.key.question):
        if choice.code == code:
            return in_language(choice.label, say.language)
    return code


def _in_words(needed: Sequence[str], say: Texts) -> str:
    return ", ".join(say.label("question-uses", each) for each in needed)


def _limits() -> Mapping[str, int]:
    return {
        "alike": round(100 * ALIKE),
        "unanswered": round(100 * UNANSWERED),
        "seldom": round(100 * SELDOM),
        "enough": ENOUGH,
    }
