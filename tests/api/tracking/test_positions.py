"""`POST /force/positions`: what is taken, what is not, and why (rules 49, 52, 57, 82)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from audit.models import Entry
from breaches.models import Report, TrackFix
from breaches.tracking.serializers import PositionsOut
from demo.cast import Cast
from tests.api.tracking.feed import NOON, NOW, Json, at, authorise, send, taken
from tests.support.api import Apis
from tests.support.orders import REFERENCE, an_order, register


@pytest.fixture(autouse=True)
def _authority(api: Apis, order: str) -> None:
    authorise(api)


def codes(body: Json) -> list[tuple[int, str]]:
    return [(bad["index"], bad["code"]) for bad in body["rejected"]]


def test_a_batch_is_taken_row_by_row_rule_49(api: Apis) -> None:
    body = taken(api, at(0, metres=5000), {}, at(1, metres=5000), at(0, metres=5000))
    PositionsOut.model_validate_json(json.dumps(body))
    assert body == {
        "received": 4, "accepted": 2, "duplicates": 1, "rejected": [{"index": 1, "code": "required"}], "reports": [],
    }  # fmt: skip
    assert TrackFix.objects.count() == 2


def test_an_empty_batch_is_a_batch(api: Apis) -> None:
    assert taken(api)["received"] == 0


def test_what_says_all_the_same_again_is_a_duplicate(api: Apis) -> None:
    taken(api, at(0, metres=5000))
    same = {"received": 2, "accepted": 0, "duplicates": 2, "rejected": [], "reports": []}
    assert taken(api, at(0, metres=5000), at(0, metres=5000)) == same
    assert TrackFix.objects.count() == 1


@pytest.mark.parametrize("rows", [[5000, 0], [0, 5000]], ids=["far first", "near first"])
@pytest.mark.parametrize("at_once", [True, False])
def test_two_places_at_one_instant_are_both_kept(api: Apis, rows: list[int], at_once: bool) -> None:
    sent = [at(0, metres=metres) for metres in rows]
    bodies = [taken(api, *sent)] if at_once else [taken(api, row) for row in sent]
    assert [sum(body[name] for body in bodies) for name in ("accepted", "duplicates")] == [2, 0]
    assert sorted(TrackFix.objects.values_list("near", flat=True)) == ["none", "touch"]
    assert Report.objects.count() == 1


OTHERWISE: dict[str, dict[str, Any]] = {
    "sharper": {"accuracy_m": 5},
    "coarser": {"accuracy_m": 500},
    "another basis": {"accuracy_basis": "p68"},
    "no accuracy": {"accuracy_m": None, "accuracy_basis": None},
    "an accuracy of nought": {"accuracy_m": 0},
    "an accuracy below nought": {"accuracy_m": -1},
    "void": {"receiver_status": "V"},
    "a hand's breadth on": {"longitude": -2.977901},
}


@pytest.mark.parametrize("name", OTHERWISE)
def test_a_fix_that_says_anything_else_of_an_instant_is_another(api: Apis, name: str) -> None:
    """A sharper one is never dropped for a coarser."""
    taken(api, at(0))
    body = taken(api, at(0, **OTHERWISE[name]), at(0))
    assert (body["accepted"], body["duplicates"]) == (1, 1)


def test_what_is_the_same_in_other_words_is_the_same(api: Apis) -> None:
    taken(api, at(0, longitude=0.0, latitude=53.36701))
    same = at(0, longitude=-0.0, latitude=53.36701, accuracy_m=10.0, receiver_status="A")
    assert taken(api, same)["duplicates"] == 1


def test_a_fix_that_the_device_disowns_is_kept_with_a_warning_of_its_own_rule_52(api: Apis) -> None:
    body = taken(api, at(0, metres=5000), at(1, metres=5000, accuracy_m=-1), at(2, metres=5000, receiver_status="void"))
    PositionsOut.model_validate_json(json.dumps(body))
    assert (body["accepted"], body["rejected"]) == (3, [])
    assert body["warnings"] == [{"index": i, "code": "position_disowned"} for i in (1, 2)]


def test_a_fix_whose_degrees_are_cut_off_is_told_to_be_vaguer_than_it_says(api: Apis) -> None:
    body = taken(api, at(0, longitude=-2.97, latitude=53.4), at(1, metres=5000))
    assert (body["accepted"], body["rejected"]) == (2, [])
    assert body["warnings"] == [{"index": 0, "code": "coordinates_rounded"}]


JUNK: tuple[Any, ...] = (False, 0, [], {})
READ_STRICTLY = (
    *((name, "wrong_type") for name in ("accuracy_basis", "receiver_status", "device", "recorded_at", "order")),
    ("accuracy_m", "not_a_number"),
)
BAD: dict[str, tuple[Any, str]] = {
    "no object": (17, "wrong_type"),
    "a list": ([], "wrong_type"),
    "nothing": (None, "wrong_type"),
    "a member too many": (at(name="x"), "unknown_field"),
    "no order": (at(order=...), "required"),
    "null device": (at(device=None), "required"),
    "an order that is a number": (at(order=5), "wrong_type"),
    "a device that is a list": (at(device=["tag-1"]), "wrong_type"),
    "a device with a space": (at(device="tag 1"), "bad_format"),
    "a device with a NUL": (at(device="tag\x00"), "bad_format"),
    "a device too long": (at(device="t" * 65), "bad_format"),
    "an unknown order": (at(order="SPO-9"), "order_not_found"),
    "an order with a NUL": (at(order="SPO\x00"), "order_not_found"),
    "an order with half a character": (at(order="\ud800"), "order_not_found"),
    "an order far too long": (at(order="x" * 5000), "order_not_found"),
    "no offset": (at(recorded_at="2026-11-20T12:00:00"), "instant_offset_missing"),
    "no instant": (at(recorded_at="yesterday"), "instant_unreadable"),
    "year nought": (at(recorded_at="0000-01-01T00:00:00Z"), "instant_unreadable"),
    "year one": (at(recorded_at="0001-01-01T00:00:00+14:00"), "instant_unreadable"),
    "the last year": (at(recorded_at="9999-12-31T23:59:59-14:00"), "instant_unreadable"),
    "an instant that is a number": (at(recorded_at=1_700_000_000), "wrong_type"),
    "the future": (at(recorded_at=(NOW + timedelta(hours=1)).isoformat()), "recorded_in_future"),
    "long ago": (at(recorded_at=(NOW - timedelta(days=401)).isoformat()), "recorded_too_long_ago"),
    "a longitude that is text": (at(longitude="-2.97"), "not_a_number"),
    "a latitude that is true": (at(latitude=True), "not_a_number"),
    "a latitude that is an object": (at(latitude={}), "not_a_number"),
    "half a pair": (at(latitude=...), "required"),
    "a swapped pair": (at(longitude=53.4072, latitude=-2.9779), "coordinates_swapped"),
    "null island": (at(longitude=0, latitude=0), "null_island"),
    "another country": (at(longitude=13.4, latitude=52.5), "outside_uk"),
    "grid numbers as degrees": (at(longitude=334000, latitude=390000), "coordinates_not_in_crs"),
    "an accuracy that is text": (at(accuracy_m="10"), "not_a_number"),
    "a basis that is a number": (at(accuracy_basis=95), "wrong_type"),
    "a status that is a number": (at(receiver_status=1), "wrong_type"),
    **{
        f"{junk!r} as {name}": ({**at(), name: junk}, code)
        for name, code in READ_STRICTLY
        for junk in JUNK
        if (name, repr(junk)) != ("accuracy_m", "0")
    },
    "an unknown status": (at(receiver_status="perhaps"), "unknown_value"),
    "an unknown basis": (at(accuracy_basis="p50"), "unknown_value"),
    "another device": (at(device="tag-3"), "no_monitoring_authority"),
    "before the authority": (at(recorded_at=(NOW - timedelta(days=395)).isoformat()), "no_monitoring_authority"),
}


@pytest.mark.parametrize(("row", "code"), BAD.values(), ids=BAD)
def test_a_bad_row_is_rejected_by_itself(api: Apis, row: Any, code: str) -> None:
    """Rule 57, and the issue's "Bad input": a named code, the good rows land, nothing of the row is repeated."""
    body = taken(api, row, at(0, metres=5000))
    assert (body["accepted"], codes(body)) == (1, [(0, code)])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('"longitude": 1e400', "not_finite"),
        ('"latitude": -1e400', "not_finite"),
        ('"accuracy_m": 1e400', "not_finite"),
        (f'"latitude": {"9" * 400}', "not_finite"),
    ],
)
def test_numbers_beyond_all_numbers(api: Apis, text: str, code: str) -> None:
    name = text.split('"')[1]
    whole = {key: value for key, value in at(0).items() if key != name}
    row = json.dumps(whole).rstrip("}") + f", {text}}}"
    answer = api.force.post("force/positions", f'{{"positions": [{row}]}}'.encode())
    assert (answer.status, codes(answer.body)) == (200, [(0, code)])


