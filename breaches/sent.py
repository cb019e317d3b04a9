"""A body as it was sent, for showing it again."""

from __future__ import annotations

import json
import math
from typing import Any


def as_sent(text: str) -> Any:
    """The JSON of a stored body. A number beyond any float (1e400) becomes its own text: JSON has no infinity, and
    an officer must be able to open the report all the same."""
    return json.loads(text, parse_float=_number)


def _number(text: str) -> float | str:
    value = float(text)
    return value if math.isfinite(value) else text
