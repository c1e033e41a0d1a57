"""Typed text is understood as the choice it means, or not at all."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from flows.understanding import (
    Option,
    Understood,
    choice_meant,
    choices_meant,
    emergency,
    number_meant,
    wish,
    yes_or_no,
)
from flows.vocabulary import plain, spoken, vocabulary
from tests.wild import examples

few = examples(80)

GOOD = (
    Option("1", ("Mycket dåligt", "Erittäin huonosti", "Very badly")),
    Option("2", ("Dåligt", "Huonosti", "Badly")),
    Option("3", ("Varken eller", "Ei hyvin eikä huonosti", "Neither")),
    Option("4", ("Bra", "Hyvin", "Well")),
    Option("5", ("Mycket bra", "Erittäin hyvin", "Very well")),
)
CLEAR = (
    Option("1", ("Mycket otydligt", "Erittäin epäselvä", "Very unclear")),
    Option("2", ("Otydligt", "Epäselvä", "Unclear")),
    Option("3", ("Varken eller", "Ei kumpaakaan", "Neither")),
    Option("4", ("Tydligt", "Selkeä", "Clear")),
    Option("5", ("Mycket tydligt", "Erittäin selkeä", "Very clear")),
)
CALM = (
    Option("1", ("Mycket orolig", "Erittäin huolestunut", "Very worried")),
    Option("2", ("Orolig", "Huolestunut", "Worried")),
    Option("3", ("Varken eller", "Ei kumpaakaan", "Neither")),
    Option("4", ("Lugn", "Rauhallinen", "Calm")),
    Option("5", ("Mycket lugn", "Erittäin rauhallinen", "Very calm")),
)
TEN = tuple(Option(str(step), (f"Steg {step}",)) for step in range(1, 11))
HELPED = (
    Option("yes", ("Ja", "Kyllä", "Yes")),
    Option("partly", ("Delvis", "Osittain", "Partly")),
    Option("no", ("Nej", "Ei", "No")),
    Option("unknown", ("Vet inte än", "En tiedä vielä", "Don't know yet")),
)
LOOKED = (
    Option("website", ("Webbplatsen", "Verkkosivuilta", "The website")),
    Option("e-service", ("E-tjänst", "Sähköinen palvelu", "E-service")),
    Option("contact", ("Ringde eller besökte", "Soitin tai kävin paikalla", "Called or visited")),
    Option("searched", ("Sökte på nätet", "Etsin netistä", "Searched the web")),
    Option("asked", ("Frågade någon", "Kysyin joltakulta", "Asked somebody")),
    Option("seen", ("Bli sedd och hörd", "Tulla nähdyksi ja kuulluksi", "Be seen and heard")),
    Option("either", ("Varken stort eller litet", "Ei pieni eikä suuri", "Neither large or small")),
    Option("little", ("Litet", "Pieni", "Small")),
)
SETS = (GOOD, CLEAR, CALM, HELPED, LOOKED)


@pytest.mark.parametrize(
    "text",
    [
        "4",
        "4.",
        " 4 ",
        "4!",
        "(4)",
        "4)",
        "4/5",
        "4 / 5",
        "4 av 5",
        "fyra av fem",
        "4 of 5",
        "fyra",
        "Fyra!",
        "neljä",
        "nelja",
        "four",
        "fyran",
        "⁴",
        "4\ufe0f⃣",
        "４",
        "④",
        "٤",
        "🙂",
        "🙂🙂",
        " 🙂\ufe0f",
        "Bra",
        "bra!",
        "BRA",
        "hyvin",
        "well",
        "4 bra",
        "🙂 4 Bra",
        "4 (Bra)",
        "bra tack",
        "hyvin, kiitos",
        "well thank you",
    ],
)
def test_many_ways_to_say_four(text: str) -> None:
    """A step of a scale is understood as a digit, a word, a smiley, its label, or all of them."""
    assert choice_meant(text, GOOD, numbered=True) == Understood("4", exact=True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "?",
        "0",
        "6",
        "-4",
        "4,5",
        "4.5",
        "3-4",
        "4 5",
        "45",
        "4/10",
        "4 av 10",
        "fyra fem",
        "🙂😞",
        "👍",
        "4 dåligt",
        "inte bra",
        "ganska bra",
        "bra men dåligt",
        "bra och dåligt",
        "bra bra",
        "br",
        "bar",
        "dra",
        "ja",
        "neither bra",
        "mycket",
        "eller",
        "4 timmar",
        "hej hej hej",
    ],
)
def test_what_is_not_one_step_is_not_understood(text: str) -> None:
    """Numbers outside the scale, halves, several steps, and labels with other words beside them give nothing."""
    assert choice_meant(text, GOOD, numbered=True) is None


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        ("daligt", GOOD, "2"),
        ("dålgt", GOOD, "2"),
        ("mycket dalig", GOOD, "1"),
        ("myket bra", GOOD, "5"),
        ("erittain hyvin", GOOD, "5"),
        ("Mycket tydlgit", CLEAR, "5"),
        ("otydlgt", CLEAR, "2"),
        ("mycket otydlgt", CLEAR, "1"),
        ("selkea", CLEAR, "4"),
        ("rolig", CALM, None),
        ("mycke totydligt", CLEAR, None),
        ("mycket rolig", CALM, None),
        ("lung", CALM, "4"),
        ("osittian", HELPED, "partly"),
        ("e tjänst", LOOKED, "e-service"),
        ("webbplats", LOOKED, "website"),
    ],
)
def test_small_typing_errors_are_forgiven(text: str, options: tuple[Option, ...], code: str | None) -> None:
    """Missing accents and small errors give the choice, marked as not exact; a lost first letter does not."""
    understood = choice_meant(text, options, numbered=options in (GOOD, CLEAR, CALM))
    assert (understood.code if understood else None) == code
    assert understood is None or not understood.exact or text == "e tjänst"


def test_the_shorter_label_is_not_the_longer_one() -> None:
    """ "bra" is Bra and "mycket bra" is Mycket bra, each for itself."""
    assert choice_meant("bra", GOOD, numbered=True) == Understood("4", exact=True)
    assert choice_meant("mycket bra!", GOOD, numbered=True) == Understood("5", exact=True)


def test_what_fits_two_choices_is_not_understood() -> None:
    """A text equally near to two labels, or a label that two choices share, gives nothing."""
    near = (Option("a", ("Kortare",)), Option("b", ("Kortase",)), Option("c", ("Samma",)), Option("d", ("samma",)))
    assert choice_meant("kortade", near, numbered=False) is None
    assert choice_meant("samma", near, numbered=False) is None
    assert choice_meant("kortare", near, numbered=False) == Understood("a", exact=True)


def test_digits_in_a_label_are_never_guessed() -> None:
    """A typing error is forgiven in letters, not in numbers."""
    waits = (Option("long", ("10 till 12 veckor",)), Option("short", ("3 till 4 veckor",)))
    assert choice_meant("10 till 12 vekor", waits, numbered=False) == Understood("long", exact=False)
    assert choice_meant("10 till 13 veckor", waits, numbered=False) is None


def test_places_in_a_list_are_bare_digits() -> None:
    """A list's choices answer to their place in digits, not in words, and not beyond the list."""
    assert choice_meant("2", HELPED, numbered=False) == Understood("partly", exact=True)
    assert choice_meant("2.", HELPED, numbered=False) == Understood("partly", exact=True)
    assert choice_meant("2 Delvis", HELPED, numbered=False) == Understood("partly", exact=True)
    for text in ("5", "0", "två", "2/4", "2 nej"):
        assert choice_meant(text, HELPED, numbered=False) is None


