"""The organisation's file is read with all its faults at once; without one a plain default holds."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.organisation import (
    DOORS,
    OUTCOMES,
    FaultyOrganisation,
    Organisation,
    UnknownCode,
    default,
    meant,
    opened,
    read,
)
from bot.terms import Budget, CallBacks, ContactBudget
from flows.journey import Words
from flows.problems import Problems
from flows.source import Entry, Table, open_source
from flows.timing import Calendar
from flows.understanding import emergency
from flows.wording import filled, in_language
from flows.working_hours import OFFICE_WEEK, Span, WorkingHours
from tests.wild import examples

LANGUAGES = ("sv", "fi", "en")

WHOLE = """\
name:       { sv: "Åby kommun", fi: "Åbyn kunta", en: "Åby municipality" }
controller: { sv: "Kommunstyrelsen", fi: "Kunnanhallitus", en: "The municipal board" }
officer: dpo@example.org
notice link: https://example.org/privacy
months kept: 12
complaint authority: { sv: "Dataombudsmannen", fi: "tietosuojavaltuutettu", en: "the Data Protection Ombudsman" }
phone: "+358 9 000 00"
hours: { sv: "Vardagar 9-15.", fi: "Arkisin 9-15.", en: "Weekdays 9-15." }
emergency words: ["nödläge", itsemurha*]
holidays: FI
time zone: Europe/Helsinki
quiet hours: 21:00 to 9:30
units:
  south:
    name: { sv: "Syd", fi: "Etelä", en: "South" }
    phone: "+358 9 000 01"
    hours: { sv: "Dygnet runt.", fi: "Aina.", en: "Always." }
    pilot from: 2027-01-15
    working hours: { saturday: [8:00 to 12:00, 13:00 to 24:00] }
    call-backs: no
  north: { name: { sv: "Nord", fi: "Pohjoinen", en: "North" } }
services:
  permits: { name: { sv: "Bygglov", fi: "Rakennuslupa", en: "Building permits" } }
  care:
    name: { sv: "Omsorg", fi: "Hoiva", en: "Care" }
    doors: [web]
