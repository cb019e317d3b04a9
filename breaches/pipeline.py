"""Several writes in one trip to the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def one_trip() -> Iterator[None]:
    """Send the statements of this block without waiting for each; all their answers are there at its end.

    For writes whose answers nobody looks at, inside a transaction. What PostgreSQL refuses is raised at the
    end of the block, as Django's own error, and the transaction can only be rolled back.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield
