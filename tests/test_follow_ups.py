"""What falls due: begun, reminded of, expired, taken in turns, told apart by disposition."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.house import House

ANNA = 77


async def _opened(house: House, **changes: object) -> str:
    registered = await house.register(**changes)  # type: ignore[arg-type]
    await house.says(ANNA, f"/start {registered.code}")
    return registered.id


async def test_a_contact_nobody_opened_is_missed_with_that_reason(house: House) -> None:
    """A follow-up whose invitation nobody opened ends as missed, not in silence."""
    registered = await house.register()
    await house.beat(days=12)

    dispositions = await house.dispositions(registered.id)
    assert dispositions["before"] == ("missed", "invitation-not-opened")
    assert dispositions["after"] == ("missed", "invitation-not-opened")


async def test_an_outage_of_a_week_sends_nothing_that_is_no_longer_useful(house: House) -> None:
    """After a week without a heartbeat the before question is missed as too late and only the after one is put."""
    contact = await _opened(house)
    await house.beat(days=8)

    dispositions = await house.dispositions(contact)
    assert dispositions["before"] == ("missed", "too-late")
    assert dispositions["after"] == (None, "")
    assert sum("Hej! Jag är en bot" in text for text in await house.told(ANNA)) == 1


async def test_nothing_is_begun_in_closed_hours_after_an_outage(house: House) -> None:
    """What fell due while we were away is put when people may be written to, not at night."""
    await _opened(house)
    house.now = datetime(2026, 11, 18, 23, 30, tzinfo=UTC)
    before = len(house.shown)
    await house.beat(minutes=1)
    assert len(house.shown) == before
    await house.beat(hours=8)

    assert len(house.shown) == before + 1


async def test_one_reminder_a_contact_and_only_after(house: House) -> None:
    """A silent after question is reminded of once, after two days; a silent before question never."""
    contact = await _opened(house)
    await house.beat(days=1, hours=7)
    await house.beat(hours=16)
    put = len(house.shown)
    for _ in range(10):
        await house.beat(hours=12)

    reminders = [shown for shown in house.shown[put:] if "påminnelse" in shown.body.text]
    assert len(reminders) == 1
    assert (await house.dispositions(contact))["before"] == ("unanswered", "no-reply")


async def test_a_silent_after_question_ends_unanswered_or_partial(house: House) -> None:
    """At the last useful moment a conversation without any answer is unanswered, one with some is partial."""
    silent = await _opened(house)
    await house.beat(days=9, hours=3)
    await house.beat(days=9)
    assert (await house.dispositions(silent))["after"] == ("missed", "too-late")

    partial = await _opened(house, start=house.now + timedelta(minutes=5))
    await house.beat(hours=5)
    await house.says(ANNA, "1")
    await house.beat(days=8)
    assert (await house.dispositions(partial))["after"] == ("partial", "no-reply")
    left = [question for question, _, status, _, _ in await house.kept(partial) if status == "left"]
    assert len(left) == 2  # the before question, begun as the invitation was opened, and the second of the after ones


async def test_a_silent_question_yields_to_one_whose_time_is_shorter(house: House) -> None:
    """After 24 silent hours an open question yields, with its state, and is put again when the other has ended."""
    long_one = await _opened(house, start=house.now + timedelta(hours=1))
    await house.beat(hours=5)
    assert (await house.dispositions(long_one))["after"] == (None, "")
    await _opened(house, start=house.now + timedelta(days=2))
    await house.beat(days=1, hours=3)
    await house.beat(hours=1)
    assert "Hur känner du dig" in house.shown[-1].body.text
    await house.taps(ANNA, "4 Lugn")
    await house.says(ANNA, "hoppa över")

    assert house.shown[-1].body.text.startswith("Nu tillbaka till en fråga som väntade.")


async def test_two_contacts_are_asked_one_at_a_time(house: House) -> None:
    """Two follow-ups of one person due together: the second waits until the first conversation has ended."""
    await _opened(house)
    await _opened(house)
    await house.beat(days=1, hours=7)
    asked = [shown for shown in house.shown if "Hur känner du dig" in shown.body.text and shown.kind == "send"]
    assert len(asked) == 1
    await house.taps(ANNA, "4 Lugn")
    await house.says(ANNA, "hoppa över")
    await house.beat(minutes=1)

    asked = [shown for shown in house.shown if "Hur känner du dig" in shown.body.text and shown.kind == "send"]
    assert len(asked) == 2


async def test_later_asks_again_at_the_chosen_moment(house: House) -> None:
    """Later, in an hour: silence until then, and then the same question again, whose answer counts once."""
    contact = await _opened(house)
    await house.beat(days=1, hours=7)
    await house.taps(ANNA, "Senare")
    await house.taps(ANNA, "Om en timme")
    put = len(house.shown)
    await house.beat(minutes=50)
    assert len(house.shown) == put
    await house.beat(minutes=15)

    assert "Hur känner du dig" in house.shown[-1].body.text
    await house.taps(ANNA, "4 Lugn")
    assert [row[:2] for row in await house.kept(contact)] == [("feeling", 1)]


async def test_after_an_absence_active_people_get_their_question_again(house: House) -> None:
    """Who was active in the hour before an absence of over 150 seconds gets the open question once more."""
    await _opened(house)
    await house.beat(days=1, hours=7)
    await house.store.write(house.rooms.follow_ups.heard, house.now)
    house.now += timedelta(seconds=200)
    await house.store.write(house.rooms.follow_ups.heard, house.now)
    await house.beat(seconds=5)
    await house.beat(seconds=5)

    repeats = [text for text in await house.told(ANNA) if text.startswith(house.words("after-absence"))]
    assert len(repeats) == 1


async def test_a_short_absence_repeats_nothing(house: House) -> None:
    """Taps live 150 seconds at Telegram: after a shorter gap nothing is lost and nothing is put again."""
    await _opened(house)
    await house.beat(days=1, hours=7)
    await house.store.write(house.rooms.follow_ups.heard, house.now)
    house.now += timedelta(seconds=140)
    await house.store.write(house.rooms.follow_ups.heard, house.now)
    put = len(house.shown)
    await house.beat(seconds=5)

    assert len(house.shown) == put


async def test_a_cancelled_contact_asks_nothing(house: House) -> None:
    """Cancelling ends what is planned as not asked, and a conversation under way with what was answered."""
    contact = await _opened(house)
    await house.beat(days=1, hours=7)
    await house.taps(ANNA, "4 Lugn")
    await house.store.write(house.rooms.changes.cancel, contact, house.now)
    put = len(house.shown)
    await house.beat(days=3)

    dispositions = await house.dispositions(contact)
    assert dispositions["before"] == ("partial", "cancelled")
    assert dispositions["after"] == ("not-asked", "cancelled")
    assert len(house.shown) == put


async def test_what_the_contact_was_is_frozen_when_it_is_asked(house: House) -> None:
    """Unit, service and channel stand on the follow-up as they were when its first question was put."""
    contact = await _opened(house)
    await house.beat(days=1, hours=7)

    frozen = await house.store.read(
        lambda tx: tx.value(
            "SELECT unit || service || channel FROM follow_ups WHERE contact_id = :c AND phase='before'", c=contact
        )
    )
    assert frozen == "maingeneralvisit"


async def test_a_question_put_off_gets_the_floor_from_a_silent_one(house: House) -> None:
    """Who chose "in an hour" and was asked about another contact meanwhile is asked again after 24 silent hours."""
    await _opened(house, start=datetime(2026, 11, 18, 18, 30, tzinfo=UTC))
    await house.beat(days=1, hours=7)
    await house.taps(ANNA, "Senare")
    await house.taps(ANNA, "Om en timme")
    await _opened(house, journey="phone-call", start=house.now - timedelta(hours=3), channel="phone")
    put = len(house.shown)
    await house.beat(hours=2)
    assert len(house.shown) == put
    await house.beat(hours=22, minutes=30)

    assert house.shown[-1].body.text.startswith(house.words("resumed")[:20])
    assert "Hur känner du dig" in house.shown[-1].body.text
    await house.beat(hours=1)
    assert len(house.shown) == put + 1


async def test_a_question_left_for_a_change_has_its_row(house: House) -> None:
    """Who goes back to change an answer and then falls silent leaves the open question: it has a row that says so."""
    registered = await house.register()
    await house.says(ANNA, f"/start {registered.code}")
    await house.beat(days=1, hours=7)
    await house.taps(ANNA, "4 Lugn")
    await house.taps(ANNA, "Ändra")
    await house.beat(days=2)
    kept = {question: status for question, _, status, _, _ in await house.kept(registered.id)}
    assert kept.pop("feeling") == "answered"
    assert "left" in kept.values()