channels: { desk: { sv: "Disk", fi: "Tiski", en: "Desk" } }
outcomes: { granted: { sv: "Ja", fi: "Kyllä", en: "Yes" } }
causes:   { moved: { sv: "Flytt", fi: "Muutto", en: "Moved" } }
reasons:  { asleep: { sv: "Sov", fi: "Nukkui", en: "Was asleep" } }
needs:    { sooner: { sv: "Fortare", fi: "Nopeammin", en: "Sooner" } }
themes:   { queue: { sv: "Kön", fi: "Jono", en: "The queue" } }
working hours: { monday to thursday: 9:00 to 15:00 }
contact budget: { everybody: 2 in 60 days, audiences: { employee: no limit }, journeys: { office-visit: 1 in 7 days } }
call-backs: { within: 4 working hours, slots: { morning: 9:00 to 11:00 }, asked after: 1 day }
erasure: queued
retention decision: { sv: "Beslut 1", fi: "Päätös 1", en: "Decision 1" }
accessibility: { status: partial, assessed: 2026-11-01, missing: [{ sv: "Kartan", fi: "Kartta", en: "The map" }] }
"""


def without(key: str) -> bytes:
    """The whole file without one top key and what stands under it."""
    kept, leaving = [], False
    for line in WHOLE.splitlines(keepends=True):
        if not line.startswith(" "):
            leaving = line.partition(":")[0] == key
        if not leaving:
            kept.append(line)
    assert len(kept) < len(WHOLE.splitlines())
    return "".join(kept).encode()


def with_line(key: str, line: str) -> bytes:
    """The whole file with one top key written otherwise."""
    return without(key) + f"{line}\n".encode()


def faults(source: bytes) -> list[str]:
    reading = read(source, "organisation.yaml", LANGUAGES)
    assert reading.value is None
    return [str(problem) for problem in reading.problems if problem.kind == "error"]


def sound(source: bytes) -> Organisation:
    reading = read(source, "organisation.yaml", LANGUAGES)
    assert reading.problems == ()
    assert reading.value is not None
    return reading.value


def test_a_whole_file_is_read_whole() -> None:
    """Every key of the file reaches the organisation, and nothing else does."""
    found = sound(WHOLE.encode())
    assert found.name == Words({"sv": "Åby kommun", "fi": "Åbyn kunta", "en": "Åby municipality"})
    assert in_language(found.controller, "en") == "The municipal board"
    assert [in_language(found.officer, language) for language in LANGUAGES] == ["dpo@example.org"] * 3
    assert found.notice_link == "https://example.org/privacy"
    assert found.months_kept == 12
    assert in_language(found.complaint_authority, "fi") == "tietosuojavaltuutettu"
    assert (found.phone, in_language(found.hours, "sv")) == ("+358 9 000 00", "Vardagar 9-15.")
    assert found.emergency_words == ("nödläge", "itsemurha*")
    assert (found.holiday_country, found.zone) == ("FI", ZoneInfo("Europe/Helsinki"))
    assert (found.quiet_from, found.quiet_until) == (time(21), time(9, 30))
    assert found.languages == LANGUAGES
    assert list(found.units) == ["south", "north"]
    south, north = found.units.values()
    assert (south.code, in_language(south.name, "fi"), south.phone) == ("south", "Etelä", "+358 9 000 01")
    assert south.hours == Words({"sv": "Dygnet runt.", "fi": "Aina.", "en": "Always."})
    assert south.pilot_from == date(2027, 1, 15)
    assert south.week == ((), (), (), (), (), (Span(time(8), time(12)), Span(time(13), time(0))), ())
    assert south.call_backs is False
    assert (north.phone, north.hours, north.pilot_from) == (None, None, None)
    assert (north.week, north.call_backs) == (None, None)
    assert {code: service.doors for code, service in found.services.items()} == {"permits": DOORS, "care": ("web",)}
    assert list(found.channels) == ["desk"]
    assert list(found.causes) == ["moved"]
    assert found.reasons == {"asleep": Words({"sv": "Sov", "fi": "Nukkui", "en": "Was asleep"})}
    assert found.needs == {"sooner": Words({"sv": "Fortare", "fi": "Nopeammin", "en": "Sooner"})}
    assert list(found.themes) == ["queue"]
    assert found.week == (*((Span(time(9), time(15)),),) * 4, (), (), ())
    assert found.contact_budget == ContactBudget(Budget(2, 60), {"employee": None}, {"office-visit": Budget(1, 7)})
    assert found.call_backs == CallBacks(True, 4, {"morning": Span(time(9), time(11))}, 1)
    assert (found.erasure, in_language(found.retention_decision, "fi")) == ("queued", "Päätös 1")


def test_outcomes_can_be_named_but_not_changed() -> None:
    """The five codes that figures go by are always there; the file gives them other names."""
    outcomes = sound(WHOLE.encode()).outcomes
    assert tuple(outcomes) == OUTCOMES
    assert in_language(outcomes["granted"], "sv") == "Ja"
    assert in_language(outcomes["denied"], "sv") == "Avslag"
    assert faults(with_line("outcomes", 'outcomes: { grantd: { sv: "Ja", fi: "Kyllä", en: "Yes" } }')) == [
        "organisation.yaml, line 38: There is no outcome 'grantd'. Did you mean 'granted'?"
    ]


def test_the_calendar_follows_the_file() -> None:
    """Quiet hours, zone and holidays of the file decide when people may be written to."""
    calendar = sound(WHOLE.encode()).calendar
    assert calendar == Calendar("Europe/Helsinki", time(21), time(9, 30), "FI")
    assert calendar.is_open(datetime(2027, 1, 4, 7, 30, tzinfo=UTC))
    assert not calendar.is_open(datetime(2027, 1, 4, 7, 29, tzinfo=UTC))
    assert not calendar.is_open(datetime(2027, 1, 6, 10, 0, tzinfo=UTC))  # Epiphany


def test_no_holidays_is_a_choice() -> None:
    """An organisation that writes on holidays too says none."""
    assert sound(with_line("holidays", "holidays: none")).holiday_country is None


@pytest.mark.parametrize(
    "key", ["name", "controller", "officer", "months kept", "complaint authority", "phone", "units", "services"]
)
def test_what_citizens_are_told_must_be_there(key: str) -> None:
    """Without a name, a phone, a data protection officer and the like no honest notice can be shown."""
    [fault] = faults(without(key))
    assert f"'{key}' is missing" in fault


@pytest.mark.parametrize(
    "key",
    [
        "notice link",
        "hours",
        "emergency words",
        "holidays",
        "time zone",
        "quiet hours",
        "channels",
        "outcomes",
        "causes",
        "reasons",
        "needs",
        "themes",
        "working hours",
        "contact budget",
        "call-backs",
        "erasure",
        "retention decision",
        "accessibility",
    ],
)
def test_the_rest_may_be_left_out(key: str) -> None:
    """What a file leaves out is as in the plain default."""
    found, plain = sound(without(key)), default(LANGUAGES)
    field = {"holidays": "holiday_country", "time zone": "zone", "quiet hours": "quiet_from"}.get(key)
    field = field or {"working hours": "week"}.get(key) or key.replace(" ", "_").replace("-", "_")
    assert getattr(found, field) == getattr(plain, field)


def test_causes_say_what_kind_of_demand_they_are() -> None:
    """A cause may carry its demand, as a choice in a journey does; the default's own keep theirs unless it is said."""
    written = """causes:
  moved: { text: { sv: "Flytt", fi: "Muutto", en: "Moved" }, demand: value }
  advice: { text: { sv: "Råd", fi: "Neuvo", en: "Advice" }, demand: failure }
  waited: { sv: "Väntan", fi: "Odotus", en: "Waiting" }
  strange: { sv: "Annat", fi: "Muu", en: "Else" }
"""
    found = sound(without("causes") + written.encode())
    assert list(found.causes) == ["moved", "advice", "waited", "strange"]
    assert found.causes["moved"].texts["sv"] == "Flytt"
    assert {code: found.demands.get(code) for code in found.causes} == {
        "moved": "value",
        "advice": "failure",
        "waited": "failure",
        "strange": None,
    }
    assert default(LANGUAGES).demands.get("other") is None


