"""References on social media (rule 43): proposed at most as possible; a person decides."""

from __future__ import annotations

from typing import Any

import pytest

from breaches.rules.social import watched
from tests.support.orders import NO_REFERENCE, a_condition, a_report, an_order
from tests.support.terms import codes, finding, judge


def mention(**changes: Any) -> dict[str, Any]:
    item = {"platform": "instagram", "handle": "@danny.m", "text": "nice day", "about_me": "indirect", **changes}
    return a_report(kinds=["social"], behaviours=[], positions=[], social=[item])


@pytest.mark.parametrize(
    ("changes", "condition", "wanted"),
    [
        ({"about_me": "direct"}, {}, ("possible", ["direct_reference"])),
        ({}, {}, ("possible", ["indirect_reference"])),
        ({}, {"indirect": False}, ("not_indicated", ["indirect_not_banned"])),
        ({"about_me": "not_sure"}, {}, ("needs_officer", ["reference_not_clear"])),
        ({"about_me": "not_sure", "text": "for #AmaOsei"}, {}, ("possible", ["watch_term"])),
        ({"about_me": "not_sure", "text": "ama, I know"}, {}, ("possible", ["watch_term"])),
        ({"about_me": "not_sure", "text": "Amazon parcels"}, {}, ("needs_officer", ["reference_not_clear"])),
        ({"handle": "@somebody"}, {}, ("needs_officer", ["handle_not_known"])),
        ({"handle": "@dannyy.m"}, {}, ("needs_officer", ["handle_not_known"])),
        ({"handle": "@danny_m"}, {}, ("needs_officer", ["handle_alike"])),
        ({"platform": "tiktok"}, {"platforms": ["instagram"]}, ("not_indicated", ["platform_not_banned"])),
        ({"platform": "INSTAGRAM"}, {"platforms": ["Instagram"]}, ("possible", ["indirect_reference"])),
    ],
)
def test_mention(changes: dict[str, Any], condition: dict[str, Any], wanted: tuple[str, list[str]]) -> None:
    order = an_order(conditions=[a_condition(NO_REFERENCE, **condition)])
    found = finding(judge(mention(**changes), order), "4")
    assert (found.outcome, codes(found)) == wanted


def test_never_more_than_possible() -> None:
    order = an_order(conditions=[NO_REFERENCE])
    assert judge(mention(about_me="direct", text="Ama Ama #amaosei"), order).name == "possible_breach"


def test_a_reference_without_details_needs_an_officer() -> None:
    told = a_report(kinds=[], behaviours=["posting_online"], positions=[])
    found = finding(judge(told, an_order(conditions=[NO_REFERENCE])), "4")
    assert codes(found) == ["social_without_details"]


@pytest.mark.parametrize(
    ("text", "term", "there"),
    [
        ("Ａｍａ!", "ama", True),
        ("#amaosei", "#amaosei", True),
        ("x", "  ", False),
        ("a.a", "a.a", True),
        ("axa", "a.a", False),
    ],
)
def test_watch_terms_are_whole_words_in_any_form(text: str, term: str, there: bool) -> None:
    assert watched(text, (term,)) is there
