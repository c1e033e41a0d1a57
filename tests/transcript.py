"""Transcripts: conversations as text, each a test, a piece of documentation and the designer's review in one.

What the person does stands in lines beginning with `me` and in brackets; everything else is what must come of it.

    python -m tests.transcript --update FILE ...     writes what comes of it anew: read it before you keep it
"""

from __future__ import annotations

import asyncio
import difflib
import re
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from typing import Literal, cast

from flows.journey import PHASES, PhaseName
from tests.player import Player
from tests.screen import Screen, Shown

FOLDER = Path(__file__).parent / "transcripts"

Verb = Literal["taps", "taps again", "taps old", "types", "edits", "sends", "passes"]
ODD = ("voice", "photo", "sticker")

_INDENT = "     "
_SETTINGS = ("contact", "contact [B-Z]", "drawn", "earlier", "with", "asked at", "played by")
_TITLE = re.compile(r"(?P<journey>[a-z-]+) · (?P<phase>before|during|after) · (?P<language>[a-z]{2}(-easy)?)")
_SETTING = re.compile(rf"(?P<name>{'|'.join(_SETTINGS)}): (?P<value>.+)")
_OTHER = re.compile(r"(?P<journey>[a-z-]+), starts (?P<count>[0-9]+) hours (?P<side>before|after)")
_TAP = re.compile(r'me( taps (?P<which>again|old))?: +\[(?P<label>[^]]+)\]( under "(?P<under>.+)")?')
_EDIT = re.compile(r'me edits "(?P<old>.+)": (?P<text>.*)')
_TYPED = re.compile(r"me:  (?P<text>.*)")
_PASSES = re.compile(r"\((?P<count>an?|[0-9]+) (?P<unit>minute|hour|day)s? pass(es)?\)")


class Unreadable(Exception):
    """A transcript that can't be read; the message says where and what to write."""


@dataclass(frozen=True)
class Line:
    """One thing the person does, or time that passes. `written` is the line as it stands in the file."""

    verb: Verb
    text: str
    written: str
    old: str = ""
    under: str = ""

    @property
    def passes(self) -> timedelta:
        """How long, where time passes."""
        found = _PASSES.fullmatch(self.text)
        assert found is not None
        count = int(found["count"]) if found["count"].isdecimal() else 1
        return timedelta(**{found["unit"] + "s": count})


@dataclass(frozen=True)
class Transcript:
    """A transcript: how the contact is, what the person does, and `text`, the whole as it must be played."""

    name: str
    journey: str
    phase: PhaseName
    language: str
    shows: str
    settings: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    text: str

    @property
    def phases(self) -> tuple[PhaseName, ...]:
        """The phases that this one conversation goes through."""
        return ("during", "after") if self.of("with") == ["during"] else (self.phase,)

    @property
    def earlier_phases(self) -> tuple[PhaseName, ...]:
        """The phases whose conversations came before, when `earlier` says what was answered in them."""
        if not self.pairs("earlier"):
            return ()
        first = PHASES.index(self.phases[0])
        begins = PHASES.index(cast(PhaseName, self.pairs("earlier").get("from", "before")))
        return PHASES[begins:first]

    @property
    def asked_at(self) -> time:
        """The local time of day at which the conversation begins."""
        told = self.of("asked at")
        return time.fromisoformat(told[0]) if told else time(17) if self.phase == "before" else time(11)

    @property
    def through_the_bot_only(self) -> bool:
        """Whether it shows something that only the whole bot does."""
        return self.of("played by") == ["the whole bot"]

    @property
    def others(self) -> dict[str, tuple[str, timedelta]]:
        """The person's other contacts, by letter: journey, and start counted from when the first question is put."""
        found = {}
        for name, value in self.settings:
            if name.startswith("contact "):
                told = _OTHER.fullmatch(value)
                if told is None:
                    raise Unreadable(f"{self.name}: write '{name}: phone-call, starts 20 hours after' (or before)")
                hours = int(told["count"]) * (1 if told["side"] == "after" else -1)
                found[name.removeprefix("contact ")] = (told["journey"], timedelta(hours=hours))
        return found

    def of(self, name: str) -> list[str]:
        """The values of one setting."""
        return [value for setting, value in self.settings if setting == name]

    def pairs(self, name: str) -> dict[str, str]:
        """The values of one setting that are written as `code = value`."""
        return dict(value.split(" = ", 1) for value in self.of(name))

    @property
    def facts(self) -> dict[str, str]:
        """What the contact is, by fact: a general visit to the first unit where nothing else is told."""
        told = {"unit": "main", "service": "general", "channel": "visit"} | self.pairs("contact")
        return {fact: code for fact, code in told.items() if code != "none"}


def files() -> list[Path]:
    """Every transcript there is."""
    return sorted(FOLDER.glob("*/*.txt"))


def read(path: Path) -> Transcript:
    """The transcript in a file. Unreadable with file, line and remedy."""
    text = path.read_text("utf-8")
    name = f"{path.parent.name}/{path.name}"
    lines = text.splitlines()
    title = _TITLE.fullmatch(lines[0]) if lines else None
    if title is None or len(lines) < 3 or lines[2]:
        raise Unreadable(
            f"{name}: begins with 'office-visit · after · sv', then a line that says what it shows, then an empty one"
        )
    settings: list[tuple[str, str]] = []
    done: list[Line] = []
    for number, line in enumerate(lines[3:], 4):
        setting = _SETTING.fullmatch(line)
        if setting is not None and not done:
            settings.append((setting["name"], setting["value"]))
        elif line.startswith(("me", "(")):
            more = _continued(lines[number:])
            done.append(_line(line, more, f"{name}, line {number}"))
        elif line and not line.startswith(("bot", _INDENT, "kept:")) and not _within_text(lines[:number]):
            raise Unreadable(f"{name}, line {number}: '{line}' is neither a setting nor a line of a conversation")
    journey, language = title["journey"], title["language"]
    phase = cast(PhaseName, title["phase"])
    return Transcript(name, journey, phase, language, lines[1], tuple(settings), tuple(done), text)


