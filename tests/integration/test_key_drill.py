"""Turning every key, and losing one: what docs/keys.md says comes out so (ADR 0008)."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from accounts.letters import send_due
from accounts.models import ApiClient, Letter
from breaches.evidence.checks import is_unchanged
from breaches.evidence.models import EvidenceItem
from breaches.models import Report
from common.envelope import Keyring, sealed_by
from demo.cast import Cast
from orders.models import ImportPiece, OrderDocument
from tests.support import evidence
from tests.support.api import Api, Apis, token_of
from tests.support.evidence import picture
from tests.support.imports import NDJSON, line, ndjson
from tests.support.imports import send as send_file
from tests.support.orders import a_report
from tests.support.signing_in import App
from tests.unit.webhooks.test_webhook_vault import as_before
from webhooks.models import Endpoint
from webhooks.vault import open_sealed

NEW = ("v2", b"2" * 32)
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
WORDS = "He stood outside again."


@dataclass(frozen=True, slots=True)
class Kept:
    """One of everything that is sealed, made under the first key."""

    report: str
    receipt: str
    secret: str
    mailed: str
    code: str


@pytest.fixture
def kept(api: Apis, cast: Cast, order: str) -> Kept:
    report = api.victim.post("victim/reports", a_report(description=WORDS)).body["id"]
    api.victim.post("victim/diary", {"description": WORDS})
    assert evidence.send(api.victim, f"victim/reports/{report}/evidence", picture()).status == 201
    hook = api.force.post("force/webhooks", {"url": "https://hooks.example.org/spo", "events": ["*"]}).body
    api.force.put(f"force/orders/{order}/versions/1/document", PDF, Content_Type="application/pdf")
    send_file(api.force, ndjson(line("IN-A-FILE")), NDJSON)
    receipt = api.nobody.post("public/reports", a_report()).body["receipt"]
    inviting = f"officer/orders/{order}/protected-persons/P1/invitations"
    code = api.officer.post(inviting, {"email": "ama@mail.example"}).body["code"]
    send_due()
    mailed = str(mail.outbox[-1].body).split("welcome#")[1].split()[0]
    ApiClient.objects.filter(client_id=cast.force.client_id).update(allowed_scopes=["orders:read", "zones:read"])
    return Kept(report, receipt, hook["secret"], mailed, code)


def rests(*arguments: str) -> tuple[str, bool]:
    """What the command says, and whether it ended well."""
    out = io.StringIO()
    try:
        call_command("sealed_columns", *arguments, stdout=out)
    except CommandError:
        return out.getvalue(), False
    return out.getvalue(), True


def check_that_everything_opens(api: Apis, cast: Cast, order: str, kept: Kept) -> None:
    assert Report.objects.get(id=kept.report).body_sent
    assert api.officer.get(f"officer/reports/{kept.report}").body["report"]["description"] == WORDS
    assert api.victim.get("victim/diary").body["results"][0]["entry"]["description"] == WORDS
    assert all(is_unchanged(item) for item in EvidenceItem.objects.all())
    hook = Endpoint.objects.get()
    assert open_sealed(bytes(hook.sealed_secret), endpoint=hook.id) == kept.secret
    paper = Api(token_of(cast.force)).raw("GET", f"force/orders/{order}/versions/1/document")
    assert (paper.status_code, paper.content) == (200, PDF)
    assert api.nobody.post("public/receipts", {"receipt": kept.receipt}).status == 200
    App(device="").officer(cast.officer)


def test_everything_is_put_under_a_new_key_and_the_old_one_goes(
    api: Apis, cast: Cast, order: str, kept: Kept, settings: Any
) -> None:
    """Second factors too: whoever forgets them locks every officer out."""
    old = settings.MASTER_KEYS.keys[0]
    settings.MASTER_KEYS = Keyring([NEW, old])
    assert rests("--rewrap")[1]
    said, well = rests()
    assert (well, "development" in said) == (True, False), said
    settings.MASTER_KEYS = Keyring([NEW])
    assert rests()[1]
    check_that_everything_opens(api, cast, order, kept)
    accepted = App().api("POST", "victim/invitations/accept", {"token": kept.mailed, "code": kept.code})
    assert accepted.status == 201


def test_rewrapping_again_finds_nothing_to_do(kept: Kept, settings: Any) -> None:
    settings.MASTER_KEYS = Keyring([NEW, *settings.MASTER_KEYS.keys])
    assert not rests("--rewrap")[0].startswith("0 values")
    assert rests("--rewrap")[0].startswith("0 values")


def test_while_the_key_is_lost_reports_are_taken_and_all_else_says_so(
    api: Apis, cast: Cast, order: str, kept: Kept, settings: Any
) -> None:
    """The drill: a clear refusal, nothing half-read, nothing made worse, and all of it back with the key."""
    ring = settings.MASTER_KEYS
    settings.MASTER_KEYS = Keyring([NEW])
    said, well = rests()
    assert not well
    for place in ("breaches_report.body_sent", "orders_orderdocument.sealed", "webhooks_endpoint.sealed_secret"):
        assert f"{place}  development: " in said
    assert "mfa_authenticator.data  development: " in said
    assert "breaches_evidenceitem.wrapped_key  development: " in said
    assert rests("--rewrap")[0].startswith("0 values")

    answer = api.officer.get(f"officer/reports/{kept.report}")
    assert (answer.status, answer.code) == (503, "stored_text_unreadable")
    assert api.victim.post("victim/reports", a_report(order=None)).status == 201
    paper = Api(token_of(cast.force)).get(f"force/orders/{order}/versions/1/document")
    assert (paper.status, paper.code) == (503, "stored_text_unreadable")
    app = App()
    app.password(cast.officer)
    factor = app.post("auth/2fa/authenticate", {"code": "000000"})
    assert (factor.status, factor.code) == (503, "stored_text_unreadable")

    settings.MASTER_KEYS = Keyring([*ring.keys, NEW])
    check_that_everything_opens(api, cast, order, kept)


def test_a_mail_whose_key_is_lost_waits_and_stops_no_other(api: Apis, order: str, settings: Any) -> None:
    ring = settings.MASTER_KEYS
    inviting = f"officer/orders/{order}/protected-persons/P1/invitations"
    api.officer.post(inviting, {"email": "first@mail.example"})
    settings.MASTER_KEYS = Keyring([NEW])
    api.officer.post(inviting, {"email": "second@mail.example"})
    assert (send_due(), [one.to for one in mail.outbox]) == (1, [["second@mail.example"]])
    settings.MASTER_KEYS = Keyring([NEW, *ring.keys])
    Letter.objects.update(next_try_at="2026-01-01T00:00:00Z")
    assert (send_due(), mail.outbox[-1].to) == (1, ["first@mail.example"])


def test_a_new_field_key_loses_no_receipt_and_no_code(api: Apis, kept: Kept, settings: Any) -> None:
    settings.FIELD_KEY, settings.FIELD_KEY_OLD = "f" * 40, [settings.FIELD_KEY]
    assert api.nobody.post("public/receipts", {"receipt": kept.receipt}).status == 200
    newer = api.nobody.post("public/reports", a_report()).body["receipt"]
    assert api.nobody.post("public/receipts", {"receipt": newer}).status == 200
    assert api.nobody.post("public/receipts", {"receipt": "0000 0000 0000 0000"}).status == 404
    accepted = App().api("POST", "victim/invitations/accept", {"token": kept.mailed, "code": kept.code})
    assert accepted.status == 201


def test_without_the_old_field_key_a_receipt_opens_nothing(api: Apis, kept: Kept, settings: Any) -> None:
    settings.FIELD_KEY = "f" * 40
    assert api.nobody.post("public/receipts", {"receipt": kept.receipt}).status == 404


def test_secrets_that_a_release_before_sealed_are_put_under_a_master_key(kept: Kept, settings: Any) -> None:
    """They lay under `FIELD_KEY`, without an id: afterwards that key may change."""
    hook = Endpoint.objects.get()
    Endpoint.objects.update(sealed_secret=as_before(kept.secret, hook.id, settings.FIELD_KEY))
    said, well = rests()
    assert (well, "webhooks_endpoint.sealed_secret  FIELD_KEY: 1" in said) == (False, True)
    assert rests("--rewrap")[1]
    settings.FIELD_KEY = "f" * 40
    hook.refresh_from_db()
    assert open_sealed(bytes(hook.sealed_secret), endpoint=hook.id) == kept.secret


def test_a_value_that_was_changed_is_left_and_the_rest_goes_on(kept: Kept, settings: Any) -> None:
    hook = Endpoint.objects.get()
    changed = bytearray(hook.sealed_secret)
    changed[40] ^= 1  # in its wrapped key
    Endpoint.objects.update(sealed_secret=bytes(changed))
    settings.MASTER_KEYS = Keyring([NEW, *settings.MASTER_KEYS.keys])
    rests("--rewrap")
    sealed = [
        *OrderDocument.objects.values_list("sealed", flat=True),
        *ImportPiece.objects.values_list("sealed", flat=True),
    ]
    assert {sealed_by(bytes(one)) for one in sealed} == {"v2"}
