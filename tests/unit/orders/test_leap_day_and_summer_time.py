"""The leap day and summer time, where the law counts in days and years: eleven cases, in tests/data/law."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from breaches.rules.time import coverage
from breaches.types import Interval
from common.london import civil_date
from orders.reading import conditions_of
from orders.rules import Setting, check, discharge_needs_consents, period_of
from orders.rules.duties import duties
from orders.types import Period
from tests.support.orders import NO_CONTACT, an_order

CASES: dict[str, Any] = json.loads((Path(__file__).parents[2] / "data/law/leap-day-and-summer-time.json").read_text())
TODAY = date(2030, 12, 1)


def named(kind: str) -> pytest.MarkDecorator:
    found = {name: case for name, case in CASES.items() if case["kind"] == kind}
    return pytest.mark.parametrize("case", found.values(), ids=found)


def problems(changes: dict[str, Any]) -> set[tuple[str, str]]:
    body = an_order(conditions=[NO_CONTACT], effective_from=None, **changes)
    return {(p.pointer, p.code) for p in check(body, Setting(force="05", today=TODAY)).problems}


@named("shortest period")
def test_two_years_begin_with_the_day_made_section_3(case: Any) -> None:
    """That day counts (Hare v Gocher [1962] 2 QB 641); without such a date, the month's last (Dodds v Walker)."""
    assert problems(case["order"]) == {tuple(problem) for problem in case["refused"]}
    if case.get("in_force_until"):
        assert period_of(an_order(**case["order"])).end == datetime.fromisoformat(case["in_force_until"])


@named("discharge")
def test_consents_are_needed_to_the_last_second_of_the_two_years_section_4(case: Any) -> None:
    made_on, at = date.fromisoformat(case["made_on"]), datetime.fromisoformat(case["discharged_at"])
    assert discharge_needs_consents(made_on, at) is case["consents_needed"]


@named("notification")
def test_three_days_begin_with_the_day_of_service_section_9(case: Any) -> None:
    served_on = civil_date(datetime.fromisoformat(case["served_at"]))
    (duty,) = duties(served_on=served_on, replaces_interim=False, ends_at=None, events=(), notified=())
    assert (str(duty.due_on), duty.until) == (case["due_on"], datetime.fromisoformat(case["until"]))


@named("window")
def test_both_hours_of_the_night_that_has_one_twice_are_in_the_window(case: Any) -> None:
    body = an_order(conditions=[{**NO_CONTACT, "windows": [case["window"]]}])
    (condition,) = conditions_of(body, order=Period(datetime.fromisoformat("2026-03-02T00:00:00Z"), None))
    for text in case["at"]:
        at = datetime.fromisoformat(text)
        assert coverage([Period(at, None)], condition.windows, Interval(at, at)) == "all"


@named("age")
def test_somebody_born_on_29_february_is_older_from_1_march(case: Any) -> None:
    """Family Law Reform Act 1969, section 9, read with care: a court of adults is not the right one the day before."""
    person = {**an_order()["respondent"], "date_of_birth": case["born"]}
    main = {"reference": "APP-1", "applied_on": case["applied_on"]}
    for court, refused in case["refused"].items():
        changes = {"made_on": case["made_on"], "expires_on": case["expires_on"], "respondent": person}
        changes |= {"main_application": main, "court": {**an_order()["court"], "type": court}}
        assert problems(changes) == {tuple(problem) for problem in refused}
