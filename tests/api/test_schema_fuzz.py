"""Whatever the published schema lets a caller send: an answer below 500, and a refusal that says why."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC
from functools import cache as once
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.api import Answer, Api, Apis

SCHEMA = json.loads((Path(__file__).resolve().parents[2] / "docs" / "openapi.json").read_text("utf-8"))
VERBS = ("post", "put", "patch")
# A short look in the suite; SPO_FUZZ_EXAMPLES makes it as long as one likes.
EXAMPLES = int(os.environ.get("SPO_FUZZ_EXAMPLES", "12"))
CALLER = {"force": "force", "officer": "supervisor", "victim": "victim", "public": "nobody"}
NO_ID = "01a20b0c-03df-7bdf-a774-e0f4215a5198"


def operations() -> Iterator[tuple[str, str]]:
    """Every address and verb that takes JSON."""
    for path, verbs in SCHEMA["paths"].items():
        for verb in VERBS:
            if "application/json" in verbs.get(verb, {}).get("requestBody", {}).get("content", {}):
                yield path, verb


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        found: Any = SCHEMA
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        schema = found
    return schema


WORDS = st.text(max_size=40) | st.sampled_from(
    ["P1", "A", "1", "2026-11-20", "2026-11-20T18:05:00Z", "\x00", "\ud800", "%s"]
)
NUMBERS = st.integers(-(10**20), 10**20) | st.floats() | st.sampled_from([0, 1, 53.4, -2.97, 1e308, 5e-324])
ANYTHING = st.none() | st.booleans() | NUMBERS | WORDS | st.lists(WORDS, max_size=2)


def values(schema: dict[str, Any], depth: int = 0) -> st.SearchStrategy[Any]:
    """What a schema allows, more or less: patterns and limits are left to chance, and now and then all of it."""
    schema = _resolved(schema)
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum", [schema.get("const")]))
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return st.one_of([values(option, depth) for option in schema[several]])
    kinds = schema.get("type", "any")
    return st.one_of([_of_type(kind, schema, depth) for kind in ([kinds] if isinstance(kinds, str) else kinds)])


def _of_type(kind: str, schema: dict[str, Any], depth: int) -> st.SearchStrategy[Any]:
    if kind == "object":
        members = {name: values(inner, depth + 1) for name, inner in schema.get("properties", {}).items()}
        needed = {name: members[name] for name in schema.get("required", ()) if name in members}
        return st.fixed_dictionaries(needed, optional={k: v for k, v in members.items() if k not in needed})
    if kind == "array":
        return st.lists(values(schema.get("items", {}), depth + 1), max_size=3)
    simple = {
        "string": _texts(schema),
        "integer": NUMBERS,
        "number": NUMBERS,
        "boolean": st.booleans(),
        "null": st.none(),
    }
    return simple.get(kind, ANYTHING)


def _texts(schema: dict[str, Any]) -> st.SearchStrategy[str]:
    if schema.get("format") == "date-time":
        return st.datetimes(timezones=st.just(UTC)).map(lambda at: at.isoformat()) | WORDS
    if schema.get("format") == "date":
        return st.dates().map(lambda day: day.isoformat()) | WORDS
    return st.from_regex(schema["pattern"]) | WORDS if "pattern" in schema else WORDS


@once
def bodies(path: str, verb: str) -> st.SearchStrategy[Any]:
    return values(SCHEMA["paths"][path][verb]["requestBody"]["content"]["application/json"]["schema"])


def address(path: str, order: str, report: str) -> str:
    """The path with things of the caller's own where it has places for them."""
    about_reports = "/reports/" in path
    values = {
        "{reference}": order,
        "{number}": "2",
        "{code}": "A",
        "{n}": "2",
        "{key}": report if about_reports else "P1",
    }
    for name, value in values.items():
        path = path.replace(name, value)
    if about_reports:
        path = path.replace("{id}", report)
    while "{" in path:
        path = path[: path.index("{")] + NO_ID + path[path.index("}") + 1 :]
    return path


@pytest.mark.parametrize(("path", "verb"), list(operations()), ids=str)
def test_nothing_the_schema_allows_breaks_anything(
    api: Apis, order: str, own_report: str, path: str, verb: str
) -> None:
    caller: Api = getattr(api, CALLER[path.removeprefix("/api/v1/").split("/")[0]])
    where = address(path, order, own_report)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )
    @given(bodies(path, verb))
    def send(body: Any) -> None:
        cache.clear()  # how many calls in a second is another matter
        with transaction.atomic():
            answer: Answer = getattr(caller, verb)(where, body)
            transaction.set_rollback(True)
        assert answer.status < 500, (answer.status, body)
        if answer.status >= 400:
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer.code and answer.body["errors"] is not None

    send()


@pytest.fixture
def own_report(api: Apis, order: str) -> str:
    body = {"order": order, "happened": {"from": "2026-11-20T18:05:00Z"}, "description": "He stood there."}
    return str(api.victim.post("victim/reports", body).body["id"])
