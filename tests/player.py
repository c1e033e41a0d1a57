"""A player: somebody who can play a transcript, and the answer rows that are kept of what they played."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from tests.screen import Placed, Screen


@dataclass(frozen=True)
class Kept:
    """One answer row as it was kept. `contact` is the letter of a contact that is not the transcript's own."""

    question: str
    asking: int
    status: str
    codes: tuple[str, ...]
    number: float | None
    text: str | None
    masked: tuple[str, ...]
    probability: float | None
    contact: str = ""

    def __str__(self) -> str:
        """The row as a line."""
        question = f"{self.contact}: {self.question}" if self.contact else self.question
        if self.status == "answered":
            line = f"{question} = " + (f'"{self.text}"' if self.text is not None else ", ".join(self.codes))
        else:
            line = f"{question} {self.status.replace('-', ' ')}"
            line += f' "{self.text}"' if self.text is not None else ""
        notes = [f"asking {self.asking}"] if self.asking > 1 else []
        notes += [f"masked {', '.join(self.masked)}"] if self.masked else []
        if self.probability is not None:
            notes.append(f"drawn {self.probability:.3g}")
        if self.number is not None and [f"{self.number:g}"] != list(self.codes):
            notes.append(f"number {self.number:g}")
        if self.number is None and self.codes and self.codes[0].isdecimal():
            notes.append("no number")
        return line + (f" ({'; '.join(notes)})" if notes else "")


class Player(Protocol):
    """Somebody who can play a transcript. What the bot says appears on `screen`."""

    screen: Screen

    async def begins(self) -> None:
        """Everything up to the moment at which the conversation begins, and its first question."""

    async def presses(self, button: Placed) -> None:
        """The person taps a button."""

    async def presses_again(self) -> None:
        """The same tap arrives once more."""

    async def types(self, text: str) -> None:
        """The person writes."""

    async def edits(self, old: str, new: str) -> None:
        """The person changes a message of theirs."""

    async def sends(self, kind: str) -> None:
        """The person sends something that is no text."""

    async def passes(self, how_long: timedelta) -> None:
        """Time passes, and what falls due happens."""

    async def kept(self) -> list[Kept]:
        """The rows of this conversation, in the order in which they were kept; then those of the other contacts."""
