"""Every address met by every kind of caller: who gets in, and what the others are told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import ApiClient, Authority, User
from common.ids import uuid7
from edge.permissions import Open
from orders.models import Order, Service
from retention.models import Disposal
from tests.support import evidence
from tests.support.api import Api, Apis
from tests.support.imports import NDJSON, line, ndjson, send
from tests.support.kept import kept
from tests.support.orders import a_report

FORCE, OFFICERS = {"force"}, {"officer", "reviewer", "supervisor", "auditor"}
MOVERS = OFFICERS - {"auditor"}
PEOPLE = {"victim", "other_victim", "insider", "advocate"}
HERSELF = PEOPLE - {"advocate"}
APPROVERS = {"officer", "supervisor"}
KEEPERS = {"supervisor", "auditor"}
CALLERS = ("force", "other_force", *sorted(OFFICERS), "other_officer", *sorted(PEOPLE), "nobody")

# Address, method, and who of this force gets past the door. `{report}` is a report routed to force 05, made by
# `victim`; `{order}` is that force's order; `{hook}` is one of its webhooks.
MATRIX: list[tuple[str, str, set[str]]] = [
    ("force/order-imports", "get", FORCE),
    ("force/order-imports", "post", FORCE),
    ("force/order-imports/template.csv", "get", FORCE),
    ("force/order-imports/{job}", "get", FORCE),
    ("force/order-imports/{job}/errors", "get", FORCE),
    ("force/order-imports/{job}/changes", "get", FORCE),
    ("force/orders", "get", FORCE),
    ("force/orders/{order}", "get", FORCE),
    ("force/orders/{order}/versions/1", "get", FORCE),
    ("force/orders/{order}/versions/1", "put", FORCE),
    ("force/orders/{order}/service", "get", FORCE),
    ("force/orders/{order}/service", "post", FORCE),
    ("force/orders/{order}/service/{service}/withdraw", "post", FORCE),
    ("force/orders/{order}/determination", "get", FORCE),
    ("force/orders/{order}/discharge", "get", FORCE),
    ("force/orders/{order}/appeal", "get", FORCE),
    ("force/orders/{order}/notification-events", "get", FORCE),
    ("force/orders/{order}/determination", "post", FORCE),
    ("force/orders/{order}/discharge", "post", FORCE),
    ("force/orders/{order}/appeal", "post", FORCE),
    ("force/orders/{order}/people/respondent/identifiers", "get", FORCE),
    ("force/orders/{order}/people/respondent/identifiers", "post", FORCE),
    ("force/orders/{order}/people/P1/identifiers/{identifier}/retire", "post", FORCE),
    ("force/geometry/check", "post", FORCE),
    ("force/orders/{order}/versions/1/document", "put", FORCE),
    ("force/orders/{order}/monitoring-authority", "get", FORCE),
    ("force/orders/{order}/monitoring-authority", "put", FORCE),
    ("force/orders/{order}/reveal", "post", set()),
    ("force/orders/{order}/notifications", "get", FORCE),
    ("force/orders/{order}/notifications", "post", FORCE),
    ("force/orders/{order}/notification-events", "post", FORCE),
    ("force/orders/{order}/check", "post", FORCE),
    ("force/reports", "post", FORCE),
    ("force/reports/{report}", "get", FORCE),
    ("force/breaches", "get", FORCE),
    ("force/positions", "post", FORCE),
    ("force/events", "get", FORCE),
    ("force/client", "get", FORCE),
    # With a token that asked for `client:manage` by name: tests/api/identity/test_clients.py.
    ("force/client/secrets", "get", set()),
    ("force/client/secrets", "post", set()),
    ("force/client/secrets/{session}", "delete", set()),
    ("force/webhooks", "get", FORCE),
    ("force/webhooks", "post", FORCE),
    ("force/webhooks/{hook}", "get", FORCE),
    ("force/webhooks/{hook}", "delete", FORCE),
    ("force/webhooks/{hook}/test", "post", FORCE),
    ("force/webhooks/{hook}/replay", "post", FORCE),
    ("officer/orders", "get", OFFICERS),
    ("officer/orders/{order}", "get", OFFICERS),
    ("officer/orders/{order}/versions/1", "get", APPROVERS),
    ("officer/orders/{order}/versions/1", "put", APPROVERS),
    ("officer/orders/{order}/service", "get", APPROVERS),
    ("officer/orders/{order}/service", "post", APPROVERS),
    ("officer/orders/{order}/service/{service}/withdraw", "post", APPROVERS),
    ("officer/orders/{order}/determination", "get", APPROVERS),
    ("officer/orders/{order}/discharge", "get", APPROVERS),
    ("officer/orders/{order}/appeal", "get", APPROVERS),
    ("officer/orders/{order}/notification-events", "get", APPROVERS),
    ("officer/orders/{order}/determination", "post", APPROVERS),
    ("officer/orders/{order}/discharge", "post", APPROVERS),
    ("officer/orders/{order}/appeal", "post", APPROVERS),
    ("officer/orders/{order}/people/P1/identifiers", "get", APPROVERS),
    ("officer/orders/{order}/people/P1/identifiers", "post", APPROVERS),
    ("officer/orders/{order}/people/P1/identifiers/{identifier}/retire", "post", APPROVERS),
    ("officer/geometry/check", "post", APPROVERS),
    ("officer/orders/{order}/versions/1/document", "put", APPROVERS),
    ("officer/orders/{order}/monitoring-authority", "get", APPROVERS),
    ("officer/orders/{order}/monitoring-authority", "put", APPROVERS),
    ("officer/orders/{order}/reveal", "post", APPROVERS),
    ("officer/orders/{order}/notifications", "get", APPROVERS),
    ("officer/orders/{order}/notifications", "post", APPROVERS),
    ("officer/orders/{order}/notification-events", "post", APPROVERS),
    ("officer/orders/{order}/reviews", "post", APPROVERS),
    ("officer/orders/{order}/same-person", "get", APPROVERS),
    ("officer/orders/{order}/same-person/link", "post", APPROVERS),
    ("officer/orders/{order}/same-person/unlink", "post", APPROVERS),
    ("officer/orders/{order}/zones/A/approve", "post", APPROVERS),
    ("officer/audit", "get", {"auditor"}),
    ("force/orders/{order}/events", "get", FORCE),
    ("officer/orders/{order}/events", "get", OFFICERS),
    ("officer/orders/{order}/readers", "get", OFFICERS),
    ("officer/orders/{order}/readers", "post", {"supervisor"}),
    ("officer/orders/{order}/readers/remove", "post", {"supervisor"}),
    ("officer/restricted-orders", "get", {"supervisor"}),
    ("officer/restricted-orders/{report}/take-charge", "post", set()),
    ("officer/sessions", "get", OFFICERS),
    ("officer/sessions", "delete", OFFICERS),
    ("officer/sessions/{session}", "delete", set()),
    ("officer/orders/{order}/protected-persons/P1/freeze", "post", MOVERS),
    ("officer/orders/{order}/protected-persons/P1/thaw", "post", APPROVERS),
    ("officer/orders/{order}/protected-persons/P1/invitations", "post", APPROVERS),
    ("officer/orders/{order}/protected-persons/P1/invitations/{invitation}", "delete", APPROVERS),
    ("officer/orders/{order}/protected-persons/P1/advocates", "get", APPROVERS),
    ("officer/orders/{order}/protected-persons/P1/advocates", "post", APPROVERS),
    ("officer/orders/{order}/protected-persons/P1/advocates/{authority}", "delete", MOVERS),
    ("victim/advocates", "get", HERSELF),
    ("victim/advocates/{authority}", "delete", {"victim"}),
    ("force/orders/{order}/protected-persons/P1/invitations", "post", FORCE),
    ("force/orders/{order}/protected-persons/P1/invitations/{invitation}", "delete", FORCE),
    ("victim/sessions", "get", PEOPLE),
    ("victim/sessions", "delete", PEOPLE),
    ("victim/sessions/{session}", "delete", set()),
    ("officer/orders/{order}/track", "post", APPROVERS),
    ("officer/orders/{order}/track/hold", "post", APPROVERS),
    ("officer/zones/search", "post", APPROVERS),
    ("officer/reports", "get", OFFICERS),
    ("officer/reports", "post", MOVERS),
    ("officer/reports/{report}", "get", OFFICERS),
    ("officer/reports/{report}/claim", "post", MOVERS),
    ("officer/reports/{report}/release", "post", MOVERS),
    ("officer/reports/{report}/verify", "post", MOVERS),
    ("officer/reports/{report}/not-verified", "post", MOVERS),
    ("officer/reports/{report}/request-information", "post", MOVERS),
    ("officer/reports/{report}/answer", "post", MOVERS),
    ("officer/reports/{report}/note", "post", MOVERS),
    ("officer/reports/{report}/outcome", "post", MOVERS),
    ("officer/reports/{report}/reopen", "post", MOVERS),
    ("officer/reports/{report}/heartbeat", "post", MOVERS),
    ("officer/reports/{report}/takeover", "post", MOVERS),
    ("officer/reports/{report}/snooze", "post", MOVERS),
    ("officer/reports/{report}/order", "post", MOVERS),
    ("officer/reports/{report}/reveal", "post", APPROVERS),
    ("officer/reports/{report}/transfer", "post", MOVERS),
    # Nothing is on offer to this force: tests/api/test_officer_transfer.py.
    ("officer/reports/{report}/transfer/accept", "post", set()),
    ("officer/reports/{report}/transfer/return", "post", set()),
    ("officer/reports/bulk", "post", MOVERS),
    ("officer/orders/{order}/timeline", "get", OFFICERS),
    ("officer/reports/{report}/link", "post", MOVERS),
    ("officer/reports/{report}/unlink", "post", MOVERS),
    ("officer/reports/{report}/safe-contact", "get", MOVERS),
    ("victim/reports/{report}/messages", "post", {"victim"}),
    ("victim/reports/{report}/corrections", "post", {"victim"}),
    ("victim/reports/{report}/withdraw", "post", {"victim"}),
    ("victim/reports/{report}/resume", "post", {"victim"}),
    ("victim/diary", "get", HERSELF),
    ("victim/diary", "post", HERSELF),
    ("victim/diary/{entry}/report", "post", {"victim"}),
    ("victim/diary/{entry}/evidence", "get", {"victim"}),
    ("victim/diary/{entry}/evidence", "post", {"victim"}),
    ("victim/safe-contact", "get", HERSELF),
    ("victim/safe-contact", "put", HERSELF),
    ("victim/orders", "get", PEOPLE),
    ("victim/reports", "get", PEOPLE),
    ("victim/reports", "post", PEOPLE),
    ("victim/reports/{report}", "get", {"victim"}),
    ("victim/evidence-limits", "get", PEOPLE),
    ("victim/reports/{report}/evidence", "get", {"victim"}),
    ("victim/reports/{report}/evidence", "post", {"victim"}),
    ("victim/reports/{report}/evidence/{item}/links", "post", {"victim"}),
    ("victim/evidence-files/{victim_file}", "get", {"victim"}),
    ("victim/evidence-uploads/", "post", PEOPLE),
    ("victim/evidence-uploads/{victim_upload}", "get", {"victim"}),
    ("force/reports/{report}/evidence", "get", FORCE),
    ("force/reports/{report}/evidence", "post", FORCE),
    ("force/evidence-uploads/", "post", FORCE),
    ("force/evidence-uploads/{force_upload}", "get", FORCE),
    ("officer/reports/{report}/evidence", "get", OFFICERS),
    ("officer/reports/{report}/evidence", "post", MOVERS),
    ("officer/reports/{report}/evidence/{item}", "get", OFFICERS),
    ("officer/reports/{report}/evidence/{item}/messages", "get", OFFICERS),
    ("officer/reports/{report}/evidence/{item}/links", "post", MOVERS),
    ("officer/reports/{report}/evidence/{item}/position", "post", MOVERS),
    ("officer/reports/{report}/evidence/{item}/release", "post", {"supervisor"}),
    ("officer/evidence-files/{officer_file}", "get", {"officer"}),
    ("officer/evidence-uploads/", "post", OFFICERS),
    ("officer/evidence-uploads/{officer_upload}", "get", {"officer"}),
    ("officer/retention/due", "get", KEEPERS),
    ("officer/retention/disposals/{disposal}/decision", "post", {"supervisor"}),
    ("officer/reports/{report}/retention", "get", KEEPERS),
    ("officer/reports/{report}/retention/review", "post", {"supervisor"}),
    ("officer/reports/{report}/retention/hold", "post", {"supervisor"}),
    ("officer/reports/{report}/retention/disposal", "post", {"supervisor"}),
    ("officer/access-requests", "get", KEEPERS),
    ("officer/access-requests", "post", {"supervisor"}),
    ("officer/access-requests/{access}/decisions", "post", {"supervisor"}),
    ("officer/access-requests/{access}/records", "get", KEEPERS),
    ("officer/access-requests/{access}/pack", "get", {"supervisor"}),
]
# Signing in, and what somebody signed in does with it: tests/api/identity/test_door.py meets each half-signed-in.
SIGN_IN = {
    "config",
    "auth/session",
    "auth/login",
    "auth/code/request",
    "auth/code/confirm",
    "auth/2fa/authenticate",
    "auth/webauthn/authenticate",
    "auth/webauthn/login",
    "auth/reauthenticate",
    "auth/2fa/reauthenticate",
    "auth/webauthn/reauthenticate",
    "account/authenticators",
    "account/authenticators/totp",
    "account/authenticators/recovery-codes",
    "account/authenticators/webauthn",
    "account/password/change",
}
# Addresses that answer without signing in, and nothing else does (api.md, Conventions).
OPEN = {
    "healthz",
    "readyz",
    "oauth/token/",
    "oauth/authorize/",
    *(f"_allauth/app/v1/{where}" for where in SIGN_IN),
    "api/v1/schema/",
    "api/v1/docs/",
    "api/v1/victim/invitations/accept",
    "api/v1/officer/force-sign-in",
    "api/v1/officer/force-sign-in/complete",
    "api/v1/public/reports",
    "api/v1/public/receipts",
    "api/v1/public/receipts/evidence",
    "api/v1/public/receipts/messages",
    "api/v1/public/support",
    "api/v1/public/trail-seals",
}


@pytest.fixture
def places(api: Apis, order: str) -> dict[str, str]:
    row = Order.objects.get(reference=order)
    made = kept(f"what the matrix names, of {row.id}", lambda: _made(api, order))
    return made | evidence.links(api, made["item"])


def _made(api: Apis, order: str) -> dict[str, str]:
    report = api.victim.post("victim/reports", a_report()).body["id"]
    hook = api.force.post("force/webhooks", {"url": "https://hooks.example.org/spo", "events": ["*"]}).body["id"]
    job = send(api.force, ndjson(line("IN-A-FILE")), NDJSON).body["id"]
    entry = api.victim.post("victim/diary", {"description": "For later."}).body["id"]
    inviting = f"force/orders/{order}/protected-persons/P1/invitations"
    invitation = api.force.post(inviting, {"email": "somebody@mail.example"}).body["id"]
    known = f"force/orders/{order}/people/P1/identifiers"
    identifier = api.force.post(known, {"kind": "phone", "value": "07700 900555"}).body["id"]
    disposal = Disposal.objects.create(
        report=report, force_id="05", reason="x", proposed_by=User.objects.filter(kind="officer")[0], staff_id="x"
    )
    asked = {"reference": "SAR-1", "subject": "respondent", "received_on": "2026-11-02"}
    access = api.supervisor.post("officer/access-requests", asked).body["id"]
    return {
        **evidence.uploads(api, str(report)),
        "disposal": str(disposal.id),
        "access": str(access),
        "entry": str(entry),
        "identifier": str(identifier),
        "session": str(uuid7()),
        "authority": str(Authority.objects.get().id),
        "service": str(Service.objects.filter(order__reference=order)[0].id),
        "invitation": str(invitation),
        "job": str(job),
        "order": order,
        "report": str(report),
        "hook": str(hook),
    }


def call(api: Apis, who: str, method: str, path: str) -> int:
    caller: Api = getattr(api, who)
    answer = getattr(caller, method)(path, *([] if method in ("get", "delete") else [{}]))
    return int(answer.status)


@pytest.mark.parametrize(("path", "method", "inside"), MATRIX, ids=[f"{m} {p}" for p, m, _ in MATRIX])
def test_who_gets_in(api: Apis, places: dict[str, str], path: str, method: str, inside: set[str]) -> None:
    """Rules 71, 80 and 83. Behind the door a refusal of the empty body, or of the state, is another matter."""
    address = path.format(**places)
    reached = set()
    for who in CALLERS:
        status = call(api, who, method, address)
        assert status < 500, (who, status)
        if status not in (401, 403, 404):
            reached.add(who)
    assert reached - _own_affairs(path, method) == inside


def _own_affairs(path: str, method: str) -> set[str]:
    """Callers of another force see their own, empty lists, and may register an order of the same reference."""
    other = "other_force" if path.startswith("force/") else "other_officer"
    return {other} if "{" not in path or method == "put" else set()


@pytest.mark.parametrize(("path", "method", "inside"), MATRIX, ids=[f"{m} {p}" for p, m, _ in MATRIX])
def test_nobody_is_told_to_sign_in(api: Apis, places: dict[str, str], path: str, method: str, inside: set[str]) -> None:
    caller: Any = getattr(api.nobody, method)
    answer = caller(path.format(**places))
    assert (answer.status, answer.code) == (401, "not_authenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def _patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Those of the support screen are held by tests/api/test_support_screen.py."""
    for entry in resolver.url_patterns:
        where = prefix + str(entry.pattern)
        if where.startswith(settings.SUPPORT_PATH):
            continue
        if isinstance(entry, URLResolver):
            yield from _patterns(entry, where)
        else:
            yield where, entry


