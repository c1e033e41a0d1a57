"""Labels: a cell's code, or what the organisation calls it in any language, as the code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.contacts import SOLVED
from bot.library import Library
from bot.lists.faults import CellFault, shown, unknown
from bot.lists.texts import Texts, group
from bot.organisation import Organisation
from flows.journey import Words
from flows.vocabulary import plain, spoken

CODED = ("journey", "unit", "service", "channel", "cause", "solved", "outcome", "language", "not_asked")
"""The fields that hold a code."""

_REMEMBERED = 10_000  # a list has few different words, however many its rows
_COMPARED = 1_000


class Labels:
    """What may stand in the coded columns of one organisation, and what it means."""

    def __init__(self, codes: Mapping[str, Mapping[str, Sequence[str]]], texts: Texts) -> None:
        """`codes` are each field's codes, each with what else it may be written as."""
        self._texts = texts
        self._fields = {name: _Field(of_field) for name, of_field in codes.items()}
        self._found: dict[tuple[str, str], str | CellFault] = {}

    def code(self, field: str, text: str) -> str:
        """The code that `text` means in this column. CellFault if it means none, or several."""
        found = self._found.get((field, text))
        if found is None:
            try:
                found = self._code(field, text)
            except CellFault as fault:
                found = fault
            if len(self._found) < _REMEMBERED:
                self._found[field, text] = found
        if isinstance(found, CellFault):
            raise CellFault(found.name, **found.values)
        return found

    def _code(self, field: str, text: str) -> str:
        known = self._fields[field]
        if text in known.codes:
            return text
        for meaning, form in ((known.spoken, spoken(text)), (known.plain, plain(text))):
            codes = meaning.get(form, ())
            if len(codes) == 1:
                return codes[0]
            if codes:
                raise CellFault("several", value=shown(text, self._texts), codes=", ".join(codes))
        # To look for what is near takes a while: not in a list that is wrong everywhere.
        near = known.written if len(self._found) < _COMPARED else ()
        raise unknown(text, known.codes, near, self._texts)


def codes_of(organisation: Organisation, library: Library) -> Mapping[str, Mapping[str, Sequence[str]]]:
    """For each coded field its codes in order, each with what it is called, in the organisation's languages."""
    spoken_here = organisation.languages

    def called(words: Words) -> tuple[str, ...]:
        return tuple(words.texts[language] for language in spoken_here if words.texts.get(language))

    def labelled(labels: Mapping[str, Words]) -> dict[str, tuple[str, ...]]:
        return {code: called(words) for code, words in labels.items()}

    return {
        "journey": {code: called(one.title) for code, one in library.journeys.items()},
        "unit": {code: called(one.name) for code, one in organisation.units.items()},
        "service": {code: called(one.name) for code, one in organisation.services.items()},
        "channel": labelled(organisation.channels),
        "cause": labelled(organisation.causes),
        "solved": {code: tuple(group("solved")[code]) for code in SOLVED},
        "outcome": labelled(organisation.outcomes),
        "language": {code: tuple(group("languages").get(code, ())) for code in spoken_here},
        "not_asked": labelled(organisation.reasons),
    }


class _Field:
    """One field's codes, and every way to write them: `spoken`, and without accents."""

    def __init__(self, codes: Mapping[str, Sequence[str]]) -> None:
        self.codes = tuple(codes)
        self.written = tuple(dict.fromkeys(name for code, labels in codes.items() for name in (code, *labels)))
        self.spoken: dict[str, tuple[str, ...]] = {}
        self.plain: dict[str, tuple[str, ...]] = {}
        for code, labels in codes.items():
            for name in (code, *labels):
                for meaning, form in ((self.spoken, spoken(name)), (self.plain, plain(name))):
                    meaning[form] = tuple(dict.fromkeys((*meaning.get(form, ()), code)))
