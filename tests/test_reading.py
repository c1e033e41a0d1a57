"""Reading journeys and shared phrases: what comes of sound files, and what is said of faulty ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.journey import Condition, Journey, Phrases, Question, Test, Words
from flows.reading import Reading, drifted, read_journey, read_phrases
from flows.source import Entry, Problems, open_source
from flows.syntax import read_node
from tests.wild import examples

FLOWS = Path(__file__).parent.parent / "flows"
FAULTY = Path(__file__).parent / "faulty"
LANGUAGES = ("sv", "fi", "en")
OFFICE_VISIT = (FLOWS / "journeys" / "office-visit.yaml").read_bytes()
VISIT = (FAULTY / "visit.yaml").read_text(encoding="utf-8")
SHARED = (FAULTY / "phrases.yaml").read_text(encoding="utf-8")


def sound(reading: Reading[Phrases]) -> Phrases:
    """The phrases of a file that must be without errors."""
    assert reading.value is not None, "\n".join(map(str, reading.problems))
    return reading.value


REAL_PHRASES = sound(read_phrases((FLOWS / "phrases.yaml").read_bytes(), "phrases.yaml", LANGUAGES))
SMALL_PHRASES = sound(read_phrases(SHARED.encode(), "phrases.yaml", ("sv", "en")))


def office_visit() -> Journey:
    """The built-in journey, read with the shared phrases."""
    reading = read_journey(OFFICE_VISIT, "office-visit.yaml", REAL_PHRASES, LANGUAGES)
    assert reading.value is not None
    return reading.value


def visit(text: str, phrases: Phrases = SMALL_PHRASES) -> Reading[Journey]:
    """A reading of a changed visit.yaml."""
    return read_journey(text.encode(), "visit.yaml", phrases, ("sv", "en"))


def said(reading: Reading[Journey] | Reading[Phrases]) -> list[str]:
    """Its problems as told, warnings marked."""
    return [f"{'warning: ' if problem.kind == 'warning' else ''}{problem}" for problem in reading.problems]


def cases(name: str) -> Mapping[str, tuple[str, list[str]]]:
    """The cases of visit.txt or phrases.txt by name: the changed file, and what is then said of it."""
    found: dict[str, tuple[str, list[str]]] = {}
    for block in (FAULTY / f"{name}.txt").read_text(encoding="utf-8").split("\n== ")[1:]:
        title, *lines = block.strip("\n").split("\n")
        text = (FAULTY / f"{name}.yaml").read_text(encoding="utf-8")
        changes: list[tuple[list[str], list[str]]] = [([], [])]
        messages: list[str] = []
        for line in lines:
            if line.startswith(("- ", "+ ")):
                changes[-1][line[0] == "+"].append(line[2:])
            elif line == "and":
                changes.append(([], []))
            elif line != "nothing":
                messages.append(line)
        for old, new in changes:
            assert "\n".join(old) in text, f"{name}.txt: {title}"
            text = text.replace("\n".join(old), "\n".join(new), 1)
        found[title] = (text, messages)
    return found


OF_JOURNEYS = cases("visit")
OF_PHRASES = cases("phrases")


@pytest.mark.parametrize("name", OF_JOURNEYS)
def test_each_fault_of_a_journey_is_told(name: str) -> None:
    """A changed journey gives exactly the messages of visit.txt, and a value only where none is an error."""
    text, messages = OF_JOURNEYS[name]
    reading = visit(text)
    assert said(reading) == messages
    assert (reading.value is None) == any(not message.startswith("warning: ") for message in messages)


@pytest.mark.parametrize("name", OF_PHRASES)
def test_each_fault_of_the_phrases_is_told(name: str) -> None:
    """Changed shared phrases give exactly the messages of phrases.txt."""
    text, messages = OF_PHRASES[name]
    assert said(read_phrases(text.encode(), "phrases.yaml", ("sv", "en"))) == messages


def test_the_built_in_files_have_no_problems() -> None:
    """The shared phrases and the built-in journey are read without error or warning."""
    assert read_phrases((FLOWS / "phrases.yaml").read_bytes(), "phrases.yaml", LANGUAGES).problems == ()
    assert read_journey(OFFICE_VISIT, "office-visit.yaml", REAL_PHRASES, LANGUAGES).problems == ()


def test_a_journey_is_what_its_file_says() -> None:
    """Title, times, touchpoints and questions of every kind arrive as values."""
    journey = office_visit()
    assert (journey.code, journey.audience, journey.lasts) == ("office-visit", "citizen", timedelta(minutes=30))
    assert [(point.code, point.phase) for point in journey.touchpoints] == [
        ("booking", "before"),
        ("reception", "during"),
        ("meeting", "during"),
        ("result", "after"),
    ]
    assert [phase.name for phase in journey.phases] == ["before", "during", "after"]
    assert journey.phases[0].timing.send.at == time(17)
    feeling, treated = journey.question("feeling"), journey.question("treated")
    assert feeling.text.texts["sv"] == "Hur känner du dig inför kontakten? (Tjänst: {service})"
    assert [(choice.code, choice.number) for choice in feeling.choices] == [(str(n), n) for n in range(1, 6)]
    assert (treated.curve, treated.when_short, treated.touchpoint) == (True, True, "reception")
    assert journey.question("answer-clear").instead_of == "treated"
    assert journey.question("looked").draw == "opening"
    assert journey.question("before-then").retrospective
    waited = journey.question("cause").choice("waited")
    assert waited is not None
    assert waited.demand == "failure"
    assert [choice.code for choice in journey.question("repeat").choices] == ["yes", "no"]
    assert [choice.label.texts["fi"] for choice in journey.question("repeat").choices] == ["Kyllä", "Ei"]
    assert [choice.code for choice in journey.question("mattered").choices] == [
        "booking",
        "reception",
        "meeting",
        "result",
    ]
    assert journey.words is REAL_PHRASES.words


def test_a_ladder_takes_its_entrys_name_place_and_condition() -> None:
    """Its questions are asked under the entry's name, both conditions apart, and its own touchpoints come first."""
    journey = office_visit()
    steps = [question for question in journey.questions() if question.ladder == "behind"]
    assert [step.code for step in steps] == ["behind-happened", "behind-led", "behind-wrong", "behind-need"]
    assert {(step.instead_of, step.touchpoint, step.phase) for step in steps} == {("words", "meeting", "after")}
    assert {len(step.opens.tests) for step in steps if step.opens} == {4}
    assert all(step.opens and not step.opens.every for step in steps)
    wrong = journey.question("behind-wrong")
    assert wrong.only_if == Condition((Test("helped", "is", ("partly", "no")),))
    assert [choice.code for choice in wrong.choices][-3:] == ["result", "before-us", "do-not-know"]
    assert [step.call_me for step in steps] == [True] * 4


