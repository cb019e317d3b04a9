"""Who wrote, told over the API: `POST /force/orders/{reference}/check` with contacts and links (rules 42 and 43)."""

from __future__ import annotations

from typing import Any

import pytest

from breaches.models import Assessment
from breaches.replaying import replay_assessment
from tests.support.api import Apis
from tests.support.orders import a_report

HAPPENED = {"from": "2026-11-20T18:05:00+00:00", "to": "2026-11-20T18:20:00+00:00"}
LINK = "https://www.instagram.com/danny.m/?hl=en"


def asked(api: Apis, order: str, clause: str, **body: Any) -> tuple[str, list[str]]:
    answer = api.force.post(f"force/orders/{order}/check", {"happened": HAPPENED, **body})
    assert answer.status == 200, answer.body
    (finding,) = [f for f in answer.body["assessment"]["findings"] if f["clause"] == clause]
    return finding["outcome"], [reason["code"] for reason in finding["reasons"]]


@pytest.mark.parametrize(
    ("sender", "wanted"),
    [
        ({"kind": "phone", "value": "+44 (0)7700 900 123"}, ("indicated", ["known_identifier"])),
        ({"kind": "phone", "value": "900123"}, ("possible", ["identifier_alike", "part_of_number"])),
        ({"kind": "phone", "value": "07700 900 199"}, ("needs_officer", ["sender_not_known"])),
        ({"kind": "phone", "value": "Anonymous"}, ("needs_officer", ["sender_not_known", "sender_withheld"])),
        ({"kind": "social", "value": LINK}, ("indicated", ["known_identifier"])),
        ({"kind": "social", "platform": "instagram", "value": "x" * 10_000}, ("needs_officer", ["sender_not_known"])),
    ],
)
def test_exact_alike_and_unknown_are_different_answers_rule_42(
    api: Apis, order: str, sender: dict[str, str], wanted: tuple[str, list[str]]
) -> None:
    """Rule 42: each with its reasons."""
    assert asked(api, order, "3", contacts=[{"channel": "sms", "from": sender}]) == wanted


def test_a_link_alone_is_enough_for_a_mention_rule_43(api: Apis, order: str) -> None:
    """Rule 43: nothing but a pasted link, which nobody opens; proposed, never more than possible."""
    wanted = ("possible", ["direct_reference", "account_from_link"])
    assert asked(api, order, "4", social=[{"url": LINK, "about_me": "direct"}]) == wanted


def test_a_verdict_by_a_link_is_worked_out_again_the_same(api: Apis, order: str) -> None:
    """Rule 51: the link is kept with the question."""
    report = a_report(kinds=["social"], positions=[], social=[{"url": LINK, "about_me": "indirect"}])
    assert api.victim.post("victim/reports", report).status == 201
    kept = Assessment.objects.get()
    assert kept.verdict == "possible_breach"
    assert replay_assessment(assessment=kept).same
