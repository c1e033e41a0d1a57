"""Follow-ups: what is due now. Begin, remind, expire, wake, repeat; each asks the store, none remembers anything.

Every function takes part in the caller's transaction and does at most `limit` of what is due, so that a backlog after
an outage is worked off in many short transactions. Nothing is sent in closed hours but what a person is waiting for.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from bot.budget import REASON as BUDGET
from bot.budget import is_too_often
from bot.conversations import Conversations
from bot.people import is_in_a_browser
from bot.premises import Premises
from bot.store import contacts, conversations, disk, facts, follow_ups, people
from bot.store.contacts import Contact
from bot.store.conversations import Kept
from bot.store.database import Transaction
from bot.store.follow_ups import Disposition, FollowUp
from bot.store.people import Person
from bot.store.weeks import open_week
from flows.conversation import Prefix

SILENT = timedelta(hours=24)
"""An open question silent for so long yields to a follow-up whose last useful moment is nearer (promise 8)."""

ABSENCE = timedelta(seconds=150)
"""Telegram keeps a tap for 150 seconds; after a longer absence taps are lost (promise 9)."""

ACTIVE = timedelta(hours=1)
PROMPT = timedelta(minutes=15)
RETRY = timedelta(minutes=15)
LIMIT = 100

_log = logging.getLogger("kundresa.follow_ups")
_HEARD = "heard_at"
_ABSENT_FROM, _ABSENT_UNTIL = "absent_from", "absent_until"


class FollowUps:
    """The follow-ups of these premises."""

    def __init__(self, premises: Premises, conversations_room: Conversations) -> None:
        self._premises = premises
        self._conversations = conversations_room

    def beat(self, tx: Transaction, now: datetime) -> bool:
        """Everything that is due, at most `LIMIT` of each kind; True if there may be more."""
        self.after_absence(tx, now)
        handled = (
            self.expire(tx, now),
            self.wake(tx, now),
            self.take_turns(tx, now),
            self.begin_due(tx, now),
            self.remind(tx, now),
        )
        return LIMIT in handled

    def begin_due(self, tx: Transaction, now: datetime, limit: int = LIMIT) -> int:
        """Begin what is due, for each person the nearest last useful moment first; returns how many rows were settled.

        What can't be asked ends here: the person stopped, or can't be reached; too late is `expire`'s.
        """
        if not self._premises.organisation.calendar.is_open(now):
            return 0
        handled = 0
        taken: set[str] = set()
        due = follow_ups.due(tx, now, silent_since=now - SILENT, limit=limit)
        for follow_up in sorted(due, key=lambda one: one.useful_until):
            contact = contacts.of_id(tx, follow_up.contact_id)
            person_id = contact.person_id if contact is not None else None
            if contact is None or person_id is None or person_id in taken or follow_up.useful_until <= now:
                continue
            person = people.of_id(tx, person_id)
            if person is None or person.unreachable_at is not None:
                self._end(tx, follow_up.id, contact.id, "unreachable", "blocked", contact.outcome, now)
            elif person.stopped_at is not None:
                self._end(tx, follow_up.id, contact.id, "not-asked", "stopped", contact.outcome, now)
            elif is_too_often(tx, self._premises, contact, now):
                self.leave_out(tx, contact, BUDGET, now)
            elif self._begun(tx, follow_up, contact, person, now):
                taken.add(person_id)
            handled += 1
        return handled

    def begin_for(self, tx: Transaction, contact_id: str, now: datetime) -> bool:
        """Begin at once what is due for a contact whose person has just opened the invitation; True if something was.

        The person is here and waits, so closed hours don't count.
        """
        contact = contacts.of_id(tx, contact_id)
        person = people.of_id(tx, contact.person_id) if contact is not None and contact.person_id else None
        if contact is None or person is None:
            return False
        for follow_up in follow_ups.of_contact(tx, contact_id):
            if follow_up.state == "planned" and follow_up.due_at <= now < follow_up.useful_until:
                if self._conversations.begin(tx, follow_up, contact, person, now):
                    return True
                contact = contacts.of_id(tx, contact_id) or contact
        return False

    def expire(self, tx: Transaction, now: datetime, limit: int = LIMIT) -> int:
        """End what is past its last useful moment, each with its reason; returns how many."""
        expiring = follow_ups.expiring(tx, now, limit)
        for follow_up in expiring:
            kept = conversations.of_follow_up(tx, follow_up.id)
            contact = contacts.of_id(tx, follow_up.contact_id)
            outcome = contact.outcome if contact is not None else None
            if kept is None or kept.turn == "ended":
                disposition, reason = self._never_begun(tx, follow_up)
                self._end(tx, follow_up.id, follow_up.contact_id, disposition, reason, outcome, now)
            elif not self._closed(tx, follow_up, kept, now):
                # It can't be read any more; it must end all the same.
                conversations.give_floor(tx, kept.id, "ended")
                self._end(tx, follow_up.id, follow_up.contact_id, "unanswered", "no-reply", outcome, now)
        return len(expiring)

    def remind(self, tx: Transaction, now: datetime, limit: int = LIMIT) -> int:
        """Remind of silent *after* conversations, once a contact; returns how many reminders were due."""
        if not self._premises.organisation.calendar.is_open(now):
            return 0
        due = follow_ups.to_remind(tx, now, limit)
        for follow_up in due:
            kept = conversations.of_follow_up(tx, follow_up.id)
            contact = contacts.of_id(tx, follow_up.contact_id)
            person = people.of_id(tx, kept.person_id) if kept is not None else None
            reminded = False
            if kept is not None and kept.turn == "open" and contact is not None and person is not None:
                free = contact.reminded_at is None and person.stopped_at is None and person.unreachable_at is None
                reminded = free and person.door != "web" and self._put_again(tx, kept, person, "reminder", now)
            if reminded:
                contacts.reminded(tx, follow_up.contact_id, now)
            follow_ups.reminded(tx, follow_up.id, now if reminded else None)
        return len(due)

    def wake(self, tx: Transaction, now: datetime, limit: int = LIMIT) -> int:
        """Ask again those who chose this moment; returns how many. Those woken too late wait for open hours."""
        open_hours = self._premises.organisation.calendar.is_open(now)
        woken = 0
        for kept in conversations.waking(tx, now, limit):
            prompt = kept.wake_at is not None and now - kept.wake_at <= PROMPT
            person = people.of_id(tx, kept.person_id)
            if not (open_hours or prompt) or person is None:
                continue
            if conversations.open_of_person(tx, person.id) is not None:
                conversations.give_floor(tx, kept.id, "waiting")
                woken += 1
            else:
                woken += self._put_again(tx, kept, person, None, now)
        return woken

    def take_turns(self, tx: Transaction, now: datetime, limit: int = LIMIT) -> int:
        """Give the floor to conversations that wait behind a long silent question with more time left; how many."""
        if not self._premises.organisation.calendar.is_open(now):
            return 0
        given: set[str] = set()
        for kept in conversations.to_yield(tx, now, silent_since=now - SILENT, limit=limit):
            person = people.of_id(tx, kept.person_id)
            if person is None or person.id in given or person.stopped_at is not None:
                continue
            if person.unreachable_at is None and self._put_again(tx, kept, person, "resumed", now):
                given.add(person.id)
        return len(given)

    def heard(self, tx: Transaction, now: datetime) -> None:
        """Somebody listens at the door `now`; a gap since the last time that is too long for taps is noted."""
        before = facts.moment(tx, _HEARD)
        if before is not None and now - before > ABSENCE and facts.moment(tx, _ABSENT_FROM) is None:
            facts.put_moment(tx, _ABSENT_FROM, before)
            facts.put_moment(tx, _ABSENT_UNTIL, now)
        facts.put_moment(tx, _HEARD, now)

    def after_absence(self, tx: Transaction, now: datetime) -> int:
        """After a noted absence, put the open question once more to those active in the hour before it.

        At once after a short absence; after one of more than an hour in open hours only. Returns to how many.
        """
        since, until = facts.moment(tx, _ABSENT_FROM), facts.moment(tx, _ABSENT_UNTIL)
        if since is None or until is None:
            return 0
        if until - since > ACTIVE and not self._premises.organisation.calendar.is_open(now):
            return 0
        repeated = 0
        for kept in conversations.active_between(tx, since - ACTIVE, since):
            person = people.of_id(tx, kept.person_id)
            if person is None or person.stopped_at is not None or person.door == "web":
                continue  # a page loses no taps: it tells at once that nothing was taken
            if self._put_again(tx, kept, person, "after-absence", now):
                conversations.repeated(tx, kept.id, now)
                repeated += 1
        facts.forget(tx, _ABSENT_FROM)
        facts.forget(tx, _ABSENT_UNTIL)
        return repeated

    def unreachable(self, tx: Transaction, lookup: bytes, now: datetime) -> None:
        """The door says that nothing reaches this address: what is planned is cancelled, with that reason."""
        person = people.of_lookup(tx, lookup)
        if person is None:
            return
        people.unreachable(tx, person.id, now)
        for kept in conversations.live_of_person(tx, person.id):
            # The door's sending goes on whatever one conversation looks like inside.
            self._safely(tx, kept, partial(self._blocked, tx, kept, now))
        for follow_up in follow_ups.planned_of_person(tx, person.id):
            contact = contacts.of_id(tx, follow_up.contact_id)
            outcome = contact.outcome if contact is not None else None
            self._end(tx, follow_up.id, follow_up.contact_id, "unreachable", "blocked", outcome, now)

    def stopped(self, tx: Transaction, person: str, now: datetime) -> None:
        """The person said stop: what is under way ends with what was answered; what is planned ends when it is due."""
        for kept in conversations.live_of_person(tx, person):
            self._conversations.close(tx, kept, "stopped", now, unheard="declined")

    def end_early(self, tx: Transaction, under_way: list[str], reason: str, now: datetime) -> None:
        """Staff ended what was under way of a contact: its conversations close with what was answered."""
        for follow_up in under_way:
            kept = conversations.of_follow_up(tx, follow_up)
            if kept is not None:
                self._conversations.close(tx, kept, reason, now, unheard="not-asked")
                person = people.of_id(tx, kept.person_id)
                if person is not None:
                    self._conversations.next_turn(tx, person, now, present=False)

    def leave_out(self, tx: Transaction, contact: Contact, reason: str, now: datetime) -> None:
        """Nothing that is planned about the contact is asked, for this reason."""
        for follow_up in follow_ups.of_contact(tx, contact.id):
            if follow_up.state == "planned":
                self._end(tx, follow_up.id, contact.id, "not-asked", reason, contact.outcome, now)

    def _never_begun(self, tx: Transaction, follow_up: FollowUp) -> tuple[Disposition, str]:
        if not follow_up.bound:
            return "missed", "handed-over-not-opened" if follow_up.handed_over_at else "invitation-not-opened"
        if follow_ups.is_paused(tx, follow_up.contact_id, follow_up.due_at):
            return "not-asked", "paused"
        contact = contacts.of_id(tx, follow_up.contact_id)
        if contact is not None and is_in_a_browser(tx, contact.person_id):
            return "missed", "handed-over-not-opened" if follow_up.handed_over_at else "not-come-back"
        return "missed", "too-late"

    def _closed(self, tx: Transaction, follow_up: FollowUp, kept: Kept, now: datetime) -> bool:
        # What never left Telegram's way was not asked in time; nobody was silent.
        unheard: Disposition = "missed" if follow_up.sent_at is None else "unanswered"
        never = "not-come-back" if is_in_a_browser(tx, kept.person_id) else "too-late"
        reason = never if follow_up.sent_at is None else "no-reply"

        def close() -> bool:
            self._conversations.close(tx, kept, reason, now, unheard=unheard)
            person = people.of_id(tx, kept.person_id)
            if person is not None:
                self._conversations.next_turn(tx, person, now, present=False)
            return True

        return self._safely(tx, kept, close)

    def _blocked(self, tx: Transaction, kept: Kept, now: datetime) -> None:
        self._conversations.close(tx, kept, "blocked", now, unheard="unreachable")

    def _put_again(self, tx: Transaction, kept: Kept, person: Person, prefix: Prefix | None, now: datetime) -> bool:
        return self._safely(tx, kept, lambda: self._conversations.again(tx, kept, person, prefix, now))

    def _safely(self, tx: Transaction, kept: Kept, work: Callable[[], bool | None]) -> bool:
        # One that can't be read must not hold up all the others: what is done with it is undone alone.
        try:
            with tx.savepoint():
                return work() is not False
        except Exception as error:
            if disk.of_the_disk(error):
                raise
            _log.exception("conversation %s could not go on", kept.id)
            return False

    def _begun(self, tx: Transaction, follow_up: FollowUp, contact: Contact, person: Person, now: datetime) -> bool:
        try:
            with tx.savepoint():
                return self._conversations.begin(tx, follow_up, contact, person, now)
        except Exception as error:
            if disk.of_the_disk(error):
                raise
            # One that can't begin must not hold up the others; it is tried again until it is of no use.
            _log.exception("follow-up %s could not begin; tried again in %s", follow_up.id, RETRY)
            follow_ups.postpone(tx, follow_up.id, now + RETRY)
            return False

    def _end(
        self,
        tx: Transaction,
        follow_up: str,
        contact: str,
        disposition: Disposition,
        reason: str,
        outcome: str | None,
        now: datetime,
    ) -> None:
        week = open_week(tx, now, self._premises.zone)
        follow_ups.end(tx, follow_up, disposition, reason, outcome=outcome, now=now, week=week)
        contacts.close(tx, contact, now)
