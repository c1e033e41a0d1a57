"""Mail: a short text by e-mail, through the organisation's own server, encrypted on its way there.

Never tells an address in an exception or a log, and never tries twice: whoever waits can ask again.
"""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import make_msgid
from ipaddress import ip_address

import aiosmtplib

from bot.setting_values import Mail

FAILED_AT = "mail_failed_at"
"""The fact (a moment) that says since when no e-mail gets out; there is none while it does."""

_REPLY_SECONDS = 15.0
_WHOLE_SECONDS = 40.0


class NotSent(Exception):
    """The e-mail did not get out, or nobody knows whether it did (`doubtful`). The message is for a log: it holds no
    address and no password.
    """

    def __init__(self, message: str, *, doubtful: bool = False) -> None:
        super().__init__(message)
        self.doubtful = doubtful


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG that goes with a letter, shown below its text where the reader's program can."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """One e-mail. `text` is plain, its lines as they shall stand."""

    to: str
    subject: str
    text: str
    picture: Picture | None = None


async def send(server: Mail, letter: Letter, now: datetime) -> None:
    """Hand a letter to the server. Raises NotSent, in less than a minute.

    Except within this machine the way there is encrypted, and the server must show a certificate that holds: a link to
    sign in with is worth as much as a password.
    """
    try:
        async with asyncio.timeout(_WHOLE_SECONDS):
            await aiosmtplib.send(
                _written(server, letter, now),
                hostname=server.host,
                port=server.port,
                username=server.user or None,
                password=server.password or None,
                use_tls=server.tls,
                start_tls=None if server.tls else not _is_loopback(server.host),
                timeout=_REPLY_SECONDS,
            )
    except aiosmtplib.SMTPResponseException as error:
        raise NotSent(f"{server.host}: the server said no ({type(error).__name__}, {error.code})") from None
    except aiosmtplib.SMTPRecipientsRefused as error:
        codes = sorted({refused.code for refused in error.recipients})
        raise NotSent(f"{server.host}: the server takes no mail for that address ({codes})") from None
    except ssl.SSLError as error:
        raise NotSent(f"{server.host}: its certificate does not hold ({error.reason})") from None
    except (aiosmtplib.SMTPConnectError, aiosmtplib.SMTPNotSupported, ValueError) as error:
        raise NotSent(f"{server.host}: can't be reached, or does not encrypt ({type(error).__name__})") from None
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        what = f"{server.host}: can't be reached, or does not encrypt ({type(error).__name__})"
        raise NotSent(what, doubtful=True) from None


def _written(server: Mail, letter: Letter, now: datetime) -> EmailMessage:
    # The message refuses a line's end in a header (ValueError), so that nobody writes headers of their own.
    message = EmailMessage()
    message["From"] = server.sender
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = now
    message["Message-ID"] = make_msgid(domain=server.sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nothing answers that somebody is away
    message.set_content(letter.text)
    if letter.picture is not None:
        message.add_attachment(
            letter.picture.content, maintype="image", subtype="png", filename=letter.picture.name, disposition="inline"
        )
    return message


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
