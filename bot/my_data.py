"""My data: what is held about a person, in their own language, to read in the chat. Changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from bot.occasions import names_of
from bot.premises import Premises
from bot.store import answers, contacts
from bot.store.answers import Given
from bot.store.contacts import Contact
from bot.store.database import Transaction
from bot.store.people import Person
from flows.journey import Journey, Words
from flows.wording import filled, in_language

LONGEST = 3500
"""Characters of one message: Telegram takes 4096, the rest is room for what formatting adds."""


def told(tx: Transaction, premises: Premises, person: Person) -> list[str]:
    """Everything held about the person, as one or more texts of at most `LONGEST` characters."""
    held = contacts.of_person(tx, person.id)
    if not held:
        return [filled(premises.words["mydata-none"], person.language, {})]
    paragraphs = [filled(premises.words["mydata"], person.language, {})]
    for contact in held:
        paragraphs.append("\n".join(_contact(tx, premises, contact, person.language)))
    return _pages(paragraphs)


def _contact(tx: Transaction, premises: Premises, contact: Contact, language: str) -> list[str]:
    when = contact.start_at.astimezone(premises.zone).strftime("%Y-%m-%d %H:%M")
    names: dict[str, Words | str] = {**names_of(premises, contact.unit, contact.service), "when": when}
    lines = [filled(premises.words["mydata-contact"], language, names)]
    for given in answers.of_contact(tx, contact.id):
        journey = premises.library.version(given.fingerprint, partial(contacts.version, tx))
        line = _answer(journey, given, language, names_of(premises, contact.unit, contact.service), premises)
        if line:
            lines.append(line)
    return lines


def _answer(journey: Journey, given: Given, language: str, names: Mapping[str, Words], premises: Premises) -> str:
    question = journey.question(given.question)
    if given.status == "skipped":
        said = in_language(premises.words["skipped"], language)
    elif given.text:
        said = given.text
    elif given.codes:
        chosen = [(code, question.choice(code)) for code in given.codes.split()]
        said = ", ".join(code if choice is None else in_language(choice.label, language) for code, choice in chosen)
    else:
        return ""
    return f"– {filled(question.text, language, names)} {said}"


def _pages(paragraphs: list[str]) -> list[str]:
    pages, page = [], ""
    for paragraph in paragraphs:
        for piece in (paragraph[at : at + LONGEST] for at in range(0, len(paragraph), LONGEST)):
            if page and len(page) + len(piece) + 2 > LONGEST:
                pages.append(page)
                page = ""
            page = f"{page}\n\n{piece}" if page else piece
    return [*pages, page] if page else pages
