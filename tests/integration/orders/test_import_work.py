"""An import survives its worker: resumed without doubles, by one at a time, and what the database itself refuses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import Error, OperationalError, transaction
from django.utils import timezone
from django_q.models import OrmQ

from orders.landing import land
from orders.models import ImportedOrder, ImportPiece, ImportProblem, Order, OrderImport, OrderVersion
from orders.receiving import PIECE_BYTES
from orders.services import importing
from orders.tasks import sweep_imports, work_import
from tests.support.api import Apis
from tests.support.imports import CSV, NDJSON, a_row, counts, line, ndjson, send, table, work
from tests.support.orders import an_order

MANY = 130


def person(number: int) -> dict[str, Any]:
    return an_order(respondent={"family_name": f"Pell {'x' * number}", "date_of_birth": "1990-01-31"})


def many() -> bytes:
    return ndjson(*(line(f"A-{number}", person(number)) for number in range(MANY)))


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "_BATCH", 50)


def started(api: Apis, content: bytes, kind: str = NDJSON) -> OrderImport:
    answer = send(api.force, content, kind)
    assert answer.status == 202, answer.body
    OrmQ.objects.all().delete()
    return OrderImport.objects.get(pk=answer.body["id"])


def free(job: OrderImport) -> None:
    """As if the lease of a killed worker had run out."""
    OrderImport.objects.filter(pk=job.pk).exclude(lease=None).update(leased_until=timezone.now() - timedelta(seconds=1))


class Killed(BaseException):
    """Not to be caught by anything."""


def test_a_worker_killed_inside_a_batch_leaves_nothing_of_it(api: Apis, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second batch is stored and not yet counted when the worker dies; another one goes on from the first."""
    job, calls = started(api, many()), []

    def dying(job: OrderImport, entries: Any) -> dict[str, int]:
        found = land(job, entries)
        calls.append(len(entries))
        if len(calls) == 2:
            raise Killed
        return found

    with monkeypatch.context() as patched:
        patched.setattr(importing, "land", dying)
        with pytest.raises(Killed):
            work_import(str(job.pk))
    job.refresh_from_db()
    assert (job.rows, Order.objects.count()) == (calls[0], calls[0])
    work_import(str(job.pk))  # the lease still runs
    assert Order.objects.count() == calls[0]
    free(job)
    work_import(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.rows, job.created) == ("done", MANY, MANY)
    assert (Order.objects.count(), OrderVersion.objects.count()) == (MANY, MANY)
    assert ImportedOrder.objects.filter(outcome="created").count() == MANY


