"""POST determination, discharge, appeal: what a court did to end an order (rules 5, 6, 19, 21, 22)."""

from __future__ import annotations

from typing import Any

import pytest
from django_q.models import OrmQ

from audit.models import Entry
from tests.api.orders.example import Json
from tests.support.api import Answer, Api, Apis
from tests.support.orders import NO_CONTACT, REFERENCE, an_order
from webhooks.models import Event

ROOT = f"force/orders/{REFERENCE}"
BOTH = {"defendant": True, "applying_chief_officer": True, "residence_force": "05"}
PENDING = {"reference": "APP-1", "applied_on": "2026-02-20"}


def full(api: Apis, **changes: Any) -> Api:
    answer = api.force.put(f"{ROOT}/versions/1", an_order(**{"conditions": [NO_CONTACT], **changes}))
    assert answer.status == 201, answer.body
    return api.force


def interim(api: Apis, **changes: Any) -> Api:
    return full(api, **{"kind": "interim", "expires_on": "2026-12-31", "main_application": PENDING, **changes})


def status(api: Api, at: str) -> str:
    return str(api.get(f"{ROOT}?at={at}").body["status"])


def determine(api: Api, **changes: Any) -> Answer:
    return api.post(f"{ROOT}/determination", {"result": "granted", "at": "2026-06-01T11:00:00Z", **changes})


def discharge(api: Api, at: str = "2026-06-01T11:00:00Z", **consents: Any) -> Answer:
    return api.post(f"{ROOT}/discharge", {"discharged_at": at, "consents": {**BOTH, **consents}})


def appeal(api: Api, **changes: Any) -> Answer:
    return api.post(f"{ROOT}/appeal", {"lodged_on": "2026-03-20", **changes})


QUASHED = {"outcome": "quashed", "at": "2026-06-01T11:00:00Z"}


@pytest.mark.parametrize(
    ("result", "after"), [("granted", "superseded"), ("refused", "expired"), ("withdrawn", "expired")]
)
def test_an_interim_ends_at_the_instant_of_the_determination_rule_5(api: Apis, result: str, after: str) -> None:
    force = interim(api)
    answer = determine(force, result=result)
    told = {"id": answer.body["id"], "result": result, "at": "2026-06-01T11:00:00Z", "status": after}
    assert (answer.status, answer.body) == (201, told)
    assert [status(force, f"2026-06-01T{clock}Z") for clock in ("10:59:59", "11:00:00")] == ["in_force", after]


def test_only_an_interim_is_determined_rule_5(api: Apis) -> None:
    answer = determine(full(api))
    assert (answer.status, answer.code) == (409, "not_interim")


def test_only_the_force_that_applied_can_end_an_interim_rule_6(api: Apis) -> None:
    """Section 5(6): the same chief officer. The order is its force's: for another there is none."""
    interim(api)
    assert [determine(api.other_force).status, discharge(api.other_force).status] == [404, 404]


@pytest.mark.parametrize("end", [determine, discharge], ids=["determination", "discharge"])
def test_the_same_told_again_is_the_same(api: Apis, end: Any) -> None:
    force = interim(api)
    first, again = end(force), end(force)
    assert (again.status, again.body, again.etag) == (201, first.body, first.etag)
    assert Event.objects.filter(type="order.ended").count() == 1


def test_an_end_told_otherwise_is_refused(api: Apis) -> None:
    force = interim(api)
    determine(force)
    assert (determine(force, result="refused").code, discharge(force).code) == ("already_determined", "order_ended")


def test_an_end_leaves_a_trace_a_message_and_another_look(api: Apis) -> None:
    OrmQ.objects.all().delete()
    discharge(full(api))
    assert Entry.objects.filter(verb="discharge_recorded", action="collection").count() == 1
    event = Event.objects.get(type="order.ended")
    assert (event.reference, event.state) == (REFERENCE, "discharged")
    assert [task.func() for task in OrmQ.objects.filter(key="spo")] == ["breaches.tasks.assess_order_again"]


# Made 2 March 2024: the two years that begin with that day end with 1 March 2026, and then the order runs on.
LONG = {"expires_on": None, "until_further_order": True, "made_on": "2024-03-02", "effective_from": None}


@pytest.mark.parametrize(
    ("at", "code"),
    [("2026-03-01T23:59:59Z", 422), ("2026-03-02T00:00:00Z", 201)],
    ids=["the last minute of the two years", "the first of the third"],
)
def test_consents_are_needed_for_two_years_from_the_day_made_rule_19(api: Apis, at: str, code: int) -> None:
    force = full(api, **LONG)
    assert discharge(force, at, defendant=False, applying_chief_officer=False).status == code


