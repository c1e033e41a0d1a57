"""The environment becomes settings, or one line that says which variable to mend and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import FrozenInstanceError
from ipaddress import ip_network
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.setting_values import Mail
from bot.settings import VARIABLES, Provider, Settings, WrongSetting, from_environment, needed_token, read
from tests.wild import examples

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw-"
SECRET = "hush-hush_42"


def refusal(environment: Mapping[str, str]) -> str:
    with pytest.raises(WrongSetting) as refused:
        read(environment)
    return str(refused.value)


def outcome(environment: Mapping[str, str]) -> str:
    """What reading says: the refusal, or an empty text."""
    try:
        read(environment)
    except WrongSetting as refused:
        return str(refused)
    return ""


def test_an_empty_environment_gives_every_default() -> None:
    """Nothing has to be set: each setting has the default that the handbook promises."""
    assert read({}) == Settings(
        telegram_token=None,
        database=Path("kundresa.db"),
        key_file=Path("kundresa.db.key"),
        organisation=None,
        telegram_api="https://api.telegram.org",
        telegram_rate=30.0,
        journeys=None,
        exports=Path("exports"),
        inbox_folder=None,
        time_zone=ZoneInfo("Europe/Stockholm"),
        languages=("sv", "fi", "en"),
        listen=("127.0.0.1", 8080),
        public_url=None,
        trusted_proxy=(),
        webhook_secret=None,
    )


def test_every_variable_is_read(tmp_path: Path) -> None:
    """Each variable reaches its setting."""
    organisation = tmp_path / "organisation.yaml"
    organisation.touch()
    environment = {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "KUNDRESA_DATABASE": "/data/kundresa.db",
        "KUNDRESA_KEY_FILE": "/keys/kundresa.key",
        "KUNDRESA_ORGANISATION": str(organisation),
        "KUNDRESA_TELEGRAM_API": "http://127.0.0.1:8081/",
        "KUNDRESA_TELEGRAM_RATE": "0",
        "KUNDRESA_JOURNEYS": str(tmp_path),
        "KUNDRESA_EXPORTS": str(tmp_path / "weeks"),
        "KUNDRESA_INBOX_FOLDER": str(tmp_path),
        "KUNDRESA_TIME_ZONE": "Europe/Helsinki",
        "KUNDRESA_LANGUAGES": "fi, sv",
        "KUNDRESA_LISTEN": "[::1]:0",
        "KUNDRESA_PUBLIC_URL": "https://example.org/kundresa/",
        "KUNDRESA_TRUSTED_PROXY": "10.0.0.5, 2001:db8::/64",
        "KUNDRESA_WEBHOOK_SECRET": SECRET,
        "KUNDRESA_SMTP": "smtp://kundresa:pass%40word@mail.example.org",
        "KUNDRESA_MAIL_FROM": "kundresa@example.org",
        "KUNDRESA_OIDC_ISSUER": "https://login.example.org/realms/town/",
        "KUNDRESA_OIDC_CLIENT": "kundresa",
        "KUNDRESA_OIDC_SECRET": "of the provider",
        "KUNDRESA_STAFF_CHAT": "1",
        "KUNDRESA_DIGEST_MAIL": "anna@example.org, bo@example.org,anna@example.org",
        "KUNDRESA_DIGEST_CHAT": "-1001234567890",
    }
    assert set(environment) == set(VARIABLES)
    assert read(environment) == Settings(
        telegram_token=TOKEN,
        database=Path("/data/kundresa.db"),
        key_file=Path("/keys/kundresa.key"),
        organisation=organisation,
        telegram_api="http://127.0.0.1:8081",
        telegram_rate=0.0,
        journeys=tmp_path,
        exports=tmp_path / "weeks",
        inbox_folder=tmp_path,
        time_zone=ZoneInfo("Europe/Helsinki"),
        languages=("fi", "sv"),
        listen=("::1", 0),
        public_url="https://example.org/kundresa",
        trusted_proxy=(ip_network("10.0.0.5"), ip_network("2001:db8::/64")),
        webhook_secret=SECRET,
        mail=Mail("mail.example.org", 587, False, "kundresa", "pass@word", "kundresa@example.org"),
        provider=Provider("https://login.example.org/realms/town", "kundresa", "of the provider"),
        staff_chat=True,
        digest_mail=("anna@example.org", "bo@example.org"),
        digest_chat=-1001234567890,
    )


def test_half_of_what_belongs_together_is_refused() -> None:
    """E-mail needs server and sender, the organisation's sign-in all three of its settings."""
    assert refusal({"KUNDRESA_SMTP": "smtp://mail.example.org"}).startswith("KUNDRESA_MAIL_FROM: is not set")
    assert refusal({"KUNDRESA_MAIL_FROM": "a@example.org"}).startswith("KUNDRESA_SMTP: is not set")
    assert refusal({"KUNDRESA_OIDC_CLIENT": "kundresa"}).startswith("KUNDRESA_OIDC_ISSUER: is not set")
    assert refusal({"KUNDRESA_DIGEST_MAIL": "a@example.org"}).startswith("KUNDRESA_DIGEST_MAIL: is set, and no server")
    assert refusal({"KUNDRESA_DIGEST_CHAT": "-100123"}).startswith("KUNDRESA_DIGEST_CHAT: is set, and no bot")


