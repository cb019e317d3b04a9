"""OpenID Connect with a force's provider: authorization code, PKCE, a token whose every claim is checked.

What lies between the two halves is given to the app, sealed, and kept nowhere here. The app alone holds it; what goes
through the browser is a state and a code, of no use without it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from threading import BoundedSemaphore
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from jwcrypto.common import JWException
from jwcrypto.jwk import JWKSet
from jwcrypto.jwt import JWT

from accounts.federation import Provider
from accounts.rules import LAST_INSTANT
from common.envelope import NotOpened
from database.envelope import open_sealed, seal
from webhooks.client import ask, fetch
from webhooks.signing import Signed

LASTS = timedelta(minutes=10)
_SEALED_FOR = "force sign-in"
_ALGORITHMS = ["RS256", "PS256", "ES256"]  # never "none", never a shared key
_MOST = 256 * 1024  # bytes of any answer
_KNOWN_S, _LEEWAY_S = 600, 60


_TOTAL_S, _DOWN_S = 3.0, 30  # an answer may take; a failure of discovery is remembered
_asking = BoundedSemaphore(1)


class TooBusy(Exception):
    """A provider is being asked already, by this process."""


@contextmanager
def asking() -> Iterator[None]:
    """Whoever asks a provider holds a thread: one that is slow must not take more of them from reports than one.

    Raises `TooBusy`.
    """
    if not _asking.acquire(blocking=False):
        raise TooBusy
    try:
        yield
    finally:
        _asking.release()


class NotVouchedFor(Exception):
    """The provider does not answer, or what it answers is not for this client, this moment and this sign-in."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What the app keeps between the halves."""

    force: str
    state: str
    nonce: str
    verifier: str
    at: float


def begin(force: str, provider: Provider, *, at: datetime, again: bool) -> tuple[str, str, str]:
    """Where the browser goes, the `state` it comes back with, and what the app keeps. Raises `NotVouchedFor`, and
    `TooBusy` where the provider would have to be asked who it is.

    `again`: whoever is signed in to the provider shows everything once more.
    """
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    begun = Begun(force, state, nonce, verifier, at=at.timestamp())
    challenge = base64.urlsafe_b64encode(hashlib.sha256(begun.verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": provider.redirect_uri,
        "scope": provider.scope,
        "state": begun.state,
        "nonce": begun.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        **({"prompt": "login", "max_age": "0"} if again else {}),
    }
    with nullcontext() if _remembered(_about(provider)) is not None else asking():
        where = _described(provider)["authorization_endpoint"]
    flow = seal(json.dumps(asdict(begun)).encode(), context=_SEALED_FOR)
    joint = "&" if "?" in where else "?"
    return f"{where}{joint}{urlencode(asked)}", begun.state, base64.urlsafe_b64encode(flow).decode()


def opened(flow: str, *, state: str, at: datetime) -> Begun:
    """What was begun, if it is this one and not too long ago. Raises `NotVouchedFor`."""
    try:
        begun = Begun(**json.loads(open_sealed(_unwritten(flow), context=_SEALED_FOR)))
    except (NotOpened, ValueError, TypeError):
        raise NotVouchedFor from None
    if not secrets.compare_digest(begun.state.encode(), state.encode("utf-8", "replace")):
        raise NotVouchedFor
    if not 0 <= at.timestamp() - begun.at <= LASTS.total_seconds():
        raise NotVouchedFor
    return begun


def _unwritten(flow: str) -> bytes:
    """What was written as base64, and in the one way that it is written here. Raises ValueError."""
    read = base64.b64decode(flow.encode(), altchars=b"-_", validate=True)
    if base64.urlsafe_b64encode(read).decode() != flow:
        raise ValueError
    return read


def check_answerer(provider: Provider, iss: str | None) -> None:
    """That it is this provider that the browser came back from (RFC 9207, section 2.4). Raises `NotVouchedFor`."""
    says = _described(provider).get("authorization_response_iss_parameter_supported") is True
    if iss != provider.issuer and (says or iss is not None):
        raise NotVouchedFor


def claims_of(provider: Provider, begun: Begun, code: str) -> Mapping[str, Any]:
    """The claims of the token that a code is exchanged for. To be asked within `asking`. Raises `NotVouchedFor`."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": provider.redirect_uri,
        "client_id": provider.client_id,
        "client_secret": provider.client_secret,
        "code_verifier": begun.verifier,
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    where = _described(provider)["token_endpoint"]
    answered = _json(ask(where, Signed(urlencode(form).encode(), headers), most=_MOST, total_s=_TOTAL_S))
    return _verified(str(answered.get("id_token", "")), provider, begun.nonce)


def _verified(token: str, provider: Provider, nonce: str) -> Mapping[str, Any]:
    """OpenID Connect Core, section 3.1.3.7."""
    for fresh in (False, True):  # once more with the keys of now: the provider may have turned its own
        try:
            keys = JWKSet.from_json(json.dumps(_keys(provider, fresh=fresh)))
            wanted = {"iss": provider.issuer, "nonce": nonce, "aud": None, "exp": None, "iat": None, "sub": None}
            read = JWT(algs=_ALGORITHMS, check_claims=wanted, expected_type="JWS")
            read.leeway = _LEEWAY_S
            read.deserialize(token, keys)
            claims: dict[str, Any] = json.loads(read.claims)
        except (JWException, ValueError, TypeError, KeyError, OverflowError, RecursionError):
            continue
        if not 0 < claims["exp"] < LAST_INSTANT:
            raise NotVouchedFor
        audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if provider.client_id not in audience or claims.get("azp", provider.client_id) != provider.client_id:
            raise NotVouchedFor
        if len(audience) > 1 and "azp" not in claims:
            raise NotVouchedFor
        return claims
    raise NotVouchedFor


def _described(provider: Provider) -> Mapping[str, Any]:
    """The provider's own description of itself (OpenID Connect Discovery, section 4)."""
    found = _known(_about(provider), fresh=False)
    needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if found.get("issuer") != provider.issuer or not all(isinstance(found.get(name), str) for name in needed):
        raise NotVouchedFor
    return found


def _about(provider: Provider) -> str:
    return f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"


def _keys(provider: Provider, *, fresh: bool) -> Mapping[str, Any]:
    return _known(str(_described(provider)["jwks_uri"]), fresh=fresh)


def _known(url: str, *, fresh: bool) -> Mapping[str, Any]:
    """What is at an address, as it was some minutes ago or is now. One that failed is left alone for half a minute."""
    found = None if fresh else _remembered(url)
    if found is None:
        try:
            found = _json(fetch(url, most=_MOST, total_s=_TOTAL_S))
        except NotVouchedFor:
            cache.add(_key(url), {}, timeout=_DOWN_S)
            raise
        cache.set(_key(url), found, timeout=_KNOWN_S)
    if not found:
        raise NotVouchedFor
    return found


def _remembered(url: str) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = cache.get(_key(url))
    return found


def _key(url: str) -> str:
    return f"oidc:{hashlib.sha256(url.encode()).hexdigest()}"


def _json(answered: bytes | None) -> Mapping[str, Any]:
    try:
        found = json.loads(answered or b"")
    except (ValueError, RecursionError):
        raise NotVouchedFor from None
    if not isinstance(found, dict):
        raise NotVouchedFor
    return found
