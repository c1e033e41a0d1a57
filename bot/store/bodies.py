"""Bodies: what a message shows, as the outbox keeps it in JSON. Values only."""

from __future__ import annotations

import msgspec

from flows.messages import Button


class Document(msgspec.Struct, frozen=True):
    """A file to keep, with its media type."""

    name: str
    kind: str
    content: bytes


class Body(msgspec.Struct, frozen=True):
    """What a message shows: words, a last line set off from them, and rows of buttons.

    `keys` stand below the chat, in place of buttons, where a door has such keys: the first hands over the person's own
    phone number, the others write what stands on them. None leaves those that stand there; () takes them away.
    A `document` goes with the text as its caption, and is wiped with the whole body as soon as it has been sent.
    """

    text: str = ""
    strong: str = ""
    buttons: tuple[tuple[Button, ...], ...] = ()
    keys: tuple[str, ...] | None = None
    document: Document | None = None
