"""A canary in every place that must stay inside: events, queue rows, traces, logs, refusals (rules 71 to 73)."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.forms.models import model_to_dict
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from audit.models import Entry
from edge.models import IdempotentAnswer
from tests.support.api import Apis
from tests.support.orders import EXCLUSION, NO_CONTACT, ZONE_A, a_condition, a_report, an_order, register
from webhooks.models import Event

CANARY = "canary-27-Laburnum-Road"
NUMBER = "+447700900777"
PLACE = -2.97654321


def secret_order() -> dict[str, Any]:
    centre = {"longitude": PLACE, "latitude": 53.4072}
    zone = {**ZONE_A, "restricted_name": CANARY, "shape": {"type": "circle", "centre": centre, "radius_m": 100}}
    return an_order(
        conditions=[a_condition(EXCLUSION, zones=[zone], wording=CANARY), a_condition(NO_CONTACT, wording=CANARY)],
        protected_persons=[{"key": "P1", "family_name": CANARY, "given_names": CANARY}],
    )


def secret_report() -> dict[str, Any]:
    return a_report(
        description=CANARY,
        impact=CANARY,
        contacts=[{"channel": "sms", "from": {"kind": "phone", "value": NUMBER}, "text": CANARY}],
        witnesses=[{"name": CANARY, "how_to_reach": NUMBER}],
    )


@pytest.fixture
def everything_done(api: Apis, cast: Any, caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    """An order, a report, a claim and a decision, each with a canary; a refusal of each beside it."""
    caplog.set_level(logging.DEBUG, logger="django.request")
    order = register(api, cast, secret_order())
    report: dict[str, Any] = api.victim.post("victim/reports", secret_report(), Idempotency_Key="k").body
    tag = api.officer.post(f"officer/reports/{report['id']}/claim", {}).etag
    why = {"reason": CANARY}
    assert api.officer.post(f"officer/reports/{report['id']}/not-verified", why, If_Match=tag).status == 200
    refusals = [
        api.victim.post("victim/reports", {**secret_report(), "positions": CANARY}),
        api.force.put(f"force/orders/{order}/versions/2", {**secret_order(), "made_on": CANARY}),
        api.force.put(f"force/orders/{order}/versions/1", {**secret_order(), "until_further_order": True}),
        api.officer.post(f"officer/reports/{report['id']}/verify", {"findings": CANARY}, If_Match="x"),
    ]
    return {"report": report, "refusals": [r.body for r in refusals], "order": order}


def test_nothing_of_it_is_in_what_leaves_or_is_written_about(
    everything_done: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    places = {
        "events": [model_to_dict(row) for row in Event.objects.all()],
        "queue": [SignedPackage.loads(row.payload) for row in OrmQ.objects.all()],
        "kept answers": [row.body for row in IdempotentAnswer.objects.all()],
        "refusals": everything_done["refusals"],
        "the reporter's answer": everything_done["report"],
        "logs": [record.getMessage() for record in caplog.records],
        "traces": [model_to_dict(row, exclude=["reason"]) for row in Entry.objects.all()],
    }
    for name, content in places.items():
        text = json.dumps(content, default=str)
        assert not any(secret in text for secret in (CANARY, NUMBER, str(PLACE))), name


def test_the_reporter_and_other_forces_see_none_of_it(api: Apis, everything_done: dict[str, Any]) -> None:
    report = everything_done["report"]["id"]
    own = api.victim.get(f"victim/reports/{report}").body
    seen = [
        api.victim.get("victim/reports").body,
        # But for what she said herself, which she reads back.
        {name: part for name, part in own.items() if name not in ("report", "current")},
        api.other_force.get("force/events").body,
        api.other_officer.get("officer/reports").body,
        api.other_force.get(f"force/orders/{everything_done['order']}").body,
    ]
    assert CANARY not in json.dumps(seen)


def test_a_force_reads_its_order_without_names_places_or_restricted_names(
    api: Apis, everything_done: dict[str, Any]
) -> None:
    """api.md: names, identifiers and restricted names are left out; shapes need `zones:read`."""
    body = api.force.get(f"force/orders/{everything_done['order']}").body
    for condition in body["conditions"]:
        condition.pop("wording")  # the court's own words are the order
    assert not any(secret in json.dumps(body) for secret in (CANARY, str(PLACE), "Marsh", "07700"))
