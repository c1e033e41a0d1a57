"""One person at several doors: where they are at home, how they come back, and two who turn out to be one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import rooms
from bot.arrivals import Arrival, Came, Left, Said, Tapped, What
from bot.contacts import ContactRefused
from bot.keys import new_token
from bot.links import return_link
from bot.organisation import Service
from bot.store import hand_overs, outbox, people, weeks
from bot.store.database import Transaction
from bot.store.outbox import Body
from bot.store.people import Person
from flows.journey import Words
from tests.house import House, opened

ANNA = 11


@dataclass(frozen=True)
class _Row:
    person_id: str


@dataclass(frozen=True)
class _Out:
    id: int
    kind: str
    door: str
    body: bytes


class Town:
    """A house with pages of its own, and one browser in it."""

    def __init__(self, house: House) -> None:
        premises = replace(house.premises, public_url="https://example.org")
        self.house = replace(house, premises=premises, rooms=rooms.built(premises))
        self.browser = new_token()

    async def at_page(self, what: What, address: str = "", *, whole: bool = True) -> None:
        """Something done in a browser."""
        arrival = Arrival("web", address or self.browser, what, "sv", whole)
        await self.house.store.write(self.house.rooms.citizens.take, arrival, self.house.now)
        await self.house.deliver()

    async def person(self, door: str, address: str) -> Person:
        """Who is known at an address."""
        lookup = self.house.premises.keyring.lookup(door, address)
        found = await self.house.store.read(people.of_lookup, lookup)
        assert found is not None
        return found

    async def rows(self, address: str = "") -> list[tuple[str, Body]]:
        """What was written for the browser: kind and body, in order."""
        lookup = self.house.premises.keyring.lookup("web", address or self.browser)

        def read(tx: Transaction) -> list[_Out]:
            return tx.all(_Out, "SELECT id, kind, door, body FROM outbox WHERE lookup = :l ORDER BY id", l=lookup)

        return [(row.kind, outbox.read(row.body)) for row in await self.house.store.read(read)]

    async def taps_on_page(self, label: str, address: str = "", *, whole: bool = True) -> None:
        """The newest button with this label, on the page."""
        lookup = self.house.premises.keyring.lookup("web", address or self.browser)

        def read(tx: Transaction) -> list[_Out]:
            return tx.all(_Out, "SELECT id, kind, door, body FROM outbox WHERE lookup = :l ORDER BY id DESC", l=lookup)

        for row in await self.house.store.read(read):
            labels = [button.label for line in outbox.read(row.body).buttons for button in line]
            for place, found in enumerate(labels):
                if found == label or found.endswith(" " + label):
                    await self.at_page(Tapped(row.id, 1, place, None), address, whole=whole)
                    return
        raise AssertionError(f"no button {label!r}")

    async def persons_of_answers(self, contact: str) -> set[str]:
        """Whom the answers about a contact carry."""

        def read(tx: Transaction) -> list[_Row]:
            return tx.all(_Row, "SELECT person_id FROM answers WHERE contact_id = :c", c=contact)

        return {row.person_id for row in await self.house.store.read(read)}

    async def past_visit(self, **changes: object) -> tuple[str, str]:
        """A visit of this morning whose *after* is due: its id and code."""
        start = self.house.now - timedelta(hours=4)
        registered = await self.house.register("office-visit", **{"start": start, **changes})
        assert registered.code is not None
        return registered.id, registered.code


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    house = await opened(tmp_path)
    yield Town(house)
    await house.store.close()


async def _begun_on_page(town: Town) -> str:
    contact, code = await town.past_visit()
    await town.at_page(Said(f"/start {code}", "w1"))
    return contact


async def test_a_page_is_a_door_like_any_other(town: Town) -> None:
    """Begun in a browser, the question is written for the browser, and says nothing of Telegram."""
    await _begun_on_page(town)
    [(kind, body)] = await town.rows()
    assert kind == "send"
    assert body.buttons
    assert "Telegram" not in body.text


async def test_a_pass_takes_somebody_on_to_telegram(town: Town) -> None:
    """With a pass the same person goes on in Telegram: the question is put there, the page's has no buttons."""
    contact = await _begun_on_page(town)
    await town.taps_on_page("Hoppa över")
    before = await town.person("web", town.browser)
    code = await town.house.store.write(town.house.rooms.returns.door_pass, before.id, town.house.now)
    await town.house.says(ANNA, f"/start {code}")
    assert (await town.person("telegram", str(ANNA))).id == before.id
    kind, retired = (await town.rows())[-1]
    assert (kind, retired.buttons) == ("edit", ())
    await town.house.taps(ANNA, "Hoppa över")
    assert await town.persons_of_answers(contact) == {before.id}


