"""Rule 68: what a photograph says of its place and time is proposed, compared, and never judged by."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import ExifTags, Image

from audit.models import Entry
from breaches.evidence.models import EvidenceItem
from breaches.evidence.services import lock
from breaches.evidence.tasks import examine
from breaches.models import Assessment
from breaches.replaying import replay_assessment
from tests.integration.evidence.conftest import Send
from tests.support.api import Answer, Apis
from tests.support.clamd import Fake
from tests.support.evidence import picture, send
from tests.support.films import android_place, film, head
from tests.support.orders import a_position, a_report
from tests.support.pictures import exif_with_place, with_place

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


def without_sides() -> bytes:
    """A telephone's place, of which a program dropped both sides."""
    exif = exif_with_place()
    for tag in (1, 3):
        del exif.get_ifd(ExifTags.IFD.GPSInfo)[tag]
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_a_place_without_its_sides_proposes_nothing_and_says_so(api: Apis, looked_at: Send, report: str) -> None:
    """Without its W the place would be 396 km off, and would tell a court that she is wrong."""
    item = looked_at(without_sides())
    said = api.officer.get(f"officer/reports/{report}/evidence/{item.id}").body
    itself = said["itself"]
    assert (itself["proposed_position"], itself["place"], itself["metres_from_claim"]) == (None, "absent", None)
    assert "place_unreadable" in said["notes"]
    assert (said["reading"]["state"], [why["code"] for why in said["reading"]["why"]]) == ("part", ["place_unreadable"])


def test_a_date_of_weeks_that_ran_over_is_named_and_proposes_no_time(api: Apis, looked_at: Send, report: str) -> None:
    """18:10 on 6 April 2007 and 1,024 weeks are 18:10 on 20 November 2026."""
    item = looked_at(with_place("JPEG", at="2007:04-06 18:10:00", offset="+00:00"))
    said = api.officer.get(f"officer/reports/{report}/evidence/{item.id}").body
    itself = said["itself"]
    assert (itself["time"], itself["minutes_from_claim"], itself["taken_at"]) == ("absent", None, None)
    assert said["notes"] == ["gps_week_rollover"]


def test_a_film_proposes_its_place_and_time(api: Apis, looked_at: Send, report: str) -> None:
    content = film(head(datetime(2026, 11, 20, 18, 7, tzinfo=UTC)), android_place("+53.4074-002.9781/"))
    item = looked_at(content, "film.mp4")
    said = api.officer.get(f"officer/reports/{report}/evidence/{item.id}").body
    itself = said["itself"]
    assert (item.state, said["media_type"], itself["place"], itself["time"]) == (
        "released", "video/mp4", "consistent", "consistent",
    )  # fmt: skip
    assert itself["proposed_position"]["latitude"] == pytest.approx(53.4074)
    assert (said["reading"]["state"], said["reading"]["kind"], said["reading"]["read"]) == ("part", "film", 1)
    assert take(api, report, item).status == 200


def test_a_film_behind_a_photograph_is_told_to_both(api: Apis, looked_at: Send, report: str) -> None:
    item = looked_at(with_place("JPEG", offset="+00:00") + film(head(3_000_000_000)))
    assert item.examination.notes == ["film_behind_picture"]
    for who in ("officer", "victim"):
        (row,) = [
            row
            for row in getattr(api, who).get(f"{who}/reports/{report}/evidence").body["results"]
            if row["id"] == str(item.id)
        ]
        assert row["reading"]["state"] == "part"
        assert [why["code"] for why in row["reading"]["why"]] == ["film_behind_picture"]


def take(api: Apis, report: str, item: Any, **said: Any) -> Answer:
    body = {"subject": "respondent", "reason": "He sent it to her himself.", **said}
    return api.officer.post(f"officer/reports/{report}/evidence/{item.id}/position", body)


def his(assessment: Any) -> list[tuple[str, int]]:
    """Where the exclusion zone's finding rests on a photograph."""
    (found,) = [f for f in assessment["findings"] if f["clause"] == "1"]
    return [(at["result"], at["position"]) for at in found["locations"] if at["position_method"] == "exif"]


