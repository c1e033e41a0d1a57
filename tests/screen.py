"""The screen: what one person sees of a conversation, message by message, whoever plays the bot."""

from __future__ import annotations

from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Placed:
    """A button on a message. `handle` is what the player needs to press it."""

    label: str
    message: int
    handle: object


@dataclass(frozen=True)
class Shown:
    """A message as it was shown or changed. `strong` is the line set off from the text; `edited` for a change.

    `newest` says whether it was the last message on the screen when it was shown or changed.
    """

    message: int
    text: str
    strong: str
    rows: tuple[tuple[Placed, ...], ...]
    edited: bool = False
    newest: bool = True


@dataclass
class Screen:
    """Everything shown so far, in order, and each message as it stands now."""

    history: list[Shown] = field(default_factory=list)
    now: dict[int, Shown] = field(default_factory=dict)
    seen: int = 0

    def shows(self, text: str, rows: tuple[tuple[tuple[str, object], ...], ...]) -> int:
        """A new message; returns its number."""
        number = len(self.now)
        self._note(Shown(number, text, "", _placed(number, rows)))
        return number

    def changes(self, message: int, text: str, strong: str, rows: tuple[tuple[tuple[str, object], ...], ...]) -> None:
        """An earlier message looks otherwise now."""
        newest = message == len(self.now) - 1
        self._note(Shown(message, text, strong, _placed(message, rows), edited=True, newest=newest))

    def news(self) -> list[Shown]:
        """What has come since this was last asked. The text of a change is empty where it stayed as it was."""
        new = self.history[self.seen :]
        self.seen = len(self.history)
        texts = {shown.message: shown.text for shown in self.history if not shown.edited}
        return [replace(one, text="") if one.edited and one.text == texts[one.message] else one for one in new]

    def clear(self) -> None:
        """Everything so far counts as seen; its buttons stay where they are."""
        self.seen = len(self.history)

    def button(self, label: str, under: str = "") -> Placed:
        """The button of this label on the newest message that has one now; with `under`, that puts this question."""
        for number in sorted(self.now, reverse=True):
            if under and self.question(number) != under:
                continue
            for row in self.now[number].rows:
                for placed in row:
                    if placed.label == label:
                        return placed
        raise AssertionError(f"nobody sees a button [{label}]; there are {self.labels()}")

    def old_button(self, label: str) -> Placed:
        """The newest button of this label before the one to be seen now, as an app that is out of date shows it."""
        visible = self.button(label) if label in self.labels() else None
        for shown in reversed(self.history):
            for row in shown.rows:
                for placed in row:
                    if placed.label == label and placed != visible:
                        return placed
        raise AssertionError(f"there never was another button [{label}]")

    def labels(self) -> list[str]:
        """The labels of all buttons to be seen now."""
        return [placed.label for shown in self.now.values() for row in shown.rows for placed in row]

    def question(self, message: int) -> str:
        """The last paragraph of a message as it was first shown: the question, without what stands before it."""
        first = next(shown for shown in self.history if shown.message == message)
        return first.text.rpartition("\n\n")[2]

    def _note(self, shown: Shown) -> None:
        self.history.append(shown)
        self.now[shown.message] = shown


def _placed(number: int, rows: tuple[tuple[tuple[str, object], ...], ...]) -> tuple[tuple[Placed, ...], ...]:
    return tuple(tuple(Placed(label, number, handle) for label, handle in row) for row in rows)
