"""Registering: codes from the organisation file, references once, follow-ups planned, draws in blocks."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import library
from bot.contacts import ContactRefused
from bot.drawing import drawn
from bot.organisation import UnknownCode
from bot.rooms import built
from bot.store import contacts
from bot.store.database import Transaction
from tests.house import House


async def test_unknown_codes_are_refused_with_what_was_meant(house: House) -> None:
    """A code that is nearly one of the organisation's is refused, and the near one is named."""
    with pytest.raises(UnknownCode, match="office-visit"):
        await house.register("ofice-visit")
    with pytest.raises(UnknownCode, match="main"):
        await house.register(unit="mian")
    with pytest.raises(ContactRefused, match="ends before it starts"):
        await house.register(end=house.now)
    assert await house.store.read(lambda tx: tx.count("SELECT count(*) FROM contacts")) == 0


async def test_the_same_reference_is_registered_once(house: House) -> None:
    """A reference registered before gives the same contact and the same link, until somebody has begun with it."""
    first = await house.register(reference="A-1")
    again = await house.register(reference="A-1")
    other = await house.register("phone-call", reference="A-1", channel="phone")
    await house.says(7, f"/start {first.code}")
    begun = await house.register(reference="A-1")

    assert (again.id, again.code, again.known) == (first.id, first.code, True)
    assert other.id != first.id
    assert (begun.id, begun.code) == (first.id, None)


async def test_a_reference_is_forgotten_when_the_contact_closes(house: House) -> None:
    """When every follow-up has ended only the reference's keyed hash is left, and it still creates nothing anew."""
    first = await house.register(reference="Dnr 2026-1234")
    await house.beat(days=20)

    contact = await house.store.read(contacts.of_id, first.id)
    assert contact is not None
    assert contact.reference is None
    assert (await house.register(reference="Dnr 2026-1234")).id == first.id


async def test_a_visit_is_planned_before_and_after_with_during_in_it(house: House) -> None:
    """A visit within one day: before at 17:00 the day before, after two hours after it, during within after."""
    registered = await house.register()
    planned = {one.phase: one for one in registered.follow_ups}

    assert planned["before"].due_at.isoformat() == "2026-11-17T16:00:00+00:00"
    assert planned["during"].reason == "same-day"
    assert planned["after"].with_during == 1
    assert planned["after"].useful_until - planned["after"].due_at > timedelta(days=6)


async def test_a_contact_registered_too_late_says_why_it_is_not_asked(house: House) -> None:
    """A visit that is over: before is missed with its reason; a visit of last month is not asked about at all."""
    over = await house.register(start=house.now - timedelta(hours=3))
    long_ago = await house.register(start=house.now - timedelta(days=40))

    assert (await house.dispositions(over.id))["before"][0] == "missed"
    assert {disposition for disposition, _ in (await house.dispositions(long_ago.id)).values()} <= {
        "missed",
        "not-asked",
    }
    assert all(reason for _, reason in (await house.dispositions(long_ago.id)).values())


async def test_what_may_not_be_asked_in_telegram_is_refused(house: House) -> None:
    """A service limited to the web can't be registered here, and the line says where that is decided."""
    services = {**house.premises.organisation.services}
    services["general"] = replace(services["general"], doors=("web",))
    premises = replace(house.premises, organisation=replace(house.premises.organisation, services=services))
    with pytest.raises(ContactRefused, match="doors"):
        await House(house.store, premises, built(premises)).register()


async def test_a_contact_keeps_the_version_it_began_with(house: House) -> None:
    """A journey changed between before and after changes nothing for a contact that has begun; a new one gets it."""
    registered = await house.register()
    await house.says(7, f"/start {registered.code}")
    await house.beat(days=1, hours=7)
    await house.taps(7, "4 Lugn")
    await house.says(7, "hoppa över")
    old = house.premises.library
    source = library.encoded(old.journeys["office-visit"]).decode().replace("Hur enkelt var det", "Hur lätt var det")
    changed = library.decoded(source.replace("Vad gjorde att", "Vad fick dig").encode())
    prints = {**old.fingerprints, "office-visit": library.fingerprint(changed)}
    shelf = library.Library({**old.journeys, "office-visit": changed}, old.phrases, prints, old.words)
    premises = replace(house.premises, library=shelf)
    later = House(house.store, premises, built(premises), house.now, house.shown)
    await later.beat(hours=20)
    await later.says(7, "hoppa över")
    await later.says(7, "hoppa över")

    texts = " ".join(shown.body.text for shown in later.shown)
    assert "Hur lätt var det" not in texts
    assert "Vad fick dig" not in texts
    fresh = await later.register(start=later.now - timedelta(hours=3))
    await later.says(8, f"/start {fresh.code}", language="sv")
    await later.says(8, "hoppa över")
    await later.says(8, "hoppa över")
    texts = " ".join(shown.body.text for shown in later.shown)
    assert "Hur lätt var det" in texts or "Vad fick dig" in texts


async def test_cancelling_twice_is_refused(house: House) -> None:
    """A contact is cancelled once; an unknown one is refused with where to look."""
    registered = await house.register()
    await house.store.write(house.rooms.changes.cancel, registered.id, house.now)
    with pytest.raises(ContactRefused, match="cancelled already"):
        await house.store.write(house.rooms.changes.cancel, registered.id, house.now)
    with pytest.raises(ContactRefused, match="contacts list"):
        await house.store.write(house.rooms.changes.cancel, "nothing", house.now)


async def test_draws_differ_by_at_most_one(house: House) -> None:
    """Whatever the number of contacts, each candidate was drawn as often as the others, or once more."""
    registered = await house.register()
    contact = await house.store.read(contacts.of_id, registered.id)
    assert contact is not None
    candidates = {"closing": ("told", "mattered", "trust", "began", "repeat")}
    counts: Counter[str] = Counter()

    def draw(tx: Transaction) -> str:
        return drawn(tx, house.premises, contact, candidates)["closing"]

    for _ in range(23):
        counts[await house.store.write(draw)] += 1
        assert max(counts.values()) - min(counts.get(code, 0) for code in candidates["closing"]) <= 1
    assert set(counts) == set(candidates["closing"])