_STOPPED = "stopped here: "


async def played(transcript: Transcript, player: Player) -> str:
    """The whole transcript as the player plays it."""
    out = [f"{transcript.journey} · {transcript.phase} · {transcript.language}", transcript.shows, ""]
    if transcript.settings:
        out += [*(f"{name}: {value}" for name, value in transcript.settings), ""]
    try:
        await player.begins()
        out += _looked(player.screen)
        for line in transcript.lines:
            out.append(line.written)
            await _done(player, line)
            out += _looked(player.screen)
        out += [f"kept: {row}" for row in await player.kept()]
    except AssertionError as error:
        out.append(f"{_STOPPED}{error}")
    return "\n".join(out) + "\n"


def difference(transcript: Transcript, played_as: str) -> str:
    """The whole transcript as it was played, with what is new and what is missing marked; empty when all is right."""
    if transcript.text == played_as:
        return ""
    compared = difflib.ndiff(transcript.text.splitlines(), played_as.splitlines())
    lines = "\n".join(line for line in compared if not line.startswith("?"))
    return f"{transcript.name}: played otherwise than written (- written, + played)\n\n{lines}"


def _line(line: str, more: Sequence[str], where: str) -> Line:
    tap, edit, typed = _TAP.fullmatch(line), _EDIT.fullmatch(line), _TYPED.fullmatch(line)
    written = "\n".join([line, *(f"{_INDENT}{one}".rstrip() for one in more)])
    if tap is not None:
        verb = cast(Verb, f"taps {tap['which']}" if tap["which"] else "taps")
        return Line(verb, tap["label"], written, under=tap["under"] or "")
    if edit is not None:
        return Line("edits", "\n".join([edit["text"], *more]), written, edit["old"])
    if typed is not None and typed["text"].strip("()") in ODD and typed["text"].startswith("("):
        return Line("sends", typed["text"].strip("()"), written)
    if typed is not None:
        return Line("types", "\n".join([typed["text"], *more]), written)
    if _PASSES.fullmatch(line):
        return Line("passes", line, written)
    raise Unreadable(
        f"{where}: '{line}' can't be understood. Write 'me:  [Ja]', 'me:  [Ja] under \"Vad?\"', 'me:  text', "
        "'me:  (voice)', 'me taps again: [Ja]', 'me taps old: [Ja]', 'me edits \"old\": new' or '(an hour passes)'"
    )


def _continued(following: Sequence[str]) -> list[str]:
    more: list[str] = []
    for line in following:
        if not line.startswith(_INDENT):
            break
        more.append(line.removeprefix(_INDENT))
    return more


def _within_text(lines: Sequence[str]) -> bool:
    return any(line.startswith("bot") for line in lines)


def _looked(screen: Screen) -> list[str]:
    return [line for shown in screen.news() for line in _shown(shown, screen)]


def _shown(shown: Shown, screen: Screen) -> list[str]:
    if not shown.edited:
        first, *more = shown.text.split("\n")
        lines = [f"bot: {first}", *(f"{_INDENT}{line}".rstrip() for line in more)]
    else:
        which = "" if shown.newest else f' "{screen.question(shown.message)}"'
        words = " / ".join(part for part in (shown.text, shown.strong) if part)
        lines = [f"bot edits{which}: {words}".rstrip()]
    return lines + [_INDENT + " ".join(f"[{placed.label}]" for placed in row) for row in shown.rows]


async def _done(player: Player, line: Line) -> None:
    match line.verb:
        case "taps":
            await player.presses(player.screen.button(line.text, line.under))
        case "taps old":
            await player.presses(player.screen.old_button(line.text))
        case "taps again":
            await player.presses_again()
        case "types":
            await player.types(line.text)
        case "edits":
            await player.edits(line.old, line.text)
        case "sends":
            await player.sends(line.text)
        case "passes":
            await player.passes(line.passes)


async def _update(paths: Sequence[Path]) -> list[str]:
    """Write each file anew; returns what stopped the others, which are left as they were."""
    from tests.bare_core import BareCore
    from tests.stage import Stage, staged

    stopped = []
    async with AsyncExitStack() as stack:
        stage: Stage | None = None
        for path in paths:
            transcript = read(path)
            player: Player = BareCore(transcript)
            if transcript.through_the_bot_only:
                if stage is None:
                    stage = await stack.enter_async_context(staged())
                player = stage.player(transcript)
            text = await played(transcript, player)
            if _STOPPED in text:
                stopped.append(f"{path}: {text.partition(_STOPPED)[2].strip()} (left as it was)")
            else:
                path.write_text(text, "utf-8")
    return stopped


def main() -> None:
    """The command line."""
    if sys.argv[1:2] != ["--update"] or not sys.argv[2:]:
        sys.exit("python -m tests.transcript --update FILE ...")
    try:
        stopped = asyncio.run(_update([Path(name) for name in sys.argv[2:]]))
    except (Unreadable, OSError) as error:
        sys.exit(str(error))
    if stopped:
        sys.exit("\n".join(stopped))


if __name__ == "__main__":
    main()
