"""Whether two shapes have any place in common."""

from __future__ import annotations

import shapely
from shapely.geometry import shape as geometry_of

from geo.zones import Zone


def overlap(one: Zone, other: Zone) -> bool:
    """Whether some point lies in both; a common border counts.

    Measured in the first one's plane, in metres: the cores are no farther apart than both reaches together.
    For telling a person that there is something to look at, not for a verdict.
    """
    cores = [shapely.transform(geometry_of(zone.core_geojson), one.plane.forward_all) for zone in (one, other)]
    return bool(shapely.dwithin(cores[0], cores[1], one.reach_m + other.reach_m))
