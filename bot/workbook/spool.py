"""A spool: rows put aside while the database is read, and read back, as often as needed, while a file is
written.

Reading keeps the write-ahead log from being emptied, writing takes many times as long; between them the rows lie here,
in memory while they are few and in an unnamed file when they are many: a killed process leaves nothing. They may hold
people's words, so the file has no name.
"""

from __future__ import annotations

import struct
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

R = TypeVar("R")
IN_MEMORY = 8 * 1024 * 1024
_TOGETHER = 256  # rows packed at once: a year's answers take 100 MB instead of a gigabyte
_LENGTH = struct.Struct("<I")


class Spool(Generic[R]):
    """Rows of one frozen dataclass. Iterating begins at the first row; add nothing once that has begun."""

    def __init__(self, row: type[R], folder: Path) -> None:
        """`folder`: where rows go that are too many for memory."""
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=str(folder))  # noqa: SIM115 - see close
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(list[row])  # type: ignore[valid-type]
        self._last: list[R] = []
        self._packs = self._rows = 0

    def __len__(self) -> int:
        return self._rows

    def __iter__(self) -> Iterator[R]:
        place = 0
        for _ in range(self._packs):
            self._file.seek(place)  # somebody else may be reading, too
            (length,) = _LENGTH.unpack(self._file.read(_LENGTH.size))
            packed = self._file.read(length)
            place = self._file.tell()
            yield from self._decoder.decode(zlib.decompress(packed))
        yield from self._last

    def add(self, row: R) -> None:
        """Put one row behind the others."""
        self._last.append(row)
        self._rows += 1
        if len(self._last) == _TOGETHER:
            packed = zlib.compress(self._encoder.encode(self._last), 1)
            self._file.write(_LENGTH.pack(len(packed)))
            self._file.write(packed)
            self._last = []
            self._packs += 1

    def close(self) -> None:
        """Let go of the rows."""
        self._file.close()
