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
    played: Mapping[str, int]


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
    done = [one for one in erasures.listed(tx) if one.state == "done"]
    played.update({"erased persons": len(done), "erased contacts": sum(one.contacts for one in done)})
    return Account(counted["contacts"], len(persons - {None}), counted["answers"], dict(sorted(ended.items())), played)


def told(account: Account) -> list[str]:
    """What was played, a line for each kind."""
    number = account.played
    lists = f"Lists taken in: {number['lists']}, with {number['list rows rows']} rows"
    lists += f", {number['list rows faulty']} of them faulty; refused whole: {number['lists refused']}."
    changes = f"Contacts moved: {number['moved']}, {number['list rows changed']} of them by a later list"
    changes += f"; cancelled: {number['cancelled']}, {number['cancelled for a sick day']} of them for a sick day"
    changes += f"; left out by staff: {number['left out']}; more known later: {number['noted']}."
    matters = (
        f"Matters of several contacts: {number['matters']}; held back by the budget: {number['held back']} contacts."
    )
    begun = f"Begun with a poster: {number['poster contacts']}; cards used: {number['cards used']} of {number['cards']}"
    begun += f"; handed over to the sender: {number['handed over']}."
    calls = f"Calls promised: {number['calls']}; kept in time: {number['calls kept']}; broken: {number['calls broken']}"
    calls += f"; withdrawn: {number['calls withdrawn']}. Asked afterwards, {number['calls happened']} said that it "
    calls += f"happened, {number['calls not happened']} that it did not."
    erased = (
        f"Persons who had everything erased: {number['erased persons']}, with {number['erased contacts']} contacts."
    )
    return [lists, changes, matters, begun, calls, erased]


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
