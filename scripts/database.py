"""Create and drop whole databases on the server that DATABASE_URL names. Used by ./dev.

python scripts/database.py create NAME               make it; print its DATABASE_URL
python scripts/database.py recreate NAME [--force]   the same, after dropping what has that name
python scripts/database.py drop NAME                 drop it, whoever is connected
python scripts/database.py purge                     drop the temporary databases that killed commands left
"""

import os
import sys
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import Connection, sql

EXTENSIONS = ("postgis", "btree_gist")
TEMPORARY = r"%spo\_tmp\_%"  # as ./dev names them, and Django's test databases beside them


def with_name(url: str, name: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(url)._replace(path="/" + name))


def connect(url: str, name: str | None = None) -> Connection:
    """Connect to the server; PostgreSQL itself knows the scheme postgresql only."""
    parts = urlsplit(with_name(url, name) if name else url)
    return psycopg.connect(urlunsplit(parts._replace(scheme="postgresql")), autocommit=True, connect_timeout=10)


def drop(server: Connection, name: str, *, force: bool) -> None:
    """Drop a database if it is there; with force, also when somebody is connected."""
    statement = "drop database if exists {} with (force)" if force else "drop database if exists {}"
    server.execute("set client_min_messages = warning")
    server.execute(sql.SQL(statement).format(sql.Identifier(name)))


def create(url: str, server: Connection, name: str) -> str:
    """Create a database with the extensions in it; its URL."""
    server.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    try:
        with connect(url, name) as made:
            made.execute("set client_min_messages = warning")
            for extension in EXTENSIONS:
                made.execute(sql.SQL("create extension if not exists {}").format(sql.Identifier(extension)))
    except psycopg.Error:
        drop(server, name, force=True)
        raise
    return with_name(url, name)


def purge(server: Connection) -> None:
    """Drop the databases of commands that could not clean up."""
    for (name,) in server.execute("select datname from pg_database where datname like %s", [TEMPORARY]).fetchall():
        drop(server, name, force=True)


def main(url: str, arguments: list[str]) -> int:
    """Run one of the commands."""
    # The database that the URL names need not exist, but `postgres` nearly always does.
    try:
        server = connect(url, "postgres")
    except psycopg.OperationalError:
        server = connect(url)
    with server:
        match arguments:
            case ["create", name]:
                print(create(url, server, name))
            case ["recreate", name, *force]:
                drop(server, name, force=bool(force))
                print(create(url, server, name))
            case ["drop", name]:
                drop(server, name, force=True)
            case ["purge"]:
                purge(server)
            case _:
                print(__doc__, file=sys.stderr)
                return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(os.environ["DATABASE_URL"], sys.argv[1:]))
    except psycopg.Error as error:
        sys.exit(f"dev: the database server answered: {str(error).strip()}")
