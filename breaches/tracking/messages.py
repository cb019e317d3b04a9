"""What others are told of a device: its id, the order's reference, and that it is silent. Never where it was."""

from __future__ import annotations

from breaches.models import TrackedDevice
from webhooks.services import About, enqueue


def silent(device: TrackedDevice) -> None:
    """A device that should be sending is not. The order must have been read with it."""
    order = device.order
    enqueue(
        force=order.force_id,
        type="device.silent",
        subject=device.id,
        reference=order.reference,
        state="silent",
        about=About(order.id, order.restricted),
    )
