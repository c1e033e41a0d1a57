"""A source: what a designer wrote, read name by name, with every fault told where it stands.

Used for journeys, shared phrases and the organisation file alike. A reader asks an `Entry` or a `Table` for
what it expects; what does not fit goes into the file's `Problems` and reading goes on. Never raises for what
was written, and never knows what a journey is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flows.journey import Words
from flows.problems import Problem, Problems, listed, nearest, suggestion
from flows.syntax import Branch, Leaf, Node, Row, read_node
from flows.wording import with_easy

__all__ = ["CODE", "Entry", "Problem", "Problems", "Table", "open_source"]

CODE = re.compile(r"[a-z][a-z0-9-]{0,39}")
"""A code: what a designer names things by, and what columns and values are called in the workbook."""

_LANGUAGE = re.compile(r"[a-z]{2,3}")
_WHOLE = re.compile(r"[0-9]{1,6}")
_PLACEHOLDER_NAME = re.compile(r"[a-z_]+")
_PLACEHOLDER = re.compile(r"{([^{}]*)}")


def open_source(source: bytes, problems: Problems, *, packed: bool = False) -> Table | None:
    """The file's outermost names. None, with the reason in `problems`, where the file has none.

    `packed`: it comes with the program; see `flows.syntax.read_node`.
    """
    node = read_node(source, problems, packed=packed)
    if node is None:
        return None
    if not isinstance(node, Branch):
        problems.error(0, "The file has no names in it.", "It takes lines like 'name: ...', as in one that works.")
        return None
    return Entry(node, "", 0, problems).table()


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in the file: the name it stands under and that name's line."""

    node: Node
    name: str
    line: int
    problems: Problems

    def error(self, fault: str, remedy: str) -> None:
        """Notes an error on this line."""
        self.problems.error(self.line, fault, remedy)

    def warning(self, fault: str, remedy: str) -> None:
        """Notes a warning on this line."""
        self.problems.warning(self.line, fault, remedy)

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands after the colon."""
        return isinstance(self.node, Leaf) and not self.node.text.strip()

    def names(self) -> list[str]:
        """The names under this one, if any; nothing is reported."""
        return [name for name, _, _ in self.node.pairs] if isinstance(self.node, Branch) else []

    def text(self) -> str | None:
        """The one text that stands here, without outer blanks."""
        if self._empty():
            return None
        if not isinstance(self.node, Leaf):
            self.error(f"'{self.name}' has several things under it.", "It takes one text, on the same line.")
            return None
        return self.node.text.strip()

    def table(self) -> Table | None:
        """The names that stand under this one."""
        if self._empty():
            return None
        if not isinstance(self.node, Branch):
            self.error(f"'{self.name}' needs names under it.", "Write them below it, further in: 'name: ...'.")
            return None
        found = {name: Entry(node, name, line, self.problems) for name, line, node in self.node.pairs}
        return Table(self.name, self.line, found, self.problems)

    def items(self) -> list[Entry]:
        """The things in a row; a single text is a row of one."""
        if self._empty():
            return []
        if isinstance(self.node, Branch):
            self.error(f"'{self.name}' has names under it.", "It takes a row: [one, two].")
            return []
        nodes = self.node.items if isinstance(self.node, Row) else (self.node,)
        return [Entry(node, self.name, node.line, self.problems) for node in nodes]

    def flag(self) -> bool:
        """Yes or no."""
        text = self.text()
        if text is not None and text not in ("yes", "no"):
            self.error(f"'{text}' cannot stand after '{self.name}'.", "Write yes or no.")
        return text == "yes"

    def whole(self, low: int, high: int) -> int | None:
        """A whole number from `low` to `high`."""
        text = self.text()
        if text is None:
            return None
        if not _WHOLE.fullmatch(text) or not low <= int(text) <= high:
            self.error(f"'{text}' cannot stand after '{self.name}'.", f"Write a whole number from {low} to {high}.")
            return None
        return int(text)

    def one_of(self, known: Iterable[str]) -> str | None:
        """One of the known words."""
        text, several = self.text(), list(known)
        if text is None or text in several:
            return text
        remedy = suggestion(
            text, several, f"Write {listed(map(repr, several), 'or')}." if several else "Take the line away."
        )
        self.error(f"'{text}' cannot stand after '{self.name}'.", remedy)
        return None

    def code(self, reserved: Sequence[str] = ()) -> str | None:
        """The text, where it is a name that the designer chose. See `CODE`."""
        text = self.text()
        if text is not None:
            _check_code(self, text, reserved)
        return text

    def words(
        self,
        languages: Sequence[str],
        placeholders: Sequence[str] | None = (),
        longest: int = 0,
        besides: Sequence[str] = (),
        *,
        every: bool = True,
    ) -> Words | None:
        """One text in several languages. A missing one of `languages` and a text over `longest` are warnings.

        `placeholders` are the words that may stand in braces; None lets any stand there. `besides` are other names
        that may stand among the languages. Without `every` nothing is said of a missing language. Blanks within quotes
        are kept.
        """
        example = "{ " + ", ".join(f'{language}: "..."' for language in languages) + " }"
        if isinstance(self.node, Leaf | Row):
            self.error(f"'{self.name}' does not say its text in each language.", f"Write it as {example}.")
            return None
        table = self.table()
        if table is None:
            return None
        texts: dict[str, str] = {}
        for language, entry in table.entries.items():
            if language in besides:
                continue
            if language not in languages and not _LANGUAGE.fullmatch(language):
                remedy = suggestion(language, languages, f"Under '{self.name}' stand languages: {example}.")
                entry.error(f"'{language}' is not a language code.", remedy)
            elif entry.text() and isinstance(entry.node, Leaf):
                texts[language] = entry.node.text.rstrip("\n")
                _check_text(entry, texts[language], placeholders, longest)
        if not set(table.entries) - set(besides):
            self.error(f"'{self.name}' does not say its text in each language.", f"Write it as {example}.")
        elif missing := [language for language in languages if every and language not in table.entries]:
            remedy = "Add it; until then people who chose it read another language."
            self.warning(f"'{self.name}' is missing in {listed(missing)}.", remedy)
        self._check_braces_agree(texts, placeholders)
        return Words(texts)

    def _empty(self) -> bool:
        if self.is_empty:
            self.error(f"Nothing stands after '{self.name}'.", "Write it, or take the line away.")
        return self.is_empty

    def _check_braces_agree(self, texts: Mapping[str, str], placeholders: Sequence[str] | None) -> None:
        found = {language: set(_PLACEHOLDER.findall(text)) for language, text in texts.items()}
        for name in sorted(set().union(*found.values())):
            without = [language for language, names in found.items() if name not in names]
            if without and (placeholders is None or name in placeholders):
                having = listed(language for language, names in found.items() if name in names)
                fault = f"{{{name}}} stands in '{self.name}' in {having} but not in {listed(without)}."
                self.warning(fault, "Check that all languages say the same.")


@dataclass(frozen=True, slots=True)
class Table:
    """Names and what stands under each, in order."""

    name: str
    line: int
    entries: Mapping[str, Entry]
    problems: Problems

    def allow(self, what: str, known: Sequence[str]) -> None:
        """Reports every name that is not in `known`; `what` says whose names they are, as in "a phase"."""
        for name, entry in self.entries.items():
            if name not in known:
                remedy = suggestion(name, known, f"It can have: {', '.join(known)}.")
                entry.error(f"'{name}' is nothing that {what} can have.", remedy)

    def entry(self, name: str) -> Entry | None:
        """What stands under the name, or None."""
        return self.entries.get(name)

    def need(self, name: str, remedy: str) -> Entry | None:
        """What stands under the name; if nothing does, an error with this remedy.

        A name that resembles it is taken for a misspelling, which `allow` reports; not its own easy text.
        """
        misspelt = any(other != f"{name} easy" and nearest(other, [name]) for other in self.entries)
        if name not in self.entries and not misspelt:
            place = f" under '{self.name}'" if self.name else ""
            self.problems.error(self.line, f"'{name}' is missing{place}.", remedy)
        return self.entries.get(name)

    def text(self, name: str) -> str | None:
        """The text under the name, or None."""
        entry = self.entries.get(name)
        return entry.text() if entry else None

    def flag(self, name: str) -> bool:
        """Whether yes stands under the name; no if it is not there."""
        entry = self.entries.get(name)
        return entry.flag() if entry else False

    def words(
        self, name: str, languages: Sequence[str], placeholders: Sequence[str] | None = (), longest: int = 0
    ) -> Words | None:
        """The text in several languages under the name, or None. See `Entry.words`.

        What stands under the name and "easy" is the same, easy to read, in as many languages as there is one.
        """
        entry, easy = self.entries.get(name), self.entries.get(f"{name} easy")
        words = entry.words(languages, placeholders, longest) if entry else None
        written = easy.words(languages, placeholders, longest, every=False) if easy else None
        return with_easy(words, written) if words and written else words

    def codes(self, reserved: Sequence[str] = ()) -> list[Entry]:
        """Everything in the table, where the designer chose the names. Others than codes are reported."""
        for name, entry in self.entries.items():
            _check_code(entry, name, reserved)
        return list(self.entries.values())


def _check_code(entry: Entry, name: str, reserved: Sequence[str]) -> None:
    if not CODE.fullmatch(name):
        remedy = f"Write it as '{code}'." if (code := _as_code(name)) else "Begin with a letter."
        entry.error(f"'{name}' cannot be a name: only a-z, 0-9 and hyphens, at most 40, a letter first.", remedy)
    elif name in reserved:
        entry.error(f"'{name}' cannot be a name here: it has a meaning of its own.", "Choose another name.")


def _as_code(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-0123456789")[:40].strip("-")


def _check_text(entry: Entry, text: str, placeholders: Sequence[str] | None, longest: int) -> None:
    if longest and len(text) > longest:
        fault = f"The text in '{entry.name}' has {len(text)} characters."
        entry.warning(fault, f"Keep it within {longest}: it is read on a phone.")
    if "{" in (rest := _PLACEHOLDER.sub("", text)) or "}" in rest:
        entry.error(f"A brace in the text in '{entry.name}' has no partner.", "Write it as in {service}.")
    for name in _PLACEHOLDER.findall(text):
        if name in placeholders if placeholders is not None else _PLACEHOLDER_NAME.fullmatch(name):
            continue
        near = nearest(name, placeholders or ())
        allowed = [f"{{{known}}}" for known in placeholders or ()]
        otherwise = f"In braces can stand {listed(allowed, 'or')}." if allowed else "Take the braces away."
        if placeholders is None:
            otherwise = "Use only a-z and _ in braces, or take the braces away."
        entry.error(f"{{{name}}} is not known.", f"Did you mean {{{near}}}?" if near else otherwise)
