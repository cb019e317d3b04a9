"""How an OAuth client proves itself: by any of its live secrets and, where it must, by its certificate."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import check_password
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from oauth2_provider.oauth2_validators import OAuth2Validator

from accounts.certificates import shown_certificate
from accounts.models import ApiClient, ClientSecret, TokenBinding
from accounts.token import basic_credentials

_HASHED = "sha256$"
_USED_EVERY = timedelta(minutes=1)


def new_secret() -> str:
    """256 random bits, fit for a form and a header."""
    return secrets.token_urlsafe(32)


def hash_of(secret: str) -> str:
    """What is kept of it. One hash and no stretching: nobody guesses 256 bits, and a flood costs no memory."""
    return _HASHED + hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def is_secret(sent: str, hashed: str) -> bool:
    """Whether it is the one of which this is kept; those of an earlier release are kept as passwords are until used."""
    return constant_time_compare(hash_of(sent), hashed) if hashed.startswith(_HASHED) else check_password(sent, hashed)


def live_secrets(client: ApiClient, *, at: datetime) -> QuerySet[ClientSecret]:
    """Those that open at an instant, the newest first."""
    rows = ClientSecret.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at), client=client, revoked_at=None)
    return rows.order_by("-created_at", "-id")


class Validator(OAuth2Validator):  # type: ignore[misc]
    """What the token endpoint asks, where it is ours to say."""

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """RFC 6749 section 2.3.1, and RFC 8705 section 3 for a client whose tokens are bound."""
        name, secret = basic_credentials(request.headers) or (request.client_id, request.client_secret)
        client = ApiClient.objects.filter(client_id=name or "", client_type=ApiClient.CLIENT_CONFIDENTIAL).first()
        if client is None or not secret:
            return False
        now = timezone.now()
        proof = next((row for row in live_secrets(client, at=now) if is_secret(secret, row.hashed)), None)
        if proof is None or not self._shows_its_certificate(client, request):
            return False
        if not proof.hashed.startswith(_HASHED):
            ClientSecret.objects.filter(pk=proof.pk).update(hashed=hash_of(secret))
        if proof.last_used_at is None or now - proof.last_used_at > _USED_EVERY:
            ClientSecret.objects.filter(pk=proof.pk).update(last_used_at=now)
        request.client, request.proof = client, proof
        return True

    def _shows_its_certificate(self, client: ApiClient, request: Any) -> bool:
        request.certificate = shown_certificate(request.headers) if client.certificate_bound else ""
        if not client.certificate_bound:
            return True
        return bool(request.certificate) and request.certificate in (client.certificates or [request.certificate])

    def _create_access_token(self, expires: Any, request: Any, token: Any, source_refresh_token: Any = None) -> Any:
        made = super()._create_access_token(expires, request, token, source_refresh_token)
        if request.grant_type == "client_credentials":
            TokenBinding.objects.create(token=made, secret=request.proof, certificate=request.certificate)
        return made
