"""GET|PUT /victim/safe-contact and GET /officer/reports/{id}/safe-contact (rule 74)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from audit.models import Entry
from breaches.contacting import check_may_contact, may_contact
from breaches.models import SafeContact
from common.problems import Forbidden
from tests.support.api import Apis
from tests.support.following import submitted
from tests.support.orders import a_report

EVENINGS = {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "18:00", "to": "20:00"}
SAID = {
    "channels": ["sms", "phone_call"],
    "hours": [EVENINGS],
    "voicemail": False,
    "phone": "07700 900456",
    "code_word": "Is the library open?",
    "language": "Welsh",
    "interpreter": True,
    "who_else_sees_device": "My sister.",
}
MONDAY_EVENING = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
MONDAY_NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def said(api: Apis) -> dict[str, Any]:
    answer = api.victim.put("victim/safe-contact", SAID)
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.body
    return found


@pytest.fixture
def victim(cast: Any) -> UUID:
    return UUID(cast.victim.user_id)


def test_she_reads_back_what_she_said(api: Apis, said: dict[str, Any]) -> None:
    answer = api.victim.get("victim/safe-contact").body
    assert answer == said
    assert {name: answer["safe_contact"][name] for name in SAID} == SAID


def test_before_anybody_asked_nothing_is_safe(api: Apis, victim: UUID) -> None:
    assert api.victim.get("victim/safe-contact").body == {"said_at": None, "safe_contact": None}
    assert not may_contact(victim, "sms", MONDAY_EVENING)


def test_what_she_says_later_counts_and_what_she_said_stays(api: Apis, said: dict[str, Any], victim: UUID) -> None:
    api.victim.put("victim/safe-contact", {"channels": ["email"]})
    assert SafeContact.objects.count() == 2
    assert (may_contact(victim, "sms", MONDAY_EVENING), may_contact(victim, "email", MONDAY_NOON)) == (False, True)


def test_nothing_is_sent_past_it_rule_74(said: dict[str, Any], victim: UUID) -> None:
    """Rule 74: refused as `contact_not_safe`, with every reason and no word of what she said."""
    assert may_contact(victim, "sms", MONDAY_EVENING)
    with pytest.raises(Forbidden) as refused:
        check_may_contact(victim, "email", MONDAY_NOON)
    reasons: Any = refused.value.extra["reasons"]
    assert refused.value.code == "contact_not_safe"
    assert [reason["code"] for reason in reasons] == ["channel_not_safe", "hour_not_safe"]
    assert "library" not in json.dumps(reasons)


def test_it_is_sealed_at_rest(said: dict[str, Any]) -> None:
    sealed = bytes(SafeContact.objects.get().sealed)
    assert not any(word in sealed for word in (b"library", b"07700", b"Welsh"))


def test_an_officer_whose_force_holds_a_report_of_hers_reads_it_and_is_traced(
    api: Apis, order: str, said: dict[str, Any], victim: UUID
) -> None:
    report = submitted(api)
    answer = api.officer.get(f"officer/reports/{report}/safe-contact")
    assert answer.body == said
    entry = Entry.objects.get(verb="safe_contact_read")
    assert (entry.record_ids, entry.action) == ([report, str(victim)], "consultation")


@pytest.mark.parametrize("who", ["force", "officer", "advocate"])
def test_whoever_passed_the_report_on_it_is_hers(api: Apis, order: str, said: dict[str, Any], who: str) -> None:
    by_her = {"role": "protected_person", "protected_person": "P1"}
    where = "victim" if who == "advocate" else who
    body = a_report() if who == "advocate" else a_report(reported_by=by_her)
    report = getattr(api, who).post(f"{where}/reports", body).body["id"]
    assert api.officer.get(f"officer/reports/{report}/safe-contact").body == said


def test_of_somebody_who_is_not_known_there_is_none(api: Apis, order: str, said: dict[str, Any]) -> None:
    api.nobody.post("public/reports", a_report())
    (row,) = api.officer.get("officer/reports").body["results"]
    assert api.officer.get(f"officer/reports/{row['id']}/safe-contact").status == 404


def test_another_force_and_auditors_do_not_read_it(api: Apis, order: str, said: dict[str, Any]) -> None:
    """Rule 80."""
    path = f"officer/reports/{submitted(api)}/safe-contact"
    assert (api.other_officer.get(path).status, api.auditor.get(path).status) == (404, 403)


def test_no_report_shows_it(api: Apis, order: str, said: dict[str, Any]) -> None:
    """Rule 71."""
    report = submitted(api)
    seen = [
        api.officer.get(f"officer/reports/{report}").body,
        api.force.get(f"force/reports/{report}").body,
        api.victim.get(f"victim/reports/{report}").body,
    ]
    assert "library" not in json.dumps(seen)


@pytest.mark.parametrize("who", ["other_victim", "insider"])
def test_nobody_else_reads_it(api: Apis, said: dict[str, Any], who: str) -> None:
    assert getattr(api, who).get("victim/safe-contact").body["safe_contact"] is None
    assert api.advocate.get("victim/safe-contact").status == 403


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        ({}, {("/channels", "required")}),
        ({"channels": ["pigeon"]}, {("/channels/0", "unknown_value")}),
        (
            {"channels": [], "hours": [{"days": [], "from": "24:00", "to": "8"}]},
            {("/hours/0/days", "too_few"), ("/hours/0/from", "bad_format"), ("/hours/0/to", "bad_format")},
        ),
        ({"channels": [], "voicemail": "no"}, {("/voicemail", "wrong_type")}),
        ({"channels": [], "code_word": "x" * 101, "x": 1}, {("/code_word", "too_long"), ("/x", "unknown_field")}),
        ([], {("", "wrong_type")}),
    ],
)
def test_what_is_refused_is_told_all_at_once(api: Apis, body: Any, problems: set[tuple[str, str]]) -> None:
    answer = api.victim.put("victim/safe-contact", body)
    assert (answer.status, answer.codes) == (422, problems)
    assert not SafeContact.objects.exists()
