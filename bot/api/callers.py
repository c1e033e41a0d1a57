"""Callers: who calls, by the key they call with, and how often they may. Never tells why a key is wrong.

A key has 256 random bits, so nobody guesses one. Wrong keys are limited by network address all the same, so that a
system left with an old key does not keep the database busy; who called with a good key lately is let in whatever
others at the same address do.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from starlette.requests import Request

from bot.api.limits import Buckets, Standing
from bot.api.problems import NO_KEY, TOO_MANY, ApiRefused
from bot.api_keys import is_used_anew, looks_like_one
from bot.clock import Now
from bot.keys import code_hash
from bot.openings import House
from bot.store.api_keys import ApiKey

CALLS_A_SECOND, CALLS_AT_ONCE = 30.0, 120
WRONG_A_SECOND, WRONG_AT_ONCE = 1 / 6, 10

_REALM = 'Bearer realm="Kundresa"'
_MOST_REMEMBERED = 1000
_NETWORK_BITS = 64
"""Of an IPv6 address: what one subscriber has."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How often each key may call, and how often a network address may call with a wrong one."""

    calls: Buckets
    wrong: Buckets

    @classmethod
    def usual(cls) -> Limits:
        """30 calls a second with each key, 120 at once; ten a minute with a wrong one."""
        return cls(Buckets(CALLS_A_SECOND, CALLS_AT_ONCE), Buckets(WRONG_A_SECOND, WRONG_AT_ONCE))


class Callers:
    """Lets in who has a key."""

    def __init__(self, house: House, now: Now, limits: Limits) -> None:
        self._house, self._now, self._limits = house, now, limits
        self._good: OrderedDict[bytes, None] = OrderedDict()

    async def present(self, request: Request) -> ApiKey:
        """The key that this call comes with. ApiRefused for none, a wrong or a revoked one."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise ApiRefused(NO_KEY, headers={"WWW-Authenticate": _REALM})
        token, source = token.strip(), _source(request)
        mark = code_hash(token) if looks_like_one(token) else None
        if mark not in self._good:
            self._wait(self._limits.wrong.look(source))
        room = self._house.rooms.api_keys
        key = await self._house.store.read(room.of_token, token) if mark is not None else None
        if key is None or mark is None:
            self._good.pop(mark or b"", None)
            self._wait(self._limits.wrong.take(source))
            raise ApiRefused(NO_KEY, headers={"WWW-Authenticate": f'{_REALM}, error="invalid_token"'})
        self._remember(mark)
        if is_used_anew(key, self._now()):
            await self._house.store.write(room.use, key, self._now())
        return key

    def charge(self, key: ApiKey, calls: float = 1) -> None:
        """The key's call counts for so many. ApiRefused if they are too many."""
        standing = self._limits.calls.take(key.id, calls)
        if not standing.allowed:
            raise ApiRefused(TOO_MANY, headers={"Retry-After": str(standing.wait)})

    def standing(self, key: ApiKey) -> dict[str, str]:
        """The headers that tell how many calls are left (draft-ietf-httpapi-ratelimit-headers-10)."""
        calls = self._limits.calls
        now = calls.look(key.id)
        return {
            "RateLimit-Policy": f'"calls";q={calls.burst};w={calls.window}',
            "RateLimit": f'"calls";r={now.left};t={now.full_in}',
        }

    def _wait(self, standing: Standing) -> None:
        if not standing.allowed:
            told = "Too many calls with a wrong key came from this network address."
            raise ApiRefused(TOO_MANY, told, headers={"Retry-After": str(standing.wait)})

    def _remember(self, mark: bytes) -> None:
        self._good[mark] = None
        self._good.move_to_end(mark)
        if len(self._good) > _MOST_REMEMBERED:
            self._good.popitem(last=False)


def _source(request: Request) -> str:
    host = request.client.host if request.client is not None else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(int(address) >> (128 - _NETWORK_BITS))
    return host
