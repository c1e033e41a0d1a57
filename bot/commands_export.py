"""The command that makes a week's workbooks, and data files of any closed weeks, of one unit, in any format."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import msgspec

from bot.clock import Now, iso_week, week_before
from bot.openings import House, Refused
from bot.organisation import meant
from bot.requests import Command, Request
from bot.store import control_sums, weeks
from bot.store.database import Transaction
from bot.workbook.span import Form, Span


class Export(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """export: a week (None: the last that ended), the report's language (None: the first), an absolute folder.

    `first`: several weeks, from that one to `week`. `unit`: its rows alone. `form`: how the data file is made.
    """

    folder: str
    week: str | None = None
    language: str | None = None
    first: str | None = None
    unit: str | None = None
    form: Form = "xlsx"


class Exported(msgspec.Struct, frozen=True):
    """The files that stand there, or the folder that holds them."""

    week: str
    files: tuple[str, ...]


class _Export:
    """Several transactions; doing it twice is harmless in itself."""

    async def performed(self, house: House, request: Request, now: Now) -> msgspec.Raw:
        from bot.workbook.formats import MissingExtra  # slow to read in, and other commands make no workbooks
        from bot.workbook.pages import TooManyRows
        from bot.workbook.sav_tables import TooLong

        asked = msgspec.json.decode(request.arguments, type=Export)
        premises, moment = house.premises, now()
        week = asked.week or week_before(iso_week(moment, premises.zone))
        named = week if asked.first is None else f"{asked.first}..{week}"
        try:
            await _check(house, asked, asked.first or week, moment)
            paths = await _made(house, asked, week, moment)
        except OSError as error:
            remedy = "Choose another folder with --to or KUNDRESA_EXPORTS, or make room."
            raise Refused(f"{asked.folder}: the workbooks can't be written ({error.strerror}). {remedy}") from error
        except (MissingExtra, TooLong) as error:
            raise Refused(str(error)) from error
        except (TooManyRows, ValueError) as error:
            raise Refused(f"{named}: {error}") from error
        return msgspec.Raw(msgspec.json.encode(Exported(week, tuple(map(str, paths)))))


async def _check(house: House, asked: Export, first: str, moment: datetime) -> None:
    # The week just ended may be empty; weeks long before the first contact can only be a slip of the pen.
    known = await house.store.read(weeks.first_week) or iso_week(moment, house.premises.zone)
    if first < week_before(known):
        raise Refused(f"{first}: no contact was known then. The first week with any is {known}.")
    if asked.unit is not None:
        meant(asked.unit, await house.store.read(_units, house), "unit")


def _units(tx: Transaction, house: House) -> list[str]:
    # Rows of a unit that is no longer in the organisation file can still be asked for.
    return list(dict.fromkeys((*house.premises.organisation.units, *control_sums.units(tx))))


async def _made(house: House, asked: Export, week: str, moment: datetime) -> list[Path]:
    from bot.workbook import export

    premises = house.premises
    language = meant(asked.language or premises.languages[0], premises.languages, "language")
    span = Span(asked.first or week, week, asked.unit)
    if span.is_week and asked.form == "xlsx":
        return await export.export_week(
            house.store,
            week,
            folder=Path(asked.folder),
            organisation=premises.organisation,
            language=language,
            now=moment,
            zone=premises.zone,
            simulated=premises.simulated,
        )
    made: list[Path] = []
    if asked.form == "xlsx":
        made = await export.export_report(
            house.store,
            span,
            folder=Path(asked.folder),
            organisation=premises.organisation,
            language=language,
            now=moment,
            zone=premises.zone,
            simulated=premises.simulated,
        )
    return made + await export.export_rows(
        house.store,
        span,
        folder=Path(asked.folder),
        organisation=premises.organisation,
        language=language,
        now=moment,
        zone=premises.zone,
        simulated=premises.simulated,
        form=asked.form,
    )


COMMANDS: Mapping[str, Command] = {"export": _Export()}
