"""The support screen: closed to everyone but support staff, read-mostly, and blind to whom orders protect."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import Error, connection, transaction
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts.models import User
from accounts.services import close_support, register_support
from audit.models import Entry
from audit.types import SERVICE
from demo.cast import Cast
from orders.models import Order
from orders.models.imports import OrderImport
from spo_service import admin_site
from tests.integration.test_nothing_leaks import CANARY, NUMBER, PLACE, secret_order, secret_report
from tests.support.api import Apis, Client
from tests.support.orders import register
from webhooks.models import Delivery, Endpoint, Event

NAME, PASSWORD = "j.doe@support.example", "correct horse battery staple"
SECRETS = (CANARY, NUMBER, str(PLACE), "Marsh", "Daniel", "07700", "d.marsh", "AB12", "whsec")
LOGIN = "/support/login/"


@pytest.fixture
def staff(cast: Cast) -> User:
    return register_support(actor=SERVICE, username=NAME, password=PASSWORD)


@pytest.fixture
def screen(staff: User) -> Client:
    """Signed in, by the form."""
    client = Client()
    assert sign_in(client).status_code == 302
    return client


def sign_in(client: Client, username: str = NAME, password: str = PASSWORD, **extra: Any) -> HttpResponse:
    sent = {"username": username, "password": password, "next": "/support/"}
    return client.post(LOGIN, sent, **extra)  # type: ignore[return-value]


@pytest.fixture
def everything(api: Apis, cast: Cast) -> dict[str, Any]:
    """An order and a report full of canaries, a webhook, an event and a parked delivery of it."""
    reference = register(api, cast, secret_order())
    assert api.victim.post("victim/reports", secret_report()).status == 201
    where = {"url": "https://hooks.example.org/spo?token=whsec", "events": ["*"]}
    hook = api.force.post("force/webhooks", where).body["id"]
    event = Event.objects.filter(type="order.registered").latest("id")
    delivery = Delivery.objects.create(
        event=event, endpoint_id=hook, sequence=1, state="parked", attempts=6, refusals=6,
        queued_at=timezone.now(), first_at=timezone.now(), last_status=410,
    )  # fmt: skip
    order = Order.objects.get(reference=reference)
    sent = OrderImport.objects.create(force_id="05", requested_by="x", kind="csv", dry_run=True, columns=[CANARY])
    return {
        "orders/order": order.pk,
        "orders/orderimport": sent.pk,
        "webhooks/event": event.pk,
        "webhooks/endpoint": hook,
        "webhooks/delivery": delivery.pk,
    }


def pages(everything: dict[str, Any]) -> Iterator[str]:
    """Every page there is to look at."""
    yield from ("/support/", "/support/orders/", "/support/webhooks/", "/support/password_change/")
    for where, pk in everything.items():
        yield f"/support/{where}/"
        yield f"/support/{where}/{pk}/change/"


def _addresses(entries: list[Any], prefix: str = "") -> Iterator[str]:
    for entry in entries:
        where = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _addresses(entry.url_patterns, where)
        elif isinstance(entry, URLPattern) and where.startswith(settings.SUPPORT_PATH):
            yield where


def test_these_are_its_addresses() -> None:
    """No page adds, edits, removes, completes or links elsewhere."""
    models = ("orders/order", "orders/orderimport", "webhooks/event", "webhooks/endpoint", "webhooks/delivery")
    wanted = {f"support/{model}/{page}" for model in models for page in ("", "<path:object_id>/change/")}
    wanted |= {"support/", "support/login/", "support/logout/", "support/jsi18n/", "support/orders/order/find/"}
    wanted |= {"support/password_change/", "support/password_change/done/"}
    found = set(_addresses(get_resolver().url_patterns))
    assert {one for one in found if not one.startswith("support/^(?P<app_label>")} == wanted


def test_every_page_opens_for_staff(screen: Client, everything: dict[str, Any]) -> None:
    for page in pages(everything):
        assert screen.get(page).status_code == 200, page


def test_every_page_sends_everyone_else_to_sign_in(api: Apis, cast: Cast, everything: dict[str, Any]) -> None:
    """No token opens it, and no account that is not of support staff."""
    for page in pages(everything):
        assert Client().get(page).headers["Location"].startswith(LOGIN)
        for caller in (api.officer, api.supervisor, api.auditor, api.force, api.victim, api.insider):
            answer = caller.get(page)
            assert answer.status == 302 and answer.headers["Location"].startswith(LOGIN), page


def test_an_officers_password_does_not_open_it(cast: Cast) -> None:
    answer = sign_in(Client(), cast.supervisor.username, cast.supervisor.password)
    assert answer.status_code == 200
    assert "sessionid" not in answer.cookies


@pytest.mark.parametrize("kind", ["officer", "victim", "advocate"])
def test_nobody_is_staff_and_something_else(staff: User, kind: str) -> None:
    with pytest.raises(Error, match="user_staff_are_support"), transaction.atomic():
        User.objects.filter(pk=staff.pk).update(kind=kind)
    with pytest.raises(Error, match="user_staff_are_support"), transaction.atomic():
        User.objects.filter(kind=kind).update(is_staff=True)


def test_a_session_of_staff_opens_nothing_of_the_api(screen: Client) -> None:
    for path in ("officer/orders", "force/orders", "victim/reports"):
        assert screen.get(f"/api/v1/{path}").status_code == 401


def test_a_closed_account_is_out_at_once(screen: Client) -> None:
    assert close_support(actor=SERVICE, username=NAME)
    assert screen.get("/support/").status_code == 302
    assert sign_in(Client()).status_code == 200


def test_nothing_protected_is_on_any_page(screen: Client, everything: dict[str, Any]) -> None:
    """Rules 71 to 73: neither shown nor asked for by any statement behind a page."""
    with CaptureQueriesContext(connection) as asked:
        texts = {page: screen.get(page).content.decode() for page in pages(everything)}
    assert [(page, secret) for page, text in texts.items() for secret in SECRETS if secret in text] == []
    statements = "\n".join(query["sql"] for query in asked.captured_queries)
    hidden = ("body", "body_sent", "core", "shape_sent", "restricted_name", "description", "sealed_secret", "reason")
    assert [name for name in hidden if f'"."{name}"' in statements] == []
    tables = ("breaches_", "orders_zone", "orders_condition", "orders_protectedperson", "orders_matchkey")
    assert [name for name in tables if f'FROM "{name}' in statements] == []


@pytest.mark.parametrize(
    "question",
    [
        "orders/order/?reference__startswith=SPO",
        "orders/order/?versions__body__respondent__family_name=Marsh",
        "orders/order/?protected_persons__user__email__startswith=v",
        "webhooks/endpoint/?url__contains=whsec",
        "webhooks/event/?force__name__startswith=M",
        "webhooks/delivery/?endpoint__sealed_secret__isnull=1",
        "webhooks/delivery/?event__reference=x",
        "orders/order/?q=Marsh%00",
        "orders/order/?force__code__exact=%00",
        "orders/order/?_to_field=reference",
    ],
)
def test_an_address_may_ask_for_nothing_that_is_not_shown(screen: Client, question: str) -> None:
    """Django's admin lets an address filter by any column: an oracle for what is hidden."""
    assert screen.get(f"/support/{question}").status_code == 400