@pytest.mark.parametrize("variable", VARIABLES)
def test_an_empty_variable_is_as_one_left_out(variable: str) -> None:
    """Files that list every variable may leave some without a value."""
    assert read({variable: "  "}) == read({})


def test_the_key_lies_beside_the_database_it_belongs_to() -> None:
    """Without a path of its own the key file follows the database."""
    assert read({"KUNDRESA_DATABASE": "/data/other.db"}).key_file == Path("/data/other.db.key")


def test_a_tilde_is_the_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths may begin with ~, which no shell expands in a service's unit file."""
    monkeypatch.setenv("HOME", "/home/kundresa")
    assert read({"KUNDRESA_DATABASE": "~/k.db"}).database == Path("/home/kundresa/k.db")


@pytest.mark.parametrize(
    ("variable", "value", "remedy"),
    [
        ("TELEGRAM_BOT_TOKEN", "my-bot", "Copy it whole from @BotFather"),
        ("TELEGRAM_BOT_TOKEN", TOKEN[:30], "Copy it whole from @BotFather"),
        ("TELEGRAM_BOT_TOKEN", f"bot{TOKEN}", "Copy it whole from @BotFather"),
        ("KUNDRESA_DATABASE", "postgresql://user:pw@db/kundresa", "Set a path"),
        ("KUNDRESA_DATABASE", "/", "Add the name of a file"),
        ("KUNDRESA_DATABASE", "~nobody-of-that-name/k.db", "Write the path whole"),
        ("KUNDRESA_KEY_FILE", "kundresa.db", "Name another file"),
        ("KUNDRESA_ORGANISATION", "/nowhere/organisation.yaml", "Correct the path"),
        ("KUNDRESA_ORGANISATION", "/", "Correct the path"),
        ("KUNDRESA_TELEGRAM_API", "api.telegram.org", "Write it as in https://"),
        ("KUNDRESA_TELEGRAM_API", "http://10.0.0.5:8081", "Begin it with https://"),
        ("KUNDRESA_TELEGRAM_API", "http://127.0.0.1.example.org", "Begin it with https://"),
        ("KUNDRESA_TELEGRAM_API", "https://example.org:port", "Write it as in https://"),
        ("KUNDRESA_TELEGRAM_RATE", "fast", "Write a number"),
        ("KUNDRESA_TELEGRAM_RATE", "-1", "Write a number"),
        ("KUNDRESA_TELEGRAM_RATE", "nan", "Write a number"),
        ("KUNDRESA_TELEGRAM_RATE", "inf", "Write a number"),
        ("KUNDRESA_JOURNEYS", "/nowhere", "Correct the path"),
        ("KUNDRESA_EXPORTS", __file__, "Name a folder"),
        ("KUNDRESA_TIME_ZONE", "Europe/Stokholm", "Did you mean 'Europe/Stockholm'?"),
        ("KUNDRESA_TIME_ZONE", "Europe", "Did you mean"),
        ("KUNDRESA_TIME_ZONE", "15", "IANA"),
        ("KUNDRESA_LANGUAGES", "sv,finska", "sv,fi,en"),
        ("KUNDRESA_LANGUAGES", "sv,,en", "sv,fi,en"),
        ("KUNDRESA_LANGUAGES", "sv,sv", "sv,fi,en"),
        ("KUNDRESA_LISTEN", "8080", "127.0.0.1:8080"),
        ("KUNDRESA_LISTEN", ":8080", "0.0.0.0:8080"),
        ("KUNDRESA_LISTEN", "127.0.0.1:80800", "127.0.0.1:8080"),
        ("KUNDRESA_LISTEN", "http://127.0.0.1:80", "127.0.0.1:8080"),
        ("KUNDRESA_PUBLIC_URL", "http://example.org", "Begin it with https://"),
        ("KUNDRESA_PUBLIC_URL", "https://example.org/?page=1", "Leave out"),
        ("KUNDRESA_PUBLIC_URL", "https://", "Write it as in https://"),
        ("KUNDRESA_TRUSTED_PROXY", "proxy.example.org", "such as 10.0.0.5"),
        ("KUNDRESA_TRUSTED_PROXY", "10.0.0.1/24", "such as 10.0.0.5"),
        ("KUNDRESA_TRUSTED_PROXY", "0.0.0.0/0", "such as 10.0.0.5"),
        ("KUNDRESA_WEBHOOK_SECRET", "no spaces", "Make one"),
        ("KUNDRESA_WEBHOOK_SECRET", "x" * 257, "Make one"),
    ],
)
def test_a_wrong_value_names_the_variable_and_the_remedy(variable: str, value: str, remedy: str) -> None:
    """Who set it wrongly reads in one line which variable it was and what to do."""
    told = refusal({variable: value})
    assert told.startswith(f"{variable}: ")
    assert remedy in told
    assert "\n" not in told