@pytest.mark.parametrize(
    ("text", "code"), [("joo", "yes"), ("nope", "no"), ("japp", "yes"), ("nej tack", "no"), ("ja!", "yes")]
)
def test_other_words_for_yes_and_no_choose_them(text: str, code: str) -> None:
    """A list with Yes and No among its labels understands other words for them."""
    understood = choice_meant(text, HELPED, numbered=False)
    assert understood is not None
    assert understood.code == code


def test_scales_longer_than_five() -> None:
    """Ten steps answer to their numbers, "10" in one sign too, and to no smiley."""
    assert choice_meant("🔟", TEN, numbered=True) == Understood("10", exact=True)
    assert choice_meant("tio", TEN, numbered=True) == Understood("10", exact=True)
    assert choice_meant("7/10", TEN, numbered=True) == Understood("7", exact=True)
    assert choice_meant("🙂", TEN, numbered=True) is None


@few
@given(text=st.one_of(st.text(max_size=80), st.text(alphabet="1234567890/.,- ⁴4️⃣½bra och,;", max_size=40)))
def test_no_text_makes_it_fail(text: str) -> None:
    """Any text gives an answer of the promised kind, and only codes that were offered."""
    for options in (GOOD, LOOKED):
        codes = {one.code for one in options}
        understood = choice_meant(text, options, numbered=options is GOOD)
        assert understood is None or understood.code in codes
        several = choices_meant(text, options)
        assert set(several) <= codes
        assert len(set(several)) == len(several)
    assert yes_or_no(text) in (True, False, None)
    number = number_meant(text, 0, 10)
    assert number is None or 0 <= number <= 10
    wish(text)
    emergency(text, [text, text + "*", "hot*"])


