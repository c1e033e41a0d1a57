"""The console: the pages of staff as a whole, for the listener. What each does stands in its own room."""

from __future__ import annotations

from starlette.routing import BaseRoute

from bot.console import (
    answers,
    audit,
    call_backs,
    coding,
    contact,
    digests,
    erasures,
    health,
    home,
    importing,
    journeys,
    keys,
    members,
    new_contact,
    open_invitations,
    sign_in,
    staff_chat,
    week,
    workbooks,
)
from bot.console.gate import Gate, Office

UPLOADS = ("/console/import", "/console/journeys", "/console/coding")
"""Paths that take a file."""

LARGEST_UPLOAD = 25 * 1024 * 1024


def routes(office: Office) -> list[BaseRoute]:
    """Every page of the console."""
    gate = Gate(office)
    return [
        *sign_in.routes(gate),
        *home.routes(gate),
        *new_contact.routes(gate),
        *open_invitations.routes(gate),
        *importing.routes(gate),
        *week.routes(gate),
        *contact.routes(gate),
        *answers.routes(gate),
        *call_backs.routes(gate),
        *health.routes(gate),
        *digests.routes(gate),
        *workbooks.routes(gate),
        *coding.routes(gate),
        *erasures.routes(gate),
        *journeys.routes(gate),
        *members.routes(gate),
        *audit.routes(gate),
        *keys.routes(gate),
        *staff_chat.routes(gate),
    ]
