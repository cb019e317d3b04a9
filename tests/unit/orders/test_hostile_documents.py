"""Whatever JSON stands at whatever member: it is read, told or understood, and never an exception."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.problems import Problem
from edge.drafts import read_draft
from orders.reading import conditions_of, identifiers_of, names_of, without_people
from orders.rules import Setting, check, period_of
from orders.serializers.document import OrderDocument
from tests.api.orders.example import Path, members, replaced, with_everything

CANARY = "CANARY 12 Acacia Avenue"


def nested(inner: Any, depth: int = 50) -> Any:
    for level in range(depth):
        inner = {"a": inner} if level % 2 else [inner]
    return inner


NASTY: dict[str, Any] = {
    "null": None,
    "true": True,
    "seven": 7,
    "minus one": -1,
    "half": 0.5,
    "negative nought": -0.0,
    "infinite, as 1e400 is": float("inf"),
    "minus infinite": float("-inf"),
    "too large for a float": 10**400,
    "too small to square": 5e-324,
    "far away": -1e308,
    "empty text": "",
    "spaces": "   ",
    "a text": CANARY,
    "a long text": CANARY * 2000,
    "NUL": f"{CANARY}\x00",
    "half a character": f"{CANARY}\ud800",
    "the last date": "9999-12-31",
    "the first date": "0001-01-01",
    "no date": "2026-02-30",
    "an instant at the end": "9998-12-31T23:59:59-12:00",
    "an empty list": [],
    "an empty object": {},
    "a list of null": [None],
    "a list of lists": [[]],
    "a list of objects": [{}],
    "a list of texts": [CANARY, CANARY],
    "an unknown member": {"unknown_member": CANARY},
    "a member with half a character for a name": {"\ud800": 1},
    "a member with an address for a name": {CANARY * 4: 1},
    "deep inside": nested(CANARY),
}
DOC = with_everything()
LIGHT = with_everything()
for _zone in (zone for condition in LIGHT["conditions"] for zone in condition.get("zones", ())):
    _zone["shape"] = {"type": "circle", "centre": {"longitude": -2.97, "latitude": 53.4}, "radius_m": 100}
PATHS = list(members(DOC))
# Conditions without members of their own are read like the others, and so are all positions after the first.
TRIED = [
    path
    for path in PATHS
    if path[:2] not in {("conditions", index) for index in (5, 6, 7, 8)}
    and ("coordinates" not in path or not any(path[path.index("coordinates") + 1 :]))
    and path[:3] != ("respondent", "identifiers", 1)
]
# Chosen out of a list of words: there a wrong type is one more unknown word.
WORDS = {"kind", "route", "type", "application_basis", "requirement", "days", "channels"}
BOOLEANS = {"until_further_order", "indirect", "restricted"}


def around(path: Path) -> Any:
    """The document, with plain circles for the shapes that the path does not lead into: they take longest."""
    if "shape" not in path:
        return LIGHT
    shape = path[: path.index("shape") + 1]
    return replaced(LIGHT, shape, with_everything_at(shape))


def with_everything_at(path: Path) -> Any:
    found: Any = DOC
    for step in path:
        found = found[step]
    return found


def take(value: Any) -> tuple[Problem, ...]:
    """Everything that is done with a document before it is stored, and after it was accepted."""
    doc, told = read_draft(value, OrderDocument)
    body = doc.model_dump(mode="json", by_alias=True, exclude_unset=True)
    verdict = check(body, Setting(force="05", today=date(2026, 11, 22)), told)
    if not verdict.problems:
        period = period_of(body)
        conditions_of(body, order=period)
        assert identifiers_of(body["respondent"]) is not None and names_of(body["respondent"])
        json.dumps(without_people(body, shapes=True), allow_nan=False).encode()
    return verdict.problems


def test_the_whole_document_is_accepted() -> None:
    assert take(DOC) == ()


@pytest.mark.parametrize("name", NASTY)
def test_a_nasty_value_at_every_member_is_told_without_repeating_it(name: str) -> None:
    for path in TRIED:
        problems = take(replaced(around(path), path, NASTY[name]))
        json.dumps([(p.pointer, p.code, p.detail) for p in problems], ensure_ascii=False).encode()
        assert all(CANARY not in p.pointer + p.detail for p in problems), path
        assert all(p.code.replace("_", "").isalpha() and p.detail for p in problems), path


@pytest.mark.parametrize("path", [p for p in TRIED if "shape" not in p], ids=lambda p: "/".join(map(str, p)))
def test_a_wrong_type_is_told_once_and_alone_at_its_member(path: Path) -> None:
    problems = take(replaced(LIGHT, path, 7 if path[-1] in BOOLEANS else True))
    name = path[-2] if isinstance(path[-1], int) else path[-1]
    is_word = name in WORDS and not isinstance(with_everything_at(path), list)
    code = "unknown_value" if is_word else "wrong_type"
    assert [(p.pointer, p.code) for p in problems] == [("/" + "/".join(map(str, path)), code)]


@pytest.mark.parametrize("value", [None, [], [{}], "text", 1, True, float("inf"), {"\ud800": 1}], ids=str)
def test_what_is_no_order_at_all_is_told_once(value: Any) -> None:
    assert [p.pointer for p in take(value)] == [""]


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["mon", "A", "P1"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@given(st.lists(st.tuples(st.sampled_from(sorted(PATHS, key=str)), ANY), min_size=1, max_size=4))
@settings(max_examples=150, deadline=None)
def test_several_wild_values_at_once_never_raise(changes: list[tuple[Path, Any]]) -> None:
    doc = with_everything()
    for path, value in changes:
        try:
            doc = replaced(doc, path, value)
        except (KeyError, IndexError, TypeError, AttributeError):  # an earlier change took the place away
            continue
    for problem in take(doc):
        assert problem.code and problem.detail
