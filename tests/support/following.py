"""Reports taken a step further by their own verbs: claimed, asked about, verified."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.api import Answer, Apis
from tests.support.orders import a_report

REASON = {"reason": "What the camera shows settles it."}


def submitted(api: Apis, **changes: Any) -> str:
    """A report of the victim's; its id."""
    answer = api.victim.post("victim/reports", a_report(**changes))
    assert answer.status == 201, answer.body
    return str(answer.body["id"])


def claimed(api: Apis, report: str) -> Answer:
    answer = api.officer.post(f"officer/reports/{report}/claim", {})
    assert answer.status == 200, answer.body
    return answer


def asked(api: Apis, report: str, question: str = "Was anybody with you?") -> Answer:
    """Claimed, and its reporter asked something."""
    claimed(api, report)
    body = {"question": question, "due": in_hours(24)}
    answer = api.officer.post(f"officer/reports/{report}/request-information", body)
    assert answer.status == 200, answer.body
    return answer


def decided(api: Apis, report: str) -> Answer:
    """Claimed, and found to show no breach."""
    tag = claimed(api, report).etag
    answer = api.officer.post(f"officer/reports/{report}/not-verified", REASON, If_Match=tag)
    assert answer.status == 200, answer.body
    return answer


def followed_up(api: Apis, report: str) -> Answer:
    """Verified, and claimed again by whoever follows it up."""
    answer = claimed(api, report)
    needed = [f for f in answer.body["assessment"]["findings"] if f["outcome"] != "not_applicable"]
    views = [{"clause": f["clause"], "view": "agree", "reason": "Seen on the camera."} for f in needed]
    body = {"findings": views, "offences": ["ST19001"]}
    verified = api.officer.post(f"officer/reports/{report}/verify", body, If_Match=answer.etag)
    assert verified.status == 200, verified.body
    return claimed(api, report)


def detail(api: Apis, report: str) -> dict[str, Any]:
    body: dict[str, Any] = api.officer.get(f"officer/reports/{report}").body
    return body


def in_hours(hours: float) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()
