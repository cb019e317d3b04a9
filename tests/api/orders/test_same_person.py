"""GET officer/orders/{reference}/same-person, and .../link and .../unlink (rule 86)."""

from __future__ import annotations

import json
from contextlib import nullcontext, suppress
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.types import Caller
from audit.models import Entry
from common.problems import Conflict
from demo.cast import Cast
from orders.models import MatchKey, Order, SamePerson
from orders.queries.people import matches_of
from orders.services.people import SamePersonSaid, link_same_person, unlink_same_person
from tests.support.api import Answer, Api, Apis
from tests.support.orders import NO_CONTACT, a_condition, an_order

OFFICER = Caller(kind="officer", id="an officer", force="05", role="officer")
WHY = "Custody photograph and fingerprints are the same."
MARKS = ["name_and_birth_date", "phone", "email", "social", "vehicle"]


def person(**members: Any) -> dict[str, Any]:
    return {"family_name": "Nobody", "given_names": "Else", "date_of_birth": "1970-01-01", **members}


def known_by(kind: str, value: str, platform: str | None = None) -> dict[str, Any]:
    return {"kind": kind, "value": value} | ({"platform": platform} if platform else {})


def put(api: Apis, reference: str, *, force: str = "force", number: int = 1, **changes: Any) -> None:
    caller: Api = getattr(api, force)
    answer = caller.put(f"force/orders/{reference}/versions/{number}", an_order(**changes))
    assert answer.status == 201, answer.body


def only(key: str) -> dict[str, Any]:
    """An order that protects one person, of another key."""
    conditions = [a_condition(NO_CONTACT, protects=[key])]
    return {"protected_persons": [{"key": key, "family_name": "Osei"}], "conditions": conditions}


def matches(api: Apis, reference: str) -> list[dict[str, Any]]:
    answer = api.officer.get(f"officer/orders/{reference}/same-person")
    assert answer.status == 200
    found: list[dict[str, Any]] = answer.body["matches"]
    return found


def why(api: Apis, reference: str) -> list[tuple[str, str, list[str]]]:
    return [(m["role"], m["order"], m["rests_on"]) for m in matches(api, reference)]


def say(api: Apis, verb: str, reference: str = "A", caller: str = "officer", **changes: Any) -> Answer:
    body = {"order": "B", "role": "respondent", "reason": WHY, **changes}
    one: Api = getattr(api, caller)
    return one.post(f"officer/orders/{reference}/same-person/{verb}", body)


@pytest.fixture
def two(api: Apis) -> None:
    """Two orders of the force against the same man; what they have in common is in `MARKS`."""
    put(api, "A")
    put(api, "B")


def test_the_same_respondent_is_suggested_on_every_mark(api: Apis, two: None) -> None:
    """Rule 86."""
    assert why(api, "A") == [("respondent", "B", MARKS)]
    assert why(api, "B") == [("respondent", "A", MARKS)]


@pytest.mark.parametrize(
    ("respondent", "rests_on"),
    [
        (person(family_name="MARSH ", date_of_birth="1988-04-17"), ["name_and_birth_date"]),
        (person(also_known_as=["Dan Marsh"], date_of_birth="1988-04-17"), ["name_and_birth_date"]),
        (person(identifiers=[known_by("phone", "+44 (0)7700 900 123")]), ["phone"]),
        (person(identifiers=[known_by("phone", "0044 7700-900123")]), ["phone"]),
        (person(identifiers=[known_by("email", "D.Marsh@EXAMPLE.com")]), ["email"]),
        (person(identifiers=[known_by("social", "DANNY.M", "Instagram")]), ["social"]),
        (person(identifiers=[known_by("vehicle", "ab12cde")]), ["vehicle"]),
        (person(identifiers=[known_by("phone", "07700900123"), known_by("vehicle", "AB12-CDE")]), ["phone", "vehicle"]),
        # Under the wrong kind, and two in one field.
        (
            person(identifiers=[known_by("other", "AB12 CDE"), known_by("address", "07700 900123")]),
            ["phone", "vehicle"],
        ),
        (person(identifiers=[known_by("phone", "07700 900456 / 07700 900123")]), ["phone"]),
    ],
)
def test_one_mark_is_enough_however_it_is_written(api: Apis, respondent: dict[str, Any], rests_on: list[str]) -> None:
    """Rule 86."""
    put(api, "A")
    put(api, "B", respondent=respondent)
    assert why(api, "A") == [("respondent", "B", rests_on)]