@pytest.mark.parametrize(
    "question",
    [
        "orders/order/?force__code__exact=05",
        "orders/order/?force__code__exact=zz",
        "orders/order/?p=99999999999999999999",
        "orders/order/?p=x",
        "orders/order/?o=9.-9.x",
        "orders/order/?all=",
        "webhooks/delivery/?state=parked",
        "webhooks/delivery/?state=other",
        "orders/order/x/change/",
        "orders/order/%00/change/",
        "webhooks/event/99999999999999999999999/change/",
        "webhooks/event/%00/change/",
        "webhooks/event/1_2F/change/",
        "nothing/here/",
        "orders/orderversion/",
    ],
)
def test_odd_addresses_are_no_failure(screen: Client, everything: dict[str, Any], question: str) -> None:
    assert screen.get(f"/support/{question}").status_code in (200, 302, 404)


def test_pages_are_kept_by_nobody_and_load_nothing_from_elsewhere(screen: Client, everything: dict[str, Any]) -> None:
    for page in [*pages(everything), "/support/nothing/"]:
        answer = screen.get(page)
        assert "no-store" in answer.headers["Cache-Control"], page
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert answer.headers["X-Frame-Options"] == "DENY"
        text = answer.content.decode()
        assert not re.search(
            r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|javascript:|//(?!www\.w3\.org)[a-z]+\.", text
        ), page


