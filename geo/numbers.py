"""Numbers out of decoded JSON, whatever was sent."""

import math


def number(value: object) -> float | None:
    """A float, possibly not finite; None where the value is no number.

    `true` is an int to Python and not a number here. An integer too long for a float is infinite.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
