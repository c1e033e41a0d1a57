"""Typed: the values of a data file for formats whose columns have types, the same as in its cells but never cut.

A moment stays a moment, so a format decides how it is told. Never touches a file.
"""

from __future__ import annotations

import math
from datetime import date, datetime, tzinfo
from enum import Enum
from uuid import UUID

from bot.workbook.cells import readable
from bot.workbook.sheets import Content, Formed, Holds

Typed = None | str | int | float | datetime | date
"""What comes out: of a column of "text" or "words" a text, of "whole" an int, of "decimal" a float, else a moment or a
day; or None.
"""


def typed(content: Content, holds: Holds, zone: tzinfo) -> Typed:
    """The value as a column that holds this has it. ValueError or TypeError for what it can't.

    Texts have line feeds for line ends and U+FFFD for what no file can hold. A moment in a column of texts is told as
    local time with its offset.
    """
    value = content.value if isinstance(content, Formed) else content
    if isinstance(value, Enum):
        value = value.value
    if value is None or value == "" or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if holds in ("text", "words"):
        return _text(value, zone)
    if holds == "whole":
        return int(_number(value)) if float(_number(value)).is_integer() else _refused(value, holds)
    if holds == "decimal":
        return float(_number(value))
    if not isinstance(value, date):  # a moment is a day, too
        return _refused(value, holds)
    return value


def _text(value: object, zone: tzinfo) -> str:
    if isinstance(value, str | UUID):
        return readable(str(value))
    if isinstance(value, datetime):
        return (value.astimezone(zone) if value.tzinfo else value).isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def _number(value: object) -> int | float:
    return value if isinstance(value, int | float) else _refused(value, "a number")


def _refused(value: object, holds: str) -> int:
    raise TypeError(f"a column of {holds} can't hold {type(value).__name__}")