def test_browsers_send_an_origin_with_its_forms(screen: Client) -> None:
    """Under no-referrer they would send "null", and Django would refuse every form."""
    assert screen.get("/support/").headers["Referrer-Policy"] == "same-origin"
    assert Client().get("/healthz").headers["Referrer-Policy"] == "no-referrer"


def test_its_cookies_are_for_its_own_pages_only(staff: User) -> None:
    cookies = sign_in(Client()).cookies
    assert {"sessionid"} <= set(cookies)
    for cookie in cookies.values():
        assert (cookie["path"], cookie["samesite"], cookie["httponly"]) == ("/support/", "Strict", True)


def test_a_form_without_its_token_is_refused(staff: User, everything: dict[str, Any]) -> None:
    client = Client(enforce_csrf_checks=True)
    assert sign_in(client).status_code == 403
    token = client.get(LOGIN).context["csrf_token"]
    assert sign_in(client, headers={"X-CSRFToken": str(token)}).status_code == 302
    assert client.post("/support/webhooks/delivery/", wake(everything)).status_code == 403
    assert client.post("/support/logout/").status_code == 403


def wake(everything: dict[str, Any]) -> dict[str, Any]:
    return {"action": "wake", "_selected_action": [everything["webhooks/delivery"]]}


def test_a_parked_delivery_is_put_back_in_line(screen: Client, staff: User, everything: dict[str, Any]) -> None:
    assert screen.post("/support/webhooks/delivery/", wake(everything)).status_code == 302
    row = Delivery.objects.get(pk=everything["webhooks/delivery"])
    assert (row.state, row.attempts, row.refusals, row.last_status) == ("pending", 0, 0, None)
    entry = Entry.objects.get(verb="delivery_woken")
    assert (entry.actor_kind, entry.actor, entry.action) == ("support", str(staff.id), "alteration")
    assert entry.record_ids == [str(everything["webhooks/endpoint"]), str(row.pk)]


def test_what_is_not_parked_is_left_alone(screen: Client, everything: dict[str, Any]) -> None:
    now = timezone.now()
    Delivery.objects.update(state="delivered", delivered_at=now, next_attempt_at=None)
    assert screen.post("/support/webhooks/delivery/", wake(everything)).status_code == 302
    assert Delivery.objects.get().state == "delivered"
    assert not Entry.objects.filter(verb="delivery_woken").exists()


@pytest.mark.parametrize(
    ("where", "sent"),
    [
        ("webhooks/delivery/", {"action": "delete_selected", "_selected_action": ["1"]}),
        ("webhooks/delivery/", {"action": "wake", "_selected_action": ["x"]}),
        ("webhooks/delivery/", {"action": "wake", "_selected_action": ["9" * 40]}),
        ("webhooks/delivery/", {"action": "wake", "_selected_action": ["\x00"]}),
        ("webhooks/delivery/", {"action": "wake", "index": "x"}),
        ("webhooks/delivery/", {"action": "nothing"}),
        ("orders/order/", {"action": "wake", "_selected_action": ["x"]}),
    ],
)
def test_other_actions_do_nothing_and_fail_nowhere(
    screen: Client, everything: dict[str, Any], where: str, sent: dict[str, Any]
) -> None:
    assert screen.post(f"/support/{where}", sent).status_code in (200, 302, 400)
    assert (Delivery.objects.get().state, Endpoint.objects.count()) == ("parked", 1)


def test_no_row_can_be_edited(screen: Client, everything: dict[str, Any]) -> None:
    for where, pk in everything.items():
        answer = screen.post(f"/support/{where}/{pk}/change/", {"reference": "X", "state": "disabled", "force": "06"})
        assert answer.status_code == 403, where


def test_an_order_is_found_by_a_form_and_not_by_an_address(screen: Client, everything: dict[str, Any]) -> None:
    sent = {"force": "05", "reference": Order.objects.get().reference}
    found = screen.post("/support/orders/order/find/", sent)
    assert found.headers["Location"] == f"/support/orders/order/{everything['orders/order']}/change/"


@pytest.mark.parametrize("sent", [{}, {"force": "06", "reference": "A"}, {"force": "05\x00", "reference": "\x00"}])
def test_what_is_not_found_is_told(screen: Client, everything: dict[str, Any], sent: dict[str, str]) -> None:
    answer = screen.post("/support/orders/order/find/", sent, follow=True)
    assert "There is no such order." in answer.content.decode()


