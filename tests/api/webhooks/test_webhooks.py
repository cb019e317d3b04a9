"""Managing where a force is told: /force/webhooks."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from pytest_django import Settings

from audit.models import Entry
from edge.models import IdempotentAnswer
from tests.support.api import Answer, Api, Apis
from webhooks.models import Delivery, Endpoint, Event
from webhooks.vault import open_sealed

HOOK = {"url": "https://hooks.police.example.com/spo", "events": ["report.received", "report.verified"]}


def _create(api: Api, **changes: Any) -> Answer:
    return api.post("force/webhooks", {**HOOK, **changes})


def _verbs() -> list[str]:
    return list(Entry.objects.filter(verb__startswith="webhook_").order_by("id").values_list("verb", flat=True))


def test_a_new_endpoint_is_told_with_its_secret(api: Apis) -> None:
    answer = _create(api.force)
    assert answer.status == 201
    assert answer.body.keys() == {"id", "url", "events", "secret", "state"}
    assert {name: answer.body[name] for name in ("url", "events", "state")} == {**HOOK, "state": "active"}
    assert answer.body["secret"].startswith("whsec_")
    assert answer.headers["Location"] == f"/api/v1/force/webhooks/{answer.body['id']}"


def test_everything_may_be_asked_for_and_doubles_count_once(api: Apis) -> None:
    assert _create(api.force, events=["*"]).body["events"] == ["*"]
    assert _create(api.force, events=["order.served", "order.served"]).body["events"] == ["order.served"]


def test_the_secret_is_stored_sealed_and_shown_nowhere_else(api: Apis) -> None:
    body = _create(api.force).body
    row = Endpoint.objects.get(pk=body["id"])
    assert body["secret"].encode() not in bytes(row.sealed_secret)
    assert open_sealed(bytes(row.sealed_secret), endpoint=row.id) == body["secret"]
    for path in ("force/webhooks", f"force/webhooks/{row.id}"):
        assert "secret" not in str(api.force.get(path).body)


def test_a_retry_with_the_same_key_gets_the_same_secret_which_is_kept_sealed(api: Apis) -> None:
    first = api.force.post("force/webhooks", HOOK, Idempotency_Key="one")
    again = api.force.post("force/webhooks", HOOK, Idempotency_Key="one")
    assert (again.status, again.body) == (201, first.body)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Endpoint.objects.count() == 1
    assert "whsec" not in str(IdempotentAnswer.objects.get().body)


def test_a_retry_gets_the_same_answer_even_after_the_endpoint_is_gone(api: Apis) -> None:
    first = api.force.post("force/webhooks", HOOK, Idempotency_Key="one")
    api.force.delete(f"force/webhooks/{first.body['id']}")
    assert api.force.post("force/webhooks", HOOK, Idempotency_Key="one").body == first.body


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, {("/url", "required"), ("/events", "required")}),
        ({"url": None, "events": None}, {("/url", "required"), ("/events", "required")}),
        ({"url": 5, "events": {}}, {("/url", "wrong_type"), ("/events", "wrong_type")}),
        ({"url": "http://x", "events": []}, {("/url", "url_invalid"), ("/events", "too_few")}),
        (
            {"url": "https://10.0.0.1/", "events": ["report.received", "x", 5]},
            {("/url", "url_not_public"), ("/events/2", "wrong_type")},
        ),
        (
            {"url": 5, "events": ["report.received", "x"], "secret": "mine"},
            {("/url", "wrong_type"), ("/events/1", "unknown_event"), ("/secret", "unknown_field")},
        ),
        ({"url": "https://a\x00.example", "events": ["*"]}, {("/url", "text_not_storable")}),
        ({**HOOK, "events": ["*"] * 101}, {("/events", "too_many")}),
        ({**HOOK, "events": ["webhook.test"]}, {("/events/0", "unknown_event")}),
        ({**HOOK, "url": "https://a.example/" + "x" * 2000}, {("/url", "url_invalid")}),
    ],
)
def test_everything_wrong_is_told_at_once(api: Apis, body: Any, codes: set[tuple[str, str]]) -> None:
    answer = api.force.post("force/webhooks", body)
    assert (answer.status, answer.codes) == (422, codes)
    assert Endpoint.objects.count() == 0


@pytest.mark.parametrize("body", [[], "x", 5, None])
def test_what_is_no_object_is_refused(api: Apis, body: Any) -> None:
    assert api.force.post("force/webhooks", body).status == 422


def test_this_machine_is_refused_unless_that_is_allowed(api: Apis, settings: Settings) -> None:
    settings.WEBHOOK_LOOPBACK_ALLOWED = False
    assert _create(api.force, url="http://127.0.0.1:9000/").codes == {("/url", "url_not_public")}
    settings.WEBHOOK_LOOPBACK_ALLOWED = True
    assert _create(api.force, url="http://127.0.0.1:9000/").status == 201


def test_a_force_lists_its_own_endpoints_page_by_page(api: Apis) -> None:
    mine = [_create(api.force).body["id"] for _ in range(3)]
    _create(api.other_force)
    first = api.force.get("force/webhooks?limit=2").body
    second = api.force.get(f"force/webhooks?limit=2&cursor={first['next']}").body
    assert [row["id"] for row in first["results"] + second["results"]] == mine
    assert (first["previous"], second["next"]) == (None, None)


def test_one_endpoint_says_how_far_it_is_behind(api: Apis) -> None:
    body = _create(api.force).body
    api.force.post(f"force/webhooks/{body['id']}/test")
    shown = api.force.get(f"force/webhooks/{body['id']}").body
    assert shown.pop("created_at")
    assert shown == {**HOOK, "id": body["id"], "state": "active", "pending": 1, "parked": 0}


def test_a_deleted_endpoint_is_gone_with_what_it_was_owed(api: Apis) -> None:
    path = f"force/webhooks/{_create(api.force).body['id']}"
    api.force.post(f"{path}/test")
    answer = api.force.delete(path)
    assert (answer.status, answer.body) == (204, None)
    assert api.force.get(path).status == 404
    assert api.force.delete(path).status == 404
    assert Delivery.objects.count() == 0


def test_a_test_is_owed_to_this_endpoint_alone(api: Apis) -> None:
    hook, _ = _create(api.force).body["id"], _create(api.force)
    answer = api.force.post(f"force/webhooks/{hook}/test")
    assert answer.status == 202
    owed = Delivery.objects.get()
    assert (str(owed.endpoint_id), str(owed.event.key)) == (hook, answer.body["id"])


def test_a_replay_owes_again_what_happened_since(api: Apis, order: str) -> None:
    hook = _create(api.force, events=["*"]).body["id"]
    api.force.get("force/events")
    at = Event.objects.order_by("sequence").first()
    assert at is not None
    since = at.occurred_at.isoformat()
    answer = api.force.post(f"force/webhooks/{hook}/replay", {"from": since})
    assert answer.status == 202
    assert answer.body["queued"] == Delivery.objects.filter(endpoint=hook).count() == Event.objects.count() > 1


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, {("/from", "required")}),
        ({"from": "2026-03-02"}, {("/from", "instant_unreadable")}),
        ({"from": "2026-03-02T10:00:00"}, {("/from", "instant_offset_missing")}),
        ({"from": "0001-01-01T00:00:00+23:00"}, {("/from", "instant_unreadable")}),
        ({"from": 5, "since": 1}, {("/from", "wrong_type"), ("/since", "unknown_field")}),
    ],
)
def test_a_replay_needs_an_instant(api: Apis, body: Any, codes: set[tuple[str, str]]) -> None:
    answer = api.force.post(f"force/webhooks/{_create(api.force).body['id']}/replay", body)
    assert (answer.status, answer.codes) == (422, codes)


def test_anothers_endpoint_looks_like_none(api: Apis) -> None:
    theirs, none = _create(api.other_force).body["id"], str(uuid4())
    for hook in (theirs, none):
        path = f"force/webhooks/{hook}"
        answers = [
            api.force.get(path),
            api.force.delete(path),
            api.force.post(f"{path}/test"),
            api.force.post(f"{path}/replay", {"from": "2026-01-01T00:00:00Z"}),
            api.force.post(f"{path}/replay", {"from": "nonsense"}),
        ]
        assert [(a.status, a.code) for a in answers] == [(404, "not_found")] * 5
    assert Endpoint.objects.filter(pk=theirs).exists()


@pytest.mark.parametrize("who", ["officer", "supervisor", "auditor", "victim", "advocate"])
def test_only_force_systems_may(api: Apis, who: str) -> None:
    other: Api = getattr(api, who)
    path = f"force/webhooks/{_create(api.force).body['id']}"
    calls = [other.get("force/webhooks"), _create(other), other.get(path), other.delete(path)]
    calls += [other.post(f"{path}/test"), other.post(f"{path}/replay", {}), other.get("force/events")]
    assert [answer.status for answer in calls] == [403] * 7
    assert api.nobody.get("force/webhooks").status == 401
    assert api.nobody.post(f"{path}/test").status == 401


def test_every_write_leaves_a_trace(api: Apis) -> None:
    hook = _create(api.force).body["id"]
    path = f"force/webhooks/{hook}"
    api.force.post(f"{path}/test")
    api.force.post(f"{path}/replay", {"from": "2026-01-01T00:00:00Z"})
    api.force.delete(path)
    assert _verbs() == ["webhook_created", "webhook_test_sent", "webhook_replayed", "webhook_deleted"]
    assert all(hook in entry.record_ids for entry in Entry.objects.filter(verb__startswith="webhook_"))


def test_what_was_refused_leaves_none(api: Apis) -> None:
    api.force.post("force/webhooks", {})
    api.force.delete(f"force/webhooks/{UUID(int=1)}")
    assert _verbs() == []
