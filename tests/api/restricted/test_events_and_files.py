"""Rule 81: what is told of a restricted order, and files of orders that name one."""

from __future__ import annotations

from typing import Any

import pytest

from audit.models import Entry
from orders.models import Order
from tests.api.tracking.feed import at, authorise
from tests.support.api import Api, Apis
from tests.support.imports import NDJSON, counts, imported, line, ndjson, told
from tests.support.orders import REFERENCE, a_report, an_order
from tests.support.restricted import SUPERVISOR, another_system, restrict
from webhooks.models import Delivery, Event
from webhooks.numbering import number


@pytest.fixture
def hook(api: Apis) -> str:
    return str(api.force.post("force/webhooks", {"url": "https://hooks.example.org/spo", "events": ["*"]}).body["id"])


def feed(caller: Api) -> list[dict[str, Any]]:
    return list(caller.get("force/events").body["results"])


def new(api: Apis, reference: str = "NEW") -> None:
    body = an_order(restricted=True, readers=[SUPERVISOR])
    assert api.force.put(f"force/orders/{reference}/versions/1", body).status == 201


def test_nothing_of_it_is_numbered_fed_or_delivered(api: Apis, order: str, hook: str) -> None:
    """A number that was missing would say that something happened."""
    before = [event["sequence"] for event in feed(api.force)]
    new(api)
    api.force.post("force/orders/NEW/service", {})
    number("05")
    assert [event["sequence"] for event in feed(api.force)] == before
    assert Event.objects.get(reference="NEW").sequence is None
    assert not Delivery.objects.filter(event__reference="NEW").exists()
    open_order = api.force.put("force/orders/OPEN/versions/1", an_order())
    assert open_order.status == 201
    assert [event["sequence"] for event in feed(api.force)] == [*before, before[-1] + 1]


def test_those_on_the_list_read_what_happened(api: Apis, order: str) -> None:
    restrict(api)
    report = api.victim.post("victim/reports", a_report(immediate_danger=True)).body
    for caller, path in ((api.force, "force"), (api.supervisor, "officer")):
        found = caller.get(f"{path}/orders/{REFERENCE}/events").body["results"]
        assert [e["type"] for e in found][-2:] == ["report.received", "report.immediate_danger"]
        assert found[-1]["data"] == {"id": report["id"], "reference": report["reference"], "state": "received"}
    assert another_system().get(f"force/orders/{REFERENCE}/events").status == 404


def test_what_was_told_before_is_taken_back_and_no_longer_owed(api: Apis, order: str, hook: str) -> None:
    api.victim.post("victim/reports", a_report())
    number("05")
    assert Delivery.objects.filter(state="pending").count() == len(feed(api.force))
    restrict(api)
    assert feed(api.force) == []
    assert not Delivery.objects.filter(state="pending").exists()
    assert api.force.post(f"force/webhooks/{hook}/replay", {"from": "2026-01-01T00:00:00Z"}).body["queued"] == 0


def test_opened_again_everything_is_told(api: Apis, order: str, hook: str) -> None:
    restrict(api)
    report = api.victim.post("victim/reports", a_report()).body
    restrict(api, number=3, restricted=False)
    told_of = [(event["type"], event["data"]["reference"]) for event in feed(api.force)]
    assert ("report.received", report["reference"]) in told_of
    assert Delivery.objects.filter(event__reference=report["reference"], state="pending").exists()
    assert api.force.get(f"force/orders/{REFERENCE}/events").body["results"] == []


def test_a_verified_breach_of_it_is_not_in_the_list_of_the_force(api: Apis, order: str) -> None:
    report = api.victim.post("victim/reports", a_report()).body["id"]
    restrict(api)
    etag = api.supervisor.post(f"officer/reports/{report}/claim").etag
    views = [
        {"clause": f["clause"], "view": "agree", "reason": "As the photograph shows."}
        for f in api.supervisor.get(f"officer/reports/{report}").body["assessment"]["findings"]
        if f["outcome"] in ("indicated", "possible", "needs_officer")
    ]
    said = {"findings": views, "offences": ["ST19001"], "reasonable_excuse": {"claimed": None, "view": "none"}}
    api.supervisor.post(f"officer/reports/{report}/verify", said, If_Match=etag)
    assert another_system().get("force/breaches").body["results"] == []


# ---- files


def test_a_file_of_a_system_that_is_not_on_the_list_changes_nothing_of_it(api: Apis, order: str) -> None:
    """Its row is told as one that could not be stored: in a trial and in earnest, changed or the same."""
    restrict(api)
    other = another_system()
    tries: list[tuple[str, dict[str, Any]]] = [("?dry_run=true", {}), ("", {}), ("", {"restricted": False})]
    for query, changed in tries:
        text = ndjson(line(REFERENCE, **changed), line(f"GOOD{query[:4]}{len(changed)}".replace("?", "")))
        job = imported(other, text, NDJSON, query)
        assert (counts(job)["rows"], job["bad"]) == (2, 1)
        assert told(other, job) == {(1, "", "row_not_stored")}
    kept = Order.objects.get(reference=REFERENCE)
    assert (kept.restricted, kept.versions.count()) == (True, 2)
    assert Entry.objects.filter(verb="restricted_attempt", record_ids=[str(kept.id)]).count() == 3


def test_a_file_restricts_orders(api: Apis) -> None:
    text = ndjson(line("A-1", restricted=True, readers=[SUPERVISOR]), line("A-2", restricted=True, readers=["0000"]))
    job = imported(api.force, text, NDJSON)
    assert told(api.force, job) == {(2, "/readers/0", "reader_unknown")}
    assert api.officer.get("officer/orders/A-1").status == 404
    assert api.supervisor.get("officer/orders/A-1").status == 200
    assert api.force.get("force/orders/A-1").status == 200


def test_what_a_file_changed_is_not_told_of_a_closed_order(api: Apis, order: str) -> None:
    named = {"kind": "correction", "decided_on": "2026-03-02"}
    job = imported(api.force, ndjson(line(REFERENCE, necessity="He came back.", change=named)), NDJSON)
    path = f"force/order-imports/{job['id']}/changes"
    other = another_system()
    assert [row["reference"] for row in other.get(path).body["results"]] == [REFERENCE]
    restrict(api, number=3)
    assert other.get(path).body["results"] == []
    assert [row["reference"] for row in api.force.get(path).body["results"]] == [REFERENCE]


def test_positions_under_it_are_taken_from_a_system_on_its_list_alone(api: Apis, order: str) -> None:
    authorise(api)
    restrict(api)
    other = another_system()
    answer = other.post("force/positions", {"positions": [at()]}).body
    none = other.post("force/positions", {"positions": [at(order="NO-SUCH")]}).body
    assert (answer["accepted"], answer["rejected"]) == (0, none["rejected"])
    assert api.force.post("force/positions", {"positions": [at()]}).body["accepted"] == 1
    assert Entry.objects.filter(verb="restricted_attempt").count() == 1
