"""The command that hands what is due to the organisation's own sender: what it takes, writes and prints."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from bot import clock, csv_files
from bot.commands_due import HandOver, Looked, TakeBack, TakenBack
from bot.errands import carried_out
from bot.moments import shown
from bot.openings import View, viewed_house
from bot.screen import line, table
from bot.settings import Settings, from_environment
from bot.store import hand_overs

HEADERS = ("reference", "contact", "unit", "phase", "language", "link", "text", "send_before", "note")
_PAGE = 500

Text = str | None


def add_to(contacts: typer.Typer) -> None:
    """Put this command among those about contacts."""
    contacts.command("due", epilog="Example: kundresa contacts due --to due.csv")(due)


def due(
    to: Annotated[Path | None, typer.Option(help="The .csv file to make; it must not be there yet.")] = None,
    unit: Annotated[Text, typer.Option(help="Of this unit only.")] = None,
    again: Annotated[
        Text, typer.Option(help="Write the file with this id once more; nothing new is handed over.")
    ] = None,
    undo: Annotated[
        Text, typer.Option(help="Nothing of the file with this id was sent: all of it is due again.")
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the files made so far.")] = False,
) -> None:
    """Hand over what is due for people no door reaches by itself: reference, link and ready text, for your own sender.

    Each follow-up is handed over once. With KUNDRESA_PUBLIC_URL the link opens a page to answer on; else Telegram.
    """
    settings = from_environment()
    if list_:
        _list(settings)
    elif undo is not None:
        done = asyncio.run(carried_out(settings, "due.undo", TakeBack(undo), TakenBack, clock.now))
        line(f"Taken back: {done.rows}. They are due again.")
    elif to is None:
        raise typer.BadParameter("Write --to FILE, or --list.")
    else:
        csv_files.check_new(to)
        file = again or uuid4().hex[:12]
        if again is None:
            asyncio.run(_handed_over(settings, file, unit))
        count = _written(settings, file, to)
        line(f"{to}: {count} to be sent. This file's id: {file}")
        if again is None:
            line(f"If nothing of it is sent: kundresa contacts due --undo {file}")


async def _handed_over(settings: Settings, file: str, unit: str | None) -> None:
    while (await carried_out(settings, "due.add", HandOver(file, unit), Looked, clock.now)).rows:
        continue


def _written(settings: Settings, file: str, to: Path) -> int:
    with viewed_house(settings) as view:
        return csv_files.write(to, HEADERS, rows(view, file, clock.now()))


def rows(view: View, file: str, now: datetime) -> Iterator[tuple[str, ...]]:
    """What stands in a file and is still to be sent: a row for each, as `HEADERS` names their cells."""
    premises, room = view.rooms.premises, view.rooms.hand_overs
    note = room.remark(premises.languages[0])
    after = ""
    while page := hand_overs.rows_of(view.tx, file, after=after, limit=_PAGE):
        after = page[-1].id
        for row in room.rows(view.tx, page, now):
            yield (
                row.reference or "",
                row.contact,
                row.unit,
                row.phase,
                row.language,
                row.link,
                room.text(view.tx, row),
                row.useful_until.astimezone(premises.zone).strftime("%Y-%m-%d %H:%M"),
                note,
            )


def _list(settings: Settings) -> None:
    with viewed_house(settings) as view:
        zone = view.rooms.premises.zone
        rows = [
            (one.id, shown(one.at, zone), str(one.rows), shown(one.undone_at, zone) if one.undone_at else "")
            for one in hand_overs.all_of_them(view.tx)
        ]
    table(("file", "made", "rows", "taken back"), rows, "Nothing was handed over yet.")
