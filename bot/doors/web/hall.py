"""The hall: what every page of the citizen's works with, and who stands in it: the session of a cookie.

One cookie, of this host alone; it holds a token of which only the hash is stored. What a session may see and do is
asked of the store for each request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.clock import Now
from bot.doors.web.intake import Intake, form_id
from bot.doors.web.limits import OF_NETWORK, OF_SESSION, Limits, network
from bot.doors.web.lookout import Lookout
from bot.doors.web.reading import Done
from bot.keys import code_hash
from bot.openings import House
from bot.pages import forms
from bot.pages.pages import Pages, wanted_language
from bot.store import people, web_sessions
from bot.store.database import Transaction
from bot.store.people import Person
from bot.store.web_sessions import LASTS, WebSession
from flows.wording import easy, in_language, plain

CHAT = "/c/"
SEEN_EVERY = timedelta(days=1)
"""How often a session's last use is noted, and its end moved on."""

_PARTS = "HX-Request"
_ONWARD = {
    "nobody-here": ("/", "nobody-here-code"),
    "elsewhere": (CHAT, "to-the-chat"),
    "not-yours": (CHAT, "to-the-chat"),
    "slow": (CHAT, "slow-look"),
    "no-telegram": (CHAT, "to-the-chat"),
    "nothing-coming": (CHAT, "to-the-chat"),
}
"""Where one goes on from words that stand instead of a page, and what that is called."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """One request of somebody who has begun. `renewed`: the session holds longer from now on, so must its cookie."""

    request: Request
    token: str
    session: WebSession
    person: Person
    address: str
    language: str
    now: datetime
    renewed: bool = False

    @property
    def lookup(self) -> bytes:
        """The keyed hash of their address."""
        return self.session.lookup

    @property
    def whole(self) -> bool:
        """Whether it is the browser they began in: not one opened by a link that may have been passed on."""
        return bool(self.session.whole)

    @property
    def about(self) -> bytes:
        """Whom a form is for."""
        return code_hash(self.token)


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language as those who speak it call it, and its form that is easy to read."""

    code: str
    name: str
    easy_code: str
    easy_name: str


