"""No token, code or secret reaches the stream that logs are written to."""

from __future__ import annotations

import io
import logging
import sys
import warnings
from collections.abc import Iterator

import httpx
import pytest

from bot.logs import REMOVED, TALKATIVE, Redaction, set_up

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw-"
SECRET = "whole-secret_of-the-webhook"
CODE = "q3Zk9_vX-AbCdEfGhIjKlM"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """A stream that the root logger writes to; afterwards logging is as it was."""
    root, hook = logging.getLogger(), sys.excepthook
    handlers, level = list(root.handlers), root.level
    filters = {handler: list(handler.filters) for handler in handlers}
    levels = {name: logging.getLogger(name).level for name in TALKATIVE}
    written = io.StringIO()
    set_up(written, secrets=[SECRET, ""])
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)
    for handler, earlier in filters.items():
        handler.filters[:] = earlier
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    logging.captureWarnings(False)
    sys.excepthook = hook


log = logging.getLogger("bot.test")


@pytest.mark.parametrize(
    "said",
    [
        f"token {TOKEN} refused",
        f"https://api.telegram.org/bot{TOKEN}/getUpdates",
        f"https://api.telegram.org/bot{TOKEN.replace(':', '%3A')}/getUpdates",
        f"the secret was {SECRET}.",
        f"/start {CODE}",
        f"/start@kundresa_bot {CODE}",
        f"/start   {CODE}",
        f"/start\n{CODE}",
        f"/START {CODE}",
        f"https://t.me/kundresa_bot?start={CODE}",
        f"https://t.me/kundresa_bot?a=b&start={CODE}",
        f"tg://resolve?domain=kundresa_bot&start={CODE}",
        f"https%3A%2F%2Ft.me%2Fkundresa_bot%3Fstart%3D{CODE}",
        f'"GET /s/{CODE} HTTP/1.1" 200',
        f"{{'text': '/start {CODE}'}}",
        f"/start%20{CODE}",
    ],
)
def test_a_message_is_logged_without_what_opens_doors(stream: io.StringIO, said: str) -> None:
    """Whether it stands in the message, in an argument or in an object's text, the rest of the line remains."""
    log.info(said)
    log.info("said: %s", said)
    log.info("said: %(text)r", {"text": said})
    log.error("said", extra={"more": said})
    written = stream.getvalue()
    for secret in (TOKEN, TOKEN.partition(":")[2], SECRET, CODE):
        assert secret not in written
    assert written.count(REMOVED) == 3
    assert len(written.splitlines()) == 4


def test_a_spoken_code_is_removed_whole(stream: io.StringIO) -> None:
    """A code read out in two groups of four leaves no half behind."""
    log.info("got '/start H7KM 4PXR'")
    assert "H7KM" not in stream.getvalue()
    assert "4PXR" not in stream.getvalue()


def test_ordinary_lines_stay_whole(stream: io.StringIO) -> None:
    """What is no secret is left alone: times, counts, commands without a code."""
    log.warning("week 2026-W47 at 10:15:00, chat waits 123456:7 s, /start, /stop came, %d%% done", 50)
    assert stream.getvalue().endswith(
        " WARNING bot.test: week 2026-W47 at 10:15:00, chat waits 123456:7 s, /start, /stop came, 50% done\n"
    )


def test_exceptions_and_their_causes_are_logged_without_secrets(stream: io.StringIO) -> None:
    """A traceback shows the request that failed; the token and the code in it are gone, in causes and notes too."""
    try:
        try:
            raise ValueError(f"https://api.telegram.org/bot{TOKEN}/sendMessage")
        except ValueError as cause:
            error = RuntimeError(f"no answer to /start {CODE}")
            error.add_note(f"secret {SECRET}")
            raise error from cause
    except RuntimeError:
        log.exception("failed for %s", TOKEN, stack_info=True)
    written = stream.getvalue()
    for secret in (TOKEN, SECRET, CODE):
        assert secret not in written
    assert written.count("\n") == 1
    assert "RuntimeError: no answer to /start [removed]" in written
    assert "ValueError: https://api.telegram.org/bot[removed]/sendMessage" in written
    assert "Stack (most recent call last)" in written


def test_the_stack_is_logged_without_secrets(stream: io.StringIO) -> None:
    """A stack shows lines of source, and what stands in them."""
    log.info("where, %s", "/start q3Zk9_vX-AbCdEfGhIjKlM", stack_info=True)
    assert 'log.info("where, %s", "/start [removed]", stack_info=True)' in stream.getvalue()
    assert CODE not in stream.getvalue()


