"""Messages: what a conversation says, and the buttons it offers, in terms of no door. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Action = Literal[
    "choose",  # one choice answers the question
    "toggle",  # one of several: wants `on` if the choice has been changed `count` times
    "done",  # several: these are all
    "skip",
    "later",  # ask when; with a `choice`: "hour", "evening", "tomorrow"
    "change",  # ask this answered question again
    "decline",  # no thanks
    "continue",  # go on after the message about emergencies
    "call-me",
    "wish",
    "rights",
    "language",  # `choice` is the language
    # Outside every conversation; `choice` says which, and `question` about what where that is needed.
    "call-back",
    "erase",
    "pause",
    "there",  # when the person was where an open invitation hangs: "now", "today", "earlier"
    "staff",  # a member's, in a chat they linked; `question` says what about
]

Purpose = Literal["question", "repeat", "say", "thanks", "note", "emergency", "shell"]


@dataclass(frozen=True, slots=True)
class Tap:
    """What a button means. `question` and `asking` say which putting of which question it belongs to."""

    action: Action
    question: str = ""
    asking: int = 0
    choice: str = ""
    on: bool = False
    count: int = 0


@dataclass(frozen=True, slots=True)
class Button:
    """Words to tap, and what tapping them means."""

    label: str
    tap: Tap


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `strong` is a last line set off from the rest, such as the answer chosen.

    With `edits` set, it replaces what stands in the message that last put that question: (code, asking number).
    `keeps_text` leaves the text there as it is and changes only `strong` and the buttons.
    """

    purpose: Purpose
    text: str = ""
    buttons: tuple[tuple[Button, ...], ...] = ()
    strong: str = ""
    question: str = ""
    asking: int = 0
    edits: bool = False
    keeps_text: bool = False
