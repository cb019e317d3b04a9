"""The correlation id of the request or task that is running: ties an audit row to a log line."""

from __future__ import annotations

from contextvars import ContextVar

correlation_id: ContextVar[str] = ContextVar("correlation_id", default="")
