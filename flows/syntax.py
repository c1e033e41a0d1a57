"""Syntax: the bytes of a YAML file as a tree of texts with line numbers.

Every scalar stays the text it was written as: `no` is not False and `10:00` is not 600. Wrong encoding, tabs,
curly quotes, doubled names and endless repetition are found here. Never knows what the file is about.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from flows.misreadings import BREAK, CURLY, TooDeepError, curly_lines, explain, straightened
from flows.problems import Problems

if TYPE_CHECKING:
    from yaml.nodes import Node as YamlNode

LARGEST = 1_000_000
"""Bytes; the longest journey known has some 12,000."""
DEEPEST = 30
MOST_PARTS = 100_000
"""With what aliases repeat counted as often as it is repeated."""

_INVISIBLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_STRAY_INDENT = re.compile(r" *([\t\xa0\u1680\u2000-\u200b\u202f\u205f\u3000])")
_GLUED = re.compile(r"([A-Za-z][A-Za-z0-9 -]*):(\S.*)", re.DOTALL)
_TEXT_TAG = "tag:yaml.org,2002:str"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A text, as written, without its quotes."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Branch:
    """Names with what stands under each, in order: name, the name's line, what stands there."""

    pairs: tuple[tuple[str, int, Node], ...]
    line: int


@dataclass(frozen=True, slots=True)
class Row:
    """Things in a row without names."""

    items: tuple[Node, ...]
    line: int


Node = Leaf | Branch | Row


def read_node(source: bytes, problems: Problems, *, packed: bool = False) -> Node | None:
    """The tree of one file, or None where there is none to go on with; what is wrong goes into `problems`.

    `packed`: a sound file that comes with the program, never one that somebody wrote. It may be read by libyaml, ten
    times as fast, which finds the same in it (a test compares them) but lets pass some faults of other files.
    """
    if len(source) > LARGEST:
        problems.error(0, "The file is larger than 1 MB.", "Is it the right file? Split it, or take pasted matter out.")
        return None
    text = _decoded(source, problems)
    if text is None or _unreadable_characters(text, problems):
        return None
    try:
        tree = _composed(text, _PackedLoader if packed else _TextLoader)
    except yaml.YAMLError as error:
        curly = curly_lines(text)
        if not curly:
            explain(error, text, problems)
            return None
    else:
        curly = _curly_leaves(tree) if tree is not None else set()
    if curly:
        for line in sorted(curly):
            fault = "A curly quote stands where a text begins or ends."
            problems.error(line, fault, 'Use straight quotes, "like this"; turn "smart quotes" off in your editor.')
        try:
            tree = _composed(straightened(text, curly))
        except yaml.YAMLError:
            return None
    if tree is None:
        problems.error(0, "The file is empty.", "Begin with a copy of one that works.")
        return None
    return _Planting(problems).whole(tree)


class _TextLoader(yaml.SafeLoader):
    """Composes nodes without guessing what a text might mean, and not deeper than a designer would go."""

    depth = 0

    def resolve(self, kind: type[YamlNode], value: str | None, implicit: object) -> str:
        return _TEXT_TAG

    def compose_node(self, parent: YamlNode | None, index: int) -> YamlNode | None:
        self.depth += 1
        if self.depth > DEEPEST:
            event = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs leave it out
            raise TooDeepError(event.start_mark.line + 1)
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


class _PackedLoader(getattr(yaml, "CSafeLoader", _TextLoader)):  # type: ignore[misc]  # without libyaml, ours
    """Composes the nodes of a packed file."""

    def resolve(self, kind: type[YamlNode], value: str | None, implicit: object) -> str:
        return _TEXT_TAG


def read_packed(text: str) -> object:
    """A packed file as mappings, lists and texts, without lines. yaml.YAMLError if it is not sound."""
    return yaml.load(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))  # noqa: S506 - makes text only


def _composed(text: str, kind: type[_TextLoader | _PackedLoader] = _TextLoader) -> YamlNode | None:
    loader = kind(text)
    try:
        node: YamlNode | None = loader.get_single_node()
        return node
    finally:
        loader.dispose()


def _decoded(source: bytes, problems: Problems) -> str | None:
    save = 'Save it as UTF-8: "Save as" in your editor, and under Encoding choose UTF-8.'
    if source.startswith((b"\xff\xfe", b"\xfe\xff")):
        problems.error(0, 'The file is saved as "Unicode" (UTF-16).', save)
        return None
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source[: error.start].count(b"\n") + 1
        problems.error(line, "The file is not saved as UTF-8: a letter here cannot be read.", save)
        return None


