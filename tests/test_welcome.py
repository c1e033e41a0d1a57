"""Whoever comes: with a link, with a code said aloud, with a poster or a card, and those who guess."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot import guessing
from bot.open_invitations import MOST_A_DAY, About
from bot.spoken_codes import ALPHABET, HOLDS, meant
from bot.store import contacts, open_invitations
from bot.store.contacts import Contact
from bot.store.database import Transaction
from tests.house import House

ANNA, BO, EVE = 77, 88, 666
OFFICE = About("office-visit", "main", "general", "visit")
PHONE = About("phone-call", "main", "general", "phone")
NOW, TODAY, EARLIER, NO_THANKS = "Jag väntar nu", "I dag", "Tidigare", "Nej tack"


async def spoken(house: House, contact: str) -> str:
    """The code that staff say aloud."""
    made = await house.store.write(house.rooms.invitations.speak, contact, house.now)
    assert made is not None
    return made.code


async def poster(house: House, about: About = OFFICE, **until: float) -> str:
    """The code in a poster's link."""
    made = house.rooms.open_invitations.make_poster
    id_ = await house.store.write(made, about, house.now + timedelta(**(until or {"days": 365})), house.now)
    return house.premises.keyring.code(id_)


async def cards(house: House, number: int = 2, about: About = OFFICE) -> list[str]:
    """The codes in the links of a sheet of cards."""
    made = house.rooms.open_invitations.make_cards
    sheet = await house.store.write(made, about, number, house.now + timedelta(days=90), house.now)
    printed = await house.store.read(open_invitations.of_sheet, sheet)
    return [house.premises.keyring.code(card.id) for card in printed]


async def registered(house: House) -> list[Contact]:
    """Every contact, the first to start first."""

    def of_all(tx: Transaction) -> list[Contact]:
        return contacts.listed(tx, datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))

    return await house.store.read(of_all)


async def last(house: House, person: int) -> str:
    """What this person was told last."""
    return (await house.told(person))[-1]


