"""Databases of a test's own, copied from the migrated one."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import psycopg
from django.db import connection, connections
from psycopg import sql

_OTHERS_END_WITHIN_S = 30


@contextmanager
def cloned() -> Iterator[str]:
    """Copy the test database, with what is committed in it, and point Django at the copy meanwhile."""
    original, name = connection.settings_dict["NAME"], f"test_spo_own_{uuid.uuid4().hex[:12]}"
    connections.close_all()
    with server() as others:
        others.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(original)))
    connection.settings_dict["NAME"] = name
    try:
        yield url_of(name)
    finally:
        connections.close_all()
        connection.settings_dict["NAME"] = original
        with server() as others:
            drop(others, name)


def drop(server: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    """Drop a database if it is there; again while a session of another role that begins or ends is in the way."""
    until = time.monotonic() + _OTHERS_END_WITHIN_S
    while True:
        _wait_for_other_roles(server, name)
        try:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            return
        except psycopg.errors.InsufficientPrivilege:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def _wait_for_other_roles(server: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    """A session that was closed ends a moment later, and only those of one's own role can be made to end."""
    until = time.monotonic() + _OTHERS_END_WITHIN_S
    while time.monotonic() < until:
        others = "SELECT FROM pg_stat_activity WHERE datname = %s AND usename <> current_user"
        if server.execute(others, [name]).fetchone() is None:
            return
        time.sleep(0.05)


def url_of(name: str) -> str:
    """The DATABASE_URL of another database on the same server."""
    parts = connection.settings_dict
    password = f":{quote(parts['PASSWORD'], safe='')}" if parts["PASSWORD"] else ""
    port = f":{parts['PORT']}" if parts["PORT"] else ""
    return f"postgis://{quote(parts['USER'], safe='')}{password}@{quote(parts['HOST'], safe='')}{port}/{name}"


def server() -> psycopg.Connection[tuple[object, ...]]:
    """A connection to the server's own database, from which others are made and dropped."""
    parts = connection.settings_dict
    return psycopg.connect(
        dbname="postgres",
        user=parts["USER"],
        password=parts["PASSWORD"] or None,
        host=parts["HOST"],
        port=parts["PORT"] or None,
        autocommit=True,
    )