def _unreadable_characters(text: str, problems: Problems) -> bool:
    lines = BREAK.split(text)
    stray = [(number, found[1]) for number, line in enumerate(lines, 1) if (found := _STRAY_INDENT.match(line))]
    if stray:
        what = "a tab" if stray[0][1] == "\t" else "a special space"
        more = f", as do others below ({len(stray) - 1})" if len(stray) > 1 else ""
        problems.error(stray[0][0], f"The line begins with {what}{more}.", "Use spaces: two for each step inwards.")
    hidden = _INVISIBLE.search(text)
    if hidden:
        line_number = len(BREAK.findall(text, 0, hidden.start())) + 1
        fault = f"An invisible character stands here (code {ord(hidden[0]):04X})."
        problems.error(line_number, fault, "Delete it; if it cannot be seen, write the line anew.")
    return bool(stray or hidden)


def _curly_leaves(tree: YamlNode) -> set[int]:
    """The lines of unquoted texts that begin with a curly quote."""
    found, waiting, seen = set(), [tree], set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.ScalarNode):
            if not node.style and node.value[:1] in tuple(CURLY):
                found.add(node.start_mark.line + 1)
        elif isinstance(node, yaml.MappingNode):
            waiting.extend(part for pair in node.value for part in pair)
        elif isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)
    return found


class _Planting:
    """Turns YAML's nodes into ours; what an alias repeats is turned once and counted each time."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._done: dict[int, tuple[Node, int]] = {}
        self._open: set[int] = set()

    def whole(self, tree: YamlNode) -> Node | None:
        node, parts = self._node(tree)
        if parts > MOST_PARTS:
            self._problems.error(
                0, "The file grows far too large by its repetitions (* and &).", "Write it out instead."
            )
            return None
        return node

    def _node(self, yaml_node: YamlNode) -> tuple[Node, int]:
        key = id(yaml_node)
        if key in self._open:
            line = yaml_node.start_mark.line + 1
            self._problems.error(
                line, "What stands here repeats itself without end (* and &).", "Write it out instead."
            )
            return Leaf("*", line), 1
        if key not in self._done:
            self._open.add(key)
            self._done[key] = self._new(yaml_node)
            self._open.discard(key)
        return self._done[key]

    def _new(self, yaml_node: YamlNode) -> tuple[Node, int]:
        line = yaml_node.start_mark.line + 1
        if yaml_node.tag != _TEXT_TAG:
            fault = f"'{yaml_node.tag}' begins with an exclamation mark, which means something else here."
            self._problems.error(line, fault, 'Put the whole text in straight quotes: "!".')
        if isinstance(yaml_node, yaml.ScalarNode):
            return Leaf(str(yaml_node.value), line), 1
        if isinstance(yaml_node, yaml.SequenceNode):
            items = [self._node(item) for item in yaml_node.value]
            return Row(tuple(node for node, _ in items), line), 1 + sum(parts for _, parts in items)
        pairs: dict[str, tuple[str, int, Node]] = {}
        size = 1
        for key_node, value_node in yaml_node.value:
            key_line = key_node.start_mark.line + 1
            value, parts = self._node(value_node)
            size += parts
            if not isinstance(key_node, yaml.ScalarNode):
                self._problems.error(key_line, "A name must be a word here, not a list in brackets.", "Write a word.")
                continue
            name, value = self._unglued(str(key_node.value), value, key_line, plain=not key_node.style)
            if name in pairs:
                fault = f"'{name}' stands twice here, first on line {pairs[name][1]}."
                self._problems.error(key_line, fault, "Give one of them another name, or take it away.")
                continue
            pairs[name] = (name, key_line, value)
        return Branch(tuple(pairs.values()), line), size

    def _unglued(self, name: str, value: Node, line: int, *, plain: bool) -> tuple[str, Node]:
        glued = _GLUED.fullmatch(name) if plain and value == Leaf("", value.line) else None
        if glued is None:
            return name, value
        self._problems.error(
            line, f"A space is missing after the colon of '{glued[1]}'.", f"Write: {glued[1]}: {glued[2]}"
        )
        return glued[1], Leaf(glued[2].strip("\"'"), line)
