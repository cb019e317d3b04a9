"""Which version governs at an instant: the latest start not after it; and whose place a correction takes."""

from __future__ import annotations

import importlib
from typing import Any
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from breaches import tasks
from breaches.models import Assessment, Report
from common.ids import uuid7
from orders.models import InForce, Order, OrderVersion
from tests.api.orders.example import Json
from tests.support.api import Answer, Apis
from tests.support.orders import (
    EXCLUSION,
    NO_APPROACH,
    NO_CONTACT,
    REFERENCE,
    SERVED,
    ZONE_A,
    ZONE_B,
    a_condition,
    a_position,
    a_report,
    an_order,
    register,
)  # fmt: skip

FIRST, JUNE, SEPTEMBER = "2026-03-02T11:30:00+00:00", "2026-06-01T09:00:00Z", "2026-09-01T09:00:00Z"
MISTAKEN = a_condition(NO_CONTACT, wording="Not to contact his by any means.")
Put = Any


@pytest.fixture
def put(api: Apis) -> Put:
    """Register the next version: a kind of change, from when, and other members."""

    def register_next(kind: str = "made", start: str | None = FIRST, corrects: Any = None, **changes: Any) -> Answer:
        number = OrderVersion.objects.filter(order__reference=REFERENCE).count() + 1
        change = {"kind": kind, "decided_on": "2026-03-02", "necessity": "She moved."}
        if corrects is not None:
            change["corrects"] = corrects
        body = an_order(**{"conditions": [NO_CONTACT], "effective_from": start, "change": change, **changes})
        return api.force.put(f"force/orders/{REFERENCE}/versions/{number}", body)

    return register_next


def in_force(api: Apis, at: str, **query: str) -> tuple[int, str]:
    """Version and status at noon of a day of 2026."""
    asked = urlencode({"at": f"2026-{at}T12:00:00Z", **query})
    answer = api.force.get(f"force/orders/{REFERENCE}?{asked}")
    return answer.body["version"], answer.body["status"]


def told(answer: Answer) -> dict[str, list[tuple[str, str]]]:
    """Pointers and details of an answer's warnings, by their codes."""
    assert answer.status == 201, answer.body
    found: dict[str, list[tuple[str, str]]] = {}
    for warning in answer.body["warnings"]:
        found.setdefault(warning["code"], []).append((warning["pointer"], warning["detail"]))
    return found


def test_a_correction_of_version_1_governs_until_version_2_starts(api: Apis, put: Put) -> None:
    """Line 2: today it repealed the variation."""
    put()
    put("variation", JUNE)
    answer = put("correction", FIRST, corrects=1)
    assert [in_force(api, day) for day in ("04-01", "07-01")] == [(3, "in_force"), (2, "in_force")]
    assert (answer.body["in_force_until"], answer.body["status"]) == ("2026-06-01T09:00:00Z", "superseded")
    assert told(answer)["later_versions_stand"] == [("/effective_from", "What starts later stands: version 2.")]


def test_a_correction_that_names_no_version_follows_the_same_rule(api: Apis, put: Put) -> None:
    put()
    put("variation", JUNE)
    put("correction", "2026-05-01T00:00:00Z")
    assert [in_force(api, day)[0] for day in ("04-01", "05-10", "07-01")] == [1, 3, 2]


def test_two_variations_registered_out_of_order_both_stand(api: Apis, put: Put) -> None:
    put()
    put("variation", SEPTEMBER)
    answer = put("variation", JUNE)
    assert [in_force(api, day)[0] for day in ("04-01", "07-01", "10-01")] == [1, 3, 2]
    assert told(answer)["later_versions_stand"] == [("/effective_from", "What starts later stands: version 2.")]


def test_of_two_that_start_together_the_higher_number_governs(api: Apis, put: Put) -> None:
    put()
    put("variation", JUNE)
    answer = put("variation", JUNE)
    assert in_force(api, "07-01") == (3, "in_force")
    assert told(answer)["version_governs_no_more"] == [("/effective_from", "It starts with this one: version 2.")]


@pytest.mark.parametrize("start", ["2026-03-02T09:00:00Z", "2026-04-15T00:00:00Z"])
def test_it_takes_the_place_wholly_also_where_its_own_start_differs(api: Apis, put: Put, start: str) -> None:
    put()
    put("variation", JUNE)
    answer = put("correction", start, corrects=1)
    first = api.force.get(f"force/orders/{REFERENCE}/versions/1").body
    assert (first["status"], first["in_force_until"]) == ("superseded", "2026-03-02T11:30:00Z")
    assert [in_force(api, day)[0] for day in ("04-20", "07-01")] == [3, 2]
    assert ("leaves_gap" in told(answer)) == (start > FIRST)


