"""A new order whose reference differs from one on record only as people write them: warned of (issue 13, line 18)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from orders.models import OrderVersion
from orders.rules.references import plain_reference
from tests.support.api import Api, Apis
from tests.support.imports import NDJSON, counts, imported, line, ndjson, warned
from tests.support.orders import NO_CONTACT, an_order
from tests.support.restricted import SUPERVISOR

BOTH = pytest.mark.parametrize("query", ["?dry_run=true", ""], ids=["dry run", "import"])
FIRST = "SPO-05-0001-26"
ALIKE = ["spo-05-0001-26", "SPO05000126", "SPO-5-1-26", "SPO.05.0001.26", "SPO_05_0001_26", "SPO-05-001-26",
         "SPO-05--0001-26", "SPO-05-000126"]  # fmt: skip
OTHERS = ["SPO-05-0010-26", "SPO-05-0001-27", "SPO-50-0001-26", "SPO-05-00012-6", "SP0-05-0001-26", "X"]


def put(api: Api, reference: str, *, root: str = "force", number: int = 1, **changes: Any) -> list[tuple[str, str]]:
    body = an_order(**{"conditions": [NO_CONTACT], **changes})
    answer = api.put(f"{root}/orders/{reference}/versions/{number}", body)
    assert answer.status == 201, answer.body
    return [(w["code"], w["detail"]) for w in answer.body["warnings"] if w["code"] == "reference_alike"]


@pytest.mark.parametrize("reference", ALIKE)
def test_a_reference_that_differs_only_in_how_it_is_written_is_told(api: Apis, reference: str) -> None:
    assert put(api.force, FIRST) == []
    ((_, detail),) = put(api.force, reference)
    assert FIRST in detail
    version = OrderVersion.objects.get(order__reference=reference)
    assert "reference_alike" in [warning["code"] for warning in version.warnings]


def test_another_reference_is_another_order(api: Apis) -> None:
    put(api.force, FIRST)
    assert [put(api.force, reference) for reference in OTHERS] == [[]] * len(OTHERS)


def test_a_later_version_is_not_told_again(api: Apis) -> None:
    put(api.force, FIRST)
    put(api.force, ALIKE[0])
    change = {"kind": "correction", "decided_on": "2026-06-01"}
    assert put(api.force, ALIKE[0], number=2, change=change, conditions=[{**NO_CONTACT, "wording": "Nothing."}]) == []


def test_nothing_is_told_of_another_force_or_of_a_restricted_order(api: Apis) -> None:
    put(api.other_force, FIRST, root="force")
    assert put(api.force, ALIKE[0]) == []
    put(api.force, "SPO-05-0002-26", restricted=True, readers=[SUPERVISOR])
    assert put(api.force, "spo-05-0002-26") == []


@BOTH
def test_an_import_is_told_of_those_on_record_and_of_those_in_its_own_file(api: Apis, query: str) -> None:
    put(api.force, FIRST)
    file = ndjson(*(line(one, an_order(conditions=[NO_CONTACT])) for one in ("SPO-5-1-26", "A-1", "A-01", "B-1")))
    job = imported(api.force, file, NDJSON, query)
    assert counts(job)["rows"] == 4 and not counts(job).get("bad")
    assert {(row, code) for row, _, code in warned(api.force, job) if code == "reference_alike"} == {
        (1, "reference_alike"), (2, "reference_alike"),
    }  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("reference", [*ALIKE, *OTHERS, FIRST, "-00-", "0", "00", "a0b00c", "..0A..", "0-0-0"])
def test_the_database_and_python_say_the_same_of_a_reference(reference: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT orders_reference_plain(%s)", [reference])
        assert cursor.fetchone() == (plain_reference(reference),)
