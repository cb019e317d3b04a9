"""Clients of force systems: made by the service's operator, their secrets turned over by the force itself."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.clients import hash_of, live_secrets, new_secret
from accounts.models import ApiClient, ClientSecret
from audit.services import record
from audit.types import Actor
from common.problems import Conflict, NotFound, Problem, Refused
from identity.messages import certificates_changed, secret_added, secret_revoked


@dataclass(frozen=True, slots=True)
class NewSecret:
    """`plain` is shown this once; only its hash is kept."""

    row: ClientSecret
    plain: str


@transaction.atomic
def add_secret(*, actor: Actor, client_id: str, old_ends_at: datetime | None = None) -> NewSecret:
    """A further secret of a client. The one before goes on until `old_ends_at`, a week if that is not said.

    Raises `NotFound`, `Refused` for an end that has passed or is too far away, `Conflict` while two are live.
    """
    client, now = _held(client_id), timezone.now()
    end = old_ends_at or now + timedelta(days=settings.CLIENT_SECRET_OVERLAP_DAYS)
    if not now < end <= now + timedelta(days=settings.CLIENT_SECRET_OVERLAP_MOST_DAYS):
        raise Refused([_out_of_range()])
    live = live_secrets(client, at=now)
    if len(live) > 1:
        raise Conflict("two_secrets_live", "Two secrets are live. Revoke one of them first.")
    live.filter(ends_at=None).update(ends_at=end)
    plain = new_secret()
    row = ClientSecret.objects.create(client=client, hashed=hash_of(plain), created_at=now)
    record(actor=actor, action="collection", verb="client_secret_added", records=[row.id, client.client_id])
    secret_added(row)
    return NewSecret(row, plain)


def _out_of_range() -> Problem:
    most = settings.CLIENT_SECRET_OVERLAP_MOST_DAYS
    return Problem("/old_ends_at", "out_of_range", f"This is to come, and at most {most} days away.")


def _held(client_id: str) -> ApiClient:
    """A client whose secrets nobody else changes meanwhile. Raises `NotFound`."""
    rows = ApiClient.objects.select_for_update()
    client: ApiClient | None = rows.filter(client_id=client_id, force__isnull=False).first()
    if client is None:
        raise NotFound
    return client


@transaction.atomic
def revoke_secret(*, actor: Actor, client_id: str, secret: UUID) -> None:
    """It opens nothing from now on, nor do the tokens that it got. Again, or after its end, is no mistake.

    Raises `NotFound`, and `Conflict` for the only one: its force would be shut out.
    """
    client, now = _held(client_id), timezone.now()
    row = ClientSecret.objects.filter(client=client, id=secret).first()
    if row is None:
        raise NotFound
    if row.revoked_at is not None:
        return
    if [one.id for one in live_secrets(client, at=now)] == [row.id]:
        raise Conflict("last_secret", "This is the only secret that is live. Make another first.")
    _revoke(actor, [row], at=now)


@transaction.atomic
def revoke_all(*, actor: Actor, client_id: str) -> int:
    """Shut a client out at once, tokens and all. How many secrets that were. Raises `NotFound`."""
    rows = list(ClientSecret.objects.filter(client=_held(client_id), revoked_at=None).order_by("id"))
    _revoke(actor, rows, at=timezone.now())
    return len(rows)


def _revoke(actor: Actor, rows: Sequence[ClientSecret], *, at: datetime) -> None:
    for row in rows:
        row.revoked_at = at
        row.save(update_fields=["revoked_at"])
        record(actor=actor, action="alteration", verb="client_secret_revoked", records=[row.id, row.client.client_id])
        secret_revoked(row)


@transaction.atomic
def bind_to_certificates(*, actor: Actor, client_id: str, bound: bool, certificates: Collection[str]) -> None:
    """Whether a client's tokens are good only with the certificate that was shown (RFC 8705 section 3).

    `certificates` are the thumbprints of those that it may show; none: any. Tokens got before are good as they were.
    Raises `NotFound`, and `Conflict` where a certificate is named and tokens are not bound.
    """
    client = _held(client_id)
    if certificates and not bound:
        raise Conflict("certificates_without_binding", "Certificates are named, so tokens have to be bound to them.")
    client.certificate_bound, client.certificates = bound, sorted(set(certificates))
    client.save(update_fields=["certificate_bound", "certificates"])
    record(actor=actor, action="alteration", verb="client_certificates", records=[client.client_id])
    certificates_changed(client)
