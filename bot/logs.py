"""Logs for maintainers: English, one line each, on one stream, without secrets.

What can open a door is taken out of every record before a root handler writes it: bots' tokens, invitation
codes, and the secrets handed in; from messages, arguments, exceptions and tracebacks. Filters of loggers would
not do: they do not see what the loggers below them log. Never decides what is logged.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Collection
from datetime import UTC, datetime
from types import TracebackType
from typing import TextIO
from urllib.parse import quote

REMOVED = "[removed]"

TALKATIVE = ("httpx", "httpcore", "telegram", "aiohttp.access", "uvicorn", "apscheduler")
"""Loggers that tell of every request or beat; httpx with the token in the address. They warn only."""

# A token: the bot's id, a colon (also as it stands in an address) and, in all that are known, 35 characters.
_TOKENS = r"[0-9]{6,}(?::|%3A)[A-Za-z0-9_-]{30,}"
# A code follows a command, or stands in a link. A spoken code may be written in two groups of four.
_CODES = (
    r"(?P<command>/start(?:@\w+)?(?:\s|%20|\+|\\[nrt])+)[\w-]+(?:[ ][A-Za-z0-9]{4}\b)?"
    r"|(?P<link>[?&]start(?:app|group)?=|%3[Ff]start%3[Dd]|/s/|/c/(?=[\w-]{22}(?![\w-]))|/enter/)[\w%-]+"
)
_LINE_ENDS = re.compile("[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+[ ]*")


class Redaction(logging.Filter):
    """Takes secrets out of records. Lets every record pass."""

    def __init__(self, secrets: Collection[str] = ()) -> None:
        super().__init__()
        known = {form for secret in secrets if secret for form in (secret, quote(secret, safe=""))}
        # The longest first, or the rest of a longer one that begins alike would stay.
        given = [re.escape(secret) for secret in sorted(known, key=len, reverse=True)]
        self._pattern = re.compile("|".join([*given, _TOKENS, _CODES]), re.IGNORECASE)

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact the record in place: its message with the arguments put in, exception, traceback, stack."""
        record.msg, record.args = self.redacted(_message(record)), None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        # The exception itself would let another handler write it out anew.
        record.exc_info = None
        record.exc_text = self.redacted(record.exc_text) if record.exc_text else None
        record.stack_info = self.redacted(record.stack_info) if record.stack_info else None
        return True

    def redacted(self, text: str) -> str:
        """The text without tokens, codes and the given secrets."""
        return self._pattern.sub(lambda found: (found["command"] or found["link"] or "") + REMOVED, text)


def set_up(stream: TextIO | None = None, secrets: Collection[str] = (), level: int = logging.INFO) -> Redaction:
    """Let the root logger write lines to `stream` (None: standard error); returns the redaction in use.

    Every root handler, those already there too, redacts from now on. Python's warnings, and exceptions that
    nobody catches, are logged. Called again it replaces what it set up before. A library that brings handlers of
    its own (uvicorn) must be told not to.
    """
    redaction, root = Redaction(secrets), logging.getLogger()
    for earlier in [handler for handler in root.handlers if isinstance(handler, _Lines)]:
        root.removeHandler(earlier)
    root.addHandler(_Lines(sys.stderr if stream is None else stream))
    for handler in root.handlers:
        for other in [known for known in handler.filters if isinstance(known, Redaction)]:
            handler.removeFilter(other)
        handler.addFilter(redaction)
    root.setLevel(logging.INFO)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught
    return redaction


class _Lines(logging.StreamHandler[TextIO]):
    """The handler that `set_up` makes."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self.setFormatter(_OneLine())


class _OneLine(logging.Formatter):
    """Moment in UTC, level, logger, message. Line ends within become bars: nobody can forge a line."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")

    def format(self, record: logging.LogRecord) -> str:
        return _LINE_ENDS.sub(" | ", super().format(record).strip())


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # what fails here would be written to standard error as it is, arguments and all
        what = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
        return f"{what} (its arguments don't fit)"


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        logging.getLogger("bot").critical("stopped by an error", exc_info=(kind, error, trace))