def test_two_years_from_a_leap_day_end_on_28_february_rule_19(api: Apis) -> None:
    force = full(api, **{**LONG, "made_on": "2024-02-29"})
    assert discharge(force, "2026-02-28T23:00:00Z", defendant=False).status == 422
    assert discharge(force, "2026-03-01T00:00:00Z", defendant=False).status == 201


MISSING: dict[str, tuple[Json, set[str]]] = {
    "his": ({"defendant": False}, {"defendant"}),
    "the applicant's": ({"applying_chief_officer": False}, {"applying_chief_officer"}),
    "both": ({"defendant": False, "applying_chief_officer": False}, {"defendant", "applying_chief_officer"}),
    "that of where he lives": ({"residence_force": "06"}, {"residence_chief_officer"}),
}


@pytest.mark.parametrize("name", MISSING)
def test_each_missing_consent_is_told_rule_19(api: Apis, name: str) -> None:
    consents, missing = MISSING[name]
    answer = discharge(full(api), **consents)
    assert answer.codes == {(f"/consents/{which}", "discharge_consent_missing") for which in missing}


GIVEN: dict[str, Json] = {
    "he lives in the applicant's area": {},
    "where he lives consents too": {"residence_force": "06", "residence_chief_officer": True},
    "he lives outside England and Wales": {"residence_force": None},
}


@pytest.mark.parametrize("name", GIVEN)
def test_with_its_consents_it_is_discharged_rule_19(api: Apis, name: str) -> None:
    force = full(api)
    answer = discharge(force, **GIVEN[name])
    assert (answer.status, answer.body["status"]) == (201, "discharged")
    assert status(force, "2026-06-01T10:59:59Z") == "in_force"


def test_an_interim_is_discharged_without_consents_rule_19(api: Apis) -> None:
    """Section 5 asks for none."""
    assert discharge(interim(api), defendant=False, applying_chief_officer=False).status == 201


NOBODY_ASKED = {"discharged_at": "2026-06-01T00:00:00Z"}


def test_where_no_consent_is_needed_nothing_is_asked_about_where_he_lives_rule_19(api: Apis) -> None:
    """Section 5 asks for none, and section 4 for none after two years."""
    assert interim(api).post(f"{ROOT}/discharge", NOBODY_ASKED).status == 201


def test_after_two_years_nothing_is_asked_about_where_he_lives_rule_19(api: Apis) -> None:
    answer = full(api, **LONG).post(f"{ROOT}/discharge", NOBODY_ASKED)
    assert (answer.status, answer.body["status"]) == (201, "discharged")


def test_within_two_years_every_question_of_section_4_is_told_at_once_rule_19(api: Apis) -> None:
    assert full(api).post(f"{ROOT}/discharge", NOBODY_ASKED).codes == {
        ("/consents/residence_force", "required"),
        ("/consents/defendant", "discharge_consent_missing"),
        ("/consents/applying_chief_officer", "discharge_consent_missing"),
    }


def test_an_order_that_ran_out_is_not_discharged(api: Apis) -> None:
    force = full(api, made_on="2021-01-04", expires_on="2023-01-03", effective_from=None)
    answer = discharge(force)
    assert (answer.status, answer.code) == (409, "order_ended")


def test_an_appeal_changes_nothing_until_the_crown_court_decides_rule_21(api: Apis) -> None:
    force = full(api)
    lodged = appeal(force).body
    told = {"lodged_on": "2026-03-20", "outcome": None, "at": None, "status": "in_force"}
    assert lodged == {"id": lodged["id"], **told}
    answer = appeal(force, **QUASHED)
    assert (answer.status, answer.body["status"]) == (201, "quashed")
    assert [status(force, f"2026-{day}T12:00:00Z") for day in ("05-31", "06-02")] == ["in_force", "quashed"]


@pytest.mark.parametrize("outcome", ["dismissed", "abandoned", "varied"])
def test_other_outcomes_leave_the_order_in_force_rule_21(api: Apis, outcome: str) -> None:
    """What a varied order says comes as its next version."""
    assert appeal(full(api), outcome=outcome, at="2026-06-01T11:00:00Z").body["status"] == "in_force"


def test_an_appeal_is_decided_once(api: Apis) -> None:
    force = full(api)
    appeal(force, outcome="dismissed", at="2026-06-01T11:00:00Z")
    answer = appeal(force, **QUASHED)
    assert (answer.status, answer.code) == (409, "already_decided")


