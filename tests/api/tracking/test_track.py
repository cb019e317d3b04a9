"""`POST /officer/orders/{reference}/track`: fixes near zones, visits, approaches, crossings (rules 63, 65, 76)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from audit.models import Entry
from breaches.models import Report, TrackFix
from breaches.tracking.serializers import TrackOut
from breaches.tracking.services import forget_far
from tests.api.tracking.feed import DEVICE, NOON, Json, at, authorise, taken
from tests.support.api import Answer, Api, Apis
from tests.support.orders import REFERENCE

PATH = f"officer/orders/{REFERENCE}/track"
WHY = "Checking the route he took that day."


@pytest.fixture(autouse=True)
def _authority(api: Apis, order: str) -> None:
    authorise(api)


def ask(who: Api, path: str = PATH, **changes: Any) -> Answer:
    body = {"from": (NOON - timedelta(hours=6)).isoformat(), "until": (NOON + timedelta(hours=6)).isoformat()}
    return who.post(path, {**body, "reason": WHY, **changes})


def track(api: Apis, **changes: Any) -> Json:
    answer = ask(api.officer, **changes)
    assert answer.status == 200, answer.body
    TrackOut.model_validate_json(json.dumps(answer.body))
    body: Json = answer.body
    return body


def test_a_track_shows_fixes_near_zones_and_the_visit_with_its_report(api: Apis) -> None:
    (report,) = taken(api, at(0, metres=5000), at(10, metres=250), at(12, metres=0), at(13, metres=20))["reports"]
    body = track(api)
    assert [fix["near"] for fix in body["fixes"]] == ["ring", "touch", "touch"]
    (visit,) = body["visits"]
    assert (visit["zone"], visit["fixes"], visit["report"]) == ("A", 2, report)
    assert visit["support"] == "consecutive_positions"
    assert {zone["zone"] for zone in body["fixes"][0]["zones"]} == {"A", "B"}
    assert "do not confirm" in body["note"]


def test_one_fix_alone_is_a_single_position(api: Apis) -> None:
    taken(api, at(0))
    assert [visit["support"] for visit in track(api)["visits"]] == ["single_position"]


def test_repeated_approaches_are_shown_together_and_are_no_breach_rule_63(api: Apis) -> None:
    body = taken(api, *[at(start + step, metres=250) for start in (0, 60, 120) for step in (0, 5)])
    assert (body["reports"], Report.objects.count()) == ([], 0)
    found = [a for a in track(api)["approaches"] if a["zone"] == "A"]
    assert [a["fixes"] for a in found] == [2, 2, 2]
    assert all(abs(a["nearest_m"] - 150) < 1 for a in found)


@pytest.mark.parametrize(("minutes", "possible_only"), [(2, False), (5, False), (6, True), (60, True)])
def test_a_way_through_a_zone_between_two_fixes(api: Apis, minutes: int, possible_only: bool) -> None:
    """A kilometre each side of the middle: the zone lies from 0.45 to 0.55 of the way."""
    taken(api, at(0, metres=-1000), at(minutes, metres=1000))
    (crossing,) = track(api)["crossings"]
    assert (crossing["zone"], crossing["possible_only"]) == ("A", possible_only)
    assert crossing["speed_kmh"] == pytest.approx(2 * 60 / minutes, rel=0.01)
    entered = NOON + timedelta(minutes=minutes) * 0.45
    assert crossing["entered_about"][:16] == entered.isoformat()[:16]
    assert Report.objects.count() == 0


def test_an_implied_speed_beyond_belief_discards_nothing(api: Apis) -> None:
    taken(api, at(0, metres=-50_000), at(1, metres=50_000))
    (crossing,) = track(api)["crossings"]
    assert crossing["speed_kmh"] > 5_000


def test_one_device_or_all(api: Apis) -> None:
    taken(api, at(0, metres=250), at(0, metres=250, device="tag-2"))
    assert {fix["device"] for fix in track(api)["fixes"]} == {"tag-1", "tag-2"}
    assert {fix["device"] for fix in track(api, device="tag-2")["fixes"]} == {"tag-2"}
    assert track(api, device="tag-9")["devices"] == []


def test_a_look_is_audited_with_its_reason_rule_76(api: Apis) -> None:
    track(api)
    entry = Entry.objects.get(verb="track_read")
    assert (entry.action, entry.reason_code, entry.reason) == ("consultation", "track", WHY)


BAD: dict[str, tuple[Json, tuple[str, str]]] = {
    "no reason": ({"reason": None}, ("/reason", "wrong_type")),
    "hardly a reason": ({"reason": "because"}, ("/reason", "too_short")),
    "no offset": ({"from": "2026-11-20T12:00:00"}, ("/from", "instant_offset_missing")),
    "the wrong way round": ({"until": "2026-01-01T00:00:00Z"}, ("/until", "track_time_invalid")),
    "too long": ({"from": "2026-01-01T00:00:00Z"}, ("/until", "track_time_invalid")),
    "a device of another form": ({"device": "a b"}, ("/device", "bad_format")),
}


@pytest.mark.parametrize("path", [PATH, f"{PATH}/hold"])
@pytest.mark.parametrize(("changes", "problem"), BAD.values(), ids=BAD)
def test_what_cannot_be_asked(api: Apis, path: str, changes: Json, problem: tuple[str, str]) -> None:
    answer = ask(api.officer, path, **changes)
    assert (answer.status, answer.codes) == (422, {problem})


def test_another_forces_officer_is_told_that_there_is_nothing_rule_80(api: Apis) -> None:
    assert ask(api.other_officer).status == ask(api.other_officer, f"{PATH}/hold").status == 404
    assert ask(api.reviewer).status == ask(api.auditor).status == 403


def test_positions_that_are_held_stay(api: Apis) -> None:
    """Rule 82: seven days after it came, what is near nothing goes, unless it is held."""
    taken(api, at(0, metres=5000), at(10, metres=5000), at(0, metres=250, device="tag-2"))
    until = (NOON + timedelta(minutes=5)).isoformat()
    answer = ask(api.officer, f"{PATH}/hold", device=DEVICE, until=until)
    assert (answer.status, answer.body) == (200, {"held": 1})
    assert ask(api.officer, f"{PATH}/hold", device=DEVICE, until=until).body == {"held": 0}
    assert Entry.objects.filter(verb="positions_held", reason=WHY).count() == 2
    assert forget_far(at=timezone.now() + timedelta(days=8), most=100) == 1
    assert set(TrackFix.objects.values_list("near", "held")) == {("none", True), ("ring", False)}