@pytest.mark.parametrize(
    "respondent",
    [
        person(),
        person(family_name="Marsh"),
        person(family_name="Marsh", date_of_birth=None),
        person(date_of_birth="1988-04-17"),
        person(also_known_as=["Marsh"], date_of_birth="1988-04-17"),
        person(identifiers=[known_by("phone", "07700 900124")]),
        person(identifiers=[known_by("phone", "900123")]),
        person(identifiers=[known_by("social", "@danny.m")]),
        person(identifiers=[known_by("social", "@danny.m", "tiktok")]),
        person(identifiers=[known_by("other", "AB12 CDEF"), known_by("address", "7700 Road 900123")]),
        person(identifiers=[known_by("social", "d\u0430nny.m", "instagram")]),
    ],
)
def test_less_than_one_mark_is_nothing(api: Apis, respondent: dict[str, Any]) -> None:
    put(api, "A")
    put(api, "B", respondent=respondent)
    assert matches(api, "A") == []


@pytest.mark.parametrize(
    "unknown",
    [
        known_by("vehicle", "unknown"),
        known_by("vehicle", "N/A"),
        known_by("phone", "withheld"),
        known_by("email", "none"),
        known_by("social", "Not known", "instagram"),
    ],
)
def test_words_for_unknown_make_nobody_the_same(api: Apis, unknown: dict[str, Any]) -> None:
    put(api, "A", respondent=person(identifiers=[unknown]))
    put(api, "B", respondent=person(date_of_birth=None, identifiers=[unknown]))
    assert matches(api, "A") == []


def test_protected_persons_are_found_apart_from_respondents(api: Apis) -> None:
    """Rule 86; a protected person of one order whose number stands for the respondent of another is not he."""
    number = [known_by("phone", "07700 900555")]
    put(api, "A", protected_persons=[{"key": "P1", "family_name": "Osei", "identifiers": number}])
    someone = [{"key": "P1", "family_name": "Ali"}, {"key": "P2", "family_name": "Osei", "identifiers": number}]
    put(api, "B", respondent=person(), protected_persons=someone)
    put(api, "C", respondent=person(date_of_birth=None, identifiers=number))
    found = [(m["role"], m["key"], m["order"], m["other_key"], m["rests_on"]) for m in matches(api, "A")]
    assert found == [("protected_person", "P1", "B", "P2", ["phone"])]


def test_another_force_is_never_looked_into(api: Apis) -> None:
    """Rule 71: the hashes of one force are not those of another."""
    put(api, "A")
    put(api, "B", force="other_force")
    assert matches(api, "A") == []
    assert MatchKey.objects.values("digest").distinct().count() == MatchKey.objects.count()


def test_an_order_marked_restricted_is_not_found_from_another(api: Apis) -> None:
    """Rule 81; it finds the others itself, for those on its list."""
    put(api, "A")
    put(api, "B", restricted=True, readers=["4403"])
    assert matches(api, "A") == []
    assert api.officer.get("officer/orders/B/same-person").status == 404
    seen = api.supervisor.get("officer/orders/B/same-person").body["matches"]
    assert ("respondent", "A", MARKS) in [(m["role"], m["order"], m["rests_on"]) for m in seen]
    assert say(api, "link").codes == {("/order", "order_unknown")}


def test_what_a_correction_took_back_finds_nobody(api: Apis) -> None:
    """Rule 20: the version that was a mistake is in force at no time."""
    put(api, "A")
    put(api, "B")
    change = {"kind": "correction", "decided_on": "2026-03-02"}
    put(api, "B", number=2, respondent=person(), change=change)
    assert matches(api, "A") == []


def test_what_a_variation_left_out_still_finds_him(api: Apis) -> None:
    """He had that number then."""
    put(api, "A", respondent=person(identifiers=[known_by("phone", "07700 900123")]))
    put(api, "B")
    change = {"kind": "variation", "decided_on": "2026-06-01", "necessity": "As ordered."}
    varied: dict[str, Any] = {
        "change": change,
        "effective_from": "2026-06-01T10:00:00Z",
        "respondent": {**an_order()["respondent"], "identifiers": []},
    }
    put(api, "B", number=2, **varied)
    assert why(api, "A") == [("respondent", "B", ["phone"])]


