"""Codes of the courts' own systems, as a file may carry them (rule 23). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from orders.types import ChangeKind, OrderKind

RESULTS: Mapping[str, OrderKind] = {"3306": "interim", "3307": "full"}
# What was applied for: the order itself, to vary, to renew, to discharge; the last three for an interim order.
APPLICATIONS: Mapping[str, tuple[OrderKind | None, ChangeKind | None]] = {
    "ST19501": (None, "made"),
    "ST19502": ("full", "variation"),
    "ST19503": ("full", "renewal"),
    "ST19504": ("full", None),
    "ST19505": ("interim", "variation"),
    "ST19506": ("interim", "renewal"),
    "ST19507": ("interim", None),
}


def take_codes(doc: dict[str, Any]) -> tuple[ChangeKind | None, list[tuple[str, str]]]:
    """Put the kind of order that the codes say into a document and take them out of it.

    Gives the kind of change that was applied for, and (pointer, code) of what is wrong.
    """
    result, application = doc.pop("result_code", None), doc.pop("application_code", None)
    problems: list[tuple[str, str]] = []
    if result is not None:
        problems += _result(doc, str(result))
    if application is None:
        return None, problems
    kind, change = APPLICATIONS.get(str(application).upper(), (None, None))
    problems += _application(doc, str(application).upper(), kind, change)
    return change, problems


def _result(doc: dict[str, Any], code: str) -> Iterator[tuple[str, str]]:
    kind = RESULTS.get(code)
    if kind is None:
        yield "/result_code", "result_code_unknown"
    elif doc.get("kind") not in (None, kind):
        yield "/result_code", "result_code_disagrees"
    else:
        doc["kind"] = kind


def _application(
    doc: dict[str, Any], code: str, kind: OrderKind | None, change: ChangeKind | None
) -> Iterator[tuple[str, str]]:
    if code not in APPLICATIONS:
        yield "/application_code", "application_code_unknown"
    elif change is None:
        yield "/application_code", "application_is_a_discharge"
    elif kind is not None and doc.get("kind") not in (None, kind):
        yield "/application_code", "application_code_disagrees"
