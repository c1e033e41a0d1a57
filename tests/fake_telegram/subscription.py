"""How the bot gets its updates: getUpdates, setting and removing a webhook.

Keeps the webhook's settings; the queue keeps the updates, the courier carries them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from .courier import Courier, Hook
from .parameters import Parameters
from .queue import DEFAULT_KINDS, UpdateQueue
from .wire import Answer, JsonObject, bad_request, conflict, success, too_many_requests

WEBHOOK_IS_SET = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
PORTS = {None, 443, 80, 88, 8443}


class Subscription:
    """The one way in which updates leave the queue at a time: polling or webhook."""

    def __init__(self, queue: UpdateQueue, courier: Courier, ticks: Callable[[], float], limited: bool) -> None:
        self._queue = queue
        self._courier = courier
        self._ticks = ticks
        self._limited = limited
        self._last_set = -1e9

    async def get_updates(self, parameters: Parameters) -> Answer:
        """Answer a poll; see UpdateQueue.take."""
        if self._courier.hook is not None:
            raise conflict(WEBHOOK_IS_SET)
        self._queue.allow(parameters.json("allowed_updates"))
        updates = await self._queue.take(
            parameters.number("offset"), parameters.number("limit", 100), parameters.number("timeout")
        )
        return success(updates)

    async def set_webhook(self, parameters: Parameters) -> Answer:
        """Deliver updates to an address from now on; https, or http on loopback."""
        url = parameters.text("url")
        if not url:
            return await self.delete_webhook(parameters)
        hook = _checked_hook(url, parameters)
        if self._limited and self._ticks() - self._last_set < 1.0:
            raise too_many_requests(1)
        self._last_set = self._ticks()
        self._queue.allow(parameters.json("allowed_updates"))
        self._drop(parameters)
        if hook == self._courier.hook:
            return success(result=True, description="Webhook is already set")
        self._queue.interrupt("terminated by setWebhook request")
        await self._courier.stop()
        self._courier.start(hook)
        return success(result=True, description="Webhook was set")

    async def delete_webhook(self, parameters: Parameters) -> Answer:
        """Stop delivering; what was not delivered stays in the queue."""
        self._drop(parameters)
        if self._courier.hook is None:
            return success(result=True, description="Webhook is already deleted")
        await self._courier.stop()
        return success(result=True, description="Webhook was deleted")

    async def get_webhook_info(self, parameters: Parameters) -> Answer:
        """Describe the webhook and what waits."""
        hook = self._courier.hook
        info: JsonObject = {
            "url": hook.url if hook else "", "has_custom_certificate": False,
            "pending_update_count": len(self._queue.pending()),
        }  # fmt: skip
        if hook is not None:
            info |= {"max_connections": hook.max_connections, "ip_address": "127.0.0.1"}
            if self._courier.last_error is not None:
                info["last_error_date"], info["last_error_message"] = self._courier.last_error
        if self._queue.allowed != DEFAULT_KINDS:
            info["allowed_updates"] = sorted(self._queue.allowed)
        return success(info)

    def _drop(self, parameters: Parameters) -> None:
        if parameters.flag("drop_pending_updates"):
            for entry in self._queue.pending():
                self._queue.forget(entry)


def _checked_hook(url: str, parameters: Parameters) -> Hook:
    parts = urlsplit(url)
    loopback = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if not loopback and parts.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if not loopback and parts.port not in PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    secret = parameters.text("secret_token")
    if len(secret) > 256:
        raise bad_request("secret token is too long")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
        raise bad_request("secret token contains unallowed characters")
    return Hook(url, secret, min(max(parameters.number("max_connections", 40), 1), 100))