@few
@given(labels=st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=7), data=st.data())
def test_an_exact_label_always_gives_its_choice(labels: list[str], data: st.DataObject) -> None:
    """Whatever the labels are, each gives its own choice when they can be told apart at all."""
    said = [spoken(label) for label in labels]
    assume(all(said) and len(set(said)) == len(said))
    options = tuple(Option(f"code-{at}", (label,)) for at, label in enumerate(labels))
    at = data.draw(st.integers(0, len(labels) - 1))
    assert choice_meant(labels[at], options, numbered=False) == Understood(f"code-{at}", exact=True)
    assert choices_meant(labels[at], options) == (f"code-{at}",)


@examples(200)
@given(data=st.data())
def test_one_wrong_letter_never_gives_another_choice(data: st.DataObject) -> None:
    """One letter lost, added, changed or swapped in a label of eight or more gives its choice, or none.

    But "mycket tydligt" is what it says, even from someone who meant "mycket otydligt".
    """
    options = data.draw(st.sampled_from(SETS))
    code, label = data.draw(
        st.sampled_from([(one.code, label) for one in options for label in one.labels if len(label) >= 9])
    )
    at, letter = data.draw(st.integers(1, len(label) - 2)), data.draw(st.sampled_from("abeikmnorståäö"))
    typed = data.draw(
        st.sampled_from(
            [
                label[:at] + label[at + 1 :],
                label[:at] + letter + label[at:],
                label[:at] + letter + label[at + 1 :],
                label[:at] + label[at + 1] + label[at] + label[at + 2 :],
            ]
        )
    )
    assume(plain(typed) not in {plain(other) for one in options if one.code != code for other in one.labels})
    understood = choice_meant(typed, options, numbered=False)
    assert understood is None or understood.code == code


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("1, 3", ("website", "contact")),
        ("1,3", ("website", "contact")),
        ("3 1", ("contact", "website")),
        ("1 och 3", ("website", "contact")),
        ("1. 3.", ("website", "contact")),
        ("1, 1, 1", ("website",)),
        ("webbplatsen och ringde", ("website", "contact")),
        ("Webbplatsen, ringde, frågade någon", ("website", "contact", "asked")),
        ("webbplatsen ringde", ("website", "contact")),
        ("bli sedd och hörd och e-tjänst", ("seen", "e-service")),
        ("verkkosivuilta ja soitin", ("website", "contact")),
        ("- Webbplatsen\n- E-tjänst", ("website", "e-service")),
        ("the website & called", ("website", "contact")),
        ("2; frågade nagon", ("e-service", "asked")),
        ("litet", ("little",)),
        ("ringde eller besökte", ("contact",)),
        ("9", ()),
        ("1, 9", ()),
        ("webbplatsen och annat", ()),
        ("inte webbplatsen", ()),
        ("varken stort", ()),
        ("och", ()),
        ("", ()),
        (", ,", ()),
        ("1 " * 40, ()),
    ],
)
def test_several_choices(text: str, codes: tuple[str, ...]) -> None:
    """Several places and labels are understood together, or not at all when something is left over."""
    assert choices_meant(text, LOOKED) == codes


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (word, True)
        for word in (
            "ja",
            "Ja!",
            "JAAA",
            "jo",
            "japp",
            "ja tack",
            "kyllä",
            "kylla",
            "joo",
            "yes",
            "Yep.",
            "y",
            "👍",
            "👍🏽",
        )
    ]
    + [
        (word, False)
        for word in ("nej", "Nä", "na", "nej tack", "ei", "Ei kiitos", "no", "nope", "no thank you", "👎", "nääää")
    ]
    + [
        (word, None)
        for word in ("", "ja men nej", "ja nej", "kanske", "jag", "inte", "👍👎", "🙂", "tack", "ei hyvin", "5")
    ],
)
def test_yes_and_no(text: str, answer: bool | None) -> None:
    """Yes and no are understood in three languages, drawn out or polite, but never with something else beside."""
    assert yes_or_no(text) is answer


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *((text, 7) for text in ("7", "7.", "7/10", "7 av 10", "sju", "seitsemän")),
        *((text, 0) for text in ("0", "noll")),
        *((text, 10) for text in ("10", "🔟")),
        *((text, None) for text in ("11", "-1", "7,5", "7/5", "7 timmar", "", "9" * 400)),
    ],
)
def test_numbers(text: str, number: int | None) -> None:
    """A whole number within the bounds is understood in digits and words."""
    assert number_meant(text, 0, 10) == number


