"""The picture of a journey's path: boxes down a line, those under a condition set aside, as an inline SVG.

Narrow enough for a phone. The page says the same in words, so the picture is one drawing to those who can't see it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from html import escape

from bot.console.journey_words import PhaseTold, QuestionTold

_WIDTH = 360
_LINE, _GAP, _PAD = 18, 16, 10
_RAIL, _BOX, _ASIDE = 16, 40, 76
_LETTERS = 7.6
"""How wide a letter is at the drawing's size, on the safe side."""

_MOST_LINES = 3


def picture(phases: Sequence[PhaseTold], title: str) -> str:
    """The drawing of these phases, called `title`."""
    drawn: list[str] = []
    y = 0.0
    for phase in phases:
        y = _phase(drawn, phase, y)
    return (
        f'<svg class="path" role="img" aria-label="{escape(title)}" viewBox="0 0 {_WIDTH} {y + _GAP:g}" '
        'xmlns="http://www.w3.org/2000/svg"><defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" '
        'markerWidth="7" markerHeight="7" orient="auto"><path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>'
        f"{''.join(drawn)}</svg>"
    )


def _phase(drawn: list[str], phase: PhaseTold, y: float) -> float:
    y += _GAP
    drawn.append(f'<text class="phase" x="0" y="{y + 14:g}">{escape(phase.title)}</text>')
    y += 14
    for line in textwrap.wrap(phase.sent, int(_WIDTH / _LETTERS))[:2]:
        y += _LINE
        drawn.append(f'<text class="when" x="0" y="{y:g}">{escape(line)}</text>')
    y += _GAP
    for question in phase.questions:
        y = _step(drawn, question, y)
    return y


def _step(drawn: list[str], question: QuestionTold, y: float) -> float:
    left = _ASIDE if question.conditional else _BOX
    lines = textwrap.wrap(question.text, int((_WIDTH - left - 2 * _PAD) / _LETTERS))
    if len(lines) > _MOST_LINES:
        lines = [*lines[: _MOST_LINES - 1], lines[_MOST_LINES - 1] + " …"]
    why = textwrap.wrap(question.notes[0], int((_WIDTH - left) / _LETTERS))[:2] if question.conditional else []
    top = y + len(why) * _LINE
    height = len(lines) * _LINE + 2 * _PAD
    middle = top + height / 2
    rail = f'<path class="rail" d="M{_RAIL} {y:g}V{top + height + _GAP:g}"/>'
    dashed = " aside" if question.conditional else ""
    arrow = f'<path class="way{dashed}" d="M{_RAIL} {middle:g}H{left - 2}" marker-end="url(#arrow)"/>'
    kind = " says" if not question.choices and not question.version else ""
    box = (
        f'<rect class="step{dashed}{kind}" x="{left}" y="{top:g}" width="{_WIDTH - left - 1}" '
        f'height="{height}" rx="8"/>'
    )
    reasons = [
        f'<text class="when" x="{left}" y="{y + (place + 1) * _LINE - 5:g}">{escape(line)}</text>'
        for place, line in enumerate(why)
    ]
    words = [
        f'<text x="{left + _PAD}" y="{top + _PAD + (place + 1) * _LINE - 5:g}">{escape(line)}</text>'
        for place, line in enumerate(lines)
    ]
    drawn.append("".join([rail, *reasons, arrow, box, *words]))
    return top + height + _GAP
