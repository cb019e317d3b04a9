"""`known_at` of a read: honoured, or refused with a code; never left out without a word (issue 13, line 4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.api.orders.example import Json
from tests.support.api import Apis
from tests.support.orders import NO_CONTACT, REFERENCE, SERVED, an_order

ROOT = f"force/orders/{REFERENCE}"
PENDING = {"reference": "APP-1", "applied_on": "2026-02-20"}
BOTH = {"defendant": True, "applying_chief_officer": True, "residence_force": "05"}
RECORDS: dict[str, Json] = {
    "service": SERVED,
    "determination": {"result": "granted", "at": "2026-06-01T11:00:00Z"},
    "discharge": {"discharged_at": "2026-06-01T11:00:00Z", "consents": BOTH},
    "appeal": {"lodged_on": "2026-03-20", "outcome": "quashed", "at": "2026-06-01T11:00:00Z"},
    "notification-events": {"kind": "new_name", "event_on": "2026-05-01"},
}
TICK = timedelta(microseconds=1)
REASON = {"reason": "Entered on the wrong order by a slip."}


def register_interim(api: Apis) -> None:
    body = an_order(conditions=[NO_CONTACT], kind="interim", expires_on="2026-12-31", main_application=PENDING)
    assert api.force.put(f"{ROOT}/versions/1", body).status == 201


@pytest.mark.parametrize("kind", RECORDS)
def test_a_list_of_records_shows_what_was_known_then(api: Apis, kind: str) -> None:
    register_interim(api)
    answer = api.force.post(f"{ROOT}/{kind}", RECORDS[kind])
    assert answer.status == 201, answer.body
    assert api.force.post(f"{ROOT}/{kind}/{answer.body['id']}/withdraw", REASON).status == 200
    (row,) = api.force.get(f"{ROOT}/{kind}").body["results"]
    recorded, withdrawn = (datetime.fromisoformat(text) for text in (row["recorded_at"], row["withdrawn"]["at"]))
    seen = [_shown(api, kind, at) for at in (recorded - TICK, recorded, withdrawn - TICK, withdrawn)]
    assert seen == [[], [False], [False], [True]]
    assert _shown(api, kind, withdrawn - TICK, who="officer") == [False]


def _shown(api: Apis, kind: str, known_at: datetime, *, who: str = "force") -> list[bool]:
    """Of each record that is listed, whether it is shown as withdrawn."""
    query = f"?known_at={known_at:%Y-%m-%dT%H:%M:%S.%f}Z"
    answer = getattr(api, who).get(f"{who}/orders/{REFERENCE}/{kind}{query}")
    assert answer.status == 200, answer.body
    return [row["withdrawn"] is not None for row in answer.body["results"]]


REFUSED: dict[str, tuple[str, str]] = {
    "no instant": ("/service?known_at=yesterday", "instant_unreadable"),
    "no offset": ("/service?known_at=2026-11-01T12:00:00", "instant_unreadable"),
    "a time of another kind": ("/service?at=2026-11-01T12:00:00Z", "parameter_not_supported"),
    "a name that is written otherwise": ("/service?knownAt=2026-11-01T12:00:00Z", "parameter_not_supported"),
    "a parameter that nobody knows": ("?as_of=2026-11-01T12:00:00Z", "parameter_not_supported"),
    "one version": ("/versions/1?known_at=2026-11-01T12:00:00Z", "parameter_not_supported"),
    "notifications": ("/notifications?known_at=2026-11-01T12:00:00Z", "parameter_not_supported"),
    "identifiers": ("/people/respondent/identifiers?at=2026-11-01T12:00:00Z", "parameter_not_supported"),
    "a person's": ("/people/respondent/identifiers?known_at=now", "instant_unreadable"),
    "events": ("/events?known_at=2026-11-01T12:00:00Z", "parameter_not_supported"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_time_that_cannot_be_looked_at_is_refused(api: Apis, name: str) -> None:
    path, code = REFUSED[name]
    register_interim(api)
    answer = api.force.get(f"{ROOT}{path}")
    assert (answer.status, {code for _, code in answer.codes}) == (422, {code})


LISTS = ["force/orders", "force/breaches", "officer/reports", "officer/orders", "victim/reports", "victim/orders"]


@pytest.mark.parametrize("path", LISTS)
def test_lists_of_what_is_so_now_refuse_it_too(api: Apis, path: str) -> None:
    caller: Any = getattr(api, path.partition("/")[0])
    assert caller.get(f"{path}?known_at=2026-11-01T12:00:00Z").codes == {("?known_at", "parameter_not_supported")}
    assert caller.get(f"{path}?anything=else").status == 200


def test_a_name_that_may_be_somebodys_is_not_repeated(api: Apis) -> None:
    register_interim(api)
    answer = api.force.get(f"{ROOT}?07700%20900123=1")
    assert (answer.status, answer.codes) == (422, {("?", "parameter_not_supported")})
