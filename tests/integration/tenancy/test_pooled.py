"""A pool's connections: found dead before anybody uses them, without asking the server each time (docs/adr/0005)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.contrib.gis.geos import Point
from django.db import connection, connections

from database.pooling import TRUSTED_S, Pooled
from database.postgis.base import DatabaseWrapper
from tests.integration.tenancy.test_connections import backend


@pytest.fixture
def pooled(own_database: str) -> Iterator[DatabaseWrapper]:
    """A pool of one connection, as the web processes have it."""
    settings = connection.settings_dict
    pool = {"min_size": 1, "max_size": 1, "timeout": 10, "connection_class": Pooled}
    options = {**settings["OPTIONS"], "pool": pool}
    with_pool = {**settings, "OPTIONS": options, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False}
    wrapper = DatabaseWrapper(with_pool, "one")
    connections["one"] = wrapper
    try:
        yield wrapper
    finally:
        wrapper.close()
        wrapper.close_pool()
        del connections["one"]


def answer(wrapper: DatabaseWrapper) -> Any:
    with wrapper.cursor() as cursor:
        cursor.execute("SELECT 7")
        return cursor.fetchone()


def waiting(wrapper: DatabaseWrapper) -> Pooled:
    """The pool's connection, given back."""
    wrapper.ensure_connection()
    kept: Pooled = wrapper.connection
    wrapper.close()
    return kept


def test_a_connection_that_the_server_ended_while_it_waited_costs_nobody_an_answer(pooled: DatabaseWrapper) -> None:
    pooled.ensure_connection()
    before = backend(pooled)
    pooled.close()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [before])
    assert answer(pooled) == (7,)
    assert backend(pooled) != before


def test_one_that_waited_long_is_asked_and_one_that_did_not_is_not(pooled: DatabaseWrapper) -> None:
    kept = waiting(pooled)
    asked: list[str] = []
    execute = kept.execute

    def counted(statement: Any, *rest: Any, **options: Any) -> Any:
        asked.append(statement)
        return execute(statement, *rest, **options)

    kept.execute = counted  # type: ignore[method-assign,assignment]
    assert waiting(pooled) is kept
    assert asked == []
    kept.sound_at = time.monotonic() - TRUSTED_S - 1
    assert waiting(pooled) is kept
    assert asked == [""]
    assert waiting(pooled) is kept
    assert asked == [""]


def test_one_that_a_network_lost_without_a_word_is_replaced_once_it_waited_long(pooled: DatabaseWrapper) -> None:
    kept = waiting(pooled)
    kept.sound_at = time.monotonic() - TRUSTED_S - 1

    def lost(*_: Any, **__: Any) -> Any:
        raise psycopg.OperationalError("no answer")

    kept.execute = lost  # type: ignore[method-assign]
    assert answer(pooled) == (7,)
    assert pooled.connection is not kept


def test_one_that_was_closed_on_this_side_is_replaced(pooled: DatabaseWrapper) -> None:
    kept = waiting(pooled)
    kept.close()
    assert answer(pooled) == (7,)
    assert pooled.connection is not kept


def test_what_the_server_says_meanwhile_is_no_end(pooled: DatabaseWrapper) -> None:
    """A notification waits on the socket: the connection is asked, and stays."""
    pooled.ensure_connection()
    with pooled.cursor() as cursor:
        cursor.execute("LISTEN something")
    kept = waiting(pooled)
    with connection.cursor() as cursor:
        cursor.execute("NOTIFY something")
    time.sleep(0.2)
    assert waiting(pooled) is kept
    assert answer(pooled) == (7,)


def test_postgis_is_taught_to_a_connection_once_and_known_each_time(pooled: DatabaseWrapper) -> None:
    for _ in range(2):
        with pooled.cursor() as cursor:
            cursor.execute("SELECT ST_X(%s)", [pooled.ops.Adapter(Point(3, 4, srid=4326))])
            assert cursor.fetchone() == (3.0,)
        pooled.close()
    assert waiting(pooled).knows_shapes
