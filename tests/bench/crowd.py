"""The crowd: citizens who walk one journey each, as fast as the bot answers, and what they saw of it.

A citizen acts as soon as the bot's next message has arrived: presses Start, taps what the script says, or writes. Knows
nothing of HTTP; times are the caller's, in seconds.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import msgspec

RIGHTS = "Dina rättigheter"
SCRIPT = ("start", "rights", "tap", "tap", "text", "tap", "tap", "text")
"""What each citizen does, one act after each message: 8 updates."""

EXPECTED = {"sendMessage": 8, "editMessageText": 6, "answerCallbackQuery": 5}
"""What a bot has to say to each: a message after every act, an edit after every answer, an answer to every tap."""

WORDS = "Jag fick vänta länge i kön, men sedan var allt klart på fem minuter. Tack för det!"
BOT = {"id": 1234567890, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}


class _Button(msgspec.Struct):
    text: str
    callback_data: str = ""


class _Markup(msgspec.Struct):
    inline_keyboard: list[list[_Button]]


_MARKUP = msgspec.json.Decoder(_Markup)


@dataclass(slots=True)
class Citizen:
    """One person's walk. `question` is the newest message with buttons: its JSON and its buttons."""

    number: int
    code: str
    step: int = 0
    acted_at: float = 0.0
    question: dict[str, object] = field(default_factory=dict)
    buttons: list[list[_Button]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    missing: int = field(default_factory=lambda: sum(EXPECTED.values()))


class Crowd:
    """Everybody who walks in one round. `latencies` holds the seconds from each act to the message that answers it."""

    def __init__(self, first: int, codes: list[str]) -> None:
        """Citizens numbered from `first` on, each with the code of a link."""
        self._citizens = {first + place: Citizen(first + place, code) for place, code in enumerate(codes)}
        self._walking = len(codes)
        self._message = 0
        self._update = first * 100
        self.latencies: list[float] = []
        self.faults: list[str] = []

    @property
    def done(self) -> bool:
        """Whether everybody has seen everything there is to see."""
        return self._walking == 0

    def starts(self, moment: float) -> list[dict[str, object]]:
        """Everybody presses Start at once: the updates."""
        return [self._acts(citizen, moment) for citizen in self._citizens.values()]

    def shown(self, number: int, message: dict[str, object], markup: bytes, moment: float) -> dict[str, object] | None:
        """A message of the bot's arrived; what the citizen does next, None where the walk is over."""
        citizen = self._citizens[number]
        self._count(citizen, "sendMessage")
        self.latencies.append(moment - citizen.acted_at)
        if markup:
            citizen.question, citizen.buttons = message, _MARKUP.decode(markup).inline_keyboard
        if citizen.step == len(SCRIPT):
            return None
        return self._acts(citizen, moment)

    def edited(self, number: int) -> None:
        """The bot changed a message."""
        self._count(self._citizens[number], "editMessageText")

    def acknowledged(self, tap: str) -> None:
        """The bot answered a tap."""
        self._count(self._citizens[int(tap.partition("-")[0])], "answerCallbackQuery")

    def left_over(self) -> dict[str, int]:
        """What is still missing, over all citizens."""
        return {method: times * len(self._citizens) - sum(citizen.counts[method] for citizen in self._citizens.values())
                for method, times in EXPECTED.items()}  # fmt: skip

    def _count(self, citizen: Citizen, method: str) -> None:
        citizen.counts[method] += 1
        citizen.missing -= 1
        if citizen.counts[method] > EXPECTED[method]:
            self.faults.append(f"{method} came {citizen.counts[method]} times to one citizen")
        if citizen.missing == 0:
            self._walking -= 1

    def _acts(self, citizen: Citizen, moment: float) -> dict[str, object]:
        act = SCRIPT[citizen.step]
        citizen.step += 1
        citizen.acted_at = moment
        self._update += 1
        person = {"id": citizen.number, "is_bot": False, "first_name": "Medborgare", "language_code": "sv"}
        if act in ("start", "text"):
            self._message += 1
            said: dict[str, object] = {
                "message_id": 1_000_000 + self._message,
                "from": person,
                "chat": {"id": citizen.number, "first_name": "Medborgare", "type": "private"},
                "date": 1_790_000_000,
                "text": WORDS if act == "text" else f"/start {citizen.code}",
            }
            if act == "start":
                said["entities"] = [{"offset": 0, "length": 6, "type": "bot_command"}]
            return {"update_id": self._update, "message": said}
        buttons = [button for row in citizen.buttons for button in row]
        chosen = next(button for button in buttons if button.text == RIGHTS) if act == "rights" else buttons[0]
        tap = {
            "id": f"{citizen.number}-{citizen.step}",
            "from": person,
            "message": citizen.question,
            "chat_instance": "8428209589180549439",
            "data": chosen.callback_data,
        }
        return {"update_id": self._update, "callback_query": tap}