def test_each_page_leaves_a_trace(screen: Client, staff: User, everything: dict[str, Any]) -> None:
    """Rule 76: who, which page, which rows; nothing else of them."""
    last = Entry.objects.latest("id").id
    for page in pages(everything):
        screen.get(page)
    rows = list(Entry.objects.filter(id__gt=last).order_by("id"))
    assert {(row.actor_kind, row.actor, row.action) for row in rows} == {("support", str(staff.id), "consultation")}
    assert {row.verb: row.record_ids for row in rows} | {"support_events_listed": []} == {
        "support_index": [],
        "support_orders_listed": [str(everything["orders/order"])],
        "support_order_read": [str(everything["orders/order"])],
        "support_orderimports_listed": [str(everything["orders/orderimport"])],
        "support_orderimport_read": [str(everything["orders/orderimport"])],
        "support_events_listed": [],
        "support_event_read": [str(everything["webhooks/event"])],
        "support_endpoints_listed": [str(everything["webhooks/endpoint"])],
        "support_endpoint_read": [str(everything["webhooks/endpoint"])],
        "support_deliverys_listed": [str(everything["webhooks/delivery"])],
        "support_delivery_read": [str(everything["webhooks/delivery"])],
    }
    assert not any(secret in json.dumps([row.record_ids for row in rows]) for secret in SECRETS)


def test_signing_in_and_out_leaves_a_trace(staff: User) -> None:
    client = Client()
    sign_in(client, password="wrong")
    sign_in(client)
    client.post("/support/logout/")
    rows = Entry.objects.filter(verb__startswith="support_sign").order_by("id").values_list("verb", "actor")
    mine = str(staff.id)
    assert list(rows) == [
        ("support_sign_in_refused", "nobody"), ("support_signed_in", mine), ("support_signed_out", mine),
    ]  # fmt: skip


def test_tries_at_one_account_are_limited_even_with_the_right_password(staff: User) -> None:
    for _ in range(admin_site.TRIES_FOR_ACCOUNT):
        assert sign_in(Client(), password="wrong").status_code == 200
    answer = sign_in(Client(), username=f" {NAME.upper()}")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "900")
    assert Entry.objects.filter(verb="support_sign_in_stopped").count() == 1


def test_success_starts_the_count_anew(staff: User) -> None:
    for _ in range(3):
        for _ in range(admin_site.TRIES_FOR_ACCOUNT - 1):
            sign_in(Client(), password="wrong")
        assert sign_in(Client()).status_code == 302


def test_tries_from_one_address_are_limited(staff: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin_site, "TRIES_FROM_ADDRESS", 3)
    statuses = [sign_in(Client(), username=f"nobody{n}").status_code for n in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert sign_in(Client(), REMOTE_ADDR="127.0.0.9").status_code == 302


def test_a_password_is_changed_by_its_owner(screen: Client) -> None:
    sent = {
        "old_password": PASSWORD,
        "new_password1": "another long sentence",
        "new_password2": "another long sentence",
    }
    weak = {**sent, "new_password1": "password", "new_password2": "password"}
    assert screen.post("/support/password_change/", weak).status_code == 200
    assert screen.post("/support/password_change/", sent).status_code == 302
    assert sign_in(Client()).status_code == 200
    assert Entry.objects.filter(verb="support_password_changed", action="alteration").count() == 1


def test_accounts_are_opened_and_closed_on_the_machine(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a command that leaves a trace with the operator's name."""
    monkeypatch.setattr("spo_service.management.commands.support_account.getpass", lambda _: PASSWORD)
    call_command("support_account", NAME, operator="Ops 1")
    assert sign_in(Client()).status_code == 302
    call_command("support_account", NAME, operator="Ops 1", close=True)
    rows = Entry.objects.filter(actor="Ops 1").order_by("id").values_list("actor_kind", "verb")
    assert list(rows) == [("support", "support_registered"), ("support", "support_closed")]
    for options in ({"close": True}, {}):
        with pytest.raises(CommandError):
            call_command("support_account", NAME, operator="Ops 1", **options)


def test_a_weak_password_opens_no_account(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spo_service.management.commands.support_account.getpass", lambda _: "password")
    with pytest.raises(CommandError, match="too common"):
        call_command("support_account", NAME, operator="Ops 1")
    assert not User.objects.filter(kind="support").exists()