def test_an_officer_takes_it_and_the_report_is_judged_again_rule_68(api: Apis, looked_at: Send, report: str) -> None:
    """Issue 4, item 9: the earlier assessment stays, the difference is shown."""
    item = looked_at(with_place("JPEG"))
    before = api.officer.get(f"officer/reports/{report}").body["assessments"]
    answer = take(api, report, item)
    assert answer.status == 200, answer.body
    assert answer.body["assessments"][1:] == before
    after = answer.body["assessments"][0]
    assert (after["cause"], bool(after["changes"]), his(before[0])) == ("evidence", True, [])
    # 74 m from the edge of zone A, and a photograph's usual accuracy is 75 m (rule 52).
    assert his(after) == [("indeterminate", 500), ("outside", 500)]
    entry = Entry.objects.get(verb="evidence_position_taken")
    assert (entry.reason, entry.record_ids) == ("He sent it to her himself.", [answer.body["id"], str(item.id)])


def test_it_is_taken_once_and_every_replay_is_the_same(api: Apis, looked_at: Send, report: str) -> None:
    item = looked_at(with_place("JPEG"))
    take(api, report, item)
    again = take(api, report, item)
    assert (again.status, again.code) == (409, "position_taken")
    assert all(replay_assessment(assessment=row).same for row in Assessment.objects.all())


def test_her_correction_leaves_it_where_it_is(api: Apis, looked_at: Send, report: str) -> None:
    take(api, report, looked_at(with_place("JPEG")))
    correction = {"text": "He stood farther off.", "positions": [a_position(longitude=-2.9721)]}
    assert api.victim.post(f"victim/reports/{report}/corrections", correction).status == 201
    assert his(api.officer.get(f"officer/reports/{report}").body["assessment"])


@pytest.mark.parametrize(
    ("at", "outcome"), [(None, "possible"), ("2026:11-20 18:05:00", "not_indicated")], ids=["no time", "at that time"]
)
def test_a_picture_without_a_time_does_not_show_that_he_kept_out(
    api: Apis, order: str, scanner: Fake, at: str | None, outcome: str
) -> None:
    """Rules 60 and 68: nobody can say that it is of the time of the incident."""
    bare = a_report(behaviours=[], positions=[])
    report = str(api.victim.post("victim/reports", bare).body["reference"])
    sent = send(api.victim, f"victim/reports/{report}/evidence", with_place("JPEG", longitude=-2.95, at=at))
    examine(sent.body["id"])
    before = api.officer.get(f"officer/reports/{report}").body
    after = take(api, report, EvidenceItem.objects.get(id=sent.body["id"])).body
    (found,) = [f for f in after["assessment"]["findings"] if f["clause"] == "1"]
    assert (his(after["assessment"]), found["outcome"]) == ([("outside", 500), ("outside", 500)], outcome)
    assert after["priority"] <= before["priority"]  # nothing that is added lowers it in the queue


def test_an_item_that_was_changed_places_nobody_rule_66(api: Apis, looked_at: Send, report: str) -> None:
    item = looked_at(with_place("JPEG"))
    lock(item_id=item.id)
    answer = take(api, report, item)
    assert (answer.status, answer.code) == (409, "evidence_locked")


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (picture(), 409, "no_position_proposed"),
        (with_place("JPEG", latitude=-53.4074, longitude=2.9781), 422, "outside_uk"),
    ],
    ids=["no place in it", "the other half of the world"],
)
def test_what_is_no_place_is_not_taken(
    api: Apis, looked_at: Send, report: str, content: bytes, status: int, code: str
) -> None:
    answer = take(api, report, looked_at(content))
    assert (answer.status, answer.body["errors"][0]["code"] if status == 422 else answer.code) == (status, code)


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"subject": "reporter"}, ("/subject", "unknown_value")),
        ({"reason": "It is so"}, ("/reason", "too_short")),
    ],
)
def test_it_is_said_whose_it_is_and_why(api: Apis, looked_at: Send, report: str, said: Any, problem: Any) -> None:
    answer = take(api, report, looked_at(with_place("JPEG")), **said)
    assert (answer.status, answer.codes) == (422, {problem})
