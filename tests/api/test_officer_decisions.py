"""Claim, release, verify, not-verified: by the right person, on the version they saw, from the right state."""

from __future__ import annotations

from typing import Any

import pytest

from audit.models import Entry
from breaches.models import Decision, Move
from tests.support.api import Answer, Apis
from tests.support.orders import EXCLUSION, NO_APPROACH, ZONE_A, a_condition, a_report, an_order, register
from webhooks.models import Event

VIEW = {"clause": "1", "view": "agree", "reason": "Seen on the doorstep camera."}
APPROACH = {"clause": "5", "view": "cannot_say", "reason": "She did not see how near he came."}
VERIFY = {"findings": [VIEW, APPROACH], "offences": ["ST19001"]}
WHY_NOT = {"reason": "The camera shows another man."}


@pytest.fixture
def report(api: Apis, order: str) -> str:
    return str(api.victim.post("victim/reports", a_report()).body["id"])


def verb(api: Apis, report: str, name: str, body: Any = None, who: str = "officer", **headers: str) -> Answer:
    answer: Answer = getattr(api, who).post(f"officer/reports/{report}/{name}", body or {}, **headers)
    return answer


def claimed(api: Apis, report: str, who: str = "officer") -> dict[str, str]:
    """Claim it; the header that a decision then needs."""
    answer = verb(api, report, "claim", who=who)
    assert answer.status == 200, answer.body
    return {"If_Match": answer.etag}


def test_claim_review_verify_follow_up(api: Apis, report: str) -> None:
    """Rules 45 and 46: the whole way, each move stamped."""
    tag = claimed(api, report)
    answer = verb(api, report, "verify", VERIFY, **tag)
    assert (answer.status, answer.body["state"], answer.body["claimed_by"]) == (200, "verified", None)
    rows = api.officer.get("officer/reports?queue=follow_up").body["results"]
    assert [row["id"] for row in rows] == [report]
    assert [(m["verb"], m["by"]) for m in answer.body["moves"]] == [("claim", "4401"), ("verify", "4401")]
    decision = answer.body["decisions"][0]
    assert (decision["kind"], decision["by"], decision["offences"]) == ("verified", "4401", ["ST19001"])


def test_every_move_tells_the_force_and_leaves_a_trace(api: Apis, report: str) -> None:
    tag = claimed(api, report)
    verb(api, report, "verify", VERIFY, **tag)
    events = Event.objects.filter(subject=report).order_by("id").values_list("type", flat=True)
    assert list(events) == ["report.received", "report.claimed", "report.verified"]
    assert Entry.objects.filter(verb="report_verify", record_ids=[report]).count() == 1


def test_not_verified_is_kept_with_its_reason(api: Apis, report: str) -> None:
    tag = claimed(api, report)
    answer = verb(api, report, "not-verified", WHY_NOT, **tag)
    assert (answer.body["state"], answer.body["decisions"][0]["reason"]) == ("not_verified", WHY_NOT["reason"])
    assert api.victim.get(f"victim/reports/{report}").body["status"] == "closed"


def test_release_puts_it_back(api: Apis, report: str) -> None:
    claimed(api, report)
    assert verb(api, report, "release").body["state"] == "received"
    assert verb(api, report, "claim", who="reviewer").status == 200


def test_follow_up_is_claimed_by_officers_not_reviewers(api: Apis, report: str) -> None:
    verb(api, report, "verify", VERIFY, **claimed(api, report))
    refused = verb(api, report, "claim", who="reviewer")
    assert (refused.status, refused.code) == (403, "wrong_role")
    assert verb(api, report, "claim").body["state"] == "in_follow_up"
    assert verb(api, report, "release").body["state"] == "verified"


