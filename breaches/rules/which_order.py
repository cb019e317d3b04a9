"""Which order a known person's report is about, where she names none that is hers. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from breaches.types import Interval
from orders.types import OrderTerms

_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class OrderChoice:
    """One order, or several of which nobody can say which is meant.

    `kept`: of several, a restricted one under which the report is kept for its list, and by which it is not judged.
    `forces`: whose orders may be meant, the one whose order began last at the end.
    """

    order: OrderTerms | None = None
    kept: OrderTerms | None = None
    forces: tuple[str, ...] = ()


def choose_order(orders: Sequence[OrderTerms], interval: Interval) -> OrderChoice:
    """Of the orders that protect her: the one in force at the time; where none was, the only one there is."""
    then = [order for order in orders if _is_in_force(order, interval)]
    considered = sorted(then or orders, key=_last_began)
    if len(considered) == 1:
        return OrderChoice(order=considered[0], forces=(considered[0].force,))
    closed = [order for order in considered if order.restricted]
    # What may be about a restricted order is for its list alone: its respondent may be of the force (rule 81).
    kept = closed[-1] if closed else None
    return OrderChoice(kept=kept, forces=tuple(dict.fromkeys(order.force for order in considered)))


def _is_in_force(order: OrderTerms, interval: Interval) -> bool:
    periods = [version.in_force for version in order.versions if version.in_force is not None]
    return any(p.start <= interval.end and (p.end is None or interval.start < p.end) for p in periods)


def _last_began(order: OrderTerms) -> tuple[datetime, str]:
    starts = [version.in_force.start for version in order.versions if version.in_force is not None]
    return max(starts, default=_BEFORE_ALL), order.reference