@pytest.mark.parametrize(
    ("cause", "fault"),
    [
        ('{ text: { sv: "A", fi: "B", en: "C" }, demand: wasted }', "'wasted' cannot stand after 'demand'"),
        ('{ sv: "A", fi: "B", en: "C", demand: value }', "The languages of 'moved' stand beside its other settings"),
        ("{ demand: value }", "'text' is missing under 'moved'"),
        ('{ text: { sv: "A", fi: "B", en: "C" }, kind: value }', "'kind' is nothing that a cause can have"),
    ],
)
def test_a_cause_written_wrongly_is_told(cause: str, fault: str) -> None:
    """An unknown demand, languages beside it, no text, and a name that nobody knows: each has its own words."""
    [found] = faults(with_line("causes", f"causes: {{ moved: {cause} }}"))
    assert fault in found


def test_what_is_said_of_accessibility_is_read() -> None:
    """Status, days and what is missing stand as written; what was never updated was last assessed."""
    found = sound(WHOLE.encode()).accessibility
    assert found is not None
    assert (found.full, found.assessed, found.updated) == (False, date(2026, 11, 1), date(2026, 11, 1))
    assert [one.texts["sv"] for one in found.missing] == ["Kartan"]


def test_the_zone_of_the_settings_holds_where_the_file_names_none() -> None:
    """KUNDRESA_TIME_ZONE holds for the default and for a file without a zone, not against one with a zone."""
    tokyo = ZoneInfo("Asia/Tokyo")
    assert default(LANGUAGES, tokyo).zone == tokyo
    for source, zone in ((without("time zone"), tokyo), (WHOLE.encode(), ZoneInfo("Europe/Helsinki"))):
        reading = read(source, "organisation.yaml", LANGUAGES, tokyo)
        assert reading.value is not None
        assert reading.value.zone == zone


