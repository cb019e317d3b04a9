"""Files of orders as forces send them, and a worker that takes its tasks from the real queue."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.module_loading import import_string
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from orders.imports.columns import COLUMNS
from tests.support.api import Answer, Api
from tests.support.orders import an_order

Json = dict[str, Any]
ROOT = "force/order-imports"
NDJSON, CSV = "application/x-ndjson", "text/csv"
FIRST: Mapping[str, str] = {name: column.example for name, column in COLUMNS.items()}


def line(reference: str, body: Json | None = None, **changes: Any) -> str:
    return json.dumps({"reference": reference, **(body or an_order()), **changes})


def ndjson(*lines: str) -> bytes:
    return "".join(f"{text}\n" for text in lines).encode()


def a_row(**changes: str) -> dict[str, str]:
    """The template's own row with other cells."""
    return {**FIRST, **changes}


def table(*rows: Mapping[str, str], columns: Iterable[str] = COLUMNS) -> str:
    """A CSV file of these rows, as text."""
    names, written = list(columns), io.StringIO()
    out = csv.writer(written)
    out.writerow(names)
    out.writerows([row.get(name, "") for name in names] for row in rows)
    return written.getvalue()


def send(api: Api, content: bytes | str, kind: str = CSV, query: str = "", **headers: str) -> Answer:
    sent = content.encode() if isinstance(content, str) else content
    return api.post(f"{ROOT}{query}", sent, Content_Type=kind, **headers)


def work() -> int:
    """Take every import task from the queue, as a worker does, until there is none; how many there were."""
    done = 0
    while row := next((r for r in OrmQ.objects.order_by("id") if _task(r)["func"] == "orders.tasks.work_import"), None):
        task = _task(row)
        row.delete()
        import_string(task["func"])(*task["args"])
        done += 1
    return done


def _task(row: OrmQ) -> Json:
    return dict(SignedPackage.loads(row.payload))


def imported(api: Api, content: bytes | str, kind: str = CSV, query: str = "") -> Json:
    """Send a file, work it off, and give what is said of it then."""
    answer = send(api, content, kind, query)
    assert answer.status == 202, answer.body
    work()
    return dict(api.get(answer.headers["Location"].removeprefix("/api/v1/")).body)


def errors(api: Api, job: Json, severity: str = "error") -> list[Json]:
    return list(api.get(f"{ROOT}/{job['id']}/errors?limit=200&severity={severity}").body["results"])


def told(api: Api, job: Json) -> set[tuple[int, str, str]]:
    """Every mistake as (row, field, code)."""
    return {(error["row"], error["field"], error["code"]) for error in errors(api, job)}


def warned(api: Api, job: Json) -> set[tuple[int, str, str]]:
    """Every warning as (row, field, code)."""
    return {(found["row"], found["field"], found["code"]) for found in errors(api, job, "warning")}


def counts(job: Json) -> dict[str, int]:
    return {name: job[name] for name in ("rows", "created", "versioned", "duplicates", "bad") if job[name]}
