"""Drafts: a contact registered in a staff chat, one button after the other. It starts now.

Each tap belongs to one draft: one on an older message changes nothing. Never asks for anything that leads to a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from bot.contacts import SOLVED, ContactRefused, Contacts, NewContact
from bot.invitations import Invitations
from bot.links import invitation_link
from bot.organisation import UnknownCode
from bot.premises import Premises
from bot.staff_chat_voice import Chat, Voice
from bot.store import staff, staff_chats
from bot.store.database import Transaction
from flows.journey import Words
from flows.messages import Button, Tap

ABOUT = "new"
LASTS = timedelta(minutes=30)
"""A draft left lying so long is no longer gone on with."""

A_PAGE = 8
"""Choices shown at once."""

STEPS = ("journey", "unit", "service", "channel", "cause", "solved")
_MAY_BE_SKIPPED = ("service", "channel", "cause", "solved")
_SKIP, _MORE, _STOP = "", "+", "-"


class Draft(msgspec.Struct, frozen=True):
    """What was chosen so far: by step its code, "" where it was skipped. `number` tells its taps from others'."""

    number: int
    chosen: dict[str, str] = {}
    done: bool = False


class Drafts:
    """The contacts being registered in the chats of these premises."""

    def __init__(self, premises: Premises, voice: Voice, contacts: Contacts, invitations: Invitations) -> None:
        self._premises = premises
        self._voice = voice
        self._contacts = contacts
        self._invitations = invitations

    def begin(self, tx: Transaction, chat: Chat, now: datetime) -> None:
        """A new contact; whatever was being registered before is dropped."""
        draft = Draft(int(now.timestamp() * 1000) % 2**40)
        self._go_on(tx, chat, draft, now, None)

    def tapped(self, tx: Transaction, chat: Chat, tap: Tap, message: int, now: datetime) -> bool:
        """A button of a draft, on the message of the row `message`; False for one that no longer means anything."""
        kept = staff_chats.of_lookup(tx, chat.lookup)
        draft = msgspec.json.decode(kept.draft, type=Draft) if kept is not None and kept.draft else None
        if kept is None or draft is None or draft.number != tap.asking:
            return False
        if draft.done:
            return True  # the same tap twice is silence
        if kept.drafted_at is None or now - kept.drafted_at > LASTS:
            return False
        step = tap.question.removeprefix(f"{ABOUT}:")
        if tap.choice == _STOP:
            staff_chats.draft(tx, chat.lookup, None, now)
            self._voice.say(tx, chat, self._voice.text(chat, "staff-dropped"), now, edits=message)
        elif step != self._next(chat, draft):
            return True  # chosen already, by an earlier tap on the same message
        elif tap.choice == _MORE:
            self._ask(tx, chat, draft, step, now, message, tap.count)
        elif tap.choice in self._choices(chat, step) or (tap.choice == _SKIP and step in _MAY_BE_SKIPPED):
            self._go_on(tx, chat, _with(draft, step, tap.choice), now, message)
        else:
            return False
        return True

    def _go_on(self, tx: Transaction, chat: Chat, draft: Draft, now: datetime, message: int | None) -> None:
        """Ask what is not known yet; what leaves no choice is not asked."""
        step = self._next(chat, draft)
        while step is not None:
            choices = self._choices(chat, step)
            if len(choices) > 1:
                break
            draft = _with(draft, step, next(iter(choices), _SKIP))
            step = self._next(chat, draft)
        if step is None:
            self._register(tx, chat, draft, now, message)
            return
        staff_chats.draft(tx, chat.lookup, msgspec.json.encode(draft), now)
        self._ask(tx, chat, draft, step, now, message, 0)

    def _next(self, chat: Chat, draft: Draft) -> str | None:
        return next((step for step in STEPS if step not in draft.chosen), None)

    def _choices(self, chat: Chat, step: str) -> Mapping[str, str]:
        """By code what each is called in the member's language, in the organisation's order."""
        organisation, library = self._premises.organisation, self._premises.library
        solved = {code: self._premises.words[f"staff-solved-{code}"] for code in SOLVED}
        named: Mapping[str, Mapping[str, Words]] = {
            "journey": {code: journey.title for code, journey in library.journeys.items()},
            "unit": {code: unit.name for code, unit in organisation.units.items() if chat.member.unit in (None, code)},
            "service": {code: service.name for code, service in organisation.services.items()},
            "channel": organisation.channels,
            "cause": organisation.causes,
            "solved": solved,
        }
        return {code: self._voice.name(chat, words, code) for code, words in named[step].items()}

    def _ask(
        self, tx: Transaction, chat: Chat, draft: Draft, step: str, now: datetime, message: int | None, page: int
    ) -> None:
        voice, about = self._voice, f"{ABOUT}:{step}"
        choices = list(self._choices(chat, step).items())
        first = page * A_PAGE if page * A_PAGE < len(choices) else 0
        rows: list[tuple[Button, ...]] = [
            (voice.button(label, about, code, draft.number),) for code, label in choices[first : first + A_PAGE]
        ]
        if len(choices) > A_PAGE:
            following = first // A_PAGE + 1 if first + A_PAGE < len(choices) else 0
            rows.append((voice.button(voice.text(chat, "staff-more"), about, _MORE, draft.number, following),))
        last = [voice.button(voice.text(chat, "staff-stop-draft"), about, _STOP, draft.number)]
        if step in _MAY_BE_SKIPPED:
            last.insert(0, voice.button(voice.text(chat, "staff-skip"), about, _SKIP, draft.number))
        rows.append(tuple(last))
        told = f"{self._told(chat, draft)}\n\n{voice.text(chat, f'staff-new-{step}')}"
        voice.say(tx, chat, told, now, rows, message)

    def _told(self, chat: Chat, draft: Draft) -> str:
        chosen = [self._choices(chat, step).get(code, code) for step, code in draft.chosen.items() if code != _SKIP]
        return "\n".join([self._voice.text(chat, "staff-new"), *(f"· {label}" for label in chosen)])

    def _register(self, tx: Transaction, chat: Chat, draft: Draft, now: datetime, message: int | None) -> None:
        voice, chosen = self._voice, {step: code or None for step, code in draft.chosen.items()}
        try:
            registered = self._contacts.register(
                tx,
                NewContact(
                    chosen["journey"] or "",
                    chosen["unit"] or "",
                    now,
                    service=chosen["service"],
                    channel=chosen["channel"],
                    cause=chosen["cause"],
                    solved=chosen["solved"],
                ),
                now,
            )
        except (ContactRefused, UnknownCode):
            staff_chats.draft(tx, chat.lookup, None, now)
            voice.say(tx, chat, voice.text(chat, "staff-new-refused"), now, edits=message)
            return
        staff_chats.draft(tx, chat.lookup, msgspec.json.encode(Draft(draft.number, done=True)), now)
        staff.note(tx, chat.member.id, "registered", registered.id, now)
        names = {"time": voice.formats(chat).clock(now), "id": registered.id}
        undo = voice.button(voice.text(chat, "staff-new-undo"), "cancel", registered.id)
        told = f"{self._told(chat, draft)}\n\n{voice.text(chat, 'staff-new-done', names)}"
        voice.say(tx, chat, told, now, [(undo,)], message)
        self._give(tx, chat, registered.id, registered.code, now)

    def _give(self, tx: Transaction, chat: Chat, contact: str, code: str | None, now: datetime) -> None:
        link = invitation_link(tx, self._premises, code) if code is not None else None
        spoken = self._invitations.speak(tx, contact, now)
        if spoken is None:
            return
        names = {"code": spoken.code, "until": self._voice.when(chat, spoken.expires_at)}
        if link is not None:
            names["link"] = link
        phrase = "staff-new-given" if link is not None else "staff-new-given-code"
        self._voice.say(tx, chat, self._voice.text(chat, phrase, names), now)


def _with(draft: Draft, step: str, code: str) -> Draft:
    return msgspec.structs.replace(draft, chosen={**draft.chosen, step: code})
