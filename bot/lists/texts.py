"""Texts: what lists may say, and what is said of them, from `words.yaml`. Never makes any up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import cast

from flows.syntax import read_packed

LANGUAGES = ("sv", "fi", "en")


class Texts:
    """The texts in one reader's language."""

    def __init__(self, language: str) -> None:
        """Swedish, Finnish or English; any other language reads English."""
        self.language = language if language in LANGUAGES else "en"

    def __call__(self, group: str, name: str, /, **values: object) -> str:
        """The text of this name in a group ("faults", "empty") with its braces filled. KeyError if it is missing."""
        return cast(Mapping[str, Mapping[str, str]], words()[group])[name][self.language].format(**values)


def headers(field: str) -> Mapping[str, str]:
    """What a template calls the column of this field, by language."""
    return cast(Mapping[str, Mapping[str, Mapping[str, str]]], words()["columns"])[field]["header"]


def names(field: str) -> Sequence[str]:
    """Everything that the column of this field may be called, its code first."""
    also = cast(Mapping[str, Mapping[str, Sequence[str]]], words()["columns"])[field]["also"]
    return (field, *headers(field).values(), *also)


def group(name: str) -> Mapping[str, Sequence[str]]:
    """Lists of words by what they mean: of "solved", "languages" and "personal"."""
    return cast(Mapping[str, Sequence[str]], words()[name])


def coded(field: str) -> Mapping[str, Mapping[str, str]]:
    """The codes of a field whose codes are the same everywhere, each with what it is called, by language."""
    return cast(Mapping[str, Mapping[str, Mapping[str, str]]], words()["coded"])[field]


def clock_words() -> Sequence[str]:
    """What may stand before a day or a time."""
    return cast(Sequence[str], words()["clock"])


@cache
def words() -> Mapping[str, object]:
    """The whole file, every scalar a text."""
    source = resources.files("bot.lists").joinpath("words.yaml").read_text(encoding="utf-8")
    return cast(Mapping[str, object], read_packed(source))
