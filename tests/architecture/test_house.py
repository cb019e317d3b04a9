"""The house keeps its own rules (docs/architecture.md): a test fails when somebody forgets one."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from django.db import connection
from django.utils.module_loading import import_string
from django_q.models import Schedule

ROOT = Path(__file__).resolve().parents[2]
OURS = (
    "accounts",
    "audit",
    "bench",
    "breaches",
    "common",
    "database",
    "demo",
    "edge",
    "geo",
    "identity",
    "orders",
    "retention",
    "spo_service",
    "webhooks",
)
# Where verbs live: `services.py`, the modules of a `services` package, and those named here.
VERBS = ("breaches/deciding.py", "breaches/replaying.py")
# What leaves no trace of its own, and why.
UNTRACED = {
    "webhooks.services.enqueue": "tells of an act whose own service leaves the trace",
    "webhooks.services.enqueue_all": "tells of acts whose own service leaves the trace",
    "webhooks.services.set_about": "a part of putting a report under an order, which leaves the trace",
    "webhooks.services.set_quiet": "a part of restricting an order and of opening it, which leave the trace",
    "orders.services.readers.officers_of": "reads who has an account and writes nothing",
    "orders.services.readers.reader_problems": "reads who has an account and writes nothing",
    "orders.services.registering.body_digest": "reads nothing and writes nothing",
    "orders.services.registering.check": "reads what an order was and writes nothing",
    "orders.services.importing.sweep": "queues a look; whatever changes leaves its own trace",
    "orders.services.approving.carry_approvals": "a part of registering and of approving, which leave the trace",
    "orders.services.again.assess_again": "queues a look; whatever changes leaves its own trace",
}


def _sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        for path in (ROOT / folder).rglob("*.py"):
            if "migrations" not in path.parts:
                yield path


def _services() -> list[ModuleType]:
    found = [path for path in _sources(*OURS) if path.stem == "services" or path.parent.name == "services"]
    paths = [*found, *(ROOT / verb for verb in VERBS)]
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths]
    return [importlib.import_module(name.removesuffix(".__init__")) for name in sorted(names)]


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _public(module: object) -> list[Callable[..., object]]:
    functions = inspect.getmembers(module, inspect.isfunction)
    name = getattr(module, "__name__", "")
    return [f for found, f in functions if not found.startswith("_") and inspect.unwrap(f).__module__ == name]


def _leaves_trace(function: Callable[..., object], depth: int = 3) -> bool:
    source = inspect.getsource(inspect.unwrap(function))
    if re.search(r"\brecord\(", source):
        return True
    module = inspect.getmodule(inspect.unwrap(function))
    called = set(re.findall(r"\b(_[a-z_]+|[a-z_]+)\(", source)) - {function.__name__}
    inner = [getattr(module, name, None) for name in called]
    return depth > 0 and any(_leaves_trace(f, depth - 1) for f in inner if inspect.isfunction(f))


@pytest.mark.parametrize("module", _services(), ids=lambda m: str(m.__name__))
def test_every_service_leaves_a_trace(module: object) -> None:
    """Rule 76; Data Protection Act 2018, section 62."""
    named = {f"{f.__module__}.{f.__name__}": f for f in _public(module)}
    silent = {name for name, f in named.items() if not _leaves_trace(f)}
    assert silent <= set(UNTRACED)


@pytest.mark.parametrize("module", _services(), ids=lambda m: str(m.__name__))
def test_services_take_keywords_only(module: object) -> None:
    positional = [
        f.__name__
        for f in _public(module)
        if f.__name__ not in ("body_digest", "carry_approvals", "assess_again", "officers_of")
        and any(p.kind is not p.KEYWORD_ONLY for p in inspect.signature(f).parameters.values())
    ]
    assert positional == []


def test_every_task_that_is_queued_or_scheduled_exists(db: None) -> None:
    texts = [path.read_text("utf-8") for path in _sources(*OURS)]
    named = {name for text in texts for name in re.findall(r'"([a-z_]+\.tasks\.[a-z_]+)"', text)}
    scheduled = set(Schedule.objects.values_list("func", flat=True))
    assert named | scheduled
    assert all(callable(import_string(name)) for name in named | scheduled)


def test_files_and_functions_stay_small() -> None:
    long_files = [str(p) for p in _sources(*OURS, "tests", "scripts") if len(p.read_text("utf-8").splitlines()) > 400]
    long_functions = [
        f"{path}:{node.name}"
        for path in _sources(*OURS, "scripts")
        for node in _functions(ast.parse(path.read_text("utf-8")))
        if (node.end_lineno or 0) - node.lineno > 60
    ]
    assert (long_files, long_functions) == ([], [])


def test_no_import_hides_inside_a_function() -> None:
    hidden = [
        f"{path}:{node.name}"
        for path in _sources(*OURS, "tests", "scripts")
        for node in _functions(ast.parse(path.read_text("utf-8")))
        if any(isinstance(inner, ast.Import | ast.ImportFrom) for inner in ast.walk(node))
    ]
    assert hidden == []


def test_nothing_runs_without_being_called() -> None:
    """No signal receivers, no `save()` of a model's own."""
    text = "\n".join(path.read_text("utf-8") for path in _sources(*OURS))
    assert not re.search(r"@receiver\(|\.connect\(\s*[a-z_]+\s*,\s*sender=|def save\(self", text)


def test_every_module_of_an_app_says_what_it_is_for() -> None:
    silent = [
        str(path)
        for path in _sources(*OURS)
        if path.name not in ("__init__.py", "apps.py") and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert silent == []


def test_columns_written_out_are_the_models_own(db: None) -> None:
    """Functions that add rows name columns that exist, all that are needed, in the tables of models."""
    for module, function in (("audit", "audit_note"), ("webhooks", "webhooks_owe")):
        with connection.cursor() as cursor:
            cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [function])
            found = re.search(r"INSERT INTO (\w+) \(([^)]*)\)", cursor.fetchone()[0])
        assert found
        model = next(
            m
            for m in vars(importlib.import_module(f"{module}.models")).values()
            if getattr(getattr(m, "_meta", None), "db_table", "") == found[1]
        )
        columns = {column.strip() for column in found[2].split(",")}
        needed = {f.column for f in model._meta.concrete_fields if not f.null and not f.primary_key}
        assert needed <= columns <= {f.column for f in model._meta.concrete_fields}
