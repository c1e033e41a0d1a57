"""Promises: what becomes of a call once it is promised, until the person has said whether it was kept.

A promise that nobody kept stays open and counts as broken: it is never tidied away, only its number is. Never decides
what the person may choose; that is `call_backs`' work.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.call_times import SOON, day_told, days_later, deadline, moment_told, slot_told
from bot.occasions import names_of
from bot.premises import Premises
from bot.remarks import Remarks
from bot.store import call_backs, call_queue, people
from bot.store.call_backs import CallBack, Outcome, Way, recorded_at
from bot.store.database import Transaction
from bot.store.people import Person
from flows.journey import Words
from flows.messages import Button, Tap
from flows.understanding import Option, choice_meant, yes_or_no

LIMIT = 100
SEALED_FOR = b"call-back"
"""What numbers are sealed for."""

NUMBERS_KEPT = timedelta(days=30)
CHOICES_KEPT = timedelta(days=1)
SILENT = timedelta(hours=24)
"""Nobody is asked beside a question that was open within this time, as in `follow_ups` (promise 8)."""

ASKED_WITHIN = timedelta(days=14)
"""After so long nobody remembers the call well enough to be asked about it."""

_IN_SLOT = {"morning": "call-in-morning", "afternoon": "call-in-afternoon", SOON: "call-in-soon"}
_HAPPENED = {"yes": "call-yes", "no": "call-no"}
_HELPED = {"helped-yes": "call-yes", "helped-partly": "call-partly", "helped-no": "call-no"}
_NEW_TIME = {"again": "call-new-time", "no-thanks": "call-no-thanks"}


class Promises:
    """The promises of these premises."""

    def __init__(self, premises: Premises, remarks: Remarks) -> None:
        self._premises = premises
        self._remarks = remarks

    def make(self, tx: Transaction, asked: CallBack, person: Person, way: Way, slot: str | None, now: datetime) -> None:
        """Everything is chosen: promise it, and say by when and how to withdraw it."""
        moment = recorded_at(tx, now, self._premises.zone)
        organisation = self._premises.organisation
        due = deadline(organisation, asked.unit, slot, moment)
        ask_at = days_later(organisation, due, organisation.call_backs.asked_after_days)
        call_backs.promise(tx, asked.id, way=way, slot=slot, deadline=due, ask_at=ask_at, now=moment)
        self.tell(tx, asked.id, person, now)

    def keep_number(self, tx: Transaction, id_: str, number: str, person: Person, now: datetime) -> None:
        """The number to call, in E.164: sealed, and never said again but for its last two digits."""
        call_backs.keep_number(tx, id_, self._premises.keyring.seal(number.encode(), purpose=SEALED_FOR), now)
        text = self._remarks.text(person, "call-number-kept", {"last": number[-2:]})
        self._remarks.send(tx, person, text, now, keys=())

    def tell(self, tx: Transaction, id_: str, person: Person, now: datetime, *, once_more: bool = False) -> None:
        """Say what is promised, and how to withdraw it; `once_more` if the person asked for what they have already."""
        promised = call_backs.of_id(tx, id_)
        if promised is None or promised.deadline is None:
            return
        names = self._names(promised)
        names["when"] = moment_told(self._premises, promised.deadline, person.language)
        names["slot"] = slot_told(self._premises, promised.unit, promised.slot, person.language, _IN_SLOT)
        phrase = "call-i-call-promised" if promised.way == "i-call" else "call-promised"
        text = self._remarks.text(person, phrase, names)
        if once_more:
            text = f"{self._remarks.text(person, 'call-already')} {text}"
        withdraw = self._remarks.button(person, "call-withdraw", Tap("call-back", id_, choice="withdraw"))
        self._remarks.send(tx, person, text, now, rows=[(withdraw,)])

    def withdraw(self, tx: Transaction, promised: CallBack, person: Person, now: datetime) -> None:
        """The person does not want it any more. What is withdrawn already is passed over in silence."""
        if promised.state == "open":
            call_backs.withdraw(tx, promised.id, recorded_at(tx, now, self._premises.zone))
            self._remarks.say(tx, person, "call-withdrawn", now)
        elif promised.state == "done":
            self._remarks.say(tx, person, "button-gone", now)

    def done(self, tx: Transaction, id_: str, outcome: Outcome, now: datetime) -> bool:
        """Staff called, or met who called; the number goes at once. False if it is not open (any more).

        The person is asked about it days later; who was not reached is asked for a new time as soon as may be.
        """
        organisation = self._premises.organisation
        days = 0 if outcome == "not-reached" else organisation.call_backs.asked_after_days
        moment = recorded_at(tx, now, self._premises.zone)
        return call_backs.done(tx, id_, outcome, ask_at=days_later(organisation, moment, days), now=moment)

    def take(self, tx: Transaction, id_: str, member: str, now: datetime) -> bool:
        """A member of staff will call, in place of whoever meant to. False if nobody waits, or it was theirs before."""
        return call_queue.take(tx, id_, member, now, over=True)

    def number(self, tx: Transaction, id_: str) -> str | None:
        """The number to call, in E.164, for whoever calls now; None where none is kept. Unreadable by another key."""
        sealed = call_backs.number(tx, id_)
        return None if sealed is None else self._premises.keyring.unseal(sealed, purpose=SEALED_FOR).decode()

    def ask(self, tx: Transaction, now: datetime, limit: int = LIMIT) -> int:
        """Ask those whose time has come whether it happened, each once; returns how many. In open hours only."""
        if not self._premises.organisation.calendar.is_open(now):
            return 0
        too_old = now - ASKED_WITHIN
        call_backs.never_ask(tx, too_old)
        asked: set[str] = set()
        for promised in call_backs.to_ask(tx, now, too_old=too_old, silent_since=now - SILENT, limit=limit):
            person = people.of_id(tx, promised.person_id or "")
            if person is not None and person.id not in asked:
                asked.add(person.id)
                call_backs.put(tx, promised.id, now)
                self._put(tx, promised, person, now)
        return len(asked)

    def answered(self, tx: Transaction, promised: CallBack, choice: str, person: Person, now: datetime) -> None:
        """A button of what was asked about it, but "again". The first word counts, a second one is silence."""
        moment = recorded_at(tx, now, self._premises.zone)
        if choice in _HAPPENED:
            if call_backs.happened(tx, promised.id, choice, moment):
                phrase, choices = ("call-helped", _HELPED) if choice == "yes" else ("call-sorry", _NEW_TIME)
                self._remarks.say(tx, person, phrase, now, rows=self._rows(person, promised, choices))
        elif choice in _HELPED:
            if call_backs.helped(tx, promised.id, choice.removeprefix("helped-"), moment):
                self._remarks.say(tx, person, "call-thanks", now)
        elif choice == "no-thanks":
            call_backs.replied(tx, promised.id, moment)
            self._remarks.say(tx, person, "call-dropped", now)

    def meant(self, tx: Transaction, text: str, person: Person, now: datetime) -> tuple[CallBack, str] | None:
        """Which answer a typed text is to what was asked last about a call, or None."""
        promised = call_backs.asked_about(tx, person.id, now - SILENT)
        if promised is None or not any(letter.isalpha() for letter in text):
            return None
        if _not_reached(promised):
            wanted = yes_or_no(text)
            return None if wanted is None else (promised, "again" if wanted else "no-thanks")
        choices = _HELPED if promised.happened else _HAPPENED
        labels = {code: tuple(self._premises.words[phrase].texts.values()) for code, phrase in choices.items()}
        found = choice_meant(text, [Option(code, labels[code]) for code in choices], numbered=False)
        return (promised, found.code) if found is not None else None

    def tidy(self, tx: Transaction, now: datetime) -> None:
        """Delete numbers nobody called within `NUMBERS_KEPT`, and choices that were never finished."""
        call_backs.forget(tx, numbers_before=now - NUMBERS_KEPT, asking_before=now - CHOICES_KEPT)

    def _put(self, tx: Transaction, promised: CallBack, person: Person, now: datetime) -> None:
        names = self._names(promised)
        if _not_reached(promised):
            phrase, choices = "call-not-reached", _NEW_TIME
        else:
            phrase, choices = "call-did-i-call" if promised.way == "i-call" else "call-did-it", _HAPPENED
        if promised.deadline is not None:
            names["day"] = day_told(self._premises, promised.deadline, person.language)
        self._remarks.say(tx, person, phrase, now, names=names, rows=self._rows(person, promised, choices))

    def _rows(self, person: Person, promised: CallBack, choices: dict[str, str]) -> list[tuple[Button, ...]]:
        return [
            (self._remarks.button(person, phrase, Tap("call-back", promised.id, choice=code)),)
            for code, phrase in choices.items()
        ]

    def _names(self, promised: CallBack) -> dict[str, Words | str]:
        return {**names_of(self._premises, promised.unit, promised.service)}


def _not_reached(promised: CallBack) -> bool:
    return promised.outcome == "not-reached" and promised.way == "call-me"