async def test_a_pass_is_good_once_and_not_for_long(town: Town) -> None:
    """A second use of a pass, and one after a quarter of an hour, look like any wrong code."""
    await _begun_on_page(town)
    person = await town.person("web", town.browser)
    make = town.house.rooms.returns.door_pass
    used = await town.house.store.write(make, person.id, town.house.now)
    await town.house.says(ANNA, f"/start {used}")
    await town.house.says(12, f"/start {used}")
    assert (await town.house.told(12))[-1].startswith("Hej! Jag är en bot som frågar hur det gick")
    late = await town.house.store.write(make, person.id, town.house.now)
    await town.house.beat(minutes=16)
    await town.house.says(12, f"/start {late}")
    assert (await town.person("telegram", "12")).id != person.id


async def test_two_known_persons_are_linked_and_rows_keep_whom_they_carried(town: Town) -> None:
    """Somebody known in Telegram who brings a browser's conversation is one person from then on; no row changes."""
    first = await town.house.register(start=town.house.now - timedelta(hours=5), service=None)
    await town.house.says(ANNA, f"/start {first.code}")
    await town.house.taps(ANNA, "Hoppa över")
    known = await town.person("telegram", str(ANNA))
    contact = await _begun_on_page(town)
    await town.taps_on_page("Hoppa över")
    other = await town.person("web", town.browser)
    code = await town.house.store.write(town.house.rooms.returns.door_pass, other.id, town.house.now)
    await town.house.says(ANNA, f"/start {code}")

    assert (await town.person("web", town.browser)).id == known.id
    assert await town.house.store.read(people.same_as, known.id) == [other.id]
    assert await town.persons_of_answers(contact) == {other.id}
    assert await town.persons_of_answers(first.id) == {known.id}
    while any("Hoppa över" in shown.labels for shown in town.house.shown[-1:]):
        await town.house.taps(ANNA, "Hoppa över")
    assert await town.persons_of_answers(contact) == {other.id}
    assert await town.persons_of_answers(first.id) == {known.id}


async def test_erasing_one_erases_whom_they_turned_out_to_be(town: Town) -> None:
    """Nothing is left of either of two linked persons."""
    first = await town.house.register(start=town.house.now - timedelta(hours=5), service=None)
    await town.house.says(ANNA, f"/start {first.code}")
    contact = await _begun_on_page(town)
    await town.taps_on_page("Hoppa över")
    other = await town.person("web", town.browser)
    code = await town.house.store.write(town.house.rooms.returns.door_pass, other.id, town.house.now)
    await town.house.says(ANNA, f"/start {code}")
    known = await town.person("telegram", str(ANNA))
    await town.house.store.write(town.house.rooms.erasures.person, known.id, "staff", town.house.now)
    assert await town.persons_of_answers(contact) == set()
    assert await town.house.store.read(people.of_id, known.id) is None
    assert await town.house.store.read(lambda tx: tx.count("SELECT count(*) FROM persons")) == 0