def test_an_exception_nobody_catches_is_logged_without_secrets(stream: io.StringIO) -> None:
    """Python's own last words would show the token on standard error."""
    try:
        raise ValueError(TOKEN)
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    assert TOKEN not in stream.getvalue()
    assert "CRITICAL bot: stopped by an error | Traceback" in stream.getvalue()


def test_a_message_whose_arguments_do_not_fit_shows_nothing(
    stream: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistake in our own logging neither stops the work nor writes its arguments anywhere."""

    class Broken:
        def __str__(self) -> str:
            raise ValueError(TOKEN)

    log.info("%d updates", TOKEN)
    log.info("%s", Broken())
    log.info(Broken())
    assert stream.getvalue().count("its arguments don't fit") == 3
    captured = capsys.readouterr()
    assert TOKEN not in stream.getvalue() + captured.out + captured.err


async def test_a_real_request_leaves_no_token(stream: io.StringIO) -> None:
    """httpx tells of each request with its address; it is quiet, and redacted where somebody turns it up."""
    logging.getLogger("httpx").setLevel(logging.DEBUG)
    answer = httpx.MockTransport(lambda request: httpx.Response(200))
    async with httpx.AsyncClient(transport=answer) as client:
        await client.get(f"https://api.telegram.org/bot{TOKEN}/getMe")
    assert "bot[removed]/getMe" in stream.getvalue()
    assert TOKEN not in stream.getvalue()


@pytest.mark.parametrize(
    "name", ["httpx", "httpcore.http11", "telegram.Bot", "aiohttp.access", "apscheduler.scheduler"]
)
def test_talkative_libraries_only_warn(stream: io.StringIO, name: str) -> None:
    """One line for each request or heartbeat would hide those that matter."""
    logging.getLogger(name).info("again")
    assert stream.getvalue() == ""
    logging.getLogger(name).warning("careful")
    assert f"WARNING {name}: careful" in stream.getvalue()


def test_nobody_can_forge_a_line(stream: io.StringIO) -> None:
    """Line ends in what people write stay within the line, whatever they look like."""
    log.info("name: %s", "a\n2026-01-01 ERROR\r\nb\u2028c\x0bd\x85e")
    assert len(stream.getvalue().splitlines()) == 1
    assert stream.getvalue().endswith("name: a | 2026-01-01 ERROR | b | c | d | e\n")


def test_warnings_of_python_are_logged(stream: io.StringIO) -> None:
    """What libraries warn of comes to the same stream, redacted."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        set_up(stream)
        warnings.warn(f"old {TOKEN}", DeprecationWarning, stacklevel=1)
        logging.captureWarnings(False)
    assert "py.warnings" in stream.getvalue()
    assert TOKEN not in stream.getvalue()


def test_other_root_handlers_redact_too(stream: io.StringIO) -> None:
    """A handler that somebody else put on the root logger does not see the token either."""

    class Keeper(logging.Handler):
        """Writes what it is given, as a service that collects errors would."""

        def emit(self, record: logging.LogRecord) -> None:
            other.write(f"{record.__dict__}\n")

    other, root = io.StringIO(), logging.getLogger()
    root.addHandler(logging.StreamHandler(other))
    root.addHandler(Keeper())
    set_up(stream, secrets=[SECRET])
    try:
        raise ValueError(TOKEN)
    except ValueError:
        log.exception("with %s", SECRET)
    assert TOKEN not in other.getvalue()
    assert SECRET not in other.getvalue()
    assert "ValueError: [removed]" in other.getvalue()


def test_setting_up_again_writes_each_line_once(stream: io.StringIO) -> None:
    """A second set-up takes the place of the first."""
    again = io.StringIO()
    set_up(again)
    log.info("once")
    assert stream.getvalue() == ""
    assert again.getvalue().count("once") == 1
    assert [
        len([one for one in handler.filters if isinstance(one, Redaction)]) for handler in logging.getLogger().handlers
    ]
    assert all(
        sum(isinstance(one, Redaction) for one in handler.filters) == 1 for handler in logging.getLogger().handlers
    )


def test_a_secret_that_begins_like_another_is_removed_whole() -> None:
    """Of two secrets the longer goes first, and a secret is known also as it stands in an address."""
    redaction = Redaction(["abc", "abc/def"])
    assert redaction.redacted("abc/def and abc and abc%2Fdef") == f"{REMOVED} and {REMOVED} and {REMOVED}"
