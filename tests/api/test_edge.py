"""What every address does alike: problems, headers, limits, the description of the API."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone

from accounts.models import Authority, User
from tests.support.api import Api, Apis, Client
from tests.support.orders import a_report

LOW = {"force": 2, "officer": 2, "victim": 2, "public": 2}


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("get", "nowhere", 404, "not_found"),
        ("get", "/nowhere", 404, "not_found"),
        ("get", "officer/reports/R-0000-0000-0000", 404, "not_found"),
        ("delete", "officer/reports", 405, "method_not_allowed"),
        ("get", "officer/reports/" + "9" * 41, 404, "not_found"),
    ],
)
def test_refusals_are_problem_json(api: Apis, method: str, path: str, status: int, code: str) -> None:
    answer = getattr(api.officer, method)(path)
    assert (answer.status, answer.code) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "code", "errors"} <= set(answer.body)


def test_nothing_is_kept_by_browsers_or_proxies(api: Apis) -> None:
    headers = api.officer.get("officer/reports").headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_a_request_gets_an_id_and_keeps_a_harmless_one(api: Apis) -> None:
    assert api.officer.get("officer/reports", X_Request_Id="abc-1").headers["X-Request-Id"] == "abc-1"
    assert api.officer.get("officer/reports", X_Request_Id="<b>").headers["X-Request-Id"] != "<b>"


@override_settings(CALLER_LIMITS=LOW)
def test_too_many_requests_are_told_when_to_come_back(api: Apis) -> None:
    answers = [api.victim.get("victim/reports") for _ in range(30)]
    (limited, *_) = [a for a in answers if a.status == 429]
    assert (limited.code, limited.headers["Retry-After"]) == ("rate_limited", "1")


@override_settings(CALLER_LIMITS=LOW)
def test_immediate_danger_is_outside_every_limit(api: Apis) -> None:
    """Rule 37."""
    assert {api.victim.post("victim/reports", {"immediate_danger": True}).status for _ in range(10)} == {201}


def test_one_callers_requests_do_not_count_for_another(api: Apis) -> None:
    with override_settings(CALLER_LIMITS=LOW):
        for _ in range(10):
            api.victim.get("victim/reports")
        assert api.other_victim.get("victim/reports").status == 200


def test_health_asks_for_no_token() -> None:
    assert Client().get("/healthz").json() == {"status": "ok"}


def test_readiness_asks_the_database(db: None) -> None:
    assert Client().get("/readyz").status_code == 200


def test_the_description_is_openapi_3_1_and_tells_of_problems(db: None) -> None:
    document = Client().get("/api/v1/schema/", headers={"Accept": "application/json"}).json()
    assert document["openapi"].startswith("3.1")
    operation = document["paths"]["/api/v1/victim/reports"]["post"]
    assert "422" in operation["responses"]
    body = operation["requestBody"]["content"]["application/json"]["schema"]
    assert "ReportIn" in json.dumps(body)


def test_the_human_page_loads_nothing_from_elsewhere(db: None) -> None:
    page = Client().get("/api/v1/docs/").content.decode()
    assert "/static/drf_spectacular_sidecar" in page
    assert "https://" not in page.replace("https://www.w3.org", "")


@pytest.mark.parametrize("grant", ["password", "authorization_code", "implicit", ""])
def test_only_client_credentials_get_a_token_here(db: None, cast: Any, grant: str) -> None:
    sent = {"grant_type": grant, "client_id": cast.force.client_id, "client_secret": cast.force.client_secret}
    assert Client().post("/oauth/token/", sent).status_code in (400, 401)


def test_a_wrong_secret_gets_no_token(cast: Any) -> None:
    sent = {"grant_type": "client_credentials", "client_id": cast.force.client_id, "client_secret": "x"}
    assert Client().post("/oauth/token/", sent).status_code == 401


def test_a_token_with_fewer_scopes_can_be_asked_for(cast: Any, api: Apis, order: str) -> None:
    sent = {
        "grant_type": "client_credentials",
        "client_id": cast.force.client_id,
        "client_secret": cast.force.client_secret,
        "scope": "orders:read",
    }
    token = Client().post("/oauth/token/", sent).json()["access_token"]
    assert Api(token).get("force/orders").status == 200
    assert Api(token).get("force/breaches").status == 403


def test_a_scope_that_the_client_does_not_have_is_not_given(cast: Any) -> None:
    sent = {
        "grant_type": "client_credentials",
        "client_id": cast.force.client_id,
        "client_secret": cast.force.client_secret,
        "scope": "zones:read",
    }
    assert Client().post("/oauth/token/", sent).json() == {"error": "invalid_scope"}


def test_a_person_who_left_is_refused_at_once(api: Apis, cast: Any, order: str) -> None:
    User.objects.filter(id=cast.officer.user_id).update(is_active=False)
    assert api.officer.get("officer/reports").status == 401


def test_an_advocate_whose_authority_was_withdrawn_reports_under_no_order(api: Apis, order: str) -> None:
    """Trap 29: at once."""
    Authority.objects.update(revoked_at=timezone.now())
    answer = api.advocate.post("victim/reports", a_report())
    assert [w["code"] for w in answer.body["warnings"]] == ["order_not_matched"]


@pytest.mark.parametrize(
    ("form", "basic"),
    [
        ({"grant_type": "client_credentials", "client_id": "\x00", "client_secret": "x"}, None),
        ({"grant_type": "client_credentials"}, b"\x00:\x00"),
        ({"grant_type": "client_credentials"}, b"a%00:b"),
        ({"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": "\x00"}, None),
        ({"grant_type": "password", "username": "\x00", "password": "x"}, None),
        ({"grant_type": "password", "username": "a", "password": "x"}, None),
    ],
)
def test_what_would_break_in_the_database_is_refused_before(
    db: None, form: dict[str, str], basic: bytes | None
) -> None:
    headers = {"Authorization": f"Basic {base64.b64encode(basic).decode()}"} if basic else {}
    assert Client().post("/oauth/token/", form, headers=headers).status_code == 400
