"""The settings: the process's environment as one frozen value. The only reader of the environment.

Every variable may be left out or left empty: then its default holds. A wrong value raises `WrongSetting`: one
line that names the variable, what is wrong and what to do, and never shows a secret. Opens no file and no
connection; only looks whether the files named are there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot import setting_values as values
from bot.setting_values import Mail, Network
from flows.problems import FaultError, suggestion

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
    "KUNDRESA_SMTP",
    "KUNDRESA_MAIL_FROM",
    "KUNDRESA_OIDC_ISSUER",
    "KUNDRESA_OIDC_CLIENT",
    "KUNDRESA_OIDC_SECRET",
    "KUNDRESA_STAFF_CHAT",
    "KUNDRESA_DIGEST_MAIL",
    "KUNDRESA_DIGEST_CHAT",
)
"""Every variable there is."""


class WrongSetting(Exception):
    """A variable that can't be used as it stands. One line: the variable, the fault, the remedy."""

    def __init__(self, variable: str, fault: str, remedy: str) -> None:
        super().__init__(f"{variable}: {fault} {remedy}")
        self.variable = variable


@dataclass(frozen=True, slots=True)
class Provider:
    """The organisation's own sign-in (OpenID Connect): its issuer's address, and who we are to it."""

    issuer: str
    client: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says.

    `telegram_rate` is messages a second over all chats, 0 = no limits at all. Addresses end without a slash.
    `organisation` and `journeys` are None where the built-in ones are used, `inbox_folder` where no folder of lists is
    watched, `public_url` where nothing can be
    reached from outside. `time_zone` holds unless the organisation's file names another. `listen` is host and
    port, 0 = any free port. With a `webhook_secret` updates come by webhook, else by polling. `mail` and `provider` are
    None where staff sign in by links that are shown to them; `staff_chat`: they may use commands in Telegram. The
    weekly digest goes to the addresses `digest_mail` and to the group `digest_chat`.
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
    mail: Mail | None = field(default=None, repr=False)
    provider: Provider | None = field(default=None, repr=False)
    staff_chat: bool = False
    digest_mail: tuple[str, ...] = ()
    digest_chat: int | None = None

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be shown anywhere, for `logs`."""
        mail = self.mail.password if self.mail is not None else ""
        provider = self.provider.secret if self.provider is not None else ""
        return tuple(secret for secret in (self.telegram_token, self.webhook_secret, mail, provider) if secret)


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
            raise WrongSetting(values.shown(name), "is no setting.", remedy)

    def value(name: str, understood: Callable[[str], T], default: T) -> T:
        text = environment.get(name, "").strip()
        try:
            return understood(text) if text else default
        except FaultError as error:
            raise WrongSetting(name, error.fault, error.remedy) from None

    database = value("KUNDRESA_DATABASE", values.database, Path("kundresa.db"))
    key_file = value("KUNDRESA_KEY_FILE", values.file_to_be, database.with_name(database.name + ".key"))
    if key_file == database:
        remedy = "Name another file, or leave it out: the key then lies beside the database."
        raise WrongSetting("KUNDRESA_KEY_FILE", "is the database itself.", remedy)
    mail = value("KUNDRESA_SMTP", values.mail, None)
    sender = value("KUNDRESA_MAIL_FROM", values.sender, None)
    if (mail is None) != (sender is None):
        missing = "KUNDRESA_SMTP" if mail is None else "KUNDRESA_MAIL_FROM"
        raise WrongSetting(
            missing, "is not set, and e-mail needs it.", "Set KUNDRESA_SMTP and KUNDRESA_MAIL_FROM both, or neither."
        )
    token = value("TELEGRAM_BOT_TOKEN", values.token, None)
    nobody: tuple[str, ...] = ()
    digest_mail = value("KUNDRESA_DIGEST_MAIL", values.addresses, nobody)
    if digest_mail and mail is None:
        remedy = "Set KUNDRESA_SMTP and KUNDRESA_MAIL_FROM, or leave it out."
        raise WrongSetting("KUNDRESA_DIGEST_MAIL", "is set, and no server that sends e-mail.", remedy)
    digest_chat = value("KUNDRESA_DIGEST_CHAT", values.group, None)
    if digest_chat is not None and token is None:
        raise WrongSetting(
            "KUNDRESA_DIGEST_CHAT", "is set, and no bot that writes there.", "Set TELEGRAM_BOT_TOKEN, or leave it out."
        )
    return Settings(
        telegram_token=token,
        database=database,
        key_file=key_file,
        organisation=value("KUNDRESA_ORGANISATION", values.existing_file, None),
        telegram_api=value("KUNDRESA_TELEGRAM_API", values.address, "https://api.telegram.org"),
        telegram_rate=value("KUNDRESA_TELEGRAM_RATE", values.rate, 30.0),
        journeys=value("KUNDRESA_JOURNEYS", values.existing_folder, None),
        exports=value("KUNDRESA_EXPORTS", values.folder_to_be, Path("exports")),
        inbox_folder=value("KUNDRESA_INBOX_FOLDER", values.existing_folder, None),
        time_zone=value("KUNDRESA_TIME_ZONE", values.zone, ZoneInfo("Europe/Stockholm")),
        languages=value("KUNDRESA_LANGUAGES", values.languages, ("sv", "fi", "en")),
        listen=value("KUNDRESA_LISTEN", values.listen, ("127.0.0.1", 8080)),
        public_url=value("KUNDRESA_PUBLIC_URL", values.address, None),
        trusted_proxy=value("KUNDRESA_TRUSTED_PROXY", values.networks, ()),
        webhook_secret=value("KUNDRESA_WEBHOOK_SECRET", values.webhook_secret, None),
        mail=replace(mail, sender=sender) if mail is not None and sender is not None else None,
        provider=_provider(
            value("KUNDRESA_OIDC_ISSUER", values.address, None),
            value("KUNDRESA_OIDC_CLIENT", str, None),
            value("KUNDRESA_OIDC_SECRET", str, None),
        ),
        staff_chat=value("KUNDRESA_STAFF_CHAT", values.switch, False),
        digest_mail=digest_mail,
        digest_chat=digest_chat,
    )


def _provider(issuer: str | None, client: str | None, secret: str | None) -> Provider | None:
    given = {"KUNDRESA_OIDC_ISSUER": issuer, "KUNDRESA_OIDC_CLIENT": client, "KUNDRESA_OIDC_SECRET": secret}
    if issuer is not None and client is not None and secret is not None:
        return Provider(issuer, client, secret)
    if any(given.values()):
        missing = next(name for name, text in given.items() if text is None)
        remedy = "Set all three of them, as the provider shows them, or none."
        raise WrongSetting(missing, f"is not set, and {next(name for name, text in given.items() if text)} is.", remedy)
    return None


def needed_token(settings: Settings) -> str:
    """The bot's token, for what can't be done without one. WrongSetting where it is not set."""
    if settings.telegram_token is None:
        remedy = "Ask @BotFather in Telegram for one (/newbot) and set it. To look around first: kundresa demo"
        raise WrongSetting("TELEGRAM_BOT_TOKEN", "is not set.", remedy)
    return settings.telegram_token
