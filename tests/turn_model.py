"""The model of taking turns: one person with several contacts, told in a few rules and without a database.

What the bot does must be the same after every step.

* **The floor.** At most one question is open. Whatever else was begun waits, was put off, or has ended.
* **An answer** belongs to the contact whose question it was: a button to its own message's; a text to the one open,
  else to the one put off until the nearest moment. Whoever answers a question that waits gives it the floor, and the
  other one waits. The same tap twice is one. Who changes an answer is asked again, also after the end.
* **A free floor** goes at once to what waits, the nearest last useful moment first, worded as resumed, with its own
  day. In closed hours and in a pause it waits for their end, unless it was the person who freed the floor.
* **A beat**, in this order: what is past its last useful moment ends; what was put off until now is put again, or waits
  if the floor is held (the earliest moment first, then the nearest last useful one); a question silent for 24 hours
  yields to the nearest one that waits with less time left; if the floor is free or yields, the nearest of what is due
  begins, one in a beat; a silent *after* question is reminded of after 48 hours, once a contact.
  All but the first happens in open hours only, save what was put off until the last quarter of an hour.
* **Stop** ends what is under way with what was answered; what falls due until start is not asked. **In a pause**
  nothing is begun, put again or reminded of. **Staff** who cancel or leave out end a contact for good, whoever's turn
  it is.
* **Too often**: what the person came to by a matter alone, and did not open, is left out whole if another contact was
  begun within 30 days.
* **No thanks** before any answer gives the invitation back; what came by its matter alone, and was not asked about yet,
  goes with it.
* **In the end** each follow-up has one disposition and one reason.
* **Never** is more than one question put in a step, and after stop none at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from flows.calendar import Calendar, later

SILENT = timedelta(hours=24)
PROMPT = timedelta(minutes=15)
REMINDED_AFTER = timedelta(hours=48)
BUDGET = timedelta(days=30)

Prefix = Literal["", "resumed", "reminder", "not-understood", "hello-again"]


@dataclass
class FollowUp:
    """One phase of one contact, and its conversation once it has begun."""

    id: str
    phase: str
    due: datetime
    until: datetime
    questions: Sequence[str]
    state: str = "planned"
    disposition: tuple[str | None, str] = (None, "")
    began: datetime | None = None
    turn: str | None = None
    open: str = ""
    asking: int = 1
    settled: dict[str, tuple[str, int]] = field(default_factory=dict)
    answers: list[tuple[str, int, str]] = field(default_factory=list)
    wake: datetime | None = None
    heard: datetime | None = None
    remind: datetime | None = None
    misses: int = 0
    reopened: bool = False
    interrupted: tuple[str, int] | None = None
    complete: bool = False
    declined: bool = False
    earlier: bool = False

    @property
    def live(self) -> bool:
        """Whether its conversation has begun and not ended."""
        return self.turn not in (None, "ended")


@dataclass
class Contact:
    """One occasion."""

    id: str
    matter: str | None
    expires: datetime
    follow_ups: list[FollowUp]
    opened: bool = False
    by_matter: bool = False
    closed_by_staff: bool = False
    reminded: bool = False


@dataclass(frozen=True)
class Put:
    """One question as it is put."""

    follow_up: str
    question: str
    asking: int
    language: str
    prefix: Prefix


@dataclass
class Model:
    """What stands after everything that has happened so far; `puts` is what the last step put."""

    calendar: Calendar
    now: datetime
    words: frozenset[str]
    language: str = "sv"
    stopped: bool = False
    paused_until: datetime | None = None
    contacts: list[Contact] = field(default_factory=list)
    puts: list[Put] = field(default_factory=list)

    @property
    def follow_ups(self) -> list[tuple[Contact, FollowUp]]:
        """All there are, with their contacts."""
        return [(contact, one) for contact in self.contacts for one in contact.follow_ups]

    @property
    def floor(self) -> FollowUp | None:
        """Whose question is open."""
        return next((one for _, one in self.follow_ups if one.turn == "open"), None)

    @property
    def is_paused(self) -> bool:
        """Whether a pause holds."""
        return self.paused_until is not None and self.paused_until > self.now

    # What the person does.

    def opens(self, contact: Contact) -> None:
        """They follow a contact's link."""
        self.stopped, self.paused_until = False, None
        if contact.closed_by_staff or (not contact.opened and contact.expires <= self.now):
            return
        if not contact.opened:
            contact.opened, contact.by_matter = True, False
            for other in self.contacts:
                alike = contact.matter is not None and other.matter == contact.matter and not other.opened
                if alike and not other.closed_by_staff and any(one.state == "planned" for one in other.follow_ups):
                    other.by_matter = True
            for one in contact.follow_ups:
                if one.disposition[0] == "declined" and one.began is None and one.until > self.now:
                    one.state, one.disposition = "planned", (None, "")
        due = [one for one in contact.follow_ups if one.state == "planned" and one.due <= self.now < one.until]
        live = [one for one in contact.follow_ups if one.live]
        if due:
            self._begin(contact, due[0])
        elif live:
            self._put(min(live, key=lambda one: (one.turn != "open", one.began or self.now)))

    def taps(self, contact: Contact, one: FollowUp, action: str, question: str, asking: int, choice: str = "") -> None:
        """They tap a button of a question: choose, skip, later (with a moment), decline or change."""
        if self.stopped:
            return
        if action == "change":
            self._change(contact, one, question, asking)
        elif one.live and (one.open, one.asking) == (question, asking):
            one.heard = self.now
            if action == "later":
                self._put_off(one, choice)
            elif action == "decline":
                one.declined = True
                self._finish(contact, one, "declined", "no-thanks")
                self._next()
            else:
                self._settle(contact, one, "answered" if action == "choose" else "skipped")

    def types(self, kind: str) -> None:
        """They write an answer, "skip", "later" or nonsense."""
        put_off = sorted((one for _, one in self.follow_ups if one.turn == "later"), key=_waking)
        one = self.floor or next(iter(put_off), None)
        if one is None or self.stopped:
            return
        contact = next(contact for contact, other in self.follow_ups if other is one)
        one.heard = self.now
        if kind == "skip":
            self._settle(contact, one, "skipped")
        elif kind == "answer" or (kind == "nonsense" and one.open in self.words):
            self._settle(contact, one, "answered")
        elif kind == "nonsense" and one.misses:
            self._settle(contact, one, "not-understood")
        elif kind == "nonsense":
            one.misses = 1
            self._put(one, "not-understood")

    def stops(self) -> None:
        """They say stop."""
        self.stopped = True
        for contact, one in self.follow_ups:
            if one.live:
                self._finish(contact, one, "declined", "stopped")

    def starts(self) -> None:
        """They say start."""
        self.stopped, self.paused_until = False, None
        put_off = sorted((one for _, one in self.follow_ups if one.turn == "later"), key=_waking)
        for one in [self.floor or next(iter(put_off), None)]:
            if one is not None:
                self._put(one)

    def speaks(self, language: str) -> None:
        """They choose a language."""
        self.language = language
        one = self.floor
        if one is not None:
            self._put(one, "hello-again" if one.earlier and not one.settled else "")

    # What staff and time do.

    def ends(self, contact: Contact, reason: str) -> None:
        """Staff cancel a contact or leave it out."""
        contact.closed_by_staff = True
        for one in contact.follow_ups:
            if one.state == "planned":
                self._end(one, "not-asked", reason)
        for one in contact.follow_ups:
            if one.live:
                self._finish(contact, one, "not-asked", reason)
                self._next(present=False)

    def beats(self) -> None:
        """The heart beats."""
        self._expire()
        is_open, paused = self.calendar.is_open(self.now), self.is_paused
        waking = [one for _, one in self.follow_ups if one.wake is not None and one.wake <= self.now]
        for one in [] if paused else sorted(waking, key=_waking):
            assert one.wake is not None
            if self.floor is not None and (is_open or self.now - one.wake <= PROMPT):
                one.turn, one.wake = "waiting", None
            elif is_open or self.now - one.wake <= PROMPT:
                self._put(one)
        if is_open and not paused:
            for one in self._waiting()[:1]:
                if self._yields_to(one):
                    self._put(one, "resumed")
            self._begin_due()
            self._remind()
        self.puts = [put for put in self.puts if not self._is_past(put)]

    # The rules.

    def _expire(self) -> None:
        for contact, one in sorted(self.follow_ups, key=lambda pair: pair[1].until):
            if one.until > self.now or one.state == "ended":
                continue
            if one.live:
                self._finish(contact, one, "unanswered", "no-reply")
                self._next(present=False)
            elif not (contact.opened or contact.by_matter):
                self._end(one, "missed", "invitation-not-opened")
            elif self.paused_until is not None and self.paused_until > one.due:
                self._end(one, "not-asked", "paused")
            else:
                self._end(one, "missed", "too-late")

    def _begin_due(self) -> None:
        due = [
            (contact, one)
            for contact, one in self.follow_ups
            if one.state == "planned" and (contact.opened or contact.by_matter) and one.due <= self.now
            if self.floor is None or self._yields_to(one)
        ]
        begun = False
        for contact, one in sorted(due, key=lambda pair: (pair[1].until, pair[1].due)):
            if self.stopped:
                self._end(one, "not-asked", "stopped")
            elif one.state == "planned" and not begun and self._too_often(contact):
                for other in contact.follow_ups:
                    if other.state == "planned":
                        self._end(other, "not-asked", "budget")
            elif one.state == "planned" and not begun:
                self._begin(contact, one)
                begun = True

    def _remind(self) -> None:
        for contact, one in self.follow_ups:
            silent = one.heard is not None and self.now - one.heard >= SILENT
            if one.live and one.remind is not None and one.remind <= self.now and silent:
                one.remind = None
                if one.turn == "open" and not contact.reminded:
                    contact.reminded = True
                    self._put(one, "reminder")

    def _too_often(self, contact: Contact) -> bool:
        if contact.opened or any(one.began for one in contact.follow_ups):
            return False
        for other in self.contacts:
            if other is not contact and (other.opened or other.by_matter or other.matter == contact.matter):
                began = [one.began for one in other.follow_ups if one.began is not None]
                if began and min(began) >= self.now - BUDGET:
                    return True
        return False

    def _begin(self, contact: Contact, one: FollowUp) -> None:
        one.state, one.began = "begun", self.now
        one.earlier = any(other.settled for other in contact.follow_ups)
        one.open = one.questions[0]
        remind = self.calendar.first_open_at_or_after(self.now + REMINDED_AFTER)
        if one.phase == "after" and not contact.reminded and remind < one.until:
            one.remind = remind
        self._put(one, "hello-again" if one.earlier else "")

    def _put(self, one: FollowUp, prefix: Prefix = "") -> None:
        holder = self.floor
        if holder is not None and holder is not one:
            holder.turn = "waiting"
        one.turn, one.wake, one.heard = "open", None, self.now
        self.puts.append(Put(one.id, one.open, one.asking, self.language, prefix))

    def _settle(self, contact: Contact, one: FollowUp, status: str) -> None:
        one.answers.append((one.open, one.asking, status))
        one.settled[one.open] = (status, one.asking)
        one.misses, one.reopened = 0, False
        ahead = [question for question in one.questions if question not in one.settled]
        one.open, one.asking = ahead[0] if ahead else "", 1
        if ahead:
            self._put(one)
        else:
            one.complete = True
            self._finish(contact, one, "", "")
            self._next()

    def _change(self, contact: Contact, one: FollowUp, question: str, asking: int) -> None:
        status, settled = one.settled.get(question, ("", 0))
        may = status in ("answered", "skipped", "not-understood") and settled == asking and question != one.open
        if not may or one.declined or self.now >= one.until or (contact.closed_by_staff and not one.live):
            return
        one.state, one.disposition = "begun", (None, "")
        if one.open and not one.reopened:
            one.interrupted = (one.open, one.asking)
        one.open, one.asking, one.misses, one.reopened = question, asking + 1, 0, True
        self._put(one)

    def _put_off(self, one: FollowUp, choice: str) -> None:
        assert choice in ("hour", "evening", "tomorrow")
        moment = later(choice, self.now, self.calendar, one.until)  # type: ignore[arg-type]
        if moment is not None:
            one.turn, one.wake = "later", moment
            self._next()

    def _finish(self, contact: Contact, one: FollowUp, unheard: str, reason: str) -> None:
        if one.open and not one.reopened:
            one.answers.append((one.open, one.asking, "left"))
            one.settled[one.open] = ("left", one.asking)
        elif one.interrupted is not None and one.interrupted[0] not in one.settled:
            one.answers.append((*one.interrupted, "left"))
            one.settled[one.interrupted[0]] = ("left", one.interrupted[1])
        one.turn, one.open, one.wake, one.remind = "ended", "", None, None
        heard = any(status == "answered" for status, _ in one.settled.values())
        if one.complete and not one.declined:
            self._end(one, *(("answered", "") if heard else ("declined", "all-skipped")))
        else:
            self._end(one, "partial" if heard else unheard, reason)
        if reason == "no-thanks":
            for other in contact.follow_ups:
                if other.state == "planned":
                    self._end(other, "declined", "no-thanks")
            if not one.earlier and all(status == "left" for status, _ in one.settled.values()):
                contact.opened = contact.by_matter = False
                self._let_go(contact.matter)

    def _let_go(self, matter: str | None) -> None:
        alike = [contact for contact in self.contacts if matter is not None and contact.matter == matter]
        asked = {id(contact) for contact in alike if any(one.began is not None for one in contact.follow_ups)}
        if any(contact.opened or (contact.by_matter and id(contact) in asked) for contact in alike):
            return
        for contact in alike:
            if id(contact) not in asked and any(one.state == "planned" for one in contact.follow_ups):
                contact.by_matter = False

    def _end(self, one: FollowUp, disposition: str, reason: str) -> None:
        one.state, one.disposition = "ended", (disposition, reason)

    def _next(self, *, present: bool = True) -> None:
        waiting = self._waiting()
        if self.floor is not None or not waiting or self.stopped:
            return
        if present or (self.calendar.is_open(self.now) and not self.is_paused):
            self._put(waiting[0], "resumed")
        else:
            waiting[0].turn, waiting[0].wake = "later", self.calendar.first_open_at_or_after(self.now)

    def _waiting(self) -> list[FollowUp]:
        return sorted((one for _, one in self.follow_ups if one.turn == "waiting"), key=_deadline)

    def _yields_to(self, one: FollowUp) -> bool:
        holder = self.floor
        silent = holder is not None and holder.heard is not None and self.now - holder.heard >= SILENT
        return silent and holder is not None and one.until < holder.until

    def _is_past(self, put: Put) -> bool:
        return any(one.id == put.follow_up and one.until <= self.now for _, one in self.follow_ups)


def _deadline(one: FollowUp) -> tuple[datetime, datetime]:
    assert one.began is not None
    return one.until, one.began


def _waking(one: FollowUp) -> tuple[datetime, datetime]:
    assert one.wake is not None
    return one.wake, one.until