NOT_A_BATCH: dict[str, tuple[bytes, int]] = {
    "no JSON": (b"{", 400),
    "NaN": (b'{"positions": [{"longitude": NaN}]}', 400),
    "a list": (b"[]", 422),
    "no positions": (b"{}", 422),
    "positions that are none": (b'{"positions": {}}', 422),
    "positions null": (b'{"positions": null}', 422),
    "another member": (b'{"positions": [], "order": "x"}', 422),
    "10,001 rows": (json.dumps({"positions": [1] * 10_001}).encode(), 422),
    "over 10 MB": (b'{"positions": ["' + b"x" * 10 * 1024 * 1024 + b'"]}', 413),
}


@pytest.mark.parametrize(("body", "status"), NOT_A_BATCH.values(), ids=NOT_A_BATCH)
def test_what_is_no_batch_at_all_is_refused(api: Apis, body: bytes, status: int) -> None:
    assert api.force.post("force/positions", body).status == status
    assert TrackFix.objects.count() == 0


def test_ten_thousand_rows_of_up_to_ten_megabytes_are_taken(api: Apis) -> None:
    body = taken(api, *[1] * 9_999, at(0, metres=5000))
    assert (body["received"], body["accepted"], len(body["rejected"])) == (10_000, 1, 9_999)


