"""The commands about invitations: what they take, write and print. What they do is `commands_invitations`' work."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot import clock, fresh_file, openings, printing, qr
from bot.commands_invitations import Invite, Invited, Open, Opened, Retire, Retired, SpeakOpen, opened
from bot.errands import carried_out
from bot.moments import shown
from bot.openings import Refused, viewed_house
from bot.organisation import Organisation, meant
from bot.paragraphs import paragraphs, sms_length, sms_parts
from bot.screen import line, table
from bot.settings import Settings, from_environment
from bot.store import open_invitations
from flows.journey import Words

Text = str | None
_FILES = "The file to make; it must not be there yet."
_NO_NAME = "The bot's name is not known yet: start `kundresa run` once, so that there is a link."


def add_to(contacts: typer.Typer) -> None:
    """Put these commands among those about contacts."""
    contacts.command("invite", epilog="Example: kundresa contacts invite k3m9wq7hx2ptcd --lang sv --png qr.png")(invite)
    contacts.command(
        "open", epilog="Example: kundresa contacts open --journey office-visit --unit main --cards 40 --to cards.html"
    )(open_)


def invite(
    contact: Annotated[str, typer.Argument(help="The contact's id, or its case reference.")],
    lang: Annotated[Text, typer.Option(help="The language of the texts; without it the contact's, or all.")] = None,
    new_code: Annotated[bool, typer.Option("--new-code", help="Make a new code to say; the old one dies.")] = False,
    png: Annotated[Path | None, typer.Option(help=f"The link as a QR code. {_FILES}")] = None,
    svg: Annotated[Path | None, typer.Option(help=f"The link as a QR code. {_FILES}")] = None,
) -> None:
    """Show a contact's link, a code to say aloud, and texts to paste into a letter, a mail or an SMS."""
    settings = from_environment()
    _check_files(png, svg)
    if lang is not None:
        meant(lang, settings.languages, "language")
    asked = Invite(contact, new_code)
    found = asyncio.run(carried_out(settings, "contacts.invite", asked, Invited, clock.now))
    _print_invited(found, settings, lang)
    if found.link is not None:
        _write_codes(found.link, png, svg)
    elif png or svg:
        raise Refused(_NO_NAME)


def open_(
    journey: Annotated[Text, typer.Option(help="The journey to follow, such as office-visit.")] = None,
    unit: Annotated[Text, typer.Option(help="The unit it hangs at, by its code.")] = None,
    service: Annotated[Text, typer.Option(help="The service, by its code.")] = None,
    channel: Annotated[Text, typer.Option(help="How people meet there, such as phone or visit.")] = None,
    until: Annotated[Text, typer.Option(help="The last day; without it a year, for cards 90 days.")] = None,
    lang: Annotated[Text, typer.Option(help="The language printed on cards; without it all.")] = None,
    cards: Annotated[int | None, typer.Option(help="Make so many cards, each for one person, with --to.")] = None,
    to: Annotated[Path | None, typer.Option(help=f"The sheet of cards to print, as .html. {_FILES}")] = None,
    png: Annotated[Path | None, typer.Option(help=f"A poster's link as a QR code. {_FILES}")] = None,
    svg: Annotated[Path | None, typer.Option(help=f"A poster's link as a QR code. {_FILES}")] = None,
    spoken: Annotated[bool, typer.Option("--spoken", help="Also a code to say aloud, for 72 hours.")] = False,
    show: Annotated[Text, typer.Option(help="Show or print again the poster or sheet with this id.")] = None,
    retire: Annotated[Text, typer.Option(help="Nobody begins any more with the poster or sheet of this id.")] = None,
    list_: Annotated[bool, typer.Option("--list", help="List posters and sheets of cards.")] = False,
) -> None:
    """Invite whoever comes: a poster for everybody, or cards for one each.

    Whoever scans it says when they were there, and a contact is registered from that.
    """
    settings = from_environment()
    if list_:
        _list(settings)
        return
    if retire is not None:
        done = asyncio.run(carried_out(settings, "contacts.retire", Retire(retire), Retired, clock.now))
        line(f"Retired: {done.number}.")
        return
    if show is None and (journey is None or unit is None):
        raise typer.BadParameter("Write --journey and --unit, or --list, --show ID or --retire ID.")
    if cards is not None and (to is None or png or svg or spoken):
        raise typer.BadParameter("Write --to FILE.html with --cards; --png, --svg and --spoken are for posters.")
    if show is None and cards is None and to is not None:
        raise typer.BadParameter("Write --cards with --to: a poster's code goes to --png or --svg.")
    _check_files(png, svg, to)
    if show is not None:
        with viewed_house(settings) as view:
            found = opened(view.tx, view.rooms, show, clock.now())
    else:
        asked = Open(journey or "", unit or "", service, channel, lang, until, cards)
        found = asyncio.run(carried_out(settings, "contacts.open", asked, Opened, clock.now))
    if spoken:
        found = asyncio.run(carried_out(settings, "contacts.open-speak", SpeakOpen(found.id), Opened, clock.now))
    _print_opened(found)
    _write_opened(found, settings, to, png, svg)


