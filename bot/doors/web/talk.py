"""Talk: what stands for an address -> the bubbles of a page. Values only: asks nothing, and says nothing of its own.

Which buttons can still be tapped is seen here: those of the newest putting of each question; what was offered in
passing (a language, a pause, an erasure) until something else was said, or a day has gone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.store.web_messages import READABLE, Standing
from flows.messages import Button

_ANSWERS = ("choose", "toggle", "there", "call-back", "language", "pause", "erase")
_IN_PASSING = ("language", "pause", "erase")
_MARKS = ("☑ ", "☐ ")
_CHOSEN = "✓ "


@dataclass(frozen=True, slots=True)
class Key:
    """A button. `value` is what its form says; `pressed` is None but for one of several that can be chosen.

    `answers`: it is an answer, not a way around one. `leads` is the page of ours that it opens instead.
    """

    label: str
    value: str
    pressed: bool | None = None
    answers: bool = True
    main: bool = False
    leads: str = ""


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message. `question` is what it asks, in one paragraph; `chosen` what the person answered.

    `noted` is what became of it where the answer itself does not stand there: kept, or skipped. `asks`: it can be
    answered now.
    """

    id: int
    paragraphs: tuple[str, ...]
    question: str
    chosen: str
    noted: str
    rows: tuple[tuple[Key, ...], ...]
    asides: tuple[Key, ...]
    asks: bool


@dataclass(frozen=True, slots=True)
class Talk:
    """All bubbles, oldest first. `newest` is the one to go to; `keys` are words to say, beside the field.

    `mark` is another one after every change of what stands.
    """

    bubbles: tuple[Bubble, ...]
    newest: int
    keys: tuple[str, ...]
    wants_number: bool
    mark: int


def talk(standing: Sequence[Standing], now: datetime, *, rights: str, kept: Collection[str]) -> Talk:
    """The bubbles of what stands. `rights` is the page to read in place of tapping for one's rights.

    `kept` are the words, in each language, that stand in the place of an answer in own words.
    """
    newest_of = {(one.conversation_id, one.question): one.id for one in standing if _puts(one)}
    last_remark = max((one.id for one in standing if one.purpose == "shell"), default=0)
    bubbles = []
    for one in standing:
        live = not _puts(one) or newest_of[one.conversation_id, one.question] == one.id
        if _asks_when(one):
            live = one.id == standing[-1].id
        if _is_in_passing(one):
            live = one.id == last_remark and now - one.sent_at < READABLE
            if not live and not one.body.strong:
                continue  # a question that nobody needs to answer any more
        bubbles.append(_bubble(one, live=live, rights=rights, kept=kept))
    asking = [bubble.id for bubble in bubbles if bubble.asks]
    keys = next((one.body.keys for one in reversed(standing) if one.body.keys is not None), ())
    # The first key hands over the phone's own number, which no browser does: it is typed instead.
    newest = max(asking[-1:] or [bubble.id for bubble in bubbles[-1:]] or [0])
    mark = max((one.offer for one in standing), default=0)
    return Talk(tuple(bubbles), newest, keys[1:], wants_number=bool(keys), mark=mark)


def _puts(one: Standing) -> bool:
    return one.purpose in ("question", "repeat") and one.question is not None


def _is_in_passing(one: Standing) -> bool:
    actions = [button.tap.action for row in one.body.buttons for button in row]
    return one.purpose == "shell" and bool(actions) and all(action in _IN_PASSING for action in actions)


def _asks_when(one: Standing) -> bool:
    return any(button.tap.action == "later" and button.tap.choice for row in one.body.buttons for button in row)


def _bubble(one: Standing, *, live: bool, rights: str, kept: Collection[str]) -> Bubble:
    rows: list[tuple[Key, ...]] = []
    asides: list[Key] = []
    place = 0
    for row in one.body.buttons if live else ():
        keys: list[Key] = []
        for button in row:
            key = _key(button, f"{one.offer}.{place}", rights)
            place += 1
            (keys if key.answers else asides).append(key)
        if keys:
            rows.append(tuple(keys))
    asks = bool(rows) or (live and _puts(one) and not one.body.strong)
    strong = one.body.strong.removeprefix(_CHOSEN)
    is_noted = strong in kept or (strong == one.body.strong and _puts(one))
    chosen, noted = ("", strong) if is_noted else (strong, "")
    paragraphs = [part for part in one.body.text.split("\n\n") if part]
    question = paragraphs.pop() if paragraphs and _puts(one) else ""
    return Bubble(one.id, tuple(paragraphs), question, chosen, noted, tuple(rows), tuple(asides), asks)


def _key(button: Button, value: str, rights: str) -> Key:
    action = button.tap.action
    label, pressed = button.label, None
    if action == "toggle":
        label, pressed = label.removeprefix(_MARKS[0]).removeprefix(_MARKS[1]), not button.tap.on
    answers = action in _ANSWERS or (action == "later" and bool(button.tap.choice)) or action in ("done", "continue")
    return Key(
        label,
        value,
        pressed,
        answers,
        main=action in ("done", "continue"),
        leads=rights if action == "rights" else "",
    )
