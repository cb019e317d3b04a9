"""A line in the log that somebody must look at: what happened, and ids. Never a name, a place or a reference."""

from __future__ import annotations

import logging
from collections.abc import Iterable

_log = logging.getLogger("alarm")


def raise_alarm(event: str, ids: Iterable[object]) -> None:
    """`event` is a constant of ours; `ids` are of accounts, clients and records."""
    _log.error("alarm", extra={"event": event, "ids": [str(one) for one in ids]})