@pytest.mark.parametrize(
    "address", ["http://localhost:8081", "http://[::1]:8081", "http://127.9.9.9", "https://x.example"]
)
def test_a_server_on_this_machine_may_be_unencrypted(address: str) -> None:
    """Plain http is allowed where nothing leaves the machine; elsewhere it takes https."""
    assert read({"KUNDRESA_TELEGRAM_API": address}).telegram_api == address


def test_an_unknown_name_is_refused_with_the_one_meant() -> None:
    """A misspelt variable would silently not hold."""
    assert refusal({"KUNDRESA_DATABSE": "x"}) == "KUNDRESA_DATABSE: is no setting. Did you mean 'KUNDRESA_DATABASE'?"
    assert "KUNDRESA_LISTEN" in refusal({"KUNDRESA_QQQQQQQQQQQQQQ": "x"})
    read({"PATH": "/bin", "TELEGRAM": "x"})


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("TELEGRAM_BOT_TOKEN", "123456:hush"),
        ("TELEGRAM_BOT_TOKEN", f"{TOKEN} hush"),
        ("KUNDRESA_WEBHOOK_SECRET", "hush hush"),
        ("KUNDRESA_DATABASE", "postgresql://kundresa:hush@db/kundresa"),
        ("KUNDRESA_PUBLIC_URL", "https://kundresa:hush@example.org"),
        ("KUNDRESA_PUBLIC_URL", "https://kundresa:hush@[example.org"),
        ("KUNDRESA_TELEGRAM_API", "https://kundresa:hush@example.org:port"),
    ],
)
def test_a_refused_secret_is_not_shown(variable: str, value: str) -> None:
    """What may hold a secret is not repeated in the message about it."""
    assert "hush" not in refusal({variable: value})


def test_secrets_are_not_in_the_settings_text() -> None:
    """Settings can be printed: neither token nor webhook secret shows, and both are known to the logs."""
    found = read({"TELEGRAM_BOT_TOKEN": TOKEN, "KUNDRESA_WEBHOOK_SECRET": SECRET})
    assert TOKEN not in f"{found} {found!r}"
    assert SECRET not in f"{found} {found!r}"
    assert found.secrets == (TOKEN, SECRET)
    assert read({}).secrets == ()


def test_settings_do_not_change() -> None:
    """What was read at the start holds until the end."""
    with pytest.raises(FrozenInstanceError):
        read({}).database = Path("other.db")  # type: ignore[misc]


def test_only_what_needs_the_token_asks_for_it() -> None:
    """Commands run without a token; what can't says where to get one."""
    assert needed_token(read({"TELEGRAM_BOT_TOKEN": TOKEN})) == TOKEN
    with pytest.raises(WrongSetting, match=r"^TELEGRAM_BOT_TOKEN: is not set\. Ask @BotFather.* kundresa demo$"):
        needed_token(read({}))


def test_the_process_can_be_read_without_some_of_its_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo leaves the token and the database of the real service alone, even wrong ones."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "wrong")
    monkeypatch.setenv("KUNDRESA_LANGUAGES", "fi")
    found = from_environment(ignoring=("TELEGRAM_BOT_TOKEN",))
    assert (found.telegram_token, found.languages) == (None, ("fi",))
    with pytest.raises(WrongSetting):
        from_environment()


@examples(150)
@given(variable=st.sampled_from(VARIABLES), value=st.text(st.characters(exclude_characters="\0"), max_size=200))
def test_no_value_does_anything_but_hold_or_be_refused_in_one_line(variable: str, value: str) -> None:
    """Whatever stands in a variable, reading gives settings or one printable line."""
    assert outcome({variable: value}).isprintable()
