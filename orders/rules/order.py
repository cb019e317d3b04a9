"""Rules on the order as a whole: how long, since when, on whose application, against whom, changed how."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from common.london import civil_date
from common.problems import Problem
from common.reasons import says_something
from orders.rules.parts import Doc, Found, date_of, instant_of, member, objects
from orders.rules.periods import start_of, two_years_from
from orders.types import Placed

# British Transport Police and the Ministry of Defence Police have no area to reside in (section 1(3)).
NATIONAL_FORCES = frozenset({"93", "24"})
IN_FORCE_SINCE = date(2020, 1, 20)
# Instants are computed from civil dates; some years of room before Python's calendar ends.
LAST_DATE = date(9990, 12, 31)


def duration(doc: Doc) -> Found:
    """Rules 2 to 5; sections 3 and 5."""
    kind, until, last = doc.get("kind"), doc.get("until_further_order") is True, date_of(doc, "expires_on")
    if kind == "interim":
        if until or last is None:
            where = "/until_further_order" if until else "/expires_on"
            yield Problem(where, "interim_needs_fixed_period", "An interim order has a fixed period.")
        if doc.get("main_application") is None:
            yield Problem("/main_application", "main_application_required", "An interim names its main application.")
    elif kind == "full":
        if until == (last is not None):
            yield Problem("/expires_on", "order_duration_ambiguous", "Give either expires_on or until_further_order.")
        made_on = date_of(doc, "made_on")
        if made_on and last and last < two_years_from(made_on):
            yield Problem(
                "/expires_on", "spo_period_below_minimum", "A fixed period is two years at least (section 3(2))."
            )


def dates(doc: Doc, in_place_of: Placed | None = None) -> Found:
    """In what order its days lie; `in_place_of` is the version whose place it takes."""
    made_on, last, start = date_of(doc, "made_on"), date_of(doc, "expires_on"), instant_of(doc, "effective_from")
    if last and last > LAST_DATE:
        yield out_of_reach("/expires_on")
    if made_on is None:
        return
    if made_on < IN_FORCE_SINCE:
        yield Problem("/made_on", "made_before_the_act", "The Act has been in force since 20 January 2020.")
    if last and last < made_on:
        yield Problem("/expires_on", "expires_before_made", "The last day is before the day made.")
    if start and civil_date(start) < made_on:
        yield Problem("/effective_from", "effective_before_made", "It cannot bind before it was made.")
    begins = start_of(doc, in_place_of=in_place_of)
    first = civil_date(begins) if begins else None
    if first and last and made_on <= last < first:
        yield Problem("/effective_from", "effective_after_expiry", "It would bind only after its last day.")


def out_of_reach(path: str) -> Problem:
    return Problem(path, "date_out_of_range", "No order reaches so far: use until_further_order.")


def application(doc: Doc, force: str, commencement: Mapping[str, date | None]) -> Found:
    """Rules 7 and 8; section 1(3) and the routes of the Crime and Policing Act 2026."""
    route, basis = doc.get("route"), doc.get("application_basis")
    if route in ("on_conviction", "on_acquittal"):
        start, made_on = commencement.get(str(route)), date_of(doc, "made_on")
        if start is None or (made_on is not None and made_on < start):
            yield Problem("/route", "route_not_commenced", "This route was not in force on the day made.")
    elif route == "application" and force in NATIONAL_FORCES and basis is not None:
        yield Problem("/application_basis", "application_basis_not_applicable", "This force has no police area.")
    elif route == "application" and force not in NATIONAL_FORCES and basis is None:
        yield Problem("/application_basis", "application_basis_required", "Say which limb of section 1(3) applied.")


def respondent(doc: Doc, today: date) -> Found:
    """Rule 11."""
    born = date_of(doc.get("respondent"), "date_of_birth")
    if born and born > today:
        yield Problem("/respondent/date_of_birth", "born_in_future", "This date of birth is in the future.")
        return
    known = _age(doc, born)
    if known is None:
        return
    age, where = known
    if age < 10:
        yield Problem(where, "respondent_below_age", "Nobody under ten can be made subject to an order.")
    elif age < 18 and member(doc.get("court"), "type") == "magistrates":
        yield Problem("/court/type", "youth_court_required", "Under 18 at application: the youth court.")


def _age(doc: Doc, born: date | None) -> tuple[int, str] | None:
    """Age at the application, and the member that says so; without its day, on the day made, which is no younger.

    Somebody born on 29 February is a year older from 1 March of a common year (Family Law Reform Act 1969, s. 9).
    """
    stated = doc.get("respondent_age_at_application")
    day = date_of(doc.get("main_application"), "applied_on") or date_of(doc, "made_on")
    if isinstance(stated, int):
        return stated, "/respondent_age_at_application"
    if born is None or day is None:
        return None
    years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return years, "/respondent/date_of_birth"


def change(doc: Doc, number: int, previous_clauses: frozenset[str] | None) -> Found:
    """Rules 17 and 20; section 4."""
    sent = doc.get("change")
    kind = member(sent, "kind")
    if number == 1:
        if kind not in (None, "made"):
            yield Problem("/change/kind", "first_version_is_made", "The first version is the order as made.")
        return
    if sent is None:
        yield Problem("/change", "required", "Say whether this is a variation, a renewal or a correction.")
    elif kind == "made":
        yield Problem("/change/kind", "later_version_is_a_change", "Only the first version is the order as made.")
    if kind in ("variation", "renewal"):
        yield from _reaching_back(doc)
        yield from _necessity(doc, previous_clauses)


def _reaching_back(doc: Doc) -> Found:
    start, decided_on = instant_of(doc, "effective_from"), date_of(doc.get("change"), "decided_on")
    if start and decided_on and civil_date(start) < decided_on:
        yield Problem("/effective_from", "effective_before_decided", "Only a correction reaches back.")


def _necessity(doc: Doc, previous_clauses: frozenset[str] | None) -> Found:
    clauses = {str(item["clause"]) for item in objects(doc, "conditions") if item.get("clause") is not None}
    stated = (doc.get("necessity"), member(doc.get("change"), "necessity"))
    said = any(isinstance(text, str) and says_something(text) for text in stated)
    if previous_clauses is not None and clauses - previous_clauses and not said:
        yield Problem("/change/necessity", "necessity_required", "A condition was added: say why it is necessary.")


def people(doc: Doc) -> Found:
    """Rule 9: several may be protected, and nothing ties them to whoever was stalked first."""
    if doc.get("protected_persons") == []:
        yield Problem("/protected_persons", "required", "An order protects at least one person.")
    keys = [person.get("key") for person in objects(doc, "protected_persons")]
    places = [f"/protected_persons/{index}/key" for index in range(len(keys))]
    yield from repeats(keys, places, "protected_person_key_repeated")


def repeats(values: Sequence[object], places: Sequence[str], code: str) -> Iterator[Problem]:
    seen: set[object] = set()
    for value, place in zip(values, places, strict=True):
        if value is not None and value in seen:
            yield Problem(place, code, "This is used twice.")
        seen.add(value)
