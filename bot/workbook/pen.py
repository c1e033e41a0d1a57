"""Pen: the font of pictures: which letters it has, how wide a text is, and where to break it.

It is the one that comes with matplotlib: the same letters on every machine, and nothing is looked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties

_MEASURED_AT = 100
_LEAST_LEFT = 3  # letters of a broken word that stand on its last line


class Pen:
    """Knows the font: how wide a text is, where to break it, which letters there are. `wide` takes those alone."""

    def __init__(self) -> None:
        from matplotlib import get_data_path
        from matplotlib.font_manager import get_font

        folder = Path(get_data_path()) / "fonts" / "ttf"
        self._files = {False: str(folder / "DejaVuSans.ttf"), True: str(folder / "DejaVuSans-Bold.ttf")}
        self._advances: dict[tuple[str, bool], float] = {}
        self._known = get_font(self._files[False]).get_charmap()

    def font(self, size: float, bold: bool = False) -> FontProperties:
        """The font in a size, as matplotlib takes it."""
        from matplotlib.font_manager import FontProperties

        return FontProperties(fname=self._files[bold], size=size)

    def letters(self, text: str) -> str:
        """The text in one line, in letters that the font has."""
        line = " ".join(text.split())
        return "".join(letter if ord(letter) in self._known and letter.isprintable() else "?" for letter in line)

    def wide(self, text: str, size: float, bold: bool = False) -> float:
        """Inches that a text takes."""
        return sum(self._advance(letter, bold) for letter in text) * size / 72

    def lines(self, text: str, size: float, room: float, bold: bool = False) -> list[str]:
        """The text in lines that fit into so many inches; a word that does not is broken."""
        found: list[str] = []
        for word in self.letters(text).split():
            longer = f"{found[-1]} {word}" if found else word
            if found and self.wide(longer, size, bold) <= room:
                found[-1] = longer
                continue
            found += self._broken(word, size, room, bold)
        return found

    def _advance(self, letter: str, bold: bool) -> float:
        """How far a letter reaches, as a share of the font's size."""
        if (letter, bold) not in self._advances:
            from matplotlib.font_manager import get_font

            font = get_font(self._files[bold])
            font.set_size(_MEASURED_AT, 72)
            self._advances[letter, bold] = font.load_char(ord(letter)).linearHoriAdvance / 65536 / _MEASURED_AT
        return self._advances[letter, bold]

    def _broken(self, word: str, size: float, room: float, bold: bool) -> Iterator[str]:
        start = 0
        while self.wide(word[start:], size, bold) > room:
            end = start + 1
            while self.wide(f"{word[start : end + 1]}-", size, bold) <= room:
                end += 1
            end = max(start + 1, min(end, len(word) - _LEAST_LEFT))
            yield f"{word[start:end]}-"
            start = end
        yield word[start:]
