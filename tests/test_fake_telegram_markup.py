"""The HTML reader agrees with tdlib's own cases, and never fails in another way than Telegram."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fake_telegram.markup import command_entities, parse_html, trimmed, utf16_length
from tests.fake_telegram.wire import Refusal
from tests.wild import examples


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("🏟 🏟&lt;<abacaba", "Unclosed start tag at byte offset 13"),
        ("🏟 🏟&lt;<abac aba>", 'Unsupported start tag "abac" at byte offset 13'),
        ("🏟 🏟&lt;<i   =aba>", 'Empty attribute name in the tag "i" at byte offset 13'),
        ("🏟 🏟&lt;<i    aba>", 'Can\'t find end tag corresponding to start tag "i"'),
        ("🏟 🏟&lt;<i    aba  =  ", 'Unclosed start tag "i" at byte offset 13'),
        ("🏟 🏟&lt;<i    aba  =  190azAz-.,", "Unexpected end of name token at byte offset 27"),
        ('🏟 🏟&lt;<i    aba  =  "&lt;&gt;&quot;>', "Unclosed start tag at byte offset 13"),
        ("🏟 🏟&lt;</", "Unexpected end tag at byte offset 13"),
        ("🏟 🏟&lt;<b></b></", "Unexpected end tag at byte offset 20"),
        ("🏟 🏟&lt;<i>a</i   ", "Unclosed end tag at byte offset 17"),
        ("🏟 🏟&lt;<i>a</em   >", 'Unmatched end tag at byte offset 17, expected "</i>", found "</em>"'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("<br>", 'Unsupported start tag "br" at byte offset 0'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_errors_name_the_byte_offset(source: str, error: str) -> None:
    """Each broken text gets Telegram's own words and the offset in UTF-8 bytes."""
    with pytest.raises(Refusal) as refused:
        parse_html(source)
    assert refused.value.description == f"Bad Request: can't parse entities: {error}"


def test_lone_surrogates_are_refused() -> None:
    """A character reference to half a pair makes no text."""
    with pytest.raises(Refusal, match="invalid Unicode characters"):
        parse_html("&#xDFDF;")


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("&lt;&gt;&amp;&quot;&laquo;&#12345678;&#229;", '<>&"&laquo;&#12345678;å', []),
        ("🏟 🏟<i>🏟 &lt🏟</i>", "🏟 🏟🏟 <🏟", [("italic", 5, 6)]),
        ("🏟 🏟<i>🏟 &gt;<b aba   =   caba>&lt🏟</b></i>", "🏟 🏟🏟 ><🏟", [("italic", 5, 7), ("bold", 9, 3)]),
        ("🏟 🏟&lt;<i>a</    >", "🏟 🏟<a", [("italic", 6, 1)]),
        ("<b></b>", "", []),
        ('<span class = "tg-spoiler">a</span><u>b</u>', "ab", [("spoiler", 0, 1), ("underline", 1, 1)]),
        ("<a href=telegram.org>a</a>", "a", [("text_link", 0, 1)]),
        ("<pre><code class=\"language-fift\">a</></>", "a", [("pre", 0, 1)]),
        ("<blockquote expandable>a<s>b</s></blockquote>", "ab",
         [("expandable_blockquote", 0, 2), ("strikethrough", 1, 1)]),
    ],
)  # fmt: skip
def test_sound_texts_become_text_and_entities(source: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    """Tags become entities in UTF-16 units, outer before inner; unknown references stay as written."""
    plain, found = parse_html(source)
    assert plain == text
    assert [(entity["type"], entity["offset"], entity["length"]) for entity in found] == entities


PIECES = ["<b>", "</b>", "</>", "<a href='x.y'>", "<", ">", "&lt;", "&#x", "å🏟", " ", "\0", '"', "="]


@examples(200)
@given(st.lists(st.sampled_from(PIECES)))
def test_no_text_breaks_the_reader(pieces: list[str]) -> None:
    """Any text is either parsed, with entities inside it, or refused in Telegram's words."""
    try:
        text, entities = parse_html("".join(pieces))
    except Refusal:
        return
    assert all(entity["offset"] + entity["length"] <= utf16_length(text) for entity in entities)


def test_trimming_moves_the_entities() -> None:
    """Blanks at the ends go, and with them what only covered blanks."""
    text, entities = trimmed(*parse_html(" \n<b> 🏟a </b><i> </i>"))
    assert (text, entities) == ("🏟a", [{"type": "bold", "offset": 0, "length": 3}])


def test_commands_are_marked_where_clients_mark_them() -> None:
    """A word that begins with a slash is a command, a lone slash or a path is not."""
    marked = [(each["offset"], each["length"]) for each in command_entities("🏟 /start abc / /a-b /stop@bot")]
    assert marked == [(3, 6), (21, 9)]
