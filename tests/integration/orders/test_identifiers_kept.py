"""What was learned of a person: what the database refuses, and what it keeps (issue 13, line 3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import Error, transaction

from orders.models import Order, PersonIdentifier

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def row(**changes: Any) -> PersonIdentifier:
    fields: dict[str, Any] = {
        "order": Order.objects.get(),
        "role": "respondent",
        "kind": "phone",
        "said": {"kind": "phone", "value": "07700 900456", "platform": ""},
        "digest": b"x" * 32,
        "recorded_at": NOW,
        "recorded_by": "somebody",
    }
    return PersonIdentifier.objects.create(**{**fields, **changes})


def test_sound_rows_are_taken(order: str) -> None:
    """Else the attempts below would be refused for something else."""
    assert row().pk and row(role="protected_person", key="P1").pk
    assert row(retired_at=NOW, retired_by="x").pk  # once more, since it does not count


BROKEN: dict[str, tuple[str, Callable[[], Any]]] = {
    "the same twice": ("identifier_once", lambda: (row(), row())),
    "an unknown kind": ("identifier_kind_known", lambda: row(kind="fax")),
    "a respondent with a key": ("identifier_of_somebody", lambda: row(key="P1")),
    "a protected person without": ("identifier_of_somebody", lambda: row(role="protected_person")),
    "it ends before it begins": ("identifier_ends_after_start", lambda: row(starts_at=NOW, ends_at=NOW)),
    "retired by nobody": ("identifier_retired_by_somebody", lambda: row(retired_at=NOW)),
    "retired at no time": ("identifier_retired_by_somebody", lambda: row(retired_by="x")),
    "a value instead of its hash": ("identifier_whole_digest", lambda: row(digest=b"07700900456")),
    "a mark without its hash": ("identifier_marks_whole", lambda: row(mark_kinds=["phone"])),
    "a mark of an unknown kind": (
        "identifier_mark_kinds_known",
        lambda: row(mark_kinds=["fax"], mark_digests=[b"x" * 32]),
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_database_refuses(order: str, name: str) -> None:
    constraint, attempt = BROKEN[name]
    with pytest.raises(Error, match=constraint), transaction.atomic():
        attempt()


def test_every_constraint_has_an_attempt() -> None:
    assert {c.name for c in PersonIdentifier._meta.constraints} == {constraint for constraint, _ in BROKEN.values()}


@pytest.mark.parametrize("change", [{"kind": "email"}, {"starts_at": NOW}, {"key": "P1"}, {"recorded_by": "y"}])
def test_it_is_retired_and_never_changed(order: str, change: dict[str, Any]) -> None:
    row()
    with pytest.raises(Error, match="never changed"), transaction.atomic():
        PersonIdentifier.objects.update(**change)
    PersonIdentifier.objects.update(retired_at=NOW, retired_by="x")
    with pytest.raises(Error, match="never changed"), transaction.atomic():
        PersonIdentifier.objects.update(retired_at=None, retired_by="")


def test_it_is_never_deleted(order: str) -> None:
    row()
    rows = PersonIdentifier.objects.all()
    with pytest.raises(Error, match="delete rows"), transaction.atomic():
        rows._raw_delete(rows.db)
