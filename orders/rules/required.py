"""Members that a part of the document must have, by the part's name. The published schema is made from this too."""

from __future__ import annotations

from collections.abc import Mapping

from common.problems import Problem, pointer
from orders.rules.parts import Found

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "": ("kind", "route", "court", "made_on", "respondent", "protected_persons", "conditions"),
    "court": ("code", "name", "type"),
    "change": ("kind", "decided_on"),
    "main_application": ("reference", "applied_on"),
    "respondent": ("family_name",),
    "identifiers": ("kind", "value"),
    "protected_persons": ("key", "family_name"),
    "conditions": ("clause", "kind", "wording"),
    "zones": ("code", "shape"),
    "drawn_by": ("name", "staff_id"),
    "windows": ("days", "from", "to"),
    "dates": ("from", "to"),
    "exceptions": ("kind", "wording"),
    "locality": ("wording",),
}


def missing(value: object, name: str = "", path: str = "") -> Found:
    """A required member that is left out, and one that is null, anywhere in the document."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, dict):
                yield from missing(item, name, f"{path}/{index}")
    elif isinstance(value, dict):
        for member in REQUIRED[name]:
            if value.get(member) is None:
                yield Problem(f"{path}/{member}", "required", "This is required.")
        for member, inner in value.items():
            if member in REQUIRED:
                yield from missing(inner, member, path + pointer(member))
