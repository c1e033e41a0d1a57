"""What people bring about: invitations, commands, answers, several contacts at once."""

from __future__ import annotations

from datetime import timedelta

from bot.arrivals import Left, Returned, Tapped
from tests.house import House

ANNA, BO = 77, 88


async def test_a_code_binds_the_contact_and_says_when_we_write(house: House) -> None:
    """Beginning with a code before anything is due answers that we will write when it is time."""
    registered = await house.register()
    await house.says(ANNA, f"/start {registered.code}")

    assert (await house.told(ANNA))[-1].startswith("Hej! Tack för att du vill berätta.")
    assert (await house.told(ANNA))[-1].count("{") == 0


async def test_wrong_used_and_expired_codes_look_the_same(house: House) -> None:
    """A stranger can't tell a wrong code from one that is another's, from one that has expired."""
    registered = await house.register()
    await house.says(ANNA, f"/start {registered.code}")
    await house.says(BO, "/start AAAAAAAAAAAAAAAAAAAAAA")
    await house.says(BO, f"/start {registered.code}")
    expired = await house.register()
    house.now += timedelta(days=60)
    await house.says(BO, f"/start {expired.code}")

    told = await house.told(BO)
    assert len(told) == 3
    assert len(set(told)) == 1


async def test_the_first_question_comes_with_its_notice_when_due(house: House) -> None:
    """The notice and the first question are one message, with a way to say no thanks and to read one's rights."""
    registered = await house.register()
    await house.says(ANNA, f"/start {registered.code}")
    await house.beat(days=1, hours=7)

    shown = house.shown[-1]
    assert shown.body.text.startswith("Hej! Jag är en bot som frågar för")
    assert "Telegram lagrar också chatten" in shown.body.text
    assert shown.labels[-2:] == ["Nej tack", "Dina rättigheter"]
    assert all(any(letter.isalpha() for letter in label) for label in shown.labels)


async def test_no_thanks_leaves_the_invitation_unbound(house: House) -> None:
    """After no thanks nothing more is asked, and the code can be used again, by somebody else too."""
    registered = await house.register("phone-call", start=house.now - timedelta(hours=3), channel="phone")
    await house.says(ANNA, f"/start {registered.code}")
    await house.taps(ANNA, "Nej tack")

    assert await house.dispositions(registered.id) == {
        "during": ("not-asked", "same-day"),
        "after": ("declined", "no-thanks"),
    }
    await house.beat(hours=1)
    await house.says(BO, f"/start {registered.code}")
    assert (await house.told(BO))[-1] != (await house.told(ANNA))[-1]


async def test_stop_stays_stopped_until_start(house: House) -> None:
    """After /stopp nothing is asked, whatever the person writes; what falls due ends as not asked because stopped."""
    registered = await house.register()
    await house.says(ANNA, f"/start {registered.code}")
    await house.says(ANNA, "/stopp")
    before = len(house.shown)
    await house.says(ANNA, "hej igen")
    await house.beat(days=1, hours=7)
    await house.beat(days=1)
    await house.beat(days=30)

    assert [shown.body.text for shown in house.shown[before:]] == [house.words("stopped")]
    assert (await house.dispositions(registered.id))["before"] == ("not-asked", "stopped")
    await house.says(ANNA, "/start")
    assert house.shown[-1].body.text == house.words("welcome-back")


async def test_the_same_tap_twice_counts_once(house: House) -> None:
    """A tap that comes again, as Telegram's apps send it after a reconnect, changes nothing and says nothing."""
    registered = await house.register()
    await house.says(ANNA, f"/start {registered.code}")
    await house.beat(days=1, hours=7)
    question = house.shown[-1].id
    await house.arrives(ANNA, Tapped(question, 1, 3, f"t{question}"))
    after_first = len(house.shown)
    await house.arrives(ANNA, Tapped(question, 1, 3, f"t{question}"))
    await house.arrives(ANNA, Tapped(question, 1, 0, f"t{question}"))

    assert len(house.shown) == after_first
    assert await house.kept(registered.id) == [("feeling", 1, "answered", "4", None)]


async def test_a_button_of_somebody_else_is_not_taken(house: House) -> None:
    """A forged tap on another person's question, or on none, is answered kindly and changes nothing."""
    registered = await house.register()
    await house.says(ANNA, f"/start {registered.code}")
    await house.beat(days=1, hours=7)
    question = house.shown[-1].id
    for outbox, button in ((question, 0), (999_999, 0), (-1, 0)):
        await house.arrives(BO, Tapped(outbox, 1, button, None))
    await house.arrives(ANNA, Tapped(question, 1, 99, None))

    assert await house.told(BO) == [house.words("button-gone")] * 3
    assert await house.kept(registered.id) == []


async def test_an_edited_message_corrects_its_answer(house: House) -> None:
    """Editing the message that answered makes a new row that supersedes; the old one stays."""
    registered = await house.register("phone-call", start=house.now - timedelta(hours=3), channel="phone")
    await house.says(ANNA, f"/start {registered.code}")
    first = house.shown[-1].body.text.splitlines()[-1]
    key = await house.says(ANNA, "behövde råd" if "Vad gjorde" in first else "1")
    await house.says(ANNA, "väntade på besked" if "Vad gjorde" in first else "2", edits=key)

    rows = [(question, asking) for question, asking, *_ in await house.kept(registered.id)]
    assert rows == [(rows[0][0], 1), (rows[0][0], 2)]


