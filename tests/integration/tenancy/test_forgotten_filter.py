"""Issue 6, item 4: every row of every table, asked for without any filter, stays with whose it is."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction

from breaches.models import Report
from database.roles import APP, OUTBOX, SUPPORT, WORKER
from database.tenancy import NOBODY, Tenant, acting
from demo.cast import Cast
from orders.models import Order
from orders.queries.terms import _TERMS
from spo_service.tenancy.policies import TENANTED
from tests.integration.tenancy import world
from tests.support.api import Apis
from tests.support.orders import a_report

MODELS = {model._meta.db_table: model for model in apps.get_models()}
# No row of these in the world of this test; what they follow is tested, and so are their policies.
EMPTY = {
    "audit_link",
    "orders_determination", "orders_discharge", "orders_appeal", "orders_notification", "orders_notificationevent",
    "orders_orderreview", "orders_told", "orders_orderdocument", "orders_sameperson", "orders_importedorder",
    "orders_importproblem", "breaches_consultation", "breaches_withdrawal", "breaches_outcome", "breaches_linkact",
    "orders_orderreader", "breaches_reportarea", "breaches_reportcopy", "breaches_transfer", "breaches_transferend",
    "breaches_snooze", "breaches_devicenotice", "breaches_evidencetimestamp", "breaches_evidencestamptry",
    "breaches_forensiclink", "breaches_forensictake",
    "retention_review", "retention_holdact",
    "retention_disposal", "retention_disposaldecision", "retention_tombstone", "retention_accessrequest",
    "retention_accessdecision",
    "breaches_diaryreport", "breaches_evidenceexamination", "breaches_evidencemessage", "breaches_evidencepiece",
    "breaches_fixjudgement", "breaches_orderchange", "orders_importrun", "orders_personidentifier",
}  # fmt: skip


def filled() -> set[str]:
    """Tables with a row in them, as the owner sees them."""
    return {table for table in TENANTED if MODELS[table]._default_manager.exists()}


def test_without_a_filter_nobody_else_sees_a_row(api: Apis, cast: Cast, order: str) -> None:
    world.build(api, order)
    there = filled()
    assert set(TENANTED) - there <= EMPTY
    for name, tenant in world.others(cast).items():
        with acting(tenant):
            assert filled() == set(), name
    # Whose it is sees it: between them, the force and the victim see every table.
    with acting(Tenant(force="05", client=cast.force.client_id)):
        force = filled()
    with acting(Tenant(person=cast.victim.user_id, client=cast.victim.user_id)):
        hers = filled()
    assert there == force | hers
    assert not {"breaches_diaryentry", "breaches_diaryevidence"} & force
    assert not {"breaches_note", "webhooks_endpoint", "audit_entry"} & hers


def test_the_statement_of_terms_without_its_filter_gives_nothing(api: Apis, cast: Cast, order: str) -> None:
    """ADR 0005's statements are written out: a filter may be lost from them as well."""
    with connection.cursor() as cursor:
        for tenant, found in ((Tenant(force="06"), False), (NOBODY, False), (Tenant(force="05"), True)):
            with acting(tenant):
                cursor.execute(_TERMS.format(which="ARRAY(SELECT id FROM orders_order)"), [[]])
                assert bool(cursor.fetchall()) is found


@pytest.mark.parametrize("role", [None, "advocate"])
def test_a_person_sees_the_order_that_protects_her_and_so_does_who_speaks_for_her(
    api: Apis, cast: Cast, order: str, role: str | None
) -> None:
    person = cast.advocate if role else cast.victim
    with acting(Tenant(person=person.user_id)):
        assert Order.objects.filter(reference=order).exists()


def test_rows_of_another_force_can_be_neither_changed_nor_made(api: Apis, cast: Cast, order: str) -> None:
    with acting(Tenant(force="06")):
        assert Order.objects.update(reference="MINE") == 0
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Order.objects.create(force_id="05", reference="THEIRS")


def test_a_row_cannot_be_given_away(api: Apis, cast: Cast, order: str) -> None:
    api.victim.post("victim/reports", a_report())
    with (
        acting(Tenant(force="05")),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        Report.objects.update(force_id="06")


@pytest.mark.parametrize(
    "verb", ["UPDATE audit_entry SET actor = ''", "DELETE FROM audit_entry", "TRUNCATE audit_entry"]
)
@pytest.mark.parametrize("role", [APP, WORKER, OUTBOX, SUPPORT])
def test_the_trail_is_append_only_by_right_as_well(db: None, role: str, verb: str) -> None:
    """Issue 6, item 6: before any trigger is asked."""
    with (
        acting(Tenant(role=role, force="05")),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(verb)


@pytest.mark.parametrize(
    "table", ["orders_order", "orders_orderversion", "breaches_report", "oauth2_provider_accesstoken"]
)
def test_what_speaks_to_other_peoples_servers_reads_no_case(db: None, table: str) -> None:
    with (
        acting(Tenant(role=OUTBOX)),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"SELECT 1 FROM {table}")  # noqa: S608 - names of ours


@pytest.mark.parametrize(
    "question", ["SELECT body FROM orders_orderversion", "SELECT 1 FROM breaches_report",
                 "SELECT sealed_secret FROM webhooks_endpoint", "SELECT 1 FROM audit_entry"],
)  # fmt: skip
def test_the_support_screen_cannot_read_what_it_does_not_show(db: None, question: str) -> None:
    with (
        acting(Tenant(role=SUPPORT)),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(question)


def _setting(name: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s, true)", [name])
        return cursor.fetchone()[0]


def test_a_tenant_ends_with_its_block(db: None) -> None:
    owner = _setting("role")
    with acting(Tenant(force="05")):
        assert (_setting("app.force"), _setting("role")) == ("05", APP)
        with acting(Tenant(force="06")):
            assert _setting("app.force") == "06"
        assert _setting("app.force") == "05"
    # What was set once reads as empty, never as NULL again: the policies take both for nobody.
    assert (_setting("app.force"), _setting("role")) == ("", owner)
