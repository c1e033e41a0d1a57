"""`kundresa check` finds every fault of journeys and organisation, and changes since versions in use."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import library, organisation, settings
from bot.checking import Findings, checked
from bot.library import encoded, fingerprint
from bot.settings import Settings
from bot.store import contacts, database
from bot.store.database import Transaction
from flows.reading import read_journey

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)

SOUND = """\
journey: small
title: { sv: "Liten", fi: "Pieni", en: "Small" }
audience: citizen
lasts: 30 minutes
after:
  send: 2 hours after end
  ask:
    helped:
      only if: contact channel is phone
      text: { sv: "Fick du hjälp?", fi: "Saitko apua?", en: "Were you helped?" }
      answer: yes or no
"""

HOUSE = """\
name:       { sv: "Åby", fi: "Åby", en: "Åby" }
controller: { sv: "Nämnden", fi: "Lautakunta", en: "The board" }
officer: dpo@example.org
months kept: 12
complaint authority: { sv: "IMY", fi: "IMY", en: "IMY" }
phone: "+358 9 000 00"
units: { south: { name: { sv: "Syd", fi: "Etelä", en: "South" } } }
services: { permits: { name: { sv: "Bygglov", fi: "Rakennuslupa", en: "Permits" } } }
"""


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    return settings.read({"KUNDRESA_DATABASE": str(tmp_path / "k.db")})


def journey(folder: Path, text: str = SOUND) -> Path:
    file = folder / "small.yaml"
    file.write_text(text, "utf-8")
    return file


def told(findings: Findings, folder: Path) -> list[str]:
    return [line.replace(f"{folder}/", "") for line in findings.lines()]


def test_what_comes_with_the_house_is_sound(here: Settings) -> None:
    """Without a file everything in use is checked, and the built-in journeys have no fault."""
    assert [*checked([], here).lines()] == ["5 journeys, 0 errors, 0 warnings"]


def test_every_fault_is_told_with_file_and_line(here: Settings, tmp_path: Path) -> None:
    """Errors and warnings of all files come in one go, by line, with warnings marked, and are counted last."""
    text = SOUND.replace("audience: citizen", "audience: citzen").replace(', en: "Small"', "")
    findings = checked([journey(tmp_path, text)], here)
    lines = told(findings, tmp_path)
    assert lines[0].startswith("small.yaml, line 2: warning: 'title' is missing in en.")
    assert lines[1] == "small.yaml, line 3: 'citzen' cannot stand after 'audience'. Did you mean 'citizen'?"
    assert lines[2] == "1 journey, 1 error, 1 warning"
    assert findings.errors == 1


def test_a_file_that_is_not_there_is_an_error(here: Settings, tmp_path: Path) -> None:
    """A misspelt file name is told like any fault, and the others are checked all the same."""
    lines = told(checked([tmp_path / "smal.yaml", journey(tmp_path)], here), tmp_path)
    assert lines == [
        "smal.yaml: There is no such file. Check how it is spelt, and where.",
        "1 journey, 1 error, 0 warnings",
    ]


def test_a_folder_stands_for_its_files(here: Settings, tmp_path: Path) -> None:
    """Everything in a folder is checked; one without anything is a mistake."""
    journey(tmp_path)
    (tmp_path / "empty").mkdir()
    assert told(checked([tmp_path], here), tmp_path) == ["1 journey, 0 errors, 0 warnings"]
    assert checked([tmp_path / "empty"], here).errors == 1


def test_an_organisation_file_is_known_by_its_names(here: Settings, tmp_path: Path) -> None:
    """A file that names units and services is read as an organisation's."""
    file = tmp_path / "aby.yaml"
    file.write_text(HOUSE, "utf-8")
    assert told(checked([file, journey(tmp_path)], here), tmp_path) == [
        "1 journey, 1 organisation, 0 errors, 0 warnings"
    ]
    file.write_text(HOUSE.replace("months kept: 12", "months kept: long"), "utf-8")
    lines = told(checked([file], here), tmp_path)
    assert lines[0].startswith("aby.yaml, line 4: 'long' cannot stand after 'months kept'.")
    assert lines[1] == "0 journeys, 1 organisation, 1 error, 0 warnings"


