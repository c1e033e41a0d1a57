"""Texts: what an analyst reads, from `texts.yaml` and `columns.yaml`, in one language or in all.

Never makes any up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources

from flows.journey import Words
from flows.syntax import read_packed

LANGUAGES = ("sv", "fi", "en")


class Texts:
    """The texts in one reader's language."""

    def __init__(self, language: str) -> None:
        """Swedish, Finnish or English; any other language reads English."""
        self.language = language if language in LANGUAGES else "en"

    def __call__(self, name: str, /, **values: object) -> str:
        """The text of this name ("notes.hidden") with its braces filled.

        KeyError names one that is missing.
        """
        return _all("texts.yaml")[name].texts[self.language].format(**values)

    def label(self, group: str, code: str) -> str:
        """The label of a code of this group ("phases", "before"), or the code itself where there is none."""
        found = _all("texts.yaml").get(f"{group}.{code}")
        return found.texts[self.language] if found else code

    def lines(self, group: str, /, **values: object) -> list[str]:
        """The texts of a list, in order, with their braces filled."""
        return [words.texts[self.language].format(**values) for words in group_of(group).values()]


def group_of(group: str) -> Mapping[str, Words]:
    """Every text of a group by its code, in the order of the file."""
    start = f"{group}."
    return {name[len(start) :]: words for name, words in _all("texts.yaml").items() if name.startswith(start)}


def column(table: str, name: str) -> Words | None:
    """What a column of the data file holds, or None where nothing is said."""
    found = _all("columns.yaml")
    whole = f"{table}.{name}"
    return found[whole] if whole in found else found.get(name)


@cache
def _all(file: str) -> Mapping[str, Words]:
    source = resources.files(__package__).joinpath(file).read_text("utf-8")
    return dict(_walked("", read_packed(source), file))


def _walked(path: str, node: object, file: str) -> Iterator[tuple[str, Words]]:
    if isinstance(node, list):
        node = {str(place): item for place, item in enumerate(node)}
    if not isinstance(node, dict):
        raise ValueError(f"{file}: {path or 'the file'} holds no texts")
    if any(isinstance(item, str) for item in node.values()):
        lacking = [language for language in LANGUAGES if not node.get(language)]
        if lacking:
            raise ValueError(f"{file}: {path} lacks {', '.join(lacking)}")
        yield path, Words(node)
        return
    for key, item in node.items():
        yield from _walked(f"{path}.{key}" if path else str(key), item, file)
