"""Line 6: an interim order that a full one replaces, on record or not, and the three days of section 9 (rule 27)."""

from __future__ import annotations

from typing import Any

import pytest

from orders.models import NotificationDuty
from tests.api.orders.example import Json
from tests.support.api import Answer, Apis
from tests.support.orders import NO_CONTACT, REFERENCE, SERVED, an_order

INTERIM = "SPO-05-0000-26"
PENDING = {"reference": "APP-1", "applied_on": "2026-02-20"}
RIGHT: Json = {"conditions": [NO_CONTACT], "replaces_interim": INTERIM}


def put(api: Apis, reference: str, number: int = 1, **changes: Any) -> Answer:
    return api.force.put(
        f"force/orders/{reference}/versions/{number}", an_order(**{"conditions": [NO_CONTACT], **changes})
    )


def register_interim(api: Apis, **changes: Any) -> None:
    answer = put(
        api, INTERIM, **{"kind": "interim", "main_application": PENDING, "expires_on": "2026-12-31", **changes}
    )
    assert answer.status == 201, answer.body


def serve(api: Apis) -> Any:
    answer = api.force.post(f"force/orders/{REFERENCE}/service", SERVED)
    assert answer.status == 201
    return answer.body["notification_due"]


def duties() -> list[str]:
    return list(NotificationDuty.objects.filter(order__reference=REFERENCE).values_list("kind", flat=True))


def codes(answer: Answer) -> list[tuple[str, str]]:
    assert answer.status == 201, answer.body
    return [(warning["pointer"], warning["code"]) for warning in answer.body["warnings"]]


def test_what_it_replaces_must_be_an_interim(api: Apis) -> None:
    put(api, INTERIM)
    answer = put(api, REFERENCE, replaces_interim=INTERIM)
    assert (answer.status, answer.codes) == (422, {("/replaces_interim", "not_an_interim")})


def test_a_full_order_does_not_replace_itself(api: Apis) -> None:
    put(api, REFERENCE)
    change = {"kind": "correction", "decided_on": "2026-03-02"}
    answer = put(api, REFERENCE, 2, replaces_interim=REFERENCE, change=change)
    assert answer.codes == {("/replaces_interim", "not_an_interim")}


def test_it_is_told_with_everything_else(api: Apis) -> None:
    put(api, INTERIM)
    answer = put(api, REFERENCE, replaces_interim=INTERIM, conditions=[])
    assert answer.codes == {("/replaces_interim", "not_an_interim"), ("/conditions", "required")}


def test_an_interim_that_is_not_on_record_is_warned_of_and_the_duty_arises(api: Apis) -> None:
    """Section 9(1) leaves out only who is under an order that replaces an interim: a bare reference shows none."""
    assert codes(put(api, REFERENCE, replaces_interim=INTERIM)) == [("/replaces_interim", "interim_not_on_record")]
    assert (serve(api), duties()) == ("2026-03-04", ["initial"])


def test_an_interim_on_record_keeps_the_duty_from_arising(api: Apis) -> None:
    register_interim(api)
    assert codes(put(api, REFERENCE, replaces_interim=INTERIM)) == []
    assert (serve(api), duties()) == (None, [])


def test_another_forces_interim_is_none_of_this_force(api: Apis) -> None:
    body = an_order(kind="interim", main_application=PENDING, conditions=[NO_CONTACT])
    assert api.other_force.put(f"force/orders/{INTERIM}/versions/1", body).status == 201
    assert codes(put(api, REFERENCE, replaces_interim=INTERIM)) == [("/replaces_interim", "interim_not_on_record")]
    assert (serve(api), duties()) == ("2026-03-04", ["initial"])


def test_the_duty_goes_when_the_interim_is_registered_later(api: Apis) -> None:
    put(api, REFERENCE, replaces_interim=INTERIM)
    serve(api)
    register_interim(api)
    assert duties() == []
    assert api.force.get(f"force/orders/{REFERENCE}/notifications").body["duties"] == []


def test_the_duty_comes_back_when_the_interim_was_a_full_order_all_along(api: Apis) -> None:
    register_interim(api)
    put(api, REFERENCE, replaces_interim=INTERIM)
    serve(api)
    change = {"kind": "correction", "decided_on": "2026-03-02", "corrects": 1}
    assert put(api, INTERIM, 2, change=change).status == 201
    assert duties() == ["initial"]


@pytest.mark.parametrize("reader", [False, True])
def test_a_restricted_interim_is_on_record_for_its_readers_only(api: Apis, reader: bool) -> None:
    """Rule 81: to whoever is not on its list it is as if it were not there. The law's duty is none either way."""
    register_interim(api, restricted=True)
    caller = api.force if reader else api.officer
    prefix = "force" if reader else "officer"
    answer = caller.put(f"{prefix}/orders/{REFERENCE}/versions/1", an_order(**RIGHT))
    assert codes(answer) == ([] if reader else [("/replaces_interim", "interim_not_on_record")])


@pytest.mark.parametrize("typed", [INTERIM.lower(), INTERIM.replace("-", " "), INTERIM.replace("-", "")])
def test_an_interim_is_found_however_its_reference_is_typed(api: Apis, typed: str) -> None:
    """No duty that he does not have, and so no offence that is none (rule 27)."""
    register_interim(api)
    assert ("/replaces_interim", "interim_not_on_record") not in codes(put(api, REFERENCE, replaces_interim=typed))
    assert serve(api) is None and duties() == []


def test_an_interim_that_comes_later_is_found_however_it_was_typed(api: Apis) -> None:
    put(api, REFERENCE, replaces_interim=INTERIM.lower())
    assert serve(api) is not None
    register_interim(api)
    assert duties() == []


@pytest.mark.parametrize(
    "spelling", ["spo-05-0001-26", "SPO05000126", "SPO 05 0001 26", "SPO-05-0001\u201326", REFERENCE]
)
def test_an_order_that_names_itself_in_any_spelling_is_refused(api: Apis, spelling: str) -> None:
    """As a first version too: it was taken for one that is not on record, and the three days of section 9 ran."""
    answer = put(api, REFERENCE, replaces_interim=spelling)
    assert (answer.status, answer.codes) == (422, {("/replaces_interim", "not_an_interim")})
    pending: dict[str, Any] = {"kind": "interim", "main_application": PENDING, "expires_on": "2026-12-31"}
    answer = put(api, REFERENCE, 1, replaces_interim=spelling, **pending)
    assert ("/replaces_interim", "replaces_itself") in answer.codes


def test_another_order_whose_dash_stands_elsewhere_is_not_itself(api: Apis) -> None:
    answer = put(api, "A-1-12", replaces_interim="A-11-2")
    assert codes(answer) == [("/replaces_interim", "interim_not_on_record")]


def test_the_interim_that_it_replaces_is_no_other_live_order_however_it_is_spelt(api: Apis) -> None:
    """Rule 10: they were told to be incompatible."""
    register_interim(api)
    answer = put(api, REFERENCE, replaces_interim="spo05000026")
    assert "possible_incompatibility" not in [code for _, code in codes(answer)]
