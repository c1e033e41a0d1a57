"""Forms: what was sent in one, as short clean texts; and the token that shows that it was ours."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from starlette.datastructures import UploadFile
from starlette.requests import Request

from bot.keys import Keyring
from bot.pages.guard import TooLarge

TOKEN = "token"  # noqa: S105 - the name of a field
LONGEST = 8000
"""Characters of one field."""

_MOST_FIELDS = 200


class FormRefused(Exception):
    """A form that can't be ours, or can't be read."""


async def fields(request: Request) -> Mapping[str, str]:
    """The text fields of a form, each with its last value, cut to `LONGEST`. FormRefused if it can't be read."""
    try:
        async with request.form(max_files=0, max_fields=_MOST_FIELDS) as form:
            return {name: value[:LONGEST] for name, value in form.multi_items() if isinstance(value, str)}
    except TooLarge:
        raise
    except Exception as error:
        raise FormRefused("This form can't be read.") from error


async def upload(request: Request, name: str) -> tuple[Mapping[str, str], str, bytes]:
    """The text fields, and the file of this name: what it is called, and its bytes. FormRefused without one."""
    try:
        async with request.form(max_files=1, max_fields=_MOST_FIELDS) as form:
            texts = {key: value[:LONGEST] for key, value in form.multi_items() if isinstance(value, str)}
            file = form.get(name)
            if not isinstance(file, UploadFile):
                raise FormRefused("No file came with this form.")
            return texts, file.filename or "", await file.read()
    except (TooLarge, FormRefused):
        raise
    except Exception as error:
        raise FormRefused("This form can't be read.") from error


def token(keyring: Keyring, about: bytes) -> str:
    """What a form carries. `about` is whom it is for: the hash of a session's cookie, or what it leads to."""
    return keyring.form_token(about)


def check(keyring: Keyring, about: bytes, given: Mapping[str, str]) -> None:
    """FormRefused unless the form carries its token."""
    if not hmac.compare_digest(keyring.form_token(about).encode(), given.get(TOKEN, "").encode("utf-8", "replace")):
        raise FormRefused("This page is too old, or was not ours. Open it again.")
