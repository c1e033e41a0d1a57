"""Names: what a journey, a question, a period and a reason are called in the report, in its reader's language."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.figures.suppression import fewest
from bot.organisation import Organisation
from bot.workbook.counted import Counted
from bot.workbook.data import staff_reason
from bot.workbook.edition import Edition
from bot.workbook.shown import Figure
from bot.workbook.texts import Texts
from flows.journey import Journey, Question, Words
from flows.wording import in_language

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_BRACKET = re.compile(r"\s*\([^()]*\{(?!organisation\})[a-z_]+\}[^()]*\)")


def period_label(period: Sequence[str]) -> str:
    """A period as it stands in a cell: its first and last week."""
    return f"{period[0]} – {period[-1]}"


def period_span(period: Sequence[str], say: Texts) -> str:
    """A period in words, as it stands in a line."""
    return say("overview.span", first=period[0], last=period[-1])


def journey_title(counts: Counted, journey: str, say: Texts) -> str:
    """The journey's title, or its code where none of its versions was used yet."""
    if journey not in counts.catalogue.journeys():
        return journey
    return in_language(counts.catalogue.latest(journey).title, say.language)


def reason_label(reason: str, edition: Edition) -> str | None:
    """Why a follow-up ended as it did: the house's own words, staff's label, or the code that nobody knows any more."""
    code = staff_reason(reason)
    if code is None:
        return edition.say.label("reasons", reason) if reason else None
    label = edition.organisation.reasons.get(code)
    return edition.say("follow-ups.by-staff", reason=in_language(label, edition.say.language) if label else code)


def question_text(text: Words, organisation: Organisation, language: str) -> str:
    """A question as everybody was asked it.

    The organisation is named. What differs from contact to contact (the service, say) is left out with the
    brackets around it, and outside brackets stands as "…".
    """

    def value(match: re.Match[str]) -> str:
        return in_language(organisation.name, language) if match[1] == "organisation" else "…"

    return _PLACEHOLDER.sub(value, _BRACKET.sub("", in_language(text, language))).strip()


def touchpoint_name(journey: Journey, question: Question, language: str) -> str | None:
    """The name of the question's touchpoint, or None where it has none."""
    touchpoint = journey.touchpoint(question.touchpoint) if question.touchpoint else None
    return in_language(touchpoint.name, language) if touchpoint else None


def part(journey: Journey, question: Question, afterwards: bool, say: Texts) -> str | None:
    """What tells a question from others with the same words: its ladder, and whether it was asked afterwards."""
    parts = []
    if any(question.code == wished.code for wished in journey.wish):
        parts.append(say("parts.wish"))
    elif question.ladder is not None:
        low = question.opens is not None and any(test.operator == "at most" for test in question.opens.tests)
        parts.append(say("parts.low" if low else "parts.deeper"))
    if afterwards:
        parts.append(say("parts.afterwards"))
    return ", ".join(parts) or None


def why(figure: Figure, audience: str, say: Texts) -> str | None:
    """Why less than all of a figure is shown, or None where all of it is."""
    return say(f"notes.{figure.why}", fewest=fewest(audience)) if figure.why else None


def curve_place(journey: Journey, question: Question) -> tuple[int, int]:
    """Where a question stands along its journey: by touchpoint, and within one in the order of asking."""
    touchpoints = [touchpoint.code for touchpoint in journey.touchpoints]
    codes = [asked.code for asked in journey.questions()]
    return (
        touchpoints.index(question.touchpoint) if question.touchpoint in touchpoints else len(touchpoints),
        codes.index(question.code),
    )


def asked_text(edition: Edition, question: Question) -> str:
    """`question_text` for this edition's reader."""
    return question_text(question.text, edition.organisation, edition.say.language)
