"""Databases of a test's own, copied from the migrated one."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import psycopg
from django.db import connection, connections
from psycopg import sql


@contextmanager
def cloned() -> Iterator[str]:
    """Copy the test database, with what is committed in it, and point Django at the copy meanwhile."""
    original, name = connection.settings_dict["NAME"], f"test_spo_own_{uuid.uuid4().hex[:12]}"
    connections.close_all()
    with _server() as server:
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(original)))
    connection.settings_dict["NAME"] = name
    try:
        yield url_of(name)
    finally:
        connections.close_all()
        connection.settings_dict["NAME"] = original
        with _server() as server:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def url_of(name: str) -> str:
    """The DATABASE_URL of another database on the same server."""
    parts = connection.settings_dict
    password = f":{quote(parts['PASSWORD'], safe='')}" if parts["PASSWORD"] else ""
    port = f":{parts['PORT']}" if parts["PORT"] else ""
    return f"postgis://{quote(parts['USER'], safe='')}{password}@{quote(parts['HOST'], safe='')}{port}/{name}"


def _server() -> psycopg.Connection[tuple[object, ...]]:
    parts = connection.settings_dict
    return psycopg.connect(
        dbname="postgres",
        user=parts["USER"],
        password=parts["PASSWORD"] or None,
        host=parts["HOST"],
        port=parts["PORT"] or None,
        autocommit=True,
    )
