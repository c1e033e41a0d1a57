"""Reading: what a citizen did on a page, as the JSON of an inbox row, and from there the arrival that it is."""

from __future__ import annotations

import msgspec

from bot import arrivals
from bot.arrivals import Arrival, What

DOOR = "web"


class SaidHere(msgspec.Struct, frozen=True, tag="said"):
    """Typed text, or a button that stands for some."""

    text: str


class TappedHere(msgspec.Struct, frozen=True, tag="tapped"):
    """A button of a message: the row that offered it, and its place in it."""

    outbox: int
    button: int


class SpeaksHere(msgspec.Struct, frozen=True, tag="speaks"):
    """A language chosen."""

    language: str


class CameHere(msgspec.Struct, frozen=True, tag="came"):
    """Somebody is here again."""


Done = SaidHere | TappedHere | SpeaksHere | CameHere


class Deed(msgspec.Struct, frozen=True):
    """One thing done by one person; `language` is what their browser says, `message` our id of it."""

    address: str
    message: str
    done: Done
    language: str | None = None
    whole: bool = True


_DEEDS = msgspec.json.Decoder(Deed)


def written(deed: Deed) -> bytes:
    """The deed as the inbox keeps it, before it is sealed."""
    return msgspec.json.encode(deed)


def arrival(raw: bytes) -> Arrival | None:
    """What one row of the inbox says that this door brought. msgspec.ValidationError for what is none of ours."""
    deed = _DEEDS.decode(raw)
    return Arrival(DOOR, deed.address, _what(deed), deed.language, deed.whole)


def _what(deed: Deed) -> What:
    done = deed.done
    if isinstance(done, SaidHere):
        return arrivals.Said(done.text, deed.message)
    if isinstance(done, TappedHere):
        return arrivals.Tapped(done.outbox, 1, done.button, deed.message)
    if isinstance(done, SpeaksHere):
        return arrivals.Speaks(done.language)
    return arrivals.Came()
