"""What a court could have made, rule by rule (the design's numbers; sections of the 2019 Act)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from common.problems import Problem
from orders.rules import REQUIRED, Setting, Verdict, check
from orders.rules.checking import MOST_PROBLEMS
from orders.serializers.document import OrderDocument
from tests.api.orders.example import Json, example, replaced
from tests.support.orders import EXCLUSION, NO_APPROACH, NO_CONTACT, a_condition, an_order

TODAY = date(2026, 11, 22)


def verdict(doc: Json, **setting: Any) -> Verdict:
    return check(doc, Setting(**{"force": "05", "today": TODAY, **setting}))


def codes(doc: Json, **setting: Any) -> set[tuple[str, str]]:
    return {(p.pointer, p.code) for p in verdict(doc, **setting).problems}


def light(**changes: Any) -> Json:
    """An order of one no-contact condition: no geometry to work out."""
    return an_order(**{"conditions": [NO_CONTACT], **changes})


def interim(**changes: Any) -> Json:
    pending = {"reference": "APP-1", "applied_on": "2026-02-20"}
    return light(**{"kind": "interim", "expires_on": "2026-03-02", "main_application": pending, **changes})


def varied(kind: str = "variation", **changes: Any) -> Json:
    change = {"kind": kind, "decided_on": "2026-06-01", **changes.pop("change", {})}
    return light(**{"change": change, "effective_from": "2026-06-01T10:00:00+01:00", **changes})


ACCEPTED = {
    "the contract's example": example(),
    "rule 2: until further order": light(expires_on=None, until_further_order=True),
    "rule 2: nothing said of further order": light(until_further_order=None),
    "rule 3: two years to the day": light(made_on="2026-03-02", expires_on="2028-03-01"),
    "rule 3: two years from a leap day": light(
        made_on="2024-02-29", expires_on="2026-02-28", effective_from="2024-02-29T09:00:00Z"
    ),
    "rule 4: an interim of one day": interim(),
    "rule 9: several protected persons": light(
        protected_persons=[{"key": "P1", "family_name": "Osei"}, {"key": "P2", "family_name": "Osei"}]
    ),
    "rule 11: seventeen, in the youth court": light(
        respondent={"family_name": "Marsh", "date_of_birth": "2009-01-01"},
        court={"code": "B05PK", "name": "Liverpool Youth Court", "type": "youth"},
    ),
    "rule 11: ten on the day, in the youth court": light(
        respondent={"family_name": "Marsh", "date_of_birth": "2016-03-02"},
        court={"code": "B05PK", "name": "Liverpool Youth Court", "type": "youth"},
    ),
    "rule 11: eighteen on the day": light(respondent={"family_name": "Marsh", "date_of_birth": "2008-03-02"}),
    "rule 11: eighteen at the application": light(
        respondent={"family_name": "Marsh", "date_of_birth": "2008-03-02"}, respondent_age_at_application=18
    ),
    "rule 12: a condition of its own last day only": light(
        conditions=[a_condition(NO_CONTACT, starts_on="2028-03-01", ends_on="2028-03-01")]
    ),
    "rule 12: a condition to the order's last day": light(conditions=[a_condition(NO_CONTACT, ends_on="2028-03-01")]),
    "an order already expired": light(
        made_on="2021-01-04", expires_on="2023-01-03", effective_from="2021-01-04T10:00:00Z"
    ),
    "a birth date that nobody knows": light(respondent={"family_name": "Marsh", "date_of_birth": None}),
    "no instant from which it counts": light(effective_from=None),
    "made today": light(made_on="2026-11-22", expires_on="2028-11-21", effective_from="2026-11-22T09:00:00Z"),
    "from the London midnight that begins the day made": light(
        made_on="2026-06-01", expires_on="2028-05-31", effective_from="2026-05-31T23:00:00Z"
    ),
    "approach without a distance": light(conditions=[a_condition(NO_APPROACH, distance_m=None)]),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_it_is_accepted(name: str) -> None:
    assert codes(ACCEPTED[name]) == set()


def twice(condition: Json, **changes: Any) -> list[Json]:
    return [condition, a_condition(condition, **changes)]


REFUSED: dict[str, tuple[Json, str, str]] = {
    "rule 2: neither end nor further order": (light(expires_on=None), "/expires_on", "order_duration_ambiguous"),
    "rule 2: both": (light(until_further_order=True), "/expires_on", "order_duration_ambiguous"),
    "rule 3: a day short": (light(expires_on="2028-02-29"), "/expires_on", "spo_period_below_minimum"),
    "rule 3: a day short from a leap day": (
        light(made_on="2024-02-29", expires_on="2026-02-27", effective_from=None),
        "/expires_on",
        "spo_period_below_minimum",
    ),
    "rule 4: an interim until further order": (
        interim(expires_on=None, until_further_order=True),
        "/until_further_order",
        "interim_needs_fixed_period",
    ),
    "rule 4: an interim without an end": (interim(expires_on=None), "/expires_on", "interim_needs_fixed_period"),
    "rule 4: an interim that ends before it began": (
        interim(expires_on="2026-03-01"),
        "/expires_on",
        "expires_before_made",
    ),
    "rule 5: an interim of no application": (
        interim(main_application=None),
        "/main_application",
        "main_application_required",
    ),
    "rule 7: no limb of section 1(3)": (
        light(application_basis=None),
        "/application_basis",
        "application_basis_required",
    ),
    "rule 8: on conviction, not in force yet": (light(route="on_conviction"), "/route", "route_not_commenced"),
    "rule 8: on acquittal, not in force yet": (light(route="on_acquittal"), "/route", "route_not_commenced"),
    "rule 11: seventeen, in the adult court": (
        light(respondent={"family_name": "Marsh", "date_of_birth": "2008-03-03"}),
        "/court/type",
        "youth_court_required",
    ),
    "rule 11: nine by birth": (
        light(respondent={"family_name": "Marsh", "date_of_birth": "2016-03-03"}),
        "/respondent/date_of_birth",
        "respondent_below_age",
    ),
    "rule 11: nine as stated": (
        light(respondent_age_at_application=9),
        "/respondent_age_at_application",
        "respondent_below_age",
    ),
    "rule 12: a condition past the order's last day": (
        light(conditions=[a_condition(NO_CONTACT, ends_on="2028-03-02")]),
        "/conditions/0/ends_on",
        "condition_outlives_order",
    ),
    "rule 12: a condition from after the last day": (
        light(conditions=[a_condition(NO_CONTACT, starts_on="2028-03-02")]),
        "/conditions/0/starts_on",
        "condition_outlives_order",
    ),
    "rule 12: a condition that ends before it starts": (
        light(conditions=[a_condition(NO_CONTACT, starts_on="2026-05-02", ends_on="2026-05-01")]),
        "/conditions/0/ends_on",
        "condition_ends_before_start",
    ),
    "made tomorrow": (
        light(made_on="2026-11-23", expires_on="2028-11-22", effective_from=None),
        "/made_on",
        "made_on_in_future",
    ),
    "made the day before the Act": (
        light(made_on="2020-01-19", expires_on="2026-03-02", effective_from=None),
        "/made_on",
        "made_before_the_act",
    ),
    "born tomorrow": (
        light(respondent={"family_name": "Marsh", "date_of_birth": "2026-11-23"}),
        "/respondent/date_of_birth",
        "born_in_future",
    ),
    "effective the evening before": (
        light(effective_from="2026-03-01T23:59:59Z"),
        "/effective_from",
        "effective_before_made",
    ),
    "effective the evening before, by London's summer clock": (
        light(made_on="2026-06-01", expires_on="2028-05-31", effective_from="2026-05-31T22:59:59Z"),
        "/effective_from",
        "effective_before_made",
    ),
    "effective after its last day": (
        light(effective_from="2028-03-02T00:00:00Z"),
        "/effective_from",
        "effective_after_expiry",
    ),
    "a last day at the end of the calendar": (light(expires_on="9999-12-31"), "/expires_on", "date_out_of_range"),
    "a condition's last day at the end of the calendar": (
        light(
            expires_on=None, until_further_order=True, conditions=[a_condition(NO_CONTACT, ends_on="9999-12-31")]
        ),
        "/conditions/0/ends_on",
        "date_out_of_range",
    ),
    "nobody protected": (light(protected_persons=[], conditions=[REQ := {
        "clause": "1", "kind": "other_prohibition", "wording": "Not to own two telephones."}]),
        "/protected_persons", "required"),
    "no condition": (light(conditions=[]), "/conditions", "required"),
    "a key twice": (
        light(protected_persons=[{"key": "P1", "family_name": "Osei"}, {"key": "P1", "family_name": "Mensah"}]),
        "/protected_persons/1/key",
        "protected_person_key_repeated",
    ),
    "a key of nobody": (
        light(conditions=[a_condition(NO_CONTACT, protects=["P1", "P2"])]),
        "/conditions/0/protects/1",
        "protects_unknown",
    ),
    "a clause twice": (light(conditions=twice(NO_CONTACT)), "/conditions/1/clause", "clause_repeated"),
    "a zone code twice in the version": (
        light(conditions=[a_condition(EXCLUSION, zones=EXCLUSION["zones"][:1]), a_condition(
            EXCLUSION, clause="2", zones=EXCLUSION["zones"][:1])]),
        "/conditions/1/zones/0/code",
        "zone_code_repeated",
    ),
    "an exclusion zone without a zone": (
        light(conditions=[a_condition(EXCLUSION, zones=[])]),
        "/conditions/0/zones",
        "required",
    ),
    "no contact by no channel": (
        light(conditions=[a_condition(NO_CONTACT, channels=[])]),
        "/conditions/0/channels",
        "required",
    ),
    "channels where they do not belong": (
        light(conditions=[a_condition(NO_APPROACH, channels=["sms"])]),
        "/conditions/0/channels",
        "not_for_this_kind",
    ),
    "a distance of nothing": (
        light(conditions=[a_condition(NO_APPROACH, distance_m=0)]),
        "/conditions/0/distance_m",
        "distance_out_of_range",
    ),
    "dates of a window the wrong way round": (
        light(conditions=[a_condition(NO_CONTACT, windows=[{
            "days": ["mon"], "from": "08:00", "to": "17:00", "dates": [{"from": "2026-09-02", "to": "2026-09-01"}]}])]),
        "/conditions/0/windows/0/dates/0/to",
        "dates_reversed",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_for_that_and_nothing_else(name: str) -> None:
    doc, pointer, code = REFUSED[name]
    assert codes(doc) - {("/expires_on", "spo_period_below_minimum")} | {(pointer, code)} == {(pointer, code)}
    assert (pointer, code) in codes(doc)


def test_a_required_member_may_be_missing_anywhere_and_every_one_is_told() -> None:
    doc = example()
    del doc["court"]["name"], doc["respondent"]["family_name"], doc["conditions"][1]["windows"][0]["to"]
    doc["conditions"][0]["zones"][0]["drawn_by"] = None
    doc["conditions"][0]["zones"][1]["code"] = None
    assert codes(doc) == {
        ("/court/name", "required"),
        ("/respondent/family_name", "required"),
        ("/conditions/1/windows/0/to", "required"),
        ("/conditions/0/zones/0/drawn_by", "required"),
        ("/conditions/0/zones/1/code", "required"),
    }


def test_the_published_schema_requires_what_the_rule_requires() -> None:
    """Each part of the document by the member that holds it, against the table of the rule."""
    schema = OrderDocument.model_json_schema()
    held = {"": schema}
    for part in [schema, *schema["$defs"].values()]:
        for name, member in part.get("properties", {}).items():
            for option in member.get("anyOf", [member]):
                inner = option.get("items", option)
                if "$ref" in inner and "properties" in schema["$defs"][inner["$ref"].split("/")[-1]]:
                    held[name] = schema["$defs"][inner["$ref"].split("/")[-1]]
    assert {name: tuple(part.get("required", ())) for name, part in held.items()} == dict(REQUIRED)


def test_only_a_force_system_must_say_who_drew_a_zone() -> None:
    doc = replaced(an_order(conditions=[EXCLUSION]), ("conditions", 0, "zones", 0, "drawn_by"), None)
    assert codes(doc) == {("/conditions/0/zones/0/drawn_by", "required")}
    assert codes(doc, drawn_by_needed=False) == set()


@pytest.mark.parametrize("force", ["93", "24"])
def test_forces_without_an_area_name_no_basis_rule_7(force: str) -> None:
    assert codes(light(application_basis=None), force=force) == set()
    assert codes(light(), force=force) == {("/application_basis", "application_basis_not_applicable")}


def test_a_route_opens_on_the_day_it_is_commenced_rule_8() -> None:
    doc = light(route="on_conviction", application_basis=None)
    assert codes(doc, commencement={"on_conviction": date(2026, 3, 2)}) == set()
    assert codes(doc, commencement={"on_conviction": date(2026, 3, 3)}) == {("/route", "route_not_commenced")}


@pytest.mark.parametrize("kind", ["variation", "renewal", "correction"])
def test_the_first_version_is_the_order_as_made_rule_17(kind: str) -> None:
    assert codes(varied(kind), number=1) >= {("/change/kind", "first_version_is_made")}
    assert codes(varied(kind), number=2, previous_clauses=frozenset("3")) == set()


def test_a_later_version_says_what_changed_rule_17() -> None:
    assert codes(light(change=None), number=2) == {("/change", "required")}
    assert codes(light(), number=2) == {("/change/kind", "later_version_is_a_change")}


def test_only_a_correction_reaches_back_rule_17() -> None:
    early = {"effective_from": "2026-05-31T22:59:00Z"}
    assert codes(varied(**early), number=2) == {("/effective_from", "effective_before_decided")}
    assert codes(varied("correction", **early), number=2) == set()


@pytest.mark.parametrize("kind", ["variation", "renewal"])
def test_a_condition_is_added_only_where_it_is_necessary_rule_20(kind: str) -> None:
    before = {"number": 2, "previous_clauses": frozenset({"1"})}
    assert codes(varied(kind), **before) == {("/change/necessity", "necessity_required")}
    assert codes(varied(kind, change={"necessity": "He turned to the telephone."}), **before) == set()
    assert codes(varied(kind, necessity="He turned to the telephone."), **before) == set()


def test_a_correction_needs_no_necessity_rule_20() -> None:
    assert codes(varied("correction"), number=2, previous_clauses=frozenset({"1"})) == set()


SHORT = {
    "to a day short of two years": {"ends_on": "2028-02-29"},
    "from a day late, to the order's end": {"starts_on": "2026-03-03"},
    "between": {"starts_on": "2026-04-01", "ends_on": "2028-03-01"},
}


@pytest.mark.parametrize("name", SHORT)
def test_a_short_condition_is_warned_about_rule_12(name: str) -> None:
    found = verdict(light(conditions=[a_condition(NO_CONTACT, **SHORT[name])]))
    where = "/conditions/0/" + ("ends_on" if "ends_on" in SHORT[name] else "starts_on")
    assert (found.problems, [(w.pointer, w.code) for w in found.warnings]) == ((), [(where, "condition_period_short")])


def test_a_condition_of_two_years_and_one_of_an_interim_are_not_rule_12() -> None:
    long = light(
        expires_on=None, until_further_order=True, conditions=[a_condition(NO_CONTACT, starts_on="2027-01-01")]
    )
    short = interim(conditions=[a_condition(NO_CONTACT, starts_on="2026-03-02", ends_on="2026-03-02")])
    assert verdict(long).warnings == verdict(short).warnings == ()


def test_what_was_told_of_a_part_silences_rules_about_it_only() -> None:
    doc = light(expires_on=None, conditions=[a_condition(NO_CONTACT, channels=None, protects=["P9"])])
    told = (Problem("/expires_on", "date_unreadable", "x"), Problem("/conditions/0/channels/0", "unknown_value", "x"))
    found = check(doc, Setting("05", TODAY), told).problems
    assert [(p.pointer, p.code) for p in found[2:]] == [("/conditions/0/protects/0", "protects_unknown")]
    assert found[:2] == told


def test_no_key_is_unknown_while_one_could_not_be_read() -> None:
    assert codes(light(protected_persons=[{"family_name": "Osei"}])) == {("/protected_persons/0/key", "required")}


def test_a_thousand_problems_are_told_and_then_that_there_are_more() -> None:
    doc = light(conditions=[a_condition(NO_CONTACT, clause=str(n), protects=["X"] * 100) for n in range(20)])
    found = verdict(doc).problems
    assert len(found) == MOST_PROBLEMS + 1
    assert (found[-1].pointer, found[-1].code) == ("", "more_problems")


def test_a_circle_too_small_for_an_area_is_refused() -> None:
    doc = replaced(an_order(conditions=[EXCLUSION]), ("conditions", 0, "zones", 0, "shape", "radius_m"), 1e-200)
    assert codes(doc) == {("/conditions/0/zones/0/shape/radius_m", "zero_area")}
