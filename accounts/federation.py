"""A force's own sign-in (OpenID Connect): what is agreed with its provider, and what a token's claims come to. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.rules import SKEW
from accounts.types import ROLES, Role

_STAFF_ID_MOST, _NAME_MOST = 32, 120


@dataclass(frozen=True, slots=True)
class Provider:
    """Of one force. `roles` maps values of the claim `roles_claim` to roles, the one that counts first first.

    A second factor was shown where `amr` or `acr` of a token holds one of `second_factors` (RFC 8176).
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    roles: Mapping[str, Role]
    roles_claim: str = "roles"
    staff_id_claim: str = "staff_id"
    name_claim: str = "name"
    second_factors: Sequence[str] = ("mfa",)
    scope: str = "openid profile"


@dataclass(frozen=True, slots=True)
class Claimed:
    """Whom a provider vouches for. `second_factor_at`: seconds since 1970, None where none was shown."""

    subject: str
    role: Role
    staff_id: str
    name: str
    second_factor_at: float | None


class NotClaimed(Exception):
    """The token lacks what an officer needs here: `code` says what."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_providers(text: str) -> dict[str, Provider]:
    """By force code, from a JSON object. Raises ValueError for anything that does not fit, without a secret in it."""
    try:
        found = {str(force): Provider(**given) for force, given in json.loads(text).items()}
        known = all(provider.roles and set(provider.roles.values()) <= set(ROLES) for provider in found.values())
        safe = all(provider.issuer.startswith("https://") for provider in found.values())
        apart = len({provider.redirect_uri for provider in found.values()}) == len(found)
    except (TypeError, AttributeError):
        raise ValueError("each force has issuer, client_id, client_secret, redirect_uri and roles") from None
    if not known or not safe:
        raise ValueError("roles are mapped to those of this service, and an issuer is an https address")
    if not apart:  # RFC 9700, section 4.4: by it the app knows whose answer it is
        raise ValueError("each force has a redirect_uri of its own")
    return found


def claimed(claims: Mapping[str, Any], provider: Provider, *, at: datetime) -> Claimed:
    """Who it is, by a token that was verified. Raises `NotClaimed`."""
    staff_id, name = claims.get(provider.staff_id_claim), claims.get(provider.name_claim)
    subject = claims.get("sub")
    if not _is_text(subject, 255) or not _is_text(staff_id, _STAFF_ID_MOST) or not _is_text(name, _NAME_MOST):
        raise NotClaimed("claims_missing")
    given = _texts(claims.get(provider.roles_claim))
    role = next((role for value, role in provider.roles.items() if value in given), None)
    if role is None:
        raise NotClaimed("no_role_here")
    return Claimed(str(subject), role, str(staff_id), str(name), _second_factor_at(claims, provider, at))


def _is_text(value: object, most: int) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) == len(value) <= most and value.isprintable()


def _texts(said: object) -> set[str]:
    """A claim of one text or a list of them; what is neither counts for nothing."""
    found = [said] if isinstance(said, str) else said if isinstance(said, list) else []
    return {one for one in found if isinstance(one, str)}


def _second_factor_at(claims: Mapping[str, Any], provider: Provider, at: datetime) -> float | None:
    if not (_texts(claims.get("amr")) | _texts(claims.get("acr"))) & set(provider.second_factors):
        return None
    said = claims.get("auth_time")
    # Unsaid, it may have been hours ago: enough to be signed in, and not for what wants it shown just now. What is no
    # instant, or one of the future, says nothing either: it would be one shown just now for ever.
    if isinstance(said, bool) or not isinstance(said, int | float) or not 0 < said <= (at + SKEW).timestamp():
        return 0.0
    return float(said)
