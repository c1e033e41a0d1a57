"""The control API, server side: another process makes citizens act, looks at screens, plans faults.

JSON in, JSON out, under /control/. A failed assertion of a citizen comes back as 409 with its text.
`control` is the client.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict

from aiohttp import web

from .chats import ScreenMessage
from .citizens import Citizen
from .faults import Fault
from .server import FakeTelegram
from .wire import JsonObject

BODY_BYTES = 8 * 1024 * 1024
# What a citizen may be told to do from outside.
ACTIONS = {
    "sends", "starts", "taps", "taps_again", "edits", "sends_voice", "sends_photo", "sends_sticker",
    "sends_location", "sends_contact", "blocks", "unblocks", "leaves_telegram",
}  # fmt: skip

Verb = Callable[[JsonObject], Awaitable[object]]


class Switchboard:
    """Adds the control API to a server that is not started yet."""

    def __init__(self, server: FakeTelegram, set_ahead: Callable[[float], None]) -> None:
        """`set_ahead` moves the server's clock: seconds ahead of the real one."""
        self._server = server
        self._set_ahead = set_ahead
        self._verbs: dict[str, Verb] = {
            "citizens": self._citizens,
            "acts": self._acts,
            "look": self._look,
            "sees": self._sees,
            "hears": self._hears,
            "requests": self._requests,
            "violations": self._violations,
            "pending": self._pending,
            "drained": self._drained,
            "fault": self._fault,
            "release": self._release,
            "clock": self._clock,
            "outage": self._outage,
        }
        self._outage_task: asyncio.Task[None] | None = None
        server.extra_routes.append(web.post("/control/{verb}", self._serve))

    async def _serve(self, http: web.Request) -> web.StreamResponse:
        verb = self._verbs.get(http.match_info["verb"])
        if verb is None:
            return web.json_response({"error": "no such verb", "verbs": sorted(self._verbs)}, status=404)
        if (http.content_length or 0) > BODY_BYTES:
            return web.json_response({"error": "body too large"}, status=413)
        try:
            body = await http.json()
            return web.json_response({"result": await verb(body)})
        except AssertionError as error:
            return web.json_response({"error": str(error)}, status=409)
        except (KeyError, TypeError, ValueError) as error:
            return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)

    async def _citizens(self, body: JsonObject) -> object:
        return [self._server.citizen(**person).id for person in body["citizens"]]

    async def _acts(self, body: JsonObject) -> object:
        updates = []
        for act in body["acts"]:
            if act["action"] not in ACTIONS:
                raise ValueError(f"no such action: {act['action']}; there are {sorted(ACTIONS)}")
            action = getattr(self._citizen(act), act["action"])
            updates.append(await action(*act.get("args", []), **act.get("named", {})))
        return updates

    async def _look(self, body: JsonObject) -> object:
        citizen = self._citizen(body)
        return {
            "screen": [_shown(message) for message in citizen.screen],
            "deliveries": [{"kind": d.kind, "shown": _shown(d.shown), "time": d.time} for d in citizen.deliveries],
            "toasts": [asdict(toast) for toast in citizen.toasts],
            "keyboard": citizen.keyboard,
        }

    async def _sees(self, body: JsonObject) -> object:
        return _shown(await self._citizen(body).sees(str(body["text"]), float(body["timeout"])))

    async def _hears(self, body: JsonObject) -> object:
        return _shown(await self._citizen(body).hears(float(body["timeout"])))

    async def _requests(self, body: JsonObject) -> object:
        since = int(body.get("since", 0))
        chosen = [r for r in self._server.requests if r.number > since]
        method = body.get("method")
        return {
            "counts": dict(self._server.counts),
            "requests": [
                {
                    "number": r.number, "method": r.method, "params": r.params, "chat_id": r.chat_id,
                    "time": r.time, "files": r.files, "fault": r.fault.value if r.fault else None,
                    "answer": asdict(r.answer) if r.answer else None,
                }
                for r in chosen if method in (None, r.method)
            ] if body.get("whole", True) else [],
        }  # fmt: skip

    async def _violations(self, body: JsonObject) -> object:
        return self._server.violations

    async def _pending(self, body: JsonObject) -> object:
        return [entry.update for entry in self._server.queue.pending()]

    async def _drained(self, body: JsonObject) -> object:
        await self._server.drained(float(body["timeout"]))
        return True

    async def _fault(self, body: JsonObject) -> object:
        planned = self._server.faults.next(
            body["method"], Fault(body["fault"]), body.get("times", 1), body.get("chat"),
            body.get("retry_after", 1),
        )  # fmt: skip
        return planned.number

    async def _release(self, body: JsonObject) -> object:
        self._server.faults.numbered(int(body["number"])).release()
        return True

    async def _clock(self, body: JsonObject) -> object:
        self._set_ahead(float(body["ahead"]))
        return self._server.chats.time()

    async def _outage(self, body: JsonObject) -> object:
        """Refuse every connection for so many seconds, beginning after this answer."""
        self._outage_task = asyncio.create_task(self._server.outage(float(body["seconds"])))
        return True

    def _citizen(self, body: JsonObject) -> Citizen:
        return self._server.citizen(int(body["citizen"]))


def _shown(message: ScreenMessage) -> JsonObject:
    shown: JsonObject = {name: getattr(message, name) for name in message.__slots__ if name != "document"}
    file = message.document
    return shown | {"document": {"name": file.name, "size": len(file.content)} if file else None}
