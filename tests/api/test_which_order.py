"""A known victim's report finds her order; an advocate's within their authority; nobody else's (rules 33, 81, 83)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Authority
from audit.types import SERVICE
from breaches.models import Report
from database.writes import BETWEEN
from demo.cast import Cast
from orders.models import Order
from orders.services import link_person
from tests.support.api import Answer, Api, Apis
from tests.support.following import detail
from tests.support.orders import NO_CONTACT, REFERENCE, SERVED, a_position, a_report, an_order, register
from tests.support.restricted import restrict

DANGER = {"immediate_danger": True}
SECOND = "SPO-05-0002-26"
EXPIRED = {"made_on": "2024-03-02", "effective_from": "2024-03-02T11:30:00+00:00", "expires_on": "2026-03-01"}
INTERIM_DAYS = {"change": {"kind": "made", "decided_on": "2024-03-02"}}


def submit(client: Api, path: str = "victim/reports", **changes: Any) -> Answer:
    answer = client.post(path, a_report(**changes))
    assert answer.status == 201, answer.body
    return answer


def codes(answer: Answer) -> list[str]:
    return [warning["code"] for warning in answer.body["warnings"]]


def an_old_one() -> dict[str, Any]:
    return an_order(**EXPIRED, **INTERIM_DAYS)


def in_cheshire(api: Apis, cast: Cast, reference: str = "CHS-1") -> str:
    """An order of the other force that protects the same person."""
    body = an_order(conditions=[NO_CONTACT])
    assert api.other_force.put(f"force/orders/{reference}/versions/1", body).status == 201
    assert api.other_force.post(f"force/orders/{reference}/service", SERVED).status == 201
    order = Order.objects.get(force_id="06", reference=reference)
    link_person(actor=SERVICE, order_id=order.id, key="P1", user_id=UUID(cast.victim.user_id))
    return reference


def of_report(answer: Answer) -> tuple[str | None, str, str]:
    report = Report.objects.select_related("order").get(pk=answer.body["id"])
    return report.order.reference if report.order else None, report.force_id, report.verdict


# ---- one order -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("named", [None, "SPO-NO-SUCH", "the one from March", " "])
def test_a_known_victims_report_finds_her_order(api: Apis, order: str, named: str | None) -> None:
    answer = submit(api.victim, order=named, force="06")
    assert codes(answer) == ["order_assumed"]
    assert of_report(answer) == (REFERENCE, "05", "breach_indicated")
    assert detail(api, answer.body["id"])["report"].get("order") == named


def test_immediate_danger_alone_reaches_her_force_her_order_and_her_verdict_rule_37(api: Apis, order: str) -> None:
    """Rule 37."""
    answer = api.victim.post("victim/reports", DANGER)
    assert answer.status == 201
    assert of_report(answer)[:2] == (REFERENCE, "05")
    (row,) = api.officer.get("officer/reports?queue=review").body["results"]
    assert (row["order"], row["priority"]) == (REFERENCE, 1)
    assert detail(api, row["id"])["assessment"]["order_version"] == 1


def test_the_only_one_there_is_is_taken_also_where_it_had_ended(api: Apis, cast: Cast) -> None:
    register(api, cast, an_old_one())
    answer = submit(api.victim, order=None)
    assert (codes(answer), of_report(answer)) == (["order_assumed"], (REFERENCE, "05", "no_order_in_force"))


def test_the_one_in_force_at_the_time_is_taken(api: Apis, cast: Cast, order: str) -> None:
    register(api, cast, an_old_one(), reference=SECOND)
    assert of_report(submit(api.victim, order=None))[0] == REFERENCE
    then: dict[str, Any] = {"happened": {"from": "2025-05-05T10:00:00Z"}, "positions": []}
    assert of_report(submit(api.victim, order=None, **then))[0] == SECOND


def test_a_named_one_goes_before_the_one_in_force(api: Apis, cast: Cast, order: str) -> None:
    register(api, cast, an_old_one(), reference=SECOND)
    answer = submit(api.victim, order=SECOND)
    assert (codes(answer), of_report(answer)[0]) == ([], SECOND)


def test_the_diary_finds_it_as_well(api: Apis, order: str) -> None:
    entry = api.victim.post("victim/diary", a_report(order=None)).body["id"]
    assert api.victim.post(f"victim/diary/{entry}/report", {}).status == 201
    assert str(Report.objects.get().order) == REFERENCE


def test_what_is_named_and_nothing_found_is_told_as_before(api: Apis, order: str) -> None:
    assert codes(submit(api.other_victim, order="SPO-NO-SUCH")) == ["order_not_matched"]
    assert codes(submit(api.other_victim, order=None)) == []


# ---- several -------------------------------------------------------------------------------------------------------


def test_of_several_none_is_attached_and_an_officer_sees_which(api: Apis, cast: Cast, order: str) -> None:
    register(api, cast, an_order(), reference=SECOND)
    answer = submit(api.victim, order="SPO-NO-SUCH", force="06")
    assert (codes(answer), of_report(answer)) == (["order_candidates"], (None, "05", "needs_officer"))
    found = detail(api, answer.body["id"])["order_candidates"]
    assert [(one["order"], one["grounds"]) for one in found] == [
        (name, ["protects_reporter", "in_force_then"]) for name in (REFERENCE, SECOND)
    ]


def test_of_several_of_two_forces_the_chosen_one_reviews_it_if_it_is_one_of_them(
    api: Apis, cast: Cast, order: str
) -> None:
    in_cheshire(api, cast)
    for chosen in ("05", "06"):
        answer = submit(api.victim, order=None, force=chosen)
        assert (codes(answer), of_report(answer)[:2]) == (["order_candidates"], (None, chosen))
    assert of_report(submit(api.victim, order=None, force="07"))[1] in ("05", "06")


def test_officers_see_candidates_of_their_own_force_only(api: Apis, cast: Cast, order: str) -> None:
    in_cheshire(api, cast)
    report = submit(api.victim, order=None, force="06").body["id"]
    shown = api.other_officer.get(f"officer/reports/{report}").body["order_candidates"]
    assert [(one["order"], one["order_force"]) for one in shown] == [("CHS-1", "06")]


def test_the_same_reference_at_two_forces_is_decided_by_the_time(api: Apis, cast: Cast) -> None:
    register(api, cast, an_old_one())
    in_cheshire(api, cast, REFERENCE)
    answer = submit(api.victim, order=REFERENCE)
    assert (codes(answer), of_report(answer)[1]) == (["order_assumed"], "06")


# ---- restricted ----------------------------------------------------------------------------------------------------


def test_a_restricted_order_of_hers_is_found_and_read_by_its_list_alone_rule_81(api: Apis, order: str) -> None:
    """Rule 81."""
    assert restrict(api).status == 201
    answer = submit(api.victim, order=None)
    assert (codes(answer), of_report(answer)[0]) == (["order_assumed"], REFERENCE)
    assert api.officer.get(f"officer/reports/{answer.body['id']}").status == 404
    assert api.supervisor.get(f"officer/reports/{answer.body['id']}").status == 200


def test_of_several_with_a_restricted_one_the_report_is_for_its_list_and_judged_by_none(
    api: Apis, cast: Cast, order: str
) -> None:
    """Rule 81: it may be about him, and he may be of the force."""
    register(api, cast, an_order(), reference=SECOND)
    assert restrict(api).status == 201
    answer = submit(api.victim, order=None)
    assert (codes(answer), of_report(answer)) == (["order_candidates"], (REFERENCE, "05", "needs_officer"))
    assert api.officer.get(f"officer/reports/{answer.body['id']}").status == 404
    shown = api.supervisor.get(f"officer/reports/{answer.body['id']}").body
    assert [one["order"] for one in shown["order_candidates"]] == [SECOND]


def test_naming_a_restricted_order_that_is_not_hers_has_the_same_answer_as_naming_none(
    api: Apis, cast: Cast, order: str
) -> None:
    """Rule 81: kept for that order's list; to her it is as if her own had been taken."""
    body = an_order(conditions=[NO_CONTACT], restricted=True, readers=["4403"])
    assert api.force.put("force/orders/SECRET-1/versions/1", body).status == 201
    theirs, none = (submit(api.victim, order=name) for name in ("secret 1", "NO-SUCH"))
    assert theirs.body["warnings"] == none.body["warnings"]
    assert (of_report(theirs)[0], of_report(none)[0]) == ("SECRET-1", REFERENCE)
    assert api.officer.get(f"officer/reports/{theirs.body['id']}").status == 404


