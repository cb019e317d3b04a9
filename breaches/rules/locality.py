"""A condition limited to a locality: what was done elsewhere does not breach it (rule 15; sections 2(4) and 6).

The court's words say where. A drawing of them is one person's reading that nobody else has stood by, so it may
support a finding but never end one: outside it, and wherever it cannot be asked, an officer decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from breaches.types import Facts, Reason, Touch
from geo.proximity import judge
from orders.types import Locality

_INSIDE = Reason("inside_locality", "The position lies in the locality that the order limits this condition to.")
_UNCERTAIN = Reason("locality_uncertain", "The position may lie in or outside the locality that the order names.")
_OUTSIDE = Reason("outside_locality", "The position lies outside the locality as drawn: an officer decides (rule 15).")
_TO_BE_READ = Reason("locality_to_be_read", "The order limits this condition to a locality: an officer reads it.")


@dataclass(frozen=True, slots=True)
class Limit:
    """What a locality makes of a touch: nothing, a finding that is less sure, or one left to an officer."""

    effect: Literal["none", "lowers", "stops"]
    reasons: tuple[Reason, ...] = ()


def limit(locality: Locality | None, touch: Touch, facts: Facts) -> Limit:
    """How far a condition's locality lets a touch count. Never raises; without a locality, fully (rule 14)."""
    if locality is None:
        return Limit("none")
    fix = next((p.fix for p in facts.positions if touch.location and p.index == touch.location.position), None)
    if locality.zone is None or fix is None:
        return Limit("stops", (_TO_BE_READ,))
    found = judge(locality.zone, fix).result
    if found == "inside":
        return Limit("none", (_INSIDE,))
    return Limit("lowers", (_UNCERTAIN,)) if found == "indeterminate" else Limit("stops", (_OUTSIDE,))
