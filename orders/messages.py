"""What others are told of an order: its id, its reference and a state. Never a person or a place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from orders.models import Order
from webhooks.services import About, enqueue, enqueue_all

_EVENT = {
    "made": "order.registered",
    "variation": "order.varied",
    "renewal": "order.varied",
    "correction": "order.corrected",
}


def version_registered(order: Order, *, change_kind: str, status: str) -> None:
    _tell(order, _EVENT[change_kind], status)


def registered(orders: Sequence[tuple[Order, str]]) -> None:
    """The same for many new orders of one force, with their states. None of them is restricted."""
    told = [(order.id, order.reference, state) for order, state in orders]
    for force in {order.force_id for order, _ in orders}:
        enqueue_all(force=force, type=_EVENT["made"], told=told)


def served(order: Order, *, status: str) -> None:
    _tell(order, "order.served", status)


def ended(order: Order, *, status: str) -> None:
    _tell(order, "order.ended", status)


def service_withdrawn(order: Order, *, status: str) -> None:
    """A service that was told of was recorded by mistake."""
    _tell(order, "order.service_withdrawn", status)


def end_withdrawn(order: Order, *, status: str) -> None:
    """What was told of as the end of the order was recorded by mistake."""
    _tell(order, "order.end_withdrawn", status)


def notification_withdrawn(order: Order, *, status: str) -> None:
    """His duties to notify are others than they were: a record that they rested on was withdrawn."""
    _tell(order, "notification.withdrawn", status)


def identifiers_changed(order: Order, *, status: str, also: Iterable[str]) -> None:
    """By what somebody is known was added to or taken back: never what it is, nor whose.

    `also`: other forces that work on, or read along, what is reported under the order.
    """
    for force in sorted({order.force_id, *also}):
        _tell_force(force, order, "order.identifiers_changed", status)


def coming(order: Order, *, event: str, status: str) -> None:
    _tell(order, event, status)


def revealed_outside_case(order: Order, *, status: str) -> None:
    """Names and places were shown to somebody who works on no report of the order."""
    _tell(order, "order.revealed_outside_case", status)


def zone_approved(order: Order, *, status: str) -> None:
    _tell(order, "order.approved", status)


def _tell(order: Order, event: str, status: str) -> None:
    _tell_force(order.force_id, order, event, status)


def _tell_force(force: str, order: Order, event: str, status: str) -> None:
    enqueue(
        force=force,
        type=event,
        subject=order.id,
        reference=order.reference,
        state=status,
        about=About(order.id, order.restricted),
    )
