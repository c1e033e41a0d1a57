"""The simulated account: how many of what a demo has played, counted from its rows, in a few lines to read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from bot.budget import REASON as BUDGET
from bot.clock import DAY, iso_week
from bot.store import answers, call_backs, contacts, database, erasures, follow_ups, open_invitations
from bot.store.database import Transaction

_LINES = (
    "Lists taken in: {lists}, with {rows} rows, {faulty rows} of them faulty; refused whole: {lists refused}.",
    "Contacts moved: {moved}, {changed rows} of them by a later list; cancelled: {cancelled}, {sick} for a sick day.",
    "Left out by staff, with a reason: {left out}; outcome, cause or solved noted later: {noted}.",
    "Matters of several contacts: {matters}; contacts held back by the budget: {held back}.",
    "Begun with a poster: {poster contacts}; cards used: {cards used} of {cards}; given to the sender: {handed over}.",
    "Calls promised: {calls}; kept in time: {calls kept}; broken: {calls broken}; withdrawn: {calls withdrawn}.",
    "Asked afterwards whether they were called: {calls happened} say yes, {calls not happened} say no.",
    "Persons who had themselves erased: {erased persons}; contacts erased by staff, as asked: {erased contacts}.",
)
"""What was played; a name in braces is a count."""

_IN_ROWS = ("moved", "cancelled", "left-out")
"""What staff did that rows tell of, too."""


@dataclass(frozen=True, slots=True)
class Account:
    """How many of what. `dispositions` counts follow-ups by where they ended, "" those still open.

    `played` counts what happened around the contacts, by what `told` calls it.
    """

    contacts: int
    persons: int
    answers: int
    dispositions: Mapping[str, int]
    played: Counter[str]


def reckoned(tx: Transaction, staff: Mapping[str, int], began: datetime, now: datetime, zone: tzinfo) -> Account:
    """The account of what was played from `began` to `now`; `staff` is what no row tells, see `simulated_staff`."""
    counted: Counter[str] = Counter()
    played: Counter[str] = Counter({name: number for name, number in staff.items() if name not in _IN_ROWS})
    ended: Counter[str] = Counter()
    persons, matters = set(), set()
    for contact in contacts.listed(tx, database.EPOCH, now + timedelta(days=365)):
        of_contact = follow_ups.of_contact(tx, contact.id)
        counted["contacts"] += 1
        counted["answers"] += sum(given.status == "answered" for given in answers.of_contact(tx, contact.id))
        ended.update(follow_up.disposition or "" for follow_up in of_contact)
        persons.add(contact.person_id)
        matters.add(contact.matter_id)
        played["cancelled"] += contact.cancelled_at is not None
        played["moved"] += contact.moved_at is not None
        played["left out"] += contact.not_asked is not None
        played["held back"] += any(follow_up.reason == BUDGET for follow_up in of_contact)
    played["matters"] = len(matters - {None})
    for opened in open_invitations.listed(tx):
        played[f"{opened.kind} contacts"] += opened.contacts
        if opened.kind == "card":
            played.update({"cards": opened.printed, "cards used": opened.spent})
    played.update(_calls(tx, began, now, zone))
    for erasure in erasures.listed(tx):
        played["erased persons" if erasure.asked_by == "person" else "erased contacts"] += erasure.state == "done"
    return Account(counted["contacts"], len(persons - {None}), counted["answers"], dict(sorted(ended.items())), played)


def told(account: Account) -> list[str]:
    """What was played, a line for each kind."""
    return [line.format_map(account.played) for line in _LINES]


def _calls(tx: Transaction, began: datetime, now: datetime, zone: tzinfo) -> Counter[str]:
    counted: Counter[str] = Counter()
    newest = iso_week(now - 7 * DAY, zone)
    for one in call_backs.rows_asked(tx, iso_week(began, zone), newest, newest, zone, simulated=True):
        counted["calls"] += 1
        counted["calls withdrawn"] += one.state == "withdrawn"
        counted["calls kept"] += one.in_time == 1
        counted["calls broken"] += one.in_time == 0
        counted["calls happened"] += one.happened == "yes"
        counted["calls not happened"] += one.happened == "no"
    return counted