def test_a_ladders_own_names_come_before_the_journeys() -> None:
    """A condition inside a ladder is about the ladder's own question where it has one of that name."""
    journey = visit(VISIT).value
    assert journey is not None
    assert journey.question("behind-need").only_if == Condition((Test("behind-happened", "asked"),))
    assert journey.question("wish-need").only_if == Condition((Test("wish-happened", "asked"),))
    assert (journey.wish[0].opens, journey.wish[0].phase, journey.wish[0].ladder) == (None, "after", "wish")


def test_every_scalar_is_text() -> None:
    """What other readers of YAML make into a truth value, a number or a time stays what was written."""
    text = VISIT.replace("partly:", "off:").replace("is partly or no", "is off or no").replace('"Yes"', "12:30")
    journey = visit(text).value
    assert journey is not None
    choices = journey.question("helped").choices
    assert [choice.code for choice in choices] == ["yes", "off", "no"]
    assert choices[0].label.texts["en"] == "12:30"


@pytest.mark.parametrize(("answer", "low", "high"), [("0 to 10", 0, 10), ("number 1 to 7", 1, 7)])
def test_a_number_is_asked_with_and_without_the_word(answer: str, low: int, high: int) -> None:
    """Both ways of writing it bound the number, and conditions may compare with it."""
    text = VISIT.replace("answer: scale calm", f"answer: {answer}")
    journey = visit(text).value
    assert journey is not None
    assert (journey.question("feeling").kind, journey.question("feeling").low) == ("number", low)
    assert journey.question("feeling").high == high


