"""A citizen's own words are stored clean, bounded, and without what leads to a person."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.fi import hetu

from flows.own_words import LONGEST, MARK, cleaned, kept, number_given
from tests.wild import examples

few = examples(60)


def personnummer(date_digits: str, serial: str) -> str:
    """A made-up number with a right check digit: "19090101", "123" -> "19090101-123x"."""
    return f"{date_digits}-{serial}{luhn.calc_check_digit(date_digits[-6:] + serial)}"


def henkilotunnus(date_digits: str, sign: str, serial: str) -> str:
    """A made-up Finnish code; serials from 900 are never given to anybody."""
    control = "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(date_digits + serial) % 31]
    assert hetu.is_valid(date_digits + sign + serial + control, allow_temporary=True)
    return date_digits + sign + serial + control


BORN = personnummer("19090101", "123")
IDENTITY_NUMBERS = [
    BORN,
    BORN[2:],
    BORN.replace("-", ""),
    BORN[2:].replace("-", ""),
    BORN[2:].replace("-", "+"),
    BORN[2:].replace("-", " "),
    BORN.replace("-", " - "),
    f"1909-01-01{BORN[-5:]}",
    personnummer("19090161", "123"),  # samordningsnummer: day + 60
    personnummer("090161", "123"),
    "090101-1230" if not BORN.endswith("1230") else "090101-1231",  # a mistyped check digit
    "190901011230" if not BORN.endswith("1230") else "190901011231",
    "090101-T123",
    "556016-0680",
    "165560160680",
    "5560160680",
    henkilotunnus("010190", "-", "900"),
    henkilotunnus("010190", "Y", "901"),
    henkilotunnus("010105", "A", "902"),
    henkilotunnus("010105", "F", "903").lower(),
    henkilotunnus("010190", "-", "904").replace("-", " - "),
    "010190-900" + ("A" if not henkilotunnus("010190", "-", "900").endswith("A") else "B"),
]
PHONES = [
    "070-123 45 67",
    "0701234567",
    "070 - 123 45 67",
    "070/123 45 67",
    "(070) 123 45 67",
    "070.123.45.67",
    "0 7 0 1 2 3 4 5 6 7",
    "+46 70 123 45 67",
    "+46 (0)70 123 45 67",
    "+46701234567",
    "0046701234567",
    "46701234567",
    "08-123 456 78",
    "040 1234567",
    "+358 40 1234567",
    "050-1234567",
    "+47 912 34 567",
    "912 34 567",
    "+44 20 7946 0958",
    "070-123 45 6",
    "070-123 45 678",
    "072-123 45 6",
]
ADDRESSES = [
    "test@example.com",
    "test.test+kommun@mail.example.se",
    "märta_7@exämple.se",
    "тест@пример.рф",
    "test@kommun",
    "test＠example．com",
    "test (at) example.com",
]
SURVIVORS = [
    "2026-11-20",
    "20.11.2026",
    "7/2 2026",
    "07.02.2026 10.30",
    "01 12 2026 kl 13",
    "20261120",
    "261120 1430",
    "2026-11-20 1015",
    "10:30",
    "08.00-16.00",
    "01.11-05.11.2026",
    "01.11.–05.11.2026",
    "1 250 kr",
    "12 500 000 kr",
    "45000000 kr",
    "1 234 567,50",
    "3 timmar",
    "851 32 Sundsvall",
    "00100 Helsinki",
    "2026-1234",
    "KS 2026/00123",
    "112",
    "1177",
    "4,5 av 5",
    "https://example.com/sida/2?a=1#b",
    "5st@10kr",
    "från 2020 till 2026",
]


def without_digits_or_at() -> st.SearchStrategy[str]:
    """Wild text that adds no digit to what is planted in it."""
    return st.text(max_size=25).filter(
        lambda text: not any(char.isnumeric() for char in unicodedata.normalize("NFKC", text)) and "@" not in text
    )


def digits_of(text: str) -> str:
    """All digits of a text, in order."""
    return "".join(char for char in text if char.isdecimal())


@pytest.mark.parametrize("number", IDENTITY_NUMBERS)
def test_identity_numbers_are_masked_whole(number: str) -> None:
    """Every way to write a Swedish or Finnish identity number becomes one mark, a mistyped check digit or not."""
    words = kept(f"Mitt nummer är {number}, tack")
    assert words.text == f"Mitt nummer är {MARK}, tack"
    assert words.masked == {"identity-number": 1}


@pytest.mark.parametrize("number", PHONES)
def test_phone_numbers_are_masked_whole(number: str) -> None:
    """Every way people here write a phone number becomes one mark."""
    words = kept(f"ring {number} efter 3 dagar")
    assert words.text == f"ring {MARK} efter 3 dagar"
    assert words.masked == {"phone": 1}


@pytest.mark.parametrize("address", ADDRESSES)
def test_mail_addresses_are_masked_whole(address: str) -> None:
    """Mail addresses in every script become one mark."""
    words = kept(f"skriv till {address}, helst")
    assert words.text == f"skriv till {MARK}, helst"
    assert words.masked == {"email": 1}


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("fråga @nagon_har", f"fråga {MARK}"),
        ("se https://t.me/nagon_har", f"se {MARK}"),
        ("se tg://user?id=123", f"se {MARK}"),
    ],
)
def test_telegram_names_are_masked(raw: str, text: str) -> None:
    """A Telegram user name is masked as a mention and as a link."""
    assert kept(raw).text == text
    assert kept(raw).masked == {"username": 1}


@pytest.mark.parametrize("text", SURVIVORS)
def test_what_leads_to_nobody_survives(text: str) -> None:
    """Dates, times, sums, postcodes, record numbers and links are kept as written."""
    assert kept(f"Det var {text} då").text == f"Det var {text} då"


@pytest.mark.parametrize(
    "number",
    [
        "٠٧٠١٢٣٤٥٦٧",
        "０７０−１２３ ４５ ６７",
        "0️⃣7️⃣0️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣",
        "070\u200b123\u202e45\u00ad67",
        "070\u00a0123\u201145\u200a67",
    ],
)
def test_digits_of_other_scripts_are_masked(number: str) -> None:
    """A number is found in every digit script, with keycaps, and with unseen characters in it."""
    assert kept(f"ring {number}!").text == f"ring {MARK}!"


@pytest.mark.parametrize("before", ["m²", "½", "⑩"])
def test_signs_that_only_look_like_digits_hide_no_number(before: str) -> None:
    """A raised two or a half right before a phone number is not read as a digit of it."""
    assert kept(f"{before}0701234567").text == f"{before}{MARK}"


def test_findings_that_overlap_become_one_mark() -> None:
    """A phone number within or reaching into a mail address is masked with it, and counted once."""
    assert kept("a +46 70 123 45 67@example.com b").text == f"a {MARK} b"
    words = kept("a 0701234567@example.com b")
    assert (words.text, words.masked) == (f"a {MARK} b", {"email": 1})


def test_several_traces_are_counted_by_kind() -> None:
    """Each trace is masked and counted under its kind."""
    words = kept(f"{BORN} 0701234567 070-765 43 21 mailto:test@example.com")
    assert words.text == f"{MARK} {MARK} {MARK} mailto:{MARK}"
    assert words.masked == {"identity-number": 1, "phone": 2, "email": 1}
    assert not words.shortened


@few
@given(before=without_digits_or_at(), planted=st.sampled_from(IDENTITY_NUMBERS), after=without_digits_or_at())
def test_no_surrounding_saves_an_identity_number(before: str, planted: str, after: str) -> None:
    """Whatever stands around an identity number, at most its Finnish check letter is left of it."""
    assert digits_of(kept(before + planted + after).text) == ""


@few
@given(
    before=without_digits_or_at(),
    planted=st.sampled_from([one for one in PHONES if one[0] in "+0("]),
    after=without_digits_or_at(),
)
def test_no_surrounding_saves_a_phone_number(before: str, planted: str, after: str) -> None:
    """Whatever stands around a phone number, no digit of it is left."""
    assert digits_of(kept(before + planted + after).text) == ""


@few
@given(before=without_digits_or_at(), planted=st.sampled_from(ADDRESSES[:5]), after=without_digits_or_at())
def test_no_surrounding_saves_a_mail_address(before: str, planted: str, after: str) -> None:
    """Whatever stands around a mail address, no @ is left of it."""
    assert "@" not in kept(before + planted + after).text


PIECES = st.sampled_from(
    [
        *"aéषم🏽🇸👩 \n\t\x00\ud800\ufffe\ufeff\u202e\u2066\u0958\u1100\u1161\u0301\ufe0f\u200d\u200c",
        "e\u0301",
        "👩\u200d",
        "क्",
        "\r\n",
        "🏴\U000e0067",
    ]
)
WILD = st.one_of(
    st.text(max_size=60),
    st.text(alphabet=st.characters(), max_size=30),
    st.lists(PIECES, max_size=40).map("".join),
    st.tuples(st.integers(1960, 2040), PIECES, st.lists(PIECES, max_size=30).map("".join)).map(
        lambda it: "x" * it[0] + it[1] * 5 + it[2]
    ),
)


@examples(200)
@given(raw=WILD)
def test_cleaning_is_bounded_stable_and_storable(raw: str) -> None:
    """Cleaned text keeps the bounds, encodes to UTF-8, is NFC, holds nothing unseen, and is not changed again."""
    text = cleaned(raw)
    assert cleaned(text) == text == unicodedata.normalize("NFC", text)
    assert len(text) <= LONGEST
    assert len(text.encode("utf-8")) <= 8000
    assert not set(text) & set("\x00\r\t\ufeff\u202e\u2066\u200b\ufffe\u061c\u200e")
    assert "\n\n\n" not in text


@few
@given(raw=st.one_of(WILD, st.lists(st.sampled_from([*PHONES, *ADDRESSES, *SURVIVORS, BORN, " ", MARK])).map("".join)))
def test_keeping_what_was_kept_changes_nothing(raw: str) -> None:
    """Masked text has nothing left to mask and stays within the bounds."""
    words = kept(raw)
    assert len(words.text) <= LONGEST
    assert kept(words.text).text == words.text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("  Hej\r\n\r\n\r\n\r\ndå\tnu ", "Hej\n\ndå nu"),
        ("a\u202eb\u2066c\u200e\u200f\u061cd\ufeff\x00\ud83d\ufffe\U0001fffe", "abcd"),
        ("A\u030a", "Å"),
        ("👩\u200d👩\u200d👧 familj", "👩\u200d👩\u200d👧 familj"),
        ("🙂\u200d↔️", "🙂\u200d↔️"),
        ("می\u200cخواهم क्\u200dष", "می\u200cخواهم क्\u200dष"),
        ("o\u200dr\u200cd 1\u200d2", "ord 12"),
        ("rad\u2028rad\x0brad", "rad\nrad\nrad"),
        ("z" + "\u0301\u0302" * 30, "ź" + ("\u0302\u0301" * 8)),
    ],
)
def test_cleaning_keeps_what_is_seen(raw: str, text: str) -> None:
    """What can't be seen goes; line breaks are one kind; emoji, Persian and Indic keep their joiners."""
    assert cleaned(raw) == text


