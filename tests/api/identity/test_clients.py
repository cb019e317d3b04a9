"""A force turns over the secret of its own system: /force/client. Tokens bound to a certificate: RFC 8705."""

from __future__ import annotations

import base64
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from accounts.models import ApiClient, ClientSecret
from audit.models import Entry
from audit.types import SERVICE
from demo.cast import Cast, System
from identity.services import bind_to_certificates
from tests.support.api import Answer, Api, Apis, Client
from tests.support.certificates import Shown, a_certificate
from webhooks.models import Event

SECRETS = "force/client/secrets"
SHOWN, OTHER = a_certificate(), a_certificate("another")


def sign_in(system: System, secret: str = "", *, scope: str = "", shown: Shown | None = None, **more: Any) -> Any:
    """What the token endpoint says."""
    form = {
        "grant_type": "client_credentials",
        "client_id": system.client_id,
        "client_secret": secret or system.client_secret,
        **({"scope": scope} if scope else {}),
    }
    return Client().post("/oauth/token/", form, headers={"Client-Cert": shown.in_colons} if shown else {}, **more)


def manager(system: System, secret: str = "") -> Api:
    return Api(sign_in(system, secret, scope="client:manage").json()["access_token"])


@pytest.fixture
def own(cast: Cast) -> Api:
    """The force's system, with a token that may manage its own client."""
    return manager(cast.force)


@pytest.fixture
def proxy(settings: Settings) -> None:
    settings.CLIENT_CERTIFICATE_HEADER = "Client-Cert"
    settings.CLIENT_CERTIFICATE_PROXIES = [ip_network("127.0.0.1/32")]


def bind(cast: Cast, *certificates: Shown) -> None:
    names = [one.thumbprint for one in certificates]
    bind_to_certificates(actor=SERVICE, client_id=cast.force.client_id, bound=True, certificates=names)


def turned_over(own: Api, body: Any = None) -> Answer:
    answer = own.post(SECRETS, body)
    assert answer.status == 201, answer.body
    return answer


def test_a_new_secret_is_shown_once_and_both_open(cast: Cast, own: Api) -> None:
    answer = turned_over(own)
    assert answer.body.keys() == {"id", "client_id", "client_secret", "created_at"}
    assert sign_in(cast.force).status_code == 200
    assert sign_in(cast.force, answer.body["client_secret"]).status_code == 200
    assert answer.body["client_secret"] not in str(own.get(SECRETS).body)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(hashed, ' ') FROM accounts_clientsecret")
        assert answer.body["client_secret"] not in cursor.fetchone()[0]


def test_one_kept_as_a_password_opens_and_is_kept_anew(cast: Cast) -> None:
    """Of an earlier release: a hash that takes memory is not for what nobody guesses."""
    rows = ClientSecret.objects.filter(client__client_id=cast.force.client_id)
    rows.update(hashed=make_password(cast.force.client_secret))
    assert sign_in(cast.force, "another").status_code == 401
    assert not rows.get().hashed.startswith("sha256$")
    for _ in range(2):
        assert sign_in(cast.force).status_code == 200
        assert rows.get().hashed.startswith("sha256$")


def test_the_old_one_stops_when_the_force_said(cast: Cast, own: Api) -> None:
    new = turned_over(own, {"old_ends_at": (timezone.now() + timedelta(hours=2)).isoformat()}).body["client_secret"]
    with time_machine.travel(timezone.now() + timedelta(hours=2, seconds=1)):
        assert [sign_in(cast.force).status_code, sign_in(cast.force, new).status_code] == [401, 200]


def test_the_old_one_stops_after_a_week_where_nothing_is_said(cast: Cast, own: Api) -> None:
    turned_over(own)
    end = ClientSecret.objects.get(client__client_id=cast.force.client_id, ends_at__isnull=False).ends_at
    assert end and abs(end - timezone.now() - timedelta(days=7)) < timedelta(minutes=1)


@pytest.mark.parametrize("hours", [-1, 0, 24 * 30 + 1])
def test_an_end_in_the_past_or_too_far_away_is_refused(own: Api, hours: int) -> None:
    answer = own.post(SECRETS, {"old_ends_at": (timezone.now() + timedelta(hours=hours)).isoformat()})
    assert (answer.status, answer.codes) == (422, {("/old_ends_at", "out_of_range")})
    assert ClientSecret.objects.filter(ends_at__isnull=False).count() == 0