def test_doors_may_be_a_row_or_one() -> None:
    """`doors: web` and `doors: [web]` are the same."""
    for written, doors in (("web", ("web",)), ("[web, telegram]", ("web", "telegram"))):
        journey = visit(f"{VISIT}doors: {written}\n").value
        assert journey is not None
        assert journey.doors == doors


def test_ten_faults_are_told_at_once_in_line_order() -> None:
    """One file with ten faults gives all ten, none hiding another."""
    source = (FAULTY / "ten-faults.yaml").read_bytes()
    reading = read_journey(source, "ten-faults.yaml", SMALL_PHRASES, ("sv", "en"))
    assert reading.value is None
    assert said(reading) == [
        "ten-faults.yaml, line 1: The journey is named 'ten-fault' but its file 'ten-faults'. Name both the same.",
        "ten-faults.yaml, line 3: 'citizens' cannot stand after 'audience'. Did you mean 'citizen'?",
        (
            "ten-faults.yaml, line 6: A curly quote stands where a text begins or ends. "
            'Use straight quotes, "like this"; turn "smart quotes" off in your editor.'
        ),
        (
            'ten-faults.yaml, line 8: "2 hours past end" is no time to send. Write it as in "at start", "at end", '
            '"2 hours after end" or "1 day before start, at 17:00".'
        ),
        "ten-faults.yaml, line 11: 'meting' cannot stand after 'touchpoint'. Did you mean 'meeting'?",
        "ten-faults.yaml, line 12: {servise} is not known. Did you mean {service}?",
        "ten-faults.yaml, line 13: 'anser' is nothing that a question can have. Did you mean 'answer'?",
        (
            "ten-faults.yaml, line 16: 'yes' stands twice here, first on line 15. "
            "Give one of them another name, or take it away."
        ),
        "ten-faults.yaml, line 18: No earlier question is named 'helpd'. Did you mean 'helped'?",
        "ten-faults.yaml, line 20: 'scale goood' is no way to answer. Did you mean 'scale good'?",
    ]


SAVE = 'Save it as UTF-8: "Save as" in your editor, and under Encoding choose UTF-8.'


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (VISIT.encode("utf-16"), f'visit.yaml: The file is saved as "Unicode" (UTF-16). {SAVE}'),
        (
            VISIT.encode("iso-8859-1"),
            f"visit.yaml, line 2: The file is not saved as UTF-8: a letter here cannot be read. {SAVE}",
        ),
        (b"", "visit.yaml: The file is empty. Begin with a copy of one that works."),
        (b"# only this\n", "visit.yaml: The file is empty. Begin with a copy of one that works."),
        (
            b"just words",
            "visit.yaml: The file has no names in it. It takes lines like 'name: ...', as in one that works.",
        ),
        (
            VISIT.replace("Besök", "Bes\aök").encode(),
            (
                "visit.yaml, line 2: An invisible character stands here (code 0007). "
                "Delete it; if it cannot be seen, write the line anew."
            ),
        ),
        (
            b"#" * 1_000_001,
            "visit.yaml: The file is larger than 1 MB. Is it the right file? Split it, or take pasted matter out.",
        ),
        (
            b"a: &a [x,x,x,x,x,x,x,x,x,x]\n"
            + b"".join(b"%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n" % (n, n, *[n - 1] * 8) for n in range(98, 106)),
            "visit.yaml: The file grows far too large by its repetitions (* and &). Write it out instead.",
        ),
    ],
)
def test_a_file_that_is_no_text_says_so(source: bytes, message: str) -> None:
    """Wrong encoding, emptiness, size and endless repetition each have their own words, and nothing else."""
    assert said(read_journey(source, "visit.yaml", SMALL_PHRASES, ("sv", "en"))) == [message]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_a_byte_order_mark_and_any_line_ending_are_fine(ending: str) -> None:
    """What Windows and old editors write around the text does no harm, and lines are counted alike."""
    source = b"\xef\xbb\xbf" + VISIT.replace("\n", ending).encode()
    assert read_journey(source, "visit.yaml", SMALL_PHRASES, ("sv", "en")).problems == ()
    faulty = source.replace(b"scale calm", b"scale clam")
    assert [problem.line for problem in read_journey(faulty, "visit.yaml", SMALL_PHRASES, ("sv", "en")).problems] == [
        15
    ]


