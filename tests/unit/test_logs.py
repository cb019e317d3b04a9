"""A log line has the fields of the list and no other (rule 71)."""

from __future__ import annotations

import json
import logging
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spo_service.logs import FIELDS, AllowedFields

CANARY = "canary-27-Laburnum-Road"


def line(**extra: object) -> dict[str, object]:
    record = logging.LogRecord("orders", logging.ERROR, "papers.py", 1, f"{CANARY} %s", (CANARY,), None)
    record.__dict__.update(extra)
    found: dict[str, object] = json.loads(AllowedFields().format(record))
    return found


def test_the_message_and_its_arguments_are_dropped() -> None:
    assert CANARY not in json.dumps(line())


@pytest.mark.parametrize("name", ["request", "sql", "body", "address", "args", "user", "record", "key", "stack_info"])
def test_what_is_not_on_the_list_is_dropped(name: str) -> None:
    assert CANARY not in json.dumps(line(**{name: CANARY}))


@pytest.mark.parametrize("value", ["27 Laburnum Road", "x" * 300, "Zone \u00e9", 5, None, {"a": CANARY}])
def test_beside_an_event_of_ours_stand_ids_only(value: object) -> None:
    assert "record" not in line(event="ours", record=value)
    assert line(event="ours", record="orders_zone.core.1")["record"] == "orders_zone.core.1"


def test_what_is_no_name_of_an_event_is_dropped() -> None:
    assert CANARY not in json.dumps(line(event=CANARY))


def test_an_exception_is_told_by_its_type_and_place() -> None:
    try:
        raise ValueError(CANARY)
    except ValueError:
        record = logging.LogRecord("orders", logging.ERROR, "x.py", 1, "failed", (), sys.exc_info())
    said = AllowedFields().format(record)
    assert json.loads(said)["exception"] == "ValueError"
    assert CANARY not in said


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(extra=st.dictionaries(st.text(min_size=1, max_size=20), st.text(max_size=20), max_size=5))
def test_no_line_has_another_field(extra: dict[str, str]) -> None:
    record = logging.makeLogRecord({"name": "x", "levelname": "INFO", "msg": "m", "module": "m", "lineno": 1})
    for name, value in extra.items():
        record.__dict__.setdefault(name, value)
    assert set(json.loads(AllowedFields().format(record))) <= FIELDS
