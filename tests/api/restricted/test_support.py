"""Rule 81: whoever looks after the service sees nothing of a restricted order."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from accounts.services import register_support
from audit.types import SERVICE
from orders.models import Order
from tests.support.api import Apis, Client
from tests.support.orders import REFERENCE, a_report
from tests.support.restricted import restrict
from webhooks.models import Event

NAME, PASSWORD = "r.roe@support.example", "correct horse battery staple"


@pytest.fixture
def screen(api: Apis, order: str) -> Client:
    assert api.victim.post("victim/reports", a_report()).status == 201
    assert restrict(api).status == 201
    register_support(actor=SERVICE, username=NAME, password=PASSWORD)
    client = Client()
    sent = {"username": NAME, "password": PASSWORD, "next": "/support/"}
    assert client.post("/support/login/", sent).status_code == 302
    return client


def test_no_page_of_the_support_screen_shows_it(screen: Client) -> None:
    order = Order.objects.get(reference=REFERENCE)
    event = Event.objects.filter(about=order.id).latest("id")
    for page in ("orders/order", "webhooks/event", "webhooks/delivery"):
        assert REFERENCE not in screen.get(f"/support/{page}/").content.decode()
    assert screen.get(f"/support/orders/order/{order.pk}/change/").status_code == 302
    assert screen.get(f"/support/webhooks/event/{event.pk}/change/").status_code == 302
    found = screen.post("/support/orders/order/find/", {"force": "05", "reference": REFERENCE})
    assert found.headers["Location"] == "/support/orders/order/"


def test_the_command_knows_no_such_order(screen: Client) -> None:
    with pytest.raises(CommandError, match="There is no such order"):
        call_command("order", "05", REFERENCE, operator="J. Doe", reason="Ticket 4711: why pending.")
