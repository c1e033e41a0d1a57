"""Writing messages: a Body -> what Telegram takes: HTML or plain text within its limits, and an inline keyboard."""

from __future__ import annotations

import html
import unicodedata

import msgspec

from bot.doors.telegram.reading import callback_data
from bot.store.outbox import Body

LONGEST = 4096
"""Code points that a message may have, after its tags are taken away (Bot API, sendMessage)."""

_GAP = "\n\n"
_CUT = "…"
_JOINER = "\N{ZERO WIDTH JOINER}"


class Key(msgspec.Struct):
    """One button as the Bot API takes it."""

    text: str
    callback_data: str


class Keyboard(msgspec.Struct):
    """Buttons in rows as the Bot API takes them."""

    inline_keyboard: list[list[Key]]


class KeyBelow(msgspec.Struct, omit_defaults=True):
    """One key below the chat: it writes its text, or hands over the person's own phone number."""

    text: str
    request_contact: bool = False


class KeysBelow(msgspec.Struct):
    """Keys below the chat in rows as the Bot API takes them; the app folds them away after one use."""

    keyboard: list[list[KeyBelow]]
    resize_keyboard: bool = True
    one_time_keyboard: bool = True


class NoKeysBelow(msgspec.Struct):
    """The keys below the chat go."""

    remove_keyboard: bool = True


Markup = Keyboard | KeysBelow | NoKeysBelow


def as_html(body: Body) -> str:
    """The text, then the strong line below a blank one, for parse_mode HTML."""
    text, strong = _fitted(body)
    parts = [html.escape(text, quote=False), f"<b>{html.escape(strong, quote=False)}</b>" if strong else ""]
    return _GAP.join(part for part in parts if part)


def as_plain(body: Body) -> str:
    """The same without any markup."""
    return _GAP.join(part for part in _fitted(body) if part)


def keyboard(body: Body, outbox: int, attempt: int) -> Keyboard | None:
    """The buttons, numbered through all rows from 0; None where there are none."""
    rows = []
    number = 0
    for row in body.buttons:
        shown = []
        for button in row:
            shown.append(Key(button.label, callback_data(outbox, attempt, number)))
            number += 1
        rows.append(shown)
    return Keyboard(rows) if number else None


def markup(body: Body, outbox: int, attempt: int) -> Markup | None:
    """What goes with a new message: its keys below the chat, or their end, or its buttons; None where it has none."""
    if body.keys is None:
        return keyboard(body, outbox, attempt)
    if not body.keys:
        return NoKeysBelow()
    share, *others = body.keys
    return KeysBelow([[KeyBelow(share, request_contact=True)], *([KeyBelow(label)] for label in others)])


def cut(text: str, longest: int) -> str:
    """At most `longest` code points of `text`: cut between words if one ends nearby, never within a character."""
    if len(text) <= longest:
        return text
    end = longest - len(_CUT)
    nearest = max(text.rfind(" ", 0, end + 1), text.rfind("\n", 0, end + 1))
    if nearest > end - end // 8:
        end = nearest
    while end > 0 and _belongs_to_the_one_before(text, end):
        end -= 1
    return text[:end].rstrip() + _CUT if end > 0 else text[:longest]


def _fitted(body: Body) -> tuple[str, str]:
    # The strong line is the answer chosen: it is kept and the text is cut, unless it alone is too long.
    strong = cut(body.strong, LONGEST // 2)
    room = LONGEST - len(strong) - (len(_GAP) if strong else 0)
    return cut(body.text, room), strong


def _belongs_to_the_one_before(text: str, place: int) -> bool:
    return (
        unicodedata.combining(text[place]) != 0
        or unicodedata.category(text[place]) in ("Mn", "Me", "Mc")
        or text[place] == _JOINER
        or text[place - 1] == _JOINER
        or "\N{EMOJI MODIFIER FITZPATRICK TYPE-1-2}" <= text[place] <= "\N{EMOJI MODIFIER FITZPATRICK TYPE-6}"
    )
