"""Telegram's HTML: text with tags in, plain text and entities out, or the error Telegram gives.

The rules and texts are those of the Bot API (core.telegram.org/bots/api#html-style) and of tdlib's
parser; byte offsets count UTF-8 bytes of the text as sent, entity offsets UTF-16 units of the result.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import urlsplit

from .wire import JsonObject, bad_request

TAGS = {
    "a": "text_link", "b": "bold", "strong": "bold", "i": "italic", "em": "italic",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough",
    "u": "underline", "ins": "underline", "tg-spoiler": "spoiler", "span": "spoiler",
    "tg-emoji": "custom_emoji", "tg-time": "date_time", "pre": "pre", "code": "code",
    "blockquote": "blockquote",
}  # fmt: skip
# Of entities over the same stretch, the outer one comes first.
_ORDER = ("blockquote", "expandable_blockquote", "pre", "code", "text_link", "bold", "italic")
_SPACE = b" \t\r\n\v\0"
_NAME_TOKEN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-"
_NAMED = {b"lt": "<", b"gt": ">", b"amp": "&", b"quot": '"'}


def parse_html(html: str) -> tuple[str, list[JsonObject]]:
    """Return the plain text and its entities as Bot API objects, outer before inner.

    Raises Refusal "Bad Request: can't parse entities: ..." where Telegram would.
    """
    return _Reader(html).read()


def trimmed(text: str, entities: list[JsonObject]) -> tuple[str, list[JsonObject]]:
    """Strip blanks at both ends, as Telegram does with every text, and move the entities along."""
    shorter = text.strip(" \t\r\n\v\0")
    if shorter == text:
        return text, entities
    lead = utf16_length(text[: len(text) - len(text.lstrip(" \t\r\n\v\0"))])
    room = utf16_length(shorter)
    kept = []
    for entity in entities:
        start = max(0, entity["offset"] - lead)
        end = min(room, entity["offset"] + entity["length"] - lead)
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return shorter, kept


def utf16_length(text: str) -> int:
    """Count UTF-16 code units, the measure of entity offsets."""
    return len(text) + sum(character > "\uffff" for character in text)


def command_entities(text: str) -> list[JsonObject]:
    """Find the bot commands a client marks in a plain text ("/start abc" -> one at 0)."""
    found: list[JsonObject] = []
    offset = 0
    for word in text.replace("\n", " ").split(" "):
        body = word[1:].partition("@")[0]
        if word.startswith("/") and body and body.isascii() and body.replace("_", "a").isalnum():
            found.append({"type": "bot_command", "offset": offset, "length": utf16_length(word)})
        offset += utf16_length(word) + 1
    return found


@dataclass(slots=True)
class _Open:
    tag: str
    argument: str
    offset: int
    begin: int


class _Reader:
    def __init__(self, html: str) -> None:
        # The closing NUL, which counts as a blank, ends every scan without a bounds check.
        self._data = html.encode() + b"\0"
        self._end = len(self._data) - 1
        self._at = 0
        self._text = bytearray()
        self._offset = 0
        self._open: list[_Open] = []
        self._entities: list[JsonObject] = []

    def read(self) -> tuple[str, list[JsonObject]]:
        while self._at < self._end:
            byte = self._data[self._at]
            if byte == ord("&") and (character := self._character_reference()) is not None:
                self._text += character.encode("utf-8", "surrogatepass")
                self._offset += utf16_length(character)
            elif byte != ord("<"):
                self._text.append(byte)
                self._offset += 0 if byte & 0xC0 == 0x80 else 2 if byte >= 0xF0 else 1
                self._at += 1
            elif self._data[self._at + 1] == ord("/"):
                self._end_tag()
            else:
                self._start_tag()
        if self._open:
            _fail(f'Can\'t find end tag corresponding to start tag "{self._open[-1].tag}"')
        try:
            text = self._text.decode()
        except UnicodeDecodeError:
            _fail(
                "Text contains invalid Unicode characters after decoding HTML entities, "
                "check for unmatched surrogate code units"
            )
        for entity in self._entities:
            if entity["type"] == "code":
                entity.pop("language", None)
        return text, sorted(self._entities, key=_outer_first)

    def _start_tag(self) -> None:
        begin = self._at
        self._at += 1
        tag = self._until(b">" + _SPACE).lower()
        if self._at >= self._end:
            _fail(f"Unclosed start tag at byte offset {begin}")
        if tag not in TAGS:
            _fail(f'Unsupported start tag "{tag}" at byte offset {begin}')
        argument = ""
        while self._data[self._at] != ord(">"):
            self._skip_blanks()
            if self._at >= self._end:
                _fail(f"Unclosed start tag at byte offset {begin}")
            if self._data[self._at] == ord(">"):
                break
            name, value = self._attribute(tag, begin)
            argument = _argument(tag, name, value) or argument
        if tag == "span" and argument != "spoiler":
            _fail(f'Tag "span" must have class "tg-spoiler" at byte offset {begin}')
        self._at += 1
        self._open.append(_Open(tag, argument, self._offset, len(self._text)))

    def _attribute(self, tag: str, begin: int) -> tuple[str, str]:
        name = self._until(b"=>" + _SPACE).lower()
        if not name:
            _fail(f'Empty attribute name in the tag "{tag}" at byte offset {begin}')
        self._skip_blanks()
        if self._data[self._at] != ord("="):
            return name, ""
        self._at += 1
        self._skip_blanks()
        if self._at >= self._end:
            _fail(f'Unclosed start tag "{tag}" at byte offset {begin}')
        quote = self._data[self._at]
        if quote not in b"'\"":
            token = self._at
            while self._data[self._at] in _NAME_TOKEN:
                self._at += 1
            if self._data[self._at] not in b">" + _SPACE:
                _fail(f"Unexpected end of name token at byte offset {token}")
            return name, self._data[token : self._at].decode().lower()
        self._at += 1
        value = bytearray()
        while self._at < self._end and self._data[self._at] != quote:
            if self._data[self._at] == ord("&") and (character := self._character_reference()) is not None:
                value += character.encode("utf-8", "replace")
                continue
            value.append(self._data[self._at])
            self._at += 1
        if self._at >= self._end:
            _fail(f"Unclosed start tag at byte offset {begin}")
        self._at += 1
        return name, value.decode()

    def _end_tag(self) -> None:
        begin = self._at
        if not self._open:
            _fail(f"Unexpected end tag at byte offset {begin}")
        self._at += 2
        tag = self._until(b">" + _SPACE).lower()
        self._skip_blanks()
        if self._data[self._at] != ord(">"):
            _fail(f"Unclosed end tag at byte offset {begin}")
        self._at += 1
        opened = self._open.pop()
        if tag and tag != opened.tag:
            _fail(f'Unmatched end tag at byte offset {begin}, expected "</{opened.tag}>", found "</{tag}>"')
        if self._offset > opened.offset:
            self._close(opened)

    def _close(self, opened: _Open) -> None:
        stretch: JsonObject = {"offset": opened.offset, "length": self._offset - opened.offset}
        kind = TAGS[opened.tag]
        last = self._entities[-1] if self._entities else {}
        same = last.get("offset") == stretch["offset"] and last.get("length") == stretch["length"]
        if kind == "custom_emoji":
            if not opened.argument.isdecimal() or int(opened.argument) == 0:
                _fail("Invalid custom emoji identifier specified")
            stretch["custom_emoji_id"] = opened.argument
        elif kind == "text_link":
            url = _checked_link(opened.argument or self._text[opened.begin :].decode("utf-8", "replace"))
            if not url:
                return
            stretch["url"] = url
        elif kind == "pre" and same and last.get("type") == "code" and last.get("language"):
            last["type"] = "pre"
            return
        elif kind == "code" and same and last.get("type") == "pre" and opened.argument:
            last["language"] = opened.argument
            return
        elif kind == "code" and opened.argument:
            stretch["language"] = opened.argument
        elif kind == "blockquote" and opened.argument:
            kind = "expandable_blockquote"
        self._entities.append({"type": kind, **stretch})

    def _character_reference(self) -> str | None:
        """Read `&lt;`, `&#60;` or `&#x3c;` (the semicolon may be missing); None if it is none."""
        stop = self._at + 1
        if self._data[stop] == ord("#"):
            base, stop = (16, stop + 2) if self._data[stop + 1 : stop + 2] == b"x" else (10, stop + 1)
            digits = b"0123456789abcdefABCDEF" if base == 16 else b"0123456789"
            start = stop
            while self._data[stop] in digits and stop - start < 12:
                stop += 1
            code = int(self._data[start:stop], base) if stop > start else 0
            if code == 0 or code >= 0x10FFFF:
                return None
            character = chr(code)
        else:
            while chr(self._data[stop]).isascii() and chr(self._data[stop]).isalpha():
                stop += 1
            named = _NAMED.get(self._data[self._at + 1 : stop])
            if named is None:
                return None
            character = named
        self._at = stop + (self._data[stop] == ord(";"))
        return character

    def _until(self, stops: bytes) -> str:
        start = self._at
        while self._data[self._at] not in stops:
            self._at += 1
        return self._data[start : self._at].decode("utf-8", "replace")

    def _skip_blanks(self) -> None:
        while self._at < self._end and self._data[self._at] in _SPACE:
            self._at += 1


def _argument(tag: str, name: str, value: str) -> str:
    if tag == "a" and name == "href":
        return value
    if tag == "code" and name == "class" and value.startswith("language-"):
        return value.removeprefix("language-")
    if tag == "span" and name == "class" and value.startswith("tg-"):
        return value.removeprefix("tg-")
    if tag == "tg-emoji" and name == "emoji-id":
        return value
    return "expandable" if tag == "blockquote" and name == "expandable" else ""


def _checked_link(url: str) -> str:
    whole = url.strip() if "://" in url or ":" in url.split("/")[0] else f"http://{url.strip()}"
    try:
        parts = urlsplit(whole)
    except ValueError:
        return ""
    if parts.scheme in {"http", "https"}:
        if "." not in parts.netloc and not parts.netloc.startswith("localhost"):
            return ""
        return parts._replace(path=parts.path or "/").geturl()
    return whole if parts.scheme in {"tg", "ton", "mailto", "tel"} else ""


def _outer_first(entity: JsonObject) -> tuple[int, int, int]:
    kind = entity["type"]
    return entity["offset"], -entity["length"], _ORDER.index(kind) if kind in _ORDER else len(_ORDER)


def _fail(text: str) -> NoReturn:
    raise bad_request(f"can't parse entities: {text}")
