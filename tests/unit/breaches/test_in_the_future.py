"""What lies more than 15 minutes ahead of its telling is left to an officer (issue 13, line 16)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from breaches.reading import as_told_at
from breaches.rules import assess
from breaches.types import Interval, Verdict
from breaches.written import facts_from_json, facts_json
from common.london import LONDON
from tests.support.orders import EXCLUSION, NO_CONTACT, NO_REFERENCE, a_position, a_report, an_order
from tests.support.terms import NOW, codes, facts_of, finding, judge, terms_of

ORDER = an_order(conditions=[EXCLUSION, NO_CONTACT, NO_REFERENCE])
CALL = {"channel": "sms", "from": {"kind": "phone", "value": "07700 900123"}}
POST = {"platform": "instagram", "handle": "@danny.m", "about_me": "direct"}


def at(minutes: int) -> str:
    return (NOW + timedelta(minutes=minutes)).isoformat()


def said(verdict: Verdict, clause: str) -> tuple[str, str | None, bool]:
    found = finding(verdict, clause)
    return found.outcome, found.outcome_otherwise, "occurred_in_future" in codes(found)


@pytest.mark.parametrize("recorded_at", [at(16), None])
def test_what_lies_more_than_15_minutes_in_the_future_needs_an_officer(recorded_at: str | None) -> None:
    verdict = judge(a_report(happened={"from": at(16)}, positions=[a_position(recorded_at=recorded_at)]), ORDER)
    assert said(verdict, "1") == ("needs_officer", "indicated", True)
    assert (verdict.name, [r.code for r in verdict.reasons]) == ("needs_officer", ["occurred_in_future"])


def test_clocks_may_differ_by_15_minutes() -> None:
    verdict = judge(a_report(happened={"from": at(15)}, positions=[a_position(recorded_at=None)]), ORDER)
    assert (verdict.name, verdict.reasons) == ("breach_indicated", ())


def test_about_does_not_make_it_less_of_the_future() -> None:
    happened = {"from": at(20), "certainty": "about"}
    assert judge(a_report(happened=happened, positions=[a_position(recorded_at=None)]), ORDER).name == "needs_officer"


@pytest.mark.parametrize(
    ("clause", "otherwise", "item"),
    [
        ("1", "indicated", {"positions": [a_position(recorded_at=at(60))]}),
        ("1", "not_indicated", {"positions": [a_position(recorded_at=at(60), longitude=-2.9)]}),
        ("3", "indicated", {"contacts": [{**CALL, "at": at(60)}]}),
        ("4", "possible", {"social": [{**POST, "seen_at": at(60)}]}),
    ],
)
def test_a_single_thing_of_the_future_makes_nothing_indicated(clause: str, otherwise: str, item: Any) -> None:
    verdict = judge(a_report(**{"kinds": [], "behaviours": [], "positions": [], **item}), ORDER)
    assert said(verdict, clause) == ("needs_officer", otherwise, True)
    assert verdict.name == "needs_officer"


def test_an_outside_position_beside_one_of_the_future_is_not_a_no() -> None:
    outside = a_position(longitude=-2.9, recorded_at=None)
    verdict = judge(a_report(behaviours=[], positions=[outside, a_position(recorded_at=at(60))]), ORDER)
    assert said(verdict, "1") == ("needs_officer", "indicated", True)


def test_a_call_of_today_beside_one_of_the_future_still_counts() -> None:
    calls = [{**CALL, "at": at(60)}, {**CALL, "at": at(-60)}]
    verdict = judge(a_report(positions=[], kinds=[], behaviours=[], contacts=calls), ORDER)
    assert (verdict.name, finding(verdict, "3").outcome) == ("breach_indicated", "indicated")


@pytest.mark.parametrize("item", [{}, {"contacts": [{**CALL, "at": "2036-11-20T18:05:00Z"}]}])
def test_a_slip_of_ten_years_is_not_told_as_no_order_in_force(item: Any) -> None:
    verdict = judge(a_report(happened={"from": "2036-11-20T18:05:00Z"}, **item), ORDER)
    assert (verdict.name, verdict.reasons[0].code) == ("needs_officer", "occurred_in_future")


def test_a_call_after_the_order_has_run_out_in_the_future_is_for_an_officer() -> None:
    call = {**CALL, "at": "2036-11-20T18:05:00Z"}
    verdict = judge(a_report(positions=[], kinds=[], behaviours=[], contacts=[call]), ORDER)
    assert said(verdict, "3") == ("needs_officer", None, True)


def test_an_interval_reversed_by_a_slip_of_the_year_is_of_the_future() -> None:
    happened = {"from": "2027-11-20T18:05:00Z", "to": "2026-11-20T18:20:00Z"}
    assert judge(a_report(happened=happened, positions=[], contacts=[CALL]), ORDER).name == "needs_officer"


def test_what_was_in_the_future_when_it_was_told_stays_so_when_judged_again_years_later() -> None:
    stored = facts_json(facts_of(a_report(happened={"from": at(60)}, positions=[a_position(recorded_at=None)])))
    assert assess(facts_from_json(stored), terms_of(ORDER)).name == "needs_officer"


def test_facts_kept_before_this_was_written_down_are_held_against_when_they_were_told() -> None:
    facts = facts_of(a_report(happened={"from": at(60)}, contacts=[{**CALL, "at": at(60)}]), now=NOW + timedelta(9))
    assert not facts.interval.ahead  # type: ignore[union-attr]
    again = as_told_at(facts, NOW)
    assert again == facts_of(a_report(happened={"from": at(60)}, contacts=[{**CALL, "at": at(60)}]))


# ---- only the end lies ahead ---------------------------------------------------------------------------------------


def until(end: str, **more: Any) -> Any:
    """From an hour before it was told; he was placed inside then."""
    happened = {"from": at(-60), "to": end}
    return a_report(**{"happened": happened, "positions": [a_position(recorded_at=None)], **more})


def test_what_goes_on_into_the_future_is_judged_up_to_now_and_the_rest_is_told() -> None:
    verdict = judge(until(at(60 * 24 * 30)), ORDER)
    assert (verdict.name, [r.code for r in verdict.reasons]) == ("breach_indicated", ["occurred_in_future"])
    interval = facts_of(until(at(60 * 24 * 30))).interval
    assert interval is not None
    assert (interval.end, interval.ahead, interval.ends_ahead) == (NOW, False, True)


@pytest.mark.parametrize("minutes", [0, 5, 15])
def test_an_end_within_15_minutes_is_a_clock_and_nothing_is_told(minutes: int) -> None:
    verdict = judge(until(at(minutes)), ORDER)
    assert (verdict.name, verdict.reasons) == ("breach_indicated", ())


def test_an_end_in_the_future_is_never_a_silent_no() -> None:
    """A slip of the year in the end: he may have come later than he was placed elsewhere."""
    outside = a_position(longitude=-2.9, recorded_at=None)
    verdict = judge(until(at(60 * 24 * 365), positions=[outside], behaviours=[]), ORDER)
    assert said(verdict, "1") == ("possible", None, True)
    assert verdict.name == "possible_breach"


def test_an_end_in_the_future_before_any_order_is_not_told_as_no_order_in_force() -> None:
    happened = {"from": "2020-11-20T18:05:00Z", "to": "2020-11-20T18:20:00Z"}
    assert judge(a_report(happened=happened, positions=[]), ORDER).name == "no_order_in_force"
    before = an_order(
        conditions=[EXCLUSION], effective_from="2029-01-01T00:00:00+00:00", duration={"until_further_order": True}
    )
    verdict = judge(until(at(60 * 24 * 1500)), before)
    assert (verdict.name, verdict.reasons[0].code) == ("needs_officer", "occurred_in_future")


def test_hours_of_the_order_are_held_against_the_part_up_to_now() -> None:
    """A window that lies in the rest only is not of this incident."""
    hour = (NOW + timedelta(hours=3)).astimezone(LONDON)
    window = {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": f"{hour:%H}:00", "to": f"{hour:%H}:30"}
    order = an_order(conditions=[{**EXCLUSION, "windows": [window]}])
    verdict = judge(until(at(60 * 6)), order)
    assert finding(verdict, "1").outcome == "not_applicable"
    assert (verdict.name, verdict.reasons[0].code) == ("needs_officer", "occurred_in_future")


def test_an_end_in_the_future_is_stored_and_comes_out_the_same_from_what_is_stored() -> None:
    facts = facts_of(until(at(6_000)))
    stored = json.loads(json.dumps(facts_json(facts)))
    assert facts_from_json(stored) == facts
    assert assess(facts_from_json(stored), terms_of(ORDER)) == assess(facts, terms_of(ORDER))
    assert facts_from_json({**stored, "interval": stored["interval"][:2]}).interval == Interval(
        NOW - timedelta(hours=1), NOW
    )


def test_an_end_kept_before_this_was_written_down_is_held_against_when_it_was_told() -> None:
    facts = facts_of(until(at(60)), now=NOW + timedelta(9))
    assert as_told_at(facts, NOW) == facts_of(until(at(60)))
