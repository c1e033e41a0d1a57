"""QR codes of links, as PNG and SVG. Knows nothing of invitations.

Error correction level M (15 % may be dirty or torn) and a quiet zone of four modules, as ISO/IEC 18004 asks: what
stands closer than that keeps phones from reading it.
"""

from __future__ import annotations

import io
from xml.sax.saxutils import quoteattr

import segno

QUIET_ZONE = 4
_PIXELS = 16


def png(link: str) -> bytes:
    """An image of one bit a pixel, large enough to print on a poster."""
    file = io.BytesIO()
    _made(link).save(file, kind="png", scale=_PIXELS, border=QUIET_ZONE)
    return file.getvalue()


def svg(link: str) -> bytes:
    """A drawing to put into a document, at any size; a millimetre a module where none is said."""
    file = io.BytesIO()
    _made(link).save(file, kind="svg", scale=1, unit="mm", border=QUIET_ZONE, light="#fff")
    return file.getvalue()


def drawing(link: str, title: str) -> str:
    """An `<svg>` element as large as its place in an HTML page; `title` says to those who can't see it what it is."""
    made = _made(link)
    width, _ = made.symbol_size(border=QUIET_ZONE)
    path = "".join(f"M{x} {y}h1v1h-1z" for x, y in _dark(made))
    return (
        f'<svg role="img" aria-label={quoteattr(title)} viewBox="0 0 {width} {width}" shape-rendering="crispEdges">'
        f'<path d="{path}"/></svg>'
    )


def _made(link: str) -> segno.QRCode:
    return segno.make(link, error="m", micro=False, boost_error=False)


def _dark(made: segno.QRCode) -> list[tuple[int, int]]:
    rows = enumerate(made.matrix_iter(scale=1, border=QUIET_ZONE))
    return [(x, y) for y, row in rows for x, module in enumerate(row) if module]