def test_a_correction_without_a_start_of_its_own_starts_where_the_corrected_one_did(api: Apis, put: Put) -> None:
    """The day on which the slip was noticed would leave nothing in force until then."""
    put()
    put("variation", JUNE)
    answer = put(
        "correction", None, corrects=1, change={"kind": "correction", "decided_on": "2026-11-01", "corrects": 1}
    )
    assert answer.body["in_force_from"] == "2026-03-02T11:30:00Z"
    assert in_force(api, "04-01") == (3, "in_force")


def test_a_correction_of_a_correction_and_a_second_one_of_the_same_version(api: Apis, put: Put) -> None:
    """The newest has the place; the answer says from which it was taken."""
    put()
    put("variation", JUNE)
    put("correction", "2026-03-03T00:00:00Z", corrects=1)
    put("correction", "2026-03-04T00:00:00Z", corrects=3)
    assert [in_force(api, day)[0] for day in ("03-05", "07-01")] == [4, 2]
    answer = put("correction", "2026-03-05T00:00:00Z", corrects=1)
    assert [in_force(api, day)[0] for day in ("03-05", "07-01")] == [5, 2]
    assert told(answer)["already_corrected"] == [("/change/corrects", "Its place is taken from version 4.")]


@pytest.mark.parametrize(("start", "governs"), [(JUNE, (4, 4)), (SEPTEMBER, (3, 4)), (None, (4, 4))])
def test_a_version_whose_place_an_unnamed_correction_took_is_told_as_corrected(
    api: Apis, put: Put, start: str | None, governs: tuple[int, int]
) -> None:
    """And which of the two governs from then."""
    put()
    put("variation", JUNE)
    put("correction", JUNE)
    answer = put("correction", start, corrects=2)
    assert tuple(in_force(api, day)[0] for day in ("07-01", "10-01")) == governs
    left = "it still governs from its start" if governs[0] == 3 else "it governs no more"
    assert told(answer)["already_corrected"] == [
        ("/change/corrects", f"Version 3 had its place already, from the same start: {left}.")
    ]


@pytest.mark.parametrize(
    ("kind", "named", "code"),
    [
        ("correction", 7, "corrects_unknown_version"),
        ("correction", 2, "corrects_itself"),
        ("variation", 1, "corrects_without_correction"),
        ("renewal", 1, "corrects_without_correction"),
    ],
)
def test_what_corrects_may_not_name_is_refused(put: Put, kind: str, named: int, code: str) -> None:
    put()
    answer = put(kind, JUNE, corrects=named)
    assert (answer.status, answer.codes) == (422, {("/change/corrects", code)})


def test_the_first_version_corrects_nothing(put: Put) -> None:
    answer = put(corrects=1)
    assert answer.status == 422
    assert ("/change/corrects", "corrects_without_correction") in answer.codes


@pytest.mark.parametrize("named", [0, -1, "1", 1.5, True, 10**30])
def test_a_number_that_is_none_is_refused_with_its_place(put: Put, named: Any) -> None:
    put()
    answer = put("correction", JUNE, corrects=named)
    assert answer.status in (400, 422)
    assert [pointer for pointer, _ in answer.codes] == ["/change/corrects"]


def test_later_versions_that_repeat_what_was_corrected_are_named(put: Put) -> None:
    """The words, a date, and a person: each with its place in the correction."""
    put(conditions=[MISTAKEN], expires_on="2028-04-01")
    put("variation", JUNE, conditions=[MISTAKEN, NO_APPROACH], expires_on="2028-04-01")
    put("variation", SEPTEMBER, conditions=[NO_CONTACT, NO_APPROACH], expires_on="2028-05-01")
    answer = put("correction", FIRST, corrects=1)
    assert told(answer)["later_version_repeats"] == [
        ("/expires_on", "Version 2 repeats what is corrected here."),
        ("/conditions/0/wording", "Version 2 repeats what is corrected here."),
    ]


def test_a_zone_that_a_later_version_repeats_is_named_by_its_place(put: Put) -> None:
    wrong = {**ZONE_A, "shape": {**ZONE_A["shape"], "radius_m": 1000}}
    put(conditions=[a_condition(EXCLUSION, zones=[wrong, ZONE_B])])
    put("variation", JUNE, conditions=[a_condition(EXCLUSION, zones=[ZONE_B, wrong])])
    answer = put("correction", FIRST, corrects=1, conditions=[a_condition(EXCLUSION)])
    assert [place for place, _ in told(answer)["later_version_repeats"]] == ["/conditions/0/zones/0/shape"]