@pytest.mark.parametrize(
    ("key", "line", "fault"),
    [
        ("officer", "officer:", "Nothing stands after 'officer'"),
        ("officer", "officer: [a, b]", "in each language"),
        ("name", "name: Åby", "Write it as { sv:"),
        ("name", 'name: { sv: "{unit}", fi: "{unit}", en: "{unit}" }', "{unit} is not known"),
        ("notice link", "notice link: http://example.org", "'http://example.org' is no link to a page"),
        ("months kept", "months kept: 0", "Write a whole number from 1 to 120"),
        ("months kept", "months kept: ever", "Write a whole number from 1 to 120"),
        ("phone", "phone:", "Nothing stands after 'phone'"),
        ("holidays", "holidays: se", "such as SE or FI, or none"),
        ("time zone", "time zone: Europe/Helsinky", "Did you mean 'Europe/Helsinki'?"),
        ("quiet hours", "quiet hours: 20:00", "such as 20:00 to 08:00"),
        ("quiet hours", "quiet hours: 20:00 to 25:00", "such as 20:00 to 08:00"),
        ("quiet hours", "quiet hours: 08:00 to 8:00", "such as 20:00 to 08:00"),
        ("emergency words", "emergency words: [nödläge, ja]", "'ja' would be found in too many messages"),
        ("units", "units: {}", "Nothing is named under 'units'"),
        ("accessibility", "accessibility: { status: ful, assessed: 2026-11-01 }", "Did you mean 'full'?"),
        ("accessibility", "accessibility: { status: full }", "the day on which the pages were assessed"),
        ("accessibility", "accessibility: { status: partial, assessed: 2026-11-01 }", "List what is not accessible"),
        ("units", 'units: { a: { name: { sv: "A", fi: "A", en: "A" }, fone: "1" } }', "Did you mean 'phone'?"),
        ("units", 'units: { a: { phone: "1" } }', "'name' is missing under 'a'"),
        ("units", 'units: { Å B: { name: { sv: "A", fi: "A", en: "A" } } }', "Write it as 'a-b'"),
        ("units", 'units: { a: { name: { sv: "A", fi: "A", en: "A" }, pilot from: soon } }', "'soon' is no day"),
        ("services", "services:", "Nothing stands after 'services'"),
        ("services", 'services: { a: { name: { sv: "A", fi: "A", en: "A" }, doors: [] } }', "No door is open"),
        ("services", 'services: { a: { name: { sv: "A", fi: "A", en: "A" }, doors: telegran } }', "'telegram'"),
        ("channels", "channels: {}", "Nothing is named under 'channels'"),
        ("channels", "channels: { desk: Disk }", "Write it as { sv:"),
        ("phone", 'fone: "1"', "Did you mean 'phone'?"),
        ("outcomes", "outcomes: {}", "Nothing is named under 'outcomes'"),
        ("reasons", "reasons: {}", "Nothing is named under 'reasons'"),
        ("reasons", 'reasons: { Was asleep: { sv: "a", fi: "a", en: "a" } }', "Write it as 'was-asleep'"),
        ("reasons", "reasons: { asleep: Sov }", "Write it as { sv:"),
        ("themes", "themes: {}", "Nothing is named under 'themes'"),
        ("needs", "needs: { sooner: Fort }", "Write it as { sv:"),
        ("erasure", "erasure: at onec", "Did you mean 'at once'?"),
        ("erasure", "erasure:", "Nothing stands after 'erasure'"),
        ("retention decision", "retention decision: [a]", "in each language"),
        ("units", 'units: { a: { name: { sv: "A", fi: "A", en: "A" }, call-backs: never } }', "Write yes or no"),
        ("units", 'units: { a: { name: { sv: "A", fi: "A", en: "A" }, working hours: 8 to 16 } }', "on which days"),
    ],
)
def test_a_fault_is_told_with_its_line_and_remedy(key: str, line: str, fault: str) -> None:
    """Whoever wrote the file reads where it is wrong and what to write."""
    source = with_line(key, line)
    told, last = faults(source), len(source.splitlines())
    assert any(fault in one and f"line {last}:" in one for one in told)


def test_all_faults_are_told_at_once() -> None:
    """One reading shows everything there is to mend, by line."""
    told = faults(b"nmae: x\nholidays: XX\nquiet hours: never\nunits: { a: b }\n")
    assert [line for line in (1, 2, 3, 4) if any(f"line {line}:" in one for one in told)] == [1, 2, 3, 4]
    assert sum("is missing" in one for one in told) == 6  # the misspelt name is told once, as misspelt


def test_a_missing_language_is_a_warning() -> None:
    """A text that lacks a language can be used: another is shown, and the file's owner is told."""
    reading = read(with_line("hours", 'hours: { sv: "Vardagar 9-15." }'), "o.yaml", LANGUAGES)
    assert reading.value is not None
    assert [problem.kind for problem in reading.problems] == ["warning"]
    assert in_language(reading.value.hours, "fi") == "Vardagar 9-15."


