"""When what a report rests on becomes known better, it is judged again and the earlier answer stays."""

from __future__ import annotations

from typing import Any

from django_q.models import OrmQ

from breaches import tasks
from breaches.assessing import facts_again
from breaches.models import Assessment, Report
from breaches.written import facts_from_json
from orders.models import Order
from tests.support.api import Apis
from tests.support.orders import EXCLUSION, a_condition, a_position, a_report, an_order, approve_all, register
from webhooks.models import Event

ONLY_ZONES = an_order(conditions=[a_condition(EXCLUSION)])


def run(reference: str) -> None:
    tasks.assess_order_again(str(Order.objects.get(reference=reference).id))


def test_an_approval_turns_needs_officer_into_a_breach(api: Apis, cast: Any) -> None:
    reference = register(api, cast, ONLY_ZONES, approved=False)
    report = Report.objects.get(id=api.victim.post("victim/reports", a_report()).body["id"])
    approve_all(api, reference, ONLY_ZONES)
    run(reference)
    detail = api.officer.get(f"officer/reports/{report.id}").body
    assert [a["verdict"] for a in detail["assessments"]] == ["breach_indicated", "needs_officer"]
    assert (detail["assessments"][0]["cause"], detail["priority"]) == ("terms_changed", 2)


def test_service_on_record_turns_needs_officer_into_a_breach(api: Apis, cast: Any) -> None:
    reference = register(api, cast, ONLY_ZONES, served=False)
    report = api.victim.post("victim/reports", a_report()).body
    served = {"served_at": "2026-03-02T15:00:00Z", "method": "in_court", "served_by": "PC 1"}
    assert api.force.post(f"force/orders/{reference}/service", served).status == 201
    run(reference)
    assert Report.objects.get(id=report["id"]).verdict == "breach_indicated"


def test_an_earlier_report_is_judged_again_with_what_was_known_of_its_accuracy_rule_52(api: Apis, order: str) -> None:
    """As it was stored before questions said where an accuracy was assumed; a correction's own place is another."""
    sent = a_report(positions=[a_position(accuracy_m=None, accuracy_basis=None)])
    report = Report.objects.get(id=api.victim.post("victim/reports", sent).body["id"])
    stored = report.assessments.get().question["facts"]
    assert stored["positions"][0].pop("accuracy_assumed")
    assert not facts_from_json(stored).positions[0].accuracy_assumed
    assert facts_again(report, stored).positions[0].accuracy_assumed
    stored["positions"][0]["fix"]["r95_m"] = 5.0
    assert not facts_again(report, stored).positions[0].accuracy_assumed


def test_nothing_changed_leaves_nothing_new(api: Apis, order: str) -> None:
    """Safe to run any number of times."""
    api.victim.post("victim/reports", a_report())
    run(order)
    run(order)
    assert Assessment.objects.count() == 1
    assert not Event.objects.filter(type="report.assessed").exists()


def test_a_change_is_told_once_and_makes_an_officers_copy_stale(api: Apis, cast: Any) -> None:
    reference = register(api, cast, ONLY_ZONES, approved=False)
    report = api.victim.post("victim/reports", a_report()).body["id"]
    tag = api.officer.post(f"officer/reports/{report}/claim", {}).etag
    approve_all(api, reference, ONLY_ZONES)
    run(reference)
    run(reference)
    answer = api.officer.post(f"officer/reports/{report}/not-verified", {"reason": "x" * 20}, If_Match=tag)
    assert answer.status == 412
    assert Event.objects.filter(type="report.assessed", subject=report).count() == 1


def test_many_reports_are_done_in_chunks(api: Apis, order: str, monkeypatch: Any) -> None:
    """No task runs long: what is left goes into one of its own, from where this one stopped."""
    for _ in range(3):
        api.victim.post("victim/reports", a_report())
    monkeypatch.setattr(tasks, "_CHUNK", 2)
    queued: list[tuple[str, ...]] = []
    monkeypatch.setattr(tasks, "async_task", lambda *args: queued.append(args))
    run(order)
    second = list(Report.objects.order_by("id"))[1]
    assert [(name, after) for name, _, after in queued] == [("breaches.tasks.assess_order_again", str(second.id))]
    tasks.assess_order_again(*queued[0][1:])
    assert len(queued) == 1


def test_approval_and_service_queue_it_with_ids_only(api: Apis, order: str) -> None:
    assert OrmQ.objects.count() > 0
    for row in OrmQ.objects.all():
        assert all(isinstance(arg, str) and len(arg) == 36 for arg in row.task["args"])
