"""Erasing what two people let go, under a database role of its own: the service's own role cannot (rule 79).

The rows go, the keys of the report's evidence among them, so that sealed files still in the store or in a backup
open for nobody. What stays is a tombstone and the trail. The database holds by itself that nothing goes but what two
people approved and nobody holds (`retention_may_go`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from uuid import UUID

import psycopg
from psycopg import Cursor, sql

_REPORTS = "breaches_report"
_DUE = """
SELECT d.id, d.report, r.reference FROM retention_disposal d
  JOIN retention_disposaldecision x ON x.disposal_id = d.id AND x.approved
  JOIN breaches_report r ON r.id = d.report
 ORDER BY x.decided_at LIMIT %s
"""
_REFERRING = """
SELECT c.conrelid::regclass::text, a.attname, f.attname
  FROM pg_constraint c
  JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
  JOIN pg_attribute f ON f.attrelid = c.confrelid AND f.attnum = c.confkey[1]
 WHERE c.contype = 'f' AND c.confrelid = %s::regclass AND c.conrelid <> c.confrelid
 ORDER BY 1, 2
"""
# The triggers that keep rows as they are. Not among them: `retention_may_go`.
_APART = """
SELECT set_config('pgtrigger.ignore', array_agg(DISTINCT tgname)::text, true)
  FROM pg_trigger WHERE tgname LIKE 'pgtrigger\\_%%' AND NOT tgisinternal
"""
_ENTRY = """
INSERT INTO audit_entry (at, actor_kind, actor, organisation, action, verb, record_ids, reason_code, reason,
                         correlation_id, recipient)
SELECT now(), 'service', current_user, force_id, 'erasure', 'report_erased', ARRAY[report::text, id::text],
       'disposal', '', '', '' FROM retention_disposal WHERE id = %s
"""


@dataclass(frozen=True, slots=True)
class Erased:
    """A report that went, and how many rows of each table went with it."""

    report: UUID
    rows: dict[str, int]


def erase_due(url: str, *, most: int) -> list[Erased]:
    """Erase approved disposals, each in a transaction of its own. Raises `psycopg.Error`; then that one stays whole."""
    done: list[Erased] = []
    with psycopg.connect(url.replace("postgis://", "postgresql://", 1), autocommit=True) as connection:
        for disposal, report, reference in connection.execute(_DUE, [most]).fetchall():
            with connection.transaction(), connection.cursor() as cursor:
                cursor.execute(_APART)
                rows: dict[str, int] = {}
                _delete(cursor, _REPORTS, sql.SQL("id = {}").format(sql.Literal(report)), rows)
                cursor.execute(
                    "INSERT INTO retention_tombstone (report, disposal_id, reference, erased_at, rows)"
                    " VALUES (%s, %s, %s, now(), %s)",
                    [report, disposal, reference, json.dumps(rows)],
                )
                cursor.execute(_ENTRY, [disposal])
            done.append(Erased(report, rows))
    return done


def tables_that_go(cursor: Cursor[tuple[object, ...]], table: str = _REPORTS) -> set[str]:
    """Every table that holds something of a report, found by its foreign keys."""
    inner = {str(row[0]) for row in cursor.execute(_REFERRING, [table]).fetchall()}
    return {table}.union(*(tables_that_go(cursor, name) for name in inner))


def _delete(cursor: Cursor[tuple[object, ...]], table: str, which: sql.Composable, rows: dict[str, int]) -> None:
    """Delete rows and, before them, whatever refers to them."""
    for child, column, key in cursor.execute(_REFERRING, [table]).fetchall():
        inner = sql.SQL("{column} IN (SELECT {key} FROM {table} WHERE {which})").format(
            column=sql.Identifier(str(column)), key=sql.Identifier(str(key)), table=sql.Identifier(table), which=which
        )
        _delete(cursor, str(child), inner, rows)
    cursor.execute(sql.SQL("DELETE FROM {table} WHERE {which}").format(table=sql.Identifier(table), which=which))
    if cursor.rowcount:
        rows[table] = rows.get(table, 0) + cursor.rowcount
