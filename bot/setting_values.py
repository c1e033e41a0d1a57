"""Setting values: what one variable's text means, or why it can't be used (`FaultError`). Never shows a secret.

Opens no file and no connection; only looks whether the files named are there.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from flows.problems import FaultError, listed, suggestion

Network = IPv4Network | IPv6Network

_SHOWN_AT_MOST = 60
# The bot's id, a colon and 35 characters, in every token Telegram's documentation shows. No length is promised,
# hence the room; `logs` knows a token by the same least lengths.
_TOKEN = re.compile(r"[0-9]{6,}:[A-Za-z0-9_-]{30,}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")  # Bot API, setWebhook: secret_token
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_HOST = re.compile(r"[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]")


@dataclass(frozen=True, slots=True)
class Mail:
    """The server that sends our e-mail. `tls` from the first byte (smtps), else STARTTLS; none within this machine."""

    host: str
    port: int
    tls: bool
    user: str
    password: str = field(repr=False)
    sender: str


def shown(text: str) -> str:
    """A value in one short line, whatever stands in it."""
    short = text if len(text) <= _SHOWN_AT_MOST else text[:_SHOWN_AT_MOST] + "..."
    return short if short.isprintable() else ascii(short)


def token(text: str) -> str:
    if not _TOKEN.fullmatch(text):
        raise FaultError(
            "does not look like a bot's token: digits, a colon and 35 letters, digits, _ or -.",
            "Copy it whole from @BotFather, without quotes or spaces.",
        )
    return text


def webhook_secret(text: str) -> str:
    if not _SECRET.fullmatch(text):
        raise FaultError(
            "is no secret that Telegram accepts: 1 to 256 of A-Z, a-z, 0-9, _ and -.",
            "Make one: python -c 'import secrets; print(secrets.token_urlsafe(32))'",
        )
    return text


def mail(text: str) -> Mail:
    """The address of a mail server. Its password is never shown, so nothing of the address is."""
    example = "Write it as in smtp://user:password@mail.example.org:587, or smtps://...:465."
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise FaultError("is no address of a mail server.", example) from None
    if parts.scheme not in ("smtp", "smtps") or not host or parts.path not in ("", "/") or parts.query:
        raise FaultError("is no address of a mail server.", example)
    tls = parts.scheme == "smtps"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Mail(host, port or (465 if tls else 587), tls, user, password, "")


def sender(text: str) -> str:
    if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+|[^@\s<>]+@localhost", text):
        raise FaultError(f"'{shown(text)}' is no e-mail address.", "Write it as in kundresa@example.org.")
    return text


def addresses(text: str) -> tuple[str, ...]:
    """E-mail addresses with commas between."""
    return tuple(dict.fromkeys(sender(part.strip()) for part in text.split(",")))


def group(text: str) -> int:
    """A group's id in Telegram. A person's own chat is none: whoever answers there is asked as a citizen."""
    if not re.fullmatch(r"-[0-9]{1,19}", text):
        remedy = "Write a group's id, which begins with a minus: -1001234567890"
        raise FaultError(f"'{shown(text)}' is no group in Telegram.", remedy)
    return int(text)


def switch(text: str) -> bool:
    if text not in ("0", "1"):
        raise FaultError(f"'{shown(text)}' is neither on nor off.", "Write 1 for on, 0 for off.")
    return text == "1"


def path_of(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise FaultError(f"'{shown(text)}' names an unknown home folder.", "Write the path whole.") from None


def database(text: str) -> Path:
    if "://" in text:
        # The address may hold a password, so that it is not shown.
        raise FaultError("is an address; this version keeps its data in a file.", "Set a path: kundresa.db")
    return file_to_be(text)


def existing_file(text: str) -> Path:
    path = path_of(text)
    if not path.is_file():
        raise FaultError(f"there is no file '{shown(text)}'.", "Correct the path, or leave the variable out.")
    return path


def file_to_be(text: str) -> Path:
    path = path_of(text)
    if path.is_dir() or text.endswith("/"):
        raise FaultError(f"'{shown(text)}' is a folder.", "Add the name of a file in it.")
    return path


def existing_folder(text: str) -> Path:
    path = path_of(text)
    if not path.is_dir():
        raise FaultError(f"there is no folder '{shown(text)}'.", "Correct the path, or leave the variable out.")
    return path


def folder_to_be(text: str) -> Path:
    path = path_of(text)
    if path.exists() and not path.is_dir():
        raise FaultError(f"'{shown(text)}' is a file.", "Name a folder; it is made when it is needed.")
    return path


def address(text: str) -> str:
    """A web address without its last slash. Unencrypted only within this machine: tokens and answers pass."""
    example = "Write it as in https://example.org/kundresa"
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise FaultError("is no web address.", example) from None
    if "@" in parts.netloc:
        raise FaultError("holds a user name or password.", "Leave out what stands before the @.")
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(f"[{host}]" if ":" in host else host):
        raise FaultError(f"'{shown(text)}' is no web address.", example)
    if re.search(r"[?#\s]", text):
        raise FaultError(f"'{shown(text)}' has a blank, a ? or a #.", "Leave out what begins there.")
    if parts.scheme == "http" and not _is_loopback(host):
        remedy = "Begin it with https:// (http:// is for 127.0.0.1, ::1 and localhost alone)."
        raise FaultError(f"'{shown(text)}' is not encrypted.", remedy)
    return text.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = math.nan
    if not (math.isfinite(rate) and rate >= 0):
        remedy = "Write a number such as 30, or 0 for no limits at all (a local server)."
        raise FaultError(f"'{shown(text)}' is no number of messages a second.", remedy)
    return rate


def zone(text: str) -> ZoneInfo:
    zones = available_timezones()
    if text not in zones:
        remedy = suggestion(text, zones, "Write an IANA name such as Europe/Stockholm.")
        raise FaultError(f"'{shown(text)}' is no time zone.", remedy)
    return ZoneInfo(text)


def languages(text: str) -> tuple[str, ...]:
    codes = tuple(code.strip() for code in text.split(","))
    remedy = "Write codes of two or three small letters with commas between: sv,fi,en"
    if wrong := [f"'{shown(code)}'" for code in codes if not _LANGUAGE.fullmatch(code)]:
        raise FaultError(f"{listed(wrong)} can't be a language.", remedy)
    if len(set(codes)) < len(codes):
        raise FaultError(f"'{shown(text)}' names a language twice.", remedy)
    return codes


def listen(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not _HOST.fullmatch(host) or not re.fullmatch("[0-9]{1,5}", port) or int(port) > 65535:
        remedy = "Write a host, a colon and a port: 127.0.0.1:8080, or 0.0.0.0:8080 for other machines too."
        raise FaultError(f"'{shown(text)}' is no address to listen on.", remedy)
    return host.strip("[]"), int(port)


def networks(text: str) -> tuple[Network, ...]:
    networks = []
    for part in (part.strip() for part in text.split(",")):
        remedy = "Write the proxy's address or network, such as 10.0.0.5 or 10.0.0.0/24, with commas between."
        try:
            network = ip_network(part)
        except ValueError:
            raise FaultError(f"'{shown(part)}' is no address or network.", remedy) from None
        if network.prefixlen == 0:
            raise FaultError(f"'{shown(part)}' trusts everybody.", remedy)
        networks.append(network)
    return tuple(networks)