@pytest.mark.parametrize("kind", [NDJSON, CSV])
def test_work_in_many_tasks_is_the_same_work(api: Apis, kind: str) -> None:
    """Each task does one batch and queues the next; pieces go as they are read."""
    rows = [
        a_row(reference=f"A-{n}", respondent_family_name=f"Pell {'x' * n}", wording="w" * 9_000) for n in range(MANY)
    ]
    text = table(*rows).encode() if kind == CSV else ndjson(*(line(f"A-{n}", person(n)) for n in range(MANY)))
    answer = send(api.force, text, kind)
    job, tasks = OrderImport.objects.get(pk=answer.body["id"]), 0
    while job.state in ("queued", "running"):
        importing.work_off(job_id=job.pk, seconds=-1)
        job.refresh_from_db()
        tasks += 1
        assert not ImportPiece.objects.filter(job=job, number__lt=job.next_byte // PIECE_BYTES).exists()
        assert job.lease is None
    assert tasks > 2
    assert (job.state, job.rows, job.created, Order.objects.count()) == ("done", MANY, MANY, MANY)


def test_two_workers_are_never_at_one_import(api: Apis) -> None:
    job = started(api, many())
    OrderImport.objects.filter(pk=job.pk).update(
        state="running", lease=uuid4(), leased_until=timezone.now() + timedelta(seconds=60)
    )
    work_import(str(job.pk))
    assert (Order.objects.count(), OrmQ.objects.count()) == (0, 0)


def test_a_worker_that_lost_its_lease_stores_nothing(api: Apis, monkeypatch: pytest.MonkeyPatch) -> None:
    job = started(api, many())

    def slow(job: OrderImport, entries: Any) -> dict[str, int]:
        found = land(job, entries)
        OrderImport.objects.filter(pk=job.pk).update(lease=uuid4())  # somebody else took over meanwhile
        return found

    monkeypatch.setattr(importing, "land", slow)
    work_import(str(job.pk))
    assert Order.objects.count() == 0


def test_a_row_held_too_long_is_tried_again(api: Apis, monkeypatch: pytest.MonkeyPatch) -> None:
    job = started(api, many())

    def waiting(job: OrderImport, entries: Any) -> dict[str, int]:
        raise OperationalError("lock timeout")

    with monkeypatch.context() as patched:
        patched.setattr(importing, "land", waiting)
        work_import(str(job.pk))
    assert (OrmQ.objects.count(), work()) == (1, 1)
    job.refresh_from_db()
    assert (job.state, job.created) == ("done", MANY)


def test_what_kills_every_worker_is_given_up(api: Apis) -> None:
    job = started(api, many())
    OrderImport.objects.filter(pk=job.pk).update(tries=5)
    work_import(str(job.pk))
    job.refresh_from_db()
    assert (job.state, ImportProblem.objects.get().code, ImportPiece.objects.count()) == ("failed", "import_gave_up", 0)


def test_what_was_left_behind_is_found(api: Apis) -> None:
    """A killed worker's import, one whose queue row was lost, and a file whose sender went away."""
    job = started(api, many())
    sweep_imports()
    assert OrmQ.objects.count() == 0
    OrderImport.objects.filter(pk=job.pk).update(received_at=timezone.now() - timedelta(minutes=6))
    OrderImport.objects.create(
        force_id="05", requested_by="x", kind="csv", dry_run=False, received_at=timezone.now() - timedelta(hours=25)
    )
    sweep_imports()
    assert OrmQ.objects.count() == 1
    assert not OrderImport.objects.filter(state="receiving").exists()
    work()
    job.refresh_from_db()
    assert (job.state, job.created) == ("done", MANY)


def test_a_task_for_nothing_does_nothing(api: Apis) -> None:
    work_import(str(uuid4()))
    job = started(api, ndjson(line("A-1")))
    work_import(str(job.pk))
    work_import(str(job.pk))
    assert counts(api.force.get(f"force/order-imports/{job.pk}").body) == {"rows": 1, "created": 1}


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("import_state_known", {"state": "paused"}),
    ("import_kind_known", {"kind": "xlsx"}),
    ("import_encoding_known", {"encoding": "latin-1"}),
    ("import_line_end_known", {"line_end": "nl"}),
    ("import_received_whole", {"sha256": ""}),
    ("import_counts_add_up", {"rows": 7}),
    ("import_counts_add_up", {"created": -1, "rows": -1}),
    ("import_place_inside_file", {"next_byte": 1 << 40}),
    ("import_finished_when", {"state": "done"}),
    ("import_lease_has_end", {"lease": uuid4()}),
]


@pytest.mark.parametrize(("name", "values"), REFUSED, ids=[f"{name} {list(values)}" for name, values in REFUSED])
def test_the_database_refuses(api: Apis, name: str, values: dict[str, Any]) -> None:
    job = started(api, ndjson(line("A-1")))
    with pytest.raises(Error, match=name), transaction.atomic():
        OrderImport.objects.filter(pk=job.pk).update(**values)


def test_the_database_refuses_the_same_twice(api: Apis) -> None:
    job = started(api, ndjson(line("A-1")))
    piece = ImportPiece.objects.get()
    again: list[tuple[str, Any]] = [
        ("import_of_a_file_once", OrderImport(**_same(job), state="queued")),
        ("import_piece_once", ImportPiece(job=job, number=piece.number, sealed=b"")),
        ("imported_order_outcome_known", ImportedOrder(job=job, row=1, reference="A", outcome="lost")),
        ("imported_order_row_from_one", ImportedOrder(job=job, row=0, reference="A", outcome="bad")),
        (
            "imported_order_changes_of_versions",
            ImportedOrder(job=job, row=1, reference="A", outcome="bad", changes=["/x"]),
        ),
        ("import_problem_row_from_one", ImportProblem(job=job, row=0, code="x", do="y")),
        ("import_problem_has_code", ImportProblem(job=job, row=1, code="", do="y")),
    ]
    for name, row in again:
        with pytest.raises(Error, match=name), transaction.atomic():
            row.save(force_insert=True)
    ImportedOrder.objects.create(job=job, row=1, reference="A", outcome="bad")
    with pytest.raises(Error, match="imported_order_once_a_file"), transaction.atomic():
        ImportedOrder.objects.create(job=job, row=2, reference="A", outcome="bad")


def _same(job: OrderImport) -> dict[str, Any]:
    names = ("force_id", "requested_by", "kind", "dry_run", "sha256", "size", "encoding", "line_end")
    return {name: getattr(job, name) for name in names}