def _is_open(pattern: URLPattern) -> bool:
    view = getattr(pattern.callback, "view_class", None) or getattr(pattern.callback, "cls", None)
    permissions = getattr(view, "permission_classes", None)
    return permissions is None or Open in permissions


def test_the_list_of_open_addresses_is_this_one() -> None:
    found = {where for where, pattern in _patterns(get_resolver()) if _is_open(pattern)}
    assert found == OPEN


def test_every_address_is_in_the_matrix() -> None:
    """Whoever adds an address says here who may use it."""
    closed = sum(1 for _, pattern in _patterns(get_resolver()) if not _is_open(pattern))
    assert closed == len({path for path, _, _ in MATRIX})


@pytest.mark.parametrize("token", ["", "x", "Bearer", "é" * 40, "a b"])
def test_a_token_that_is_none_is_refused(api: Apis, token: str) -> None:
    answer = Api(None).get("officer/reports", Authorization=f"Bearer {token}")
    assert answer.status == 401


def test_a_token_in_the_address_is_ignored(api: Apis) -> None:
    """RFC 6750 section 2.3: addresses are written into logs."""
    assert Api(None).get(f"officer/reports?access_token={api.officer.token}").status == 401


def test_a_force_system_without_the_scope_is_refused(api: Apis, order: str) -> None:
    ApiClient.objects.filter(force_id="05").update(allowed_scopes=["orders:read"])
    assert api.force.get("force/orders").status == 200
    answer = api.force.get("force/breaches")
    assert (answer.status, answer.code) == (403, "wrong_role")