def test_a_journey_without_phases_says_so() -> None:
    """A file that asks nothing is an error of the whole file."""
    text = 'journey: visit\ntitle: { sv: "A", en: "A" }\naudience: citizen\n'
    assert said(visit(text)) == ["visit.yaml: The journey asks nothing. Write a phase: before, during or after."]


def test_blanks_inside_quotes_are_kept() -> None:
    """A text put together with others may begin with a blank."""
    assert SMALL_PHRASES.words["extra"].texts["sv"] == " ({door_notice})"


def test_yes_or_no_needs_the_shared_words() -> None:
    """Without shared words for yes and no the question that needs them is faulty."""
    bare = replace(SMALL_PHRASES, words={})
    assert said(visit(VISIT.replace("own words", "yes or no"), bare)) == [
        "visit.yaml, line 37: The shared phrases have no word for 'yes'. Add 'yes' under 'words' in phrases.yaml.",
        "visit.yaml, line 37: The shared phrases have no word for 'no'. Add 'no' under 'words' in phrases.yaml.",
    ]


def changed(**fields: object) -> Journey:
    """The built-in journey with some fields of its question `helped` replaced."""
    journey = office_visit()
    return replace(
        journey,
        phases=tuple(
            replace(phase, questions=tuple(_altered(question, fields) for question in phase.questions))
            for phase in journey.phases
        ),
    )


def _altered(question: Question, fields: Mapping[str, object]) -> Question:
    if question.code != "helped":
        return question
    altered: Callable[..., Question] = replace
    return altered(question, **fields)


HELPED = office_visit().question("helped")
OTHER_WORDS = "If it now means something else, write 'version: 2' under it."


@pytest.mark.parametrize(
    ("fields", "messages"),
    [
        ({}, []),
        (
            {"text": Words({**HELPED.text.texts, "fi": "Auttoiko se?"})},
            [f"office-visit.yaml: The text of 'helped' changed and its version did not. {OTHER_WORDS}"],
        ),
        ({"text": Words({**HELPED.text.texts, "fi": "Auttoiko se?"}), "version": 2}, []),
        ({"text": Words({**HELPED.text.texts, "de": "Hat es geholfen?"})}, []),
        (
            {"kind": "several"},
            [f"office-visit.yaml: The way of answering of 'helped' changed and its version did not. {OTHER_WORDS}"],
        ),
        (
            {"choices": HELPED.choices[:2]},
            [
                (
                    "office-visit.yaml: Used and now gone from 'helped': the choices 'no' and 'not-yet'. "
                    "If it was renamed, give it its old name back: only labels may change."
                )
            ],
        ),
        ({"choices": tuple(replace(choice, label=Words({"sv": "X"})) for choice in HELPED.choices)}, []),
        (
            {"code": "got-help"},
            [
                (
                    "office-visit.yaml: Used and now gone from the journey: the question 'helped'. "
                    "If it was renamed, give it its old name back: only labels may change."
                )
            ],
        ),
    ],
)
def test_drift_is_told(fields: dict[str, object], messages: list[str]) -> None:
    """A changed meaning without a new version, and a used code that is gone, are warnings about the whole file."""
    problems = drifted(changed(**fields), office_visit(), "office-visit.yaml")
    assert list(map(str, problems)) == messages
    assert all(problem.kind == "warning" for problem in problems)


