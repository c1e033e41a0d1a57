"""The command that makes a week's workbooks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from bot.clock import Now, iso_week, week_before
from bot.openings import House, Refused
from bot.organisation import meant
from bot.requests import Command, Request
from bot.store import weeks


class Export(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """export: a week (None: the last that ended), the report's language (None: the first), an absolute folder."""

    folder: str
    week: str | None = None
    language: str | None = None


class Exported(msgspec.Struct, frozen=True):
    """The files that stand there."""

    week: str
    files: tuple[str, ...]


class _Export:
    """Several transactions; doing it twice is harmless in itself."""

    async def performed(self, house: House, request: Request, now: Now) -> msgspec.Raw:
        from bot.workbook.export import export_week  # slow to read in, and other commands make no workbooks
        from bot.workbook.pages import TooManyRows

        asked = msgspec.json.decode(request.arguments, type=Export)
        premises, moment = house.premises, now()
        language = meant(asked.language or premises.languages[0], premises.languages, "language")
        week = asked.week or week_before(iso_week(moment, premises.zone))
        try:
            # The week just ended may be empty; weeks long before the first contact can only be a slip of the pen.
            first = await house.store.read(weeks.first_week) or iso_week(moment, premises.zone)
            if week < week_before(first):
                raise Refused(f"{week}: no contact was known then. The first week with any is {first}.")
            paths = await export_week(
                house.store,
                week,
                folder=Path(asked.folder),
                organisation=premises.organisation,
                language=language,
                now=moment,
                zone=premises.zone,
                simulated=premises.simulated,
            )
        except OSError as error:
            remedy = "Choose another folder with --to or KUNDRESA_EXPORTS, or make room."
            raise Refused(f"{asked.folder}: the workbooks can't be written ({error.strerror}). {remedy}") from error
        except (TooManyRows, ValueError) as error:
            raise Refused(f"{week}: {error}") from error
        return msgspec.Raw(msgspec.json.encode(Exported(week, tuple(map(str, paths)))))


COMMANDS: Mapping[str, Command] = {"export": _Export()}