@pytest.mark.parametrize("name", ["release", "verify", "not-verified"])
def test_a_move_that_is_not_in_the_table_tells_which_are(api: Apis, report: str, name: str) -> None:
    tag = api.officer.get(f"officer/reports/{report}").etag
    answer = verb(api, report, name, VERIFY, If_Match=tag)
    assert (answer.status, answer.code) == (409, "illegal_transition")
    assert answer.body["allowed"] == ["claim", "order", "transfer"]


def test_a_claimed_report_cannot_be_claimed_again(api: Apis, report: str) -> None:
    claimed(api, report)
    for who in ("officer", "reviewer"):
        assert (again := verb(api, report, "claim", who=who)).status == 409
        assert again.body["allowed"] == [
            "not-verified", "order", "release", "request-information", "takeover", "transfer", "verify"
        ]  # fmt: skip


@pytest.mark.parametrize(("name", "body"), [("release", {}), ("verify", VERIFY), ("not-verified", WHY_NOT)])
def test_only_the_holder_moves_it_on(api: Apis, report: str, name: str, body: Any) -> None:
    tag = claimed(api, report)
    answer = verb(api, report, name, body, who="reviewer", **tag)
    assert (answer.status, answer.code) == (403, "not_holder")


@pytest.mark.parametrize(("name", "body"), [("verify", VERIFY), ("not-verified", WHY_NOT)])
def test_a_decision_needs_the_version_that_was_seen(api: Apis, report: str, name: str, body: Any) -> None:
    old = api.officer.get(f"officer/reports/{report}").etag
    claimed(api, report)
    assert verb(api, report, name, body).status == 428
    stale = verb(api, report, name, body, If_Match=old)
    assert (stale.status, stale.code) == (412, "stale")
    assert not Decision.objects.exists()


def test_a_weak_etag_does_not_match(api: Apis, report: str) -> None:
    tag = claimed(api, report)
    assert verb(api, report, "verify", VERIFY, If_Match="W/" + tag["If_Match"]).status == 412


NOTHING = {(where, "nothing_verified") for where in ("/findings", "/reason", "/offences")}


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        ({"findings": []}, {("/findings", "finding_view_missing"), *NOTHING}),
        ({"findings": [VIEW]}, {("/findings", "finding_view_missing")}),
        ({}, {("/findings", "required")}),
        (
            {"findings": [{**VIEW, "view": "maybe", "reason": "short"}, APPROACH]},
            {("/findings/0/view", "unknown_value"), ("/findings/0/reason", "reason_length"), *NOTHING},
        ),
        ({"findings": [VIEW, APPROACH, {**VIEW, "clause": "77"}]}, {("/findings/2/clause", "finding_unknown")}),
        ({"findings": [VIEW, APPROACH, VIEW]}, {("/findings/2/clause", "finding_repeated")}),
        ({**VERIFY, "offences": ["ST19001", "XX"]}, {("/offences/1", "offence_unknown")}),
        ({"findings": [{**VIEW, "reason": "x" * 2001}, APPROACH]}, {("/findings/0/reason", "reason_length")}),
        (
            {**VERIFY, "reasonable_excuse": {"claimed": "no"}},
            {("/reasonable_excuse/claimed", "wrong_type"), ("/reasonable_excuse/view", "required")},
        ),
    ],
)
def test_a_decision_lacking_something_is_told_all(
    api: Apis, report: str, body: Any, problems: set[tuple[str, str]]
) -> None:
    answer = verb(api, report, "verify", body, **claimed(api, report))
    assert (answer.status, answer.codes) == (422, problems)
    assert api.officer.get(f"officer/reports/{report}").body["state"] == "in_review"


@pytest.mark.parametrize("reason", ["", "too short", "x" * 2001])
def test_not_verified_needs_a_reason_of_ten_to_two_thousand_characters(api: Apis, report: str, reason: str) -> None:
    answer = verb(api, report, "not-verified", {"reason": reason}, **claimed(api, report))
    assert answer.status == 422
    assert {pointer for pointer, _ in answer.codes} == {"/reason"}


