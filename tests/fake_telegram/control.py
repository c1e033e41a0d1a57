"""A typed client for a fake Telegram that runs as a process of its own.

`async with launched() as control` starts the process and ends it; `Control(url)` speaks to
one that runs. Citizens behind it outlive any bot that is killed.
"""

# ruff: noqa: ASYNC109  (the wait happens in the other process, which says what was missing)
from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType

import aiohttp

from .bell import PATIENCE
from .chats import Delivery, ScreenMessage, Toast
from .faults import Fault
from .server import DEFAULT_TOKEN
from .wire import Json, JsonObject

_ROOT = Path(__file__).resolve().parents[2]


class Control:
    """The whole server, over HTTP. Failed assertions over there are raised here."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None))

    async def __aenter__(self) -> Control:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections of this client; the server stays."""
        await self._session.close()

    async def citizen(
        self, number: int, *, language_code: str = "sv", first_name: str = "Medborgare",
        username: str | None = None, has_written: bool = False,
    ) -> RemoteCitizen:  # fmt: skip
        """Make (or find) the person of this id."""
        person = {
            "id": number, "language_code": language_code, "first_name": first_name,
            "username": username, "has_written": has_written,
        }  # fmt: skip
        await self.ask("citizens", {"citizens": [person]})
        return RemoteCitizen(self, number)

    async def crowd(self, numbers: Sequence[int], *, has_written: bool = True) -> list[RemoteCitizen]:
        """Make many people in one request."""
        people = [{"id": number, "has_written": has_written} for number in numbers]
        await self.ask("citizens", {"citizens": people})
        return [RemoteCitizen(self, number) for number in numbers]

    async def acts(self, acts: Sequence[tuple[int, str, Sequence[object]]]) -> list[JsonObject]:
        """Let people act in this order, in one request: (citizen id, action, its arguments)."""
        listed = [{"citizen": who, "action": action, "args": list(args)} for who, action, args in acts]
        updates: list[JsonObject] = await self.ask("acts", {"acts": listed})
        return updates

    async def requests(self, method: str | None = None, since: int = 0) -> list[JsonObject]:
        """Return the requests numbered above `since`, with `params`, `chat_id`, `answer`, `fault`."""
        whole = await self.ask("requests", {"method": method, "since": since})
        found: list[JsonObject] = whole["requests"]
        return found

    async def counts(self) -> dict[str, int]:
        """Return how many requests of each method there were."""
        whole = await self.ask("requests", {"whole": False})
        counts: dict[str, int] = whole["counts"]
        return counts

    async def violations(self) -> list[str]:
        """Return what the bot did that the Bot API does not know."""
        found: list[str] = await self.ask("violations", {})
        return found

    async def pending(self) -> list[JsonObject]:
        """Return the updates the bot has not acknowledged."""
        waiting: list[JsonObject] = await self.ask("pending", {})
        return waiting

    async def drained(self, timeout: float = PATIENCE) -> None:
        """Wait until the bot has acknowledged every update."""
        await self.ask("drained", {"timeout": timeout})

    async def fault(
        self, method: str, fault: Fault, times: int = 1, chat: int | None = None, retry_after: int = 1
    ) -> int:
        """Plan a fault; returns its number, for release()."""
        planned = {"method": method, "fault": fault.value, "times": times, "chat": chat}
        number: int = await self.ask("fault", planned | {"retry_after": retry_after})
        return number

    async def release(self, number: int) -> None:
        """Let the answers go that a SLOW fault holds back."""
        await self.ask("release", {"number": number})

    async def moves_clock(self, ahead: float) -> float:
        """Put Telegram's clock so many seconds ahead of the real one; returns its time."""
        moment: float = await self.ask("clock", {"ahead": ahead})
        return moment

    async def outage(self, seconds: float) -> None:
        """Let the server refuse every connection for a while, this client's too."""
        await self.ask("outage", {"seconds": seconds})

    async def ask(self, verb: str, body: JsonObject) -> Json:
        """Post to /control/<verb>. Raises AssertionError (failed over there) or ValueError (misused)."""
        async with self._session.post(f"{self.url}/control/{verb}", json=body) as reply:
            answer = await reply.json()
        if reply.status == 409:
            raise AssertionError(answer["error"])
        if reply.status != 200:
            raise ValueError(f"control/{verb}: {answer['error']}")
        return answer["result"]