def test_a_clause_left_out_and_one_too_many_are_repeated_too(put: Put) -> None:
    put(conditions=[NO_APPROACH])
    put("variation", JUNE, conditions=[NO_APPROACH])
    answer = put("correction", FIRST, corrects=1, conditions=[NO_CONTACT])
    assert [place for place, _ in told(answer)["later_version_repeats"]] == ["/conditions/0", "/conditions"]


def test_nothing_is_warned_of_where_no_later_version_stands(put: Put) -> None:
    put(conditions=[MISTAKEN])
    assert put("correction", FIRST, corrects=1).body["warnings"] == []


def test_what_was_known_then_stays_as_it_was_known(api: Apis, put: Put) -> None:
    put()
    put("variation", JUNE)
    before = timezone.now().isoformat()
    put("correction", FIRST, corrects=1)
    assert [in_force(api, "04-01", known_at=before)[0], in_force(api, "04-01")[0]] == [1, 3]


def test_an_end_still_ends_whatever_was_corrected(api: Apis, put: Put) -> None:
    put()
    put("variation", JUNE)
    consents = {"defendant": True, "applying_chief_officer": True, "residence_force": "05"}
    ended = {"discharged_at": "2026-08-01T10:00:00Z", "consents": consents}
    assert api.force.post(f"force/orders/{REFERENCE}/discharge", ended).status == 201
    put("correction", FIRST, corrects=1)
    put("correction", SEPTEMBER)
    assert [in_force(api, day) for day in ("04-01", "07-01", "08-02", "10-01")] == [
        (3, "in_force"), (2, "in_force"), (2, "discharged"), (2, "discharged"),
    ]  # fmt: skip


def test_a_variation_that_runs_out_leaves_nothing_in_force(api: Apis, put: Put) -> None:
    put(kind="made", expires_on="2029-03-01")
    put("variation", JUNE, expires_on="2028-06-01")
    put("correction", FIRST, corrects=1, expires_on="2030-03-01")
    found = api.force.get(f"force/orders/{REFERENCE}?at=2028-07-01T12:00:00Z").body
    assert (found["version"], found["status"]) == (2, "expired")


def test_a_condition_is_added_to_the_terms_that_it_varies_rule_20(put: Put) -> None:
    """Not to those of the newest number, which may be a correction of what has passed."""
    put()
    put("variation", JUNE, conditions=[NO_CONTACT, NO_APPROACH])
    put("correction", FIRST, corrects=1)
    change = {"kind": "variation", "decided_on": "2026-03-02"}
    assert put("variation", SEPTEMBER, conditions=[NO_CONTACT, NO_APPROACH], change=change).status == 201
    refused = put("variation", "2026-04-01T00:00:00Z", conditions=[NO_CONTACT, NO_APPROACH], change=change)
    assert refused.codes == {("/change/necessity", "necessity_required")}


def test_who_is_revealed_is_whom_the_last_terms_protect(api: Apis, put: Put) -> None:
    second = {"key": "P2", "family_name": "Osei", "given_names": "Kofi", "identifiers": []}
    put()
    put("variation", JUNE, protected_persons=[*an_order()["protected_persons"], second])
    put("correction", FIRST, corrects=1)
    asked = {"fields": ["protected_persons"], "reason": "Ringing her about the hearing."}
    shown = api.officer.post(f"officer/orders/{REFERENCE}/reveal", asked).body
    assert [person["key"] for person in shown["protected_persons"]] == ["P1", "P2"]


def queued() -> list[Any]:
    return [SignedPackage.loads(task.payload) for task in OrmQ.objects.all()]


ELSEWHERE = {**ZONE_A, "shape": {"type": "circle", "centre": {"longitude": -2.9, "latitude": 53.5}, "radius_m": 100}}


def test_a_report_of_the_time_that_changed_is_judged_again(api: Apis, cast: Any, put: Put) -> None:
    """His position was in the zone of the variation, which the correction of version 1 repealed until now."""
    only = [a_condition(EXCLUSION, zones=[ELSEWHERE])]
    register(api, cast, an_order(conditions=only))
    put("variation", JUNE, conditions=[a_condition(EXCLUSION, zones=[ZONE_A])])
    zone = {"version": 2, "reason": "Compared with the plan."}
    assert api.supervisor.post(f"officer/orders/{REFERENCE}/zones/A/approve", zone).status == 200
    late = api.victim.post("victim/reports", a_report()).body["id"]
    early = api.victim.post("victim/reports", in_april()).body["id"]
    put("correction", FIRST, corrects=1, conditions=[a_condition(EXCLUSION, zones=[ZONE_A])])
    assert queued()[-1]["func"] == "breaches.tasks.assess_order_again"
    tasks.assess_order_again(str(Order.objects.get().id))
    verdicts = {str(report.id): report.verdict for report in Report.objects.all()}
    assert (verdicts[late], verdicts[early]) == ("breach_indicated", "breach_indicated")
    assert [a.answer["order_version"] for a in Assessment.objects.filter(report=early).order_by("id")] == [1, 3]