async def test_a_return_link_moves_the_home_to_the_page(town: Town) -> None:
    """Come back by the link of a Telegram conversation, its question stands on the page, and Telegram's is retired."""
    _, code = await town.past_visit()
    await town.house.says(ANNA, f"/start {code}")
    asked = town.house.shown[-1]
    person = await town.person("telegram", str(ANNA))
    token = await town.house.store.write(town.house.rooms.returns.token, person.id, town.house.now)
    found = await town.house.store.read(town.house.rooms.returns.person_of, token, town.house.now)
    assert found is not None
    assert found.id == person.id
    address = await town.house.store.write(town.house.rooms.people.add_web_address, person.id, town.house.now)
    assert (await town.person("telegram", str(ANNA))).at_home
    await town.at_page(Came(), address, whole=False)
    [(_, body)] = await town.rows(address)
    assert body.text.split("\n")[-1] == asked.body.text.split("\n")[-1]
    assert town.house.shown[-1].kind == "edit"
    assert town.house.shown[-1].labels == []
    await town.house.arrives(ANNA, Tapped(asked.id, 1, 0, None))
    assert (await town.house.told(ANNA))[-1].startswith("Samtalet fortsätter på det andra stället")
    await town.house.says(ANNA, "/start")
    assert (await town.person("telegram", str(ANNA))).at_home
    assert "Hoppa över" in town.house.shown[-1].labels


async def test_a_token_is_told_again_and_only_its_hash_is_kept(town: Town) -> None:
    """The same person has the same link for as long as it holds, and the database holds no token."""
    await _begun_on_page(town)
    person = await town.person("web", town.browser)
    returns, now = town.house.rooms.returns, town.house.now
    token = await town.house.store.write(returns.token, person.id, now)
    assert await town.house.store.write(returns.token, person.id, now + timedelta(days=3)) == token
    assert await town.house.store.read(returns.told, person.id, now) == token
    await town.house.store.checkpoint()
    assert token.encode() not in town.house.store.path.read_bytes()
    late = now + timedelta(days=200)
    assert await town.house.store.read(returns.person_of, token, late) is None


async def test_a_link_that_may_have_been_passed_on_shows_and_erases_nothing(town: Town) -> None:
    """Without the browser it began in, neither "my data" nor "erase" is done, written or tapped."""
    contact = await _begun_on_page(town)
    await town.taps_on_page("Hoppa över")
    for text in ("/mydata", "radera mina svar"):
        await town.at_page(Said(text, "w9"), whole=False)
        assert (await town.rows())[-1][1].text.startswith("Det kan du göra i den webbläsare där du började")
    await town.at_page(Said("/erase", "w10"))
    [yes, _] = [button.label for line in (await town.rows())[-1][1].buttons for button in line]
    await town.taps_on_page(yes, whole=False)
    assert await town.persons_of_answers(contact) != set()
    await town.taps_on_page(yes)
    assert await town.persons_of_answers(contact) == set()


async def test_stop_holds_at_every_door(town: Town) -> None:
    """Stopped on the page, the person is stopped in Telegram too, until they say start anywhere."""
    await _begun_on_page(town)
    person = await town.person("web", town.browser)
    code = await town.house.store.write(town.house.rooms.returns.door_pass, person.id, town.house.now)
    await town.house.says(ANNA, f"/start {code}")
    await town.at_page(Said("/stopp", "w2"))
    assert (await town.person("telegram", str(ANNA))).stopped_at is not None
    await town.house.says(ANNA, "/start")
    assert (await town.person("web", town.browser)).stopped_at is None


async def test_closing_a_door_that_is_no_home_ends_nothing(town: Town) -> None:
    """Who blocks the bot after going on in a browser can still be reached there."""
    _, code = await town.past_visit()
    await town.house.says(ANNA, f"/start {code}")
    person = await town.person("telegram", str(ANNA))
    address = await town.house.store.write(town.house.rooms.people.add_web_address, person.id, town.house.now)
    await town.at_page(Came(), address)
    await town.house.arrives(ANNA, Left())
    assert (await town.person("web", address)).unreachable_at is None
    await town.taps_on_page("Hoppa över", address)


async def test_what_is_due_begins_when_they_come(town: Town) -> None:
    """Nothing is written for a browser by the clock; coming begins what is due, and says nothing twice."""
    registered = await town.house.register()
    await town.at_page(Said(f"/start {registered.code}", "w1"))
    rows = len(await town.rows())
    await town.house.beat(days=1, hours=7)
    assert len(await town.rows()) == rows
    await town.at_page(Came())
    assert len(await town.rows()) == rows + 1
    await town.at_page(Came())
    assert len(await town.rows()) == rows + 1