def test_the_organisation_of_the_settings_is_checked_too(tmp_path: Path) -> None:
    """Without files the organisation's file is part of what is in use."""
    (tmp_path / "aby.yaml").write_text(HOUSE, "utf-8")
    here = settings.read(
        {"KUNDRESA_DATABASE": str(tmp_path / "k.db"), "KUNDRESA_ORGANISATION": str(tmp_path / "aby.yaml")}
    )
    assert [*checked([], here).lines()] == ["5 journeys, 1 organisation, 0 errors, 0 warnings"]


@pytest.mark.parametrize(
    ("condition", "fault"),
    [
        ("contact channel is phon", "The organisation has no channel 'phon'. Did you mean 'phone'?"),
        ("contact cause is advise", "The organisation has no cause 'advise'. Did you mean 'advice'?"),
        ("contact outcome is grantd", "The organisation has no outcome 'grantd'. Did you mean 'granted'?"),
        ("contact service is permitt", "The organisation has no service 'permitt'. Did you mean 'permits'?"),
        ("contact unit is not x", "The organisation has no unit 'x'. There is south."),
        ("contact solved is yes or maybe", "The organisation has no solved 'maybe'. There is yes, no and ongoing."),
    ],
)
def test_a_condition_that_can_never_hold_is_an_error(
    here: Settings, tmp_path: Path, condition: str, fault: str
) -> None:
    """A code that the organisation does not have is told on its own line, with what is near."""
    (tmp_path / "aby.yaml").write_text(HOUSE, "utf-8")
    file = journey(tmp_path, SOUND.replace("contact channel is phone", condition))
    lines = told(checked([tmp_path / "aby.yaml", file], here), tmp_path)
    assert lines[0] == f"small.yaml, line 9: {fault}"
    assert lines[1] == "1 journey, 1 organisation, 1 error, 0 warnings"


def test_a_built_in_journey_may_know_more_channels(tmp_path: Path) -> None:
    """What an organisation can't mend, since the journey is not its own, is a warning."""
    text = HOUSE + 'channels: { phone: { sv: "Telefon", fi: "Puhelin", en: "Phone" } }\n'
    (tmp_path / "aby.yaml").write_text(text, "utf-8")
    environment = {"KUNDRESA_DATABASE": str(tmp_path / "k.db"), "KUNDRESA_ORGANISATION": str(tmp_path / "aby.yaml")}
    findings = checked([], settings.read(environment))
    assert findings.errors == 0
    assert any("has no channel 'email'" in line for line in findings.lines())
    (tmp_path / "own").mkdir()
    journey(tmp_path / "own", SOUND.replace("is phone", "is email"))
    findings = checked([], settings.read(environment | {"KUNDRESA_JOURNEYS": str(tmp_path / "own")}))
    assert findings.errors == 1


def test_a_budget_of_a_journey_that_is_not_there_is_told(here: Settings, tmp_path: Path) -> None:
    """A misspelt journey would leave its budget without effect; one that is checked with the file is known."""
    file = tmp_path / "aby.yaml"
    file.write_text(HOUSE + "contact budget:\n  journeys: { ofice-visit: no limit, small: 1 in 9 days }\n", "utf-8")
    warning = "aby.yaml, line 10: warning: There is no journey"
    lines = told(checked([file], here), tmp_path)
    assert lines[0] == f"{warning} 'ofice-visit'. Did you mean 'office-visit'?"
    assert lines[1].startswith(f"{warning} 'small'. There is ")
    lines = told(checked([file, journey(tmp_path)], here), tmp_path)
    assert [line for line in lines if "There is no journey" in line] == [
        f"{warning} 'ofice-visit'. Did you mean 'office-visit'?"
    ]


