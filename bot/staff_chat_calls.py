"""Calls: who waits to be called, as a member sees it in a chat. Never a phone number: Telegram would keep it."""

from __future__ import annotations

from datetime import datetime

from bot.premises import Premises
from bot.promises import Promises
from bot.staff_chat_voice import Chat, Voice
from bot.store import call_backs, call_queue, staff
from bot.store.call_backs import CallBack, Outcome
from bot.store.database import Transaction
from flows.messages import Button, Tap

LIST, TAKE, DONE, OUTCOME = "calls", "call-take", "call-done", "call-outcome"
SHOWN = 6
"""Call-backs listed in one message; the rest is in the console."""

_OUTCOMES: dict[str, tuple[Outcome, ...]] = {"call-me": ("reached", "not-reached"), "i-call": ("met",)}


class Calls:
    """The call-backs of these premises."""

    def __init__(self, premises: Premises, voice: Voice, promises: Promises) -> None:
        self._premises = premises
        self._voice = voice
        self._promises = promises

    def show(self, tx: Transaction, chat: Chat, now: datetime, message: int | None = None) -> None:
        """Who waits, the nearest deadline first."""
        voice = self._voice
        waiting = call_backs.listed(tx, unit=chat.member.unit, late_at=None, every=False)
        if message is None:
            staff.note(tx, chat.member.id, "call-backs-seen", "", now)
        if not waiting:
            voice.say(tx, chat, voice.text(chat, "staff-calls-none"), now, edits=message)
            return
        lines = [voice.text(chat, "staff-calls", {"number": str(len(waiting))})]
        rows: list[tuple[Button, ...]] = []
        for place, one in enumerate(waiting[:SHOWN], start=1):
            found = call_backs.of_id(tx, one.id)
            if found is not None:
                lines.append(self._line(chat, found, place, now))
                rows.append(self._buttons(chat, found, place))
        if len(waiting) > SHOWN:
            lines.append(voice.text(chat, "staff-calls-more", {"number": str(len(waiting) - SHOWN)}))
        voice.say(tx, chat, "\n".join(lines), now, rows, message)

    def tapped(self, tx: Transaction, chat: Chat, tap: Tap, message: int, now: datetime) -> None:
        """A button about a call, on the message of the row `message`."""
        id_, _, outcome = tap.choice.partition(" ")
        found = call_backs.of_id(tx, id_)
        theirs = found is not None and chat.member.unit in (None, found.unit) and found.state == "open"
        if found is not None and theirs and tap.question == DONE:
            self._ask_how(tx, chat, found, message, now)
            return
        if found is not None and theirs and tap.question == TAKE:
            # Not over: a message shows who waited when it came, and somebody may have said so since.
            if call_queue.take(tx, id_, chat.member.id, now, over=False):
                staff.note(tx, chat.member.id, "call-back-taken", id_, now)
        elif found is not None and theirs and tap.question == OUTCOME:
            self._is_done(tx, chat, found, outcome, now)
        self.show(tx, chat, now, message)

    def _ask_how(self, tx: Transaction, chat: Chat, found: CallBack, message: int, now: datetime) -> None:
        voice = self._voice
        rows: list[tuple[Button, ...]] = [
            (voice.button(voice.text(chat, f"staff-call-{outcome}"), OUTCOME, f"{found.id} {outcome}"),)
            for outcome in _OUTCOMES[found.way or "call-me"]
        ]
        rows.append((voice.button(voice.text(chat, "staff-call-back"), LIST),))
        names = {"unit": self._unit(chat, found.unit), "deadline": self._deadline(chat, found)}
        voice.say(tx, chat, voice.text(chat, "staff-call-how", names), now, rows, message)

    def _is_done(self, tx: Transaction, chat: Chat, found: CallBack, written: str, now: datetime) -> None:
        outcome = next((one for one in _OUTCOMES[found.way or "call-me"] if one == written), None)
        if outcome is not None and self._promises.done(tx, found.id, outcome, now):
            staff.note(tx, chat.member.id, "call-back-done", found.id, now)

    def _line(self, chat: Chat, found: CallBack, place: int, now: datetime) -> str:
        voice = self._voice
        names = {
            "place": str(place),
            "unit": self._unit(chat, found.unit),
            "deadline": self._deadline(chat, found),
        }
        parts = [voice.text(chat, "staff-call", names)]
        if found.deadline is not None and found.deadline < now:
            parts.append(voice.text(chat, "staff-call-late"))
        if found.way == "i-call":
            parts.append(voice.text(chat, "staff-call-i-call"))
        if found.taken_by is not None:
            mine = found.taken_by == chat.member.id
            parts.append(voice.text(chat, "staff-call-mine" if mine else "staff-call-taken"))
        return " · ".join(parts)

    def _buttons(self, chat: Chat, found: CallBack, place: int) -> tuple[Button, ...]:
        voice, names = self._voice, {"place": str(place)}
        done = voice.button(voice.text(chat, "staff-call-done", names), DONE, found.id)
        if found.taken_by is not None or found.way != "call-me":
            return (done,)
        return voice.button(voice.text(chat, "staff-call-take", names), TAKE, found.id), done

    def _unit(self, chat: Chat, code: str) -> str:
        unit = self._premises.organisation.units.get(code)
        return self._voice.name(chat, unit.name if unit is not None else None, code)

    def _deadline(self, chat: Chat, found: CallBack) -> str:
        return self._voice.when(chat, found.deadline) if found.deadline is not None else ""