def test_no_value_and_no_name_is_shown_or_kept_in_the_clear(api: Apis, two: None) -> None:
    """Rules 71 and 86: a match says on what it rests by kind."""
    shown = json.dumps(api.officer.get("officer/orders/A/same-person").body)
    kept = b" ".join(bytes(row.digest) for row in MatchKey.objects.all())
    for value in ("Marsh", "07700", "447700900123", "d.marsh", "danny", "AB12", "1988"):
        assert value not in shown
        assert value.casefold().encode() not in kept


def test_a_named_person_links_two_with_a_reason(api: Apis, two: None) -> None:
    """Rule 86."""
    answer = say(api, "link")
    assert answer.status == 201
    assert (answer.body["state"], answer.body["order"], answer.body["rests_on"]) == ("linked", "B", MARKS)
    (said,) = answer.body["history"]
    assert (said["done"], said["by"], said["reason"], said["rests_on"]) == ("linked", "4401", WHY, MARKS)


def test_both_orders_show_the_link(api: Apis, two: None) -> None:
    say(api, "link")
    assert [m["state"] for m in matches(api, "A")] == ["linked"]
    assert [(m["order"], m["state"]) for m in matches(api, "B")] == [("A", "linked")]


def test_a_link_may_be_taken_back_from_the_other_side(api: Apis, two: None) -> None:
    """Rule 86: reversible; what was said stays."""
    say(api, "link")
    answer = say(api, "unlink", reference="B", caller="supervisor", order="A", reason="A twin brother, it turned out.")
    assert (answer.status, answer.body["state"]) == (201, "suggested")
    assert [(h["done"], h["by"]) for h in answer.body["history"]] == [("linked", "4401"), ("unlinked", "4403")]
    assert list(SamePerson.objects.order_by("number").values_list("linked", flat=True)) == [True, False]


def test_people_whom_no_record_connects_may_be_linked(api: Apis) -> None:
    put(api, "A")
    put(api, "B", respondent=person())
    assert say(api, "link").body["rests_on"] == []
    assert say(api, "unlink").body["state"] == "unlinked"
    assert [m["state"] for m in matches(api, "A")] == ["unlinked"]


def test_protected_persons_are_linked_by_their_keys(api: Apis) -> None:
    put(api, "A")
    put(api, "B", respondent=person(), **only("V9"))
    answer = say(api, "link", role="protected_person", key="P1", other_key="V9")
    assert (answer.status, answer.body["key"], answer.body["other_key"]) == (201, "P1", "V9")
    assert [(m["key"], m["other_key"]) for m in matches(api, "B") if m["state"] == "linked"] == [("V9", "P1")]


def test_the_key_is_the_same_in_both_where_only_one_is_given(api: Apis, two: None) -> None:
    assert say(api, "link", role="protected_person", key="P1").body["other_key"] == "P1"


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"order": "Z"}, {("/order", "order_unknown")}),
        ({"order": "A"}, {("/order", "same_order")}),
        ({"order": "a b"}, {("/order", "bad_format")}),
        ({"role": "witness"}, {("/role", "unknown_value")}),
        ({"key": "P1"}, {("/key", "not_for_this_role"), ("/other_key", "not_for_this_role")}),
        (
            {"role": "protected_person"},
            {("/key", "protected_person_unknown"), ("/other_key", "protected_person_unknown")},
        ),
        ({"role": "protected_person", "key": "P1", "other_key": "P7"}, {("/other_key", "protected_person_unknown")}),
        ({"role": "protected_person", "key": "P\n"}, {("/key", "bad_format")}),
        ({"reason": "Because."}, {("/reason", "too_short")}),
        ({"reason": " " * 12}, {("/reason", "bad_format")}),
        ({"reason": "x" * 2001}, {("/reason", "too_long")}),
        ({"reason": "nul \x00 in a reason"}, {("/reason", "text_not_storable")}),
        ({"certain": True}, {("/certain", "unknown_field")}),
    ],
)
@pytest.mark.parametrize("verb", ["link", "unlink"])
def test_what_is_refused(api: Apis, two: None, verb: str, changes: dict[str, Any], codes: set[tuple[str, str]]) -> None:
    answer = say(api, verb, **changes)
    assert (answer.status, answer.codes) == (422, codes)
    assert not SamePerson.objects.exists()


