"""The settings: the process's environment as one frozen value. The only reader of the environment.

Every variable may be left out or left empty: then its default holds. A wrong value raises `WrongSetting`: one
line that names the variable, what is wrong and what to do, and never shows a secret. Opens no file and no
connection; only looks whether the files named are there.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from flows.problems import FaultError, listed, suggestion

Network = IPv4Network | IPv6Network
T = TypeVar("T")

VARIABLES = (
    "TELEGRAM_BOT_TOKEN",
    "KUNDRESA_DATABASE",
    "KUNDRESA_KEY_FILE",
    "KUNDRESA_ORGANISATION",
    "KUNDRESA_TELEGRAM_API",
    "KUNDRESA_TELEGRAM_RATE",
    "KUNDRESA_JOURNEYS",
    "KUNDRESA_EXPORTS",
    "KUNDRESA_INBOX_FOLDER",
    "KUNDRESA_TIME_ZONE",
    "KUNDRESA_LANGUAGES",
    "KUNDRESA_LISTEN",
    "KUNDRESA_PUBLIC_URL",
    "KUNDRESA_TRUSTED_PROXY",
    "KUNDRESA_WEBHOOK_SECRET",
)
"""Every variable there is."""

_SHOWN_AT_MOST = 60
# The bot's id, a colon and 35 characters, in every token Telegram's documentation shows. No length is promised,
# hence the room; `logs` knows a token by the same least lengths.
_TOKEN = re.compile(r"[0-9]{6,}:[A-Za-z0-9_-]{30,}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")  # Bot API, setWebhook: secret_token
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_HOST = re.compile(r"[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]")


class WrongSetting(Exception):
    """A variable that can't be used as it stands. One line: the variable, the fault, the remedy."""

    def __init__(self, variable: str, fault: str, remedy: str) -> None:
        super().__init__(f"{variable}: {fault} {remedy}")
        self.variable = variable


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says.

    `telegram_rate` is messages a second over all chats, 0 = no limits at all. Addresses end without a slash.
    `organisation` and `journeys` are None where the built-in ones are used, `inbox_folder` where no folder of lists is
    watched, `public_url` where nothing can be
    reached from outside. `time_zone` holds unless the organisation's file names another. `listen` is host and
    port, 0 = any free port. With a `webhook_secret` updates come by webhook, else by polling.
    """

    telegram_token: str | None = field(repr=False)
    database: Path
    key_file: Path
    organisation: Path | None
    telegram_api: str
    telegram_rate: float
    journeys: Path | None
    exports: Path
    inbox_folder: Path | None
    time_zone: ZoneInfo
    languages: tuple[str, ...]
    listen: tuple[str, int]
    public_url: str | None
    trusted_proxy: tuple[Network, ...]
    webhook_secret: str | None = field(repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be shown anywhere, for `logs`."""
        return tuple(secret for secret in (self.telegram_token, self.webhook_secret) if secret)


def from_environment(ignoring: Collection[str] = ()) -> Settings:
    """The settings of this process, as though no variable of `ignoring` were set. Raises WrongSetting."""
    return read({name: value for name, value in os.environ.items() if name not in ignoring})


def read(environment: Mapping[str, str]) -> Settings:
    """The settings that `environment` (name to value) describes. Raises WrongSetting for the first wrong one.

    An unknown name that begins with KUNDRESA_ is wrong too: a misspelt setting would silently not hold.
    """
    for name in sorted(environment):
        if name.startswith("KUNDRESA_") and name not in VARIABLES:
            remedy = suggestion(name, VARIABLES, f"Take it away; there are {', '.join(VARIABLES[1:])}.")
            raise WrongSetting(_shown(name), "is no setting.", remedy)

    def value(name: str, understood: Callable[[str], T], default: T) -> T:
        text = environment.get(name, "").strip()
        try:
            return understood(text) if text else default
        except FaultError as error:
            raise WrongSetting(name, error.fault, error.remedy) from None

    database = value("KUNDRESA_DATABASE", _database, Path("kundresa.db"))
    key_file = value("KUNDRESA_KEY_FILE", _file_to_be, database.with_name(database.name + ".key"))
    if key_file == database:
        remedy = "Name another file, or leave it out: the key then lies beside the database."
        raise WrongSetting("KUNDRESA_KEY_FILE", "is the database itself.", remedy)
    return Settings(
        telegram_token=value("TELEGRAM_BOT_TOKEN", _token, None),
        database=database,
        key_file=key_file,
        organisation=value("KUNDRESA_ORGANISATION", _file, None),
        telegram_api=value("KUNDRESA_TELEGRAM_API", _address, "https://api.telegram.org"),
        telegram_rate=value("KUNDRESA_TELEGRAM_RATE", _rate, 30.0),
        journeys=value("KUNDRESA_JOURNEYS", _folder, None),
        exports=value("KUNDRESA_EXPORTS", _folder_to_be, Path("exports")),
        inbox_folder=value("KUNDRESA_INBOX_FOLDER", _folder, None),
        time_zone=value("KUNDRESA_TIME_ZONE", _zone, ZoneInfo("Europe/Stockholm")),
        languages=value("KUNDRESA_LANGUAGES", _languages, ("sv", "fi", "en")),
        listen=value("KUNDRESA_LISTEN", _listen, ("127.0.0.1", 8080)),
        public_url=value("KUNDRESA_PUBLIC_URL", _address, None),
        trusted_proxy=value("KUNDRESA_TRUSTED_PROXY", _networks, ()),
        webhook_secret=value("KUNDRESA_WEBHOOK_SECRET", _secret, None),
    )


