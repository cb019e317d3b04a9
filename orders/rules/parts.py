"""Getting at the parts of a document some of which were left out because they did not fit their shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from common.problems import Problem

Doc = Mapping[str, object]
Found = Iterator[Problem]


def date_of(doc: object, name: str) -> date | None:
    sent = doc.get(name) if isinstance(doc, Mapping) else None
    return date.fromisoformat(sent) if isinstance(sent, str) else None


def instant_of(doc: Doc, name: str) -> datetime | None:
    sent = doc.get(name)
    return datetime.fromisoformat(sent) if isinstance(sent, str) else None


def member(doc: object, name: str) -> object:
    return doc.get(name) if isinstance(doc, Mapping) else None


def objects(doc: object, name: str) -> list[Doc]:
    """The objects of a list, each at its own index; one that did not fit counts as empty."""
    items = member(doc, name)
    return [item if isinstance(item, dict) else {} for item in items] if isinstance(items, list) else []
