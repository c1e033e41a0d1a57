"""A small strict OpenID provider on loopback: it refuses what the specifications forbid, and errs only where told to.

It signs in at once whoever `claims` describes, as a provider does where somebody is signed in already.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from urllib.parse import unquote_plus, urlencode

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from joserfc.jws import JWSRegistry

CLIENT, SECRET = "kundresa", "a secret: of ours"


@cache
def _first_key() -> RSAKey:
    # One for all providers of a run: to find two primes takes longer than most tests.
    return RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})


@dataclass
class _Code:
    challenge: str
    nonce: str
    back: str


@dataclass
class OpenIdProvider:
    """The provider. `now` is its clock; what it errs in stands in its fields."""

    now: Callable[[], datetime]
    issuer: str = ""
    claims: dict[str, object] = field(default_factory=dict)
    changes: dict[str, object] = field(default_factory=dict)
    """Claims of the token that are not as they should be; None takes one out."""
    algorithm: str = "RS256"
    key: RSAKey = field(default_factory=_first_key)
    signing: RSAKey | OctKey | None = None
    """What tokens are signed with, if not with `key`."""
    answering_as: str | None = None
    """Whom its answer says it is from, if not from itself; "" for nobody."""
    more: dict[str, object] = field(default_factory=dict)
    """Metadata that is not as it should be."""
    fails: bool = False
    asked: list[str] = field(default_factory=list)
    """The paths that were asked for."""
    _codes: dict[str, _Code] = field(default_factory=dict)

    def routes(self) -> list[web.RouteDef]:
        """Its paths."""
        return [
            web.get("/.well-known/openid-configuration", self._metadata),
            web.get("/keys", self._keys),
            web.get("/authorize", self._authorize),
            web.post("/token", self._token),
        ]

    async def _metadata(self, request: web.Request) -> web.Response:
        self._answers(request)
        return web.json_response(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256", "none", "HS256"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
                "authorization_response_iss_parameter_supported": True,
                **self.more,
            }
        )

    async def _keys(self, request: web.Request) -> web.Response:
        self._answers(request)
        strange = {"kty": "of the future", "kid": "unknown"}
        return web.json_response({"keys": [strange, self.key.as_dict(private=False)]})

    async def _authorize(self, request: web.Request) -> web.Response:
        self._answers(request)
        asked = request.query
        wanted = {"response_type": "code", "client_id": CLIENT, "code_challenge_method": "S256"}
        for name, value in wanted.items():
            assert asked.getall(name) == [value], f"{name}: {asked.getall(name)}"
        assert "openid" in asked["scope"].split()
        assert len(asked["state"]) >= 22
        assert len(asked["nonce"]) >= 22
        assert len(asked["code_challenge"]) == 43
        code = f"code-{len(self._codes)}"
        self._codes[code] = _Code(asked["code_challenge"], asked["nonce"], asked["redirect_uri"])
        sender = self.issuer if self.answering_as is None else self.answering_as
        answer = {"code": code, "state": asked["state"], **({"iss": sender} if sender else {})}
        raise web.HTTPFound(f"{asked['redirect_uri']}?{urlencode(answer)}")

    async def _token(self, request: web.Request) -> web.Response:
        self._answers(request)
        form = await request.post()
        kind, _, shown = request.headers.get("Authorization", "").partition(" ")
        if kind == "Basic":
            client, _, secret = base64.b64decode(shown).decode().partition(":")
            client, secret = unquote_plus(client), unquote_plus(secret)
        else:
            client, secret = str(form.get("client_id")), str(form.get("client_secret"))
        if (client, secret) != (CLIENT, SECRET):
            return web.json_response({"error": "invalid_client"}, status=401)
        # A code is good once, for whoever asked for it (RFC 6749, 4.1.3; RFC 7636, 4.6).
        code = self._codes.pop(str(form.get("code")), None)
        proof = hashlib.sha256(str(form.get("code_verifier")).encode()).digest()
        if (
            code is None
            or form.get("grant_type") != "authorization_code"
            or form.get("redirect_uri") != code.back
            or base64.urlsafe_b64encode(proof).decode().rstrip("=") != code.challenge
        ):
            return web.json_response({"error": "invalid_grant"}, status=400)
        return web.json_response(
            {"access_token": "none of ours", "token_type": "Bearer", "id_token": self._signed(code)}
        )

    def _signed(self, code: _Code) -> str:
        seconds = int(self.now().timestamp())
        claims: dict[str, object] = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "subject",
            "iat": seconds,
            "exp": seconds + 300,
            "nonce": code.nonce,
            **self.claims,
            **self.changes,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": self.algorithm, "kid": "first"}
        if self.algorithm == "none":
            parts = (json.dumps(part).encode() for part in (header, claims))
            return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."
        key = self.signing or self.key
        return jwt.encode(header, claims, key, registry=JWSRegistry(algorithms=[self.algorithm]))

    def _answers(self, request: web.Request) -> None:
        self.asked.append(request.path)
        if self.fails:
            raise web.HTTPServiceUnavailable


@asynccontextmanager
async def provider(now: Callable[[], datetime]) -> AsyncIterator[OpenIdProvider]:
    """A provider that serves until the block ends."""
    made = OpenIdProvider(now)
    application = web.Application()
    application.add_routes(made.routes())
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    made.issuer = f"http://{host}:{port}"
    try:
        yield made
    finally:
        await runner.cleanup()
