"""Privacy: what a person is told of what is kept about them, and what they can do about it: see it, erase it, pause.

Erasing is confirmed once. It happens at once or waits for somebody's decision, as the organisation's file says.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot import days
from bot.erasures import Erasures
from bot.my_data import Held, gathered, read_by_people, read_by_programs, told
from bot.occasions import names_of
from bot.people import UNTIL_START, People
from bot.premises import Premises
from bot.remarks import Remarks
from bot.store import erasures, outbox
from bot.store.database import Transaction
from bot.store.outbox import Body, Document
from bot.store.people import Person
from bot.turns import NOTES_ARE_USEFUL
from flows.journey import Words
from flows.messages import Action, Tap
from flows.wording import filled, in_language

PAUSES = {"week": timedelta(days=7), "month": timedelta(days=30)}
"""How long a pause can be; any other is until the person says start."""

MOST_PAGES = 10
"""Messages in which what is held is told in the chat; who answered for years finds the rest in the files."""


class Privacy:
    """The rights of the persons of these premises."""

    def __init__(self, premises: Premises, people: People, erasures_room: Erasures, remarks: Remarks) -> None:
        self._premises = premises
        self._people = people
        self._erasures = erasures_room
        self._remarks = remarks

    def notice(self, tx: Transaction, person: Person, now: datetime) -> None:
        """The whole privacy notice (GDPR Article 13)."""
        self._remarks.say(tx, person, "privacy", now, names=self._notice_names(person.door))

    def notice_text(self, door: str, language: str) -> str:
        """The whole privacy notice, as whoever comes through this door reads it."""
        words = self._premises.words
        names = {**names_of(self._premises, None, None), **self._notice_names(door)}
        return filled(words.get(f"privacy-{door}") or words["privacy"], language, names)

    def _notice_names(self, door: str) -> dict[str, Words | str]:
        organisation, words = self._premises.organisation, self._premises.words
        link = organisation.notice_link
        notice = Words({code: "\n" + in_language(words["full-notice"], code).replace("{link}", link) for code in
                        words["full-notice"].texts}) if link else Words({"": ""})  # fmt: skip
        return {
            "controller": organisation.controller,
            "officer": organisation.officer,
            "legal_basis": organisation.legal_basis if organisation.legal_basis.texts else words["legal-basis"],
            "months": Words({"": str(organisation.months_kept)}),
            "authority": organisation.complaint_authority,
            "door_recipient": words.get(f"recipient-{door}", Words({"": ""})),
            "notice_link": notice,
        }

    def held(self, tx: Transaction, person: Person, now: datetime) -> None:
        """Everything that is held about the person, as they asked: to read here, and as files to keep or hand on."""
        held = gathered(tx, self._premises, person)
        pages = told(self._premises, held)
        for text in pages[:MOST_PAGES]:
            self._remarks.send(tx, person, text, now)
        if len(pages) > MOST_PAGES:
            self._remarks.say(tx, person, "mydata-rest", now)
        if held.contacts or held.call_backs:
            self._files(tx, person, held, now)

    def erase(self, tx: Transaction, person: Person, now: datetime) -> None:
        """The person wrote that everything shall be erased: they are told what that means, and asked once."""
        waiting = erasures.queued_of_person(tx, person.id)
        if waiting is not None:
            self._remarks.say(tx, person, "erase-waiting", now, names=self._decision(person, waiting.asked_at))
            return
        queued = self._premises.organisation.erasure == "queued"
        rows = (
            (self._remarks.button(person, "erase-yes", Tap("erase", choice="yes")),),
            (self._remarks.button(person, "erase-no", Tap("erase", choice="no")),),
        )
        phrase = "erase-ask-queued" if queued else "erase-ask"
        self._remarks.say(tx, person, phrase, now, names=self._decision(person, now), rows=rows)

    def pause(self, tx: Transaction, person: Person, now: datetime) -> None:
        """The person wrote that they want to be left alone for a while: for how long?"""
        if person.stopped_at is not None:
            self._remarks.say(tx, person, "stopped", now)
            return
        rows = [
            (self._remarks.button(person, f"pause-{choice}", Tap("pause", choice=choice)),)
            for choice in ("week", "month", "start")
        ]
        if person.is_paused(now):
            rows.append((self._remarks.button(person, "pause-resume", Tap("pause", choice="resume")),))
        self._remarks.say(tx, person, "pause-ask", now, rows=rows)

    def tapped(self, tx: Transaction, tap: Tap, person: Person, now: datetime) -> None:
        """A button of `erase` or `pause`."""
        if tap.action == "erase" and tap.choice == "yes":
            self._erase(tx, person, now)
        elif tap.action == "erase":
            self._kept(tx, person, now)
        elif person.stopped_at is not None:
            self._remarks.say(tx, person, "stopped", now)
        elif tap.choice == "resume":
            self._chosen(tx, person, "pause", "pause-resume", now)
            self._people.unpause(tx, person)
            self._remarks.say(tx, person, "pause-over", now)
        else:
            self._pause(tx, tap.choice, person, now)

    def erased(self, tx: Transaction, stranger: Person | None, now: datetime) -> None:
        """Somebody who asked for it was erased: the last thing they are told, at an address that is then forgotten."""
        if stranger is not None:
            self._remarks.say(tx, stranger, "erase-done", now, names={"chat": self._chat(stranger)})

    def _erase(self, tx: Transaction, person: Person, now: datetime) -> None:
        if self._premises.organisation.erasure == "queued":
            asked = self._erasures.ask(tx, person, now)
            self._chosen(tx, person, "erase", "erase-yes", now)
            self._remarks.say(tx, person, "erase-waiting", now, names=self._decision(person, asked.asked_at))
            return
        _, stranger = self._erasures.person(tx, person.id, "person", now)
        self.erased(tx, stranger, now)

    def _kept(self, tx: Transaction, person: Person, now: datetime) -> None:
        waiting = erasures.queued_of_person(tx, person.id)
        if waiting is not None:  # confirmed under another message: it stands, whatever is tapped here
            self._remarks.say(tx, person, "erase-waiting", now, names=self._decision(person, waiting.asked_at))
            return
        self._chosen(tx, person, "erase", "erase-no", now)
        self._remarks.say(tx, person, "erase-kept", now)

    def _pause(self, tx: Transaction, choice: str, person: Person, now: datetime) -> None:
        lasts = PAUSES.get(choice)
        until = now + lasts if lasts is not None else UNTIL_START
        self._people.pause(tx, person, until)
        self._chosen(tx, person, "pause", f"pause-{choice}" if lasts is not None else "pause-start", now)
        rows = ((self._remarks.button(person, "pause-resume", Tap("pause", choice="resume")),),)
        names: dict[str, Words | str] = {"when": self._day(until, person)}
        phrase = "pause-begun" if lasts is not None else "pause-until-start"
        self._remarks.say(tx, person, phrase, now, names=names, rows=rows)

    def _chosen(self, tx: Transaction, person: Person, action: Action, label: str, now: datetime) -> None:
        # What was chosen stands under the question, and its buttons can't be tapped a second time.
        for row in erasures.offers(tx, person.id, action)[:1]:
            outbox.add(
                tx,
                door=person.door,
                lookup=person.lookup,
                purpose="shell",
                body=Body(strong=self._remarks.text(person, label)),
                now=now,
                person_id=person.id,
                edits=row,
                useful_until=now + NOTES_ARE_USEFUL,
            )

    def _files(self, tx: Transaction, person: Person, held: Held, now: datetime) -> None:
        words = self._premises.words
        name = in_language(words["mydata-file"], person.language)
        files = (
            ("mydata-for-you", f"{name}.txt", "text/plain", read_by_people(self._premises, held)),
            ("mydata-for-programs", f"{name}.json", "application/json", read_by_programs(self._premises, held)),
        )
        for caption, file, kind, content in files:
            text = in_language(words[caption], person.language)
            outbox.add(
                tx,
                door=person.door,
                lookup=person.lookup,
                purpose="shell",
                body=Body(text, document=Document(file, kind, content)),
                now=now,
                person_id=person.id,
                useful_until=now + NOTES_ARE_USEFUL,
            )

    def _decision(self, person: Person, asked: datetime) -> dict[str, Words | str]:
        words, organisation = self._premises.words, self._premises.organisation
        decision = in_language(organisation.retention_decision, person.language)
        named = in_language(words["erase-decision"], person.language).replace("{decision}", decision)
        return {
            "when": self._day(asked, person),
            "decision": f" {named}" if decision else "",
            "chat": self._chat(person),
        }

    def _chat(self, person: Person) -> Words:
        return self._premises.words.get(f"erase-chat-{person.door}", Words({"": ""}))

    def _day(self, moment: datetime, person: Person) -> str:
        return days.whole_day(moment.astimezone(self._premises.zone).date(), person.language)
