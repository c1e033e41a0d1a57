"""Reads QR codes back, with a program that did not make them: from a PNG, an SVG's path, or a grey picture."""

from __future__ import annotations

import re
import struct
import zlib

import zxingcpp

_STEP = re.compile(r"([Mmhvz])\s*(-?[\d.]*)[ ,]?(-?[\d.]*)")
_SCALE = 4


def read_picture(grey: bytes, width: int, height: int) -> list[str]:
    """What stands in every code of a picture with one byte a pixel, 0 for black."""
    picture = memoryview(grey).cast("B", shape=[height, width])
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)  # type: ignore[arg-type]
    assert all(one.ec_level == "M" for one in found)
    return [one.text for one in found]


def read_png(png: bytes) -> list[str]:
    """What stands in the codes of a PNG of one bit a pixel."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height, depth, colour = struct.unpack(">IIBB", png[16:26])
    assert (depth, colour) == (1, 0)
    packed, place = b"", 8
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        if png[place + 4 : place + 8] == b"IDAT":
            packed += png[place + 8 : place + 8 + length]
        place += 12 + length
    raw, a_row = zlib.decompress(packed), 1 + (width + 7) // 8
    before, grey = bytes(a_row - 1), bytearray()
    for y in range(height):
        line = raw[y * a_row : (y + 1) * a_row]
        assert line[0] in (0, 2)  # as it stands, or as the difference from the row above
        before = bytes((one + (above if line[0] else 0)) % 256 for one, above in zip(line[1:], before, strict=True))
        bits = "".join(f"{byte:08b}" for byte in before)[:width]
        grey += bytes(255 if bit == "1" else 0 for bit in bits)
    return read_picture(bytes(grey), width, height)


def read_modules(dark: set[tuple[int, int]], size: int) -> list[str]:
    """What stands in a code whose dark modules are at these places, of `size` with its quiet zone."""
    rows = [
        bytes(0 if (x // _SCALE, y // _SCALE) in dark else 255 for x in range(size * _SCALE))
        for y in range(size * _SCALE)
    ]
    return read_picture(b"".join(rows), size * _SCALE, size * _SCALE)


def stroked(path: str) -> set[tuple[int, int]]:
    """The modules that an SVG path of horizontal strokes through their middles covers."""
    dark: set[tuple[int, int]] = set()
    x = y = 0.0
    for command, first, second in _STEP.findall(path):
        if command == "M":
            x, y = float(first), float(second)
        elif command == "m":
            x, y = x + float(first), y + float(second or 0)
        elif command == "h":
            dark |= {(int(x) + step, int(y)) for step in range(int(first))}
            x += float(first)
    return dark


def squares(path: str) -> set[tuple[int, int]]:
    """The modules that an SVG path of squares covers."""
    return {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", path)}
