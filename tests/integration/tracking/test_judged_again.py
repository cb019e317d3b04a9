"""Issue 4, item 9: positions are judged again where what is known of their order reaches back to them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from breaches import tasks
from breaches.models import FixJudgement, Report, TrackedDevice, TrackFix, Visit
from breaches.tracking import queries
from breaches.tracking.again import judge_fixes_again
from breaches.tracking.services import forget_far
from breaches.tracking.storing import judged_again
from breaches.tracking.types import Looked, Seen
from orders.models import Order
from tests.api.tracking.feed import HOME, METRE_NORTH, NOON, at, authorise, taken
from tests.support.api import Apis
from tests.support.orders import EXCLUSION, REFERENCE, ZONE_A, a_condition, an_order

Json = dict[str, Any]
METRES = 1_000.0


@pytest.fixture(autouse=True)
def _authority(api: Apis, order: str) -> None:
    authorise(api)


def zone_at(metres: float) -> Json:
    """Zone A as the order has it, so many metres to the north."""
    centre = {"longitude": HOME[0], "latitude": HOME[1] + metres * METRE_NORTH}
    return {**ZONE_A, "shape": {"type": "circle", "centre": centre, "radius_m": 100}}


def corrected(metres: float) -> Json:
    """Version 2: where the zone really was from the first day on."""
    made = an_order()["made_on"]
    return an_order(
        change={"kind": "correction", "decided_on": made},
        conditions=[a_condition(EXCLUSION, zones=[zone_at(metres), *EXCLUSION["zones"][1:]])],
    )


def correct(api: Apis, metres: float, number: int = 2) -> None:
    answer = api.force.put(f"force/orders/{REFERENCE}/versions/{number}", corrected(metres))
    assert answer.status == 201
    zone = answer.body["conditions"][0]["zones"][0]
    if not zone["approved"]:
        approval = {"version": number, "shape_sha256": zone["shape_sha256"], "reason": "Compared with the plan."}
        assert api.supervisor.post(f"officer/orders/{REFERENCE}/zones/A/approve", approval).status == 200
    run()


def run() -> None:
    """What the worker does after terms have changed: the reports, then the fixes of each device."""
    OrmQ.objects.all().delete()
    tasks.assess_order_again(str(Order.objects.get(reference=REFERENCE).id))
    for row in OrmQ.objects.all():
        task = SignedPackage.loads(row.payload)
        if task["func"] == "breaches.tasks.judge_fixes_again":
            tasks.judge_fixes_again(*task["args"])


def track(api: Apis) -> Json:
    asked = {"from": NOON.isoformat(), "until": (NOON + timedelta(hours=2)).isoformat(), "reason": "To see his way."}
    body: Json = api.officer.post(f"officer/orders/{REFERENCE}/track", asked).body
    return body


def test_a_zone_that_a_correction_puts_where_he_was_raises_the_report_of_its_visit(api: Apis) -> None:
    assert taken(api, at(0, metres=METRES), at(1, metres=METRES))["reports"] == []
    correct(api, METRES)
    visit = Visit.objects.get()
    assert (visit.zone, visit.entered_at, visit.last_at) == ("A", NOON, NOON + timedelta(minutes=1))
    assert Report.objects.get().verdict == "breach_indicated"
    (first, _) = track(api)["fixes"]
    assert (first["near"], first["at_first"]) == ("touch", {"near": "none", "zones": []})


def test_a_zone_that_was_never_there_leaves_the_visit_and_its_report_judged_again(api: Apis) -> None:
    (report,) = taken(api, at(0), at(1))["reports"]
    correct(api, METRES)
    assert Visit.objects.get().report_id == Report.objects.get(id=report).id
    detail = api.officer.get(f"officer/reports/{report}").body
    assert [a["verdict"] for a in detail["assessments"]] == ["not_indicated", "breach_indicated"]
    (first, _) = track(api)["fixes"]
    assert (first["near"], first["at_first"]["near"]) == ("none", "touch")
    assert first["at_first"]["zones"][0]["zone"] == "A"


def test_what_changes_nothing_adds_nothing(api: Apis) -> None:
    taken(api, at(0), at(1, metres=METRES))
    run()
    correct(api, 0.0)
    assert not FixJudgement.objects.exists()
    assert Report.objects.count() == 1


def test_done_again_it_adds_nothing(api: Apis) -> None:
    taken(api, at(0, metres=METRES))
    correct(api, METRES)
    run()
    assert FixJudgement.objects.count() == Report.objects.count() == 1


def test_the_last_answer_counts(api: Apis) -> None:
    taken(api, at(0, metres=METRES))
    correct(api, METRES)
    correct(api, 3 * METRES, number=3)
    assert FixJudgement.objects.count() == 2
    assert track(api)["fixes"][0]["near"] == "none"  # shown all the same: a report rests on it


def test_a_far_fix_that_turns_out_to_be_near_is_not_forgotten(api: Apis) -> None:
    taken(api, at(0, metres=METRES), at(1, metres=9 * METRES))
    correct(api, METRES)
    assert forget_far(at=timezone.now() + timedelta(days=30), most=10) == 1
    assert TrackFix.objects.get().recorded_at == NOON


def test_without_an_authority_for_it_any_more_nothing_is_raised(api: Apis) -> None:
    taken(api, at(0, metres=METRES))
    authorise(api, **{"from": (NOON + timedelta(minutes=5)).isoformat()})
    correct(api, METRES)
    assert FixJudgement.objects.count() == 1
    assert not Report.objects.exists()


def test_fixes_that_an_authority_still_bears_raise_the_report_though_the_first_is_not_rule_82(api: Apis) -> None:
    taken(api, at(0, metres=METRES), at(10, metres=METRES))
    authorise(api, **{"from": (NOON + timedelta(minutes=5)).isoformat()})
    correct(api, METRES)
    assert Report.objects.count() == 1


def recode(api: Apis, metres: float) -> None:
    """Version 2, a correction: zone A was C from the first day on, and lay so many metres to the north."""
    body = corrected(metres)
    body["conditions"][0]["zones"][0]["code"] = "C"
    assert api.force.put(f"force/orders/{REFERENCE}/versions/2", body).status == 201
    run()


@pytest.mark.parametrize("metres", [0.0, 20.0], ids=["the same shape", "drawn anew"])
def test_a_zone_with_another_code_raises_no_second_report_of_a_visit(api: Apis, metres: float) -> None:
    (report,) = taken(api, at(0), at(1))["reports"]
    recode(api, metres)
    assert FixJudgement.objects.count() == 2
    assert str(Report.objects.get().id) == report


def test_a_zone_that_he_came_to_next_is_another_visit(api: Apis) -> None:
    """Not where it lies elsewhere, however soon after: what was recorded is of a zone that is none now."""
    taken(api, at(0), at(20, metres=METRES))
    recode(api, METRES)
    assert Report.objects.count() == 2


def test_no_more_answers_are_read_than_fixes(api: Apis) -> None:
    taken(api, *[at(minute, metres=METRES) for minute in range(3)])
    correct(api, METRES)
    order_id = TrackFix.objects.values_list("order_id", flat=True)[0]
    end = datetime.max.replace(tzinfo=UTC)
    with CaptureQueriesContext(connection) as asked:
        assert [p.at for p in queries.points(order_id, "tag-1", start=NOON, end=end, most=1)] == [NOON]
    (answers,) = [query["sql"] for query in asked if "breaches_fixjudgement" in query["sql"]]
    assert "9999" not in answers
    assert not queries.points(order_id, "tag-2", start=NOON, end=end)


def test_a_fix_that_was_forgotten_meanwhile_gets_no_answer(api: Apis) -> None:
    taken(api, at(0, metres=METRES))
    kept = TrackFix.objects.get()
    order_id, there, gone = kept.order_id, (NOON, kept.said), (NOON + timedelta(minutes=1), kept.said)
    near = Looked("touch", (Seen("A", -90.0, 1.0, True),), 1)
    assert judged_again(order_id, "tag-1", {there: near, gone: near}, at=timezone.now()) == {there: near}
    assert FixJudgement.objects.get().recorded_at == NOON
    assert TrackFix.objects.get().held


def test_it_goes_on_where_it_stopped(api: Apis) -> None:
    taken(api, *[at(minute, metres=METRES) for minute in range(3)])
    body = corrected(METRES)
    assert api.force.put(f"force/orders/{REFERENCE}/versions/2", body).status == 201
    device = TrackedDevice.objects.get().id
    starts = [NOON, NOON + timedelta(minutes=1), NOON + timedelta(minutes=2), None]
    for start, following in pairwise(starts):
        assert start is not None
        assert judge_fixes_again(device_id=device, start=start, most=1) == following
    assert (FixJudgement.objects.count(), Report.objects.count()) == (3, 1)


@pytest.mark.parametrize(
    "change",
    [lambda: FixJudgement.objects.update(near="ring"), lambda: FixJudgement.objects.all().delete()],
    ids=["changed", "removed"],
)
def test_an_answer_is_never_changed_nor_removed(api: Apis, change: Any) -> None:
    taken(api, at(0, metres=METRES))
    correct(api, METRES)
    with pytest.raises(DatabaseError), transaction.atomic():
        change()


@pytest.mark.parametrize(
    "values",
    [
        {"near": "far"},
        {"near": "none"},
        {"version": None},
        {"zones": []},
        {"recorded_at": NOON + timedelta(hours=1)},
        {"said": UUID(int=1)},
    ],
    ids=str,
)
def test_an_answer_cannot_be_what_none_is(api: Apis, values: Json) -> None:
    taken(api, at(0, metres=METRES))
    fix = TrackFix.objects.get()
    own = {
        "order_id": fix.order_id, "said": fix.said, "device": "tag-1", "recorded_at": NOON,
        "judged_at": timezone.now(), "near": "touch",
        "version": 1, "zones": [["A", -90.0, 1.0, True]],
    }  # fmt: skip
    with pytest.raises(DatabaseError), transaction.atomic():
        FixJudgement.objects.create(**{**own, **values})
    FixJudgement.objects.create(**own)
