"""Connections that wait in a pool between two requests, and whether one of them can still be used."""

from __future__ import annotations

import select
import time
from typing import Any

from psycopg import Connection, Error

TRUSTED_S = 30.0  # seconds


class Pooled(Connection[Any]):
    """A connection that knows when it was last found sound, and whether it was taught PostGIS's types."""

    sound_at = float("-inf")  # of the monotonic clock
    knows_shapes = False


def is_sound(connection: Pooled) -> bool:
    """Whether a connection works; the server is asked only where that is in doubt.

    A server that ends a connection says so on its socket. So one that was sound in the last `TRUSTED_S` seconds, and
    on which nothing waits to be read, needs no trip to the database. Longer than that, a network may have lost it
    without a word.
    """
    now = time.monotonic()
    try:
        if now - connection.sound_at > TRUSTED_S or _has_something_to_say(connection):
            connection.execute("")
            connection.sound_at = now
    except Error:
        return False
    return True


def _has_something_to_say(connection: Pooled) -> bool:
    socket = select.poll()
    socket.register(connection.pgconn.socket, select.POLLIN)
    return bool(socket.poll(0))
