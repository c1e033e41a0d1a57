"""The organisation's own sign-in (OpenID Connect): where to send somebody, and who came back.

Authorization code flow with PKCE, state and nonce. An identity token is believed only when one of the issuer's public
keys signed it, for us, for this visit, and not long ago. Makes no account, and never tells or logs who somebody is.
"""

from __future__ import annotations

import asyncio
import hmac
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from urllib.parse import urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, import_key

from bot.keys import new_token
from bot.provider_answers import Metadata, ProviderRefused, a_mapping, metadata, url_safe
from bot.settings import Provider

SIGNED_BY = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""How a token may be signed: with a key that only the issuer has. Neither "none" nor with a secret we share."""

_SECONDS = 10.0
_LARGEST = 512 * 1024
_KNOWN_FOR = timedelta(hours=1)
_KEYS_AGAIN_AFTER = timedelta(minutes=1)
_CLOCKS_DIFFER_BY = 60
_ENTRA = ("login.microsoftonline.com", "login.microsoftonline.us", "sts.windows.net")


class ProviderSilent(Exception):
    """The provider doesn't answer, or not as one does; the message is for a log."""


@dataclass(frozen=True, slots=True)
class Going:
    """Somebody goes to the provider: its address, and what must fit when they come back."""

    address: str
    state: str
    nonce: str
    verifier: str


