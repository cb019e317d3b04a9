"""Holding what has no row of its own to hold, or one that nobody has a right to change."""

from __future__ import annotations

from django.db import connection


def hold(name: str) -> None:
    """Wait for whoever holds this name, and hold it until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