# ---- advocates -----------------------------------------------------------------------------------------------------


def test_an_advocates_report_finds_the_order_of_whom_they_speak_for(api: Apis, order: str) -> None:
    answer = submit(api.advocate, order=None)
    assert (codes(answer), of_report(answer)) == (["order_assumed"], (REFERENCE, "05", "breach_indicated"))


def test_an_authority_for_one_order_counts_that_alone(api: Apis, cast: Cast, order: str) -> None:
    register(api, cast, an_order(), reference=SECOND)
    assert codes(submit(api.advocate, order=None)) == ["order_candidates"]
    Authority.objects.update(only_order=Order.objects.get(reference=SECOND).id)
    answer = submit(api.advocate, order=None)
    assert (codes(answer), of_report(answer)[0]) == (["order_assumed"], SECOND)


@pytest.mark.parametrize("change", [{"scopes": ["follow"]}, {"expires_at": "2026-01-01T00:00:00Z"}, {"revoked": True}])
def test_without_an_authority_to_report_nothing_is_assumed(api: Apis, order: str, change: dict[str, Any]) -> None:
    held = Authority.objects.get()
    if change.pop("revoked", False):
        change = {"revoked_at": timezone.now() - timedelta(minutes=1)}
    if "expires_at" in change:
        change["granted_at"] = "2025-12-01T00:00:00Z"
    Authority.objects.filter(pk=held.pk).update(**change)
    answer = submit(api.advocate, order="NO-SUCH")
    assert (codes(answer), of_report(answer)[0]) == (["order_not_matched"], None)


