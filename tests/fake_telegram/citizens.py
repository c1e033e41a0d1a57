"""People with a phone: they write, tap, edit, block, and look at their screen.

A citizen does only what Telegram's clients allow; what it makes are updates exactly as the Bot API
shows them. Waiting is done on the bell, never by polling. Every action returns its update.
"""

# ruff: noqa: ASYNC109  (a wait that fails must say what is on the screen, which asyncio.timeout can't)
from __future__ import annotations

import copy
import random
from collections.abc import Callable

from .bell import PATIENCE, Bell
from .chats import Chat, Chats, Delivery, Message, ScreenMessage, Toast
from .markup import command_entities
from .methods import Methods
from .queue import UpdateQueue
from .wire import JsonObject

_IN_CHAT = ("id", "first_name", "last_name", "username")

Look = Callable[[ScreenMessage], bool]


class Group:
    """A group the bot may be added to."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat
        self.id = chat.chat_id

    def migrates_to(self, new_id: int) -> None:
        """Let the group become a supergroup of another id: sends to the old id get a 400 saying so."""
        self.chat.migrated_to = new_id


class Citizen:
    """One person in a private chat with the bot (and in groups)."""

    def __init__(
        self, user: JsonObject, chats: Chats, queue: UpdateQueue, methods: Methods, bell: Bell,
        rng: random.Random,
    ) -> None:  # fmt: skip
        self.id: int = user["id"]
        self.user = user
        self._chats = chats
        self._queue = queue
        self._methods = methods
        self._bell = bell
        self._rng = rng
        shown: JsonObject = {key: user[key] for key in _IN_CHAT if key in user}
        self.chat = chats.add(self.id, shown | {"type": "private"})
        self._chat_instance = str(rng.getrandbits(63))

    # What the citizen does.

    async def sends(self, text: str, *, group: Group | None = None, reply_to: int | None = None) -> JsonObject:
        """Write a text, commands marked as clients mark them."""
        message = self._writes(group)
        message.text = message.html = text
        message.entities = command_entities(text)
        if reply_to is not None:
            original = self._chats.chat(message.chat_id).messages[reply_to]
            message.content["reply_to_message"] = self._chats.as_json(original)
        return self._posted(message)

    async def starts(self, code: str = "") -> JsonObject:
        """Press Start, as after opening a link with this start parameter; unblocks as clients do."""
        if self.chat.blocked:
            await self.unblocks()
        return await self.sends(f"/start {code}".rstrip())

    async def taps(
        self, label: str | None = None, *, message_id: int | None = None, data: str | None = None,
        group: Group | None = None,
    ) -> JsonObject:  # fmt: skip
        """Tap the button of this label on the newest message that shows it, or on `message_id`.

        `data` sends any payload, as a tampered client can, on `message_id` or the newest message of
        the bot. Raises AssertionError listing the screen when there is nothing such to tap.
        """
        chat = group.chat if group is not None else self.chat
        if data is None:
            message, data = self._button(chat, label, message_id)
            shown = self._chats.as_json(message)
        else:
            shown = self._forged_on(chat, message_id)
        query: JsonObject = {
            "id": str(self._rng.getrandbits(62)), "from": self.user, "message": shown,
            "chat_instance": self._chat_instance, "data": data,
        }  # fmt: skip
        self._methods.open_query(query["id"], self.chat)
        return self._queue.push("callback_query", query, ("taps", self.id))

    async def taps_again(self, update: JsonObject) -> JsonObject:
        """Send the same tap (same query id) once more under a new update_id, as apps do on reconnect."""
        query = copy.deepcopy(update["callback_query"])
        self._methods.open_query(query["id"], self.chat)
        return self._queue.push("callback_query", query, ("taps", self.id))

    async def edits(self, message_id: int | None, text: str) -> JsonObject:
        """Change an own message (None: the last one) afterwards."""
        own = [m for m in self.chat.messages.values() if not m.from_bot and m.text]
        chosen = [m for m in own if message_id in (None, m.message_id)]
        assert chosen, f"citizen {self.id} has no own text to edit; {self.describe_screen()}"
        message = chosen[-1]
        message.text = message.html = text
        message.entities = command_entities(text)
        message.edit_date = int(self._chats.time())
        message.edited_times += 1
        shown = self._chats.as_json(message)
        return self._queue.push("edited_message", shown, ("chat", message.chat_id))

    async def sends_voice(self) -> JsonObject:
        """Send a voice message."""
        voice = {**self._file("AwACAgQAAxk"), "duration": 3, "mime_type": "audio/ogg"}
        return self._sends_content({"voice": voice})

    async def sends_photo(self, caption: str = "") -> JsonObject:
        """Send a picture, maybe with a caption."""
        size = {**self._file("AgACAgQAAxk"), "width": 90, "height": 67}
        return self._sends_content({"photo": [size]}, caption)

    async def sends_sticker(self) -> JsonObject:
        """Send a sticker."""
        sticker = {
            **self._file("CAACAgQAAxk"), "type": "regular", "width": 512, "height": 512,
            "is_animated": False, "is_video": False, "emoji": "👍",
        }  # fmt: skip
        return self._sends_content({"sticker": sticker})

    async def sends_location(self, latitude: float = 60.17, longitude: float = 24.94) -> JsonObject:
        """Share a position."""
        return self._sends_content({"location": {"latitude": latitude, "longitude": longitude}})

    async def sends_contact(self, phone_number: str) -> JsonObject:
        """Share the own phone number."""
        own = {"phone_number": phone_number, "first_name": self.user["first_name"], "user_id": self.id}
        return self._sends_content({"contact": own})

    async def blocks(self) -> JsonObject:
        """Block the bot: later sends get 403."""
        self.chat.blocked = True
        return self._member_changed(self.chat, ("chat", self.id), "member", "kicked")

    async def unblocks(self) -> JsonObject:
        """Unblock the bot."""
        self.chat.blocked = False
        return self._member_changed(self.chat, ("chat", self.id), "kicked", "member")

    async def leaves_telegram(self) -> None:
        """Delete the account: later sends get 403 "user is deactivated"."""
        self.chat.deactivated = True
        self._bell.ring()

    async def joins_group(self, group: Group) -> JsonObject:
        """Add the bot to a group."""
        group.chat.bot_is_member = True
        update = self._member_changed(group.chat, ("member", group.id), "left", "member")
        message = self._writes(group)
        message.content["new_chat_members"] = [self._chats.bot]
        self._posted(message)
        return update

    # What the citizen sees.

    @property
    def screen(self) -> list[ScreenMessage]:
        """The private chat as seen now, newest last."""
        return self._chats.screen(self.id)

    @property
    def deliveries(self) -> list[Delivery]:
        """Everything the bot brought about here, repeats included, oldest first."""
        return list(self.chat.deliveries)

    @property
    def toasts(self) -> list[Toast]:
        """The bot's answers to taps, oldest first."""
        return list(self.chat.toasts)

    @property
    def keyboard(self) -> list[list[str]]:
        """The labels of the reply keyboard, empty when there is none."""
        return self.chat.keyboard

    async def sees(self, what: str | Look, timeout: float = PATIENCE) -> ScreenMessage:
        """Wait until a message of the bot holds this text, or passes this test; return the newest."""
        passes: Look = (lambda shown: what in shown.text) if isinstance(what, str) else what

        def look() -> ScreenMessage | None:
            return next((m for m in reversed(self.screen) if m.from_bot and passes(m)), None)

        wanted = repr(what) if isinstance(what, str) else "what was asked for"
        return await self._bell.until(
            look, timeout, lambda: f"citizen {self.id} does not see {wanted}; {self.describe_screen()}"
        )

    async def hears(self, timeout: float = PATIENCE) -> ScreenMessage:
        """Wait for the next message or edit of the bot that hears() has not returned yet.

        Returned as it looked when it arrived. Nothing that arrived between two calls is lost.
        """

        def look() -> ScreenMessage | None:
            while self.chat.heard < len(self.chat.deliveries):
                delivery = self.chat.deliveries[self.chat.heard]
                self.chat.heard += 1
                if delivery.kind in {"message", "edit"}:
                    return delivery.shown
            return None

        return await self._bell.until(
            look, timeout, lambda: f"citizen {self.id} hears nothing new; {self.describe_screen()}"
        )

    async def is_answered(self, update: JsonObject, timeout: float = PATIENCE) -> Toast:
        """Wait until the bot has answered this tap; return the answer."""
        query_id = update["callback_query"]["id"]

        def look() -> Toast | None:
            return next((t for t in self.chat.toasts if t.callback_query_id == query_id), None)

        return await self._bell.until(look, timeout, lambda: f"the tap of citizen {self.id} is not answered")

    def describe_screen(self) -> str:
        """Return the screen as text, for the message of a failed test."""
        lines = [
            f"  {m.message_id} {'bot' if m.from_bot else 'me '}: {m.text!r}"
            + "".join(f" [{label}]" for label in m.labels)
            for m in self.screen
        ]
        return "the screen shows " + ("\n" + "\n".join(lines) if lines else "nothing")

    def _writes(self, group: Group | None = None) -> Message:
        chat = group.chat if group is not None else self.chat
        assert not chat.blocked, f"citizen {self.id} has blocked the bot and can't write: unblocks() first"
        assert not self.chat.deactivated, f"citizen {self.id} has left Telegram"
        chat.has_written = True
        return self._chats.new_message(chat, self.user)

    def _posted(self, message: Message) -> JsonObject:
        return self._queue.push("message", self._chats.as_json(message), ("chat", message.chat_id))

    def _sends_content(self, content: JsonObject, caption: str = "") -> JsonObject:
        message = self._writes()
        message.content = content
        message.text = message.html = caption
        return self._posted(message)

    def _file(self, prefix: str) -> JsonObject:
        number = f"{self._rng.getrandbits(160):040x}"
        return {"file_id": prefix + number, "file_unique_id": number[:15], "file_size": 2048}

    def _member_changed(self, chat: Chat, lane: tuple[str, int], old: str, new: str) -> JsonObject:
        def member(status: str) -> JsonObject:
            described: JsonObject = {"user": self._chats.bot, "status": status}
            return described | ({"until_date": 0} if status == "kicked" else {})

        change = {
            "chat": chat.description, "from": self.user, "date": int(self._chats.time()),
            "old_chat_member": member(old), "new_chat_member": member(new),
        }  # fmt: skip
        return self._queue.push("my_chat_member", change, ("member", lane[1]))

    def _button(self, chat: Chat, label: str | None, message_id: int | None) -> tuple[Message, str]:
        assert label is not None, "taps() needs a label, or data for a forged payload"
        for message in reversed(chat.messages.values()):
            if message_id not in (None, message.message_id):
                continue
            for row in message.shown().buttons:
                for shown, data in row:
                    if shown == label:
                        assert data, f"the button {label!r} opens something; it sends no tap to the bot"
                        return message, data
        raise AssertionError(f"no button {label!r} for citizen {self.id}; {self.describe_screen()}")

    def _forged_on(self, chat: Chat, message_id: int | None) -> JsonObject:
        if message_id is None:
            own = [number for number, message in chat.messages.items() if message.from_bot]
            assert own, f"there is no message of the bot to tap on; {self.describe_screen()}"
            message_id = own[-1]
        message = chat.messages.get(message_id)
        if message is None:
            return {"chat": chat.description, "message_id": message_id, "date": 0}
        return self._chats.as_json(message)
