"""PUT .../versions/{n}: a warning where another live order may be against the same person (rule 10)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from demo.cast import Cast
from tests.support.api import Api, Apis
from tests.support.orders import EXCLUSION, NO_CONTACT, a_condition, an_order

CODE = "possible_incompatibility"
WHY = "Custody photograph and fingerprints are the same."
NOBODY = {"family_name": "Nobody", "date_of_birth": "1970-01-01"}


def put(api: Apis, reference: str, *, force: str = "force", number: int = 1, **changes: Any) -> list[dict[str, str]]:
    """Register a version; its warnings about other orders."""
    caller: Api = getattr(api, force)
    answer = caller.put(f"force/orders/{reference}/versions/{number}", an_order(**changes))
    assert answer.status == 201, answer.body
    return [warning for warning in answer.body["warnings"] if warning["code"] == CODE]


def alone(api: Apis, reference: str = "B", **changes: Any) -> bool:
    return put(api, reference, **changes) == []


def test_another_live_order_against_him_is_told(api: Apis) -> None:
    """Rule 10: it warns, and never merges or refuses."""
    assert alone(api, "A", conditions=[NO_CONTACT])
    (warning,) = put(api, "B")
    assert warning["pointer"] == "/respondent"
    assert warning["detail"] == "A is another live order, perhaps against the same person."
    assert api.force.get("force/orders").body["results"][1]["status"] == "in_force"


def test_the_conditions_that_may_not_go_together_are_named(api: Apis) -> None:
    put(api, "A")
    nights = [{"days": ["fri"], "from": "22:00", "to": "04:00"}]
    excepted = [{"kind": "child_contact", "wording": "except through a solicitor"}]
    conditions = [a_condition(EXCLUSION, windows=nights), a_condition(NO_CONTACT, exceptions=excepted)]
    assert [(w["pointer"], w["detail"]) for w in put(api, "B", conditions=conditions)] == [
        ("/conditions/0/zones/0", "Clause 1 of A has this zone on other terms."),
        ("/conditions/0/zones/1", "Clause 1 of A has this zone on other terms."),
        ("/conditions/1/exceptions", "Clause 3 of A forbids all contact; this one makes an exception."),
    ]


def test_the_warning_is_kept_with_the_version(api: Apis) -> None:
    put(api, "A")
    told = put(api, "B")
    again = api.force.put("force/orders/B/versions/1", an_order())
    assert (again.status, again.body["warnings"]) == (200, told)
    assert api.officer.get("officer/orders/B").body["warnings"] == told


def test_each_version_is_looked_at(api: Apis) -> None:
    put(api, "A")
    put(api, "B", respondent=NOBODY)
    change = {"kind": "correction", "decided_on": "2026-03-02"}
    assert len(put(api, "B", number=2, change=change)) == 1


def test_its_own_earlier_version_is_no_other_order(api: Apis) -> None:
    put(api, "B")
    assert alone(api, number=2, change={"kind": "correction", "decided_on": "2026-03-02"})


def test_another_person_is_not_told_of(api: Apis) -> None:
    put(api, "A", respondent=NOBODY)
    assert alone(api)


def test_another_forces_order_is_not_told_of(api: Apis) -> None:
    """Rule 71."""
    put(api, "A", force="other_force")
    assert alone(api)


def test_a_restricted_order_is_not_told_of(api: Apis) -> None:
    """Rule 81."""
    put(api, "A", restricted=True)
    assert alone(api)


def test_an_order_is_told_of_again_once_it_is_no_longer_restricted(api: Apis) -> None:
    put(api, "A", restricted=True)
    put(api, "A", number=2, restricted=False, change={"kind": "correction", "decided_on": "2026-03-02"})
    assert not alone(api)


def test_a_person_linked_by_an_officer_is_told_of_until_it_is_taken_back(api: Apis) -> None:
    """Rule 86."""
    put(api, "A")
    put(api, "B", respondent=NOBODY)
    said = {"order": "A", "role": "respondent", "reason": WHY}
    assert api.officer.post("officer/orders/B/same-person/link", said).status == 201
    change = {"kind": "correction", "decided_on": "2026-03-02"}
    assert len(put(api, "B", number=2, respondent=NOBODY, change=change)) == 1
    assert api.officer.post("officer/orders/B/same-person/unlink", said).status == 201
    assert alone(api, number=3, respondent=NOBODY, change=change)


def test_the_interim_order_that_it_replaces_is_not_told_of(api: Apis) -> None:
    put(api, "A", kind="interim", main_application={"reference": "APP-1", "applied_on": "2026-02-01"})
    assert alone(api, replaces_interim="A")


@pytest.mark.parametrize(
    ("expires_on", "told"),
    [("2028-03-01", True), ("2026-11-22", True), ("2026-11-21", False)],
    ids=["runs on", "ends today", "ended last midnight"],
)
@time_machine.travel(datetime(2026, 11, 22, 12, tzinfo=UTC), tick=False)
def test_only_an_order_that_is_live_is_told_of(cast: Cast, api: Apis, expires_on: str, told: bool) -> None:
    main = {"reference": "APP-1", "applied_on": "2026-02-01"}
    put(api, "A", kind="interim", main_application=main, expires_on=expires_on)
    assert alone(api) != told


def test_an_order_that_was_discharged_is_not_told_of(api: Apis) -> None:
    put(api, "A")
    consents = {"defendant": True, "applying_chief_officer": True, "residence_force": None}
    discharge = {"discharged_at": "2026-06-01T10:00:00Z", "consents": consents}
    assert api.force.post("force/orders/A/discharge", discharge).status == 201
    assert alone(api)


def test_orders_that_never_run_at_once_are_not_told_of(api: Apis) -> None:
    """The one ends before the other begins."""
    put(api, "A")
    assert alone(api, effective_from="2028-03-02T00:00:00Z", expires_on="2030-03-01")
    assert not alone(api, "C", effective_from="2028-03-01T00:00:00Z", expires_on="2030-03-01")
