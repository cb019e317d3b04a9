"""What a force is told of its own clients: that secrets come and go, by their ids. Never a secret."""

from __future__ import annotations

from uuid import NAMESPACE_OID, uuid5

from accounts.models import ApiClient, ClientSecret
from webhooks.services import enqueue


def secret_added(row: ClientSecret) -> None:
    _tell(row, "client.secret_added", "live")


def secret_revoked(row: ClientSecret) -> None:
    _tell(row, "client.secret_revoked", "revoked")


def _tell(row: ClientSecret, type: str, state: str) -> None:
    client = row.client
    enqueue(force=str(client.force_id), type=type, subject=row.id, reference=client.client_id, state=state)


def certificates_changed(client: ApiClient) -> None:
    state = "bound" if client.certificate_bound else "not_bound"
    enqueue(
        force=str(client.force_id),
        type="client.certificates_changed",
        subject=uuid5(NAMESPACE_OID, client.client_id),  # a client has a name and no UUID
        reference=client.client_id,
        state=state,
    )
