"""Printing: one-time cards as a sheet to print and cut: A4, eight cards a page, cut marks, black on white.

A part of one of our pages, or one HTML file with everything in it: nothing is loaded from anywhere, since its links
are as good as keys. The links stand in it only as QR codes. What dresses it, and where each card lies on a page, is in
`pages/static/cards.css`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from importlib import resources
from itertools import product
from string import Template

from bot import qr
from bot.paragraphs import ways
from flows.journey import Words
from flows.wording import filled, in_language

COLUMNS, ROWS = 2, 4
A_PAGE = COLUMNS * ROWS

_WIDTH, _HEIGHT = 90.0, 66.0
_LEFT, _TOP = (210 - COLUMNS * _WIDTH) / 2, (297 - ROWS * _HEIGHT) / 2
_MARK, _GAP, _CROSS = 5.0, 2.0, 2.0
"""Millimetres: a mark at the edge, how far it stays from the cards, and half a cross between four cards."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is printed: one card for each of `links`, in these languages. `until` is the last local day.

    `web`: the links lead to pages of our own, where with `telegram` people can also choose to answer there.
    """

    id: str
    links: Sequence[str]
    organisation: Words
    unit: Words
    service: Words | None
    phone: str
    languages: Sequence[str]
    until: date
    web: bool = False
    telegram: bool = True


def html(sheet: Sheet, words: Mapping[str, Words]) -> str:
    """The sheet as an HTML file; `words` are those of `bot/words`."""
    first = sheet.languages[0]
    template = Template(resources.files("bot").joinpath("card_sheet.html").read_text("utf-8"))
    return template.substitute(
        language=escape(first),
        title=escape(f"{in_language(words['sheet-title'], first)} {sheet.id}"),
        note=escape(in_language(words["sheet-note"], first)),
        style=resources.files("bot.pages").joinpath("static/cards.css").read_text("utf-8"),
        pages=body(sheet, words),
    )


def body(sheet: Sheet, words: Mapping[str, Words]) -> str:
    """The pages of the sheet alone, as HTML elements that `cards.css` dresses."""
    pages = [sheet.links[start : start + A_PAGE] for start in range(0, len(sheet.links), A_PAGE)]
    return "\n".join(_page(sheet, words, links, f"{number}/{len(pages)}") for number, links in enumerate(pages, 1))


def _page(sheet: Sheet, words: Mapping[str, Words], links: Sequence[str], number: str) -> str:
    cards = [_card(sheet, words, link, place) for place, link in enumerate(links, 1)]
    marks = f'<svg class="marks" viewBox="0 0 210 297" aria-hidden="true"><path d="{_marks()}"/></svg>'
    return "\n".join(
        ['<section class="page">', marks, *cards, f'<p class="sheet">{escape(sheet.id)} {number}</p>', "</section>"]
    )


def _card(sheet: Sheet, words: Mapping[str, Words], link: str, place: int) -> str:
    first = sheet.languages[0]
    text = words["card-text-web" if sheet.web else "card-text"]
    answered = {"ways": ways(words, telegram=sheet.telegram)}
    where = [in_language(name, first) for name in (sheet.unit, sheet.service) if name is not None]
    said = "".join(
        f'<div lang="{escape(language)}"><h2>{escape(in_language(words["card-title"], language))}</h2>'
        f"<p>{escape(filled(text, language, answered))}</p></div>"
        for language in sheet.languages
    )
    until = " · ".join(
        f'<span lang="{escape(language)}">{escape(in_language(words["card-until"], language))}</span>'
        for language in sheet.languages
    )
    who = f"<b>{escape(in_language(sheet.organisation, first))}</b><span>{escape(', '.join(where))}</span>"
    return (
        f'<article class="card-out in{len(sheet.languages)} at{place}">'
        f'<p class="who">{who}</p>'
        f'<div class="code">{qr.drawing(link, in_language(words["card-qr"], first))}</div>'
        f'<div class="words">{said}</div>'
        f'<p class="foot">{until} {sheet.until.isoformat()}<br>☎ {escape(sheet.phone)}</p></article>'
    )


def _marks() -> str:
    """Where to cut: short lines outside the cards, and a small cross wherever four of them meet."""
    across = [_LEFT + column * _WIDTH for column in range(COLUMNS + 1)]
    down = [_TOP + row * _HEIGHT for row in range(ROWS + 1)]
    lines = []
    for x in across:
        lines += [f"M{x:g} {_TOP - _GAP:g}v{-_MARK:g}", f"M{x:g} {down[-1] + _GAP:g}v{_MARK:g}"]
    for y in down:
        lines += [f"M{_LEFT - _GAP:g} {y:g}h{-_MARK:g}", f"M{across[-1] + _GAP:g} {y:g}h{_MARK:g}"]
    for x, y in product(across[1:-1], down[1:-1]):
        lines += [f"M{x - _CROSS:g} {y:g}h{2 * _CROSS:g}", f"M{x:g} {y - _CROSS:g}v{2 * _CROSS:g}"]
    return "".join(lines)
