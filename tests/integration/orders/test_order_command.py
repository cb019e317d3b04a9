"""`manage.py order`: how an order stands, and nothing of whom it protects."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Entry
from demo.cast import Cast
from orders.models import Order
from tests.integration.test_nothing_leaks import CANARY, PLACE, secret_order
from tests.support.api import Apis
from tests.support.orders import register

WHY = "Ticket 4711: the force asks why it is pending."


def shown(reference: str, force: str = "05", **options: str) -> str:
    out = StringIO()
    call_command("order", force, reference, stdout=out, **{"operator": "J. Doe", "reason": WHY, **options})
    return out.getvalue()


@pytest.fixture
def secret(api: Apis, cast: Cast) -> str:
    return register(api, cast, secret_order())


def test_it_shows_how_the_order_stands(secret: str) -> None:
    text = shown(secret)
    assert "status now: in_force" in text
    assert "ended before its time: no" in text
    assert "1  full made  made 2026-03-02" in text
    assert "version 1  from 2026-03-02 11:30:00Z until 2028-03-02 00:00:00Z" in text
    assert "2026-03-02 15:00:00Z  in_court" in text
    assert "A  version 1  approved by 4403 at" in text


def test_it_says_that_a_zone_is_not_approved_and_how_an_order_ended(api: Apis, cast: Cast) -> None:
    reference = register(api, cast, secret_order(), approved=False)
    consents = {"defendant": True, "applying_chief_officer": True, "residence_force": None}
    body = {"discharged_at": "2026-06-01T10:00:00Z", "consents": consents}
    assert api.force.post(f"force/orders/{reference}/discharge", body).status == 201
    text = shown(reference)
    assert "A  version 1  not approved" in text
    assert "ended before its time: discharged at 2026-06-01 10:00:00Z" in text


def test_nothing_protected_is_shown_or_even_read(secret: str) -> None:
    """Rules 71 to 73."""
    with CaptureQueriesContext(connection) as asked:
        text = shown(secret)
    assert not any(canary in text for canary in (CANARY, str(PLACE), "Marsh", "Daniel", "07700", "home"))
    statements = " ".join(query["sql"] for query in asked.captured_queries)
    hidden = ("body", "body_sent", "core", "shape_sent", "restricted_name", "served_by")
    assert [name for name in hidden if f'"."{name}"' in statements] == []


def test_the_trail_says_who_looked_and_why(secret: str) -> None:
    """Rule 76."""
    shown(secret)
    row = Entry.objects.get(verb="order_read_by_support")
    assert (row.actor_kind, row.actor, row.action, row.reason) == ("support", "J. Doe", "consultation", WHY)
    assert row.record_ids == [str(Order.objects.get().id)]


@pytest.mark.parametrize(
    "changes",
    [
        {"reference": "NONE"},
        {"force": "06"},
        {"force": "zz"},
        {"operator": " "},
        {"operator": "x" * 65},
        {"operator": "a\x00b"},
        {"reason": "because"},
        {"reason": "          because"},
    ],
)
def test_what_it_refuses_leaves_nothing(secret: str, changes: dict[str, str]) -> None:
    with pytest.raises(CommandError):
        shown(**{"reference": secret, **changes})
    assert not Entry.objects.filter(verb="order_read_by_support").exists()


@pytest.mark.parametrize("left_out", ["--operator=J. Doe", f"--reason={WHY}"])
def test_who_and_why_must_be_said(db: None, left_out: str) -> None:
    options = {"--operator=J. Doe", f"--reason={WHY}"} - {left_out}
    with pytest.raises(CommandError, match="required"):
        call_command("order", "05", "A", *options)
