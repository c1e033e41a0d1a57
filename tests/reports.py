"""A week's report alone, for tests that read neither its data file nor its digest: making those takes twice as long."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from bot import organisation
from bot.organisation import Organisation
from bot.store.database import Store
from bot.workbook.counted import weeks_before
from bot.workbook.export import export_report
from bot.workbook.span import Span
from tests.workbook_rows import ZONE

DEFAULT = organisation.default(("sv", "fi", "en"))


async def report_of(
    store: Store, week: str, folder: Path, *, now: datetime, language: str = "en", spoken: Organisation = DEFAULT
) -> Path:
    """The report of the four weeks that end with `week`: the sheets are those of the week's own, but for Overview.

    That they are is what `test_the_last_four_weeks_asked_for_are_the_weeks_report` proves.
    """
    span = Span(weeks_before(week)[0], week)
    (path,) = await export_report(
        store, span, folder=folder, organisation=spoken, language=language, now=now, zone=ZONE
    )
    return path
