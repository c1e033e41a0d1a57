"""Choices: what can be tapped under a question, from its `choices`, its scale or the journey's touchpoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flows.conditions import RESERVED
from flows.journey import PLACEHOLDERS, Choice, Demand, Kind, PhaseName, Scale, Touchpoint, Words
from flows.source import Entry, Table

LONGEST_LABEL = 40
"""Characters; what a button shows on one line of a phone."""
MOST_CHOICES = 7
"""The question bank's own limit; above it people read the first ones only. A warning, never an error."""

_STEPS = 5
_KEYS = ("text", "text easy", "demand", "emoji", "alone")


@dataclass(frozen=True, slots=True)
class Setting:
    """What a question stands in: the languages wanted, what is shared, and the journey's touchpoints."""

    languages: Sequence[str]
    scales: Mapping[str, Scale]
    words: Mapping[str, Words]
    phase: PhaseName = "after"
    touchpoints: tuple[Touchpoint, ...] = ()
    ladders: Sequence[str] = ()
    in_ladder: bool = False


def read_scale(entry: Entry, languages: Sequence[str]) -> Scale:
    """A named scale of the shared phrases: five steps from low to high, their codes "1" to "5"."""
    steps = entry.items()
    if len(steps) != _STEPS and not entry.is_empty:
        entry.error(f"The scale '{entry.name}' has {len(steps)} steps.", f"Write {_STEPS}, from low to high.")
    return Scale(entry.name, tuple(_step(step, number, languages) for number, step in enumerate(steps, 1)))


def read_choices(table: Table, setting: Setting, kind: Kind, scale: str | None) -> tuple[Choice, ...]:
    """What can be tapped for one question, scale steps and touchpoints included.

    A shared ladder's question about touchpoints has only its own choices until a journey brings it in.
    """
    entry = table.entry("choices")
    if kind in ("one", "several"):
        table.need("choices", "Write what can be chosen under 'choices'.")
        own = _own_choices(entry, setting) if entry else ()
        if entry and len(own) > MOST_CHOICES:
            entry.warning(f"{len(own)} choices are many to read on a phone.", f"Keep to {MOST_CHOICES} or fewer.")
        if entry and kind == "one":
            _check_none_alone(entry, own)
        return own
    if kind == "touchpoint":
        own = _own_choices(entry, setting) if entry else ()
        if entry:
            _check_none_alone(entry, own)
        if setting.in_ladder:
            return own
        return _with_touchpoints(own, setting.touchpoints, table)
    if entry:
        written = table.text("answer")
        remedy = "Take them away, or write 'answer: one of'."
        entry.error(f"Choices do not go with the answer '{written}'.", remedy)
    if kind == "yes-no":
        return _yes_and_no(table, setting)
    return setting.scales[scale].choices if scale else ()


def _step(entry: Entry, number: int, languages: Sequence[str]) -> Choice:
    label = entry.words(languages, longest=LONGEST_LABEL, besides=("emoji",))
    table = entry.table() if label else None
    return Choice(str(number), label or Words({}), (table.text("emoji") if table else "") or "", number)


def _with_touchpoints(own: tuple[Choice, ...], touchpoints: Sequence[Touchpoint], table: Table) -> tuple[Choice, ...]:
    """The journey's touchpoints as choices, then the question's own; clashes and lack of any are reported."""
    if not touchpoints:
        remedy = "Write them under 'touchpoints' at the top, or ask in another way."
        table.entries["answer"].error("The journey has no touchpoints to choose from.", remedy)
    for choice in own:
        if any(touchpoint.code == choice.code for touchpoint in touchpoints):
            fault = f"The choice '{choice.code}' has the name of a touchpoint."
            table.entries["choices"].error(fault, "Give it another name.")
    return (*(Choice(touchpoint.code, touchpoint.name) for touchpoint in touchpoints), *own)


def _own_choices(entry: Entry, setting: Setting) -> tuple[Choice, ...]:
    table = entry.table()
    if table is None:
        return ()
    if not table.entries:
        entry.error("There is nothing to choose under 'choices'.", "Write at least two choices.")
    return tuple(_choice(choice, setting) for choice in table.codes(RESERVED))


def _choice(entry: Entry, setting: Setting) -> Choice:
    """A label in each language, or the same under `text` with what is ours beside it."""
    names = set(entry.names())
    if not names & set(_KEYS):
        return Choice(entry.name, entry.words(setting.languages, PLACEHOLDERS, LONGEST_LABEL) or Words({}))
    if names & set(setting.languages):
        remedy = 'Write it as { text: { sv: "..." }, demand: failure }.'
        entry.error(f"The languages of '{entry.name}' stand beside its other settings.", remedy)
        return Choice(entry.name, Words({}))
    table = entry.table()
    if table is None:
        return Choice(entry.name, Words({}))
    table.allow("a choice", _KEYS)
    table.need("text", 'Write it as { text: { sv: "..." }, demand: failure }.')
    demand = table.entry("demand")
    demands: Mapping[str, Demand] = {"value": "value", "failure": "failure"}
    written = demand.one_of(demands) if demand else None
    return Choice(
        entry.name,
        table.words("text", setting.languages, PLACEHOLDERS, LONGEST_LABEL) or Words({}),
        emoji=table.text("emoji") or "",
        demand=demands[written] if written else None,
        alone=table.flag("alone"),
    )


def _check_none_alone(entry: Entry, own: Sequence[Choice]) -> None:
    for choice in own:
        if choice.alone:
            remedy = "Take 'alone' away: of these only one can be chosen."
            entry.error(f"'alone' of '{choice.code}' only goes with the answer 'several of'.", remedy)


def _yes_and_no(table: Table, setting: Setting) -> tuple[Choice, ...]:
    for code in ("yes", "no"):
        if code not in setting.words:
            remedy = f"Add '{code}' under 'words' in phrases.yaml."
            table.entries["answer"].error(f"The shared phrases have no word for '{code}'.", remedy)
    return tuple(Choice(code, setting.words[code]) for code in ("yes", "no") if code in setting.words)
