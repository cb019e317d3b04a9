"""Every table says whose its rows are, or why they are everybody's; and PostgreSQL has it so (docs/adr/0007)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from database import tenancy
from database.roles import APP, ERASER, OUTBOX, ROLES, SUPPORT, WORKER, worker_role
from database.tenancy import NOBODY, Tenant
from spo_service.tenancy import install
from spo_service.tenancy.functions import MINE
from spo_service.tenancy.policies import OPEN, TENANTED

# Parts of a partitioned table are no tables of their own: nobody has a right to them.
_TABLES = """
SELECT relname, relrowsecurity FROM pg_class
 WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
"""


def asked(question: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return list(cursor.fetchall())


def test_every_table_has_a_policy_or_a_reason(db: None) -> None:
    """Whoever adds a table adds a line to `spo_service/tenancy/policies.py`."""
    there = {name for name, _ in asked(_TABLES)}
    assert there == set(TENANTED) | set(OPEN)
    assert not set(TENANTED) & set(OPEN)
    assert all(len(reason) > 10 for reason in OPEN.values())


def test_row_security_is_on_wherever_there_is_a_policy(db: None) -> None:
    assert {name for name, on in asked(_TABLES) if on} == set(TENANTED)
    policed = asked("SELECT tablename FROM pg_policies WHERE policyname = %s AND %s = ANY (roles)", APP, APP)
    assert {name for (name,) in policed} == set(TENANTED)


def test_policies_stand_for_nobody_but_the_roles(db: None) -> None:
    """A policy for PUBLIC would hold for every role there will ever be."""
    found = asked("SELECT tablename, policyname, roles FROM pg_policies WHERE schemaname = 'public'")
    assert [row for row in found if len(row[2]) != 1 or row[2][0] not in (*ROLES, ERASER) or row[1] != row[2][0]] == []


def test_who_the_tenant_is_is_asked_once_a_statement(db: None) -> None:
    """`(SELECT app_force())` is worked out once; `app_force()` by itself for every row."""
    bare = [
        (table, text)
        for table, policy in TENANTED.items()
        for text in (policy.sees, policy.adds)
        if re.search(r"(?<!SELECT )app_\w+\(|current_setting", text)
    ]
    assert bare == []


def test_the_roles_own_nothing_and_bypass_nothing(db: None) -> None:
    powers = asked("SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolinherit FROM pg_roles "
                   "WHERE rolname = ANY (%s) ORDER BY 1", list(ROLES))  # fmt: skip
    assert powers == [(role, False, False, False, False, False) for role in sorted(ROLES)]
    owners = asked(
        "SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    )
    assert not {name for (name,) in owners} & set(ROLES)


def test_nobody_but_the_owner_truncates_or_touches_what_is_only_added(db: None) -> None:
    """Issue 6, item 6: append-only by trigger and by grant."""
    given = asked(
        "SELECT grantee, table_name, privilege_type FROM information_schema.role_table_grants "
        "WHERE grantee = ANY (%s) OR grantee = 'PUBLIC'",
        [*ROLES],
    )
    ours = [(who, table, what) for who, table, what in given if table in TENANTED or table in OPEN]
    assert [row for row in ours if row[0] == "PUBLIC" and row[1] != "spatial_ref_sys"] == []
    assert [row for row in ours if row[2] in ("TRUNCATE", "TRIGGER", "REFERENCES")] == []
    added_only = install.append_only()
    assert {"audit_entry", "audit_link", "audit_dayseal", "orders_orderversion", "breaches_decision"} <= added_only
    assert [row for row in ours if row[1] in added_only and row[2] in ("UPDATE", "DELETE")] == []


def test_functions_that_run_as_their_owner_look_nowhere_else(db: None) -> None:
    """Without a fixed search path a caller could put a table of its own in the way."""
    found = asked("SELECT proname, proconfig FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef "
                  "AND pg_get_userbyid(proowner) = current_user")  # fmt: skip
    assert {name for name, _ in found} >= {"app_orders_of", "app_entries", "breaches_trackfix_month"}
    assert [name for name, config in found if "search_path=public, pg_temp" not in config] == []


def test_views_that_run_as_their_owner_are_these_and_show_nobody_anything(db: None, order: str) -> None:
    """What policies ask instead of tables: ids of the tenant's own, and of nobody else's."""
    views = {name for (name,) in asked("SELECT viewname FROM pg_views WHERE schemaname = 'public'")}
    assert views - {"geography_columns", "geometry_columns"} == set(MINE)
    for tenant, sees in ((Tenant(force="05"), True), (Tenant(force="06"), False), (NOBODY, False)):
        with transaction.atomic(), tenancy.acting(tenant):
            found = [asked(f"SELECT id FROM {view}") for view in MINE]  # noqa: S608 - names from the code
            assert [bool(rows) for rows in found] == [sees] * len(MINE)


def test_putting_it_in_place_again_changes_nothing(db: None) -> None:
    assert install.install() is False
    call_command("migrate", verbosity=0)


def test_an_owner_who_may_not_make_roles_is_told_what_to_run(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A DATABASE_URL of one role is refused in words where its server does not know the roles."""
    monkeypatch.setattr(install, "ROLES", (*ROLES, "spo_unheard_of"))
    with pytest.raises(CommandError, match="Let a superuser run: CREATE ROLE spo_unheard_of NOINHERIT;"):
        install.make_roles()


@pytest.mark.parametrize(("cluster", "role"), [("spo", WORKER), ("", WORKER), ("evidence", WORKER), ("outbox", OUTBOX)])
def test_each_worker_has_its_role(cluster: str, role: str) -> None:
    assert worker_role(cluster) == role


def test_web_processes_are_members_of_nothing_but_support(db: None) -> None:
    found = asked("SELECT roleid::regrole::text FROM pg_auth_members WHERE member = %s::regrole", APP)
    assert found == [(SUPPORT,)]
