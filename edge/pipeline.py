"""Fewer trips to the database: statements sent without waiting for the answers that nobody looks at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def pipelined() -> Iterator[None]:
    """Send the statements of this block together; a query whose rows are read waits for all before it.

    Put it around a whole transaction: its BEGIN travels with the first statement, its COMMIT with the last.
    What PostgreSQL refuses is raised where an answer is next looked at, at the commit at the latest, as
    Django's own error. Nothing inside may ask how many rows a statement changed: nobody knows yet.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield
