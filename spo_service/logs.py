"""Log lines carry an allow-list and nothing else: a message may hold a narrative, a traceback an address."""

from __future__ import annotations

import json
import logging
import re
import traceback

from audit.context import correlation_id

# Every field that a line can have.
FIELDS = frozenset(
    {"at", "level", "logger", "where", "correlation_id", "event", "exception", "frames", "record", "key", "ids"}
)
# Beside an event of ours: a table, a column, an id.
_BESIDE_EVENT = ("record", "key")
# A table, a column, a UUID, a client's id: nothing with a space, an @ or a slash in it.
_ID = re.compile(r"[A-Za-z0-9._-]{1,120}")
_EVENT = re.compile(r"[a-z_]{1,60}")


class AllowedFields(logging.Formatter):
    """One JSON object a line: time, level, logger, where in our code, the exception's type, ids, correlation id.

    The message itself is left out unless the record was made by our own `log_event`, whose text is a
    constant; Django's and third parties' messages quote paths, values and SQL.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "where": f"{record.module}:{record.lineno}",
            "correlation_id": correlation_id.get(),
        }
        event = getattr(record, "event", None)
        if isinstance(event, str) and _EVENT.fullmatch(event):
            line["event"] = event
            beside = {name: getattr(record, name, None) for name in _BESIDE_EVENT}
            line |= {name: value for name, value in beside.items() if isinstance(value, str) and _ID.fullmatch(value)}
            ids = getattr(record, "ids", None)
            if isinstance(ids, list):
                line["ids"] = [one for one in ids if isinstance(one, str) and _ID.fullmatch(one)]
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = type(record.exc_info[1]).__name__
            line["frames"] = _frames(record.exc_info[1])
        return json.dumps(line)


def _frames(error: BaseException) -> list[str]:
    """File, line and function of each frame: never source text, locals or the exception's message."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