def test_another_forces_order_looks_like_none(api: Apis, two: None) -> None:
    put(api, "C", force="other_force")
    assert say(api, "link", order="C").codes == say(api, "link", order="Z").codes
    assert say(api, "link", reference="C", order="A").status == 404


def test_linking_twice_and_taking_back_what_is_not_are_told(api: Apis, two: None) -> None:
    assert say(api, "unlink").code == "not_linked"
    assert say(api, "link").status == 201
    answer = say(api, "link", reference="B", order="A", caller="supervisor")
    assert (answer.status, answer.code) == (409, "already_linked")


def test_a_retry_with_the_same_key_links_once(api: Apis, two: None) -> None:
    body = {"order": "B", "role": "respondent", "reason": WHY}
    answers = [api.officer.post("officer/orders/A/same-person/link", body, Idempotency_Key="k") for _ in range(2)]
    assert [a.status for a in answers] == [201, 201]
    assert answers[1].headers["Idempotency-Replayed"] == "true"


def test_each_act_leaves_a_trace(api: Apis, two: None) -> None:
    """Rule 76; section 62: what is put together is a combination, what is looked at a consultation."""
    say(api, "link")
    say(api, "unlink")
    matches(api, "A")
    rows = Entry.objects.filter(verb__startswith="same_person").order_by("id")
    assert [(r.action, r.verb, r.reason) for r in rows] == [
        ("combination", "same_person_linked", WHY),
        ("combination", "same_person_unlinked", WHY),
        ("consultation", "same_person_read", ""),
    ]
    assert all(len(row.record_ids) >= 2 for row in rows)


def test_victims_never_see_any_of_it(api: Apis, two: None) -> None:
    """Rule 83."""
    say(api, "link", role="protected_person", key="P1")
    for caller in (api.victim, api.other_victim, api.advocate, api.insider, api.force):
        assert caller.get("officer/orders/A/same-person").status == 403
        assert "same_person" not in json.dumps(caller.get("victim/reports").body)


class _RolledBack(Exception):
    """Ends an example."""


@pytest.fixture
def three(api: Apis) -> dict[str, Order]:
    """A and B with all marks in common, C with one."""
    put(api, "A")
    put(api, "B")
    put(api, "C", respondent=person(identifiers=[known_by("phone", "07700 900123")]))
    return {order.reference: order for order in Order.objects.all()}


def _stand(orders: dict[str, Order]) -> tuple[set[str], list[tuple[str, str, tuple[str, ...]]]]:
    """Which pairs are linked, and what the records suggest."""
    rows = [(name, match) for name, order in orders.items() for match in matches_of(order, caller=OFFICER).rows]
    linked = {"".join(sorted(name + m.reference)) for name, m in rows if m.linked and m.pair.role == "respondent"}
    return linked, sorted((name, m.reference, m.rests_on) for name, m in rows if m.rests_on)


@given(st.lists(st.tuples(st.sampled_from(["AB", "BA", "AC", "CB"]), st.booleans()), max_size=8))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_linking_and_unlinking_in_any_order_leaves_suggestions_as_they_were(
    cast: Cast, three: dict[str, Order], acts: list[tuple[str, bool]]
) -> None:
    """Rule 86: reversible. What speaks for a pair does not change with what is said; the last word counts."""
    user = UUID(cast.officer.user_id)
    caller = Caller("officer", str(user), force="05", role="officer", staff_id="4401", user_id=user)
    _, suggested = _stand(three)
    expected: set[str] = set()
    with suppress(_RolledBack), transaction.atomic():
        for pair, link in acts:
            name, verb = "".join(sorted(pair)), link_same_person if link else unlink_same_person
            said = SamePersonSaid(order=pair[1], role="respondent", key="", other_key="", reason=WHY)
            with nullcontext() if (name in expected) != link else pytest.raises(Conflict):
                verb(caller=caller, reference=pair[0], said=said)
            expected = expected | {name} if link else expected - {name}
            assert _stand(three) == (expected, suggested)
        raise _RolledBack
