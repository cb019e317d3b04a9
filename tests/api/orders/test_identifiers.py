"""POST|GET .../people/{respondent|key}/identifiers, .../{id}/retire: facts about a person (issue 13, line 3)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from accounts.types import Caller
from audit.models import Entry
from breaches import tasks
from breaches.models import Assessment
from breaches.replaying import replay_assessment
from common.ids import uuid7
from orders.models import Order, OrderVersion, PersonIdentifier
from orders.queries import terms_over_own_order
from tests.support.api import Answer, Apis
from tests.support.following import submitted
from tests.support.orders import NO_CONTACT, a_condition, a_report, an_order
from tests.support.restricted import restrict
from webhooks.models import Event

NEW = {"kind": "phone", "value": "07700 900 456"}
WHY = {"reason": "It was written down for the wrong man."}
JUNE = "2026-07-01T00:00:00+01:00"


def call(number: str = "+447700900456", at: str = "2026-11-20T18:10:00Z") -> dict[str, Any]:
    return {"channel": "sms", "at": at, "from": {"kind": "phone", "value": number}}


def called(*calls: dict[str, Any]) -> dict[str, Any]:
    return a_report(kinds=["contact"], behaviours=[], positions=[], contacts=list(calls or [call()]))


def recorded(api: Apis, order: str, body: Any = NEW, *, person: str = "respondent", who: str = "force") -> Answer:
    answer: Answer = getattr(api, who).post(f"{who}/orders/{order}/people/{person}/identifiers", body)
    return answer


def retired(api: Apis, order: str, identifier: str, *, person: str = "respondent", who: str = "force") -> Answer:
    path = f"{who}/orders/{order}/people/{person}/identifiers/{identifier}/retire"
    answer: Answer = getattr(api, who).post(path, WHY)
    return answer


def again() -> None:
    tasks.assess_order_again(str(Order.objects.get().id))


def found(api: Apis, report: str, clause: str = "3") -> tuple[str, list[str]]:
    (finding,) = [
        f for f in api.officer.get(f"officer/reports/{report}").body["assessment"]["findings"] if f["clause"] == clause
    ]
    return finding["outcome"], [reason["code"] for reason in finding["reasons"]]


@pytest.mark.parametrize("who", ["force", "officer"])
def test_a_number_learned_today_is_his_in_every_version_and_makes_none(api: Apis, order: str, who: str) -> None:
    report = api.victim.post("victim/reports", called()).body["id"]
    assert found(api, report) == ("needs_officer", ["sender_not_known"])
    answer = recorded(api, order, who=who)
    assert answer.status == 201 and answer.body["warnings"] == []
    again()
    assert found(api, report) == ("indicated", ["known_identifier"])
    assert OrderVersion.objects.count() == 1
    assert all(replay_assessment(assessment=row).same for row in Assessment.objects.all())


def test_it_counts_at_once_for_a_new_report_and_for_check(api: Apis, order: str) -> None:
    before = api.victim.post("victim/reports", called()).body["id"]
    recorded(api, order)
    after = api.victim.post("victim/reports", called()).body["id"]
    assert [found(api, one)[0] for one in (before, after)] == ["needs_officer", "indicated"]
    asked = api.force.post(
        f"force/orders/{order}/check", {"happened": {"from": "2026-11-20T18:10:00Z"}, "contacts": [call()]}
    )
    assert asked.body["assessment"]["verdict"] == "breach_indicated"


def test_what_any_version_names_counts_in_all(api: Apis, order: str) -> None:
    later = an_order(change={"kind": "variation", "decided_on": "2026-06-01"}, effective_from="2026-06-01T00:00:00Z")
    later["respondent"]["identifiers"] = [NEW]
    assert api.force.put(f"force/orders/{order}/versions/2", later).status == 201
    for number, at in (("07700900123", "2026-11-20T18:10:00Z"), ("07700900456", "2026-04-20T18:10:00Z")):
        sent = called(call(number, at)) | {"happened": {"from": at}}
        report = api.victim.post("victim/reports", sent).body["id"]
        assert found(api, report)[0] == "indicated"


def test_retired_it_counts_at_no_time_and_reports_are_judged_again(api: Apis, order: str) -> None:
    identifier = recorded(api, order).body["id"]
    report = api.victim.post("victim/reports", called()).body["id"]
    answer = retired(api, order, identifier)
    assert answer.status == 200 and answer.body["retired_at"]
    again()
    assert found(api, report) == ("needs_officer", ["sender_not_known"])
    # What was decided by it is worked out again as it was.
    rows = list(Assessment.objects.filter(report_id=report).order_by("assessed_at"))
    assert [(row.verdict, replay_assessment(assessment=row).same) for row in rows] == [
        ("breach_indicated", True),
        ("needs_officer", True),
    ]


def test_retired_twice_is_once(api: Apis, order: str) -> None:
    identifier = recorded(api, order).body["id"]
    first, second = retired(api, order, identifier), retired(api, order, identifier)
    assert (second.status, second.body) == (200, first.body)
    assert Entry.objects.filter(verb="identifier_retired").count() == 1


@pytest.mark.parametrize(
    ("at", "wanted"),
    [
        ("2026-06-20T10:00:00Z", ("indicated", ["known_identifier"])),
        (
            "2026-07-20T10:00:00Z",
            ("possible", ["identifier_alike", "identifier_at_another_time"]),
        ),
    ],
)
def test_a_number_that_was_his_until_june_is_only_like_his_in_july(
    api: Apis, order: str, at: str, wanted: tuple[str, list[str]]
) -> None:
    recorded(api, order, {**NEW, "from": "2026-03-01T00:00:00Z", "until": JUNE})
    report = api.victim.post("victim/reports", called(call(at=at)) | {"happened": {"from": at}}).body["id"]
    assert found(api, report) == wanted
    assert replay_assessment(assessment=Assessment.objects.get()).same


def test_an_incident_over_its_end_or_at_an_unknown_time_is_not_surely_at_its_time(api: Apis, order: str) -> None:
    recorded(api, order, {**NEW, "until": JUNE})
    calls = [{k: v for k, v in call().items() if k != "at"}]
    over = called(*calls) | {"happened": {"from": "2026-06-30T22:00:00Z", "to": "2026-06-30T23:30:00Z"}}
    never = called(*calls) | {"happened": {"from": "last summer"}}
    reports = [api.victim.post("victim/reports", sent).body["id"] for sent in (over, never)]
    assert ["identifier_at_another_time" in found(api, report)[1] for report in reports] == [True, True]


def test_what_a_version_names_counts_always_also_beside_an_end(api: Apis, order: str) -> None:
    recorded(api, order, {"kind": "phone", "value": "07700900123", "until": "2026-04-01T00:00:00Z"})
    report = api.victim.post("victim/reports", called(call("07700 900123"))).body["id"]
    assert found(api, report) == ("indicated", ["known_identifier"])


def test_a_handle_learned_today_counts_for_what_was_posted(api: Apis, order: str) -> None:
    post = {"platform": "instagram", "handle": "@night.owl", "about_me": "direct"}
    sent = a_report(kinds=["social"], behaviours=[], positions=[], social=[post])
    report = api.victim.post("victim/reports", sent).body["id"]
    assert found(api, report, "4")[1] == ["handle_not_known"]
    recorded(api, order, {"kind": "social", "platform": "Instagram", "value": "night.owl"})
    again()
    assert found(api, report, "4") == ("possible", ["direct_reference"])


def test_the_same_again_is_the_same_row_and_with_other_times_another(api: Apis, order: str) -> None:
    one, same = recorded(api, order), recorded(api, order)
    other = recorded(api, order, {**NEW, "until": JUNE})
    assert one.body == same.body and other.body["id"] != one.body["id"]
    retired(api, order, one.body["id"])
    assert recorded(api, order).body["id"] != one.body["id"]
    assert Entry.objects.filter(verb="identifier_recorded").count() == 3


def test_a_protected_persons_makes_no_finding_and_is_shown_to_no_one_else(api: Apis, order: str) -> None:
    """Rule 83; her new number is never his."""
    assert recorded(api, order, person="P1").status == 201
    report = api.victim.post("victim/reports", called()).body
    assert found(api, report["id"]) == ("needs_officer", ["sender_not_known"])
    told = [api.officer.get(f"officer/orders/{order}"), api.force.get(f"force/orders/{order}")]
    told += [api.officer.get(f"officer/orders/{order}/people/P1/identifiers")]
    assert not any("900 456" in json.dumps(answer.body) for answer in told)


def test_values_are_behind_reveal_only(api: Apis, order: str) -> None:
    """Rule 72."""
    recorded(api, order)
    listed = api.officer.get(f"officer/orders/{order}/people/respondent/identifiers").body["results"]
    assert [set(row) for row in listed] == [{"id", "kind", "from", "until", "recorded_at", "retired_at"}]
    asked = {"fields": ["respondent"], "reason": "To compare with the telephone."}
    (shown,) = api.officer.post(f"officer/orders/{order}/reveal", asked).body["respondent"]["learned_identifiers"]
    assert (shown["kind"], shown["value"]) == ("phone", "07700 900 456")
    row = PersonIdentifier.objects.get()
    assert Entry.objects.filter(verb="identifiers_read").latest("id").record_ids[1] == str(row.id)


def test_the_list_says_what_was_known_then(api: Apis, order: str) -> None:
    identifier = recorded(api, order).body
    between = retired(api, order, identifier["id"]).body["retired_at"]
    path = f"force/orders/{order}/people/respondent/identifiers"

    def at(instant: str) -> list[Any]:
        rows = api.force.get(f"{path}?known_at={instant.replace('+', '%2B')}").body["results"]
        return [row["retired_at"] for row in rows]

    assert at("2026-01-01T00:00:00Z") == []
    assert at(identifier["recorded_at"]) == [None]
    assert at(between) == [between]


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        ({}, {("/kind", "required"), ("/value", "required")}),
        (
            {**NEW, "from": "2026-07-01T00:00:00Z", "until": "2026-07-01T00:00:00Z"},
            {("/until", "identifier_ends_before_start")},
        ),
        ({**NEW, "from": "June"}, {("/from", "instant_unreadable")}),
    ],
)
def test_what_is_refused(api: Apis, order: str, body: Any, problems: set[tuple[str, str]]) -> None:
    answer = recorded(api, order, body)
    assert (answer.status, answer.codes) == (422, problems)


@pytest.mark.parametrize("who", ["force", "officer"])
def test_nobody_of_that_key_and_no_such_identifier_are_not_found(api: Apis, order: str, who: str) -> None:
    assert recorded(api, order, person="P9", who=who).status == 404
    assert retired(api, order, str(uuid7()), who=who).status == 404
    identifier = recorded(api, order, who=who).body["id"]
    assert retired(api, order, identifier, person="P1", who=who).status == 404
    assert recorded(api, order, who="other_force").status == 404 if who == "force" else True


def test_the_same_person_is_found_in_another_order_by_what_was_learned(api: Apis, order: str) -> None:
    """Rule 86."""
    other = an_order(conditions=[a_condition(NO_CONTACT)])
    other["respondent"] = {
        "family_name": "Other", "given_names": "Man", "date_of_birth": None, "also_known_as": [], "identifiers": [NEW],
    }  # fmt: skip
    assert api.force.put("force/orders/OTHER/versions/1", other).status == 201
    assert api.officer.get(f"officer/orders/{order}/same-person").body["matches"] == []
    identifier = recorded(api, order).body["id"]
    (match,) = api.officer.get(f"officer/orders/{order}/same-person").body["matches"]
    assert (match["order"], match["rests_on"]) == ("OTHER", ["phone"])
    retired(api, order, identifier)
    assert api.officer.get(f"officer/orders/{order}/same-person").body["matches"] == []


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({"kind": "phone", "value": "TBC"}, {("/value", "identifier_unusable")}),
        ({"kind": "email", "value": "d.marsh at example"}, {("/value", "identifier_unusable")}),
        ({"kind": "Mobile", "value": "07700 900456 / 07700 900457"}, {("/value", "identifier_taken_apart")}),
        ({"kind": "vehicle", "value": "AB12 CDE"}, set()),
    ],
)
def test_what_can_never_match_is_told_and_recorded_all_the_same(
    api: Apis, order: str, body: Any, codes: set[tuple[str, str]]
) -> None:
    """Line 15, at this door as at the others."""
    answer = recorded(api, order, body)
    assert (answer.status, {(w["pointer"], w["code"]) for w in answer.body["warnings"]}) == (201, codes)


def test_two_numbers_in_one_field_are_both_his_and_both_marks(api: Apis, order: str) -> None:
    other = an_order(conditions=[a_condition(NO_CONTACT)])
    other["respondent"] = {**other["respondent"], "family_name": "Other", "also_known_as": [], "identifiers": [NEW]}
    assert api.force.put("force/orders/OTHER/versions/1", other).status == 201
    recorded(api, order, {"kind": "phone", "value": "07700 900455 / 07700 900456"})
    report = api.victim.post("victim/reports", called(call("07700900455"))).body["id"]
    assert found(api, report) == ("indicated", ["known_identifier"])
    (match,) = api.officer.get(f"officer/orders/{order}/same-person").body["matches"]
    assert match["rests_on"] == ["phone"]


def test_a_write_moves_the_etag(api: Apis, order: str) -> None:
    first = recorded(api, order)
    second = retired(api, order, first.body["id"])
    assert len({first.etag, second.etag, api.force.get(f"force/orders/{order}").etag}) == 2


def test_no_answer_and_no_trace_repeats_it(api: Apis, order: str) -> None:
    identifier = recorded(api, order).body["id"]
    retired(api, order, identifier)
    entries = Entry.objects.filter(verb__in=["identifier_recorded", "identifier_retired"])
    assert not any("900" in f"{e.reason}{e.reason_code}" or "wrong man" in e.reason for e in entries)
    row = PersonIdentifier.objects.get()
    assert row.said["value"] == NEW["value"] and row.retired_why == WHY["reason"]


def test_a_closed_order_is_not_there(api: Apis, order: str) -> None:
    """Rule 81."""
    Order.objects.update(restricted=True)
    assert recorded(api, order).status == 404
    assert api.officer.get(f"officer/orders/{order}/people/respondent/identifiers").status == 404


def test_terms_come_in_one_statement_whatever_was_learned(
    api: Apis, order: str, django_assert_num_queries: Any
) -> None:
    recorded(api, order)
    caller = Caller(kind="force_system", id="x", force="05")
    with django_assert_num_queries(1):
        terms = terms_over_own_order(order, caller=caller)
    assert terms is not None and len(terms.learned) == 1


# ---- told ----------------------------------------------------------------------------------------------------------


def told(force: str) -> list[tuple[str, str, str]]:
    rows = Event.objects.filter(type="order.identifiers_changed", force_id=force).order_by("id")
    return [(row.reference, row.state, str(row.subject)) for row in rows]


def test_that_identifiers_changed_is_told_without_any_value(api: Apis, order: str) -> None:
    """Rules 73 and 76: once for each that was recorded or retired, whosever it is."""
    row = str(Order.objects.get().id)
    identifier = recorded(api, order).body["id"]
    recorded(api, order)
    assert told("05") == [(order, "in_force", row)]
    recorded(api, order, person="P1")
    retired(api, order, identifier)
    retired(api, order, identifier)
    assert told("05") == [(order, "in_force", row)] * 3
    (shown, *_) = [e for e in api.force.get("force/events").body["results"] if e["type"] == "order.identifiers_changed"]
    assert set(shown["data"]) == {"id", "reference", "state"}
    assert "900" not in json.dumps(shown["data"]["reference"])


def test_a_force_that_works_on_a_report_under_the_order_is_told_as_well(api: Apis, order: str) -> None:
    """What it decides by may come out otherwise. Of her own numbers it is not told: nothing is judged by them."""
    report = submitted(api)
    offer = {"force": "06", "reason": "It happened in your area."}
    tag = api.officer.get(f"officer/reports/{report}").etag
    assert api.officer.post(f"officer/reports/{report}/transfer", offer, If_Match=tag).status == 200
    recorded(api, order)
    assert told("06") == []
    tag = api.other_officer.get(f"officer/reports/{report}").etag
    assert api.other_officer.post(f"officer/reports/{report}/transfer/accept", {}, If_Match=tag).status == 200
    recorded(api, order, {**NEW, "value": "07700 900 457"}, person="P1")
    assert told("06") == []
    recorded(api, order, {**NEW, "value": "07700 900 458"})
    assert len(told("06")) == 1
    assert "order.identifiers_changed" in [e["type"] for e in api.other_force.get("force/events").body["results"]]


def test_of_a_restricted_order_nobody_is_told_rule_81(api: Apis, order: str) -> None:
    """Rule 81."""
    assert restrict(api).status == 201
    recorded(api, order)
    assert not Event.objects.filter(type="order.identifiers_changed", quiet=False).exists()
