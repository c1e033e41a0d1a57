"""The bare core as a player: begin and advance, with the conversation written to JSON and read back after every line.

What the rooms around the core do for a conversation (its words before and after, time, language) is told here in as
few lines as it takes, so that the same transcript holds for both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from bot.conversations import REMIND_AFTER
from bot.follow_ups import PROMPT
from bot.keys import Keyring
from bot.library import decoded, encoded
from bot.occasions import names_of
from bot.premises import Premises
from flows.conditions import Known
from flows.conversation import advance, again, begin, close, spoken_in
from flows.journey import PhaseName
from flows.messages import Action, Button, Message, Tap
from flows.replies import Odd, Reply, Typed
from flows.route import MOST_IN_ONE_DAY, Occasion, Settled, laid, pools
from flows.understanding import wish
from flows.walk import Answer, Conversation, Turn
from flows.wording import easy, filled, in_language
from tests.player import Kept
from tests.scene import LANGUAGES, office, scene, shelf
from tests.screen import Placed, Screen
from tests.transcript import Transcript

_HELP: tuple[tuple[str, Action], ...] = (("", "call-me"), ("💡 ", "wish"))
_ANSWERING = ("choose", "skip", "toggle", "done", "later", "decline")
_STATES = msgspec.json.Decoder(Conversation)
_JOURNEYS = {code: decoded(encoded(journey)) for code, journey in shelf().journeys.items()}


class BareCore:
    """Plays one transcript."""

    def __init__(self, transcript: Transcript) -> None:
        self.screen = Screen()
        self._transcript = transcript
        self._scene = scene(transcript)
        self._journey = _JOURNEYS[transcript.journey]
        self._language = transcript.language
        self._now = self._scene.opened_at
        premises = Premises(office(), shelf(), Keyring(bytes(32)))
        facts = {**transcript.facts, "door": "telegram"}
        names = names_of(premises, facts["unit"], facts.get("service"), self._scene.start)
        self._occasion = Occasion(
            facts, names, office().calendar, self._scene.useful_until, office().emergency_words, region="SE"
        )
        self._names = names
        self._state = b""
        self._put: dict[tuple[str, int], list[int]] = {}
        self._answers: list[Answer] = []
        self._typed: dict[str, str] = {}
        self.taps: list[Tap] = []
        self._earlier: dict[str, Settled] = {}
        self._wake_at: datetime | None = None
        self._remind_at = self._now
        self._reminded = False
        self._candidates: dict[str, tuple[str, ...]] = {}

    async def begins(self) -> None:
        """The conversations before, answered as told, and then the first question of this one."""
        self.taps_before()
        phases, self._now = self._scene.begins[-1]
        self._put, self._answers = {}, []
        self.screen.clear()
        self._begin(phases)

    def taps_before(self) -> list[list[str]]:
        """The conversations before this one, played; returns the labels tapped in each."""
        taps: list[list[str]] = []
        for phases, moment in self._scene.begins[:-1]:
            self._now = moment
            self._begin(phases)
            taps.append(list(self._answered_as_told()))
            self._earlier |= self._conversation.settled
        return taps

    async def presses(self, button: Placed) -> None:
        """A tap."""
        assert isinstance(button.handle, Tap)
        self.taps.append(button.handle)
        self._reply(button.handle)

    async def presses_again(self) -> None:
        """The tap before, once more."""
        self._reply(self.taps[-1])

    async def types(self, text: str) -> None:
        """A text."""
        source = f"m{len(self._typed)}"
        self._typed[text] = source
        self._reply(Typed(text, source))

    async def edits(self, old: str, new: str) -> None:
        """A text that said something else before."""
        source = self._typed[old]
        self._typed[new] = source
        self._reply(Typed(new, source, edited=True))

    async def sends(self, kind: str) -> None:
        """Something that is no text."""
        self._reply(Odd(kind))

    async def passes(self, how_long: timedelta) -> None:
        """Expire, wake, remind: as a heartbeat does."""
        self._now += how_long
        conversation, open_hours = self._conversation, office().calendar.is_open(self._now)
        if conversation.ended:
            return
        if self._now >= self._occasion.useful_until:
            self._take(close(self._journey, conversation, self._now))
        elif self._wake_at is not None and self._wake_at <= self._now:
            if open_hours or self._now - self._wake_at <= PROMPT:
                self._take(again(self._journey, conversation, self._occasion, self._now, None))
        elif self._wake_at is None and not self._reminded and self._remind_at <= self._now and open_hours:
            self._take(again(self._journey, conversation, self._occasion, self._now, "reminder"))
            self._reminded = True

    async def kept(self) -> list[Kept]:
        """The rows of this conversation."""
        return [
            Kept(one.question, one.asking, one.status, one.codes, one.number, one.text, one.masked, one.probability)
            for one in self._answers
        ]

    def _begin(self, phases: Sequence[PhaseName]) -> None:
        limit = MOST_IN_ONE_DAY if len(phases) > 1 else None
        candidates = pools(self._journey, phases, self._occasion.facts, self._earlier, limit)
        told = self._transcript.pairs("drawn")
        for pool, codes in candidates.items():
            assert told.get(pool) in codes, f"say what is drawn: 'drawn: {pool} = ...', one of {', '.join(codes)}"
        self._candidates = candidates
        route = laid(self._journey, phases, candidates, told, limit)
        turn = begin(
            self._journey, phases, route, self._occasion, self._now, language=self._language, earlier=self._earlier
        )
        self._remind_at = office().calendar.first_open_at_or_after(self._now + REMIND_AFTER)
        self._reminded = phases[-1] != "after" or self._remind_at >= self._occasion.useful_until
        self._take(turn)

    def _answered_as_told(self) -> Iterator[str]:
        told = self._transcript.pairs("earlier")
        while code := self._conversation.open:
            tap = Tap("choose", code, 1, told[code]) if code in told else Tap("skip", code, 1)
            placed = [one for row in self.screen.history[-1].rows for one in row if one.handle == tap]
            assert placed, f"'earlier: {code} = {told.get(code)}' is no choice of one"
            yield placed[0].label
            self._reply(tap)

    @property
    def _conversation(self) -> Conversation:
        return _STATES.decode(self._state)

    def put(self) -> frozenset[str]:
        """The questions put to the person in this conversation, and the messages of the journey said."""
        return frozenset({code for code, _ in self._put} | set(self._conversation.said))

    def known(self) -> tuple[dict[str, Known], Mapping[str, str]]:
        """What conditions can ask about, at the end: answers of this conversation and those before, and the facts."""
        settled = {**self._earlier, **self._conversation.settled}
        return {code: one.known() for code, one in settled.items()}, self._occasion.facts

    def drawn(self) -> frozenset[tuple[str, str]]:
        """What was drawn for this conversation, by pool."""
        told = self._transcript.pairs("drawn")
        return frozenset((pool, told[pool]) for pool in self._candidates)

    def _reply(self, reply: Reply) -> None:
        if self._before_the_core(reply):
            return
        conversation = self._conversation
        turn = advance(self._journey, conversation, reply, self._occasion, self._now)
        if turn.conversation == conversation and not turn.messages and not turn.answers:
            self._after_the_core(reply, conversation)
            return
        self._take(turn)

    def _take(self, turn: Turn) -> None:
        self._state = msgspec.json.encode(turn.conversation)
        self._wake_at = turn.later
        self._answers += turn.answers
        for message in turn.messages:
            self._show(message)

    def _show(self, message: Message) -> None:
        rows = tuple(tuple((button.label, button.tap) for button in row) for row in message.buttons)
        if not message.edits:
            number = self.screen.shows(message.text, rows)
            if message.purpose in ("question", "repeat"):
                self._put.setdefault((message.question, message.asking), []).append(number)
            return
        assert message.keeps_text, "a change that takes another text than the question's has no player"
        # Under this asking number or the nearest before it: a correction puts none.
        put = [asking for code, asking in self._put if code == message.question and asking <= message.asking]
        for number in self._put.get((message.question, max(put, default=0)), []):
            text = next(shown.text for shown in self.screen.history if shown.message == number)
            self.screen.changes(number, text, message.strong, rows)

    def _before_the_core(self, reply: Reply) -> bool:
        if isinstance(reply, Tap) and reply.action == "language":
            self._language = reply.choice
            self._say("language-set")
            turn = spoken_in(self._journey, self._conversation, reply.choice, self._occasion, self._now)
            if turn.messages:
                self._take(turn)
            return True
        assert not isinstance(reply, Tap) or reply.action != "call-me", (
            "write 'played by: the whole bot': it calls back"
        )
        if not isinstance(reply, Typed) or reply.edited:
            return False
        words = shelf().words
        if wish(reply.text) == "language":
            self._say("choose-language", *(
                tuple(
                    Button(in_language(words[name], code), Tap("language", choice=choice))
                    for name, choice in (("language-name", code), ("language-name-easy", easy(code)))
                )
                for code in LANGUAGES
            ))  # fmt: skip
        elif wish(reply.text) == "help":
            self._say("help", *(
                (Button(mark + in_language(words[action], self._language), Tap(action)),)
                for mark, action in _HELP
            ))  # fmt: skip
        return wish(reply.text) in ("language", "help")

    def _after_the_core(self, reply: Reply, conversation: Conversation) -> None:
        if isinstance(reply, Typed) and not reply.edited:
            self._say("nothing-open")
        elif isinstance(reply, Tap) and conversation.ended and reply.action in _ANSWERING:
            later = [one for one in self._answers if one.question == reply.question and one.asking >= reply.asking]
            if all(one.status == "left" for one in later):
                self._say("button-gone")

    def _say(self, phrase: str, *rows: tuple[Button, ...]) -> None:
        text = filled(shelf().words[phrase], self._language, self._names)
        self.screen.shows(text, tuple(tuple((button.label, button.tap) for button in row) for row in rows))
