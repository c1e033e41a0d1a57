"""Plans: what goes out today and tomorrow, as a member sees it in a chat, and cancelling a contact there.

A contact is shown by our own id, its journey, unit and time. Its reference is a case number, which Telegram would keep:
it is taken when somebody writes it, and never said.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from bot.changes import Changes
from bot.contacts import ContactRefused
from bot.premises import Premises
from bot.staff_chat_voice import Chat, Voice
from bot.store import contacts, staff, staff_chats
from bot.store.contacts import Contact
from bot.store.database import Transaction
from flows.calendar import local_moment
from flows.messages import Tap

ABOUT, YES, NO = "cancel", "cancel-yes", "cancel-no"
SHOWN = 20
"""Lines of one day; the rest is in the console."""

OFFERED = 8
"""Contacts offered to be cancelled."""

_LONGEST = 80


class Plans:
    """What is planned on these premises."""

    def __init__(self, premises: Premises, voice: Voice, changes: Changes) -> None:
        self._premises = premises
        self._voice = voice
        self._changes = changes

    def show(self, tx: Transaction, chat: Chat, now: datetime) -> None:
        """What goes out today, from now on, and tomorrow."""
        midnight, after = self._midnights(now)
        told = [
            self._day(tx, chat, "staff-planned-today", now, midnight),
            self._day(tx, chat, "staff-planned-tomorrow", midnight, after),
        ]
        staff.note(tx, chat.member.id, "plan-seen", "", now)
        self._voice.say(tx, chat, "\n\n".join(told), now)

    def offer(self, tx: Transaction, chat: Chat, now: datetime) -> None:
        """The contacts of today and tomorrow, to choose one to cancel."""
        since, (_, after) = self._midnight(now), self._midnights(now)
        found = staff_chats.starting_between(tx, since, after, chat.member.unit, OFFERED)
        phrase = "staff-cancel-which" if found else "staff-cancel-none"
        rows = [
            (self._voice.button(self._label(chat, one.start_at, one.journey, one.unit), ABOUT, one.id),)
            for one in found
        ]
        self._voice.say(tx, chat, self._voice.text(chat, phrase), now, rows)

    def named(self, tx: Transaction, chat: Chat, name: str, now: datetime) -> None:
        """Somebody wrote the id or the reference of the contact to cancel."""
        written = " ".join(name.split())[:_LONGEST]
        found = [contacts.of_id(tx, written)] if contacts.of_id(tx, written) else contacts.named(tx, written)
        theirs = [one for one in found if one is not None and chat.member.unit in (None, one.unit)]
        if len(theirs) == 1:
            self._ask(tx, chat, theirs[0], now, None)
        else:
            self._voice.say(tx, chat, self._voice.text(chat, "staff-cancel-unknown"), now)

    def tapped(self, tx: Transaction, chat: Chat, tap: Tap, message: int, now: datetime) -> None:
        """A button about cancelling, on the message of the row `message`."""
        contact = contacts.of_id(tx, tap.choice)
        if contact is None or chat.member.unit not in (None, contact.unit):
            self._voice.say(tx, chat, self._voice.text(chat, "staff-cancel-unknown"), now)
        elif tap.question == ABOUT:
            self._ask(tx, chat, contact, now, message)
        elif tap.question == NO:
            self._tell(tx, chat, contact, "staff-not-cancelled", now, message)
        else:
            self._cancel(tx, chat, contact, now, message)

    def _ask(self, tx: Transaction, chat: Chat, contact: Contact, now: datetime, message: int | None) -> None:
        if contact.cancelled_at is not None:
            self._tell(tx, chat, contact, "staff-cancel-again", now, message)
            return
        voice = self._voice
        row = (
            voice.button(voice.text(chat, "staff-yes-cancel"), YES, contact.id),
            voice.button(voice.text(chat, "staff-no"), NO, contact.id),
        )
        text = voice.text(chat, "staff-cancel-sure", {"contact": self._line(chat, contact)})
        voice.say(tx, chat, text, now, [row], message)

    def _cancel(self, tx: Transaction, chat: Chat, contact: Contact, now: datetime, message: int) -> None:
        try:
            self._changes.cancel(tx, contact.id, now)
        except ContactRefused:
            self._tell(tx, chat, contact, "staff-cancel-again", now, message)
            return
        staff.note(tx, chat.member.id, "cancelled", contact.id, now)
        self._tell(tx, chat, contact, "staff-cancelled", now, message)

    def _tell(
        self, tx: Transaction, chat: Chat, contact: Contact, phrase: str, now: datetime, message: int | None
    ) -> None:
        text = f"{self._line(chat, contact)}\n\n{self._voice.text(chat, phrase)}"
        self._voice.say(tx, chat, text, now, edits=message)

    def _day(self, tx: Transaction, chat: Chat, phrase: str, since: datetime, until: datetime) -> str:
        found, number = staff_chats.due_between(tx, since, until, chat.member.unit, SHOWN)
        voice, formats = self._voice, self._voice.formats(chat)
        lines = [voice.text(chat, phrase, {"number": str(number)})]
        for one in found:
            phase = voice.text(chat, f"staff-phase-{one.phase}")
            parts = (formats.clock(one.due_at), phase, self._unit(chat, one.unit), self._journey(chat, one.journey))
            lines.append(f"{' · '.join(parts)} ({one.contact_id})")
        if not found:
            lines.append(voice.text(chat, "staff-planned-none"))
        if number > len(found):
            lines.append(voice.text(chat, "staff-planned-more", {"number": str(number - len(found))}))
        return "\n".join(lines)

    def _line(self, chat: Chat, contact: Contact) -> str:
        when = self._voice.when(chat, contact.start_at)
        return f"{when} · {self._unit(chat, contact.unit)} · {self._journey(chat, contact.journey)} ({contact.id})"

    def _label(self, chat: Chat, start: datetime, journey: str, unit: str) -> str:
        parts = [self._voice.when(chat, start), self._journey(chat, journey)]
        return " · ".join(parts if chat.member.unit is not None else [*parts, self._unit(chat, unit)])

    def _unit(self, chat: Chat, code: str) -> str:
        unit = self._premises.organisation.units.get(code)
        return self._voice.name(chat, unit.name if unit is not None else None, code)

    def _journey(self, chat: Chat, code: str) -> str:
        journey = self._premises.library.journeys.get(code)
        return self._voice.name(chat, journey.title if journey is not None else None, code)

    def _midnight(self, now: datetime, later: int = 0) -> datetime:
        zone = self._premises.zone
        return local_moment(now.astimezone(zone).date() + timedelta(days=later), time.min, zone)

    def _midnights(self, now: datetime) -> tuple[datetime, datetime]:
        return self._midnight(now, 1), self._midnight(now, 2)