@pytest.mark.parametrize("character", ["e\u0323\u0302\u0316", "👍🏽", "👩\u200d👩\u200d👧", "❤️", "🇸🇪", "नि", "4️⃣"])
def test_a_cut_never_parts_a_visible_character(character: str) -> None:
    """Wherever the bound falls, a character of several code points is kept whole or left out."""
    composed = unicodedata.normalize("NFC", character)
    for room in range(1, len(composed) + 1):
        lead = "x" * (LONGEST - room)
        expected = lead + composed if room == len(composed) else lead
        assert cleaned(lead + character + "y" * 5) == expected


def test_a_cut_never_parts_a_mark_or_shows_half_a_number() -> None:
    """A number across the bound is masked before the cut, and its mark is kept whole or left out."""
    for room in range(14):
        words = kept("x" * (LONGEST - 1 - room) + " 070-123 45 67" + "y" * 20)
        assert words.shortened
        assert words.text.lstrip("x") == ("" if room < len(MARK) else f" {MARK}" + "y" * (room - len(MARK)))


@pytest.mark.parametrize(
    "hostile",
    [
        "0 ",
        "0",
        "1 ",
        "+",
        "+1 ",
        "@",
        "a@",
        "(",
        "(at)",
        "900101-",
        "070-",
        "07 01 23 ",
        "1.1-",
        "a\u0301",
        "👩\u200d",
        "🇸",
        "t.me/",
    ],
)
def test_hostile_repetition_is_finished_and_bounded(hostile: str) -> None:
    """Eight thousand characters made to be slow give a bounded text."""
    words = kept((hostile * 8000)[:8000])
    assert len(words.text) <= LONGEST


