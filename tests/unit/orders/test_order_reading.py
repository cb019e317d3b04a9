"""From a recorded document to terms, and to what may be shown of it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time

import pytest

from orders.reading import conditions_of, identifiers_of, names_of, without_people
from orders.rules import period_of
from orders.types import CHECKABLE, ConditionTerms, CourtException, Identifier, Locality, Period, Window
from tests.api.orders.example import Json, example, with_everything
from tests.support.orders import EXCLUSION, NO_CONTACT, NO_REFERENCE, a_condition

ORDER = Period(datetime(2026, 3, 2, 11, 30, tzinfo=UTC), datetime(2028, 3, 2, tzinfo=UTC))


def terms(condition: Json) -> ConditionTerms:
    (found,) = conditions_of({"conditions": [condition]}, order=ORDER)
    return found


def test_every_kind_of_condition_is_read_and_says_whether_a_machine_can_judge_it_rule_62() -> None:
    found = conditions_of(example(), order=ORDER)
    assert [c.clause for c in found] == list("123456789"[:2]) + list("3456789")
    assert {c.kind for c in found if c.machine_checkable} == CHECKABLE


def test_a_condition_without_dates_has_no_period_of_its_own_rule_12() -> None:
    assert terms(NO_CONTACT).period is None


DATES = {
    "both": ({"starts_on": "2026-07-01", "ends_on": "2026-10-25"}, "2026-06-30T23:00Z", "2026-10-26T00:00Z"),
    "the first only": ({"starts_on": "2026-07-01"}, "2026-06-30T23:00Z", "2028-03-02T00:00Z"),
    "the last only": ({"ends_on": "2026-07-01"}, "2026-03-02T11:30Z", "2026-07-01T23:00Z"),
}


@pytest.mark.parametrize("name", DATES)
def test_a_condition_has_dates_of_its_own_rule_12(name: str) -> None:
    dates, start, end = DATES[name]
    expected = Period(datetime.fromisoformat(start), datetime.fromisoformat(end))
    assert terms(a_condition(NO_CONTACT, **dates)).period == expected


def test_windows_are_local_clock_times_on_days_and_between_dates_rule_60() -> None:
    sent = {
        "days": ["mon", "fri"],
        "from": "22:00",
        "to": "06:30",
        "dates": [{"from": "2026-09-01", "to": "2026-12-18"}],
    }
    expected = Window(frozenset({"mon", "fri"}), time(22), time(6, 30), ((date(2026, 9, 1), date(2026, 12, 18)),))
    assert terms(a_condition(NO_CONTACT, windows=[sent])).windows == (expected,)


@pytest.mark.parametrize("sent", [None, []])
def test_no_windows_is_always(sent: object) -> None:
    assert terms(a_condition(NO_CONTACT, windows=sent)).windows == ()


def test_exceptions_keep_the_courts_words_rule_61() -> None:
    sent = [{"kind": "travel_through", "wording": "except by train"}]
    assert terms(a_condition(EXCLUSION, exceptions=sent)).exceptions == (
        CourtException("travel_through", "except by train"),
    )


def test_zones_are_ready_to_be_judged_and_name_who_drew_them_rule_16() -> None:
    home, work = terms(EXCLUSION).zones
    assert (home.code, home.zone.reach_m, home.drawn_by) == ("A", 100, "7714")
    assert round(work.zone.area_m2) == 36022


def test_a_locality_is_kept_with_its_words_rule_15() -> None:
    assert terms(a_condition(NO_CONTACT, locality={"wording": "in Liverpool"})).locality == Locality("in Liverpool")


def test_without_a_locality_a_condition_binds_in_all_of_the_united_kingdom_rule_14() -> None:
    assert terms(NO_CONTACT).locality is None


def test_a_drawn_locality_is_ready_to_be_judged_rule_15() -> None:
    drawn = terms(a_condition(NO_CONTACT, locality={"wording": "in Liverpool", "shape": CITY})).locality
    assert drawn and drawn.zone and drawn.zone.reach_m == 5_000


def test_platforms_are_compared_without_capitals() -> None:
    assert terms(a_condition(NO_REFERENCE, platforms=["Instagram"])).platforms == {"instagram"}


def test_identifiers_and_names() -> None:
    person = {
        "family_name": "Marsh",
        "given_names": "Daniel",
        "also_known_as": ["Danny"],
        "identifiers": [{"kind": "social", "platform": "Instagram", "value": "@danny.m"}],
    }
    assert identifiers_of(person) == (Identifier("social", "@danny.m", "instagram"),)
    assert names_of(person) == ("Daniel Marsh", "Danny")


def test_a_person_with_a_family_name_only_is_known_by_it() -> None:
    assert (names_of({"family_name": "Marsh"}), identifiers_of({"family_name": "Marsh"})) == (("Marsh",), ())


CITY = {"type": "circle", "centre": {"longitude": -2.98, "latitude": 53.41}, "radius_m": 5000}
PRIVATE = ["Marsh", "Daniel", "Danny", "07700", "AB12", "Osei", "Ama", "home", "work", "walk to school", "M. Hale"]


@pytest.mark.parametrize("shapes", [True, False])
def test_names_identifiers_and_what_a_zone_is_called_are_left_out_rule_72(shapes: bool) -> None:
    shown = json.dumps(without_people(with_everything(), shapes=shapes))
    assert [word for word in PRIVATE if word in shown.replace("walk to work", "")] == []


def test_shapes_are_shown_only_on_request() -> None:
    doc = with_everything()
    hidden, shown = (without_people(doc, shapes=shapes)["conditions"][0] for shapes in (False, True))
    assert "shape" not in json.dumps(hidden) and hidden["locality"] == {
        "wording": doc["conditions"][0]["locality"]["wording"]
    }
    assert (shown["zones"][0]["shape"], shown["locality"]) == (
        doc["conditions"][0]["zones"][0]["shape"],
        doc["conditions"][0]["locality"],
    )


def test_the_recorded_document_itself_is_left_alone() -> None:
    doc = with_everything()
    without_people(doc, shapes=False)
    assert doc == with_everything()


def test_the_period_of_the_example() -> None:
    assert period_of(example()) == ORDER
