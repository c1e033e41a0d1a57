"""Fills a real database, by SQL, with what a week of contacts leaves behind; for tests of the workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot import library
from bot.clock import iso_week
from bot.store.database import Transaction
from flows.journey import Choice, Journey, Kind, Phase, PhaseName, Question, Touchpoint, Words
from flows.timing import PhaseTiming, parse_send

ZONE = ZoneInfo("Europe/Stockholm")
MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
"""In 2026-W47."""


def words(text: str) -> Words:
    """A text in three languages, marked by language."""
    return Words({"sv": f"{text} (sv)", "fi": f"{text} (fi)", "en": text})


def scale(code: str, phase: PhaseName, touchpoint: str | None = None, **more: object) -> Question:
    """A question on a scale from 1 to 5."""
    steps = tuple(Choice(str(step), words(f"step {step}"), number=step) for step in range(1, 6))
    return question(code, "scale", phase, steps, touchpoint=touchpoint, scale="good", **more)


def question(code: str, kind: Kind, phase: PhaseName, choices: Sequence[Choice] = (), **more: object) -> Question:
    """Any question; `more` are further fields of Question."""
    return Question(code, kind, words(f"{code}?"), phase, choices=tuple(choices), **more)  # type: ignore[arg-type]


def options(*codes: str) -> tuple[Choice, ...]:
    """Choices with these codes."""
    return tuple(Choice(code, words(code.title())) for code in codes)


def visit(*extra: Question, code: str = "visit", audience: str = "citizen") -> Journey:
    """A small journey with a curve of three touchpoints; `extra` questions come last, after the contact."""
    touchpoints = (
        Touchpoint("booking", "before", words("Booking")),
        Touchpoint("meeting", "during", words("Meeting")),
        Touchpoint("result", "after", words("Result")),
    )
    demand = (Choice("new", words("New"), demand="value"), Choice("waited", words("Waited"), demand="failure"))
    phases: dict[PhaseName, tuple[Question, ...]] = {
        "before": (scale("feeling", "before", "booking", curve=True),),
        "during": (
            scale("treated", "during", "meeting", curve=True),
            question("cause", "one", "during", demand, touchpoint="booking"),
        ),
        "after": (
            scale("whole", "after", "result", curve=True),
            question("told", "several", "after", options("family", "to-us", "press")),
            question("comment", "words", "after"),
            question("times", "number", "after", low=0, high=10),
            *extra,
        ),
    }
    timing = PhaseTiming(parse_send("2 hours after end"), None)
    return Journey(
        code,
        words("A visit" if code == "visit" else code),
        audience,
        timedelta(minutes=30),
        touchpoints,
        tuple(Phase(name, timing, questions) for name, questions in phases.items()),
    )


@dataclass
class Rows:
    """Writes rows in one transaction, with ids that count up."""

    tx: Transaction
    journey: Journey
    fingerprint: str = ""
    _counts: dict[str, int] = field(default_factory=dict)

    def id(self, kind: str) -> str:
        """The next id of its kind."""
        found = self.tx.count(f"SELECT COUNT(*) FROM {kind}s") + 1
        return f"{kind}-{found:05d}"

    def use(self, journey: Journey, at: datetime) -> None:
        """Contacts from now on are pinned to this journey."""
        self.journey, self.fingerprint = journey, library.fingerprint(journey)
        self.tx.run(
            "INSERT OR IGNORE INTO journey_versions VALUES (:f, :j, :b, :at)",
            f=self.fingerprint,
            j=journey.code,
            b=library.encoded(journey),
            at=at,
        )

    def person(self, at: datetime = MONDAY) -> str:
        """A new person."""
        found = self.id("person")
        self.tx.run("INSERT INTO persons (id, language, created_at) VALUES (:id, 'sv', :at)", id=found, at=at)
        return found

    def contact(
        self,
        start: datetime,
        person: str | None = None,
        *,
        invitation: str = "personal",
        opened: datetime | None = None,
        simulated: bool = False,
        unit: str = "centre",
        registered: datetime | None = None,
    ) -> str:
        """A contact with its invitation, opened and bound where there is a person."""
        found = self.id("contact")
        registered = registered or start - timedelta(hours=1)
        self.tx.run(
            """INSERT INTO contacts (id, journey, fingerprint, person_id, invitation, audience, unit, service, channel,
                start_at, end_at, registered_at, registered_week, simulated)
            VALUES (:id, :journey, :fingerprint, :person, :invitation, :audience, :unit, 'permits', 'visit', :start,
                :end, :registered, :week, :simulated)""",
            id=found,
            journey=self.journey.code,
            fingerprint=self.fingerprint,
            person=person,
            invitation=invitation,
            audience=self.journey.audience,
            unit=unit,
            start=start,
            end=start + timedelta(minutes=30),
            registered=registered,
            week=iso_week(registered, ZONE),
            simulated=int(simulated),
        )
        self.told(found, registered)
        self.tx.run(
            """INSERT INTO invitations (id, contact_id, code_hash, made_at, opened_at, person_id, bound_at, expires_at)
            VALUES (:id, :contact, :hash, :at, :opened, :person, :bound, :at)""",
            id=self.id("invitation"),
            contact=found,
            hash=found.encode(),
            at=start,
            opened=opened or (start if person else None),
            person=person,
            bound=start if person else None,
        )
        return found

    def change(self, contact: str, at: datetime, **columns: object) -> None:
        """Staff learn something of the contact, or move or cancel it: these columns, from `at` on."""
        for column, value in columns.items():
            self.tx.run(f"UPDATE contacts SET {column} = :value WHERE id = :id", id=contact, value=value)  # type: ignore[arg-type]
        self.told(contact, at)

    def told(self, contact: str, at: datetime) -> None:
        """How the contact stands from then on, in its history."""
        self.tx.run(
            """INSERT INTO contact_history (contact_id, at, week, unit, service, channel, cause, solved, outcome,
                matter_id, start_at, end_at, cancelled_at)
            SELECT id, :at, :week, unit, service, channel, cause, solved, outcome, matter_id, start_at, end_at,
                cancelled_at FROM contacts WHERE id = :id""",
            id=contact,
            at=at,
            week=iso_week(at, ZONE),
        )

    def follow_up(self, contact: str, phase: str, at: datetime, *, begun: bool = True) -> str:
        """A follow-up planned, and begun at that moment."""
        found = self.id("follow_up")
        self.tx.run(
            """INSERT INTO follow_ups (id, contact_id, phase, state, due_at, useful_until, begun_at, sent_at, unit,
                service, channel, contact_start, contact_end)
            SELECT :id, id, :phase, :state, :at, :until, :begun, :begun, unit, service, channel, start_at, end_at
            FROM contacts WHERE id = :contact""",
            id=found,
            contact=contact,
            phase=phase,
            state="begun" if begun else "planned",
            at=at,
            until=at + timedelta(days=7),
            begun=at if begun else None,
        )
        self.history(found, "begun" if begun else "planned", at)
        return found

    def history(
        self, follow_up: str, state: str, at: datetime, disposition: str | None = None, outcome: str | None = None
    ) -> None:
        """A change of state, on the follow-up and in the history."""
        self.tx.run(
            "UPDATE follow_ups SET state = :s, disposition = :d, outcome = :o, ended_at = :e WHERE id = :f",
            f=follow_up,
            s=state,
            d=disposition,
            o=outcome,
            e=at if state == "ended" else None,
        )
        self.tx.run(
            """INSERT INTO follow_up_history (follow_up_id, at, week, state, disposition, reason, outcome, late, due_at,
                useful_until, retrospective, with_during, handed_over_at)
            SELECT id, :at, :w, state, disposition, reason, outcome, late, due_at, useful_until, retrospective,
                with_during, handed_over_at FROM follow_ups WHERE id = :f""",
            f=follow_up,
            at=at,
            w=iso_week(at, ZONE),
        )

    def conversation(self, follow_up: str, contact: str, person: str, at: datetime) -> str:
        """The conversation of a follow-up, ended."""
        found = self.id("conversation")
        self.tx.run(
            """INSERT INTO conversations (id, follow_up_id, contact_id, person_id, door, fingerprint, state, turn,
                useful_until, began_at)
            VALUES (:id, :follow_up, :contact, :person, 'telegram', :fingerprint, X'', 'ended', :at, :at)""",
            id=found,
            follow_up=follow_up,
            contact=contact,
            person=person,
            fingerprint=self.fingerprint,
            at=at,
        )
        return found

    def answer(
        self,
        conversation: str,
        question: str,
        at: datetime,
        *,
        status: str = "answered",
        codes: str = "",
        number: float | None = None,
        text: str | None = None,
        masked: str = "",
        supersedes: int | None = None,
        week: str | None = None,
    ) -> int:
        """A settled question; returns its integer id."""
        uid = self.id("answer")
        return self.tx.insert(
            """INSERT INTO answers (uid, conversation_id, follow_up_id, contact_id, person_id, question, asking, status,
                codes, number, text, masked, language, door, asked_at, answered_at, recorded_at, week, supersedes)
            SELECT :uid, id, follow_up_id, contact_id, person_id, :question, :asking, :status, :codes, :number, :text,
                :masked, 'sv', door, :asked, :at, :at, :week, :supersedes
            FROM conversations WHERE id = :conversation""",
            uid=uid,
            conversation=conversation,
            question=question,
            asking=self.tx.count("SELECT COUNT(*) FROM answers WHERE conversation_id = :c", c=conversation),
            status=status,
            codes=codes,
            number=number,
            text=text,
            masked=masked,
            asked=at - timedelta(minutes=1),
            at=at,
            week=week or iso_week(at, ZONE),
            supersedes=supersedes,
        )

    def answered(
        self, start: datetime, answers: dict[str, int | str | None], *, person: str | None = None, **contact: object
    ) -> str:
        """A contact whose after phase was answered: codes, steps of a scale, or None for skipped. Returns its id."""
        person = person or self.person(start)
        found = self.contact(start, person, **contact)  # type: ignore[arg-type]
        at = start + timedelta(hours=3)
        follow_up = self.follow_up(found, "after", at)
        conversation = self.conversation(follow_up, found, person, at)
        for place, (code, value) in enumerate(answers.items()):
            moment = at + timedelta(minutes=place + 1)
            if value is None:
                self.answer(conversation, code, moment, status="skipped")
            elif isinstance(value, int):
                self.answer(conversation, code, moment, codes=str(value), number=value)
            elif self.journey.question(code).kind == "words":
                self.answer(conversation, code, moment, text=value)
            else:
                self.answer(conversation, code, moment, codes=value)
        self.history(follow_up, "ended", at + timedelta(hours=1), "answered")
        return found
