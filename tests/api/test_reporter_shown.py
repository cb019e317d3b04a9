"""Who reports, as officers see it: role and key openly, a name for a reason (rules 72, 74 and 83)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.utils import timezone

from audit.models import Entry
from breaches.models import ReportCopy
from demo.cast import Cast
from tests.support.api import Answer, Api, Apis
from tests.support.following import claimed, detail, submitted
from tests.support.orders import a_report
from webhooks.models import Event

WHY = "To call her back tonight."
CONTACT = {
    "channels": ["phone_call"],
    "hours": [{"days": ["mon"], "from": "09:00", "to": "12:00"}],
    "phone": "07700 900777",
    "code_word": "tulips",
}


def reveal(client: Api, report: str, *fields: str) -> Answer:
    return client.post(f"officer/reports/{report}/reveal", {"fields": list(fields), "reason": WHY})


def test_officers_see_who_reports_by_role_and_key(api: Apis, order: str) -> None:
    shown = detail(api, submitted(api))["reporter"]
    assert shown == {
        "kind": "victim",
        "role": "protected_person",
        "key": "P1",
        "known": True,
        "passed_on_by": None,
        "safe_contact": {
            "known": False, "said_at": None, "nothing_is_safe": False, "hours": False, "code_word": False,
            "interpreter": False,
        },
    }  # fmt: skip


def test_whether_a_safe_contact_is_known_is_shown_and_never_the_contact_rule_74(api: Apis, order: str) -> None:
    """Rule 74."""
    report = submitted(api)
    assert api.victim.put("victim/safe-contact", CONTACT).status == 200
    body = detail(api, report)
    contact = body["reporter"]["safe_contact"]
    assert (contact["known"], contact["hours"], contact["code_word"], contact["nothing_is_safe"]) == (
        True, True, True, False,
    )  # fmt: skip
    assert not any(word in json.dumps(body) for word in ("900777", "tulips", "09:00"))


def test_that_nothing_is_safe_is_shown(api: Apis, order: str) -> None:
    report = submitted(api)
    api.victim.put("victim/safe-contact", {"channels": []})
    assert detail(api, report)["reporter"]["safe_contact"]["nothing_is_safe"] is True


@pytest.mark.parametrize(
    ("who", "path", "expected"),
    [
        ("advocate", "victim/reports", ("advocate", "advocate", "P1", True, None)),
        ("officer", "officer/reports", ("officer", "protected_person", "P1", True, "4401")),
        ("force", "force/reports", ("force_system", "protected_person", "P1", True, None)),
    ],
)
def test_whoever_passes_it_on_it_is_shown_whose_report_it_is(
    api: Apis, order: str, who: str, path: str, expected: tuple[Any, ...]
) -> None:
    by = {} if who == "advocate" else {"reported_by": {"role": "protected_person", "protected_person": "P1"}}
    report = getattr(api, who).post(path, a_report(**by)).body["id"]
    shown = detail(api, report)["reporter"]
    assert (shown["kind"], shown["role"], shown["key"], shown["known"], shown["passed_on_by"]) == expected


def test_of_whoever_does_not_sign_in_nothing_is_known(api: Apis, order: str) -> None:
    api.nobody.post("public/reports", a_report())
    (row,) = api.officer.get("officer/reports").body["results"]
    shown = detail(api, row["id"])["reporter"]
    assert (shown["kind"], shown["key"], shown["known"]) == ("public", None, False)
    assert reveal(api.officer, row["id"], "name", "account").body == {"name": None, "account": None}


def test_a_name_is_revealed_for_a_reason_that_goes_into_the_trail_rule_72(api: Apis, cast: Cast, order: str) -> None:
    """Rule 72."""
    report = submitted(api)
    claimed(api, report)
    answer = reveal(api.officer, report, "name", "account")
    assert answer.status == 200
    assert answer.body["name"] == {"key": "P1", "family_name": "Osei", "given_names": "Ama"}
    assert answer.body["account"] == {"kind": "victim", "email": cast.victim.email}
    row = Entry.objects.get(verb="reporter_revealed")
    assert (row.record_ids, row.reason_code, row.reason) == ([report], "reveal", f"account, name: {WHY}")
    assert set(reveal(api.officer, report, "name").body) == {"name"}
    assert not Event.objects.filter(type="report.revealed_outside_case").exists()


def test_outside_ones_own_case_it_is_shown_and_alarms(api: Apis, order: str, caplog: pytest.LogCaptureFixture) -> None:
    report = submitted(api)
    assert reveal(api.officer, report, "name").body["name"]["family_name"] == "Osei"
    assert Entry.objects.get(verb="reporter_revealed").reason_code == "break_glass"
    assert Event.objects.filter(type="report.revealed_outside_case", subject=report, force_id="05").count() == 1
    assert [r for r in caplog.records if getattr(r, "event", "") == "reporter_revealed_outside_case"]
    assert "Osei" not in caplog.text


@pytest.mark.parametrize(("who", "status"), [("reviewer", 403), ("auditor", 403), ("other_officer", 404)])
def test_to_others_it_is_not_revealed(api: Apis, order: str, who: str, status: int) -> None:
    assert reveal(getattr(api, who), submitted(api), "name").status == status


@pytest.mark.parametrize("body", [{}, {"fields": [], "reason": WHY}, {"fields": ["phone"], "reason": "x"}])
def test_without_a_reason_or_of_something_else_nothing_is(api: Apis, order: str, body: dict[str, Any]) -> None:
    assert api.officer.post(f"officer/reports/{submitted(api)}/reveal", body).status == 422
    assert not Entry.objects.filter(verb="reporter_revealed").exists()


def test_a_force_to_which_it_is_on_offer_is_not_shown_who_reports_until_it_accepts(api: Apis, order: str) -> None:
    """Rules 72 and 89: it reads what it may soon have to act on, and has no need of an address."""
    report = submitted(api)
    offer = {"force": "06", "reason": "It happened in your area."}
    tag = api.officer.get(f"officer/reports/{report}").etag
    assert api.officer.post(f"officer/reports/{report}/transfer", offer, If_Match=tag).status == 200
    refused = reveal(api.other_officer, report, "account", "name")
    assert (refused.status, refused.code) == (403, "offer_not_accepted")
    assert not Entry.objects.filter(verb="reporter_revealed").exists()
    assert reveal(api.officer, report, "account").status == 200
    tag = api.other_officer.get(f"officer/reports/{report}").etag
    assert api.other_officer.post(f"officer/reports/{report}/transfer/accept", {}, If_Match=tag).status == 200
    assert reveal(api.other_officer, report, "account").status == 200
    assert reveal(api.officer, report, "account").status == 200


def test_a_force_that_reads_along_and_never_had_it_is_not_shown_who_reports(api: Apis, order: str) -> None:
    report = submitted(api)
    ReportCopy.objects.create(report_id=report, force_id="06", why="home_force", copied_at=timezone.now())
    assert api.other_officer.get(f"officer/reports/{report}").status == 200
    refused = reveal(api.other_officer, report, "account")
    assert (refused.status, refused.code) == (403, "read_copy_only")