@dataclass(frozen=True)
class Hall:
    """What pages work with."""

    house: House
    now: Now
    pages: Pages
    intake: Intake
    lookout: Lookout
    limits: Limits

    @property
    def encrypted(self) -> bool:
        """Whether we are reached by https."""
        return (self.house.premises.public_url or "").startswith("https://")

    @property
    def cookie(self) -> str:
        """The name of the one cookie; by https it can be set by nobody but this host (RFC 6265bis)."""
        return "__Host-kundresa" if self.encrypted else "kundresa"

    async def visitor(self, request: Request) -> Visitor | None:
        """Who asks; None without a session that holds."""
        token = request.cookies.get(self.cookie, "")
        if not token:
            return None
        now = self.now()
        session, person = await self.house.store.read(_present, code_hash(token), now)
        if session is None or session.sealed is None or person is None:
            return None  # none, or its first message is not taken yet, or the person is forgotten
        address = self.house.premises.keyring.unseal(session.sealed, purpose=b"address").decode()
        known = plain(person.language) in self.house.premises.languages
        language = person.language if known else self.wanted(request)
        renewed = now - session.seen_at > SEEN_EVERY
        if renewed:
            await self.house.store.write(web_sessions.see, code_hash(token), now)
        return Visitor(request, token, session, person, address, language, now, renewed)

    def wanted(self, request: Request, otherwise: str | None = None) -> str:
        """The language of somebody whom we don't know."""
        return wanted_language(request, self.house.premises.languages, otherwise)

    def page(self, request: Request, template: str, language: str, **values: object) -> HTMLResponse:
        """A page. `form_id` is new for each; a `visitor` gets the token of their forms with it."""
        visitor = values.get("visitor")
        if isinstance(visitor, Visitor):
            values["token"] = forms.token(self.house.premises.keyring, visitor.about)
            values.setdefault("whole", visitor.whole)
        asked = request.query_params.get("lang", "")
        values = {
            "form_id": form_id(),
            "path": request.url.path,
            "tongues": self._tongues(),
            "asked": f"?lang={asked}" if asked in self.house.premises.languages else "",
            "visitor": None,
            **values,
        }
        status = values.pop("status", 200)
        return self.pages.page(template, language, status=status if isinstance(status, int) else 200, **values)

    def told(self, request: Request, language: str, key: str, status: int, visitor: Visitor | None = None) -> Response:
        """Words instead of what was asked for: the words `<key>-title` and `<key>`. For a page's part, a part."""
        title, paragraph = self.pages.text(f"{key}-title", language), self.pages.text(key, language)
        if self.wants_part(request):
            answer = self.page(request, "trouble.html", language, status=status, title=title, paragraph=paragraph)
            answer.headers.update({"HX-Retarget": "#trouble", "HX-Reswap": "innerHTML"})
            return answer
        values: dict[str, object] = {
            "title": title,
            "paragraph": paragraph,
            "onward": "",
            "onward_words": "",
            "visitor": visitor,
        }
        if request.method != "GET":
            values |= {"tongues": ()}  # another language would be another page
        if key in _ONWARD:
            values |= dict(zip(("onward", "onward_words"), _ONWARD[key], strict=True))
        return self.page(request, "told.html", language, status=status, **values)

    def to(self, request: Request, path: str) -> Response:
        """On to another page of ours."""
        if self.wants_part(request):
            return Response(status_code=204, headers={"HX-Redirect": self.pages.url(path)})
        return RedirectResponse(self.pages.url(path), 303)

    def _tongues(self) -> list[Tongue]:
        words = self.house.premises.words
        name, name_easy = words["language-name"], words["language-name-easy"]
        return [
            Tongue(code, in_language(name, code), easy(code), in_language(name_easy, code))
            for code in self.house.premises.languages
        ]

    @staticmethod
    def wants_part(request: Request) -> bool:
        """Whether a page that stands asks for a part of it."""
        return request.headers.get(_PARTS) == "true"

    async def fields(self, visitor: Visitor) -> Mapping[str, str]:
        """What a form of this visitor's says. FormRefused if it is not theirs."""
        given = await forms.fields(visitor.request)
        forms.check(self.house.premises.keyring, visitor.about, given)
        return given

    def is_too_much(self, request: Request, session: bytes | None = None) -> bool:
        """Whether this browser, or its network, sends more forms than a person would."""
        source = network(request.client.host if request.client is not None else None)
        of_network = source is None or self.limits.allow(source, OF_NETWORK)
        of_session = session is None or self.limits.allow(session, OF_SESSION)
        return not (of_network and of_session)

    async def take(self, visitor: Visitor, form: str, *deeds: Done) -> bool:
        """Commit what the visitor did; True once it was taken."""
        return await self.intake.take(
            visitor.address, form, *deeds, language=self.device(visitor.request), whole=visitor.whole
        )

    @staticmethod
    def device(request: Request) -> str:
        """What the browser says that its user reads, the most wanted language first."""
        return request.headers.get("accept-language", "").split(",")[0].partition(";")[0].strip()[:20]

    def remembered(self, answer: Response, token: str) -> Response:
        """The answer with the cookie."""
        answer.set_cookie(
            self.cookie,
            token,
            max_age=int(LASTS.total_seconds()),
            path="/",
            secure=self.encrypted,
            httponly=True,
            samesite="lax",
        )
        return answer

    def forgotten(self, answer: Response) -> Response:
        """The answer that takes the cookie away."""
        answer.delete_cookie(self.cookie, path="/", secure=self.encrypted, httponly=True, samesite="lax")
        return answer


def _present(tx: Transaction, token_hash: bytes, now: datetime) -> tuple[WebSession | None, Person | None]:
    session = web_sessions.of_token(tx, token_hash, now)
    return session, people.of_lookup(tx, session.lookup) if session is not None else None
