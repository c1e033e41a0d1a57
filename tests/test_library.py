"""The library: journeys by fingerprint, kept whole, read back as they were."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import library
from flows.journey import Journey, Phase, Question, Words
from flows.timing import PhaseTiming, parse_send

LANGUAGES = ("sv", "fi", "en")


def test_a_kept_version_is_the_same_journey() -> None:
    """A journey written as JSON and read back is equal, and so is its fingerprint."""
    for journey in library.opened(None, LANGUAGES).journeys.values():
        again = library.decoded(library.encoded(journey))
        assert again == journey
        assert library.fingerprint(again) == library.fingerprint(journey)


def test_the_fingerprint_covers_shared_parts_and_no_comments(tmp_path: Path) -> None:
    """A comment leaves the fingerprint as it is; one letter that a citizen reads changes it."""
    source = (Path(library.__file__).parent.parent / "flows/journeys/phone-call.yaml").read_text("utf-8")
    prints = []
    for changed in (source, "# more\n" + source, source.replace("Hur blev du bemött?", "Hur blev du bemött i dag?")):
        (tmp_path / "phone-call.yaml").write_text(changed, "utf-8")
        prints.append(library.opened(tmp_path, LANGUAGES).fingerprints["phone-call"])
    assert prints[0] == prints[1]
    assert prints[0] != prints[2]


def test_a_journey_without_what_came_later_keeps_its_fingerprint() -> None:
    """What a journey could not say when it was first used leaves its fingerprint as it was, whatever its texts hold."""
    question = Question("whole", "words", Words({"en": 'It said ,"expects":null, twice'}), "after")
    phase = Phase("after", PhaseTiming(parse_send("at end"), None), (question,))
    journey = Journey("old", Words({"en": "Old"}), "citizen", timedelta(0), (), (phase,))
    assert library.fingerprint(journey) == "659d10e45b932e9b2fa537132d9e05d8207a434079cfaf2a84b18f96f2677e22"
    assert library.decoded(library.encoded(journey)) == journey
    said = replace(journey, phases=(replace(phase, questions=(replace(question, expects="ease"),)),))
    assert library.fingerprint(said) != library.fingerprint(journey)
    assert library.decoded(library.encoded(said)) == said


def test_every_faulty_file_is_told_of_at_once(tmp_path: Path) -> None:
    """Faults of several files come together, each with its file and line."""
    source = (Path(library.__file__).parent.parent / "flows/journeys/phone-call.yaml").read_text("utf-8")
    (tmp_path / "phone-call.yaml").write_text(source.replace("answer: scale good", "answer: scale goood"), "utf-8")
    (tmp_path / "other.yaml").write_text("journey: another\n", "utf-8")
    with pytest.raises(library.FaultyJourneys) as refused:
        library.opened(tmp_path, LANGUAGES)
    files = {problem.file for problem in refused.value.problems}
    assert files == {"phone-call.yaml", "other.yaml"}
    assert "Did you mean" in str(refused.value)
