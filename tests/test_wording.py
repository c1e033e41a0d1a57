"""Wording: which language a text is shown in, and what its placeholders become."""

from __future__ import annotations

import pytest

from flows.journey import Words
from flows.wording import easy, filled, in_language, is_easy, plain, plain_texts, spoken, with_easy

OURS = ("sv", "fi", "en")
GREETING = Words({"sv": "Hej {name}, ring {phone}", "fi": "Hei {name}, soita {phone}"})


def test_a_text_is_shown_in_the_language_asked_for() -> None:
    """Where the text exists in the language, that is what is shown."""
    assert in_language(GREETING, "fi") == "Hei {name}, soita {phone}"


def test_a_missing_language_falls_back_to_the_designers_own() -> None:
    """What was not translated is shown in the language it was first written in, and nothing at all as nothing."""
    assert in_language(GREETING, "en") == "Hej {name}, ring {phone}"
    assert in_language(Words({}), "sv") == ""


def test_placeholders_become_values_in_the_same_language() -> None:
    """A value that exists in several languages is put in in the text's; one that is a plain text as it stands."""
    values: dict[str, Words | str] = {"name": Words({"sv": "Bygglov", "fi": "Rakennuslupa"}), "phone": "08-465 004 00"}
    assert filled(GREETING, "fi", values) == "Hei Rakennuslupa, soita 08-465 004 00"


def test_a_value_is_never_read_again() -> None:
    """Braces in a name stay braces, also when they look like a placeholder."""
    assert filled(GREETING, "sv", {"name": "{phone}", "phone": "{name}"}) == "Hej {phone}, ring {name}"


def test_a_placeholder_without_a_value_is_left_out() -> None:
    """A citizen never sees a brace of ours, and no blank at either end."""
    assert filled(Words({"sv": "{name} Välkommen {hours}"}), "sv", {}) == "Välkommen"


@pytest.mark.parametrize(
    ("device", "language"),
    [
        ("sv", "sv"), ("sv-FI", "sv"), ("fi_FI", "fi"), ("EN-gb", "en"), ("nb", "sv"), ("da-DK", "sv"), ("de", "en"),
        ("", "sv"), (None, "sv"),
    ],
)  # fmt: skip
def test_the_devices_language_decides_until_one_is_chosen(device: str | None, language: str) -> None:
    """Ours where we have it, Swedish for its neighbours, English for others, our first where nothing is said."""
    assert spoken(device, OURS) == language


def test_without_english_or_swedish_the_first_of_ours_is_spoken() -> None:
    """An organisation with other languages greets strangers in its first."""
    assert [spoken(device, ("fi",)) for device in ("de", "nb", "en")] == ["fi", "fi", "fi"]


BOTH = with_easy(GREETING, Words({"sv": "Hej {name}. Ring oss: {phone}"}))


def test_easy_reading_falls_back_to_the_plain_text_first() -> None:
    """The easy text where there is one, else the plain one of the same language, else the designer's own plain one."""
    assert in_language(BOTH, "sv-easy") == "Hej {name}. Ring oss: {phone}"
    assert in_language(BOTH, "sv") == "Hej {name}, ring {phone}"
    assert in_language(BOTH, "fi-easy") == "Hei {name}, soita {phone}"
    assert in_language(BOTH, "en-easy") == "Hej {name}, ring {phone}"
    assert in_language(Words({"sv-easy": "Hej"}), "fi") == ""


def test_easy_texts_are_told_from_plain_ones() -> None:
    """A variant and its language lead to each other, and plain texts can be had without the variants."""
    assert [plain(one) for one in ("sv", "sv-easy")] == ["sv", "sv"]
    assert [easy(one) for one in ("sv", "sv-easy")] == ["sv-easy", "sv-easy"]
    assert [is_easy(one) for one in ("sv", "sv-easy")] == [False, True]
    assert plain_texts(BOTH) == GREETING.texts
    assert [*BOTH.texts] == ["sv", "fi", "sv-easy"]
    assert spoken("sv-easy", OURS) == "sv"
    assert filled(BOTH, "sv-easy", {"name": Words({"sv": "Bygglov"}), "phone": "1"}) == "Hej Bygglov. Ring oss: 1"
