"""Whether the stored marks of people are in the forms, and under the key, of this release.

Written on the table itself, as its comment: what a database says of its own content goes with it, into a copy too.
"""

from __future__ import annotations

from django.db import connection
from psycopg import sql

from orders.matching import fingerprint_key
from orders.models import MatchKey

# Raise it when `orders.rules.people.marks_of` gives other marks of the same person than before.
FORMS = 2


def are_marks_current() -> bool:
    """Whether `mark_as_current` was the last to speak, in this release's words."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description(%s::regclass, 'pg_class')", [MatchKey._meta.db_table])
        (found,) = cursor.fetchone()
    return bool(found == _describe_marks())


def mark_as_current() -> None:
    """Call it when every mark was worked out again. Takes the role that owns the table, as `migrate` does."""
    named = {"table": sql.Identifier(MatchKey._meta.db_table), "comment": sql.Literal(_describe_marks())}
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("COMMENT ON TABLE {table} IS {comment}").format(**named))


def _describe_marks() -> str:
    return f"marks of people: forms {FORMS}, key {fingerprint_key()}"
