"""A force system looks at its own client, and turns over its secret, at /force/client."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.clients import live_secrets
from accounts.models import ApiClient, ClientSecret
from audit.services import record
from edge.parsing import read
from edge.shapes import Instant, Shape
from edge.views import ApiView, answer
from identity.services import add_secret, revoke_secret

MANAGE = ("client:manage",)


class SecretIn(Shape):
    """When the secret before stops: to come, and bounded. Left out, in a week."""

    old_ends_at: Instant | None = None


class SecretOut(Shape):
    """A secret that opens now, never the secret itself. `ends_at` is null for the newest."""

    id: UUID
    created_at: Instant
    ends_at: Instant | None
    last_used_at: Instant | None


class SecretsOut(Shape):
    results: list[SecretOut]


class NewSecretOut(Shape):
    """`client_secret` is shown this once, and again to a retry with the same `Idempotency-Key`."""

    id: UUID
    client_id: str
    client_secret: str
    created_at: Instant


class ClientOut(Shape):
    """A client as it is known here. `certificates`: thumbprints of those that it may show; none means any.

    `cnf` is `{"x5t#S256"}` of the certificate that the token which asks is bound to (RFC 8705 section 3.1), or null.
    """

    client_id: str
    name: str
    force: str
    scopes: list[str]
    certificate_bound: bool
    certificates: list[str]
    token_scopes: list[str]
    cnf: dict[str, str] | None


class Client(ApiView):
    audience, scopes = "force", {"GET": ()}

    @extend_schema(responses={200: ClientOut})
    def get(self, request: Request) -> Response:
        """Who one is, with any token: what the client may ask for, and what this token carries."""
        caller = self.caller(request)
        row = ApiClient.objects.get(client_id=caller.id)
        return answer(
            {
                "client_id": row.client_id,
                "name": row.name,
                "force": row.force_id,
                "scopes": row.allowed_scopes,
                "certificate_bound": row.certificate_bound,
                "certificates": row.certificates,
                "token_scopes": sorted(caller.scopes),
                "cnf": {"x5t#S256": caller.certificate} if caller.certificate else None,
            }
        )


class ClientSecrets(ApiView):
    audience, scopes = "force", {"GET": MANAGE, "POST": MANAGE}

    @extend_schema(responses={200: SecretsOut})
    @transaction.atomic
    def get(self, request: Request) -> Response:
        """The secrets that open now, the newest first, and when each last did."""
        caller = self.caller(request)
        rows = live_secrets(ApiClient.objects.get(client_id=caller.id), at=timezone.now())
        record(actor=caller.actor, action="consultation", verb="client_secrets_listed", records=[r.id for r in rows])
        return answer({"results": [_shown(row) for row in rows]})

    @extend_schema(request=SecretIn, responses={201: NewSecretOut})
    def post(self, request: Request) -> Response:
        """Make a new secret, shown once. The old one goes on for a while: two are live, and never three."""

        def effect() -> Response:
            caller = self.caller(request)
            sent = read(request, SecretIn)
            made = add_secret(actor=caller.actor, client_id=caller.id, old_ends_at=sent.old_ends_at)
            body = {"client_id": caller.id, "client_secret": made.plain, "created_at": made.row.created_at}
            return answer({"id": str(made.row.id), **body}, status=201)

        return self.write(request, effect)


def _shown(row: ClientSecret) -> dict[str, Any]:
    times = {"created_at": row.created_at, "ends_at": row.ends_at, "last_used_at": row.last_used_at}
    return {"id": str(row.id), **times}


class OneClientSecret(ApiView):
    audience, scopes = "force", {"DELETE": MANAGE}

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, secret: UUID) -> Response:
        """Revoke a secret at once, with every token that it got; never the only one."""
        caller = self.caller(request)
        revoke_secret(actor=caller.actor, client_id=caller.id, secret=secret)
        return answer(None, status=204)
