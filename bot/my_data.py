"""My data: what is held about a person: as values, in words in their own language, and for a program. Changes nothing.

Everything is there, what staff registered and what was corrected later too (GDPR Articles 15 and 20). Left out is what
would harm more than it tells in a chat that others store: a number to call, but for its last digits, and the name of a
case. That they are kept is told, and whom to ask.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import msgspec

from bot import days, my_codes
from bot.keys import Unreadable
from bot.occasions import names_of
from bot.people import UNTIL_START
from bot.premises import Premises
from bot.promises import SEALED_FOR
from bot.store import contacts, erasures, follow_ups, my_data, people
from bot.store.contacts import Contact
from bot.store.database import Transaction
from bot.store.follow_ups import FollowUp
from bot.store.my_data import AnswerHeld, CallBackHeld
from bot.store.people import Person
from flows.journey import Journey, Words
from flows.wording import filled, in_language, plain

LONGEST = 3500
"""Characters of one message: Telegram takes 4096, the rest is room for what formatting adds."""

_LAST_DIGITS = 2
_NOT_SHOWN = ("not-drawn", "routed-past")
"""Questions that were never put: nothing a person did. They are in the file for programs."""


@dataclass(frozen=True, slots=True)
class HeldContact:
    """One contact with its follow-ups and answers; `contact` is None where it is theirs no more."""

    id: str
    contact: Contact | None
    reference: bool
    follow_ups: tuple[FollowUp, ...]
    answers: tuple[tuple[AnswerHeld, Journey], ...]


@dataclass(frozen=True, slots=True)
class Held:
    """Everything held about a person. `numbers` are the last digits of numbers to call, by the call-back's place."""

    person: Person
    first_heard: datetime | None
    last_heard: datetime | None
    erasure_asked: datetime | None
    contacts: tuple[HeldContact, ...]
    call_backs: tuple[CallBackHeld, ...]
    numbers: Mapping[int, str]
    codes: my_codes.Codes


def gathered(tx: Transaction, premises: Premises, person: Person) -> Held:
    """Everything held about the person, contacts the latest first."""
    answers: dict[str, list[tuple[AnswerHeld, Journey]]] = {}
    for answer in my_data.answers(tx, person.id):
        journey = premises.library.version(answer.fingerprint, partial(contacts.version, tx))
        answers.setdefault(answer.contact_id, []).append((answer, journey))
    theirs = {contact.id: contact for contact in contacts.of_person(tx, person.id)}
    referred = my_data.with_reference(tx, person.id)
    calls = my_data.call_backs(tx, person.id)
    heard, waiting = people.heard_between(tx, person.id), erasures.queued_of_person(tx, person.id)
    return Held(
        person=person,
        first_heard=heard.first if heard is not None else None,
        last_heard=heard.last if heard is not None else None,
        erasure_asked=waiting.asked_at if waiting is not None else None,
        contacts=tuple(
            HeldContact(
                id_,
                theirs.get(id_),
                id_ in referred,
                tuple(follow_ups.of_contact(tx, id_)) if id_ in theirs else (),
                tuple(answers.get(id_, ())),
            )
            for id_ in {**theirs, **answers}
        ),
        call_backs=tuple(calls),
        numbers={place: _last(premises, one.sealed) for place, one in enumerate(calls) if one.sealed is not None},
        codes=my_codes.gathered(tx, person.id),
    )


def told(premises: Premises, held: Held) -> list[str]:
    """What is held, as one or more texts of at most `LONGEST` characters."""
    return _pages(list(_paragraphs(premises, held)))


def read_by_people(premises: Premises, held: Held) -> bytes:
    """What is held, as the whole text of a file."""
    return ("\n\n".join(_paragraphs(premises, held)) + "\n").encode()


