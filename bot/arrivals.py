"""Arrivals: what came in through a door, in terms no door owns. Values only; doors make them, the desk takes them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """Typed text. `message` is the door's id of the message; `edited` when it said something else before."""

    text: str
    message: str
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Tapped:
    """A button of something we sent: outbox row, attempt, and the button's place in it. All three come from outside."""

    outbox: int
    attempt: int
    button: int
    message: str | None


@dataclass(frozen=True, slots=True)
class Strange:
    """Something that is no text and no button of ours: "voice", "photo", "sticker", "contact", "tap", "other"."""

    kind: str
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Shared:
    """A phone number handed over as a card, as digits, perhaps with a plus; `own` if it is the sender's."""

    number: str
    own: bool
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Left:
    """The person closed this door: blocked the bot."""


@dataclass(frozen=True, slots=True)
class Returned:
    """The person opened the door again: unblocked the bot."""


@dataclass(frozen=True, slots=True)
class Came:
    """The person is at this door again, with nothing to say yet: opened their page, or came by their return link."""


@dataclass(frozen=True, slots=True)
class Speaks:
    """The person chose a language."""

    language: str


What = Said | Tapped | Shared | Strange | Left | Returned | Came | Speaks


@dataclass(frozen=True, slots=True)
class Arrival:
    """One thing from one person. `address` is how the door reaches them; `language` what their device says.

    Not `whole`: whoever came by a link that may have been passed on. They may answer what is open, and neither see nor
    erase what was answered before.
    """

    door: str
    address: str
    what: What
    language: str | None = None
    whole: bool = True
