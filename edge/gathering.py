"""Fewer trips to the database: writes whose answers nobody looks at are gathered and sent as one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection
from psycopg import ClientCursor

Execute = Any
Values = Sequence[Any] | Mapping[str, Any] | None

# The last is how a statement that begins otherwise says that it writes and answers nothing.
_WRITE = re.compile(r"\s*(INSERT\b|UPDATE\b|/\* write \*/)", re.IGNORECASE)
_ANSWERS = re.compile(r"\bRETURNING\b", re.IGNORECASE)


class _Gathered:
    """Keeps writes back until something is read, or until the end."""

    def __init__(self) -> None:
        self._waiting: list[str] = []

    def __call__(self, execute: Execute, sql: str, values: Any, many: bool, context: Mapping[str, Any]) -> Any:
        if not _WRITE.match(sql) or _ANSWERS.search(sql):
            self.send()
            return execute(sql, values, many, context)
        cursor = ClientCursor(connection.connection)
        self._waiting += [cursor.mogrify(sql, one) for one in (values if many else [values])]
        return None

    def send(self) -> None:
        if self._waiting:
            statements, self._waiting = "; ".join(self._waiting), []
            with connection.wrap_database_errors:
                ClientCursor(connection.connection).execute(statements)


@contextmanager
def gathered() -> Iterator[None]:
    """Send the inserts and updates of this block together, before the next query that reads or at the end.

    For use inside a transaction. What PostgreSQL refuses is raised when they are sent, as Django's own error.
    Nothing inside may ask how many rows a statement changed: nobody knows yet.
    """
    connection.ensure_connection()
    writes = _Gathered()
    with connection.execute_wrapper(writes):
        yield
        writes.send()