def test_whoever_approved_a_zone_cannot_verify_what_rests_on_it(api: Apis, report: str) -> None:
    """Rule 46."""
    tag = claimed(api, report, who="supervisor")
    answer = verb(api, report, "verify", VERIFY, who="supervisor", **tag)
    assert (answer.status, answer.code) == (403, "not_independent")
    assert verb(api, report, "release", who="supervisor").status == 200


def test_whoever_drew_a_zone_cannot_verify_what_rests_on_it(api: Apis, cast: Any) -> None:
    zone = {**ZONE_A, "drawn_by": {"name": "Officer", "staff_id": "4401"}}
    register(api, cast, an_order(conditions=[a_condition(EXCLUSION, zones=[zone]), NO_APPROACH]))
    report = api.victim.post("victim/reports", a_report()).body["id"]
    answer = verb(api, report, "verify", VERIFY, **claimed(api, report))
    assert (answer.status, answer.code) == (403, "not_independent")


def test_a_claimed_excuse_is_kept_with_the_officers_view_rule_44(api: Apis, report: str) -> None:
    """Rule 44: the software never decides it."""
    excuse = {"claimed": True, "view": "He says that he was going to the dentist."}
    answer = verb(api, report, "verify", {**VERIFY, "reasonable_excuse": excuse}, **claimed(api, report))
    assert answer.body["decisions"][0]["reasonable_excuse"] == excuse


def test_a_report_by_telephone_can_be_named_by_its_reference(api: Apis, report: str) -> None:
    reference = api.officer.get(f"officer/reports/{report}").body["reference"]
    assert verb(api, reference, "claim").body["id"] == report


@pytest.mark.parametrize("name", ["", "/claim", "/release", "/verify", "/not-verified"])
def test_another_forces_report_is_not_there(api: Apis, report: str, name: str) -> None:
    """Rule 80: 404, not 403."""
    path = f"officer/reports/{report}{name}"
    answer = api.other_officer.post(path, {}) if name else api.other_officer.get(path)
    assert (answer.status, answer.code) == (404, "not_found")


@pytest.mark.parametrize("name", ["claim", "release", "verify", "not-verified"])
def test_auditors_look_and_move_nothing(api: Apis, report: str, name: str) -> None:
    assert api.auditor.get(f"officer/reports/{report}").status == 200
    answer = api.auditor.post(f"officer/reports/{report}/{name}", {})
    assert (answer.status, answer.code) == (403, "wrong_role")
    assert not Move.objects.exists()


def test_what_is_allowed_is_what_this_officer_can_do(api: Apis, report: str) -> None:
    assert api.officer.get(f"officer/reports/{report}").body["allowed"] == ["claim", "order", "transfer"]
    assert api.auditor.get(f"officer/reports/{report}").body["allowed"] == []
    claimed(api, report, who="supervisor")
    assert api.supervisor.get(f"officer/reports/{report}").body["allowed"] == [
        "not-verified",
        "order",
        "release",
        "request-information",
        "transfer",
    ]


def test_reading_changes_no_etag_and_moving_does(api: Apis, report: str) -> None:
    first, second = (api.officer.get(f"officer/reports/{report}").etag for _ in range(2))
    assert first == second
    assert verb(api, report, "claim").etag != first


@pytest.mark.parametrize(
    ("body", "status"), [(b"{bad", 400), (b'{"x": 1}', 422), (b"[1]", 422), (b"", 200), (b"{}", 200)]
)
@pytest.mark.parametrize("name", ["claim", "release"])
def test_a_verb_that_needs_no_words_takes_none(api: Apis, report: str, name: str, body: bytes, status: int) -> None:
    if name == "release":
        claimed(api, report)
    before = api.officer.get(f"officer/reports/{report}").body["state"]
    assert api.officer.post(f"officer/reports/{report}/{name}", body).status == status
    after = api.officer.get(f"officer/reports/{report}").body["state"]
    assert (after == before) is (status != 200)