def test_the_default_has_one_of_each_and_every_label() -> None:
    """Without a file everything works: one unit, one service, and labels in each language."""
    plain = default(LANGUAGES)
    assert list(plain.units) == ["main"]
    assert list(plain.services) == ["general"]
    assert tuple(plain.channels) == ("phone", "visit", "web", "mail", "email", "letter")
    assert tuple(plain.outcomes) == OUTCOMES
    names = [plain.name, plain.controller, plain.officer, plain.complaint_authority, plain.hours]
    names += [unit.name for unit in plain.units.values()] + [service.name for service in plain.services.values()]
    for words in (
        *names,
        *plain.channels.values(),
        *plain.outcomes.values(),
        *plain.causes.values(),
        *plain.reasons.values(),
        *plain.themes.values(),
    ):
        assert tuple(words.texts) == LANGUAGES
        assert all(words.texts.values())
    assert plain.calendar == Calendar("Europe/Stockholm", time(20), time(8), "SE")
    assert plain.contact_budget == ContactBudget(Budget(1, 30))
    assert plain.working_hours() == WorkingHours("Europe/Stockholm", OFFICE_WEEK, "SE")
    assert plain.call_backs == CallBacks()
    assert (plain.erasure, plain.retention_decision) == ("at once", Words({}))


def test_the_default_can_be_read_as_a_file() -> None:
    """It is what an organisation copies to begin with, so that it must be sound by itself."""
    source = resources.files("bot").joinpath("organisation_default.yaml").read_bytes()
    assert sound(source) == default(LANGUAGES)


def test_a_units_own_terms_hold_before_the_organisations() -> None:
    """Working hours, call-backs and slots are the unit's, else the organisation's, as for a unit that is gone."""
    found = sound(WHOLE.encode())
    south, north = found.units["south"], found.units["north"]
    assert south.week is not None
    assert found.working_hours("south") == WorkingHours("Europe/Helsinki", south.week, "FI")
    ours = WorkingHours("Europe/Helsinki", found.week, "FI")
    assert [found.working_hours(unit) for unit in (north.code, "gone", None)] == [ours] * 3
    assert [found.calls_back(unit) for unit in ("south", "north", "gone", None)] == [False, True, True, True]
    assert found.slots("south") == {}
    assert found.slots("north") == {"morning": Span(time(9), time(11))}


def test_nobody_calls_back_but_who_says_so() -> None:
    """`call-backs: no` for the organisation leaves it to units to say yes."""
    source = with_line("call-backs", "call-backs: no").replace(b"call-backs: no\n  north", b"call-backs: yes\n  north")
    found = sound(source)
    assert [found.calls_back(unit) for unit in ("south", "north", None)] == [True, False, False]


def test_no_slot_is_offered_in_which_nobody_works() -> None:
    """A unit that is open in the morning only does not let people choose the afternoon."""
    early = with_line("working hours", "working hours: { monday: 8:00 to 12:00, friday: 7:00 to 11:00 }")
    found = sound(early.replace(b"slots: { morning: 9:00 to 11:00 }, ", b""))
    assert list(found.slots("north")) == ["morning"]
    assert list(found.slots("gone")) == ["morning"]
    assert list(default(LANGUAGES).slots("main")) == ["morning", "afternoon"]


def test_the_budget_is_the_nearest_that_is_said() -> None:
    """A journey's budget holds before its audience's, and that before everybody's; no limit is one too."""
    found = sound(WHOLE.encode())
    assert found.budget("office-visit", "employee") == Budget(1, 7)
    assert found.budget("phone-call", "employee") is None
    assert found.budget("phone-call", "citizen") == Budget(2, 60)


def test_the_usual_emergency_words_can_be_kept() -> None:
    """An organisation that adds words of its own does not lose the others unless it means to."""
    found = sound(with_line("emergency words", 'emergency words: [as usual, "bombhot*"]')).emergency_words
    assert found == (*default(LANGUAGES).emergency_words, "bombhot*")


def test_the_example_shows_every_key() -> None:
    """It has each key that a file can have, and the seven functions of an internal service centre."""
    source = resources.files("bot").joinpath("organisation_example.yaml").read_bytes()
    found, table = sound(source), open_source(source, Problems(""))
    assert table is not None
    assert set(table.entries) == set(KEYS)
    below = {key for entry in found_below(table, "units") for key in entry.names()}
    assert below == {"name", "phone", "hours", "working hours", "call-backs", "pilot from"}
    assert [code for code, service in found.services.items() if service.doors == ("web",)] == ["home-care"]
    assert len(found.services) == 5 + 7
    assert set(default(LANGUAGES).emergency_words) < set(found.emergency_words)
    assert set(default(LANGUAGES).reasons) <= set(found.reasons)


KEYS = (
    *("name", "controller", "officer", "complaint authority", "legal basis", "notice link", "months kept", "phone"),
    *("hours", "emergency words", "time zone", "holidays", "quiet hours", "working hours", "contact budget", "erasure"),
    *(
        "call-backs",
        "retention decision",
        "accessibility",
        "units",
        "services",
        "channels",
        "outcomes",
        "causes",
        "reasons",
        "needs",
        "themes",
    ),
)


