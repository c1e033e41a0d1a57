"""Staff chats: a member's commands in a Telegram chat that they linked to themselves by a code from the console.

Whatever else comes from such a chat is a citizen's. What a member may do is looked up at every step: whether they still
work here, their role, their unit. Never shows anybody's words, name or number, and no workbook.
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta

from bot import guessing
from bot.arrivals import Arrival, Said, Tapped
from bot.call_backs import CallBacks
from bot.changes import Changes
from bot.contacts import Contacts
from bot.invitations import Invitations
from bot.people import People
from bot.premises import Premises
from bot.remarks import Remarks
from bot.spoken_codes import ALPHABET, LENGTH, meant
from bot.staff_chat_calls import DONE as CALL_DONE
from bot.staff_chat_calls import LIST, OUTCOME, TAKE, Calls
from bot.staff_chat_drafts import ABOUT as NEW
from bot.staff_chat_drafts import Drafts
from bot.staff_chat_plans import ABOUT as CANCEL
from bot.staff_chat_plans import NO, YES, Plans
from bot.staff_chat_voice import Chat, Voice
from bot.store import outbox, people, staff, staff_chats
from bot.store.database import Transaction
from bot.store.people import Person
from bot.store.staff import Member
from bot.store.staff_chats import StaffChat
from flows.messages import Button, Tap

DOOR = "telegram"
CODE_LASTS = timedelta(minutes=10)
ROLES = ("admin", "staff")
"""Who may use commands in a chat."""

COMMANDS = ("new", "planned", "cancel", "callbacks")
"""In the order of the menu."""

_WRITTEN = re.compile(r"/(?P<word>new|planned|cancel|callbacks|staff)(?:@\w+)?(?:\s+(?P<rest>.*))?", re.DOTALL | re.I)
_OFF = "off"


class StaffChats:
    """The chats of staff on these premises."""

    def __init__(
        self,
        premises: Premises,
        people_room: People,
        contacts: Contacts,
        invitations: Invitations,
        changes: Changes,
        call_backs: CallBacks,
        remarks: Remarks,
    ) -> None:
        self._premises = premises
        self._people = people_room
        self._remarks = remarks
        self._voice = Voice(premises)
        self._drafts = Drafts(premises, self._voice, contacts, invitations)
        self._plans = Plans(premises, self._voice, changes)
        self._calls = Calls(premises, self._voice, call_backs.promises)

    def code(self, tx: Transaction, member: str, now: datetime) -> str:
        """A new code with which the member links a chat, to be written after /staff; an earlier one holds no longer."""
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        while meant(code) is None:
            code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        staff_chats.add_code(tx, self._hash(code), member, now=now, expires=now + CODE_LASTS)
        staff.note(tx, member, "chat-code-made", "", now)
        return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"

    def linked(self, tx: Transaction, member: str) -> list[StaffChat]:
        """The chats that are the member's."""
        return staff_chats.of_member(tx, member)

    def unlink(self, tx: Transaction, member: str, now: datetime) -> int:
        """None of the member's chats is theirs any more; how many were."""
        gone = staff_chats.unlink_member(tx, member)
        if gone:
            staff.note(tx, member, "chat-unlinked", "", now)
        return gone

    def take(self, tx: Transaction, arrival: Arrival, now: datetime) -> bool:
        """Whether an arrival was a member's, and was dealt with. False: it is a citizen's."""
        what = arrival.what
        if arrival.door != DOOR or not isinstance(what, Said | Tapped):
            return False
        lookup = self._premises.keyring.lookup(arrival.door, arrival.address)
        if isinstance(what, Tapped):
            return self._tapped(tx, arrival, what, lookup, now)
        written = _WRITTEN.fullmatch(what.text.strip())
        if written is None or what.edited:
            return False
        word, rest = written["word"].lower(), (written["rest"] or "").strip()
        kept = staff_chats.of_lookup(tx, lookup)
        if word == "staff" and rest and rest.lower() != _OFF:
            self._link(tx, arrival, lookup, rest, now)
            return True
        if kept is None:
            return False
        member = self._member(tx, kept)
        if member is None:
            return False
        chat = self._chat(tx, arrival, lookup, member, now)
        if word == "staff":
            self._said_staff(tx, chat, rest, now)
        elif member.role not in ROLES:
            staff.note(tx, member.id, "refused", f"/{word}", now)
            self._say(tx, chat, "staff-not-for-role", now)
        else:
            self._command(tx, chat, word, rest, now)
        return True

    def _command(self, tx: Transaction, chat: Chat, word: str, rest: str, now: datetime) -> None:
        if word == "new":
            self._drafts.begin(tx, chat, now)
        elif word == "planned":
            self._plans.show(tx, chat, now)
        elif word == "callbacks":
            self._calls.show(tx, chat, now)
        elif rest:
            self._plans.named(tx, chat, rest, now)
        else:
            self._plans.offer(tx, chat, now)

    def _said_staff(self, tx: Transaction, chat: Chat, rest: str, now: datetime) -> None:
        if not rest:
            self._say(tx, chat, "staff-commands", now)
            return
        staff_chats.unlink(tx, chat.lookup)
        staff.note(tx, chat.member.id, "chat-unlinked", "", now)
        self._say(tx, chat, "staff-unlinked", now)

    def _link(self, tx: Transaction, arrival: Arrival, lookup: bytes, written: str, now: datetime) -> None:
        """Somebody wrote a code. Wrong, used and expired look the same, and so does a try that came too soon."""
        code, member = meant(written), None
        if guessing.may_try(tx, lookup, now):
            owner = staff_chats.spent(tx, self._hash(code), now) if code is not None else None
            member = staff.of_id(tx, owner) if owner is not None else None
            if member is None or member.removed_at is not None or member.role not in ROLES:
                guessing.wrong(tx, lookup, now)
                member = None
        if member is None:
            # Said to a citizen, as far as we know: in their own language.
            person = people.of_lookup(tx, lookup) or self._people.met(tx, DOOR, arrival.address, arrival.language, now)
            self._remarks.say(tx, person, "staff-code-wrong", now)
            return
        staff_chats.link(tx, lookup, member.id, now)
        staff.note(tx, member.id, "chat-linked", "", now)
        chat = self._chat(tx, arrival, lookup, member, now)
        self._voice.say(tx, chat, self._voice.text(chat, "staff-linked", {"name": member.name}), now)

    def _tapped(self, tx: Transaction, arrival: Arrival, tapped: Tapped, lookup: bytes, now: datetime) -> bool:
        kept = staff_chats.of_lookup(tx, lookup)
        if kept is None:
            return False
        offered = outbox.offered(tx, tapped.outbox, lookup)
        buttons = [button for row in outbox.read(offered.body).buttons for button in row] if offered else []
        if offered is None or not 0 <= tapped.button < len(buttons) or buttons[tapped.button].tap.action != "staff":
            return False
        member = self._member(tx, kept)
        if member is None:
            return False
        message = offered.edits or offered.id
        outbox.proven(tx, message, tapped.message, now)
        chat = self._chat(tx, arrival, lookup, member, now)
        if member.role not in ROLES:
            staff.note(tx, member.id, "refused", buttons[tapped.button].tap.question, now)
            self._say(tx, chat, "staff-not-for-role", now)
        else:
            self._meant(tx, chat, buttons[tapped.button], message, now)
        return True

    def _meant(self, tx: Transaction, chat: Chat, button: Button, message: int, now: datetime) -> None:
        tap: Tap = button.tap
        about = tap.question
        if about in (CANCEL, YES, NO):
            self._plans.tapped(tx, chat, tap, message, now)
        elif about in (LIST, TAKE, CALL_DONE, OUTCOME):
            self._calls.tapped(tx, chat, tap, message, now)
        elif not (about.startswith(f"{NEW}:") and self._drafts.tapped(tx, chat, tap, message, now)):
            self._say(tx, chat, "button-gone", now)

    def _member(self, tx: Transaction, kept: StaffChat) -> Member | None:
        member = staff.of_id(tx, kept.member_id)
        return member if member is not None and member.removed_at is None else None

    def _chat(self, tx: Transaction, arrival: Arrival, lookup: bytes, member: Member, now: datetime) -> Chat:
        person: Person | None = people.of_lookup(tx, lookup)
        if person is None:
            person = self._people.met(tx, arrival.door, arrival.address, arrival.language, now)
        spoken = self._premises.languages
        language = member.language if member.language in spoken else spoken[0]
        return Chat(arrival.door, lookup, person, member, language)

    def _say(self, tx: Transaction, chat: Chat, phrase: str, now: datetime) -> None:
        self._voice.say(tx, chat, self._voice.text(chat, phrase), now)

    def _hash(self, code: str) -> bytes:
        # A code is too short for a plain hash, which anybody with a copy of the database could try.
        return self._premises.keyring.spoken_lookup(f"staff {code}")