@pytest.mark.parametrize("end", [7, "tomorrow", "2026-12-01T00:00:00", [], {"a": 1}])
def test_an_end_that_is_no_instant_is_refused(own: Api, end: object) -> None:
    answer = own.post(SECRETS, {"old_ends_at": end, "more": 1})
    assert answer.status == 422
    assert {pointer for pointer, _ in answer.codes} == {"/old_ends_at", "/more"}


def test_a_third_is_refused_while_two_are_live(own: Api) -> None:
    turned_over(own)
    answer = own.post(SECRETS)
    assert (answer.status, answer.code) == (409, "two_secrets_live")


def test_a_revoked_secret_opens_nothing_nor_do_its_tokens(cast: Cast, own: Api) -> None:
    """At once: the tokens it got are gone with it, the others are not."""
    new = turned_over(own)
    mine, (_, old) = manager(cast.force, new.body["client_secret"]), own.get(SECRETS).body["results"]
    assert mine.delete(f"{SECRETS}/{old['id']}").status == 204
    assert sign_in(cast.force).status_code == 401
    assert (own.get("force/client").status, mine.get("force/client").status) == (401, 200)
    assert [row["id"] for row in mine.get(SECRETS).body["results"]] == [new.body["id"]]


def test_revoking_again_is_no_mistake(cast: Cast, own: Api) -> None:
    new = turned_over(own).body["id"]
    assert [own.delete(f"{SECRETS}/{new}").status for _ in range(2)] == [204, 204]
    assert Event.objects.filter(type="client.secret_revoked").count() == 1


def test_the_only_one_is_not_revoked(cast: Cast, own: Api) -> None:
    only = own.get(SECRETS).body["results"][0]["id"]
    answer = own.delete(f"{SECRETS}/{only}")
    assert (answer.status, answer.code) == (409, "last_secret")
    assert sign_in(cast.force).status_code == 200


def test_a_wrong_turn_is_taken_back(cast: Cast, own: Api) -> None:
    """The new one is revoked: the old one goes on until its end, and another can be made."""
    assert own.delete(f"{SECRETS}/{turned_over(own).body['id']}").status == 204
    assert sign_in(cast.force, turned_over(own).body["client_secret"]).status_code == 200
    assert len(own.get(SECRETS).body["results"]) == 2


def test_a_list_tells_when_each_was_last_used(cast: Cast, own: Api) -> None:
    turned_over(own)
    new, old = own.get(SECRETS).body["results"]
    assert (new["last_used_at"], new["ends_at"]) == (None, None)
    assert old["last_used_at"] and old["ends_at"]
    assert new.keys() == {"id", "created_at", "ends_at", "last_used_at"}


def test_another_forces_secret_is_not_there(cast: Cast, own: Api) -> None:
    other = manager(cast.other_force)
    turned_over(other)
    theirs = other.get(SECRETS).body["results"][0]["id"]
    assert own.delete(f"{SECRETS}/{theirs}").status == 404
    assert len(own.get(SECRETS).body["results"]) == 1


@pytest.mark.parametrize(("method", "path"), [("get", SECRETS), ("post", SECRETS)])
def test_an_everyday_token_manages_nothing(api: Apis, method: str, path: str) -> None:
    """One that was taken from a log makes nobody a secret: the scope is given only where it is asked for by name."""
    answer = getattr(api.force, method)(path)
    assert (answer.status, answer.code) == (403, "wrong_role")


def test_a_retry_gets_the_same_secret_which_is_kept_sealed(own: Api) -> None:
    first, again = (own.post(SECRETS, {}, Idempotency_Key="one") for _ in range(2))
    assert (again.status, again.body, again.headers["Idempotency-Replayed"]) == (201, first.body, "true")
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(encode(body, 'escape'), ' ') FROM edge_idempotentanswer")
        assert first.body["client_secret"] not in cursor.fetchone()[0]


def test_each_change_leaves_a_trace_and_an_event(cast: Cast, own: Api) -> None:
    new = turned_over(own).body
    own.delete(f"{SECRETS}/{new['id']}")
    traces = Entry.objects.filter(record_ids__contains=[new["id"]]).order_by("id")
    assert [(one.verb, one.actor) for one in traces] == [
        ("client_secret_added", cast.force.client_id),
        ("client_secret_revoked", cast.force.client_id),
    ]
    told = Event.objects.filter(subject=new["id"]).order_by("id").values_list("type", "force_id", "reference", "state")
    assert list(told) == [
        ("client.secret_added", "05", cast.force.client_id, "live"),
        ("client.secret_revoked", "05", cast.force.client_id, "revoked"),
    ]