async def test_whoever_does_not_come_back_ends_with_that_reason(town: Town) -> None:
    """A follow-up that nobody came back for is missed, with its own reason."""
    registered = await town.house.register()
    await town.at_page(Said(f"/start {registered.code}", "w1"))
    await town.house.beat(days=30)
    assert await town.house.dispositions(registered.id) == {
        "before": ("missed", "not-come-back"),
        "during": ("not-asked", "same-day"),
        "after": ("missed", "not-come-back"),
    }


async def test_a_return_link_is_handed_over_once_to_who_answers_in_a_browser(town: Town) -> None:
    """What is due for somebody at home in a browser is handed to the organisation's sender, with their return link."""
    registered = await town.house.register(reference="A-1")
    await town.at_page(Said(f"/start {registered.code}", "w1"))
    await town.house.beat(days=1, hours=7)
    room, person = town.house.rooms.hand_overs, await town.person("web", town.browser)
    assert await town.house.store.write(room.add, "f1", None, town.house.now, 100) == 1
    assert await town.house.store.write(room.add, "f2", None, town.house.now, 100) == 0
    rows = await town.house.store.read(
        lambda tx: room.rows(tx, hand_overs.rows_of(tx, "f1", after="", limit=10), town.house.now)
    )
    token = await town.house.store.read(town.house.rooms.returns.told, person.id, town.house.now)
    assert token is not None
    assert [(row.reference, row.link) for row in rows] == [
        ("A-1", return_link(town.house.premises, token)),
    ]


async def test_a_service_of_one_door_is_asked_about_there_alone(town: Town) -> None:
    """An invitation to what Telegram may not ask about is not begun there, and can still be used on the page."""
    closed = Service("care", Words({"sv": "Omsorg"}), ("web",))
    services = {**town.house.premises.organisation.services, "care": closed}
    premises = replace(town.house.premises, organisation=replace(town.house.premises.organisation, services=services))
    town.house = replace(town.house, premises=premises, rooms=rooms.built(premises))
    contact, code = await town.past_visit(service="care")
    await town.house.says(ANNA, f"/start {code}")
    assert (await town.house.told(ANNA))[-1].startswith("Den här kontakten kan vi bara fråga om i webbläsaren")
    await town.at_page(Said(f"/start {code}", "w1"))
    await town.taps_on_page("Hoppa över")
    assert await town.persons_of_answers(contact)


async def test_without_pages_a_service_of_the_web_is_refused(tmp_path: Path) -> None:
    """Where there is no public address, nobody could be asked about a service that the web alone may ask about."""
    house = await opened(tmp_path)
    closed = Service("care", Words({"sv": "Omsorg"}), ("web",))
    services = {**house.premises.organisation.services, "care": closed}
    premises = replace(house.premises, organisation=replace(house.premises.organisation, services=services))
    shut = replace(house, premises=premises, rooms=rooms.built(premises))
    with pytest.raises(ContactRefused, match="Nobody could be asked"):
        await shut.register(service="care")
    await house.store.close()


async def test_a_closed_week_is_told_as_it_was_after_two_turn_out_to_be_one(town: Town) -> None:
    """Answers, follow-ups and responses of a week that was closed before carry whom they carried."""
    first = await town.house.register(start=town.house.now - timedelta(hours=5), service=None)
    await town.house.says(ANNA, f"/start {first.code}")
    await town.house.taps(ANNA, "Hoppa över")
    await _begun_on_page(town)
    await town.taps_on_page("Hoppa över")
    other = await town.person("web", town.browser)
    zone = town.house.premises.zone
    town.house.now += timedelta(days=7)
    await town.house.store.write(weeks.close, "2026-W47", town.house.now, zone)

    def told(tx: Transaction) -> list[object]:
        rows: list[object] = [
            *weeks.answers(tx, "2026-W47", False),
            *weeks.responses(tx, "2026-W47", "2026-W47", False),
        ]
        return [*rows, *weeks.follow_ups(tx, "2026-W47", zone, False)]

    before = await town.house.store.read(told)
    assert {getattr(row, "person_id", None) for row in before} >= {other.id}
    code = await town.house.store.write(town.house.rooms.returns.door_pass, other.id, town.house.now)
    await town.house.says(ANNA, f"/start {code}")
    assert (await town.person("web", town.browser)).id != other.id
    assert await town.house.store.read(told) == before