def found_below(table: Table, name: str) -> list[Entry]:
    below = table.entries[name].table()
    assert below is not None
    return list(below.entries.values())


def test_texts_with_the_defaults_names_read_as_sentences() -> None:
    """A citizen of an organisation that set nothing is not shown gaps, braces or a number that nobody answers."""
    plain = default(LANGUAGES)
    text = Words({"sv": "Fråga från {organisation}. Ring {phone}. {hours}", "fi": "Soita {phone}. {hours}"})
    values: dict[str, Words | str] = {"organisation": plain.name, "phone": plain.phone, "hours": plain.hours}
    shown = filled(text, "sv", values)
    assert shown.startswith("Fråga från den här organisationen. Ring växel")
    assert shown.endswith("Telefontiderna står på vår webbplats.")
    assert not any(character.isdigit() for character in shown + filled(text, "fi", values))


@pytest.mark.parametrize(
    "text",
    [
        "jag vill inte leva längre",
        "Jag har tänkt ta mitt liv",
        "självmordstankar",
        "min man, han slår mig",
        "en jaksa elää",
        "itsemurhaa olen miettinyt",
        "hän lyö minua",
        "I don't want to live",
        "I am going to kill myself!",
        "he has threatened to kill me",
    ],
)
def test_danger_is_noticed_in_each_language(text: str) -> None:
    """Whoever writes of dying or of violence is told of 112 without anybody having set a word."""
    assert emergency(text, default(LANGUAGES).emergency_words)


@pytest.mark.parametrize(
    "text",
    [
        "det var akut bråttom med bygglovet",
        "det slår mig att ingen ringde",
        "hjälp mig med blanketten",
        "jag höll på att dö av tristess i kön",
        "bussen är en livlina för mig",
        "asia oli kiireellinen",
        "tukipäätös on vaarassa myöhästyä",
        "it beats me why nobody answered",
        "I would kill for a shorter queue",
        "help me with the form",
    ],
)
def test_everyday_talk_raises_no_alarm(text: str) -> None:
    """A warning that comes at every strong word is soon not read."""
    assert not emergency(text, default(LANGUAGES).emergency_words)


def test_a_code_is_itself_or_the_one_meant_is_named() -> None:
    """A command with a misspelt code says which code was probably meant, else which there are."""
    units = sound(WHOLE.encode()).units
    assert meant("south", units, "unit") == "south"
    with pytest.raises(UnknownCode, match=r"^There is no unit 'suoth'. Did you mean 'south'\?$"):
        meant("suoth", units, "unit")
    with pytest.raises(UnknownCode, match=r"^There is no unit '7'. There is south and north\.$"):
        meant("7", units, "unit")
    with pytest.raises(UnknownCode, match="None is named"):
        meant("7", {}, "unit")


def test_opening_a_faulty_file_says_all_that_is_wrong(tmp_path: Path) -> None:
    """A start with a faulty file stops with every error; a sound file and no file give an organisation."""
    file = tmp_path / "ours.yaml"
    file.write_bytes(WHOLE.encode())
    assert opened(file, LANGUAGES) == sound(WHOLE.encode())
    assert opened(None, LANGUAGES) == default(LANGUAGES)
    incomplete = without("hours").decode().replace('fi: "Muutto", ', "").encode()
    assert read(incomplete, "ours.yaml", LANGUAGES).problems
    file.write_bytes(incomplete + b'hours: "Weekdays"\nnmae: x\n')
    with pytest.raises(FaultyOrganisation, match=r"ours\.yaml, line 38: .*\n.*line 39: .*'name'") as refused:
        opened(file, LANGUAGES)
    assert len(refused.value.problems) == 2


@examples(40)
@given(st.data())
def test_no_file_makes_reading_stop(data: st.DataObject) -> None:
    """Whatever is cut out of the file or written into it, reading gives a value or errors, never an exception."""
    begin = data.draw(st.integers(0, len(WHOLE)))
    end = data.draw(st.integers(begin, min(begin + 40, len(WHOLE))))
    inside = data.draw(st.text("{}[]:,\"'&*!|> \nab09", max_size=8))
    reading = read((WHOLE[:begin] + inside + WHOLE[end:]).encode(), "organisation.yaml", LANGUAGES)
    assert (reading.value is None) == any(problem.kind == "error" for problem in reading.problems)