def test_whoever_can_never_be_asked_is_told_of(here: Settings, tmp_path: Path) -> None:
    """A web-only service, a web-only journey and two that share no door are warned of, each on its own line."""
    care = 'care: { name: { sv: "Omsorg", fi: "Hoiva", en: "Care" }, doors: [web] }'
    house = HOUSE.replace("services: {", f"services: {{ {care},")
    (tmp_path / "aby.yaml").write_text(house, "utf-8")
    assert checked([tmp_path / "aby.yaml"], here).problems == []

    def warned(doors: str) -> list[str]:
        findings = checked([tmp_path / "aby.yaml", journey(tmp_path, SOUND + doors)], here)
        assert findings.errors == 0
        return told(findings, tmp_path)[:-1]

    closed = "is open through web alone, and people are asked through telegram alone."
    service = f"aby.yaml, line 8: warning: The service 'care' {closed}"
    [alone] = warned("")
    assert alone.startswith(service)
    assert len(warned("doors: [telegram, web]\n")) == 1
    [first, apart] = warned("doors: telegram\n")
    assert first.startswith(service)
    assert apart.startswith("small.yaml, line 12: warning: The journey has no door in common with the service care:")
    [first, second] = warned("doors: [web]\n")
    assert first.startswith(service)
    assert second.startswith(f"small.yaml, line 12: warning: The journey {closed}")
    (tmp_path / "aby.yaml").write_text(house.replace("[web]", "[telegram]"), "utf-8")
    assert "the service care:" in warned("doors: [web]\n")[1]


def test_the_example_is_sound(here: Settings) -> None:
    """The organisation that stands as an example has no fault, and nothing to warn of."""
    file = Path(organisation.__file__).with_name("organisation_example.yaml")
    assert [*checked([file], here).lines()] == ["0 journeys, 1 organisation, 0 errors, 0 warnings"]


def test_without_an_organisation_units_and_services_are_not_doubted(here: Settings, tmp_path: Path) -> None:
    """The default's one unit and service say nothing about a journey's; its channels do."""
    file = journey(tmp_path, SOUND.replace("channel is phone", "service is permits"))
    assert checked([file], here).problems == []
    assert len(checked([journey(tmp_path, SOUND.replace("is phone", "is fax"))], here).problems) == 1


async def test_changes_since_the_version_in_use_are_warned_of(here: Settings, tmp_path: Path) -> None:
    """Against the version that came into use last: a changed text without a raised version, a used code gone."""
    phrases = library.shared_phrases(here.languages)

    def used(tx: Transaction, text: str, now: datetime) -> None:
        found = read_journey(text.encode(), "small.yaml", phrases, here.languages).value
        assert found is not None
        contacts.keep_version(tx, fingerprint(found), found.code, encoded(found), now)

    store = await database.opened(here.database)
    try:
        await store.write(used, SOUND.replace("helped:", "earlier:"), NOON.replace(year=2025))
        await store.write(used, SOUND, NOON)
        assert checked([journey(tmp_path)], here).problems == []
        file = journey(tmp_path, SOUND.replace("Fick du hjälp?", "Hjälpte det?"))
        lines = told(checked([file], here), tmp_path)
        assert lines[0].startswith("small.yaml: warning: The text of 'helped' changed and its version did not.")
        assert lines[1] == "1 journey, 0 errors, 1 warning"
        lines = told(checked([journey(tmp_path, SOUND.replace("helped:", "aided:"))], here), tmp_path)
        assert "Used and now gone from the journey: the question 'helped'." in lines[0]
    finally:
        await store.close()


def test_a_database_that_can_not_be_read_is_told_and_stops_nothing(here: Settings, tmp_path: Path) -> None:
    """Checking goes on without the versions in use, and says so."""
    here.database.write_bytes(b"no database" * 200)
    findings = checked([journey(tmp_path)], here)
    assert (findings.errors, len(findings.problems)) == (0, 1)
    assert "could not be looked for" in next(findings.lines())


def test_checking_makes_no_database(here: Settings) -> None:
    """Looking changes nothing."""
    assert checked([], here).errors == 0
    assert not here.database.exists()