async def test_easy_language_is_chosen_like_any_other(house: House) -> None:
    """Somebody who chooses easy Swedish is asked in it where a question has it; the answer's row says Swedish."""
    registered = await house.register()
    await house.says(ANNA, f"/start {registered.code}")
    await house.says(ANNA, "/language")
    await house.taps(ANNA, "Lätt svenska")
    await house.beat(days=1, hours=7)
    question = house.premises.library.journeys["office-visit"].question("feeling")
    easy = question.text.texts["sv-easy"].split("(")[0].strip()
    assert easy in (await house.told(ANNA))[-1]
    assert easy not in question.text.texts["sv"]
    await house.taps(ANNA, "4 Lugn")
    assert await house.store.read(lambda tx: tx.value("SELECT language FROM answers")) == "sv"


async def test_language_changes_half_way(house: House) -> None:
    """Choosing a language puts the open question again in it, and the rest follows."""
    registered = await house.register()
    await house.says(ANNA, f"/start {registered.code}")
    await house.beat(days=1, hours=7)
    await house.says(ANNA, "/language")
    await house.taps(ANNA, "Suomi")

    assert house.shown[-3].body.text == house.words("language-set", "fi")
    assert house.shown[-2].kind == "edit"
    assert house.shown[-2].labels == []
    assert house.shown[-1].body.text.startswith("Hei! Olen botti")
    assert house.shown[-1].labels[-2:] == ["Ei kiitos", "Oikeutesi"]
    assert "Millainen olo sinulla on ennen asiointia?" in house.shown[-1].body.text
    await house.says(ANNA, "rauhallinen")
    assert ("feeling", 1, "answered", "4", None) in await house.kept(registered.id)


async def test_commands_answer_with_nothing_open(house: House) -> None:
    """Help, privacy, my data and language answer anybody, with no placeholder left in the text."""
    for command in ("/help", "/hjälp", "/privacy", "/mydata", "/language", "/kieli", "/start", "hej"):
        await house.says(ANNA, command)

    told = await house.told(ANNA)
    assert len(told) == 8
    assert not [text for text in told if "{" in text or not text]


async def test_a_command_is_never_taken_for_an_answer(house: House) -> None:
    """A command we don't know gets help, pausing and erasing are asked about; the open question stays open."""
    registered = await house.register("phone-call", start=house.now - timedelta(hours=3), channel="phone")
    await house.says(ANNA, f"/start {registered.code}")
    for command in ("/weather", "/pause", "/erase", "/radera"):
        await house.says(ANNA, command)

    told = await house.told(ANNA)
    assert [text[:22] for text in told[-4:]] == [
        house.words("help")[:22],
        house.words("pause-ask")[:22],
        *[house.words("erase-ask")[:22]] * 2,
    ]
    assert await house.kept(registered.id) == []


async def test_my_data_tells_what_was_answered_in_words(house: House) -> None:
    """/mydata shows questions and answers as the person saw them, and own words as kept."""
    registered = await house.register()
    await house.says(ANNA, f"/start {registered.code}")
    await house.beat(days=1, hours=7)
    await house.taps(ANNA, "4 Lugn")
    await house.says(ANNA, "/mydata")

    told = house.shown[-3].body.text
    assert "Hur känner du dig inför kontakten?" in told
    assert "Lugn" in told


async def test_blocking_the_bot_cancels_what_is_planned(house: House) -> None:
    """Who blocks the bot is unreachable, and every planned follow-up ends with that reason."""
    registered = await house.register()
    await house.says(ANNA, f"/start {registered.code}")
    await house.arrives(ANNA, Left())

    dispositions = await house.dispositions(registered.id)
    assert dispositions["before"] == ("unreachable", "blocked")
    assert dispositions["after"] == ("unreachable", "blocked")
    await house.arrives(ANNA, Returned())
    assert (await house.dispositions(registered.id))["before"] == ("unreachable", "blocked")


async def test_the_wish_ladder_opens_from_help(house: House) -> None:
    """The wish button in /help asks the wish first and puts the open question again afterwards."""
    registered = await house.register()
    await house.says(ANNA, f"/start {registered.code}")
    await house.beat(days=1, hours=7)
    await house.says(ANNA, "/help")
    await house.taps(ANNA, "Jag har ett önskemål")
    assert "Vad skulle du önska?" in house.shown[-1].body.text
    for text in ("Kortare kö", "Jag kunde jobba", "I går"):
        await house.says(ANNA, text)
    await house.taps(ANNA, "Känna mig trygg")

    assert "Hur känner du dig inför kontakten?" in house.shown[-1].body.text
    assert ("wish-need", 1, "answered", "safe", None) in await house.kept(registered.id)


async def test_identity_numbers_never_reach_the_database(house: House) -> None:
    """An identity number in somebody's own words is masked before it is stored, in the conversation's state too."""
    registered = await house.register("phone-call", start=house.now - timedelta(hours=3), channel="phone")
    await house.says(ANNA, f"/start {registered.code}")
    for _ in range(8):
        await house.says(ANNA, "Mitt nummer är 19121212-1212 och +46 70 174 06 35, hälsar a@b.example")
    await house.store.close()
    data = b"".join(file.read_bytes() for file in house.store.path.parent.glob("kundresa.db*"))

    assert b"1212-1212" not in data
    assert b"174 06 35" not in data
    assert b"a@b.example" not in data


async def test_no_clear_chat_id_is_at_rest(house: House) -> None:
    """The chat id stands nowhere in the database's files, only its keyed hash and its sealed form."""
    person = 748_301_995_177
    registered = await house.register()
    await house.says(person, f"/start {registered.code}")
    await house.beat(days=1, hours=7)
    await house.store.close()
    data = b"".join(file.read_bytes() for file in house.store.path.parent.glob("kundresa.db*"))

    assert b"748301995177" not in data
    assert (748_301_995_177).to_bytes(8) not in data