def needed_token(settings: Settings) -> str:
    """The bot's token, for what can't be done without one. WrongSetting where it is not set."""
    if settings.telegram_token is None:
        remedy = "Ask @BotFather in Telegram for one (/newbot) and set it. To look around first: kundresa demo"
        raise WrongSetting("TELEGRAM_BOT_TOKEN", "is not set.", remedy)
    return settings.telegram_token


def _shown(text: str) -> str:
    """A value in one short line, whatever stands in it."""
    short = text if len(text) <= _SHOWN_AT_MOST else text[:_SHOWN_AT_MOST] + "..."
    return short if short.isprintable() else ascii(short)


def _token(text: str) -> str:
    if not _TOKEN.fullmatch(text):
        raise FaultError(
            "does not look like a bot's token: digits, a colon and 35 letters, digits, _ or -.",
            "Copy it whole from @BotFather, without quotes or spaces.",
        )
    return text


def _secret(text: str) -> str:
    if not _SECRET.fullmatch(text):
        raise FaultError(
            "is no secret that Telegram accepts: 1 to 256 of A-Z, a-z, 0-9, _ and -.",
            "Make one: python -c 'import secrets; print(secrets.token_urlsafe(32))'",
        )
    return text


def _path(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise FaultError(f"'{_shown(text)}' names an unknown home folder.", "Write the path whole.") from None


def _database(text: str) -> Path:
    if "://" in text:
        # The address may hold a password, so that it is not shown.
        raise FaultError("is an address; this version keeps its data in a file.", "Set a path: kundresa.db")
    return _file_to_be(text)


def _file(text: str) -> Path:
    path = _path(text)
    if not path.is_file():
        raise FaultError(f"there is no file '{_shown(text)}'.", "Correct the path, or leave the variable out.")
    return path


def _file_to_be(text: str) -> Path:
    path = _path(text)
    if path.is_dir() or text.endswith("/"):
        raise FaultError(f"'{_shown(text)}' is a folder.", "Add the name of a file in it.")
    return path


def _folder(text: str) -> Path:
    path = _path(text)
    if not path.is_dir():
        raise FaultError(f"there is no folder '{_shown(text)}'.", "Correct the path, or leave the variable out.")
    return path


def _folder_to_be(text: str) -> Path:
    path = _path(text)
    if path.exists() and not path.is_dir():
        raise FaultError(f"'{_shown(text)}' is a file.", "Name a folder; it is made when it is needed.")
    return path


def _address(text: str) -> str:
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
        raise FaultError(f"'{_shown(text)}' is no web address.", example)
    if re.search(r"[?#\s]", text):
        raise FaultError(f"'{_shown(text)}' has a blank, a ? or a #.", "Leave out what begins there.")
    if parts.scheme == "http" and not _is_loopback(host):
        remedy = "Begin it with https:// (http:// is for 127.0.0.1, ::1 and localhost alone)."
        raise FaultError(f"'{_shown(text)}' is not encrypted.", remedy)
    return text.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = math.nan
    if not (math.isfinite(rate) and rate >= 0):
        remedy = "Write a number such as 30, or 0 for no limits at all (a local server)."
        raise FaultError(f"'{_shown(text)}' is no number of messages a second.", remedy)
    return rate


def _zone(text: str) -> ZoneInfo:
    zones = available_timezones()
    if text not in zones:
        remedy = suggestion(text, zones, "Write an IANA name such as Europe/Stockholm.")
        raise FaultError(f"'{_shown(text)}' is no time zone.", remedy)
    return ZoneInfo(text)


def _languages(text: str) -> tuple[str, ...]:
    codes = tuple(code.strip() for code in text.split(","))
    remedy = "Write codes of two or three small letters with commas between: sv,fi,en"
    if wrong := [f"'{_shown(code)}'" for code in codes if not _LANGUAGE.fullmatch(code)]:
        raise FaultError(f"{listed(wrong)} can't be a language.", remedy)
    if len(set(codes)) < len(codes):
        raise FaultError(f"'{_shown(text)}' names a language twice.", remedy)
    return codes


def _listen(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not _HOST.fullmatch(host) or not re.fullmatch("[0-9]{1,5}", port) or int(port) > 65535:
        remedy = "Write a host, a colon and a port: 127.0.0.1:8080, or 0.0.0.0:8080 for other machines too."
        raise FaultError(f"'{_shown(text)}' is no address to listen on.", remedy)
    return host.strip("[]"), int(port)


def _networks(text: str) -> tuple[Network, ...]:
    networks = []
    for part in (part.strip() for part in text.split(",")):
        remedy = "Write the proxy's address or network, such as 10.0.0.5 or 10.0.0.0/24, with commas between."
        try:
            network = ip_network(part)
        except ValueError:
            raise FaultError(f"'{_shown(part)}' is no address or network.", remedy) from None
        if network.prefixlen == 0:
            raise FaultError(f"'{_shown(part)}' trusts everybody.", remedy)
        networks.append(network)
    return tuple(networks)