def _list(settings: Settings) -> None:
    with viewed_house(settings) as view:
        found = open_invitations.listed(view.tx)
        zone, now = view.rooms.premises.zone, clock.now()
    rows = [
        (
            one.id,
            one.kind if one.kind == "poster" else "cards",
            one.journey,
            one.unit,
            one.service or "",
            one.channel or "",
            _last_day(one.expires_at, zone).isoformat(),
            "retired" if one.retired else "expired" if one.expires_at <= now else "open",
            f"{one.spent} of {one.printed}" if one.kind == "card" else "",
            str(one.contacts),
        )
        for one in found
    ]
    headers = ("id", "kind", "journey", "unit", "service", "channel", "until", "state", "spent", "contacts")
    table(headers, rows, "There is no poster, and there are no cards.")


def _print_invited(found: Invited, settings: Settings, lang: str | None) -> None:
    zone = ZoneInfo(found.zone)
    organisation, library = openings.files(settings)
    line(f"Contact: {found.contact}")
    line(f"Invitation: {found.link}" if found.link else f"Invitation code: {found.code}")
    line(f"Code to say: {found.spoken}, until {shown(found.spoken_until, zone)}")
    if found.link is None or (found.bot is None and found.site is None):
        line(_NO_NAME)
        return
    languages = (lang,) if lang else (found.language,) if found.language else settings.languages
    at = organisation.units.get(found.unit)
    phone = at.phone if at is not None and at.phone else organisation.phone
    names: dict[str, Words | str] = {"organisation": organisation.name, "phone": phone}
    for language in languages:
        texts = paragraphs(
            library.words,
            names,
            language,
            link=found.link,
            bot=found.bot,
            code=found.spoken,
            until=found.spoken_until.astimezone(zone),
            site=found.site,
        )
        parts = sms_parts(texts.sms)
        length = f"{sms_length(texts.sms)} characters" + (f", sent as {parts}" if parts > 1 else "")
        for heading, text in (("Letter", texts.letter), ("Mail", texts.mail), (f"SMS, {length}", texts.sms)):
            line(f"\n{heading} ({language}):\n{text}")


def _print_opened(found: Opened) -> None:
    zone = ZoneInfo(found.zone)
    what = ", ".join(code for code in (found.journey, found.unit, found.service, found.channel) if code)
    line(f"{'Poster' if found.kind == 'poster' else 'Cards'}: {found.id} ({what})")
    line(f"Good until: {_last_day(found.expires_at, zone)}")
    if found.kind == "card":
        line(f"Cards that can be used: {len(found.codes)}")
    elif found.links:
        line(f"Invitation: {found.links[0]}")
    else:
        line(f"Invitation code: {found.codes[0]}")
        line(_NO_NAME)
    if found.spoken and found.spoken_until:
        line(f"Code to say: {found.spoken}, until {shown(found.spoken_until, zone)}")


def _write_opened(found: Opened, settings: Settings, to: Path | None, png: Path | None, svg: Path | None) -> None:
    if not (to or png or svg):
        return
    if not found.links:
        raise Refused(_NO_NAME)
    if found.kind == "poster":
        if to is not None:
            raise Refused(f"{found.id}: is a poster; its code goes to --png or --svg.")
        _write_codes(found.links[0], png, svg)
        return
    if to is None:
        raise Refused(f"{found.id}: is a sheet of cards; print it with --to FILE.html.")
    organisation, library = openings.files(settings)
    sheet = _sheet(found, organisation, settings.languages)
    try:
        fresh_file.written(to, printing.html(sheet, library.words).encode())
    except Refused as error:
        raise Refused(f"{error} The cards are made: print them with --show {found.id} --to FILE.html.") from error
    line(f"Printed to: {to}")


def _sheet(found: Opened, organisation: Organisation, languages: tuple[str, ...]) -> printing.Sheet:
    at = organisation.units.get(found.unit)
    service = organisation.services.get(found.service or "")
    return printing.Sheet(
        found.id,
        found.links,
        organisation.name,
        at.name if at is not None else Words({"": found.unit}),
        service.name if service is not None else None,
        at.phone if at is not None and at.phone else organisation.phone,
        (found.language,) if found.language else languages,
        _last_day(found.expires_at, ZoneInfo(found.zone)),
        web=found.site is not None,
        telegram=found.bot is not None,
    )


def _check_files(*paths: Path | None) -> None:
    for path in paths:
        if path is not None:
            fresh_file.check(path)


def _write_codes(link: str, png: Path | None, svg: Path | None) -> None:
    for path, drawn in ((png, qr.png), (svg, qr.svg)):
        if path is not None:
            fresh_file.written(path, drawn(link))
            line(f"QR code: {path}")


def _last_day(expires_at: datetime, zone: ZoneInfo) -> date:
    """The last local day of something that ends at midnight after it."""
    return (expires_at - timedelta(microseconds=1)).astimezone(zone).date()
