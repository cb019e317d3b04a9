"""Bringing a database to what the modules beside this one say. Done again, it changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pgtrigger
from django.apps import apps
from django.core.management.base import CommandError
from django.db import connection, transaction
from psycopg import sql

from database.roles import APP, ERASER, ROLES, SUPPORT, WORKER
from spo_service.tenancy.functions import FUNCTIONS, MINE
from spo_service.tenancy.policies import OPEN, TENANTED
from spo_service.tenancy.roles import Grants, grants

_WITHOUT_ROLES = "The role of DATABASE_URL may not make the roles that processes work as. Let a superuser run: {}"


def make_roles() -> None:
    """See that the roles are there, and that the owner of the tables may take them on. They belong to the server.

    Raises CommandError, with what a superuser is to run, where the owner may not make them.
    """
    wanted = _missing()
    if not wanted:
        return
    if not _asked("SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user"):
        raise CommandError(_WITHOUT_ROLES.format(" ".join(wanted)))
    with connection.cursor() as cursor:
        for statement in wanted:
            # Two databases of one server may be at this at once.
            cursor.execute(
                f"DO $$ BEGIN {statement} "
                "EXCEPTION WHEN duplicate_object OR unique_violation OR internal_error THEN NULL; END $$"
            )


def _missing() -> list[str]:
    """The statements that make what is not there yet."""
    there = {role for role in ROLES if _asked("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", role)}
    owner = str(_asked("SELECT current_user"))
    made = [f"CREATE ROLE {role} NOINHERIT;" for role in ROLES if role not in there]
    members = [(role, owner) for role in ROLES] + [(SUPPORT, APP)]
    lacking = (
        (role, member)
        for role, member in members
        if not {role, member} <= there | {owner} or not _asked("SELECT pg_has_role(%s, %s, 'MEMBER')", member, role)
    )
    return [*made, *(f"GRANT {role} TO {_named(member)};" for role, member in lacking)]


def _named(name: str) -> str:
    return sql.Identifier(name).as_string(None)


def _asked(question: str, *values: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return cursor.fetchone()[0]


def install() -> bool:
    """Functions, rights and policies as this release has them, in one transaction. False where they were so already."""
    statements = list(_statements())
    digest = hashlib.sha256("\n".join(statements).encode()).hexdigest()
    # Changing a policy locks its table: not done at a start that changes nothing.
    if _asked("SELECT obj_description(to_regprocedure('app_force()'), 'pg_proc')") == digest:
        return False
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        cursor.execute(f"COMMENT ON FUNCTION app_force() IS '{digest}'")
    return True


def _statements() -> Iterator[str]:
    yield from FUNCTIONS
    given = grants(TENANTED, OPEN)
    erases = _asked("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", ERASER)
    for role in given:
        yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}"
        yield f"GRANT USAGE ON SCHEMA public TO {role}"
        yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}"
    for role, its in given.items():
        yield from _rights(role, its)
    yield f"GRANT SELECT ON {', '.join(MINE)} TO {APP}"
    # Many rows go through a table of the transaction's own (database.copying).
    yield f"GRANT TEMPORARY ON DATABASE {_named(connection.settings_dict['NAME'])} TO {WORKER}"
    for table, policy in TENANTED.items():
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        yield from _policy(table, APP, policy.sees.format(table=table), policy.adds.format(table=table))
        for role, its in given.items():
            if not its.bound and (table in its.tables or table in its.columns):
                yield from _policy(table, role, "true", "true")
        if erases:
            yield from _policy(table, ERASER, "true", "true")


def _rights(role: str, its: Grants) -> Iterator[str]:
    added_only = append_only()
    for table, rights in its.tables.items():
        kept = ", ".join(r for r in rights.split(", ") if table not in added_only or r in ("SELECT", "INSERT"))
        yield f"GRANT {kept} ON {table} TO {role}"
    for table, columns in its.columns.items():
        yield f"GRANT SELECT ({columns}) ON {table} TO {role}"
    for table, column in its.locks.items():
        yield f"GRANT UPDATE ({column}) ON {table} TO {role}"


def _policy(table: str, role: str, sees: str, adds: str) -> Iterator[str]:
    yield f"DROP POLICY IF EXISTS {role} ON {table}"
    yield f"CREATE POLICY {role} ON {table} TO {role} USING ({sees}) WITH CHECK ({adds})"


def append_only() -> frozenset[str]:
    """Tables whose rows a trigger keeps from being changed and removed: the rights to it are not given either."""
    both = pgtrigger.Update | pgtrigger.Delete
    return frozenset(
        model._meta.db_table
        for model in apps.get_models()
        for trigger in getattr(model._meta, "triggers", ())
        if isinstance(trigger, pgtrigger.Protect) and str(trigger.operation) == str(both)
    )
