"""GET /victim/orders: what the court forbade for one's protection, in plain words, and nothing of anybody else."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest

from accounts.models import Authority
from audit.models import Entry
from audit.types import SERVICE
from common.ids import uuid7
from demo.cast import Cast
from orders.models import Order
from orders.services import link_person
from tests.support.api import Apis
from tests.support.orders import (
    EXCLUSION,
    NO_APPROACH,
    NO_CONTACT,
    ORDER,
    SERVED,
    ZONE_A,
    ZONE_B,
    a_condition,
    an_order,
    register,
)
from tests.support.signing_in import App

CANARY = "canary-27-Laburnum-Road"


def own(api: Apis, who: str = "victim") -> list[dict[str, Any]]:
    answer = getattr(api, who).get("victim/orders")
    assert answer.status == 200, answer.body
    assert answer.headers["Cache-Control"] == "no-store"
    found: list[dict[str, Any]] = answer.body["results"]
    return found


def test_she_reads_her_terms_in_plain_words_with_zones_by_code(api: Apis, order: str) -> None:
    (one,) = own(api)
    assert (one["reference"], one["force"], one["kind"], one["status"]) == (
        order, {"code": "05", "name": "Merseyside Police"}, "full", "in_force",
    )  # fmt: skip
    assert (one["in_force_from"], one["in_force_until"]) == ("2026-03-02T11:30:00Z", "2028-03-02T00:00:00Z")
    assert one["says"] == [
        "This order is in force.",
        "It began on 2 March 2026; its last day is 1 March 2028.",
        "The respondent was given it on 2 March 2026.",
    ]
    assert [(c["clause"], c["zones"], c["says"]) for c in one["conditions"]] == [
        ("1", ["A", "B"], ["The respondent must not go into zone A or zone B."]),
        ("3", [], ["The respondent must not contact you in any way or through anybody else."]),
        ("4", [], ["The respondent must not write or post about you on any social media or through anybody else."]),
        ("5", [], ["The respondent must not come within 50 metres of you."]),
    ]


def test_nothing_of_a_place_a_name_or_the_courts_words_is_in_it(api: Apis, order: str) -> None:
    """Rules 71, 72 and 83."""
    text = json.dumps(own(api))
    for word in ("home", "work", "-2.97", "53.40", "334000", "Marsh", "Osei", "07700", "#amaosei", "7714", "P1"):
        assert word not in text, word
    assert not any(c["wording"] in text for c in ORDER["conditions"])


def two_people(**changes: Any) -> dict[str, Any]:
    hers = a_condition(EXCLUSION, zones=[ZONE_A])
    other = a_condition(EXCLUSION, clause="2", protects=["P2"], zones=[ZONE_B], wording=f"Not to enter {CANARY}.")
    both = a_condition(NO_CONTACT, protects=["P1", "P2"], wording=f"Not to contact her or {CANARY}.")
    nobodys = a_condition(NO_APPROACH, clause="6", protects=[])
    people = [*ORDER["protected_persons"], {"key": "P2", "family_name": CANARY, "given_names": "B", "identifiers": []}]
    return an_order(protected_persons=people, conditions=[hers, other, both, nobodys], **changes)


def test_nobody_learns_of_another_protected_person_rule_83(api: Apis, cast: Cast) -> None:
    """Rule 83: neither her zone nor that there is anybody."""
    reference = register(api, cast, two_people())
    (one,) = own(api)
    assert [(c["clause"], c["zones"]) for c in one["conditions"]] == [("1", ["A"]), ("3", [])]
    text = json.dumps(one)
    assert not any(word in text for word in (CANARY, "P2", "zone B"))
    assert own(api, "other_victim") == []
    row = Order.objects.get(reference=reference)
    link_person(actor=SERVICE, order_id=row.id, key="P2", user_id=UUID(cast.other_victim.user_id))
    (other,) = own(api, "other_victim")
    assert [(c["clause"], c["zones"]) for c in other["conditions"]] == [("2", ["B"]), ("3", [])]
    assert "zone A" not in json.dumps(other)
    assert [(c["clause"], c["zones"]) for c in own(api)[0]["conditions"]] == [("1", ["A"]), ("3", [])]


@pytest.mark.parametrize("who", ["other_victim", "insider"])
def test_whom_no_order_protects_sees_none(api: Apis, order: str, who: str) -> None:
    assert own(api, who) == []


def test_she_is_told_that_he_was_not_given_it_yet(api: Apis, cast: Cast) -> None:
    """Rule 25: until then nothing he does breaks it."""
    reference = register(api, cast, an_order(), served=False)
    (one,) = own(api)
    assert one["served_at"] is None
    assert "not on record" in one["says"][-1]
    api.force.post(f"force/orders/{reference}/service", SERVED)
    assert own(api)[0]["served_at"] == "2026-03-02T15:00:00Z"


def test_the_terms_are_those_that_count_now(api: Apis, cast: Cast) -> None:
    reference = register(api, cast, an_order())
    change = {"kind": "variation", "decided_on": "2026-04-01"}
    varied = an_order(change=change, conditions=[NO_CONTACT], effective_from="2026-04-01T00:00:00+01:00")
    answer = api.force.put(f"force/orders/{reference}/versions/2", varied)
    assert answer.status == 201, answer.body
    assert [c["clause"] for c in own(api)[0]["conditions"]] == ["3"]
    assert own(api)[0]["in_force_from"] == "2026-03-02T11:30:00Z"


def test_she_is_told_when_other_terms_begin_to_count(api: Apis, cast: Cast) -> None:
    reference = register(api, cast, an_order())
    change = {"kind": "variation", "decided_on": "2026-04-01"}
    varied = an_order(change=change, conditions=[NO_CONTACT], effective_from="2027-06-01T00:00:00+01:00")
    assert api.force.put(f"force/orders/{reference}/versions/2", varied).status == 201
    (one,) = own(api)
    assert (len(one["conditions"]), one["terms_until"]) == (4, "2027-05-31T23:00:00Z")
    assert "Other terms count from 1 June 2027 on." in one["says"]


def test_an_order_that_is_over_says_so(api: Apis, cast: Cast) -> None:
    reference = register(api, cast, an_order())
    consents = {"defendant": True, "applying_chief_officer": True, "residence_force": "05"}
    ended = api.force.post(
        f"force/orders/{reference}/discharge", {"discharged_at": "2026-10-01T10:00:00Z", "consents": consents}
    )
    assert ended.status == 201, ended.body
    (one,) = own(api)
    assert (one["status"], one["says"][0]) == ("discharged", "This order is over: the court ended it.")


def test_an_advocate_reads_what_protects_the_person_for_whom_they_act(api: Apis, order: str) -> None:
    (one,) = own(api, "advocate")
    assert one["reference"] == order
    assert one["conditions"][3]["says"] == [
        "The respondent must not come within 50 metres of the person for whom you act."
    ]


@pytest.mark.parametrize("without", ["authority", "scope", "this order"])
def test_an_advocate_reads_nothing_beyond_their_authority(api: Apis, order: str, without: str) -> None:
    """Trap 29."""
    rows = Authority.objects.all()
    if without == "authority":
        rows.delete()
    elif without == "scope":
        rows.update(scopes=["follow"])
    else:
        rows.update(only_order=uuid7())
    assert own(api, "advocate") == []


def test_a_mailbox_alone_reads_no_terms(cast: Cast, order: str) -> None:
    """Rule 84."""
    answer = App().mailbox(cast.victim.email).api("GET", "victim/orders")
    assert (answer.status, answer.code) == (403, "assurance_too_low")


def test_that_she_read_them_is_on_the_trail(api: Apis, order: str) -> None:
    """Rule 76."""
    own(api)
    entry = Entry.objects.filter(verb="own_orders_read").latest("id")
    assert (entry.action, entry.record_ids) == ("consultation", [str(Order.objects.get().id)])


def test_what_changes_for_somebody_else_only_is_not_hers_to_know(api: Apis, cast: Cast) -> None:
    """Rule 83: no date of other terms, and no words of it."""
    reference = register(api, cast, two_people())
    later = two_people(
        effective_from="2027-06-01T00:00:00+01:00",
        change={"kind": "variation", "decided_on": "2026-06-01", "necessity": "x" * 20},
    )
    later["conditions"].append(a_condition(NO_APPROACH, clause="7", protects=["P2"]))
    assert api.force.put(f"force/orders/{reference}/versions/2", later).status == 201
    (one,) = own(api)
    assert one["terms_until"] is None and not any("Other terms" in line for line in one["says"])