def in_april() -> Json:
    day = "2026-04-20T18:05:00+00:00"
    return a_report(happened={"from": day, "to": "2026-04-20T18:20:00+00:00", "certainty": "exact"},
                    positions=[a_position(recorded_at=day)])  # fmt: skip


def test_an_approval_goes_to_a_correction_past_a_version_that_drew_it_otherwise(api: Apis, cast: Any, put: Put) -> None:
    """And a later approval of version 1 too."""
    only = [a_condition(EXCLUSION, zones=[ZONE_A])]
    register(api, cast, an_order(conditions=only), approved=False)
    put("variation", JUNE, conditions=[a_condition(EXCLUSION, zones=[ELSEWHERE])])
    put("correction", FIRST, corrects=1, conditions=only)
    zone = {"version": 1, "reason": "Compared with the plan."}
    assert api.supervisor.post(f"officer/orders/{REFERENCE}/zones/A/approve", zone).status == 200
    again = put("correction", FIRST, corrects=1, conditions=only)
    assert again.body["conditions"][0]["zones"][0]["approved"]
    third = api.force.get(f"force/orders/{REFERENCE}/versions/3").body
    assert third["conditions"][0]["zones"][0]["approved"]


def by_number(known_at: Any = None) -> list[Any]:
    rows = (
        InForce.objects.filter(known__contains=known_at) if known_at else InForce.objects.filter(known__upper_inf=True)
    )
    return list(rows.order_by("during").values_list("version__number", "during"))


def test_orders_on_record_get_the_rule_from_the_migration_on(api: Apis, put: Put) -> None:
    """As known from then: what was known before stays, and the order's reports are judged again, once."""
    put()
    put("variation", JUNE)
    put("correction", "2026-05-01T00:00:00Z")
    right = by_number()
    order, ids = Order.objects.get(), dict(OrderVersion.objects.values_list("number", "id"))
    repealed = {1: DateTimeTZRange(right[0][1].lower, right[0][1].upper), 3: DateTimeTZRange(right[1][1].lower, None)}
    began = timezone.now()
    with connection.cursor() as cursor:  # as the rule until now had it
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE orders_inforce")
    for number, during in repealed.items():
        InForce(id=uuid7(), order=order, version_id=ids[number], during=during, known=DateTimeTZRange(began)).save()
    OrmQ.objects.all().delete()
    redraw = importlib.import_module("orders.migrations.0024_times_by_their_starts").redraw_times
    redraw(apps, None)
    assert by_number() == right
    assert [number for number, _ in by_number(began)] == [1, 3]
    redraw(apps, None)
    assert (InForce.objects.count(), [task["args"] for task in queued()]) == (4, [(str(order.id),)])


def sent_from(number: str) -> Json:
    return a_report(
        order=None,
        positions=[],
        contacts=[{"channel": "sms", "at": "2026-11-20T18:10:00Z", "from": {"kind": "phone", "value": number}}],
    )


@pytest.mark.parametrize("named", [1, None], ids=["names it", "starts with it"])
def test_a_number_that_was_put_right_is_no_longer_his(api: Apis, put: Put, named: int | None) -> None:
    """A correction takes the place of a version wholly: what only the slip named was never his."""
    slip, right = (
        {**an_order()["respondent"], "identifiers": [{"kind": "phone", "value": f"07700 900{end}"}]}
        for end in ("333", "334")
    )
    put(respondent=slip)
    api.force.post(f"force/orders/{REFERENCE}/service", SERVED)
    put("correction", corrects=named, respondent=right)
    for number, outcome in (("07700 900333", "needs_officer"), ("07700 900334", "indicated")):
        body = {
            name: value for name, value in sent_from(number).items() if name in ("happened", "positions", "contacts")
        }
        (found,) = api.force.post(f"force/orders/{REFERENCE}/check", body).body["assessment"]["findings"]
        assert found["outcome"] == outcome, number


def test_a_correction_that_names_nothing_says_which_words_stand_before_it(put: Put) -> None:
    put()
    warned = told(put("correction", start=JUNE, conditions=[MISTAKEN]))
    assert [where for where, _ in warned["earlier_words_stand"]] == ["/change/corrects"]
    assert "earlier_words_stand" not in told(put("correction", start=JUNE, corrects=1))
