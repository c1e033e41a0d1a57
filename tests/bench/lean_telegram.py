"""A Bot API server on loopback that is fast and takes nothing apart: for measuring bots, never for judging them.

`python -m tests.bench.lean_telegram` prints its address, then takes one JSON command a line and answers each with one:
{"polled": {}} once the bot asks for updates, {"walk": {"first": 5000000000, "codes": [...]}} once everybody is through.
The strict server is tests/fake_telegram; this one speaks just enough HTTP for two well-behaved clients.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable
from urllib.parse import unquote_plus

import msgspec

from tests.bench.crowd import BOT, Crowd

LONGEST_WALK = 180.0
_TRUE = b'{"ok":true,"result":true}'
_EMPTY = b'{"ok":true,"result":[]}'
_encode = msgspec.json.Encoder().encode


class Walked(msgspec.Struct):
    """What one round gave: seconds until all was said, the server's own CPU seconds, the crowd's latencies."""

    seconds: float = 0.0
    server_cpu: float = 0.0
    latencies: list[float] = []
    fault: str = ""


class LeanTelegram:
    """The server's state: updates that wait, the poll that waits for them, and the crowd."""

    def __init__(self) -> None:
        self._updates: list[tuple[int, msgspec.Raw]] = []
        self._poll: Callable[[bytes], None] | None = None
        self._timeout: asyncio.TimerHandle | None = None
        self._offset = 0
        self._message = 0
        self._crowd = Crowd(0, [])
        self.changed = asyncio.Event()

    @property
    def polled(self) -> bool:
        """Whether a bot waits for updates."""
        return self._poll is not None

    async def walk(self, first: int, codes: list[str]) -> Walked:
        """Everybody at once, until all is said."""
        self._crowd = crowd = Crowd(first, codes)
        began = time.perf_counter()
        cpu = time.process_time()
        self._push(crowd.starts(began))
        try:
            async with asyncio.timeout(LONGEST_WALK):
                while not crowd.done:
                    self.changed.clear()
                    await self.changed.wait()
        except TimeoutError:
            return Walked(fault=f"after {LONGEST_WALK:g} s these were missing: {crowd.left_over()}")
        seconds = time.perf_counter() - began
        return Walked(seconds, time.process_time() - cpu, crowd.latencies, next(iter(crowd.faults), ""))

    def asked(self, method: str, body: bytes, answer: Callable[[bytes], None]) -> None:
        """One request, read whole; `answer` takes the body of its answer, now or later."""
        fields = _fields(body)
        match method:
            case "sendMessage":
                moment = time.perf_counter()
                message, markup = self._message_of(fields)
                answer(_encode({"ok": True, "result": message}))
                act = self._crowd.shown(int(fields[b"chat_id"]), message, markup, moment)
                if act is not None:
                    self._push([act])
            case "editMessageText":
                message, _ = self._message_of(fields)
                answer(_encode({"ok": True, "result": message}))
                self._crowd.edited(int(fields[b"chat_id"]))
            case "answerCallbackQuery":
                answer(_TRUE)
                self._crowd.acknowledged(fields[b"callback_query_id"].decode())
            case "getUpdates":
                self._get_updates(int(fields.get(b"offset", b"0")), float(fields.get(b"timeout", b"0")), answer)
            case "getMe":
                answer(_encode({"ok": True, "result": BOT}))
            case _:
                answer(_TRUE)
        if self._crowd.done:
            self.changed.set()

    def gone(self) -> None:
        """A connection ended, perhaps the one that waited."""
        self._poll = None

    def _message_of(self, fields: dict[bytes, bytes]) -> tuple[dict[str, object], bytes]:
        self._message += 1
        chat = int(fields[b"chat_id"])
        message: dict[str, object] = {
            "message_id": int(fields.get(b"message_id", self._message)),
            "from": BOT,
            "chat": {"id": chat, "first_name": "Medborgare", "type": "private"},
            "date": 1_790_000_000,
            "text": fields[b"text"].decode(),
        }
        markup = fields.get(b"reply_markup", b"")
        if markup:
            message["reply_markup"] = msgspec.Raw(markup)
        return message, markup

    def _push(self, updates: list[dict[str, object]]) -> None:
        for update in updates:
            number = update["update_id"]
            assert isinstance(number, int)
            self._updates.append((number, msgspec.Raw(_encode(update))))
        if self._poll is not None:
            poll, self._poll = self._poll, None
            self._give(poll)

    def _get_updates(self, offset: int, seconds: float, answer: Callable[[bytes], None]) -> None:
        self._updates = [one for one in self._updates if one[0] >= offset]
        if self._updates or seconds <= 0:
            self._give(answer)
            return
        self._poll = answer
        if self._timeout is not None:
            self._timeout.cancel()
        self._timeout = asyncio.get_running_loop().call_later(seconds, self._over, answer)
        self.changed.set()

    def _over(self, answer: Callable[[bytes], None]) -> None:
        if self._poll is answer:
            self._poll = None
            answer(_EMPTY)

    def _give(self, answer: Callable[[bytes], None]) -> None:
        answer(_encode({"ok": True, "result": [raw for _, raw in self._updates[:100]]}))


def _fields(body: bytes) -> dict[bytes, bytes]:
    """The parameters of a request, from a form or a JSON object."""
    if body.startswith(b"{"):
        given = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        texts = {name.encode(): bytes(raw) for name, raw in given.items()}
        return {name: msgspec.json.decode(text, type=str).encode() if text[:1] == b'"' else text
                for name, text in texts.items()}  # fmt: skip
    pairs = (pair.split(b"=", 1) for pair in body.split(b"&") if pair)
    return {name: unquote_plus(value.decode()).encode() for name, value in pairs}


class _Connection(asyncio.Protocol):
    """One kept-open connection; its requests come one after the other, each with a Content-Length."""

    def __init__(self, server: LeanTelegram) -> None:
        self._server = server
        self._read = b""
        self._transport: asyncio.Transport | None = None
        self._polls = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if self._polls:
            self._server.gone()

    def data_received(self, data: bytes) -> None:
        self._read += data
        while True:
            end = self._read.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self._read[:end].lower()
            place = head.find(b"content-length:")
            length = int(head[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
            if len(self._read) < end + 4 + length:
                return
            path = self._read.split(b" ", 2)[1]
            body = self._read[end + 4 : end + 4 + length]
            self._read = self._read[end + 4 + length :]
            method = path.rsplit(b"/", 1)[1].decode()
            self._polls = method == "getUpdates"
            self._server.asked(method, body, self._answer)

    def _answer(self, body: bytes) -> None:
        if self._transport is not None:
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
            self._transport.write(head + body)


async def _main() -> None:
    lean = LeanTelegram()
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(lambda: _Connection(lean), "127.0.0.1", 0, backlog=512)
    _tell(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}")
    commands = asyncio.StreamReader(limit=2**24)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    while line := await commands.readline():
        ((verb, named),) = json.loads(line).items()
        if verb == "walk":
            _tell(await lean.walk(**named))
            continue
        while not lean.polled:
            lean.changed.clear()
            await lean.changed.wait()
        _tell(True)
    listening.close()


def _tell(answer: object) -> None:
    print(_encode(answer).decode(), flush=True)


if __name__ == "__main__":
    asyncio.run(_main())
