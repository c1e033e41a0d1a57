"""Provider answers: what an OpenID provider says of itself, read strictly. Asks nothing and stores nothing."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.setting_values import address
from flows.problems import FaultError


class ProviderRefused(Exception):
    """What the provider said can't be believed; the message is for a log, and holds nothing of a person."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a provider says of itself (OpenID Connect Discovery 1.0, 3).

    `basic`: we show who we are in a header, else in the form. `tells_issuer`: its answers name it (RFC 9207).
    """

    issuer: str
    authorization: str
    token: str
    keys: str
    algorithms: tuple[str, ...]
    basic: bool
    tells_issuer: bool

    def signed_by(self, trusted: Sequence[str]) -> tuple[str, ...]:
        """How its tokens may be signed: as it says it signs, among those that we trust."""
        return tuple(name for name in trusted if name in self.algorithms)


def metadata(said: Mapping[str, object], issuer: str) -> Metadata:
    """What the provider at `issuer` (without a slash at its end) says. ProviderRefused."""
    named = said.get("issuer")
    if not isinstance(named, str) or named.rstrip("/") != issuer:
        raise ProviderRefused("the provider names another issuer than KUNDRESA_OIDC_ISSUER")
    ways = _texts(said, "token_endpoint_auth_methods_supported") or ("client_secret_basic",)
    return Metadata(
        named,
        _endpoint(said, "authorization_endpoint"),
        _endpoint(said, "token_endpoint"),
        _endpoint(said, "jwks_uri"),
        _texts(said, "id_token_signing_alg_values_supported") or ("RS256",),
        basic="client_secret_basic" in ways,
        tells_issuer=said.get("authorization_response_iss_parameter_supported") is True,
    )


def a_mapping(body: bytes, host: str) -> Mapping[str, object]:
    """A JSON object. ProviderRefused."""
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        raise ProviderRefused(f"{host}: the answer is no JSON") from None
    if not isinstance(read, dict):
        raise ProviderRefused(f"{host}: the answer is no JSON object")
    return read


def url_safe(raw: bytes) -> str:
    """Base64 as in addresses, without its end."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _endpoint(said: Mapping[str, object], name: str) -> str:
    found = said.get(name)
    if not isinstance(found, str):
        raise ProviderRefused(f"the provider names no {name}")
    try:
        # Encrypted, or within this machine: as in our own settings. A query is kept.
        address(found.partition("?")[0])
    except FaultError:
        raise ProviderRefused(f"the provider's {name} is no encrypted address") from None
    return found


def _texts(said: Mapping[str, object], name: str) -> tuple[str, ...]:
    found = said.get(name)
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()
