"""The cookie of the console: the only one there is. It holds a session, or a sign-in that is under way elsewhere."""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from bot.console.gate import Office


def held(office: Office, request: Request) -> str:
    """What this browser holds; "" for nothing."""
    return request.cookies.get(office.cookie, "")


def give(office: Office, answer: Response, value: str, lasts: timedelta | None = None) -> None:
    """Let the browser hold this: for `lasts`, else until it is closed; the server ends every session itself.

    Lax: a link in an e-mail to a page of ours shall find the member signed in. What changes something is a form with a
    token of its own.
    """
    answer.set_cookie(
        office.cookie,
        value,
        max_age=round(lasts.total_seconds()) if lasts is not None else None,
        path="/",
        secure=office.encrypted,
        httponly=True,
        samesite="lax",
    )


def take(office: Office, answer: Response) -> None:
    """Let the browser hold nothing."""
    answer.delete_cookie(office.cookie, path="/", secure=office.encrypted, httponly=True, samesite="lax")