def test_a_changed_easy_text_is_drift_and_a_new_one_is_none() -> None:
    """People who chose easy language answered that text: changed, it may mean something else; added, it can't."""
    first, second = (
        changed(text=Words({**HELPED.text.texts, "sv-easy": text})) for text in ("Fick du hjälp?", "Blev det bra?")
    )
    assert drifted(first, office_visit(), "office-visit.yaml") == ()
    assert drifted(office_visit(), first, "office-visit.yaml") == ()
    assert list(map(str, drifted(second, first, "office-visit.yaml"))) == [
        f"office-visit.yaml: The text of 'helped' changed and its version did not. {OTHER_WORDS}"
    ]


def test_another_experience_expected_is_drift_and_the_first_one_is_none() -> None:
    """Answers to what was expected of something else don't belong together; naming it for the first time is fine."""
    renamed = OFFICE_VISIT.replace(b"    ease:\n", b"    again:\n").replace(b"or ease is", b"or again is")
    sources = (
        OFFICE_VISIT.replace(b"expects: ease", b""),
        OFFICE_VISIT,
        renamed.replace(b"expects: ease", b"expects: again"),
    )
    readings = (read_journey(source, "office-visit.yaml", REAL_PHRASES, LANGUAGES).value for source in sources)
    unsaid, ease, again = (journey for journey in readings if journey)
    assert drifted(ease, unsaid, "office-visit.yaml") == ()
    assert list(map(str, drifted(again, ease, "office-visit.yaml")))[-1] == (
        "office-visit.yaml: 'expect' was about what 'ease' asks, and is now about 'again'. "
        "If it now means something else, write 'version: 2' under it."
    )


def test_easy_texts_stand_beside_the_plain_ones() -> None:
    """Of questions, messages, choices and shared phrases; nothing is said of a language without one."""
    text = VISIT.replace("answer: scale calm", 'text easy: { sv: "Hur? Lätt." }\n      answer: scale calm')
    text = text.replace("say: {", 'say easy: { en: "Call us: {phone}." }\n      say: {')
    reading = visit(text.replace('no: { sv: "Nej", en: "No" }', 'no: { text: { sv: "Nej" }, text easy: { sv: "Nä" } }'))
    assert reading.value is not None
    assert reading.value.question("feeling").text.texts == {"sv": "Hur?", "en": "How?", "sv-easy": "Hur? Lätt."}
    assert reading.value.question("hint").text.texts["en-easy"] == "Call us: {phone}."
    no = reading.value.question("helped").choice("no")
    assert no is not None
    assert no.label.texts == {"sv": "Nej", "sv-easy": "Nä"}
    assert said(reading) == [
        (
            "warning: visit.yaml, line 31: 'text' is missing in en. "
            "Add it; until then people who chose it read another language."
        )
    ]
    shared = sound(
        read_phrases(f'{SHARED}words easy:\n  yes: {{ sv: "Ja!" }}\n'.encode(), "phrases.yaml", ("sv", "en"))
    )
    assert shared.words["yes"].texts["sv-easy"] == "Ja!"


def test_every_built_in_journey_has_no_problems() -> None:
    """Each journey that comes with the program is read without error or warning."""
    for path in sorted((FLOWS / "journeys").glob("*.yaml")):
        assert read_journey(path.read_bytes(), path.name, REAL_PHRASES, LANGUAGES).problems == ()


def test_a_version_that_goes_back_and_a_lost_touchpoint_are_drift() -> None:
    """A lower version than one in use is told; a lost touchpoint is told once, not by every question about it."""
    old = replace(office_visit(), touchpoints=office_visit().touchpoints)
    assert list(map(str, drifted(old, changed(version=3), "office-visit.yaml"))) == [
        "office-visit.yaml: 'helped' has version 1, but version 3 was already used. Write 'version: 3' or more."
    ]
    source = OFFICE_VISIT.replace(b"    result: ", b"    outcome:").replace(
        b"touchpoint: result", b"touchpoint: outcome"
    )
    new = read_journey(source, "office-visit.yaml", REAL_PHRASES, LANGUAGES).value
    assert new is not None
    assert list(map(str, drifted(new, old, "office-visit.yaml"))) == [
        (
            "office-visit.yaml: Used and now gone from the journey: the touchpoint 'result'. "
            "If it was renamed, give it its old name back: only labels may change."
        )
    ]


