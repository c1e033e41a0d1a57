"""A citizen who answers in a browser, without the browser: pages and forms over plain HTTP, with one cookie."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape

import aiohttp

from tests.site import Site

COOKIE = "kundresa"
_TAG = re.compile(r"<[^>]+>")
_FORM = re.compile(r"<form[^>]*>.*?</form>", re.DOTALL)
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
_TAP = re.compile(r'<button name="tap" value="([^"]+)"[^>]*>(.*?)</button>', re.DOTALL)


@dataclass
class Answer:
    """What came back: status, headers, the page."""

    status: int
    headers: Mapping[str, str]
    page: str

    @property
    def text(self) -> str:
        """What the page says, without tags."""
        return " ".join(unescape(_TAG.sub(" ", self.page)).split())

    @property
    def hidden(self) -> dict[str, str]:
        """The hidden fields of the page's last form that has an id: its own token and id."""
        forms = [dict(_HIDDEN.findall(form)) for form in _FORM.findall(self.page)]
        return next((form for form in forms if "id" in form), {})

    @property
    def taps(self) -> dict[str, str]:
        """The buttons that can be tapped, the last of each label, without its emoji and number: label to value."""
        return {_bare(label): value for value, label in _TAP.findall(self.page)}


@dataclass
class Citizen:
    """One browser. `seen` is the last page, `said` the label last tapped."""

    site: Site
    client: aiohttp.ClientSession
    seen: Answer = field(default_factory=lambda: Answer(0, {}, ""))
    said: str = ""

    async def get(self, path: str, **headers: str) -> Answer:
        """Open a page, as it comes, without following where it leads on to."""
        async with self.client.get(path, headers=headers, allow_redirects=False) as got:
            self.seen = Answer(got.status, got.headers, await got.text())
        return self.seen

    async def post(self, path: str, fields: Mapping[str, str], **headers: str) -> Answer:
        """Send a form, without following where it leads on to."""
        async with self.client.post(path, data=dict(fields), headers=headers, allow_redirects=False) as got:
            self.seen = Answer(got.status, got.headers, await got.text())
        return self.seen

    async def begin(self, code: str | None, **more: str) -> Answer:
        """Open an invitation and begin here; returns the chat."""
        assert code is not None
        landing = await self.get(f"/s/{code}")
        assert landing.status == 200, landing.text
        begun = await self.post(f"/s/{code}", {**landing.hidden, **more})
        assert begun.status == 303, begun.text
        return await self.get("/c/")

    async def does(self, **fields: str) -> Answer:
        """Send a form of the chat as it was last seen; returns the chat afterwards."""
        done = await self.post("/c/", {**self.seen.hidden, **fields})
        assert done.status == 303, f"{done.status}: {done.text}"
        return await self.get("/c/")

    async def taps(self, label: str) -> Answer:
        """Tap the newest button with this label."""
        self.said = label
        return await self.does(tap=self.seen.taps[label])

    async def taps_first(self) -> Answer:
        """Tap the first answer there is."""
        return await self.taps(next(iter(self.seen.taps)))

    async def says(self, text: str) -> Answer:
        """Write something."""
        return await self.does(text=text)

    async def link(self) -> str:
        """The path of the link by which they come back."""
        kept = await self.get("/c/keep")
        found = re.search(r'id="link" value="([^"]+)"', kept.page)
        assert found is not None, kept.text
        return found[1].removeprefix(self.site.url)

    async def comes_back(self, somebody: Citizen) -> Citizen:
        """Go on in this browser, by the link that `somebody` has of themselves."""
        path = await somebody.link()
        come = await self.post(path, (await self.get(path)).hidden)
        assert (come.status, come.headers["Location"]) == (303, "/c/#newest")
        await self.get("/c/")
        return self


@asynccontextmanager
async def citizen(site: Site, **headers: str) -> AsyncIterator[Citizen]:
    """Somebody with a browser of their own."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(site.url, cookie_jar=jar, headers=headers) as client:
        yield Citizen(site, client)


def _bare(label: str) -> str:
    return re.sub(r"^[^\w]*(\d )?", "", unescape(_TAG.sub("", label))).strip()
