"""How well a place is founded: one position alone is labelled so, two running or independent say more (issue 4, 6)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.orders import EXCLUSION, a_position, a_report, an_order
from tests.support.terms import finding, judge

Json = dict[str, Any]
ORDER = an_order(conditions=[EXCLUSION])
AT = ("2026-11-20T18:05:00Z", "2026-11-20T18:08:00Z", "2026-11-20T18:11:00Z")
IN: Json = {"method": "gnss"}
# Some 70 m of error, 5 m within the edge: inside more likely than not, and no more than that.
LIKELY: Json = {"longitude": -2.97649, "latitude": 53.4072, "accuracy_m": 70, "method": "gnss"}
OUT: Json = {"longitude": -2.9721, "latitude": 53.4074, "method": "gnss"}


def supported(*positions: Json) -> tuple[str, str | None]:
    sent = a_report(behaviours=[], positions=[a_position(**position) for position in positions])
    found = finding(judge(sent, ORDER), "1")
    return found.outcome, found.support


@pytest.mark.parametrize(
    ("positions", "outcome", "support"),
    [
        ([IN], "indicated", "single_position"),
        ([OUT], "not_indicated", "single_position"),
        ([LIKELY], "possible", "single_position"),
        ([IN | {"recorded_at": AT[0]}, IN | {"recorded_at": AT[1]}], "indicated", "consecutive_positions"),
        ([IN | {"recorded_at": AT[1]}, LIKELY | {"recorded_at": AT[0]}], "indicated", "consecutive_positions"),
        ([LIKELY | {"recorded_at": AT[0]}, LIKELY | {"recorded_at": AT[1]}], "possible", "consecutive_positions"),
        ([OUT | {"recorded_at": AT[0]}, OUT | {"recorded_at": AT[1]}], "not_indicated", "consecutive_positions"),
        ([IN, IN | {"method": "witness_estimate"}], "indicated", "independent_positions"),
    ],
)
def test_one_position_alone_is_labelled_so(positions: list[Json], outcome: str, support: str) -> None:
    assert supported(*positions) == (outcome, support)


@pytest.mark.parametrize(
    "positions",
    [
        # The same fix sent twice is one measurement.
        [IN | {"recorded_at": AT[0]}, IN | {"recorded_at": AT[0]}],
        # Between the two another one says that he was not there.
        [IN | {"recorded_at": AT[0]}, OUT | {"recorded_at": AT[1]}, IN | {"recorded_at": AT[2]}],
        # Of another method, and it says otherwise.
        [IN, OUT | {"method": "witness_estimate"}],
        # Hers says nothing of him.
        [IN, IN | {"subject": "reporter", "method": "wifi"}],
    ],
)
def test_what_is_no_second_measurement_supports_nothing(positions: list[Json]) -> None:
    assert supported(*positions) == ("indicated", "single_position")


def test_a_place_that_was_not_tested_has_no_support() -> None:
    assert supported({"longitude": None}) == ("needs_officer", None)
