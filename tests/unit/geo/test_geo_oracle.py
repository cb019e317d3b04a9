"""The engine against reckoning by other means, on random cases (`./dev bench oracle` runs 100,000 of them)."""

import random

import pytest

from bench.oracle import Case, disagreements, expected, reckon, some_case, too_near
from geo.types import Fix

_EACH = 60


@pytest.mark.parametrize("seed", range(10))
def test_random_cases_away_from_the_margin_agree_with_the_oracle(seed: int) -> None:
    """Rules 51 to 54: result, distance and probability, for circles, areas, holes, corridors and square errors."""
    chance = random.Random(seed)
    told = []
    for _ in range(_EACH):
        case = some_case(chance)
        reckoned = reckon(case)
        if not too_near(case, reckoned):
            told.append(expected(case, reckoned))
            assert disagreements(case, reckoned) == [], case
    assert len(told) > _EACH * 0.7
    assert set(told) == {"inside", "outside", "indeterminate"}


def test_the_oracle_would_notice_an_engine_that_is_a_metre_out() -> None:
    """A zone a metre wider than the one that was reckoned with gives other distances."""
    centre = {"longitude": -2.9779, "latitude": 53.4072}
    fix = Fix(-2.9779, 53.4082, 10.0)
    reckoned = reckon(Case({"type": "circle", "centre": centre, "radius_m": 100.0}, fix))
    assert disagreements(Case({"type": "circle", "centre": centre, "radius_m": 101.0}, fix), reckoned) == ["distance"]