def test_other_files_are_read_with_the_same_words() -> None:
    """A table reads flags, whole numbers, rows and languages, and tells what does not fit by line."""
    problems = Problems("organisation.yaml")
    table = open_source(b"pilot: maybe\nmonths: 99\nname: { sv: A }\nunits: [a, b]\nzzz: x\n", problems)
    assert table is not None
    table.allow("an organisation", ("pilot", "months", "name", "units"))
    months, units = table.entry("months"), table.entry("units")
    assert isinstance(months, Entry)
    assert isinstance(units, Entry)
    assert table.flag("pilot") is False
    assert months.whole(1, 24) is None
    assert table.words("name", ("sv",)) == Words({"sv": "A"})
    assert [item.text() for item in units.items()] == ["a", "b"]
    assert list(map(str, problems.in_order())) == [
        "organisation.yaml, line 1: 'maybe' cannot stand after 'pilot'. Write yes or no.",
        "organisation.yaml, line 2: '99' cannot stand after 'months'. Write a whole number from 1 to 24.",
        (
            "organisation.yaml, line 5: 'zzz' is nothing that an organisation can have. "
            "It can have: pilot, months, name, units."
        ),
    ]


LINES = OFFICE_VISIT.decode().split("\n")
PIECES = [
    "  ",
    "\t",
    '"',
    "'",
    "“",
    "{",
    "}",
    "[",
    "]",
    ":",
    ": ",
    "- ",
    "#",
    "&a ",
    "*a",
    "!",
    "|\n",
    "\x00",
    "é",
    "?",
]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """office-visit.yaml with some lines lost, doubled or moved, and some characters lost or put in."""
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 4))):
        here = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["lose", "double", "move", "cut", "put"])):
            case "lose":
                del lines[here]
            case "double":
                lines.insert(here, lines[draw(st.integers(0, len(lines) - 1))])
            case "move":
                lines.insert(draw(st.integers(0, len(lines) - 1)), lines.pop(here))
            case "cut":
                at = draw(st.integers(0, len(lines[here])))
                lines[here] = lines[here][:at] + lines[here][at + draw(st.integers(1, 5)) :]
            case _:
                at = draw(st.integers(0, len(lines[here])))
                lines[here] = lines[here][:at] + draw(st.sampled_from(PIECES)) + lines[here][at:]
    return "\n".join(lines).encode()


@examples(120)
@given(mutated())
def test_a_damaged_file_always_gives_a_reading(source: bytes) -> None:
    """However a file is damaged, there is a journey or an error, in line order, each with fault and remedy."""
    reading = read_journey(source, "office-visit.yaml", REAL_PHRASES, LANGUAGES)
    errors = [problem for problem in reading.problems if problem.kind == "error"]
    assert (reading.value is None) == bool(errors)
    assert [problem.line for problem in reading.problems] == sorted(problem.line for problem in reading.problems)
    assert all(problem.fault.endswith(".") and problem.remedy for problem in reading.problems)


@examples(60)
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_give_a_reading(source: bytes) -> None:
    """Bytes of any kind are read or refused, never a crash."""
    assert read_journey(source, "x.yaml", SMALL_PHRASES, LANGUAGES).value is None
    assert read_phrases(source, "x.yaml", LANGUAGES) is not None


PACKED = sorted(file for room in ("flows", "bot") for file in (FLOWS.parent / room).rglob("*.yaml"))


@pytest.mark.parametrize("path", PACKED, ids=lambda path: path.name)
def test_a_packed_file_reads_alike_by_either_reader(path: Path) -> None:
    """What comes with the program is read by libyaml where it is there, and is what the stricter reader finds in it."""
    source, problems = path.read_bytes(), Problems("")
    assert read_node(source, problems, packed=True) == read_node(source, problems)
    assert problems.in_order() == ()


def test_what_somebody_wrote_is_read_strictly() -> None:
    """A fault that libyaml lets pass is told, in a file that did not come with the program."""
    source, problems = b"before:\t\n  send: now\n", Problems("")
    assert read_node(source, problems) is None
    assert problems.failed
