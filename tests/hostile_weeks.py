"""Weeks that make a report hard to read: one week alone, nobody, one unit, forty units, forty long touchpoints.

`python -m tests.hostile_weeks FOLDER` makes the report of each, to look at.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import organisation
from bot.organisation import Organisation, Unit
from bot.store.database import Transaction
from bot.workbook.export import export_report, export_week
from bot.workbook.span import Span
from flows.journey import Journey, Phase, Touchpoint, Words
from tests import new_database
from tests.workbook_rows import MONDAY, ZONE, Rows, options, question, scale, visit, words

FIRST, LAST = "2026-W29", "2026-W48"
"""They hold a quarter, so that the report of a unit has every sheet."""

UNIT = "unit-00"
AFTER = datetime(2026, 11, 30, 5, tzinfo=UTC)
_START = MONDAY + timedelta(weeks=1)
_LONG = (
    "Sähköisen ajanvarausjärjestelmän käyttäjätunnistautumisvaihe",
    "Maahanmuuttaja- ja kotouttamispalveluiden neuvontapisteessä asiointi",
    "Varhaiskasvatushakemuksen liitteiden toimittaminen ja täydentäminen",
    "Toimeentulotukipäätöksen perustelujen ymmärrettävyys",
    "Rakennuslupahakemuksen käsittelyvaiheesta tiedottaminen",
)
_TRUST = replace(scale("trust", "after", "result"), scale="trust")
_HELPED = question("helped", "one", "after", options("yes", "partly", "no"))


def one_week(tx: Transaction) -> None:
    """Forty people, all in the week itself."""
    _filled(tx, visit(_TRUST, _HELPED), {0: 40})


def nobody(tx: Transaction) -> None:
    """A journey in use, and nobody met."""
    Rows(tx, visit()).use(visit(), MONDAY)


def one_unit(tx: Transaction) -> None:
    """Half a year of one unit, fewer and fewer, with a change in the last period."""
    _filled(tx, visit(_TRUST, _HELPED), {back: 18 + back for back in range(26)})


def forty_units(tx: Transaction) -> None:
    """Eight weeks of forty units, a few of them tiny, four channels."""
    units = [f"unit-{number:02d}" for number in range(40)]
    _filled(tx, visit(_TRUST, _HELPED), dict.fromkeys(range(8), 150), [*units[:36] * 4, *units[36:]])


def forty_touchpoints(tx: Transaction) -> None:
    """Forty touchpoints with long Finnish names, each a point of the curve, some of them with few answers."""
    _filled(tx, long_journey(), {0: 45, 1: 45, 5: 40, 6: 40})


WEEKS: Mapping[str, Callable[[Transaction], None]] = {
    each.__name__: each for each in (one_week, nobody, one_unit, forty_units, forty_touchpoints)
}


def long_journey() -> Journey:
    """A journey with forty touchpoints over three phases."""
    phases = ["before"] * 8 + ["during"] * 20 + ["after"] * 12
    names = [f"{_LONG[place % len(_LONG)]} {place + 1}" for place in range(40)]
    touchpoints = tuple(
        Touchpoint(f"t{place}", phase, Words({"fi": name, "sv": f"Kontaktpunkt {name}", "en": f"Touchpoint {name}"}))  # type: ignore[arg-type]
        for place, (phase, name) in enumerate(zip(phases, names, strict=True))
    )
    asked = [
        replace(
            scale(f"q{place}", "after", f"t{place}", curve=True),
            text=words(f"Kuinka hyvin tämä vaihe sujui kokonaisuutena: {name.lower()}?"),
        )
        for place, name in enumerate(names)
    ]
    small = visit()
    after = Phase("after", small.phases[2].timing, tuple(asked))
    title = Words(
        {"fi": "Pitkän ja monivaiheisen palvelupolun kokonaisseuranta kaikissa yksiköissä", "en": "A long journey"}
    )
    return replace(small, title=title, touchpoints=touchpoints, phases=(after,))


def home() -> Organisation:
    """The default organisation with forty units whose names are long, begin like formulas."""
    units = {
        f"unit-{number:02d}": Unit(
            f"unit-{number:02d}", words(f"=Palvelupiste '{number:02d}' & <Etelä-Pohjanmaa> {'ä' * 12}")
        )
        for number in range(40)
    }
    return replace(organisation.default(("sv", "fi", "en")), units=units)


async def reports_of(name: str, folder: Path, language: str, unit: str | None = None) -> list[Path]:
    """The report of one of these weeks, as `folder/name.xlsx`, and that of a unit, as `folder/name-unit.xlsx`."""
    store = await new_database.opened(folder / f"{name}.db")
    told = {"organisation": home(), "language": language, "now": AFTER, "zone": ZONE}
    try:
        await store.write(WEEKS[name])
        made, _ = await export_week(store, LAST, folder=folder / name, **told)  # type: ignore[arg-type]
        found = [made.rename(folder / f"{name}.xlsx")]
        if unit:
            made, *_ = await export_report(store, Span(FIRST, LAST, unit), folder=folder / name, **told)  # type: ignore[arg-type]
            found.append(made.rename(folder / f"{name}-unit.xlsx"))
    finally:
        await store.close()
    return found


def _filled(tx: Transaction, journey: Journey, weeks: Mapping[int, int], units: list[str] | None = None) -> None:
    chance = random.Random(5)
    rows = Rows(tx, journey)
    rows.use(journey, _START - timedelta(weeks=max(weeks) + 1))
    asked = [each for each in journey.questions() if each.kind in ("scale", "one")]
    for back, persons in weeks.items():
        for person in range(persons):
            answers: dict[str, int | str | None] = {}
            for place, each in enumerate(asked):
                if each.kind == "one":
                    answers[each.code] = chance.choice([choice.code for choice in each.choices])
                elif place % 7 != 6 or person < 3:  # some are answered by few
                    step = 3 + chance.choice((-2, -1, 0, 0, 1, 1, 2)) - (1 if back < 4 and place % 5 == 0 else 0)
                    answers[each.code] = min(5, max(1, step))
            unit = chance.choice(units) if units else "unit-00"
            contact = rows.answered(_START - timedelta(weeks=back) + timedelta(hours=person % 30), answers, unit=unit)
            channel = chance.choice(("phone", "visit", "web", "letter"))
            tx.run("UPDATE follow_ups SET channel = :c WHERE contact_id = :id", c=channel, id=contact)


if __name__ == "__main__":
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for each in WEEKS:
        print(*asyncio.run(reports_of(each, out, sys.argv[2] if len(sys.argv) > 2 else "fi", UNIT)))
