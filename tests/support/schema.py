"""The migrated, empty database, from which every process of a run copies its own.

Migrating takes far longer than copying. Where `./dev` says that the server is the tests' own, the database stays
there under a name that stands for all that decides what is in it, and is used again until one of those changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import psycopg
from django.db import connection
from psycopg import sql

from tests.support.databases import drop, server

_ROOT = Path(__file__).resolve().parents[2]
_DECIDES = (
    "*/migrations/*.py",
    "*/data/*",
    "*/models.py",
    "*/models/*.py",
    "*/*/models.py",
    "database/**/*.py",
    "spo_service/settings.py",
    "spo_service/management/**/*.py",
    "spo_service/tenancy/*.py",
    "accounts/scopes.py",
    "requirements-dev.lock",
)
_PREFIX = "spo_schema_"
_LOCK = 20261124


def copied(name: str) -> None:
    """Make the database `name` a copy of the migrated one, which is made first if it is not there."""
    schema = _PREFIX + _digest()
    with server() as other:
        other.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        found = _names(other)
        if schema not in found:
            for old in found:
                drop(other, old)
            _migrated(other, schema)
        drop(other, name)
        other.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(schema)))


def _names(other: psycopg.Connection[tuple[object, ...]]) -> list[str]:
    found = other.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [_PREFIX])
    return [str(row[0]) for row in found]


def _migrated(other: psycopg.Connection[tuple[object, ...]], schema: str) -> None:
    """Under another name until it is whole: a run that is killed leaves nothing that looks like it."""
    making = f"{_PREFIX}making"
    connection.settings_dict["TEST"]["NAME"] = making
    original = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connection.close()
    connection.settings_dict["NAME"] = original
    other.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(making), sql.Identifier(schema)))


def _digest() -> str:
    whole = hashlib.sha256()
    for path in sorted(set(_files())):
        whole.update(f"{path.relative_to(_ROOT)}\0".encode() + path.read_bytes())
    return whole.hexdigest()[:16]


def _files() -> Iterator[Path]:
    for pattern in _DECIDES:
        yield from (path for path in _ROOT.glob(pattern) if path.is_file())
