"""How much of a two-dimensional Gaussian lies in a disc or inside an outline. Exact, not sampled."""

import math

import numpy as np
from scipy.special import erf, ndtr, owens_t

from geo.edges import Edges, Sight
from geo.plane import Array

# sqrt(-2 ln 0.05): in two dimensions 95 % of a Gaussian lies within so many sigma.
R95_IN_SIGMA = 2.4477
# A nanometre; keeps divisions finite for an absurdly sharp fix.
SHARPEST_M = 1e-9
# exp(-4.5^2 / 2) = 0.00004, less than half of the last of four decimals. All of the Gaussian beyond a
# distance d is exp(-d^2 / 2 sigma^2): if the zone's edge is 4.5 sigma away, the zone either lies wholly
# beyond d or holds everything within d, and the probability rounds to 0.0000 or 1.0000 whatever its shape.
CERTAIN_SIGMA = 4.5
# exp(-9^2 / 2) = 2.6e-18: edges beyond do not touch a double's last digit.
OUT_OF_SIGHT_SIGMA = 9.0

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)
# Half a chord of so many sigma holds all of the Gaussian across it, to a double's last digit.
_FULL_CHORD_SIGMA = 8.5


def sigma_m(r95_m: float) -> float:
    """Standard deviation on each axis, in metres."""
    return max(r95_m / R95_IN_SIGMA, SHARPEST_M)


def in_disc(distance_m: float, radius_m: float, sigma: float) -> float:
    """Probability of lying in a disc whose edge is `distance_m` away (negative inside).

    This is the non-central chi-square distribution with two degrees of freedom, done by quadrature:
    scipy's chndtr loses digits, then answers nan, where the radius is thousands of sigma. Chords of the disc
    square to the line from fix to centre are summed; x = radius * cos(angle) keeps the sum smooth at the
    near edge, and the distance from the edge is never worked out as a difference of two large numbers.
    """
    radius, gap = radius_m / sigma, distance_m / sigma
    cap = math.pi if radius <= _FULL_CHORD_SIGMA else math.asin(_FULL_CHORD_SIGMA / radius)
    angle = cap * (_NODES + 1) / 2
    offset = gap + 2 * radius * np.sin(angle / 2) ** 2
    across = radius * np.sin(angle)
    density = np.exp(-offset * offset / 2) * erf(across / math.sqrt(2)) * across
    near_edge = float((density * _WEIGHTS).sum()) * cap / 2 / math.sqrt(2 * math.pi)
    if radius <= _FULL_CHORD_SIGMA:
        return near_edge
    depth = 2 * radius * math.sin(cap / 2) ** 2
    return near_edge + float(ndtr(-gap - depth) - ndtr(-gap - 2 * radius + depth))


def in_disc_all(distance_m: Array, radius_m: float, sigma: Array) -> Array:
    """`in_disc` for many distances from one disc."""
    radius, gap = (radius_m / sigma)[:, None], (distance_m / sigma)[:, None]
    narrow = radius <= _FULL_CHORD_SIGMA
    cap = np.where(narrow, math.pi, np.arcsin(np.minimum(_FULL_CHORD_SIGMA / radius, 1.0)))
    angle = cap * (_NODES + 1) / 2
    offset = gap + 2 * radius * np.sin(angle / 2) ** 2
    across = radius * np.sin(angle)
    density = np.exp(-offset * offset / 2) * erf(across / math.sqrt(2)) * across
    near_edge = (density * _WEIGHTS).sum(axis=1, keepdims=True) * cap / 2 / math.sqrt(2 * math.pi)
    depth = 2 * radius * np.sin(cap / 2) ** 2
    rest = np.where(narrow, 0.0, ndtr(-gap - depth) - ndtr(-gap - 2 * radius + depth))
    return np.asarray((near_edge + rest)[:, 0])


def in_outline(edges: Edges, sight: Sight, sigma: float) -> float:
    """Probability of lying inside closed rings, exteriors anticlockwise and holes clockwise.

    Green's theorem around the fix: each edge and the fix make a triangle, whose share of the Gaussian is its
    angle / 2 pi less a difference of two of Owen's T. The signed shares add up to the polygon's.
    """
    height = sight.height
    end = sight.start + edges.length
    # On the line of an edge the triangle has no width and no share; its angle would come out as 0 or pi.
    angles = np.arctan2(height * edges.length, sight.start * end + height * height) * (height != 0)
    sight_m = OUT_OF_SIGHT_SIGMA * sigma
    # Multiplied, because a Python float raised to a power may raise OverflowError.
    seen = np.flatnonzero((sight.squared < sight_m * sight_m) & (height != 0))
    if not len(seen):
        return float(angles.sum()) / (2 * math.pi)
    height = height[seen]
    shares = owens_t(height / sigma, end[seen] / height) - owens_t(height / sigma, sight.start[seen] / height)
    return float(angles.sum()) / (2 * math.pi) - float(shares.sum())
