"""How a fix lies to a zone: the verdict's arithmetic, on which api.md "to a verdict" has the last word."""

import math
from typing import Literal

from geo.edges import nearest_m
from geo.gaussian import CERTAIN_SIGMA, in_disc, in_outline, sigma_m
from geo.plane import GEOD, Plane
from geo.types import Fix, Proximity
from geo.zones import Zone

INSIDE_FROM = 0.95
OUTSIDE_TO = 0.05


def judge(zone: Zone, fix: Fix) -> Proximity:
    """Signed distance to the zone's edge, probability of being inside, and what the two amount to.

    Thresholds apply to the rounded numbers, so that what is stored gives the same answer again.
    """
    distance, probability = _by_circle(zone, fix) if zone.outline is None else _by_outline(zone, fix)
    # A sum of rounded terms may stray past 1 by 1e-16; adding nought turns -0.0 into 0.0.
    probability = round(min(max(probability, 0.0), 1.0), 4) + 0.0
    distance = round(distance, 2) + 0.0
    result = _result(distance, fix.r95_m, probability)
    too_coarse = result == "indeterminate" and probability <= OUTSIDE_TO
    return Proximity(result, distance, fix.r95_m, probability, too_coarse)


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