@dataclass(slots=True)
class SignInProvider:
    """A provider as its settings describe it. `back` is the address of ours where it sends people back to.

    `user_names`: a user name that is an e-mail address is believed as one. Right where the organisation alone gives
    user names (Entra ID), dangerous where people choose their own; None: known from the issuer's address.
    """

    settings: Provider
    back: str
    user_names: bool | None = None
    _metadata: Metadata | None = field(default=None, repr=False)
    _metadata_at: datetime | None = None
    _keys: KeySet | None = field(default=None, repr=False)
    _keys_at: datetime | None = None

    async def going(self, now: datetime) -> Going:
        """Where to send somebody's browser. ProviderSilent."""
        known = await self._known(now)
        state, nonce, verifier = new_token(), new_token(), new_token()
        asked = {
            "response_type": "code",
            "client_id": self.settings.client,
            "redirect_uri": self.back,
            "scope": "openid email profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": url_safe(sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
        }
        between = "&" if urlsplit(known.authorization).query else "?"
        return Going(known.authorization + between + urlencode(asked), state, nonce, verifier)

    async def email(self, given: Mapping[str, str], nonce: str, verifier: str, now: datetime) -> str:
        """The e-mail address of whoever came back with the query `given`; its state is the caller's to check.

        ProviderRefused for what can't be believed, ProviderSilent.
        """
        known = await self._known(now)
        self._check_sender(given, known)
        if "error" in given or not given.get("code"):
            raise ProviderRefused("the provider let nobody in")
        token = await self._token(known, given["code"], verifier)
        claims = await self._claims(known, token, now)
        self._check_claims(claims, known, nonce, now)
        return self._address(claims, known)

    def _check_sender(self, given: Mapping[str, str], known: Metadata) -> None:
        # RFC 9207: an answer of another provider must not be taken to this one.
        sender = given.get("iss")
        if sender is None and known.tells_issuer:
            raise ProviderRefused("the answer does not tell who sent it")
        if sender is not None and sender != known.issuer:
            raise ProviderRefused("the answer is another issuer's")

    async def _token(self, known: Metadata, code: str, verifier: str) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.back,
            "code_verifier": verifier,
        }
        client, secret = self.settings.client, self.settings.secret
        if known.basic:
            # RFC 6749, 2.3.1: both are form-encoded first.
            quoted = (urlencode({"": part})[1:] for part in (client, secret))
            answer = await self._asked("POST", known.token, form, httpx.BasicAuth(*quoted))
        else:
            answer = await self._asked("POST", known.token, {**form, "client_id": client, "client_secret": secret})
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise ProviderRefused("the provider gave no identity token")
        return token

    async def _claims(self, known: Metadata, token: str, now: datetime) -> Mapping[str, object]:
        for again in (False, True):
            keys = await self._public_keys(known, now, again=again)
            try:
                return jwt.decode(token, keys, algorithms=list(known.signed_by(SIGNED_BY))).claims
            except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
                # The issuer may have changed its keys since: they are looked up once more, not at every forgery.
                fresh = self._keys_at is not None and now - self._keys_at < _KEYS_AGAIN_AFTER
                if again or fresh:
                    raise ProviderRefused(f"the token's signature does not hold ({type(error).__name__})") from None
        raise ProviderRefused("the token's signature does not hold")

    def _check_claims(self, claims: Mapping[str, object], known: Metadata, nonce: str, now: datetime) -> None:
        seconds = now.timestamp()
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        expires, issued, from_ = claims.get("exp"), claims.get("iat"), claims.get("nbf", 0)
        if claims.get("iss") != known.issuer:
            raise ProviderRefused("the token is another issuer's")
        if self.settings.client not in audiences:
            raise ProviderRefused("the token is for somebody else")
        if (len(audiences) > 1 or "azp" in claims) and claims.get("azp") != self.settings.client:
            raise ProviderRefused("the token was given to somebody else")
        if not isinstance(expires, int | float) or seconds >= expires + _CLOCKS_DIFFER_BY:
            raise ProviderRefused("the token is too old")
        for moment in (issued, from_):
            if not isinstance(moment, int | float) or moment > seconds + _CLOCKS_DIFFER_BY:
                raise ProviderRefused("the token is not good yet")
        said = claims.get("nonce")
        if not isinstance(said, str) or not hmac.compare_digest(said.encode("utf-8", "replace"), nonce.encode()):
            raise ProviderRefused("the token is of another visit")

    def _address(self, claims: Mapping[str, object], known: Metadata) -> str:
        trusted = self.user_names
        if trusted is None:
            trusted = urlsplit(known.issuer).hostname in _ENTRA
        if trusted:
            # Entra's `email` is whatever a profile says; what the organisation gives is the user's name.
            names = (claims.get(name) for name in ("upn", "preferred_username"))
            # A guest's name is no address of theirs: "name_example.org#EXT#@...".
            return next((name for name in names if isinstance(name, str) and "@" in name and "#" not in name), "")
        email = claims.get("email")
        verified = claims.get("email_verified") in (True, "true")
        return email if verified and isinstance(email, str) else ""

    async def _known(self, now: datetime) -> Metadata:
        if self._metadata is None or self._metadata_at is None or now - self._metadata_at > _KNOWN_FOR:
            answer = await self._asked("GET", f"{self.settings.issuer}/.well-known/openid-configuration")
            try:
                self._metadata = metadata(answer, self.settings.issuer)
            except ProviderRefused as error:
                raise ProviderSilent(str(error)) from None
            self._metadata_at = now
        return self._metadata

    async def _public_keys(self, known: Metadata, now: datetime, *, again: bool) -> KeySet:
        if self._keys is None or self._keys_at is None or again or now - self._keys_at > _KNOWN_FOR:
            self._keys = _key_set(await self._asked("GET", known.keys))
            self._keys_at = now
        return self._keys

    async def _asked(
        self, method: str, address: str, form: Mapping[str, str] | None = None, auth: httpx.BasicAuth | None = None
    ) -> Mapping[str, object]:
        host = urlsplit(address).hostname
        try:
            async with (
                asyncio.timeout(2 * _SECONDS),
                httpx.AsyncClient(timeout=_SECONDS, auth=auth, verify=_certificates()) as client,
                client.stream(method, address, data=form, headers={"Accept": "application/json"}) as answer,
            ):
                body = b""
                async for part in answer.aiter_bytes():
                    body += part
                    if len(body) > _LARGEST:
                        raise ProviderSilent(f"{host}: the answer is too large")
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise ProviderSilent(f"{host}: does not answer ({type(error).__name__})") from None
        if answer.status_code in (400, 401, 403) and method == "POST":
            raise ProviderRefused(f"{host}: does not accept the code, or us ({answer.status_code})")
        if answer.status_code != httpx.codes.OK:
            raise ProviderSilent(f"{host}: answers {answer.status_code}")
        return a_mapping(body, str(host))


@cache
def _certificates() -> ssl.SSLContext:
    # Made once: to read every certificate in takes longer than to ask.
    return httpx.create_ssl_context()


def _key_set(said: Mapping[str, object]) -> KeySet:
    # A key of a kind we don't know takes nothing from the others.
    found, listed = [], said.get("keys")
    for one in listed if isinstance(listed, list) else ():
        with suppress(JoseError, ValueError, KeyError, TypeError):
            found.append(import_key(one))
    if not found:
        raise ProviderSilent("the issuer shows no keys that can be read")
    return KeySet(found)
