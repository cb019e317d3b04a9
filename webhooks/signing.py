"""What is sent, to the byte, and its signature: https://www.standardwebhooks.com/. Pure."""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from standardwebhooks import Webhook

from webhooks.types import Message

_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Signed:
    """A body and the headers that prove who sent it. The signature covers these bytes and no others."""

    body: bytes
    headers: dict[str, str]


def new_secret() -> str:
    """`whsec_` and 256 random bits in base 64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def body_of(message: Message) -> str:
    """ASCII JSON, so that no receiver's notion of an encoding can change a byte under the signature."""
    return json.dumps(
        {
            "type": message.type,
            "timestamp": message.occurred_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "data": {"id": str(message.subject), "reference": message.reference, "state": message.state},
        },
        separators=(",", ":"),
    )


def signed(message: Message, *, secret: str, at: datetime) -> Signed:
    """One try. `webhook-id` is the event's id at every try and every replay; time and signature are new."""
    # The library stamps whatever it is given as UTC without converting it.
    instant, body, identifier = at.astimezone(UTC), body_of(message), str(message.id)
    return Signed(
        body=body.encode("ascii"),
        headers={
            "Content-Type": "application/json",
            "User-Agent": "spo-service-webhooks/1",
            "webhook-id": identifier,
            "webhook-timestamp": str(int(instant.timestamp())),
            "webhook-signature": Webhook(secret).sign(identifier, instant, body),
        },
    )