class RemoteCitizen:
    """One person in the other process; the same words as Citizen."""

    def __init__(self, control: Control, number: int) -> None:
        self.id = number
        self._control = control

    async def sends(self, text: str) -> JsonObject:
        """Write a text."""
        return await self.acts("sends", text)

    async def starts(self, code: str = "") -> JsonObject:
        """Press Start with this start parameter."""
        return await self.acts("starts", code)

    async def taps(
        self, label: str | None = None, *, message_id: int | None = None, data: str | None = None
    ) -> JsonObject:
        """Tap the button of this label, or send forged `data`; see Citizen.taps."""
        return await self.acts("taps", label, message_id=message_id, data=data)

    async def taps_again(self, update: JsonObject) -> JsonObject:
        """Send the same tap again under a new update_id."""
        return await self.acts("taps_again", update)

    async def edits(self, message_id: int | None, text: str) -> JsonObject:
        """Change an own message (None: the last one)."""
        return await self.acts("edits", message_id, text)

    async def blocks(self) -> JsonObject:
        """Block the bot."""
        return await self.acts("blocks")

    async def unblocks(self) -> JsonObject:
        """Unblock the bot."""
        return await self.acts("unblocks")

    async def acts(self, action: str, *args: object, **named: object) -> JsonObject:
        """Do anything Citizen can do; returns the update."""
        act = {"citizen": self.id, "action": action, "args": list(args), "named": named}
        updates: list[JsonObject] = await self._control.ask("acts", {"acts": [act]})
        return updates[0]

    async def screen(self) -> list[ScreenMessage]:
        """The private chat as seen now, newest last (documents left out)."""
        return [_message(shown) for shown in (await self._look())["screen"]]

    async def deliveries(self) -> list[Delivery]:
        """Everything the bot brought about here, repeats included, oldest first."""
        found = (await self._look())["deliveries"]
        return [Delivery(each["kind"], _message(each["shown"]), each["time"]) for each in found]

    async def toasts(self) -> list[Toast]:
        """The bot's answers to taps, oldest first."""
        return [Toast(**toast) for toast in (await self._look())["toasts"]]

    async def sees(self, text: str, timeout: float = PATIENCE) -> ScreenMessage:
        """Wait until a message of the bot holds this text; return the newest."""
        asked = {"citizen": self.id, "text": text, "timeout": timeout}
        return _message(await self._control.ask("sees", asked))

    async def hears(self, timeout: float = PATIENCE) -> ScreenMessage:
        """Wait for the next message or edit of the bot; see Citizen.hears."""
        return _message(await self._control.ask("hears", {"citizen": self.id, "timeout": timeout}))

    async def _look(self) -> JsonObject:
        found: JsonObject = await self._control.ask("look", {"citizen": self.id})
        return found


@asynccontextmanager
async def launched(*options: str, token: str = DEFAULT_TOKEN, port: int = 0) -> AsyncIterator[Control]:
    """Run the server as a process of its own for as long as the block lasts.

    `options` are those of the command line, e.g. "--no-limits". Raises AssertionError if it doesn't start.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.fake_telegram", "--port", str(port), "--token", token, *options,
        cwd=_ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        line = (await process.stdout.readline()).decode().strip()
        assert line.startswith("listening "), "the fake Telegram did not start; see its messages above"
        async with Control(line.removeprefix("listening ")) as control:
            yield control
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def _message(shown: object) -> ScreenMessage:
    assert isinstance(shown, dict)
    buttons = [[(label, data) for label, data in row] for row in shown["buttons"]]
    return ScreenMessage(**(shown | {"buttons": buttons, "document": None}))