WRONG: dict[str, tuple[str, Json, set[tuple[str, str]]]] = {
    "determined tomorrow": (
        "determination",
        {"result": "granted", "at": "2099-01-01T00:00:00Z"},
        {("/at", "instant_in_future")},
    ),
    "determined before it was made": (
        "determination",
        {"result": "granted", "at": "2026-03-01T23:59:59Z"},
        {("/at", "before_made")},
    ),
    "no such result": (
        "determination",
        {"result": "made", "at": "2026-06-01T00:00:00Z"},
        {("/result", "unknown_value")},
    ),
    "no offset": (
        "determination",
        {"result": "granted", "at": "2026-06-01T00:00:00"},
        {("/at", "instant_offset_missing")},
    ),
    "nothing": ("determination", {}, {("/result", "required"), ("/at", "required")}),
    "discharged tomorrow by a force that is none": (
        "discharge",
        {"discharged_at": "2099-01-01T00:00:00Z", "consents": {**BOTH, "residence_force": "77"}},
        {("/discharged_at", "instant_in_future"), ("/consents/residence_force", "force_unknown")},
    ),
    "lodged tomorrow": ("appeal", {"lodged_on": "2099-01-01"}, {("/lodged_on", "lodged_in_future")}),
    "lodged before it was made": ("appeal", {"lodged_on": "2026-03-01"}, {("/lodged_on", "before_made")}),
    "an outcome at no instant": ("appeal", {"lodged_on": "2026-03-20", "outcome": "quashed"}, {("/at", "required")}),
    "an instant of no outcome": (
        "appeal",
        {"lodged_on": "2026-03-20", "at": "2026-06-01T00:00:00Z"},
        {("/outcome", "required")},
    ),
    "decided before lodged": (
        "appeal",
        {"lodged_on": "2026-06-02", **QUASHED},
        {("/at", "decided_before_lodged")},
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told_at_once_and_nothing_is_kept(api: Apis, name: str) -> None:
    what, body, problems = WRONG[name]
    force = interim(api)
    before = force.get(ROOT).etag
    answer = force.post(f"{ROOT}/{what}", body)
    assert (answer.status, answer.codes) == (422, problems)
    assert force.get(ROOT).etag == before


def test_a_change_that_would_begin_after_the_end_is_refused_and_a_correction_is_not(api: Apis) -> None:
    force = full(api)
    discharge(force)
    later = {"conditions": [NO_CONTACT], "effective_from": "2026-06-02T10:00:00Z"}
    varied = an_order(change={"kind": "variation", "decided_on": "2026-06-02"}, **later)
    corrected = an_order(change={"kind": "correction", "decided_on": "2026-06-02"}, **{**later, "effective_from": None})
    answer = force.put(f"{ROOT}/versions/2", varied)
    assert (answer.status, answer.code) == (409, "order_ended")
    assert force.put(f"{ROOT}/versions/2", corrected).status == 201
    assert status(force, "2026-06-03T00:00:00Z") == "discharged"


LISTED: dict[str, Json] = {
    "in_force": {},
    "pending": {"effective_from": "2027-06-01T10:00:00Z"},
    "expired": {"made_on": "2021-01-04", "expires_on": "2023-01-03", "effective_from": None},
}


@pytest.mark.parametrize("wanted", LISTED)
def test_the_list_is_asked_by_status_rule_22(api: Apis, wanted: str) -> None:
    for name, changes in LISTED.items():
        body = an_order(**{"conditions": [NO_CONTACT], **changes})
        assert api.force.put(f"force/orders/{name}/versions/1", body).status == 201
    rows = api.force.get(f"force/orders?status={wanted}").body["results"]
    assert [(row["reference"], row["status"]) for row in rows] == [(wanted, wanted)]


@pytest.mark.parametrize("wanted", ["discharged", "quashed", "superseded"])
def test_the_list_knows_how_orders_ended(api: Apis, wanted: str) -> None:
    force = interim(api)
    ends: dict[str, Any] = {"discharged": discharge, "superseded": determine, "quashed": lambda f: appeal(f, **QUASHED)}
    ends[wanted](force)
    found = {s: len(force.get(f"force/orders?status={s}").body["results"]) for s in (wanted, "in_force", "expired")}
    assert found == {wanted: 1, "in_force": 0, "expired": 0}


def test_a_status_that_is_none_is_refused(api: Apis) -> None:
    assert api.force.get("force/orders?status=alive").codes == {("?status", "unknown_value")}
