"""Line 5: what a court fixes once, no variation or renewal changes; a correction does, and is warned of."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.api.orders.example import Json, Path, replaced
from tests.support.api import Answer, Apis
from tests.support.orders import NO_CONTACT, REFERENCE, an_order

FIXED: dict[str, tuple[Path, Any]] = {
    "/made_on": (("made_on",), "2026-03-01"),
    "/court/code": (("court", "code"), "B01EF"),
    "/court/name": (("court", "name"), "Chester Magistrates' Court"),
    "/court/type": (("court", "type"), "crown"),
    "/respondent/family_name": (("respondent", "family_name"), "Marsch"),
    "/respondent/given_names": (("respondent", "given_names"), "Dan"),
    "/respondent/date_of_birth": (("respondent", "date_of_birth"), "1988-04-18"),
}
ALIKE: dict[str, tuple[Path, Any]] = {
    "capitals": (("respondent", "family_name"), "MARSH"),
    "more space": (("respondent", "given_names"), " Daniel  "),
    "a typographer's apostrophe": (("court", "name"), "Liverpool and Knowsley Magistrates\u2019 Court"),
    "another name that he uses": (("respondent", "also_known_as"), ["Danny", "Daniel Frost"]),
    "a number more": (("respondent", "identifiers"), [{"kind": "phone", "value": "07700 900999"}]),
    "nobody's words": (("route",), "application"),
}


def change(kind: str) -> Json:
    return {"kind": kind, "decided_on": "2026-06-01"}


def put(api: Apis, number: int, body: Json) -> Answer:
    return api.force.put(f"force/orders/{REFERENCE}/versions/{number}", body)


def changed(kind: str, path: Path, value: Any) -> Json:
    body = an_order(conditions=[NO_CONTACT], change=change(kind), effective_from="2026-06-01T09:00:00Z")
    return replaced(body, path, value)


@pytest.fixture(autouse=True)
def _made(api: Apis) -> None:
    assert put(api, 1, an_order(conditions=[NO_CONTACT])).status == 201


@pytest.mark.parametrize("kind", ["variation", "renewal"])
@pytest.mark.parametrize("where", FIXED)
def test_a_variation_cannot_change_what_is_fixed(api: Apis, kind: str, where: str) -> None:
    answer = put(api, 2, changed(kind, *FIXED[where]))
    assert (answer.status, answer.codes) == (422, {(where, "not_variable")})


def test_a_variation_cannot_make_an_interim_of_a_full_order(api: Apis) -> None:
    body = changed("variation", ("kind",), "interim") | {
        "main_application": {"reference": "A", "applied_on": "2026-02-01"}
    }
    assert put(api, 2, body).codes == {("/kind", "not_variable")}


def test_all_of_it_is_told_at_once_and_with_everything_else(api: Apis) -> None:
    body = changed("variation", ("conditions",), [])
    for path, value in FIXED.values():
        body = replaced(body, path, value)
    assert put(api, 2, body).codes == {(where, "not_variable") for where in FIXED} | {("/conditions", "required")}


@pytest.mark.parametrize("where", FIXED)
def test_a_correction_changes_it_and_is_warned_of(api: Apis, where: str) -> None:
    answer = put(api, 2, changed("correction", *FIXED[where]))
    assert answer.status == 201, answer.body
    told = [("/change/corrects", "earlier_words_stand"), (where, "fixed_fact_corrected")]
    assert [(w["pointer"], w["code"]) for w in answer.body["warnings"]] == told


@pytest.mark.parametrize("name", ALIKE)
def test_what_people_read_alike_and_what_may_be_added_is_no_change(api: Apis, name: str) -> None:
    answer = put(api, 2, changed("variation", *ALIKE[name]))
    assert (answer.status, answer.body["warnings"]) == (201, [])


def test_a_date_of_birth_that_nobody_knew_may_be_learned_and_none_is_lost(api: Apis) -> None:
    reference = "SPO-05-0002-26"
    unknown = replaced(an_order(conditions=[NO_CONTACT]), ("respondent", "date_of_birth"), None)
    assert api.force.put(f"force/orders/{reference}/versions/1", unknown).status == 201
    learned = changed("variation", ("respondent", "date_of_birth"), "1988-04-17")
    assert api.force.put(f"force/orders/{reference}/versions/2", learned).status == 201
    lost = changed("variation", ("respondent", "date_of_birth"), None)
    answer = api.force.put(f"force/orders/{reference}/versions/3", lost)
    assert answer.codes == {("/respondent/date_of_birth", "not_variable")}


def test_a_variation_follows_what_a_correction_said_last(api: Apis) -> None:
    """The newest word on a fact counts, also where an older variation governs."""
    right = changed("correction", ("respondent", "date_of_birth"), "1988-04-18")
    assert put(api, 2, right).status == 201
    assert put(api, 3, changed("variation", ("respondent", "date_of_birth"), "1988-04-18")).status == 201
    as_first_said = changed("variation", ("respondent", "date_of_birth"), "1988-04-17")
    assert put(api, 4, as_first_said).codes == {("/respondent/date_of_birth", "not_variable")}


@pytest.mark.parametrize("type_", ["magistrates", "youth", "crown", "court_of_appeal", "other"])
def test_every_court_that_can_make_or_remake_an_order_is_taken(api: Apis, type_: str) -> None:
    body = replaced(an_order(conditions=[NO_CONTACT]), ("court", "type"), type_)
    assert api.force.put("force/orders/OTHER-1/versions/1", body).status == 201


@pytest.mark.parametrize("name", ["code", "name", "type"])
def test_a_court_needs_code_name_and_type(api: Apis, name: str) -> None:
    body = copy.deepcopy(an_order(conditions=[NO_CONTACT]))
    del body["court"][name]
    assert api.force.put("force/orders/OTHER-1/versions/1", body).codes == {(f"/court/{name}", "required")}


def with_person(body: Json, kind: str, **names: str) -> Json:
    people = [{**body["protected_persons"][0], **names}]
    said = {**change(kind), "necessity": "She moved."}
    return {**body, "protected_persons": people, "change": said, "effective_from": "2026-06-01T12:00:00+01:00"}


def test_a_variation_does_not_make_a_key_another_person(api: Apis) -> None:
    """A person's account and reports hang on her key (rule 83)."""
    body = an_order(conditions=[NO_CONTACT])
    put(api, 1, body)
    other = {"family_name": "Else", "given_names": "Anna"}
    answer = put(api, 2, with_person(body, "variation", **other))
    assert (answer.status, answer.codes) == (422, {("/protected_persons/0", "not_variable")})
    warned = put(api, 2, with_person(body, "correction", **other))
    assert ("/protected_persons/0", "protected_person_renamed") in {
        (w["pointer"], w["code"]) for w in warned.body["warnings"]
    }


def test_a_new_name_of_the_same_person_is_warned_of(api: Apis) -> None:
    body = an_order(conditions=[NO_CONTACT])
    put(api, 1, body)
    answer = put(api, 2, with_person(body, "variation", family_name="Osei-Grant"))
    assert answer.status == 201
    assert [w["pointer"] for w in answer.body["warnings"] if w["code"] == "protected_person_renamed"] == [
        "/protected_persons/0"
    ]
