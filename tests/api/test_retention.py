"""Keeping and letting go, and requests for one's own data (rule 79, trap 28), at /officer/."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Officer
from audit.models import Entry
from retention.models import Disposal, Review
from tests.support.api import Answer, Api, Apis
from tests.support.following import decided, submitted

WHY = {"reason": "Looked at with the case file."}
CANARY = "canary-27-Laburnum-Road"


@pytest.fixture
def report(api: Apis, order: str) -> str:
    """A report that was decided; its id."""
    made = submitted(api, description=CANARY)
    decided(api, made)
    return made


@pytest.fixture
def second(api: Apis, cast: Any) -> Api:
    """Another supervisor of the same force."""
    Officer.objects.filter(user_id=cast.officer.user_id).update(role="supervisor")
    return api.officer


def due_now(report: str, cast: Any) -> None:
    Review.objects.create(
        report=report,
        group=3,
        review_on=date(2026, 1, 1),
        reason="An old review.",
        reviewed_by_id=cast.supervisor.user_id,
        staff_id="x",
    )


def proposed(api: Apis, report: str) -> str:
    answer = api.supervisor.post(f"officer/reports/{report}/retention/disposal", WHY)
    assert answer.status == 201, answer.body
    return str(answer.body["id"])


def test_a_report_nobody_reviewed_is_in_group_2_for_ten_years(api: Apis, report: str) -> None:
    body = api.supervisor.get(f"officer/reports/{report}/retention").body
    year = timezone.now().year + 10
    assert (body["group"], body["review_on"][:4], body["held"], body["reviewed"]) == (2, str(year), False, False)


def test_a_review_puts_it_off_and_says_why(api: Apis, report: str) -> None:
    answer = api.supervisor.post(f"officer/reports/{report}/retention/review", {"group": 3, **WHY})
    assert (answer.status, answer.body["group"], answer.body["reviewed"]) == (201, 3, True)
    assert answer.body["review_on"][:4] == str(timezone.now().year + 6)
    assert Entry.objects.filter(verb="retention_reviewed", record_ids__contains=[report]).count() == 1


def test_what_is_due_is_listed(api: Apis, report: str, cast: Any) -> None:
    assert api.supervisor.get("officer/retention/due").body["results"] == []
    due_now(report, cast)
    assert [r["id"] for r in api.supervisor.get("officer/retention/due").body["results"]] == [report]


def test_disposal_takes_two_named_people(api: Apis, report: str, cast: Any, second: Api) -> None:
    due_now(report, cast)
    disposal = proposed(api, report)
    alone = api.supervisor.post(f"officer/retention/disposals/{disposal}/decision", {"approve": True, **WHY})
    assert (alone.status, alone.code) == (403, "second_person_required")
    answer = second.post(f"officer/retention/disposals/{disposal}/decision", {"approve": True, **WHY})
    assert (answer.status, answer.body["approved"]) == (201, True)
    again = second.post(f"officer/retention/disposals/{disposal}/decision", {"approve": False, **WHY})
    assert (again.status, again.code) == (409, "already_decided")


def refusal(api: Apis, report: str) -> tuple[int, str]:
    answer = api.supervisor.post(f"officer/reports/{report}/retention/disposal", WHY)
    return answer.status, answer.code


def test_what_is_not_due_open_or_held_is_not_proposed(api: Apis, order: str, cast: Any) -> None:
    report = submitted(api)
    assert refusal(api, report) == (409, "still_open")
    decided(api, report)
    assert refusal(api, report) == (409, "not_due")
    due_now(report, cast)
    api.supervisor.post(f"officer/reports/{report}/retention/hold", {"held": True, **WHY})
    assert refusal(api, report) == (409, "held")
    api.supervisor.post(f"officer/reports/{report}/retention/hold", {"held": False, **WHY})
    proposed(api, report)
    assert refusal(api, report) == (409, "disposal_proposed_already")


def test_a_hold_after_the_proposal_stops_it(api: Apis, report: str, cast: Any, second: Api) -> None:
    due_now(report, cast)
    disposal = proposed(api, report)
    api.supervisor.post(f"officer/reports/{report}/retention/hold", {"held": True, **WHY})
    answer = second.post(f"officer/retention/disposals/{disposal}/decision", {"approve": True, **WHY})
    assert (answer.status, answer.code) == (409, "held")


def test_another_force_finds_none_of_it(api: Apis, report: str, cast: Any) -> None:
    due_now(report, cast)
    disposal = Disposal.objects.get(pk=proposed(api, report))
    Officer.objects.filter(user_id=cast.other_officer.user_id).update(role="supervisor")
    tries = [
        api.other_officer.get(f"officer/reports/{report}/retention"),
        api.other_officer.post(f"officer/reports/{report}/retention/hold", {"held": True, **WHY}),
        api.other_officer.post(f"officer/retention/disposals/{disposal.id}/decision", {"approve": True, **WHY}),
    ]
    assert [answer.status for answer in tries] == [404, 404, 404]


def asked(api: Apis, subject: str, **about: Any) -> str:
    body = {"reference": f"SAR-{subject}", "subject": subject, "received_on": "2026-11-02", **about}
    answer = api.supervisor.post("officer/access-requests", body)
    assert answer.status == 201, answer.body
    assert answer.body["due_on"] == "2026-12-02"
    return str(answer.body["id"])


def decide(api: Apis, request: str, record: str, **how: Any) -> Answer:
    return api.supervisor.post(f"officer/access-requests/{request}/decisions", {"record": record, **WHY, **how})


def records(api: Apis, request: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.supervisor.get(f"officer/access-requests/{request}/records").body["results"]
    return found


def answered(api: Apis, request: str) -> dict[str, Any]:
    """Each version of an order given, everything else withheld."""
    for held in records(api, request):
        given = held["kind"] == "order_version"
        how = {"choice": "disclose"} if given else {"choice": "withhold", "ground": "rights_of_others"}
        assert decide(api, request, held["record"], **how).status == 201
    answer = api.supervisor.get(f"officer/access-requests/{request}/pack")
    assert answer.status == 200, answer.body
    body: dict[str, Any] = answer.body
    return body


def test_a_respondents_letter_is_the_same_whether_or_not_anything_was_reported(api: Apis, order: str) -> None:
    """Trap 28."""
    before = answered(api, asked(api, "respondent", orders=[order]))
    submitted(api, description=CANARY)
    after = answered(api, asked(api, "other", orders=[order]))
    assert after["letter"].replace("SAR-other", "SAR-respondent") == before["letter"]
    assert after["enclosed"] == before["enclosed"]
    nothing = api.supervisor.post(
        "officer/access-requests",
        {"reference": "SAR-none", "subject": "respondent", "received_on": "2026-11-02"},
    )
    letter = answered(api, nothing.body["id"])["letter"]
    assert letter.replace("SAR-none", "SAR-respondent") == before["letter"]


def test_the_letter_tells_of_the_right_to_complain(api: Apis, order: str) -> None:
    letter = answered(api, asked(api, "respondent", orders=[order]))["letter"]
    assert "Information Commissioner" in letter
    assert "section 45(4)" in letter


def test_a_respondents_pack_says_nothing_of_her(api: Apis, report: str, order: str) -> None:
    """Rule 71."""
    pack = answered(api, asked(api, "respondent", orders=[order]))
    text = str(pack)
    assert pack["enclosed"][0]["reference"] == order
    assert not any(word in text for word in (CANARY, "zones", "protected_persons", "restricted_name", report))


def test_what_somebody_reported_is_never_given_to_him(api: Apis, report: str, order: str) -> None:
    request = asked(api, "respondent", orders=[order])
    answer = decide(api, request, report, choice="disclose")
    assert (answer.status, answer.codes) == (422, {("/choice", "never_disclosed")})


def test_nothing_leaves_before_each_record_has_its_decision(api: Apis, report: str, order: str) -> None:
    request = asked(api, "respondent", orders=[order])
    answer = api.supervisor.get(f"officer/access-requests/{request}/pack")
    assert (answer.status, answer.code) == (409, "undecided")


def test_the_list_of_what_was_withheld_names_who_decided_and_on_what_ground(api: Apis, report: str, order: str) -> None:
    request = asked(api, "respondent", orders=[order])
    answered(api, request)
    held = next(row for row in records(api, request) if row["kind"] == "report")
    assert (held["choice"], held["ground"], held["reason"]) == ("withhold", "rights_of_others", WHY["reason"])
    assert held["decided_by"]


@pytest.mark.parametrize(
    "how", [{"choice": "withhold"}, {"choice": "disclose", "ground": "public_security"}], ids=["no ground", "a ground"]
)
def test_a_ground_goes_with_withholding_only(api: Apis, order: str, how: dict[str, str]) -> None:
    request = asked(api, "respondent", orders=[order])
    answer = decide(api, request, records(api, request)[0]["record"], **how)
    assert (answer.status, answer.codes) == (422, {("/ground", "ground_mismatch")})


def test_a_protected_person_is_given_what_she_reported(api: Apis, report: str) -> None:
    request = asked(api, "protected_person", report=report)
    [held] = records(api, request)
    assert decide(api, request, held["record"], choice="disclose").status == 201
    pack = api.supervisor.get(f"officer/access-requests/{request}/pack").body
    assert pack["enclosed"][0]["report"]["description"] == CANARY
    entry = Entry.objects.get(verb="access_pack_made")
    assert (entry.action, entry.recipient) == ("disclosure", "data subject SAR-protected_person")


def test_a_request_is_recorded_once_and_about_ones_own_orders(api: Apis, order: str) -> None:
    asked(api, "respondent", orders=[order])
    body = {"reference": "SAR-respondent", "subject": "respondent", "received_on": "2026-11-02"}
    again = api.supervisor.post("officer/access-requests", body)
    assert (again.status, again.code) == (409, "already_recorded")
    elsewhere = {"reference": "SAR-2", "subject": "respondent", "orders": ["NOT-OURS"], "received_on": "2026-11-02"}
    assert api.supervisor.post("officer/access-requests", elsewhere).status == 404
