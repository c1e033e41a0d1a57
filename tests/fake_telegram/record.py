"""The record: every request with its answer, and every break of the Bot API by the bot.

Keeps and judges; never answers anybody.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field

from .faults import Fault
from .parameters import Parameters
from .wire import Answer, JsonObject


@dataclass(slots=True)
class Request:
    """One request as received: JSON parameters decoded, files apart; the answer once there is one."""

    number: int
    method: str
    params: JsonObject
    chat_id: int | None
    time: float
    files: list[str] = field(default_factory=list)
    answer: Answer | None = None
    fault: Fault | None = None


class Record:
    """The newest requests, counts of all, and the violations among them."""

    def __init__(self, most_requests: int, oracle: bool) -> None:
        self.requests: deque[Request] = deque(maxlen=most_requests)
        self.counts: Counter[str] = Counter()
        self._oracle = oracle
        self._unjudged: list[tuple[str, Parameters]] = []
        self._violations: list[str] = []

    def note(self, method: str, parameters: Parameters, time: float, judged: bool = True) -> Request:
        """Keep a request; if `judged`, with what is to be said against its parameters."""
        self.counts[method] += 1
        number = self.counts.total()
        files = sorted(parameters.files)
        request = Request(number, method, parameters.values, parameters.chat(), time, files)
        self.requests.append(request)
        self._violations += [f"{method}: no such parameter: {name}" for name in parameters.unknown]
        self._violations += [f"{method}: {name} can't be read" for name in parameters.unreadable]
        if judged and self._oracle and not parameters.unreadable:
            self._unjudged.append((method, parameters))
        return request

    def object(self, violation: str) -> None:
        """Keep a violation that is not about parameters."""
        self._violations.append(violation)

    @property
    def violations(self) -> list[str]:
        """All violations so far; the second opinion is asked only now, so that it delays no answer."""
        if self._unjudged:
            from .oracle import faults_in

            judged, self._unjudged = self._unjudged, []
            for method, parameters in judged:
                self._violations += faults_in(method, parameters.values, parameters.files)
        return list(self._violations)

    def forgive(self) -> list[str]:
        """Return the violations so far and forget them."""
        forgiven = self.violations
        self._violations.clear()
        return forgiven
