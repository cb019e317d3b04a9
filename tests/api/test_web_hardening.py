"""What a browser is told about every answer, and what hostile requests come to."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.conf import settings

from breaches.models import Report
from orders.models import Order
from tests.support.api import Api, Apis, Client
from tests.support.orders import a_report, an_order

PAGES = ["/api/v1/docs/", "/support/login/"]
ANSWERS = ["/healthz", "/api/v1/schema/", "/api/v1/officer/reports", "/nothing-here", "/api/v1/public/support"]
INJECTIONS = [
    "'; DROP TABLE breaches_report; --",
    "' OR '1'='1",
    "1) UNION SELECT NULL, version() --",
    "$$; SELECT pg_sleep(9); $$",
    "%s %(x)s %%",
    "{{ 7*7 }} {% debug %} ${7*7} #{7*7} <%= 7*7 %>",
    "{0.__class__.__mro__}",
    "<script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "../../../../etc/passwd",
    "=cmd|' /C calc'!A0",
    "a\r\nSet-Cookie: a=b",
    "${jndi:ldap://127.0.0.1/a}",
]


@pytest.mark.parametrize("path", [*PAGES, *ANSWERS])
def test_every_answer_has_the_same_strict_headers(db: None, path: str) -> None:
    headers = Client().get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] in ("no-referrer", "same-origin" if path.startswith("/support/") else "")
    assert "no-store" in headers["Cache-Control"]
    assert "geolocation=()" in headers["Permissions-Policy"]


@pytest.mark.parametrize("path", [*PAGES, *ANSWERS])
def test_no_policy_lets_in_another_origin_or_anything_inline(db: None, path: str) -> None:
    policy = Client().get(path).headers["Content-Security-Policy"]
    assert not re.search(r"unsafe-|https?:|\*|blob:", policy)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_nothing_that_its_policy_forbids(db: None, path: str) -> None:
    answer = Client().get(path)
    page, policy = answer.content.decode(), answer.headers["Content-Security-Policy"]
    for tag in re.findall(r"<(?:script|style)\b[^>]*>", page):
        nonce = re.search(r'nonce="([^"]+)"', tag)
        assert ("src=" in tag and "'self'" in policy) or (nonce and f"'nonce-{nonce[1]}'" in policy), tag
    assert not re.search(r"\son\w+=|\sstyle=|javascript:", page)


def test_a_nonce_is_used_once(db: None) -> None:
    policies = {Client().get("/api/v1/docs/").headers["Content-Security-Policy"] for _ in range(3)}
    assert len(policies) == 3


def test_cookies_go_nowhere_else() -> None:
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.CSRF_COOKIE_HTTPONLY
    assert settings.SESSION_COOKIE_SAMESITE == settings.CSRF_COOKIE_SAMESITE == "Strict"


@pytest.mark.parametrize("sent", ["a\r\nSet-Cookie: x=y", "a\nX: y", "%0d%0aX: y", "\u560a\u560dX"])
def test_a_header_that_is_sent_cannot_split_an_answer(db: None, sent: str) -> None:
    answer = Client().get("/healthz", headers={"X-Request-Id": sent})
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-Request-Id"])
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/%0d%0aX-A:%20b", "/api/v1/officer/reports/%0d%0aX", "/api/v1//%00"])
def test_an_address_cannot_split_an_answer(db: None, path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code in (400, 401, 404)
    assert "X-A" not in answer.headers


@pytest.mark.parametrize("text", INJECTIONS)
def test_what_is_written_in_a_report_is_text_and_nothing_else(api: Apis, order: str, text: str) -> None:
    sent = a_report(
        description=text,
        impact=text,
        order=text,
        witnesses=[{"name": text, "how_to_reach": text}],
        contacts=[{"channel": "sms", "from": {"kind": "account", "platform": text, "value": text}, "text": text}],
        social=[{"platform": text, "url": text, "handle": text, "text": text}],
        positions=[{"subject": "respondent", "method": "address", "address": text}],
    )
    answer = api.victim.post("victim/reports", sent)
    assert answer.status == 201, answer.body
    assert text not in json.dumps(answer.body)
    kept = api.officer.get(f"officer/reports/{answer.body['id']}").body["report"]
    assert kept == json.loads(json.dumps(sent))


@pytest.mark.parametrize("text", INJECTIONS)
def test_what_is_written_in_an_order_is_text_or_refused(api: Apis, text: str) -> None:
    body = an_order(respondent={"family_name": text, "given_names": text, "date_of_birth": "1990-01-01"})
    answer = api.force.put("force/orders/SPO-X/versions/1", body)
    assert answer.status in (201, 422)
    assert text not in json.dumps(answer.body)
    assert Order.objects.count() == (answer.status == 201)


@pytest.mark.parametrize("text", INJECTIONS)
@pytest.mark.parametrize("name", ["queue", "state", "verdict", "mine", "order", "cursor", "limit"])
def test_what_is_written_in_an_address_is_a_value_or_refused(api: Apis, order: str, name: str, text: str) -> None:
    path = Client().get("/healthz", {name: text}).wsgi_request.META["QUERY_STRING"]
    answer = api.officer.get(f"officer/reports?{path}")
    assert answer.status in (200, 400, 422)
    assert text not in json.dumps(answer.body)


@pytest.mark.parametrize(
    "query",
    ["queue=review&queue=follow_up", "order=A&order=B", "limit=1&limit=100", "queue[]=review", "cursor=a&cursor=b"],
)
def test_a_parameter_said_twice_opens_nothing(api: Apis, order: str, query: str) -> None:
    ours = {row["id"] for row in api.officer.get("officer/reports").body["results"]}
    answer = api.officer.get(f"officer/reports?{query}")
    assert answer.status in (200, 422)
    if answer.status == 200:
        assert {row["id"] for row in answer.body["results"]} <= ours


def test_a_member_said_twice_in_json_counts_once(api: Apis, order: str) -> None:
    sent = b'{"description": "first", "happened": {"from": "2026-11-20T18:05:00Z"}, "description": "second"}'
    answer = api.victim.post("victim/reports", sent)
    assert answer.status in (201, 400, 422)


@pytest.mark.parametrize(
    "extra",
    [
        {"state": "closed"},
        {"verdict": "not_indicated"},
        {"id": "00000000-0000-0000-0000-000000000000"},
        {"priority": 5},
        {"claimed_by": "x"},
        {"received_at": "2020-01-01T00:00:00Z"},
        {"reporter_kind": "officer"},
        {"is_staff": True},
        {"__proto__": {"admin": True}},
    ],
    ids=lambda extra: next(iter(extra)),
)
def test_nobody_sets_what_is_not_theirs_to_set(api: Apis, order: str, extra: dict[str, Any]) -> None:
    answer = api.victim.post("victim/reports", a_report(**extra))
    assert (answer.status, Report.objects.count()) == (422, 0)


@pytest.mark.parametrize(
    "name", ["X-Forwarded-For", "X-Real-Ip", "Forwarded", "X-Original-Url", "X-Http-Method-Override"]
)
def test_what_a_caller_says_of_itself_in_a_header_changes_nothing(db: None, name: str) -> None:
    assert Client().get("/api/v1/officer/reports", headers={name: "DELETE"}).status_code == 401


def test_whom_a_limit_counts_is_not_what_he_says(db: None, settings: Any) -> None:
    settings.CALLER_LIMITS = {"public": 2}
    statuses = [Api(None).get("public/support?area=05", X_Forwarded_For=f"203.0.113.{n}").status for n in range(12)]
    assert 429 in statuses
