"""Pages: a template and values -> an HTML answer, in one reader's language. Asks nothing and stores nothing."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from types import CodeType
from urllib.parse import urlsplit

import jinja2
from jinja2.bccache import Bucket
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from bot.pages.formats import Formats
from bot.pages.words import SHARED, words_of
from bot.premises import Premises
from flows.journey import Words
from flows.wording import filled, plain

STATIC = "/static"
_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FOR_EVER = "public, max-age=31536000, immutable"


class Pages:
    """The pages of one package on these premises: its templates and words, and those that all pages share."""

    def __init__(self, premises: Premises, package: str) -> None:
        self.premises = premises
        self.prefix = urlsplit(premises.public_url or "").path
        """The path under which a proxy serves us; before every address that a page holds."""
        self.words: Mapping[str, Words] = words_of(package, premises.languages)
        loaders = [jinja2.PackageLoader(name, "templates") for name in dict.fromkeys((package, SHARED))]
        self._templates = jinja2.Environment(
            bytecode_cache=_COMPILED,
            loader=jinja2.ChoiceLoader(loaders),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals |= {"url": self.url, "static": self.static}

    def url(self, path: str) -> str:
        """The address of one of our paths, for a page."""
        return self.prefix + path

    def static(self, name: str) -> str:
        """The address of a file that is the same for everybody; it changes with what is in it."""
        return self.url(f"{STATIC}/{_mark(name)}/{name}")

    def text(self, key: str, language: str, **names: Words | str) -> str:
        """Words of ours in a language, with names put in."""
        ours: dict[str, Words | str] = {
            "organisation": self.premises.organisation.name,
            "phone": self.premises.organisation.phone,
        }
        return filled(self.words[key], language, {**ours, **names})

    def html(self, template: str, language: str, **values: object) -> str:
        """A template filled. `t(key, name=...)` gives words of ours there, `name_of(words)` anybody's in `language`."""

        def words(key: str, **names: object) -> str:
            return self.text(key, language, **{name: _named(value) for name, value in names.items()})

        def name_of(given: Words) -> str:
            return filled(given, language, {})

        return self._templates.get_template(template).render(
            {
                "language": language,
                "lang": plain(language),
                "languages": self.premises.languages,
                "organisation": self.premises.organisation,
                "t": words,
                "name_of": name_of,
                "formats": Formats(language, self.premises.zone),
                "simulated": self.premises.simulated,
                **values,
            }
        )

    def page(self, template: str, language: str, *, status: int = 200, **values: object) -> HTMLResponse:
        """A template as an answer, told to be in its language."""
        return HTMLResponse(
            self.html(template, language, **values), status, headers={"Content-Language": plain(language)}
        )


def wanted_language(request: Request, languages: Sequence[str], otherwise: str | None = None) -> str:
    """The language to show a page in: `?lang=`, else `otherwise`, else what the browser asks for, else our first."""
    asked = request.query_params.get("lang", "")
    if plain(asked) in languages:
        return asked
    if otherwise is not None and plain(otherwise) in languages:
        return otherwise
    wishes = []
    for part in request.headers.get("accept-language", "").split(",")[:20]:
        code, _, quality = part.partition(";q=")
        try:
            wishes.append((-float(quality or 1), code.strip().lower().partition("-")[0]))
        except ValueError:
            continue
    return next((code for _, code in sorted(wishes) if code in languages), languages[0])


def static_routes() -> list[BaseRoute]:
    """The files that are the same for everybody, for the listener."""
    return [Route(f"{STATIC}/{{mark}}/{{name}}", _file, methods=["GET"])]


async def _file(request: Request) -> Response:
    name = request.path_params["name"]
    kind = _KINDS.get(posixpath.splitext(name)[1])
    if kind is None or name not in _names():
        return Response(status_code=404)
    return Response(_content(name), media_type=kind, headers={"Cache-Control": _FOR_EVER})


@cache
def _names() -> frozenset[str]:
    return frozenset(file.name for file in resources.files(SHARED).joinpath("static").iterdir())


@cache
def _content(name: str) -> bytes:
    return resources.files(SHARED).joinpath("static").joinpath(name).read_bytes()


@cache
def _mark(name: str) -> str:
    return hashlib.sha256(_content(name)).hexdigest()[:10]


class _Compiled(jinja2.BytecodeCache):
    """Templates as code, kept while the process runs: to compile one takes longer than to fill it a hundred times."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._kept[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _Compiled()


def _named(value: object) -> Words | str:
    return value if isinstance(value, Words | str) and not isinstance(value, Markup) else str(value)
