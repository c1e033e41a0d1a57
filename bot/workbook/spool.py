"""A spool: rows put aside while the database is read, and read back, as often as needed, while a file is
written.

Reading holds the database's one reader, writing takes many times as long; between them the rows lie here, in
memory while they are few and in an unnamed file when they are many. They may hold people's words, so the file
has no name.
"""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

R = TypeVar("R")
IN_MEMORY = 8 * 1024 * 1024
_LENGTH = struct.Struct("<I")


class Spool(Generic[R]):
    """Rows of one frozen dataclass. Iterating begins at the first row; add nothing once that has begun."""

    def __init__(self, row: type[R], folder: Path) -> None:
        """`folder`: where rows go that are too many for memory."""
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=str(folder))  # noqa: SIM115 - see close
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(row)
        self._rows = 0

    def __len__(self) -> int:
        return self._rows

    def __iter__(self) -> Iterator[R]:
        self._file.seek(0)
        for _ in range(self._rows):
            (length,) = _LENGTH.unpack(self._file.read(_LENGTH.size))
            yield self._decoder.decode(self._file.read(length))

    def add(self, row: R) -> None:
        """Put one row behind the others."""
        packed = self._encoder.encode(row)
        self._file.write(_LENGTH.pack(len(packed)))
        self._file.write(packed)
        self._rows += 1

    def close(self) -> None:
        """Let go of the rows."""
        self._file.close()
