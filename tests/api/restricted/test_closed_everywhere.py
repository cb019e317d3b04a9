"""Rule 81: every address of the force's own side, met by everybody of the force who is not on the list."""

from __future__ import annotations

import json
import uuid

import pytest
from django.core.cache import cache

from audit.models import Entry
from demo.cast import Cast
from orders.models import Order
from tests.api.test_permission_matrix import MATRIX
from tests.support.api import Api, Apis
from tests.support.orders import REFERENCE, a_report, an_order
from tests.support.restricted import another_system, everything_under, restrict

# What names nothing of the order: a report's own sender, the force's webhooks and imports, shapes of anybody.
_NOTHING_OF_IT = ("{hook}", "{job}", "geometry/check", "template.csv", "evidence-limits")
_NAMED = [
    (path, method)
    for path, method, _ in MATRIX
    if not path.startswith("victim/") and "{" in path and not any(part in path for part in _NOTHING_OF_IT)
]
_LISTS = [(path, method) for path, method, _ in MATRIX if "{" not in path and method == "get" and "victim/" not in path]


@pytest.fixture
def ids(api: Apis, order: str) -> dict[str, str]:
    found = everything_under(api, order)
    assert restrict(api).status == 201
    return found


@pytest.fixture
def system(cast: Cast) -> Api:
    """Another system of the same force, with every scope."""
    return another_system()


def outsiders(api: Apis, system: Api, path: str) -> list[Api]:
    return [system] if path.startswith("force/") else [api.officer, api.reviewer, api.auditor]


def test_an_address_that_names_it_answers_as_if_it_were_not_there(api: Apis, system: Api, ids: dict[str, str]) -> None:
    answered = {}
    for path, method in _NAMED:
        cache.clear()  # how many calls in a second is another matter
        for caller in outsiders(api, system, path):
            body = [] if method in ("get", "delete") else [an_order() if "versions" in path else {}]
            answer = getattr(caller, method)(path.format(**ids), *body)
            if answer.status not in (403, 404) or told_of(answer.body, ids):
                answered[method, path] = answer.status
    assert answered == {}


def test_no_list_holds_it(api: Apis, system: Api, ids: dict[str, str]) -> None:
    telling = {}
    for path, _ in _LISTS:
        cache.clear()
        for caller in outsiders(api, system, path):
            answer = caller.get(path)
            if answer.status not in (200, 403) or told_of(answer.body, ids):
                telling[path] = answer.status
    assert telling == {}


def told_of(body: object, ids: dict[str, str]) -> bool:
    told = json.dumps(body)
    secret = {ids["report"], ids["item"], REFERENCE, str(Order.objects.get(reference=REFERENCE).id)}
    return any(one in told for one in secret)


def test_its_reports_are_in_the_queue_of_those_on_the_list_alone(api: Apis, ids: dict[str, str]) -> None:
    for query in ("", "?queue=review", f"?order={REFERENCE}"):
        who = ("officer", "reviewer", "auditor", "supervisor")
        counted = [len(getattr(api, name).get(f"officer/reports{query}").body["results"]) for name in who]
        assert counted == [0, 0, 0, 1]


def test_those_on_the_list_read_all_of_it(api: Apis, ids: dict[str, str]) -> None:
    paths = [
        f"officer/orders/{REFERENCE}",
        f"officer/orders/{REFERENCE}/same-person",
        f"officer/reports/{ids['report']}",
        f"officer/reports/{ids['report']}/evidence/{ids['item']}",
    ]
    assert [api.supervisor.get(path).status for path in paths] == [200] * 4
    assert api.force.get(f"force/orders/{REFERENCE}").body["restricted"] is True
    assert api.force.get(f"force/reports/{ids['report']}").status == 200


def test_a_report_by_its_reference_is_closed_too(api: Apis, ids: dict[str, str]) -> None:
    reference = api.supervisor.get(f"officer/reports/{ids['report']}").body["reference"]
    assert api.officer.get(f"officer/reports/{reference}").status == 404


def test_a_closed_order_and_none_answer_alike(api: Apis, ids: dict[str, str]) -> None:
    closed, none = (api.officer.get(f"officer/orders/{name}") for name in (REFERENCE, "NO-SUCH"))
    assert (closed.status, closed.body) == (none.status, none.body)
    report, no_report = (api.officer.get(f"officer/reports/{key}") for key in (ids["report"], uuid.uuid4()))
    assert (report.status, report.body) == (no_report.status, no_report.body)


def test_the_trail_holds_it_for_auditors_on_the_list_alone(api: Apis, ids: dict[str, str]) -> None:
    order_id = str(Order.objects.get(reference=REFERENCE).id)
    none = api.auditor.get(f"officer/audit?about={uuid.uuid4()}")
    for about in (order_id, ids["report"]):
        closed = api.auditor.get(f"officer/audit?about={about}")
        assert (closed.status, closed.body) == (none.status, none.body)
    listed = {"staff_id": "4404", "reason": "Audits what is done with this order."}
    assert api.supervisor.post(f"officer/orders/{REFERENCE}/readers", listed).status == 201
    assert api.auditor.get(f"officer/audit?about={order_id}").body["results"]


def test_another_report_shows_no_link_to_one_of_it(api: Apis, ids: dict[str, str]) -> None:
    """Nor counts one, nor suggests one, though a supervisor on the list linked them."""
    other = api.officer.post("officer/reports", a_report(order=None, reported_by={"role": "witness"})).body["id"]
    api.supervisor.post(
        f"officer/reports/{other}/link", {"report": ids["report"], "reason": "It is the same evening."}, If_Match="*"
    )
    seen = api.officer.get(f"officer/reports/{other}").body
    assert seen["links"] == []
    row = next(r for r in api.officer.get("officer/reports").body["results"] if r["id"] == other)
    assert row["linked_count"] == 0


def test_linking_one_of_it_is_refused_as_unknown_and_alarms(api: Apis, ids: dict[str, str]) -> None:
    other = api.officer.post("officer/reports", a_report(order=None, reported_by={"role": "witness"})).body["id"]
    said = {"report": ids["report"], "reason": "It is the same evening."}
    answer = api.officer.post(f"officer/reports/{other}/link", said)
    assert answer.codes == {("/report", "report_not_known")}
    assert Entry.objects.filter(verb="restricted_attempt", record_ids__contains=[ids["report"]]).count() == 1