def read_by_programs(premises: Premises, held: Held) -> bytes:
    """What is held as JSON: codes and moments (ISO 8601, UTC) as they are kept, questions in the person's language."""
    person, language = held.person, held.person.language
    whole = {
        "format": "kundresa my data 1",
        "person": person.id,
        "language": language,
        "door": person.door,
        "first_heard": held.first_heard,
        "last_heard": held.last_heard,
        "stopped_at": person.stopped_at,
        "paused_until": person.paused_until,
        "erasure_asked_at": held.erasure_asked,
        "contacts": [
            {
                "contact": one.id,
                **(_registered(one.contact) if one.contact is not None else {}),
                "has_reference": one.reference,
                "follow_ups": [_follow_up(follow_up) for follow_up in one.follow_ups],
                "answers": [
                    _answer(premises, one.contact, answer, journey, language)
                    | {"coded": my_codes.for_programs(held.codes, answer)}
                    for answer, journey in one.answers
                ],
            }
            for one in held.contacts
        ],
        "call_backs": [
            {
                **{name: getattr(call, name) for name in CallBackHeld.__slots__ if name != "sealed"},
                "number_ends_with": held.numbers.get(place),
            }
            for place, call in enumerate(held.call_backs)
        ],
    }
    return msgspec.json.format(msgspec.json.encode(whole), indent=2)


def _registered(contact: Contact) -> dict[str, object]:
    kept_apart = ("id", "person_id", "fingerprint", "simulated", "open_invitation_id", "reference")
    return {name: getattr(contact, name) for name in Contact.__slots__ if name not in kept_apart}


def _follow_up(follow_up: FollowUp) -> dict[str, object]:
    moments = ("due_at", "useful_until", "begun_at", "sent_at", "reminded_at", "ended_at")
    return {name: getattr(follow_up, name) for name in ("phase", "state", *moments, "disposition", "reason")}


def _answer(
    premises: Premises, contact: Contact | None, answer: AnswerHeld, journey: Journey, language: str
) -> dict[str, object]:
    found = {name: getattr(answer, name) for name in AnswerHeld.__slots__ if name not in ("contact_id", "corrected")}
    text = filled(journey.question(answer.question).text, language, _names(premises, contact))
    return {**found, "corrected": bool(answer.corrected), "question_text": text}


def _paragraphs(premises: Premises, held: Held) -> Iterator[str]:
    say = _Voice(premises, held.person.language)
    if not held.contacts and not held.call_backs and not held.erasure_asked and held.person.stopped_at is None:
        yield say("mydata-none")
        return
    yield "\n".join([say("mydata"), *_about_person(say, held)])
    for one in held.contacts:
        if one.contact is not None:
            yield "\n".join(_about_contact(say, one, one.contact))
        yield from _answers(say, one, held.codes)
    for place, call in enumerate(held.call_backs):
        yield "\n".join(_about_call(say, call, held.numbers.get(place)))


def _about_person(say: _Voice, held: Held) -> Iterator[str]:
    person = held.person
    yield say("mydata-language", what=in_language(say.premises.words["language-name"], plain(person.language)))
    yield from say.moment("mydata-first", held.first_heard)
    yield from say.moment("mydata-last", held.last_heard)
    yield from say.moment("mydata-stopped", person.stopped_at)
    if person.paused_until == UNTIL_START:
        yield say("mydata-paused-until-start")
    else:
        yield from say.moment("mydata-paused", person.paused_until)
    yield from say.moment("mydata-erasure", held.erasure_asked)
    yield say("mydata-address")


def _about_contact(say: _Voice, held: HeldContact, contact: Contact) -> Iterator[str]:
    organisation = say.premises.organisation
    names = names_of(say.premises, contact.unit, contact.service, contact.start_at)
    yield say("mydata-contact", **names)
    yield say("mydata-unit", what=names["unit"])
    yield from say.moment("mydata-when", contact.start_at)
    yield from say.moment("mydata-until", contact.end_at)
    yield from say.coded("mydata-channel", contact.channel, organisation.channels)
    yield from say.coded("mydata-cause", contact.cause, organisation.causes)
    yield from say.coded("mydata-solved", contact.solved, say.own("yes", "no", "ongoing"))
    yield from say.coded("mydata-outcome", contact.outcome, organisation.outcomes)
    yield from say.coded("mydata-not-asked", contact.not_asked, organisation.reasons)
    if contact.reference is not None:
        yield say("mydata-reference", **names)
    elif held.reference:
        yield say("mydata-reference-hashed")
    if contact.matter_id is not None:
        yield say("mydata-matter")
    yield from say.moment("mydata-registered", contact.registered_at)
    yield from say.moment("mydata-cancelled", contact.cancelled_at)
    for follow_up in held.follow_ups:
        state = follow_up.disposition or follow_up.state
        phrase = "mydata-not-put" if state == "not-asked" else f"mydata-{state}"
        yield say(f"mydata-{follow_up.phase}", what=say(phrase, when=say.when(follow_up.due_at)))


