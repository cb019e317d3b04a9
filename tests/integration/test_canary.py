"""Every journey with canaries in it: none leaves the process by any way but an answer to whoever may read it.

Rules 71 to 73. What is written into the database in the open is listed here column by column: the rest is sealed.
"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.forms.models import model_to_dict
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from accounts.services import register_support
from audit.models import Entry
from audit.types import SERVICE
from spo_service.logs import AllowedFields
from tests.support.api import Answer, Apis, Client
from tests.support.evidence import BOUNDARY, begin, form
from tests.support.following import in_hours
from tests.support.orders import EXCLUSION, NO_CONTACT, ZONE_A, a_condition, a_report, an_order, register
from webhooks.models import Event

CANARY = "canary-27-Laburnum-Road"
PHONE = "07700 900777"
SECRETS = (CANARY, PHONE, "7700900777", "-2.97654321")
CENTRE = {"longitude": -2.97654321, "latitude": 53.4072}
NAME, PASSWORD = "k.doe@support.example", "correct horse battery staple"
# Where a canary may stand in the open, and why (docs/threat-model.md). Geometry is not text and is not looked for.
OPEN_COLUMNS = {
    "audit_entry.reason": "what an officer typed as a reason, shown to auditors only",
    "orders_zone.shape_sent": "the shape itself, which must be indexed beside it",
    "retention_holdact.reason": "why something is kept, not what it says",
    "retention_review.reason": "why something is kept, not what it says",
}


def an_order_full_of_them() -> dict[str, Any]:
    zone = {**ZONE_A, "restricted_name": CANARY, "shape": {"type": "circle", "centre": CENTRE, "radius_m": 100}}
    told = [{"kind": "address", "value": CANARY}, {"kind": "phone", "value": PHONE}]
    return an_order(
        conditions=[a_condition(EXCLUSION, zones=[zone], wording=CANARY), a_condition(NO_CONTACT, wording=CANARY)],
        protected_persons=[{"key": "P1", "family_name": CANARY, "given_names": CANARY, "identifiers": told}],
    )


def a_report_full_of_them(**changes: Any) -> dict[str, Any]:
    return a_report(
        description=CANARY,
        impact=CANARY,
        contacts=[{"channel": "sms", "from": {"kind": "phone", "value": PHONE}, "text": CANARY}],
        social=[{"platform": "instagram", "handle": CANARY, "text": CANARY}],
        witnesses=[{"name": CANARY, "how_to_reach": PHONE}],
        positions=[{"subject": "respondent", "method": "address", "address": CANARY}],
        **changes,
    )


def her_own_affairs(api: Apis, report: str) -> Iterator[Answer]:
    yield api.victim.put("victim/safe-contact", {"channels": ["sms"], "hours": [], "voicemail": False, "phone": PHONE})
    yield api.victim.post("victim/diary", {"description": CANARY})
    yield api.victim.post(f"victim/reports/{report}/messages", {"text": CANARY}, Idempotency_Key="m")
    yield api.victim.post(f"victim/reports/{report}/corrections", {"text": CANARY, "corrects": CANARY})
    sent = form((f"{CANARY}.txt", CANARY.encode()))
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    yield api.victim.post(f"victim/reports/{report}/evidence", sent, Content_Type=kind)
    yield begin(api.victim, "victim", 9, report=report, filename=CANARY)
    yield api.nobody.post("public/reports", a_report_full_of_them(order=None))


def what_officers_do(api: Apis, order: str, report: str, other: str) -> Iterator[Answer]:
    base = f"officer/reports/{report}"
    tag = api.officer.post(f"{base}/claim", {}).etag
    yield api.officer.get(base)
    yield api.officer.get(f"{base}/safe-contact")
    yield api.officer.post(f"{base}/order", {"order": None, "reason": CANARY * 2})
    yield api.officer.post(f"{base}/reveal", {"fields": ["name"], "reason": CANARY * 2})
    yield api.officer.post(f"{base}/note", {"text": CANARY}, Idempotency_Key="n")
    yield api.officer.post(f"{base}/link", {"report": other, "reason": CANARY})
    yield api.officer.post(f"{base}/request-information", {"question": CANARY, "due": in_hours(24)})
    yield api.officer.post(f"{base}/answer", {"text": CANARY})
    tag = api.officer.get(base).etag
    yield api.officer.post(f"{base}/not-verified", {"reason": CANARY}, If_Match=tag)
    yield api.officer.post(f"officer/reports/{other}/snooze", {"until": in_hours(2), "reason": CANARY})
    yield api.officer.post(f"officer/reports/{other}/transfer", {"force": "06", "reason": CANARY}, If_Match="*")
    yield api.other_officer.post(f"officer/reports/{other}/transfer/return", {"reason": CANARY})
    known = f"officer/orders/{order}/people/respondent/identifiers"
    told = api.officer.post(known, {"kind": "phone", "value": PHONE, "platform": CANARY})
    yield told
    yield api.officer.post(f"{known}/{told.body['id']}/retire", {"reason": CANARY})
    yield api.officer.post(f"officer/orders/{order}/people/P1/identifiers", {"kind": "address", "value": CANARY})
    yield api.officer.post(f"officer/orders/{order}/reveal", {"fields": ["protected_persons"], "reason": CANARY})
    yield api.supervisor.post(f"{base}/retention/hold", {"held": True, "reason": CANARY})
    yield api.supervisor.post(f"{base}/retention/review", {"group": 1, "reason": CANARY})
    yield api.victim.post(f"victim/reports/{report}/withdraw", {"reason": CANARY})


def what_is_refused(api: Apis, order: str, report: str) -> Iterator[Answer]:
    yield api.victim.post("victim/reports", {**a_report_full_of_them(), "state": CANARY})
    yield api.victim.post("victim/reports", f'{{"description": "{CANARY}'.encode())
    yield api.force.put(f"force/orders/{order}/versions/2", {**an_order_full_of_them(), "made_on": CANARY})
    yield api.force.put(f"force/orders/{CANARY}/versions/1", {**an_order_full_of_them(), "kind": CANARY})
    yield api.officer.post(f"officer/reports/{report}/verify", {"findings": CANARY}, If_Match=f'"{CANARY}"')
    yield api.officer.post(f"officer/orders/{order}/reveal", {"fields": [CANARY], "reason": CANARY})
    yield api.officer.post(f"officer/orders/{order}/people/P1/identifiers", {"kind": CANARY, "value": PHONE})
    yield api.officer.get(f"officer/reports?queue={CANARY}&cursor={CANARY}")
    yield api.victim.get(f"victim/reports/{CANARY}", Authorization=f"Bearer {CANARY}")
    yield api.supervisor.post(
        "officer/access-requests", {"reference": CANARY, "subject": CANARY, "received_on": CANARY}
    )
    yield api.force.post("force/webhooks", {"url": f"https://{CANARY}@127.0.0.1/", "events": [CANARY]})


class Done:
    """Everything that was done, and what it left behind."""

    def __init__(self, api: Apis, cast: Any) -> None:
        self.order = register(api, cast, an_order_full_of_them())
        reports = [api.victim.post("victim/reports", a_report_full_of_them()).body["id"] for _ in range(2)]
        self.report = str(reports[0])
        self.taken = [*her_own_affairs(api, self.report), *what_officers_do(api, self.order, self.report, reports[1])]
        self.refused = list(what_is_refused(api, self.order, self.report))


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What every logger of the process writes at its most talkative, through the formatter that is deployed."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(AllowedFields())
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def done(api: Apis, cast: Any, logged: io.StringIO) -> Done:
    return Done(api, cast)


def test_every_journey_was_taken(done: Done) -> None:
    assert [answer.status for answer in done.taken if answer.status not in (200, 201)] == []
    assert [answer.status for answer in done.refused if not 400 <= answer.status < 500] == []


PLACES: dict[str, Callable[[Done], Any]] = {
    "events": lambda done: [model_to_dict(row) for row in Event.objects.all()],
    "queue payloads": lambda done: [SignedPackage.loads(row.payload) for row in OrmQ.objects.all()],
    "refusals": lambda done: [(answer.body, answer.headers) for answer in done.refused],
    "headers": lambda done: [answer.headers for answer in done.taken],
    "traces": lambda done: [model_to_dict(row, exclude=["reason"]) for row in Entry.objects.all()],
    "e-mails": lambda done: [(one.subject, one.body, one.to) for one in mail.outbox],
}


@pytest.mark.parametrize("place", PLACES)
def test_none_is_in_what_leaves(done: Done, place: str) -> None:
    said = json.dumps(PLACES[place](done), default=str)
    assert not any(secret in said for secret in SECRETS)


def test_none_is_in_the_log(done: Done, logged: io.StringIO) -> None:
    logging.getLogger("orders").error("failed on %s", CANARY, extra={"address": CANARY})
    said = logged.getvalue()
    assert "refused" in said or said.count("\n") >= 1
    assert not any(secret in said for secret in SECRETS)


def test_none_is_on_the_support_screen(done: Done) -> None:
    register_support(actor=SERVICE, username=NAME, password=PASSWORD)
    client = Client()
    client.post("/support/login/", {"username": NAME, "password": PASSWORD, "next": "/support/"})
    pages = ["/support/", "/support/orders/order/", "/support/webhooks/event/", "/support/audit/entry/"]
    for page in pages:
        said = client.get(page, follow=True).content.decode()
        assert not any(secret in said for secret in SECRETS), page


def test_those_it_protects_others_from_see_none_of_it(done: Done, api: Apis) -> None:
    seen = [
        caller.get(path).body
        for caller in (api.other_force, api.other_officer, api.other_victim, api.insider)
        for path in ("force/events", "officer/reports", "victim/reports", f"officer/reports/{done.report}")
    ]
    said = json.dumps(seen, default=str)
    assert not any(secret in said for secret in SECRETS)


def columns_with_a_canary() -> set[str]:
    """Every column of every table in which one stands as text."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns JOIN pg_tables ON tablename = table_name"
            " WHERE table_schema = 'public' AND schemaname = 'public' AND table_name <> 'spatial_ref_sys'"
        )
        found = set()
        for table, column in cursor.fetchall():
            cursor.execute(f'SELECT EXISTS (SELECT FROM "{table}" WHERE "{column}"::text LIKE ANY (%s))', [_LIKE])  # noqa: S608
            if cursor.fetchone()[0]:
                found.add(f"{table}.{column}")
    return found


_LIKE = [*(f"%{secret}%" for secret in SECRETS), f"%{CANARY.encode().hex()}%"]


def test_the_database_holds_none_in_the_open_but_where_it_is_said_to(done: Done) -> None:
    assert columns_with_a_canary() <= set(OPEN_COLUMNS)
