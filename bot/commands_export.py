"""The command that makes a week's workbooks, and data files of any closed weeks, of one unit, in any format."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from bot.clock import Now, iso_week, week_before, week_start
from bot.openings import House, Refused
from bot.organisation import meant
from bot.requests import Command, Request
from bot.store import control_sums, weeks
from bot.store.database import Transaction
from bot.workbook.span import Form, Span
from flows.problems import listed, suggestion


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
        from bot.workbook.folders import NotOurs  # slow to read in, and other commands make no workbooks
        from bot.workbook.formats import MissingExtra
        from bot.workbook.pages import TooManyRows
        from bot.workbook.sav_tables import TooLong

        asked = msgspec.json.decode(request.arguments, type=Export)
        premises, moment = house.premises, now()
        week = asked.week or week_before(iso_week(moment, premises.zone))
        named = week if asked.first is None else f"{asked.first}..{week}"
        try:
            _check_weeks(premises.zone, asked.first or week, week)
            await _check(house, asked, asked.first or week, moment)
            paths = await _made(house, asked, week, moment)
        except FileExistsError as error:
            raise Refused(f"{error.filename}: is a file, not a folder. Choose another folder with --to.") from error
        except OSError as error:
            remedy = "Choose another folder with --to or KUNDRESA_EXPORTS, or make room."
            raise Refused(f"{asked.folder}: the workbooks can't be written ({error.strerror}). {remedy}") from error
        except (MissingExtra, NotOurs, TooLong) as error:
            raise Refused(str(error)) from error
        except (TooManyRows, ValueError) as error:
            raise Refused(f"{named}: {error}") from error
        return msgspec.Raw(msgspec.json.encode(Exported(week, tuple(map(str, paths)))))


def _check_weeks(zone: ZoneInfo, *named: str) -> None:
    for week in named:
        try:
            week_start(week, zone)
        except ValueError:
            raise Refused(f"{week}: there is no such week. A year has W01 to W52, some years W53.") from None


async def _check(house: House, asked: Export, first: str, moment: datetime) -> None:
    # The week just ended may be empty; weeks before the first contact can only be a slip of the pen.
    now = iso_week(moment, house.premises.zone)
    known = await house.store.read(weeks.first_week) or now
    if first < min(known, week_before(now)):
        raise Refused(f"{first}: no contact was known then. The first week with any is {known}.")
    if asked.unit is not None:
        units = await house.store.read(_units, house)
        if asked.unit not in units:
            near = suggestion(asked.unit, units, "")
            told = (f"There is no unit '{asked.unit}'.", near, f"The units: {listed(units)}.")
            raise Refused(" ".join(filter(None, told)))


def _units(tx: Transaction, house: House) -> list[str]:
    # Rows of a unit that is no longer in the organisation file can still be asked for.
    return list(dict.fromkeys((*house.premises.organisation.units, *control_sums.units(tx))))


async def _made(house: House, asked: Export, week: str, moment: datetime) -> list[Path]:
    from bot.workbook import export

    premises = house.premises
    making = export.Making(
        folder=Path(asked.folder),
        organisation=premises.organisation,
        language=meant(asked.language or premises.languages[0], premises.languages, "language"),
        now=moment,
        zone=premises.zone,
        simulated=premises.simulated,
    )
    span = Span(asked.first or week, week, asked.unit)
    if span.is_week and asked.form == "xlsx":
        if asked.language is not None:
            await _check_language(house, week, making["language"], making["folder"])
        return await export.export_week(house.store, week, **making)
    made: list[Path] = []
    if asked.form == "xlsx":
        made = await export.export_report(house.store, span, **making)
    return made + await export.export_rows(house.store, span, form=asked.form, **making)


async def _check_language(house: House, week: str, language: str, folder: Path) -> None:
    from bot.workbook.export import standing_language

    stands = await standing_language(house.store, week, folder)
    if stands not in (None, language):
        raise Refused(
            f"{week}: the report stands in {folder} already, in the language {stands!r}, and is made once. "
            f"To have it in {language!r} too, name another folder with --to."
        )


COMMANDS: Mapping[str, Command] = {"export": _Export()}