def _answers(say: _Voice, held: HeldContact, codes: my_codes.Codes) -> Iterator[str]:
    names = _names(say.premises, held.contact)
    for answer, journey in held.answers:
        if answer.status not in _NOT_SHOWN:
            question = filled(journey.question(answer.question).text, say.language, names)
            when = say("mydata-answer", when=say.when(answer.answered_at or answer.recorded_at))
            changed = f", {say('mydata-changed')}" if answer.corrected else ""
            coded = my_codes.for_people(say.premises, say.language, codes, answer)
            yield f"– {question}\n{_said(say, answer, journey)}\n({when}{changed})" + (f"\n{coded}" if coded else "")


def _names(premises: Premises, contact: Contact | None) -> Mapping[str, Words]:
    return names_of(premises, contact.unit, contact.service, contact.start_at) if contact is not None else {}


def _said(say: _Voice, answer: AnswerHeld, journey: Journey) -> str:
    question = journey.question(answer.question)
    if answer.status == "skipped":
        return say("skipped")
    if answer.text:
        return answer.text
    if answer.codes:
        chosen = [(code, question.choice(code)) for code in answer.codes.split()]
        return ", ".join(code if choice is None else in_language(choice.label, say.language) for code, choice in chosen)
    return f"{answer.number:g}" if answer.number is not None else say("mydata-no-answer")


def _about_call(say: _Voice, call: CallBackHeld, number: str | None) -> Iterator[str]:
    yield say("mydata-call-back", **names_of(say.premises, call.unit, call.service))
    yield from say.moment("mydata-asked", call.asked_at or call.begun_at)
    yield from say.moment("mydata-deadline", call.deadline)
    if number is not None:
        yield say("mydata-number", what=number)
    yield from say.moment("mydata-done", call.done_at)
    if call.outcome is not None:
        yield say(f"mydata-{call.outcome}")
    yield from say.coded("mydata-happened", call.happened, say.own("yes", "no"))
    yield from say.coded("mydata-helped", call.helped, say.own("yes", "partly", "no"))


@dataclass(frozen=True, slots=True)
class _Voice:
    premises: Premises
    language: str

    def __call__(self, phrase: str, **names: Words | str) -> str:
        return filled(self.premises.words[phrase], self.language, names)

    def moment(self, phrase: str, moment: datetime | None) -> Iterator[str]:
        if moment is not None:
            yield self(phrase, when=self.when(moment))

    def coded(self, phrase: str, code: str | None, labels: Mapping[str, Words]) -> Iterator[str]:
        if code is not None:
            yield self(phrase, what=labels.get(code, code))

    def own(self, *codes: str) -> dict[str, Words]:
        return {code: self.premises.words[f"mydata-{code}"] for code in codes}

    def when(self, moment: datetime) -> str:
        local = moment.astimezone(self.premises.zone)
        return f"{days.whole_day(local.date(), self.language)} {local:%H:%M}"


def _last(premises: Premises, sealed: bytes) -> str:
    try:
        return premises.keyring.unseal(sealed, purpose=SEALED_FOR).decode()[-_LAST_DIGITS:]
    except (Unreadable, UnicodeDecodeError):
        return ""


def _pages(paragraphs: list[str]) -> list[str]:
    pages, page = [], ""
    for paragraph in paragraphs:
        for piece in (paragraph[at : at + LONGEST] for at in range(0, len(paragraph), LONGEST)):
            if page and len(page) + len(piece) + 2 > LONGEST:
                pages.append(page)
                page = ""
            page = f"{page}\n\n{piece}" if page else piece
    return [*pages, page] if page else pages