def test_a_client_sees_itself(cast: Cast, api: Apis) -> None:
    body = api.force.get("force/client").body
    assert (body["client_id"], body["force"], body["cnf"]) == (cast.force.client_id, "05", None)
    assert set(body["scopes"]) - set(body["token_scopes"]) == {"client:manage"}


def test_the_secret_counts_in_a_header_too(cast: Cast) -> None:
    basic = base64.b64encode(f"{cast.force.client_id}:{cast.force.client_secret}".encode()).decode()
    for sent, status in ((basic, 200), (basic[:-8], 401), ("%%%", 401), ("", 401)):
        answer = Client().post(
            "/oauth/token/", {"grant_type": "client_credentials"}, headers={"Authorization": f"Basic {sent}"}
        )
        assert answer.status_code == status


@pytest.mark.parametrize("secret", ["\ud800", "é" * 40, "sha256$", "x" * 10_000])
def test_no_secret_of_any_kind_breaks_anything(cast: Cast, secret: str) -> None:
    form = f"grant_type=client_credentials&client_id={cast.force.client_id}&client_secret=".encode()
    sent = form + secret.encode("utf-8", "surrogatepass")
    answer: Any = Client().post("/oauth/token/", sent, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in (400, 401)


def test_the_hash_that_is_kept_is_no_secret(cast: Cast) -> None:
    kept = ClientSecret.objects.get(client__client_id=cast.force.client_id).hashed
    assert [sign_in(cast.force, kept).status_code, sign_in(cast.force, kept.split("$")[1]).status_code] == [401, 401]


def test_a_bound_token_is_good_with_its_certificate_only(cast: Cast, proxy: None) -> None:
    """RFC 8705 section 3: whoever has the token and not the key has nothing."""
    bind(cast)
    own = Api(sign_in(cast.force, shown=SHOWN).json()["access_token"])
    with_it = own.get("force/client", Client_Cert=SHOWN.in_colons)
    assert (with_it.status, with_it.body["cnf"]) == (200, {"x5t#S256": SHOWN.thumbprint})
    assert own.get("force/client").status == 401
    assert own.get("force/client", Client_Cert=OTHER.in_colons).status == 401
    assert own.get("force/client", Client_Cert="nonsense").status == 401


def test_a_client_that_is_bound_gets_no_token_without_a_certificate(cast: Cast, proxy: None) -> None:
    bind(cast)
    assert sign_in(cast.force).json() == {"error": "invalid_client"}


def test_a_stolen_secret_is_worth_nothing_without_the_certificate_that_was_named(cast: Cast, proxy: None) -> None:
    bind(cast, SHOWN)
    assert [sign_in(cast.force, shown=one).status_code for one in (SHOWN, OTHER)] == [200, 401]


def test_two_certificates_are_good_while_one_follows_the_other(cast: Cast, proxy: None) -> None:
    bind(cast, SHOWN, OTHER)
    assert [sign_in(cast.force, shown=one).status_code for one in (SHOWN, OTHER)] == [200, 200]


def test_a_certificate_in_a_header_from_elsewhere_is_not_believed(cast: Cast, proxy: None) -> None:
    """From a caller who is not the proxy, whatever he says the proxy said."""
    bind(cast)
    assert sign_in(cast.force, shown=SHOWN, REMOTE_ADDR="192.0.2.7").status_code == 401


def test_a_header_counts_for_nothing_where_it_is_not_configured(cast: Cast) -> None:
    bind(cast)
    assert sign_in(cast.force, shown=SHOWN).status_code == 401


def test_who_is_not_bound_needs_no_certificate(cast: Cast, proxy: None) -> None:
    own = Api(sign_in(cast.force, shown=SHOWN).json()["access_token"])
    assert own.get("force/client").body["cnf"] is None


def test_a_client_of_an_app_cannot_sign_in_as_a_system(cast: Cast) -> None:
    app = ApiClient.objects.get(force=None, name="demo app")
    secret = System("", str(app.client_id), cast.force.client_secret)
    assert sign_in(secret).status_code == 401
