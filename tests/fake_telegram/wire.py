"""What goes over the wire: JSON objects, answers and refusals in the Bot API's own words.

Holds no state and decides nothing; every other room speaks in these values.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

# JSON of the wire is opened by key all over the tests, so these are the loosely typed values here.
JsonObject: TypeAlias = dict[str, Any]
Json: TypeAlias = Any


class Refusal(Exception):
    """An error answer of the Bot API: HTTP status, description and (for some) parameters."""

    def __init__(self, code: int, description: str, parameters: JsonObject | None = None) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.parameters = parameters


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: HTTP status, JSON body, extra headers."""

    status: int
    body: JsonObject
    headers: dict[str, str] = field(default_factory=dict)


def success(result: object, description: str | None = None) -> Answer:
    """Wrap a result as the Bot API does: `{"ok": true, "result": ...}`."""
    body: JsonObject = {"ok": True, "result": result}
    if description is not None:
        body["description"] = description
    return Answer(200, body)


def failure(refusal: Refusal) -> Answer:
    """Turn a refusal into its answer; a 429 also carries the Retry-After header (whole seconds)."""
    body: JsonObject = {"ok": False, "error_code": refusal.code, "description": refusal.description}
    headers: dict[str, str] = {}
    if refusal.parameters:
        body["parameters"] = refusal.parameters
        if "retry_after" in refusal.parameters:
            headers["Retry-After"] = str(refusal.parameters["retry_after"])
    return Answer(refusal.code, body, headers)


def bad_request(text: str) -> Refusal:
    """Build `400 Bad Request: <text>`."""
    return Refusal(400, f"Bad Request: {text}")


def forbidden(text: str) -> Refusal:
    """Build `403 Forbidden: <text>`."""
    return Refusal(403, f"Forbidden: {text}")


def conflict(text: str) -> Refusal:
    """Build `409 Conflict: <text>`."""
    return Refusal(409, f"Conflict: {text}")


def too_many_requests(seconds: int) -> Refusal:
    """Build `429 Too Many Requests: retry after <seconds>` with its parameters."""
    return Refusal(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
