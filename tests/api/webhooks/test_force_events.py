"""The feed of everything that happened: /force/events."""

from __future__ import annotations

from typing import Any

import pytest

from audit.models import Entry
from edge.pagination import sign
from tests.support.api import Api, Apis
from webhooks.models import Event


def _follow(api: Api, *, limit: int) -> list[dict[str, Any]]:
    """Every event, page by page, as a caller who follows `next` sees them."""
    results, query = [], f"force/events?limit={limit}"
    while True:
        page = api.get(query).body
        results += page["results"]
        if page["next"] is None:
            return results
        query = f"force/events?limit={limit}&cursor={page['next']}"


def test_it_tells_what_happened_oldest_first_without_gaps(api: Apis, order: str) -> None:
    results = api.force.get("force/events").body["results"]
    assert [event["sequence"] for event in results] == list(range(1, len(results) + 1))
    assert results[0].keys() == {"id", "sequence", "type", "occurred_at", "data"}
    assert results[0]["data"].keys() == {"id", "reference", "state"}
    assert (results[0]["type"], results[0]["data"]["reference"]) == ("order.registered", order)
    assert results[0]["id"] == str(Event.objects.get(sequence=1, force="05").key)


def test_pages_join_up(api: Apis, order: str) -> None:
    whole = api.force.get("force/events").body["results"]
    assert len(whole) > 2
    assert _follow(api.force, limit=1) == _follow(api.force, limit=2) == whole


def test_the_cursor_of_an_empty_page_finds_what_comes_later(api: Apis, request: pytest.FixtureRequest) -> None:
    empty = api.force.get("force/events").body
    assert (empty["results"], empty["next"]) == ([], None)
    again = api.force.get(f"force/events?cursor={empty['cursor']}").body
    assert again["results"] == []
    request.getfixturevalue("order")
    found = api.force.get(f"force/events?cursor={again['cursor']}").body
    assert found["results"][0]["sequence"] == 1
    assert api.force.get(f"force/events?cursor={found['cursor']}").body["results"] == []


def test_a_force_sees_its_own(api: Apis, order: str) -> None:
    assert api.other_force.get("force/events").body["results"] == []


def test_tests_are_not_on_it(api: Apis) -> None:
    hook = {"url": "https://hooks.police.example.com/", "events": ["*"]}
    path = f"force/webhooks/{api.force.post('force/webhooks', hook).body['id']}"
    api.force.post(f"{path}/test")
    assert api.force.get("force/events").body["results"] == []


@pytest.mark.parametrize("cursor", ["x", "a:b:c", "%00", "\u00e9"])
def test_a_cursor_that_was_not_given_out_is_refused(api: Apis, cursor: str) -> None:
    answer = api.force.get(f"force/events?cursor={cursor}")
    assert (answer.status, answer.code) == (422, "cursor_invalid")


def test_neither_is_another_forces_or_another_lists(api: Apis, order: str) -> None:
    theirs = api.other_force.get("force/events").body["cursor"]
    other_list = sign("/api/v1/force/webhooks:id", ["n", "x"])
    for cursor in (theirs, other_list, theirs[:-1]):
        answer = api.force.get(f"force/events?cursor={cursor}")
        assert (answer.status, answer.code) == (422, "cursor_invalid")


@pytest.mark.parametrize("limit", ["0", "-1", "201", "x", "1.5", "9" * 30])
def test_a_limit_out_of_reach_is_refused(api: Apis, limit: str) -> None:
    answer = api.force.get(f"force/events?limit={limit}")
    assert (answer.status, answer.code) == (422, "limit_invalid")


def test_reading_leaves_a_trace_of_whose_data_was_seen(api: Apis, order: str) -> None:
    page = api.force.get("force/events").body
    entry = Entry.objects.get(verb="events_read")
    assert entry.action == "consultation"
    assert set(entry.record_ids) == {event["data"]["id"] for event in page["results"]}
    api.force.get(f"force/events?cursor={page['cursor']}")
    assert Entry.objects.filter(verb="events_read").count() == 1
