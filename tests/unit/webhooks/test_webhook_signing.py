"""What is sent, as a receiver with the public library sees it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from webhooks.signing import body_of, new_secret, signed
from webhooks.types import Message

MESSAGE = Message(
    id=UUID("01890000-0000-7000-8000-000000000001"),
    type="report.received",
    occurred_at=datetime(2026, 3, 2, 12, 0, 0, 5, tzinfo=UTC),
    subject=UUID("01890000-0000-7000-8000-000000000002"),
    reference="R-0000-0000-0000",
    state="received",
)


def test_the_public_library_verifies_it() -> None:
    secret = new_secret()
    sent = signed(MESSAGE, secret=secret, at=datetime.now(UTC))
    assert Webhook(secret).verify(sent.body, sent.headers)["type"] == "report.received"


@pytest.mark.parametrize("spoil", [lambda b: b.replace(b"received", b"verified"), lambda b: b + b" "])
def test_a_changed_body_is_refused(spoil: Callable[[bytes], bytes]) -> None:
    secret = new_secret()
    sent = signed(MESSAGE, secret=secret, at=datetime.now(UTC))
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(spoil(sent.body), sent.headers)


def test_the_body_says_identifiers_and_a_state_and_nothing_else() -> None:
    assert json.loads(body_of(MESSAGE)) == {
        "type": "report.received",
        "timestamp": "2026-03-02T12:00:00.000005Z",
        "data": {"id": str(MESSAGE.subject), "reference": "R-0000-0000-0000", "state": "received"},
    }


def test_the_id_is_the_events_and_stays_the_same_at_every_try() -> None:
    tries = [signed(MESSAGE, secret=new_secret(), at=datetime(2026, 3, day, tzinfo=UTC)) for day in (2, 3)]
    assert {sent.headers["webhook-id"] for sent in tries} == {str(MESSAGE.id)}
    assert tries[0].headers["webhook-timestamp"] != tries[1].headers["webhook-timestamp"]


def test_secrets_are_long_and_never_the_same() -> None:
    first, second = new_secret(), new_secret()
    assert first != second
    assert first.startswith("whsec_")
    assert len(first) > 40
