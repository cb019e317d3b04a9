"""References on social media (rule 43): proposed at most as possible; a person decides."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breaches.rules import social
from breaches.rules.watching import watched
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
        ({"handle": "@danny_m"}, {}, ("needs_officer", ["handle_alike", "looks_alike"])),
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
    ("changes", "condition", "wanted"),
    [
        # A link alone is enough.
        ({"url": "https://instagram.com/danny.m"}, {}, ("possible", ["indirect_reference", "account_from_link"])),
        (
            {"url": "https://m.instagram.com/danny.m/p/abc/"},
            {"platforms": ["Instagram"]},
            ("possible", ["indirect_reference", "account_from_link"]),
        ),
        ({"url": "https://instagram.com/p/abc"}, {}, ("needs_officer", ["handle_not_known"])),
        (
            {"url": "https://instagram.com/danny_m"},
            {},
            ("needs_officer", ["handle_alike", "looks_alike", "account_from_link"]),
        ),
        (
            {"url": "https://instagrаm.com/danny.m"},
            {},
            ("needs_officer", ["handle_not_known", "link_imitates_platform"]),
        ),
        ({"url": "https://tiktok.com/@a"}, {"platforms": ["instagram"]}, ("not_indicated", ["platform_not_banned"])),
        # Said under her own page: the writer is the one who was named.
        (
            {"url": "https://instagram.com/ama.o", "handle": "danny.m"},
            {},
            ("possible", ["indirect_reference"]),
        ),
        (
            {"url": "https://instagram.com/danny.m", "handle": "somebody", "platform": "tiktok"},
            {"platforms": ["instagram"]},
            ("possible", ["indirect_reference", "account_from_link"]),
        ),
        # A platform that nobody knows by that name may be the one in the condition.
        (
            {"platform": "the gram", "handle": "danny.m"},
            {"platforms": ["instagram"]},
            ("needs_officer", ["platform_not_recognised"]),
        ),
        ({}, {"platforms": ["instagram"]}, ("needs_officer", ["platform_not_recognised"])),
        (
            {"platform": "Insta", "handle": "danny.m"},
            {"platforms": ["instagram"]},
            ("possible", ["indirect_reference"]),
        ),
        ({"url": "not a link"}, {}, ("needs_officer", ["handle_not_known"])),
    ],
)
def test_a_mention_by_its_link(
    changes: dict[str, Any], condition: dict[str, Any], wanted: tuple[str, list[str]]
) -> None:
    """Rule 43: proposed from the text of a link, which nothing opens."""
    order = an_order(conditions=[a_condition(NO_REFERENCE, **condition)])
    report = mention(**{"platform": None, "handle": None, **changes})
    found = finding(judge(report, order), "4")
    assert (found.outcome, codes(found)) == wanted


def test_what_looks_like_a_watch_term_is_told_apart_from_one() -> None:
    order = an_order(conditions=[NO_REFERENCE])
    found = finding(judge(mention(about_me="not_sure", text="thinking of Аmа"), order), "4")
    assert (found.outcome, codes(found)) == ("possible", ["watch_term_alike"])


def test_a_watch_term_of_an_account_that_is_not_known_leaves_it_to_an_officer() -> None:
    found = finding(judge(mention(handle="@somebody", text="#amaosei"), an_order(conditions=[NO_REFERENCE])), "4")
    assert (found.outcome, codes(found)) == ("needs_officer", ["handle_not_known"])


def test_an_end_that_was_not_searched_is_told() -> None:
    long = "x " * social.MOST_TEXT + "Ama"
    found = finding(judge(mention(about_me="not_sure", text=long), an_order(conditions=[NO_REFERENCE])), "4")
    assert codes(found) == ["reference_not_clear", "text_not_all_searched"]


TERMS = ("Ama", "AO", "#amaosei", "Ama Osei-Boateng", "🐝", "2026 plan")


@pytest.mark.parametrize(
    "text",
    ["ama!", "Ａｍａ!", "(AMA)", "Ama's", "#Ama", "#AmaOsei", "#iloveAma", "@ama_o", "#ama2026", "#amaosei", "amaosei",
     "A\u200bma", "\u202eama\u202c", "AO", "ama osei boateng", "Ama\nOsei-Boateng", "#AmaOseiBoateng",
     "a 🐝\ufe0f here", "the 2026 plan"],
)  # fmt: skip
def test_watch_terms_stand_as_whole_words_and_in_tags(text: str) -> None:
    assert watched(text, TERMS) == "there"


@pytest.mark.parametrize(
    "text",
    ["Аmа", "ａｍа", "áma", "ama\u0301", "4ma", "Am@", "arna", "A.m.a", "A m a", "a_m_a", "A0", "#Аmаosei",
     "amaoseiboateng", "Аma Osei-Boateng"],
)  # fmt: skip
def test_what_only_looks_like_a_watch_term_is_alike(text: str) -> None:
    assert watched(text, TERMS) == "alike"


@pytest.mark.parametrize(
    "text",
    ["", " ", "Amazon", "#Amazon", "drama", "#drama", "Ama\u200bzon", "rama", "40 minutes", "plan 2026", "$", "🐞"],
)
def test_what_has_a_watch_term_in_a_longer_word_has_none(text: str) -> None:
    """ "Ama" is not in "Amazon"."""
    assert watched(text, TERMS) is None


@pytest.mark.parametrize("terms", [(), ("",), ("  ",), ("\u200b",)])
def test_an_empty_watch_term_is_in_nothing(terms: tuple[str, ...]) -> None:
    assert watched("anything at all", terms) is None


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40), st.lists(st.text(max_size=12), max_size=3).map(tuple))
def test_any_text_is_searched_for_any_terms(text: str, terms: tuple[str, ...]) -> None:
    assert watched(text, terms) in ("there", "alike", None)


@settings(max_examples=200, deadline=None)
@given(st.from_regex(r"[A-Za-z]{2,8}( [A-Za-z]{2,8})?", fullmatch=True))
def test_a_watch_term_is_found_in_its_own_words(term: str) -> None:
    assert watched(f"so, {term.upper()}: hello", (term,)) == "there"