# ---- whoever is not known ------------------------------------------------------------------------------------------


def test_of_whoever_does_not_sign_in_nothing_is_assumed(api: Apis, order: str) -> None:
    answers = [api.nobody.post("public/reports", a_report(order=name)) for name in (order, "spo 05 0001 26", "NONE")]
    assert {(a.status, frozenset(a.body)) for a in answers} == {(201, frozenset({"receipt", "advice"}))}
    assert not Report.objects.filter(order__isnull=False).exists()


def test_what_a_force_passes_on_without_an_order_is_not_guessed(api: Apis, order: str) -> None:
    by = {"role": "protected_person", "protected_person": "P1"}
    answer = submit(api.force, "force/reports", order=None, reported_by=by)
    assert (codes(answer), of_report(answer)[0]) == ([], None)


# ---- as it is typed ------------------------------------------------------------------------------------------------

TYPED = [
    "spo-05-0001-26",
    "SPO 05 0001 26",
    "spo\N{EN DASH}05\N{EN DASH}0001\N{EN DASH}26",
    " SPO-05-0001-26",
    "spo05000126",
]
BY = {"reported_by": {"role": "protected_person", "protected_person": "P1"}}


@pytest.mark.parametrize("typed", TYPED)
def test_references_match_without_regard_to_case_spaces_and_dashes(
    api: Apis, cast: Cast, order: str, typed: str
) -> None:
    register(api, cast, an_order(), reference=SECOND)
    for client, path, more in (
        (api.victim, "victim/reports", {}),
        (api.advocate, "victim/reports", {}),
        (api.force, "force/reports", BY),
        (api.officer, "officer/reports", BY),
    ):
        answer = submit(client, path, order=typed, **more)
        assert (codes(answer), of_report(answer)[0]) == ([], REFERENCE), path


def test_an_officers_search_and_candidates_match_so_too(api: Apis, order: str) -> None:
    report = submit(api.victim).body["id"]
    rows = api.officer.get("officer/reports?order=spo%2005%E2%80%930001%2026").body["results"]
    assert [row["id"] for row in rows] == [report]
    api.nobody.post("public/reports", a_report(order="spo 05 0001 26"))
    public = Report.objects.get(reporter_kind="public")
    (found,) = detail(api, str(public.id))["order_candidates"]
    assert (found["order"], found["grounds"]) == (REFERENCE, ["named_in_report", "in_force_then"])


def test_a_restricted_order_named_in_another_spelling_is_kept_for_its_list_rule_81(api: Apis, order: str) -> None:
    """Rule 81."""
    assert restrict(api).status == 201
    api.nobody.post("public/reports", a_report(order="spo 05 0001 26", positions=[a_position()]))
    passed = submit(api.officer, "officer/reports", order="spo\N{EN DASH}05-0001-26", **BY)
    assert codes(passed) == ["order_not_matched"]
    for report in Report.objects.all():
        assert str(report.order) == REFERENCE
        assert api.officer.get(f"officer/reports/{report.id}").status == 404


def test_two_references_that_differ_so_only_are_told_apart_by_the_exact_one(api: Apis, order: str) -> None:
    alike = REFERENCE.lower()
    assert api.force.put(f"force/orders/{alike}/versions/1", an_order(conditions=[NO_CONTACT])).status == 201
    for name in (REFERENCE, alike):
        assert of_report(submit(api.force, "force/reports", order=name, **BY))[0] == name
    either = submit(api.force, "force/reports", order="spo 05 0001 26", **BY)
    assert (codes(either), of_report(either)[0]) == (["order_not_matched"], None)
    found = detail(api, either.body["id"])["order_candidates"]
    assert {one["order"] for one in found} == {REFERENCE, alike}


# ---- speed ---------------------------------------------------------------------------------------------------------


def test_naming_an_order_costs_no_more_statements_than_before_and_finding_one_no_more_than_naming(
    api: Apis, order: str
) -> None:
    def statements(key: str, **changes: Any) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert api.victim.post("victim/reports", a_report(**changes), Idempotency_Key=key).status == 201
        found = [one for query in captured for one in query["sql"].split(BETWEEN)]
        return len([sql for sql in found if not sql.startswith(("SAVEPOINT", "RELEASE"))])

    named, typed, found = statements("a"), statements("b", order="spo 05 0001 26"), statements("c", order=None)
    assert named == typed == found
