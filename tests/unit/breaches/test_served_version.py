"""Service is of a version: what a later version first imposed needs its own, or the respondent in court (rule 25)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from breaches.rules import assess
from breaches.rules.service import covers_condition
from breaches.types import Finding
from orders.reading import conditions_of
from orders.rules import period_of
from tests.support.orders import EXCLUSION, NO_APPROACH, NO_CONTACT, ZONE_A, ZONE_B, a_condition, a_report, an_order
from tests.support.terms import SERVED_AT, codes, facts_of, finding, terms_of

Json = dict[str, Any]
VARIED_AT = "2026-06-01T10:00:00+00:00"
SERVED_AGAIN = datetime(2026, 6, 2, 9, tzinfo=UTC)
ONLY_A = a_condition(EXCLUSION, zones=[ZONE_A], wording="Not to enter the area marked A.")
A_AND_B = a_condition(EXCLUSION, zones=[ZONE_A, ZONE_B])
CALL = {
    "positions": None,
    "kinds": ["contact"],
    "contacts": [
        {"channel": "phone_call", "from": {"kind": "phone", "value": "07700 900123"}, "at": "2026-11-20T18:05:00Z"}
    ],
}


def varied(*conditions: Json, kind: str = "variation", since: str = VARIED_AT, **change: Any) -> Json:
    return an_order(
        conditions=list(conditions),
        effective_from=since,
        change={"kind": kind, "decided_on": since[:10], "necessity": "Needed.", **change},
    )


def in_b() -> Json:
    report = a_report()
    report["positions"][0].update(longitude=-2.992680, latitude=53.403498)
    return report


def judged(report: Json, *bodies: Json, served: tuple[tuple[int, datetime], ...] = ((1, SERVED_AT),)) -> Any:
    return assess(facts_of(report), terms_of(*bodies, served=served))


def outcome(found: Finding) -> tuple[str, str | None, bool]:
    return found.outcome, found.outcome_otherwise, "variation_not_served" in codes(found)


TWO = (an_order(conditions=[ONLY_A]), varied(A_AND_B))


def test_a_zone_that_a_later_version_first_imposed_needs_its_own_service() -> None:
    found = finding(judged(in_b(), *TWO), "1")
    assert outcome(found) == ("needs_officer", "indicated", True)


def test_a_zone_of_the_version_that_was_served_stays_bound_by_that_service() -> None:
    assert outcome(finding(judged(a_report(), *TWO), "1")) == ("indicated", None, False)


def test_service_of_the_later_version_binds_by_everything_in_it() -> None:
    later = ((2, SERVED_AGAIN),)
    for report in (in_b(), a_report()):
        assert outcome(finding(judged(report, *TWO, served=later), "1")) == ("indicated", None, False)


def test_service_of_the_later_version_binds_from_then_only() -> None:
    too_late = ((1, SERVED_AT), (2, datetime(2026, 11, 21, tzinfo=UTC)))
    assert outcome(finding(judged(in_b(), *TWO, served=too_late), "1")) == ("needs_officer", "indicated", True)


def test_service_within_the_incident_lowers_as_ever() -> None:
    within = ((1, SERVED_AT), (2, datetime(2026, 11, 20, 18, 10, tzinfo=UTC)))
    found = finding(judged(in_b(), *TWO, served=within), "1")
    assert (found.outcome, "served_during" in codes(found)) == ("possible", True)


@pytest.mark.parametrize(
    ("present", "expected"), [(True, "indicated"), (False, "needs_officer"), (None, "needs_officer")]
)
def test_the_respondent_in_court_needs_no_service_of_what_is_new(present: bool | None, expected: str) -> None:
    bodies = (TWO[0], varied(A_AND_B, respondent_present=present))
    assert finding(judged(in_b(), *bodies), "1").outcome == expected


SLIP = varied(A_AND_B, respondent_present=True)


def correction(present: bool | None, **change: Any) -> Json:
    said: dict[str, Any] = {} if present is None else {"respondent_present": present}
    return varied(A_AND_B, kind="correction", **change, **said)


PRESENCE: dict[str, tuple[list[Json], str]] = {
    "put right by name": ([correction(False, corrects=2)], "needs_officer"),
    "put right from the same start": ([correction(False)], "needs_officer"),
    "said of another version": ([correction(False, corrects=1)], "indicated"),
    "corrected without a word of it": ([correction(None, corrects=2)], "indicated"),
    "a word of it, then none": ([correction(False, corrects=2), correction(None, corrects=3)], "needs_officer"),
    "he was there after all": ([correction(False, corrects=2), correction(True, corrects=2)], "indicated"),
    "a correction's slip": ([correction(True, corrects=2), correction(False, corrects=3)], "needs_officer"),
}


@pytest.mark.parametrize("name", PRESENCE)
def test_a_correction_takes_the_place_of_who_was_in_court_as_well_rule_25(name: str) -> None:
    corrections, expected = PRESENCE[name]
    found = finding(judged(in_b(), TWO[0], SLIP, *corrections), "1")
    assert (found.outcome, "variation_not_served" in codes(found)) == (expected, expected == "needs_officer")


def test_an_order_that_was_never_served_is_not_served_whatever_he_heard_of_its_variation() -> None:
    bodies = (TWO[0], varied(A_AND_B, respondent_present=True))
    found = finding(judged(a_report(), *bodies, served=()), "1")
    assert (found.outcome, "not_served" in codes(found)) == ("needs_officer", True)


CONDITIONS: dict[str, tuple[Json, Json, str]] = {
    "new": (ONLY_A, NO_CONTACT, "needs_officer"),
    "the same": (NO_CONTACT, NO_CONTACT, "indicated"),
    "under another number": (a_condition(NO_CONTACT, clause="9"), NO_CONTACT, "indicated"),
    "in other words": (a_condition(NO_CONTACT, wording="Not to ring her."), NO_CONTACT, "needs_officer"),
    "more channels": (a_condition(NO_CONTACT, channels=["sms"]), NO_CONTACT, "needs_officer"),
    "fewer channels": (NO_CONTACT, a_condition(NO_CONTACT, channels=["phone_call"]), "indicated"),
    "an exception less": (
        a_condition(NO_CONTACT, exceptions=[{"kind": "other", "wording": "By letter."}]), NO_CONTACT, "needs_officer",
    ),
    "indirect as well": (a_condition(NO_CONTACT, indirect=False), NO_CONTACT, "needs_officer"),
    "somebody more": (NO_CONTACT, a_condition(NO_CONTACT, protects=["P1", "P2"]), "needs_officer"),
}  # fmt: skip


@pytest.mark.parametrize("name", CONDITIONS)
def test_what_a_variation_repeats_or_narrows_is_bound_and_what_it_widens_is_not(name: str) -> None:
    before, after, expected = CONDITIONS[name]
    verdict = judged(a_report(**CALL), an_order(conditions=[before]), varied(after))
    found = finding(verdict, "3")
    assert (found.outcome, "variation_not_served" in codes(found)) == (expected, expected == "needs_officer")


WINDOW = {"days": ["fri"], "from": "08:00", "to": "20:00"}
ZONES: dict[str, tuple[Json, Json, bool]] = {
    "at all times now": (a_condition(ONLY_A, windows=[WINDOW]), ONLY_A, False),
    "at some times now": (ONLY_A, a_condition(ONLY_A, windows=[WINDOW]), True),
    "in other words": (ONLY_A, a_condition(ONLY_A, wording="Keep out of A."), True),
    "under another code": (ONLY_A, a_condition(ONLY_A, zones=[{**ZONE_A, "code": "Z"}]), True),
    "for somebody more": (ONLY_A, a_condition(ONLY_A, protects=["P1", "P2"]), True),
    "another shape": (a_condition(ONLY_A, zones=[{**ZONE_B, "code": "A"}]), ONLY_A, False),
}


@pytest.mark.parametrize("name", ZONES)
def test_a_zone_is_the_same_by_its_shape(name: str) -> None:
    before, after, bound = ZONES[name]
    found = finding(judged(a_report(), an_order(conditions=[before]), varied(after)), "1")
    assert (found.outcome == "indicated", "variation_not_served" in codes(found)) == (bound, not bound)


def test_a_correction_that_only_rewords_is_served_with_the_version_that_it_corrects() -> None:
    corrected = varied(
        a_condition(NO_CONTACT, wording="Not to contact her."), kind="correction", since="2026-03-02T11:30:00Z"
    )
    found = finding(judged(a_report(**CALL), an_order(conditions=[NO_CONTACT]), corrected), "3")
    assert outcome(found) == ("indicated", None, False)


def test_a_correction_made_by_the_court_in_his_absence_needs_service() -> None:
    corrected = varied(A_AND_B, kind="correction", since="2026-03-02T11:30:00Z", respondent_present=False)
    assert outcome(finding(judged(in_b(), TWO[0], corrected), "1")) == ("needs_officer", "indicated", True)


def test_a_correction_of_a_variation_that_was_not_served_is_not_served() -> None:
    corrected = varied(a_condition(A_AND_B, wording="Not to enter A or B."), kind="correction", since=VARIED_AT)
    assert outcome(finding(judged(in_b(), *TWO, corrected), "1")) == ("needs_officer", "indicated", True)
    named = varied(A_AND_B, kind="correction", since=VARIED_AT, corrects=2)
    assert outcome(finding(judged(in_b(), *TWO, named, served=((2, SERVED_AGAIN),)), "1")) == ("indicated", None, False)


def test_a_renewal_that_was_not_served_does_not_bind_beyond_the_end_he_was_told() -> None:
    short = an_order(conditions=[NO_CONTACT], expires_on="2026-10-31")
    renewed = varied(NO_CONTACT, kind="renewal")
    assert outcome(finding(judged(a_report(**CALL), short, renewed), "3")) == ("needs_officer", "indicated", True)
    both = ((1, SERVED_AT), (2, SERVED_AGAIN))
    assert outcome(finding(judged(a_report(**CALL), short, renewed, served=both), "3")) == ("indicated", None, False)


def test_terms_of_an_earlier_engine_are_judged_as_they_were() -> None:
    """What was stored before service was of a version comes out the same (rule 68)."""
    terms = terms_of(*TWO)
    old = type(terms)(terms.order_id, terms.reference, terms.force, SERVED_AT, terms.versions, terms.respondent)
    assert finding(assess(facts_of(in_b()), old), "1").outcome == "indicated"


@pytest.mark.parametrize("body", [EXCLUSION, NO_CONTACT, NO_APPROACH], ids=lambda body: str(body["kind"]))
def test_a_condition_covers_itself(body: Json) -> None:
    doc = an_order(conditions=[body])
    (condition,) = conditions_of(doc, order=period_of(doc))
    assert covers_condition((condition,), condition)
    assert not covers_condition((), condition)