def test_past_the_look_ups_the_shape_alone_decides() -> None:
    """After 300 look-ups in the phone tables, what begins like a dialled number is masked unseen."""
    assert kept("000000000\n" * 400).masked == {"phone": 100}


def test_many_phone_numbers_are_all_masked() -> None:
    """More numbers than are looked up are masked by their shape."""
    words = kept("070-123 45 67\n" * 500)
    assert words.masked == {"phone": 500}
    assert digits_of(words.text) == ""


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("070-123 45 67", "+46701234567"),
        ("701234567", "+46701234567"),
        ("Mitt nummer är 0701234567 tack", "+46701234567"),
        ("+358 40 1234567", "+358401234567"),
        ("(+46) 070 123 45 67", "+46701234567"),
        ("٠٧٠١٢٣٤٥٦٧", "+46701234567"),
        ("0701234567 eller 0707654321", None),
        ("0701234567, alltså 070-123 45 67", "+46701234567"),
        ("070-123 45", None),
        ("112", None),
        ("nej", None),
        ("", None),
        ("test@example.com", None),
        ("0900-123 45 67", None),
        ("0944-123456", None),
    ],
)
def test_a_number_to_call_is_read(raw: str, number: str | None) -> None:
    """A number for a call-back is read to E.164; two numbers, half a number and a premium number are not."""
    assert number_given(raw) == number


def test_the_first_region_decides_how_a_number_is_read() -> None:
    """The same digits are an area number in one country and a mobile in the other: the order given decides."""
    assert number_given("0401234567", ("SE", "FI")) == "+46401234567"
    assert number_given("0401234567", ("FI", "SE")) == "+358401234567"


@few
@given(raw=st.text(max_size=60))
def test_reading_a_number_never_fails(raw: str) -> None:
    """Any text gives a number in E.164 or None."""
    number = number_given(raw)
    assert number is None or (number[0] == "+" and number[1:].isascii() and number[1:].isdecimal())
