"""The authorization page: an app gets a code for somebody who proved everything, and a token for PKCE alone."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import time_machine

from accounts.models import User
from accounts.services import freeze, register_app
from audit.types import SERVICE
from demo.cast import Cast
from tests.support.api import Api, Client
from tests.support.orders import a_report
from tests.support.signing_in import App, totp

REDIRECT = "https://app.example/signed-in"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
QUEUE = "officer/reports?queue=review"


@pytest.fixture
def officers_app(cast: Cast) -> str:
    return register_app(actor=SERVICE, name="Queue <b>", scope="officer", redirect=REDIRECT)


@pytest.fixture
def victims_app(cast: Cast) -> str:
    return register_app(actor=SERVICE, name="Diary", scope="victim", redirect=REDIRECT)


def where(app_id: str, wanted: str, **changes: str | None) -> str:
    asked = {
        "response_type": "code",
        "client_id": app_id,
        "redirect_uri": REDIRECT,
        "scope": wanted,
        "state": "xyz",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changes,
    }
    return "/oauth/authorize/?" + urlencode({name: value for name, value in asked.items() if value is not None})


def typed(cast: Cast, **changes: str) -> dict[str, str]:
    right = {"login": cast.officer.username, "password": cast.officer.password, "code": totp(cast.officer.totp_secret)}
    return {**right, **changes}


def code_in(response: Any) -> str:
    assert response.status_code == 302, response.content
    back = urlsplit(response.headers["Location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == REDIRECT
    found = parse_qs(back.query)
    assert found["state"] == ["xyz"]
    return str(found["code"][0])


def exchange(client_id: str, code: str, *, verifier: str | None = VERIFIER, redirect: str = REDIRECT) -> Any:
    sent = {"grant_type": "authorization_code", "client_id": client_id, "code": code, "redirect_uri": redirect}
    return Client().post("/oauth/token/", {**sent, **({"code_verifier": verifier} if verifier else {})})


def test_an_officer_signs_in_for_an_app(cast: Cast, officers_app: str) -> None:
    code = code_in(Client().post(where(officers_app, "officer"), typed(cast), HTTP_ORIGIN="http://testserver"))
    tokens = exchange(officers_app, code).json()
    assert tokens["scope"] == "officer"
    api = Api(tokens["access_token"])
    assert api.get(QUEUE).status == 200
    assert api.get("victim/reports").status == 403


def test_a_victim_signs_in_with_her_passphrase(cast: Cast, victims_app: str, order: str) -> None:
    sent = {"login": cast.victim.email, "password": cast.victim.passphrase}
    tokens = exchange(victims_app, code_in(Client().post(where(victims_app, "victim"), sent))).json()
    api = Api(tokens["access_token"])
    assert api.post("victim/reports", a_report()).status == 201
    assert api.get("victim/diary").status == 200
    assert api.get(QUEUE).status == 403


def test_a_renewed_token_has_shown_no_second_factor(cast: Cast, officers_app: str, order: str) -> None:
    tokens = exchange(officers_app, code_in(Client().post(where(officers_app, "officer"), typed(cast)))).json()
    path, why = f"officer/orders/{order}/reveal", {"fields": ["respondent"], "reason": "To speak with her."}
    assert Api(tokens["access_token"]).post(path, why).status == 200
    sent = {"grant_type": "refresh_token", "client_id": officers_app, "refresh_token": tokens["refresh_token"]}
    renewed = Client().post("/oauth/token/", sent).json()["access_token"]
    assert Api(renewed).get(QUEUE).status == 200
    refused = Api(renewed).post(path, why)
    assert (refused.status, refused.code) == (403, "step_up_required")


def test_the_page_is_short_and_strict(cast: Cast, officers_app: str) -> None:
    page = Client().get(where(officers_app, "officer"))
    assert page.status_code == 200
    policy = page.headers["Content-Security-Policy"]
    nonce = policy.split("'nonce-")[1].split("'")[0]
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy
    assert "https://app.example" in policy.split("form-action")[1]
    text = page.content.decode()
    assert f'<style nonce="{nonce}">' in text
    assert "<script" not in text
    assert "Queue &lt;b&gt;" in text
    assert "://" not in text.replace("%3A%2F%2F", "")
    assert not page.cookies
    assert page.headers["X-Frame-Options"] == "DENY"
    assert Client().get(where(officers_app, "officer")).headers["Content-Security-Policy"] != policy


@pytest.mark.parametrize(
    "changes", [{"password": "something else"}, {"code": "000000"}, {"code": ""}, {"login": "nobody@police.example"}]
)
def test_anything_wrong_is_one_answer(cast: Cast, officers_app: str, changes: dict[str, str]) -> None:
    answer = Client().post(where(officers_app, "officer"), typed(cast, **changes))
    assert answer.status_code == 400
    assert "Check all of it" in answer.content.decode()
    sent = typed(cast, **changes)
    assert not any(secret in answer.content.decode() for secret in (sent["password"], sent["login"]))


@time_machine.travel("2026-11-24T12:00:00+00:00", tick=False)
def test_guessing_on_the_page_waits_as_anywhere(cast: Cast, officers_app: str) -> None:
    answers = [Client().post(where(officers_app, "officer"), typed(cast, password="wrong")) for _ in range(6)]
    assert [a.status_code for a in answers] == [400] * 5 + [429]
    assert App().password(cast.officer).status == 429  # one count, whichever way is tried


def test_a_code_opens_once_here_and_elsewhere(cast: Cast, officers_app: str) -> None:
    sent = typed(cast)
    assert Client().post(where(officers_app, "officer"), sent).status_code == 302
    assert Client().post(where(officers_app, "officer"), sent).status_code == 400
    app = App()
    app.password(cast.officer)
    assert app.post("auth/2fa/authenticate", {"code": sent["code"]}).status == 400


def test_scopes_are_not_confused(cast: Cast, officers_app: str, victims_app: str) -> None:
    assert Client().get(where(officers_app, "victim")).status_code in (302, 400)
    both = Client().get(where(officers_app, "officer victim"))
    assert both.status_code in (302, 400)
    hers = {"login": cast.victim.email, "password": cast.victim.passphrase, "code": "000000"}
    assert Client().post(where(officers_app, "officer"), hers).status_code == 400
    assert Client().post(where(victims_app, "victim"), typed(cast)).status_code == 400


@pytest.mark.parametrize(
    "changes",
    [{"client_id": "nobody"}, {"redirect_uri": "https://evil.example/"}, {"client_id": None},
     {"redirect_uri": "https://app.example/signed-in/../x"}],
)  # fmt: skip
def test_nobody_is_sent_to_an_address_that_is_not_the_apps(
    cast: Cast, officers_app: str, changes: dict[str, str | None]
) -> None:
    answer = Client().get(where(officers_app, "officer", **changes))
    assert answer.status_code == 400
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    "changes",
    [{"code_challenge": None}, {"code_challenge_method": "plain"}, {"code_challenge_method": None},
     {"response_type": "token"}, {"response_type": "x"}, {"scope": "orders:read"}],
)  # fmt: skip
def test_without_pkce_or_of_another_kind_there_is_no_code(
    cast: Cast, officers_app: str, changes: dict[str, str | None]
) -> None:
    answer = Client().post(where(officers_app, "officer", **changes), typed(cast))
    assert answer.status_code in (302, 400)
    assert "code=" not in answer.headers.get("Location", "").replace("code_challenge", "")


def test_a_code_is_worth_nothing_without_its_verifier_or_twice(cast: Cast, officers_app: str) -> None:
    code = code_in(Client().post(where(officers_app, "officer"), typed(cast)))
    for verifier, redirect in ((None, REDIRECT), ("w" * 64, REDIRECT), (VERIFIER, "https://evil.example/")):
        assert exchange(officers_app, code, verifier=verifier, redirect=redirect).status_code in (400, 401)
    again = code_in(
        Client().post(where(officers_app, "officer"), typed(cast, code=totp(cast.officer.totp_secret, steps=1)))
    )
    assert exchange(officers_app, again).status_code == 200
    assert exchange(officers_app, again).status_code in (400, 401)


def test_a_form_from_elsewhere_is_refused(cast: Cast, officers_app: str) -> None:
    for origin in ("https://evil.example", "null"):
        answer = Client().post(where(officers_app, "officer"), typed(cast), HTTP_ORIGIN=origin)
        assert answer.status_code == 400


@pytest.mark.parametrize("name", ["login", "password", "code"])
@pytest.mark.parametrize("value", ["\x00", "é" * 3000, "{{ 7 * 7 }}", "<script>", "' OR 1=1 --"])
def test_nothing_typed_breaks_it(cast: Cast, officers_app: str, name: str, value: str) -> None:
    assert Client().post(where(officers_app, "officer"), typed(cast, **{name: value})).status_code in (400, 413, 429)


def test_freezing_takes_an_apps_tokens_back(cast: Cast, victims_app: str) -> None:
    sent = {"login": cast.victim.email, "password": cast.victim.passphrase}
    tokens = exchange(victims_app, code_in(Client().post(where(victims_app, "victim"), sent))).json()
    freeze(actor=SERVICE, user=User.objects.get(pk=cast.victim.user_id).id, reason="He has her phone.")
    assert Api(tokens["access_token"]).get("victim/reports").status == 401
    renewing = {"grant_type": "refresh_token", "client_id": victims_app, "refresh_token": tokens["refresh_token"]}
    assert Client().post("/oauth/token/", renewing).status_code in (400, 401)