def wrong_code(number: int) -> str:
    """A code that looks like one and was never made (but for a chance of one in millions)."""
    return "".join(ALPHABET[number // 17**place % 17] for place in range(6)) + "F2"


async def test_a_spoken_code_begins_as_the_link_does(house: House) -> None:
    """Typed as it was heard, in small letters, spaced anyhow, or after /start, the code binds the contact."""
    for person, form in enumerate(("{}", "{} ", "/start {}")):
        contact = (await house.register()).id
        code = await spoken(house, contact)
        written = form.format(code.lower() if person else f"{code[:2]} {code[2:6]}–{code[6:]}")
        await house.says(person, written)

        assert (await last(house, person)).startswith("Hej! Tack för att du vill berätta.")
        assert [one.person_id is not None for one in await registered(house) if one.id == contact] == [True]


async def test_a_spoken_code_holds_for_three_days(house: House) -> None:
    """After 72 hours it is as wrong as any other, while the link still opens."""
    found = await house.register(start=house.now + timedelta(days=10))
    code = await spoken(house, found.id)
    house.now += HOLDS
    await house.says(BO, code)
    assert await last(house, BO) == filled(house, "welcome-stranger")
    await house.says(BO, f"/start {found.code}")
    assert (await last(house, BO)).startswith("Hej! Tack för att du vill berätta.")


async def test_a_new_spoken_code_kills_the_one_before(house: House) -> None:
    """Only the newest generation opens; it is shown again while it holds and until somebody has begun."""
    found = await house.register()
    first = await spoken(house, found.id)
    second = await spoken(house, found.id)
    again = await house.store.read(house.rooms.invitations.spoken, found.id, house.now)
    await house.says(BO, first)
    await house.says(ANNA, second)

    assert again is not None
    assert first != second == again.code
    assert await last(house, BO) == filled(house, "welcome-stranger")
    assert (await last(house, ANNA)).startswith("Hej! Tack")
    assert await house.store.read(house.rooms.invitations.spoken, found.id, house.now) is None


async def test_a_used_spoken_code_is_a_strangers_to_others(house: House) -> None:
    """Once somebody has begun, the code tells others nothing, and its owner goes on with it."""
    found = await house.register()
    code = await spoken(house, found.id)
    await house.says(ANNA, code)
    await house.says(BO, code)
    await house.says(ANNA, code)

    assert await last(house, BO) == filled(house, "welcome-stranger")
    assert await last(house, ANNA) == filled(house, "welcome-known")


async def test_no_spoken_code_is_at_rest(house: House) -> None:
    """Neither the code nor anything it can be tried against without the key stands in the database."""
    found = await house.register()
    code = await spoken(house, found.id)
    await house.says(BO, wrong_code(3))
    await house.says(ANNA, code)
    await house.store.close()
    data = b"".join(file.read_bytes() for file in house.store.path.parent.glob("kundresa.db*"))

    for form in (code, code.replace("-", ""), code.lower(), wrong_code(3)):
        assert form.encode() not in data


@pytest.mark.parametrize("text", ["5432 8765", "FJKLMRTW", "tack sa mycket", "F2F2F2F", "F2F2F2F2F", "F2F2F2B2", ""])
def test_what_people_write_is_no_code(text: str) -> None:
    """Phone numbers, words and what is too short, too long or has other letters are not taken for codes."""
    assert meant(text) is None


async def test_five_wrong_codes_slow_a_source_alone(house: House) -> None:
    """After five wrong ones in an hour right and wrong get the same words, until the wait is over; others go on."""
    found, other = await house.register(), await house.register()
    right, others = await spoken(house, found.id), await spoken(house, other.id)
    for number in range(guessing.SOME):
        await house.says(EVE, wrong_code(number))
        assert await last(house, EVE) == filled(house, "welcome-stranger")
    for tried in (wrong_code(99), right, f"/start {right.lower()}"):
        await house.says(EVE, tried)
        assert await last(house, EVE) == house.words("try-later")
    await house.says(BO, others)
    assert (await last(house, BO)).startswith("Hej! Tack")

    house.now += guessing.WAIT
    await house.says(EVE, wrong_code(100))
    assert await last(house, EVE) == filled(house, "welcome-stranger")
    house.now += guessing.WAIT
    await house.says(EVE, right)
    assert await last(house, EVE) == house.words("try-later")
    house.now += guessing.WAIT
    await house.says(EVE, right)
    assert (await last(house, EVE)).startswith("Hej! Tack")


async def test_slow_guessing_is_not_slowed_and_is_forgotten_after_a_day(house: House) -> None:
    """Wrong codes further apart than an hour in all slow nobody; after a day their rows are gone."""
    for number in range(8):
        await house.says(BO, wrong_code(number))
        assert await last(house, BO) == filled(house, "welcome-stranger")
        house.now += timedelta(minutes=20)
    rows = "SELECT count(*) FROM wrong_codes"
    await house.store.write(guessing.tidy, house.now)
    assert await house.store.read(lambda tx: tx.count(rows)) == 8
    await house.store.write(guessing.tidy, house.now + guessing.REMEMBERED)
    assert await house.store.read(lambda tx: tx.count(rows)) == 0


async def test_many_guessers_slow_everybody_but_who_is_right(house: House) -> None:
    """After a hundred wrong codes from anywhere each source has one wrong try in ten minutes; a right one opens."""
    found, other = await house.register(), await house.register()
    right, others = await spoken(house, found.id), await spoken(house, other.id)
    for number in range(guessing.MANY):
        await house.says(1000 + number, wrong_code(number))
    await house.says(ANNA, right)
    assert (await last(house, ANNA)).startswith("Hej! Tack")
    await house.says(BO, wrong_code(500))
    assert await last(house, BO) == filled(house, "welcome-stranger")
    await house.says(BO, others)
    assert await last(house, BO) == house.words("try-later")
    house.now += guessing.WAIT
    await house.says(BO, others)
    assert (await last(house, BO)).startswith("Hej! Tack")


async def test_an_answer_in_own_words_stays_one(house: House) -> None:
    """What looks like a code and opens nothing is kept as the answer it was typed as; as a try it counts too."""
    call = await house.register("phone-call", start=house.now - timedelta(hours=3), channel="phone")
    await house.says(ANNA, f"/start {call.code}")
    await asked_in_own_words(house, ANNA)
    await house.says(ANNA, wrong_code(7))

    assert wrong_code(7) in [row[4] for row in await house.kept(call.id)]
    assert filled(house, "welcome-stranger") not in await house.told(ANNA)
    assert await house.store.read(lambda tx: tx.count("SELECT count(*) FROM wrong_codes")) == 1


async def test_a_wrong_code_is_no_answer_where_there_is_something_to_tap(house: House) -> None:
    """With choices to tap a wrong code gets the calm words, and the question stays open."""
    call = await house.register("phone-call", start=house.now - timedelta(hours=3), channel="phone")
    await house.says(ANNA, f"/start {call.code}")
    await house.says(ANNA, wrong_code(7))

    assert await last(house, ANNA) == filled(house, "welcome-stranger")
    assert await house.kept(call.id) == []


async def test_guessing_in_own_words_is_slowed(house: House) -> None:
    """After five wrong tries a right code typed in answer to such a question is an answer, and opens nothing."""
    call = await house.register("phone-call", start=house.now - timedelta(hours=3), channel="phone")
    found = await house.register()
    right = await spoken(house, found.id)
    for number in range(guessing.SOME):
        await house.says(EVE, wrong_code(number))
    await house.says(EVE, f"/start {call.code}")
    await asked_in_own_words(house, EVE)
    await house.says(EVE, right)

    assert right in [row[4] for row in await house.kept(call.id)]
    assert house.words("try-later") not in await house.told(EVE)
    assert [one.person_id for one in await registered(house) if one.id == found.id] == [None]


async def test_a_living_code_opens_even_where_own_words_are_asked_for(house: House) -> None:
    """Typed in answer to a question in own words, a code that somebody was told begins its contact."""
    call = await house.register("phone-call", start=house.now - timedelta(hours=3), channel="phone")
    found = await house.register()
    right = await spoken(house, found.id)
    await house.says(ANNA, f"/start {call.code}")
    await asked_in_own_words(house, ANNA)
    await house.says(ANNA, right)

    assert (await last(house, ANNA)).startswith("Hej! Tack")
    assert right not in [row[4] for row in await house.kept(call.id)]


async def asked_in_own_words(house: House, person: int) -> None:
    """Taps the first answer of every question until one has no answers to tap."""
    for _ in range(8):
        labels = house.shown[-1].labels
        answers = [label for label in labels if label not in (NO_THANKS, "Dina rättigheter", "Hoppa över", "Ring mig")]
        if not answers:
            return
        await house.taps(person, answers[0])
    raise AssertionError(f"no question in own words was put: {house.shown[-1]}")


def filled(house: House, phrase: str) -> str:
    """A phrase with the organisation's name in it."""
    return house.words(phrase).replace("{organisation}", house.premises.organisation.name.texts["sv"])


async def test_looking_at_a_poster_registers_nothing(house: House) -> None:
    """Scanning says who asks and asks when; nothing is registered or bound, not for two people, nor by no thanks."""
    code = await poster(house)
    for person in (ANNA, BO):
        await house.says(person, f"/start {code}")
        assert house.shown[-1].labels == [NOW, TODAY, EARLIER, NO_THANKS]
        assert house.premises.organisation.name.texts["sv"] in house.shown[-1].body.text
        assert "{" not in house.shown[-1].body.text
    await house.taps(BO, NO_THANKS)

    assert await last(house, BO) == house.words("open-no-thanks")
    assert await registered(house) == []
    await house.taps(ANNA, NOW)
    assert len(await registered(house)) == 1


@pytest.mark.parametrize("code", ["poster", "card"])
async def test_previews_bind_nothing(house: House, code: str) -> None:
    """Two people may look before one of them begins, with a poster and with a card."""
    link = await poster(house) if code == "poster" else (await cards(house))[0]
    await house.says(BO, f"/start {link}")
    await house.says(ANNA, f"/start {link}")
    await house.taps(ANNA, NOW)
    [contact] = await registered(house)

    assert contact.invitation == "open"
    assert "Hur känner du dig inför kontakten?" in house.shown[-1].body.text
    assert await house.told(BO) == (await house.told(BO))[:1]


async def test_waiting_now_asks_before_at_once(house: House) -> None:
    """Who waits now is asked what belongs before the contact at once; afterwards follows when it is over."""
    await house.says(ANNA, f"/start {await poster(house)}")
    await house.taps(ANNA, NOW)
    [contact] = await registered(house)

    assert "Hur känner du dig inför kontakten?" in house.shown[-1].body.text
    assert contact.start_at == house.now + timedelta(minutes=15)
    assert (contact.invitation, contact.unit, contact.service, contact.channel) == ("open", "main", "general", "visit")
    await house.taps(ANNA, "4 Lugn")
    await house.beat(hours=4)
    assert (await house.dispositions(contact.id))["after"] == (None, "")
    assert house.shown[-1].labels


async def test_today_is_asked_afterwards_and_earlier_at_once(house: House) -> None:
    """Today ended now, and is asked about when the journey says; earlier was yesterday, and is asked about now."""
    await house.says(ANNA, f"/start {await poster(house)}")
    await house.taps(ANNA, TODAY)
    await house.says(BO, f"/start {await poster(house)}")
    await house.taps(BO, EARLIER)
    earlier, today = await registered(house)

    assert await last(house, ANNA) == house.words("open-planned")
    assert (today.start_at, today.end_at) == (house.now - timedelta(minutes=30), house.now)
    assert (earlier.start_at, earlier.end_at) == (
        house.now - timedelta(days=1, minutes=30),
        house.now - timedelta(days=1),
    )
    assert (await last(house, BO)).startswith("Hej! Jag är en bot som frågar för")
    assert await house.dispositions(today.id) == {
        "before": ("missed", "registered-late"),
        "during": ("not-asked", "same-day"),
        "after": (None, ""),
    }
    await house.beat(hours=3)
    assert (await last(house, ANNA)).startswith("Hej! Jag är en bot som frågar för")


@pytest.mark.parametrize(("when", "phase"), [(NOW, "before"), (EARLIER, "after")])
async def test_who_scans_in_closed_hours_is_asked_at_once(house: House, when: str, phase: str) -> None:
    """On a Sunday evening the person is here and waits: what is due is asked now."""
    house.now = datetime(2026, 11, 22, 20, 30, tzinfo=UTC)
    await house.says(ANNA, f"/start {await poster(house)}")
    await house.taps(ANNA, when)
    [contact] = await registered(house)

    assert (await last(house, ANNA)).startswith("Hej! Jag är en bot som frågar för")
    assert (await house.dispositions(contact.id))[phase] == (None, "")


async def test_the_same_poster_on_the_same_day_goes_on(house: House) -> None:
    """Scanned again the open question comes again, or what is planned; the next day it is another contact."""
    code = await poster(house)
    await house.says(ANNA, f"/start {code}")
    await house.taps(ANNA, NOW)
    question = house.shown[-1].body.text.splitlines()[-1]
    await house.says(ANNA, f"/start {code}")
    assert house.shown[-1].body.text.splitlines()[-1] == question
    assert len(await registered(house)) == 1

    house.now += timedelta(days=1)
    await house.says(ANNA, f"/start {code}")
    assert house.shown[-1].labels == [NOW, TODAY, EARLIER, NO_THANKS]
    await house.taps(ANNA, TODAY)
    await house.says(ANNA, f"/start {code}")
    assert await last(house, ANNA) == filled(house, "welcome-known")
    assert len(await registered(house)) == 2


async def test_the_same_tap_twice_is_silence(house: House) -> None:
    """A second tap on when, the same or another, registers nothing and says nothing."""
    await house.says(ANNA, f"/start {await poster(house)}")
    await house.taps(ANNA, TODAY)
    shown = len(house.shown)
    await house.taps(ANNA, TODAY)
    await house.taps(ANNA, EARLIER)
    assert len(house.shown) == shown
    assert len(await registered(house)) == 1


async def test_a_tap_on_yesterdays_question_asks_anew(house: House) -> None:
    """ "Today" said yesterday is not today: the question is put again."""
    await house.says(ANNA, f"/start {await poster(house)}")
    house.now += timedelta(days=1)
    await house.taps(ANNA, TODAY)
    assert house.shown[-1].labels == [NOW, TODAY, EARLIER, NO_THANKS]
    assert await registered(house) == []
    await house.taps(ANNA, TODAY)
    assert len(await registered(house)) == 1


async def test_a_poster_taken_down_or_expired_is_a_strangers(house: House) -> None:
    """After retiring and after its last day a poster gets the calm words, also for who had looked before."""
    retired, expired = await poster(house), await poster(house, hours=1)
    [id_] = [one.id for one in await house.store.read(open_invitations.listed) if one.expires_at > house.now + HOLDS]
    await house.says(ANNA, f"/start {retired}")
    assert await house.store.write(house.rooms.open_invitations.retire, id_, house.now) == 1
    await house.taps(ANNA, NOW)
    assert await last(house, ANNA) == filled(house, "welcome-stranger")
    house.now += timedelta(hours=1)
    for code in (retired, expired):
        await house.says(BO, f"/start {code}")
        assert await last(house, BO) == filled(house, "welcome-stranger")
    assert await registered(house) == []


async def test_too_many_posters_a_day_are_refused_kindly(house: House) -> None:
    """One person begins three a day, saying no thanks in between or not; the fourth is for tomorrow."""
    for number in range(MOST_A_DAY):
        await house.says(ANNA, f"/start {await poster(house)}")
        await house.taps(ANNA, NOW)
        if number:
            await house.taps(ANNA, NO_THANKS)
    fourth = await poster(house)
    await house.says(ANNA, f"/start {fourth}")
    assert await last(house, ANNA) == house.words("open-enough")
    assert len(await registered(house)) == MOST_A_DAY
    house.now += timedelta(days=1)
    await house.says(ANNA, f"/start {fourth}")
    assert house.shown[-1].labels == [NOW, TODAY, EARLIER, NO_THANKS]


async def test_no_thanks_after_all_leaves_a_poster_open(house: House) -> None:
    """Who declines the first question may change their mind: the poster asks when again."""
    code = await poster(house)
    await house.says(ANNA, f"/start {code}")
    await house.taps(ANNA, NOW)
    await house.taps(ANNA, NO_THANKS)
    await house.says(ANNA, f"/start {code}")
    assert house.shown[-1].labels == [NOW, TODAY, EARLIER, NO_THANKS]


async def test_a_card_is_spent_by_who_begins(house: House) -> None:
    """The other card of the sheet is still good; who began goes on with theirs, days later too."""
    first, second = await cards(house)
    await house.says(ANNA, f"/start {first}")
    await house.taps(ANNA, TODAY)
    await house.says(BO, f"/start {first}")
    assert await last(house, BO) == filled(house, "welcome-stranger")
    await house.says(BO, f"/start {second}")
    assert house.shown[-1].labels == [NOW, TODAY, EARLIER, NO_THANKS]
    await house.beat(hours=3)
    question = house.shown[-1].body.text.splitlines()[-1]
    house.now += timedelta(days=2)
    await house.says(ANNA, f"/start {first}")
    assert house.shown[-1].body.text.splitlines()[-1] == question
    assert len(await registered(house)) == 1


async def test_a_card_looked_at_by_two_is_the_first_ones(house: House) -> None:
    """Who taps second finds the card spent, and hears the calm words."""
    [card] = await cards(house, 1)
    for person in (ANNA, BO):
        await house.says(person, f"/start {card}")
    await house.taps(BO, NOW)
    await house.taps(ANNA, NOW)
    assert await last(house, ANNA) == filled(house, "welcome-stranger")
    assert len(await registered(house)) == 1


async def test_a_declined_card_can_be_used_by_another(house: House) -> None:
    """No thanks to the first question leaves the card unspent; used by another it is no longer the first one's."""
    [card] = await cards(house, 1)
    await house.says(ANNA, f"/start {card}")
    await house.taps(ANNA, NOW)
    await house.taps(ANNA, NO_THANKS)
    house.now += timedelta(minutes=2)
    await house.says(BO, f"/start {card}")
    await house.taps(BO, NOW)
    assert "Hur känner du dig inför kontakten?" in house.shown[-1].body.text
    await house.says(ANNA, f"/start {card}")
    assert await last(house, ANNA) == filled(house, "welcome-stranger")


async def test_a_poster_can_be_said_aloud(house: House) -> None:
    """A spoken code of an open invitation asks when, as its link does."""
    await poster(house)
    [listed] = await house.store.read(open_invitations.listed)
    made = await house.store.write(house.rooms.spoken_codes.made, listed.id, house.now, "open")
    await house.says(ANNA, made.code.lower())
    assert house.shown[-1].labels == [NOW, TODAY, EARLIER, NO_THANKS]
    second = await house.store.write(house.rooms.spoken_codes.made, listed.id, house.now, "open")
    await house.says(BO, made.code)
    assert second.code != made.code
    assert await last(house, BO) == filled(house, "welcome-stranger")


async def test_whoever_stopped_is_asked_nothing_by_a_tap(house: House) -> None:
    """After /stopp a tap on when registers nothing; scanning again is a new start."""
    code = await poster(house)
    await house.says(ANNA, f"/start {code}")
    await house.says(ANNA, "/stopp")
    await house.taps(ANNA, NOW)
    assert await last(house, ANNA) == house.words("stopped")
    assert await registered(house) == []
    await house.says(ANNA, f"/start {code}")
    assert house.shown[-1].labels == [NOW, TODAY, EARLIER, NO_THANKS]
