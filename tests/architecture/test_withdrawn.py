"""A query of what can be withdrawn leaves withdrawn rows out, or says here why it must not."""

from __future__ import annotations

import re
from pathlib import Path

from django.apps import apps
from django.db import connection

from orders.models import Withdrawable
from orders.models.withdrawals import StandingManager
from orders.queries.records import MODELS

ROOT = Path(__file__).resolve().parents[2]
APPS = (
    "accounts",
    "audit",
    "breaches",
    "database",
    "edge",
    "identity",
    "orders",
    "retention",
    "spo_service",
    "webhooks",
)
# Who asks for withdrawn rows too.
WHOLE_RECORD = {
    "orders/models/withdrawals.py": "names the manager",
    "orders/queries/records.py": "lists with marks, what was known before, and the count behind ETags",
    "orders/management/commands/order.py": "marks them, for support staff",
    "breaches/timeline.py": "marks them, in the history of an order",
    "spo_service/admin.py": "marks them, on the support screen",
}
# Statements that are written out, or go round a model's default manager.
_BY_HAND = re.compile(
    r"\b_base_manager\b|\borders_(?:service|determination|discharge|appeal|notification|notificationevent)\b"
)
BY_HAND = {
    "spo_service/tenancy/policies.py": "whose rows they are, whatever stands in them",
    "spo_service/tenancy/roles.py": "what each role may do with the tables",
}
# Questions of other tables that join to one of these: the join knows nothing of managers.
_JOINS = re.compile(
    r"\b(?:order__|version__)?(?:services|determinations|discharges|appeals|notifications|notification_events)__\w+"
)


def sources() -> dict[str, str]:
    found = (path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)
    return {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in found}


def test_every_model_that_can_be_withdrawn_is_withdrawable_over_the_api_and_leaves_withdrawn_rows_out() -> None:
    models = [model for model in apps.get_models() if issubclass(model, Withdrawable)]
    assert set(models) == set(MODELS.values())
    assert [model for model in models if not isinstance(model._default_manager, StandingManager)] == []


def test_only_these_ask_for_withdrawn_rows() -> None:
    assert {path for path, text in sources().items() if "with_withdrawn" in text} == set(WHOLE_RECORD)


def test_no_statement_by_hand_and_no_join_forgets_that_rows_can_be_withdrawn() -> None:
    assert {path for path, text in sources().items() if _BY_HAND.search(text)} == set(BY_HAND)
    assert {path for path, text in sources().items() if _JOINS.search(text)} == set()


def test_every_function_of_the_database_that_reads_them_leaves_withdrawn_rows_out(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
        reads = {name: text for name, text in cursor.fetchall() if _BY_HAND.search(text)}
    assert "orders_terms" in reads
    assert [name for name, text in reads.items() if "withdrawn_at IS NULL" not in text] == []
