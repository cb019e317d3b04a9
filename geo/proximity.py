"""How a fix lies to a zone: the verdict's arithmetic, on which api.md "to a verdict" has the last word."""

import math
from typing import Literal

from geo.edges import nearest_m
from geo.gaussian import CERTAIN_SIGMA, in_disc, in_outline, sigma_m
from geo.plane import GEOD, Plane
from geo.spread import pieces, share_inside
from geo.types import Candidates, Fix, Proximity, Spread
from geo.zones import Zone

INSIDE_FROM = 0.95
OUTSIDE_TO = 0.05


def judge(zone: Zone, fix: Fix) -> Proximity:
    """Signed distance to the zone's edge, probability of being inside, and what the two amount to.

    Thresholds apply to the rounded numbers, so that what is stored gives the same answer again.
    """
    if fix.spread is not None:
        return _judge_spread(zone, fix, fix.spread)
    return answer(*_measured(zone, fix), fix.r95_m)


def answer(distance: float, probability: float, r95_m: float) -> Proximity:
    """What a distance and a probability amount to, both as they were worked out."""
    # A sum of rounded terms may stray past 1 by 1e-16; adding nought turns -0.0 into 0.0.
    probability = round(min(max(probability, 0.0), 1.0), 4) + 0.0
    distance = round(distance, 2) + 0.0
    result = _result(distance, r95_m, probability)
    too_coarse = result == "indeterminate" and probability <= OUTSIDE_TO
    return Proximity(result, distance, r95_m, probability, too_coarse)


def _judge_spread(zone: Zone, fix: Fix, spread: Spread) -> Proximity:
    """The piece that is least clear of the zone speaks for the distance, all of them for the probability."""
    around = pieces(fix)
    measured = [_measured(zone, piece) for piece in around]
    margins = [distance - piece.r95_m for (distance, _), piece in zip(measured, around, strict=True)]
    least = margins.index(min(margins))
    if isinstance(spread, Candidates):
        probability = math.fsum(share for _, share in measured) / len(measured)
    elif min(margins) >= 0:
        probability = 0.0
    elif all(distance <= -piece.r95_m for (distance, _), piece in zip(measured, around, strict=True)):
        probability = 1.0
    else:
        probability = share_inside(zone, spread)
    return answer(measured[least][0], probability, around[least].r95_m)


def _measured(zone: Zone, fix: Fix) -> tuple[float, float]:
    return _by_circle(zone, fix) if zone.outline is None else _by_outline(zone, fix)


def _result(distance_m: float, r95_m: float, probability: float) -> Literal["inside", "outside", "indeterminate"]:
    if probability >= INSIDE_FROM:
        return "inside"
    # A coarse fix over a small zone has a small probability and knows nothing: it must also be clear of it.
    if probability <= OUTSIDE_TO and distance_m >= r95_m:
        return "outside"
    return "indeterminate"


def _by_circle(zone: Zone, fix: Fix) -> tuple[float, float]:
    origin = zone.plane
    _, _, metres = GEOD.inv(origin.longitude, origin.latitude, fix.longitude, fix.latitude)
    distance = float(metres) - zone.reach_m
    sigma = sigma_m(fix.r95_m)
    certain = _certain(distance, sigma)
    return distance, in_disc(distance, zone.reach_m, sigma) if certain is None else certain


def _by_outline(zone: Zone, fix: Fix) -> tuple[float, float]:
    assert zone.core is not None and zone.outline is not None
    x, y = zone.plane.forward(fix.longitude, fix.latitude)
    sigma = sigma_m(fix.r95_m)
    here, away = Plane(fix.longitude, fix.latitude), math.hypot(x, y)
    sight = zone.core.seen_from(x, y)
    distance = nearest_m(zone.core, sight, here, away) - zone.reach_m
    if zone.core is zone.outline:
        distance = -distance if sight.inside else distance
    elif distance < CERTAIN_SIGMA * sigma:
        sight = zone.outline.seen_from(x, y)
        if sight.inside:
            # Where a corridor meets itself its edge is farther than half a width from the line.
            distance = min(distance, -nearest_m(zone.outline, sight, here, away))
    certain = _certain(distance, sigma)
    return distance, in_outline(zone.outline, sight, sigma) if certain is None else certain


def _certain(distance: float, sigma: float) -> float | None:
    """The probability where four decimals cannot tell it from 0 or 1; see `CERTAIN_SIGMA`."""
    if abs(distance) <= CERTAIN_SIGMA * sigma:
        return None
    return 1.0 if distance < 0 else 0.0
