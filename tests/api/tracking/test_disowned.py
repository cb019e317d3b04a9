"""Devices that say of a fix that it is none, or nothing of how good it is (rule 52)."""

from __future__ import annotations

from typing import Any

import pytest

from breaches.models import Report, TrackFix
from breaches.queries import assessments
from tests.api.tracking.feed import Json, at, authorise, taken
from tests.support.api import Apis

DEVICES = ["tag-neg", "tag-zero", "tag-wide", "tag-meridian", "tag-null", "tag-good"]


@pytest.fixture(autouse=True)
def _authority(api: Apis, order: str) -> None:
    authorise(api, devices=DEVICES)


def reported(answer: Json) -> tuple[Any, Any]:
    """The verdict of the one report that a batch raised, and the codes of its warnings and reasons."""
    (report,) = Report.objects.filter(id__in=answer["reports"])
    found = assessments(report)[0].answer
    codes = {reason["code"] for reason in found["findings"][0]["reasons"]}
    return found["verdict"], codes | {warning["code"] for warning in report.warnings}


@pytest.mark.parametrize("said", [[-1, -1], [-1, -2_147_473], [-1]])
def test_fixes_that_disown_themselves_make_no_more_than_a_possible_breach(api: Apis, said: list[float]) -> None:
    rows = [at(n, device="tag-neg", accuracy_m=metres, accuracy_basis="p68") for n, metres in enumerate(said)]
    verdict, codes = reported(taken(api, *rows))
    assert verdict == "possible_breach"
    assert {"position_disowned", "accuracy_assumed"} <= codes


def test_an_accuracy_of_nought_is_none_and_said_to_be_assumed(api: Apis) -> None:
    answer = taken(api, *[at(n, device="tag-zero", accuracy_m=0) for n in (0, 1)])
    assert "warnings" not in answer
    _, codes = reported(answer)
    assert "accuracy_assumed" in codes and "position_disowned" not in codes
    assert set(TrackFix.objects.values_list("r95_m", flat=True)) == {25}


def test_a_fix_of_seventeen_kilometres_is_taken_and_raises_nothing(api: Apis) -> None:
    wide = [at(n, device="tag-wide", accuracy_m=17_000, accuracy_basis="p68") for n in (0, 1)]
    assert (taken(api, *wide)["accepted"], Report.objects.count()) == (2, 0)
    for fix in TrackFix.objects.all():
        assert (fix.near, [item[2] <= 0.0001 for item in fix.zones or () if item[0] == "A"]) == ("touch", [True])


def test_nought_degrees_east_is_lincolnshire_and_nought_and_nought_is_nowhere(api: Apis) -> None:
    meridian = at(0, device="tag-meridian", longitude=0.0, latitude=53.367, accuracy_m=8)
    nowhere = at(0, device="tag-null", longitude=0.0, latitude=0.0, accuracy_m=8)
    answer = taken(api, meridian, nowhere)
    assert (answer["accepted"], answer["rejected"]) == (1, [{"index": 1, "code": "null_island"}])
    assert TrackFix.objects.get().near == "none"


def test_a_good_device_makes_one_visit_and_one_report(api: Apis) -> None:
    verdict, codes = reported(taken(api, *[at(n, device="tag-good", accuracy_m=8) for n in (0, 1)]))
    assert (verdict, "position_disowned" in codes) == ("breach_indicated", False)


def test_a_sound_fix_that_comes_later_makes_the_report_more_than_possible(api: Apis) -> None:
    (report_id,) = taken(api, *[at(n, device="tag-good", accuracy_m=-1) for n in range(12)])["reports"]
    assert taken(api, at(13, device="tag-good", accuracy_m=8))["reports"] == []
    report = Report.objects.get(id=report_id)
    assert [a.verdict for a in assessments(report)] == ["breach_indicated", "possible_breach"]
    assert report.verdict == "breach_indicated"


def test_the_officer_sees_which_fixes_are_disowned(api: Apis, order: str) -> None:
    taken(api, at(0, device="tag-neg", accuracy_m=-1), at(1, device="tag-good"))
    span = {"from": at(-5)["recorded_at"], "until": at(5)["recorded_at"], "reason": "To see what it rests on."}
    shown = api.officer.post(f"officer/orders/{order}/track", span).body
    assert {(fix["device"], fix["disowned"]) for fix in shown["fixes"]} == {("tag-neg", True), ("tag-good", False)}