def test_another_forces_order_looks_like_none_rule_80(api: Apis, cast: Cast) -> None:
    answer = api.other_force.post("force/positions", {"positions": [at(0)]})
    assert (answer.status, codes(answer.body)) == (200, [(0, "order_not_found")])
    assert TrackFix.objects.count() == 0


def test_an_authority_that_was_cut_short_counts_no_more_rule_82(api: Apis) -> None:
    authorise(api, until=(NOON + timedelta(minutes=5)).isoformat())
    body = taken(api, at(4, metres=5000), at(5, metres=5000))
    assert (body["accepted"], codes(body)) == (1, [(1, "no_monitoring_authority")])


@pytest.mark.parametrize(
    ("sent", "basis", "r95_m"),
    [(10, "p95", 10.0), (10, "p68", 16.214), (10, "rms", 17.308), (10, "unknown", 17.308), (10, ..., 17.308),
     (..., ..., 25.0), (None, None, 25.0), (0, "p95", 25.0), (-1, "p95", 25.0)],
)  # fmt: skip
def test_the_error_is_read_as_in_every_report_rule_52(api: Apis, sent: Any, basis: Any, r95_m: float) -> None:
    taken(api, at(0, metres=5000, accuracy_m=sent, accuracy_basis=basis))
    assert TrackFix.objects.get().r95_m == r95_m


@pytest.mark.parametrize("device", ["NULL", "null", "...", "a:b-c_d.e", "-"])
def test_a_device_may_be_called_anything_of_its_form(api: Apis, device: str) -> None:
    authorise(api, devices=[device])
    assert taken(api, at(0, device=device), at(1, metres=5000, device=device))["accepted"] == 2
    assert set(TrackFix.objects.values_list("device", flat=True)) == {device}


def test_a_batch_leaves_one_trace_with_ids_only_rule_76(api: Apis) -> None:
    taken(api, at(0, metres=5000), at(1, metres=0))
    entry = Entry.objects.get(verb="positions_received")
    assert (entry.action, entry.organisation, entry.reason_code) == ("collection", "05", "monitoring_authority")
    assert entry.record_ids == [str(TrackFix.objects.first().order_id)]  # type: ignore[union-attr]


def test_the_same_key_has_one_effect(api: Apis) -> None:
    first = send(api, at(0), Idempotency_Key="k")
    again = send(api, at(0), Idempotency_Key="k")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.body == first.body
    assert len(first.body["reports"]) == Report.objects.count() == 1


def test_each_row_goes_to_its_own_order(api: Apis, cast: Cast) -> None:
    register(api, cast, an_order(), reference="SPO-2")
    body = taken(api, at(0, metres=5000), at(0, metres=5000, order="SPO-2"))
    assert codes(body) == [(1, "no_monitoring_authority")]
    assert set(TrackFix.objects.values_list("order__reference", flat=True)) == {REFERENCE}
