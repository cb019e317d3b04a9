"""The radius that holds 95 % of a position's error, from whatever the source called accuracy (rule 52)."""

import math
from dataclasses import dataclass

from geo.numbers import number

# A browser gives a 95 % radius, Android a 68 % one, Apple a 2-D root mean square [domain S82-S84].
_FACTORS = {"p95": 1.0, "p68": 1.6214, "rms": 1.7308}
# Nobody said what the number means, so it is taken as the vaguest of the three.
_UNKNOWN_BASIS = _FACTORS["rms"]

# Metres at 95 %. The first nine are fixed by api.md. The others are ours: a road or a postcode may be
# long or rural, a grid reference without figures is a 1 km square, misheard words land anywhere near.
_DEFAULTS = {
    "gnss": 25.0, "tag": 25.0, "map_pin": 50.0, "address": 50.0, "exif": 75.0, "witness_estimate": 100.0,
    "wifi": 150.0, "cell": 1500.0, "grid_reference": 708.0, "road": 1000.0, "postcode": 1500.0, "w3w": 1500.0,
}  # fmt: skip
_UNKNOWN_METHOD = max(_DEFAULTS.values())

# Beyond half the Earth's girth more metres say nothing more; keeps products finite.
_WIDEST_M = 2.0e7
_SHARPEST_M = 1.0e-6


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Radius in metres, always finite and above zero; `assumed` where it rests on the method alone.

    `disowned`: the receiver itself says that the position is none (rule 52).
    """

    r95_m: float
    assumed: bool
    disowned: bool = False


def default_r95_m(method: str | None) -> float:
    """The radius assumed for a method where no accuracy is known; the vaguest of all for one not known here."""
    return _DEFAULTS.get(method or "", _UNKNOWN_METHOD)


def is_negative(accuracy_m: object) -> bool:
    """Whether an accuracy below zero was sent: by it a receiver marks a position as invalid (Apple, OwnTracks)."""
    metres = number(accuracy_m)
    return metres is not None and metres < 0


def r95(accuracy_m: object, basis: str | None, method: str | None) -> Accuracy:
    """Turn a reported accuracy in metres into a 95 % radius.

    None, zero and non-finite mean "unknown" (a device's way of saying it has none), never "exact": the method's
    default stands in. Below zero it stands in too, and the position is `disowned`: some makers mean "invalid" by it,
    others "unknown". A number whose basis is unknown counts as rms, the largest.
    """
    metres = number(accuracy_m)
    if is_negative(metres):
        return Accuracy(default_r95_m(method), True, disowned=True)
    if metres is None or not 0 < metres < math.inf:
        return Accuracy(default_r95_m(method), True)
    # To the micrometre: 173.08 must not come out a last digit larger and miss a distance of 173.08.
    radius = round(min(metres * _FACTORS.get(basis or "", _UNKNOWN_BASIS), _WIDEST_M), 6)
    return Accuracy(max(radius, _SHARPEST_M), False)
