"""Rule 68: what a photograph says of its place and time is proposed, compared, and never judged by."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.evidence.conftest import Send
from tests.support.api import Apis
from tests.support.evidence import picture
from tests.support.pictures import with_place

# The report: at 53.4074, -2.9781, from 18:05 to 18:20 UTC on 20 November 2026, a day of Greenwich Mean Time.


@pytest.mark.parametrize(
    ("said", "place", "time"),
    [
        ({}, "consistent", "consistent"),
        ({"at": "2026:11-20 18:34:00"}, "consistent", "consistent"),
        ({"at": "2026:11-20 18:36:00"}, "consistent", "inconsistent"),
        ({"at": "2026:11-20 19:10:00", "offset": "+01:00"}, "consistent", "consistent"),
        ({"at": "2026:11-20 18:10:00", "offset": "+05:00"}, "consistent", "inconsistent"),
        ({"at": None}, "consistent", "absent"),
        ({"latitude": 53.4119}, "consistent", "consistent"),
        ({"latitude": 53.42}, "inconsistent", "consistent"),
        ({"latitude": -53.4074, "longitude": 2.9781}, "inconsistent", "consistent"),
        ({"latitude": 0.0, "longitude": 0.0}, "absent", "consistent"),
        ({"at": "0000:00-00 00:00:00"}, "consistent", "absent"),
        ({"at": "9999:12-31 23:59:59", "offset": "-12:00"}, "consistent", "absent"),
    ],
    ids=["both", "14 minutes after", "16 minutes after", "with its offset", "another offset", "no time", "500 m",
         "1,400 m", "other half of the world", "null island", "no date", "far future"],
)  # fmt: skip
def test_place_and_time_are_compared_with_the_claim_rule_68(looked_at: Send, said: Any, place: str, time: str) -> None:
    found = looked_at(with_place("JPEG", **said)).examination
    assert (found.place, found.time) == (place, time)


def test_the_difference_is_told_in_metres_and_minutes(looked_at: Send) -> None:
    found = looked_at(with_place("JPEG", latitude=53.4164, at="2026:11-20 17:05:00")).examination
    # 0.009 degrees of latitude at 53.4 degrees north: 1,001.7 m on the ellipsoid; an hour before 18:05.
    assert found.metres == pytest.approx(1001.7, abs=0.5)
    assert found.minutes == 60.0


@pytest.mark.parametrize("format", ["JPEG", "WEBP", "HEIF", "PNG"])
def test_a_place_is_found_in_every_format(looked_at: Send, format: str) -> None:
    found = looked_at(with_place(format)).examination
    assert found.point
    assert (found.point.y, found.point.x) == pytest.approx((53.4074, -2.9781), abs=1e-6)


def test_saying_nothing_is_neutral(looked_at: Send) -> None:
    found = looked_at(picture()).examination
    assert (found.place, found.time, found.metres, found.minutes, found.point) == ("absent", "absent", None, None, None)


def test_a_clock_without_offset_is_londons_and_says_so(looked_at: Send) -> None:
    found = looked_at(with_place("JPEG")).examination
    assert found.notes == ["offset_assumed"]
    assert found.taken_at is not None
    assert found.taken_at.isoformat() == "2026-11-20T18:05:00+00:00"


def test_the_officer_sees_it_as_a_proposal(api: Apis, looked_at: Send, report: str) -> None:
    item = looked_at(with_place("JPEG"))
    before = api.officer.get(f"officer/reports/{report}").body["assessment"]
    said = api.officer.get(f"officer/reports/{report}/evidence/{item.id}").body["itself"]
    assert said["proposed_position"]["method"] == "exif"
    assert said["proposed_position"]["subject"] == "unknown"
    assert said["metres_from_claim"] < 1
    assert before == api.officer.get(f"officer/reports/{report}").body["assessment"]
