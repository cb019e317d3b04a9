"""The straight way from one place to another, and where on it lies a zone: what two fixes on either side may hide."""

from __future__ import annotations

import math

import numpy as np

from geo.edges import Edges
from geo.zones import Zone

_XY = tuple[float, float]


def bound_m(zone: Zone) -> float:
    """The radius around the zone's middle beyond which nothing of it lies, in metres."""
    core = zone.core
    if core is None:
        return zone.reach_m
    return zone.reach_m + float(max(core.extent_m, np.hypot(core.b[0], core.b[1]).max(initial=0.0)))


def way_through(zone: Zone, a: _XY, b: _XY) -> tuple[float, float] | None:
    """Parts of the way from a to b (0 to 1) where it first enters and last leaves the zone; None where it never does.

    a and b are in the zone's plane. None also where an end of the way lies inside: that is no crossing from outside.
    """
    if _passes_by(a, b, bound_m(zone)):
        return None
    if zone.outline is None:
        return _through_circle(zone.reach_m, a, b)
    if zone.outline.seen_from(*a).inside or zone.outline.seen_from(*b).inside:
        return None
    return _through_outline(zone.outline, a, b)


def _passes_by(a: _XY, b: _XY, reach: float) -> bool:
    """Whether the way stays clear of everything within `reach` of the zone's middle."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    squared = dx * dx + dy * dy
    part = min(max(-(a[0] * dx + a[1] * dy) / squared, 0.0), 1.0) if squared else 0.0
    return math.hypot(a[0] + part * dx, a[1] + part * dy) > reach


def _through_circle(radius: float, a: _XY, b: _XY) -> tuple[float, float] | None:
    if math.hypot(*a) <= radius or math.hypot(*b) <= radius:
        return None
    dx, dy = b[0] - a[0], b[1] - a[1]
    squared = dx * dx + dy * dy
    along = a[0] * dx + a[1] * dy
    beneath = along * along - squared * (a[0] * a[0] + a[1] * a[1] - radius * radius)
    if not squared or beneath <= 0:
        return None
    root = math.sqrt(beneath)
    enters, leaves = (-along - root) / squared, (-along + root) / squared
    return (enters, leaves) if 0 < enters < leaves < 1 else None


def _through_outline(edges: Edges, a: _XY, b: _XY) -> tuple[float, float] | None:
    """By the crossings of the way with each edge: the first and the last of them."""
    way, edge = np.subtract(b, a), edges.b - edges.a
    from_a = edges.a - np.reshape(a, (2, 1))
    cross = way[0] * edge[1] - way[1] * edge[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        part = (from_a[0] * edge[1] - from_a[1] * edge[0]) / cross
        along = (from_a[0] * way[1] - from_a[1] * way[0]) / cross
    met = part[(cross != 0) & (part >= 0) & (part <= 1) & (along >= 0) & (along <= 1)]
    if len(met) == 0 or met.min() == met.max():
        return None
    return float(met.min()), float(met.max())