def test_numbers_below_zero_where_they_are_asked_for() -> None:
    """A minus sign counts when the lowest number has one."""
    assert number_meant("-3", -5, 5) == -3


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("hoppa över", "skip"),
        ("Hoppa over!", "skip"),
        ("OHITA", "skip"),
        ("skip", "skip"),
        ("Stopp!", "stop"),
        ("sluta", "stop"),
        ("lopeta", "stop"),
        ("/stop", "stop"),
        ("/STOPP@kundresa_bot", "stop"),
        ("/seis nu", "stop"),
        ("senare tack", "later"),
        ("myöhemmin", "later"),
        ("ändra", "change"),
        ("muuta", "change"),
        ("/hjälp", "help"),
        ("/hjalp", "help"),
        ("/apua", "help"),
        ("?", "help"),
        ("/start abc_DEF-123", "start"),
        ("/sprak", "language"),
        ("/kieli", "language"),
        ("/integritet", "privacy"),
        ("/tietosuoja", "privacy"),
        ("/minadata", "mydata"),
        ("/omattiedot", "mydata"),
        ("/my_data", "mydata"),
        ("/radera", "erase"),
        ("/poista", "erase"),
        ("/paus", "pause"),
        ("/tauko", "pause"),
        ("/okänt", None),
        ("/", None),
        ("stopp vid dörren", None),
        ("jag vill inte sluta", None),
        ("bussen har ett stopp", None),
        ("", None),
        ("hej", None),
    ],
)
def test_wishes(text: str, meant: str | None) -> None:
    """A wish is a command or a whole text; own words that only contain one are not."""
    assert wish(text) == meant


@pytest.mark.parametrize("command", ["start", "stop", "pause", "language", "help", "privacy", "mydata", "erase"])
def test_every_command_of_the_bot_is_its_own_wish(command: str) -> None:
    """The commands the bot promises are understood under their own names."""
    assert wish(f"/{command}") == command


WORDS = ["självmord", "vill inte leva", "itsemurha*", "tappa itseni", "don't want to live", "*", " ", "hot"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Jag tänker på SJÄLVMORD.", True),
        ("sja\u0308lvmord", True),
        ("jag vill\ninte  leva längre", True),
        ("Ajattelen itsemurhaa", True),
        ("itsemurhan-", True),
        ("I don’t want to live", True),
        ("hot!", True),
        ("sjalvmord", False),
        ("självmordet", False),
        ("vill inte lev", False),
        ("hotell", False),
        ("skott", False),
        ("", False),
        ("allt är bra", False),
    ],
)
def test_emergency_words(text: str, found: bool) -> None:
    """Emergency words are found as whole words and phrases, with endings only where marked, accents kept."""
    assert emergency(text, WORDS) is found


def test_the_words_people_type_are_read() -> None:
    """Each list of the vocabulary has its words, compared without case and accents."""
    words = vocabulary()
    assert words.numbers["atta"] == 8
    assert set(words.numbers.values()) == set(range(11))
    assert len(words.smileys) == 5
    assert {"no", "yes"} <= set(words.yes_or_no)
