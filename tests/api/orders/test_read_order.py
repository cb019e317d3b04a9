"""GET of an order, of one version, and of the list: as recorded, without people, and audited."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import ApiClient
from audit.models import Entry
from demo.cast import Cast
from orders.models import Order, OrderVersion
from orders.serializers.document import OrderOut, OrdersOut
from tests.api.orders.example import Json, example, with_everything
from tests.support.api import Api, Apis, token_of
from tests.support.orders import NO_CONTACT, a_condition, an_order, register

ORDER = "force/orders/SPO-05-0001-26"
PRIVATE = ["Marsh", "Daniel", "Danny", "07700", "AB12", "Osei", "Ama", "ama.o", '"home"', '"work"', "M. Hale"]


def varied(**changes: Any) -> Json:
    change = {"kind": "variation", "decided_on": "2026-06-01"}
    conditions = [a_condition(NO_CONTACT, wording="Not to contact her or her sister.")]
    return an_order(**{"change": change, "effective_from": "2026-06-01T09:00:00Z", "conditions": conditions, **changes})


@pytest.fixture
def two_versions(api: Apis) -> None:
    assert api.force.put(f"{ORDER}/versions/1", an_order(conditions=[NO_CONTACT])).status == 201
    assert api.force.put(f"{ORDER}/versions/2", varied()).status == 201


def test_it_is_the_body_as_recorded_and_what_was_made_of_it(api: Apis) -> None:
    api.force.put(f"{ORDER}/versions/1", example())
    body = api.force.get(ORDER).body
    OrderOut.model_validate_json(json.dumps(body))
    assert (body["court"], body["made_on"], body["expires_on"]) == (example()["court"], "2026-03-02", "2028-03-01")
    assert (body["status"], body["in_force_until"], body["served_at"]) == ("in_force", "2028-03-02T00:00:00Z", None)
    assert [c["wording"] for c in body["conditions"]] == [c["wording"] for c in example()["conditions"]]


def test_it_has_every_member_that_its_schema_requires(api: Apis) -> None:
    api.force.put(f"{ORDER}/versions/1", with_everything())
    body, schema = api.force.get(ORDER).body, OrderOut.model_json_schema()
    assert body.keys() >= set(schema["required"])
    assert body["conditions"][0].keys() >= set(schema["$defs"]["ConditionShown"]["required"])


@pytest.mark.parametrize("path", [ORDER, f"{ORDER}/versions/1", "force/orders"])
def test_names_identifiers_and_what_a_zone_is_called_are_left_out(api: Apis, path: str) -> None:
    api.force.put(f"{ORDER}/versions/1", with_everything())
    shown = json.dumps(api.force.get(path).body)
    assert [word for word in PRIVATE if word in shown] == []


def shapes(answer: Json) -> list[bool]:
    return ["shape" in zone for condition in answer["conditions"] for zone in condition["zones"]]


def test_a_force_system_sees_no_shape_without_the_scope_for_it(api: Apis, cast: Cast) -> None:
    api.force.put(f"{ORDER}/versions/1", example())
    assert shapes(api.force.get(ORDER).body) == [False] * 3
    client = ApiClient.objects.get(client_id=cast.force.client_id)
    client.allowed_scopes = [*client.allowed_scopes, "zones:read"]
    client.save()
    seeing = Api(token_of(cast.force)).get(ORDER).body
    assert seeing["conditions"][0]["zones"][0]["shape"] == example()["conditions"][0]["zones"][0]["shape"]


@pytest.mark.parametrize(
    ("who", "sees"), [("officer", True), ("supervisor", True), ("reviewer", False), ("auditor", False)]
)
def test_officers_who_may_approve_a_drawing_see_it(api: Apis, who: str, sees: bool) -> None:
    api.force.put(f"{ORDER}/versions/1", example())
    assert shapes(getattr(api, who).get("officer/orders/SPO-05-0001-26").body) == [sees] * 3


@pytest.mark.parametrize(
    ("at", "version", "status"),
    [
        ("2026-03-02T11:29:59Z", 1, "pending"),
        ("2026-03-02T11:30:00Z", 1, "in_force"),
        ("2026-06-01T08:59:59Z", 1, "in_force"),
        ("2026-06-01T10:00:00%2B01:00", 2, "in_force"),
        ("2028-03-01T23:59:59Z", 2, "in_force"),
        ("2028-03-02T00:00:00Z", 2, "expired"),
    ],
)
def test_the_terms_in_force_at_an_instant_rule_18(
    api: Apis, two_versions: None, at: str, version: int, status: str
) -> None:
    body = api.force.get(f"{ORDER}?at={at}").body
    assert (body["version"], body["status"]) == (version, status)


def test_a_version_ends_where_the_next_begins(api: Apis, two_versions: None) -> None:
    assert api.force.get(f"{ORDER}?at=2026-05-01T00:00:00Z").body["in_force_until"] == "2026-06-01T09:00:00Z"
    first = api.force.get(f"{ORDER}/versions/1").body
    assert (first["status"], first["in_force_until"]) == ("superseded", "2026-06-01T09:00:00Z")


def recorded(number: int) -> str:
    """The instant at which a version was recorded, for a query."""
    return OrderVersion.objects.get(number=number).recorded_at.isoformat().replace("+", "%2B")


def test_what_was_known_then_is_shown_as_it_was_known(api: Apis, cast: Cast) -> None:
    """All rows of a test share one instant of recording, so this asks for the moment before it."""
    register(api, cast, an_order())
    before = (OrderVersion.objects.get().recorded_at - timedelta(microseconds=1)).isoformat().replace("+", "%2B")
    assert api.force.get(f"{ORDER}?known_at={before}").status == 404
    known = api.force.get(f"{ORDER}?known_at={recorded(1)}").body
    assert [zone["approved"] for zone in known["conditions"][0]["zones"]] == [False, False]
    assert [zone["approved"] for zone in api.force.get(ORDER).body["conditions"][0]["zones"]] == [True, True]


def test_service_and_approvals_are_shown(api: Apis, cast: Cast) -> None:
    register(api, cast, an_order())
    assert api.force.get(ORDER).body["served_at"] == "2026-03-02T15:00:00Z"


def test_a_reading_is_a_consultation_of_that_version(api: Apis, two_versions: None) -> None:
    for path in (ORDER, f"{ORDER}/versions/1"):
        api.force.get(path)
    order = Order.objects.get()
    entries = Entry.objects.order_by("-id")[:2]
    assert [(e.action, e.verb) for e in entries] == [("consultation", "order_read")] * 2
    assert [e.record_ids for e in entries] == [
        [str(order.id), str(order.versions.get(number=number).id)] for number in (1, 2)
    ]


@pytest.mark.parametrize("path", [ORDER, f"{ORDER}/versions/1", f"{ORDER}/versions/2", "force/orders/none"])
def test_another_forces_order_and_none_look_alike(api: Apis, path: str) -> None:
    api.force.put(f"{ORDER}/versions/1", an_order())
    count = Entry.objects.count()
    answer = api.other_force.get(path)
    assert (answer.status, answer.body["code"]) == (404, "not_found")
    assert answer.body == api.other_force.get("force/orders/never/versions/1").body
    assert Entry.objects.count() == count


def test_another_forces_officer_is_told_the_same(api: Apis) -> None:
    api.force.put(f"{ORDER}/versions/1", an_order())
    assert api.other_officer.get("officer/orders/SPO-05-0001-26").status == 404
    assert api.officer.get("officer/orders/SPO-05-0001-26").status == 200


@pytest.mark.parametrize(("who", "status"), [("nobody", 401), ("victim", 403), ("officer", 403)])
def test_the_forces_address_is_for_force_systems(api: Apis, who: str, status: int) -> None:
    assert [getattr(api, who).get(path).status for path in (ORDER, f"{ORDER}/versions/1", "force/orders")] == [
        status
    ] * 3


@pytest.mark.parametrize(
    "instant",
    ["yesterday", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01T00:00:00+01:00", "", "9999-12-31T23:59:59Z", "%00"],
)
def test_an_instant_that_cannot_be_read_is_refused(api: Apis, two_versions: None, instant: str) -> None:
    answer = api.force.get(f"{ORDER}?at={instant}&known_at={instant}")
    assert answer.status == 422
    assert answer.codes == {("?at", "instant_unreadable"), ("?known_at", "instant_unreadable")}


# --- the list --------------------------------------------------------------------------------------------


def test_the_list_has_each_order_with_its_version_now(api: Apis, two_versions: None) -> None:
    api.force.put("force/orders/A-1/versions/1", an_order(conditions=[NO_CONTACT]))
    api.other_force.put("force/orders/B-1/versions/1", an_order(conditions=[NO_CONTACT]))
    body = api.force.get("force/orders").body
    OrdersOut.model_validate_json(json.dumps(body))
    assert [(row["reference"], row["version"]) for row in body["results"]] == [("A-1", 1), ("SPO-05-0001-26", 2)]
    assert body["results"][1] == {
        "reference": "SPO-05-0001-26",
        "version": 2,
        "kind": "full",
        "status": "in_force",
        "in_force_from": "2026-06-01T09:00:00Z",
        "in_force_until": "2028-03-02T00:00:00Z",
        "due_on": None,
    }


def test_the_list_goes_on_and_back_by_cursor(api: Apis) -> None:
    for name in ("A", "B", "C"):
        api.force.put(f"force/orders/{name}/versions/1", an_order(conditions=[NO_CONTACT]))
    first = api.force.get("force/orders?limit=2").body
    second = api.force.get(f"force/orders?limit=2&cursor={first['next']}").body
    back = api.force.get(f"force/orders?limit=2&cursor={second['previous']}").body
    assert [[row["reference"] for row in page["results"]] for page in (first, second, back)] == [
        ["A", "B"], ["C"], ["A", "B"],
    ]  # fmt: skip


def test_the_list_is_one_consultation_of_all_it_shows(api: Apis, two_versions: None) -> None:
    api.force.get("force/orders")
    entry = Entry.objects.latest("id")
    assert (entry.verb, entry.record_ids) == ("orders_listed", [str(Order.objects.get().id)])


def test_the_lists_statements_do_not_grow_with_the_orders(api: Apis, django_assert_max_num_queries: Any) -> None:
    for number in range(12):
        api.force.put(f"force/orders/L{number}/versions/1", an_order(conditions=[NO_CONTACT]))
    with django_assert_max_num_queries(10):
        assert len(api.force.get("force/orders").body["results"]) == 12


@pytest.mark.parametrize("query", ["cursor=x", "cursor=%00", "limit=0", "limit=201", "limit=x", "limit=%00"])
def test_a_cursor_or_limit_not_given_out_here_is_refused(api: Apis, query: str) -> None:
    assert api.force.get(f"force/orders?{query}").status == 422
