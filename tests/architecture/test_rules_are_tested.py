"""Each rule of the design's list that is built has a test that names it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
# What is built: the order, service and notification, the report, places, evidence; and single ones.
BUILT = {*range(1, 71), 81, 82, 83, 85, 86, 87, 88, 89}
_NAMED = re.compile(r"[Rr]ules?[ _](\d+(?:(?:, | and |_and_|-| to )\d+)*)")


def _numbers(text: str) -> set[int]:
    found: set[int] = set()
    for names in _NAMED.findall(text):
        for first, last in re.findall(r"(\d+)(?:-| to )(\d+)", names):
            found |= set(range(int(first), int(last) + 1))
        found |= {int(number) for number in re.findall(r"\d+", names)}
    return found


def _named_by_tests(source: str) -> Iterator[str]:
    """Names and docstrings of test functions, and the names of their cases: what a module says of itself is no test."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node.name
            yield ast.get_docstring(node) or ""
        elif isinstance(node, ast.Dict):
            yield from (str(key.value) for key in node.keys if isinstance(key, ast.Constant))


def test_every_rule_that_is_built_is_named_by_a_test() -> None:
    named: set[int] = set()
    for path in TESTS.rglob("test_*.py"):
        if path != Path(__file__).resolve():
            for text in _named_by_tests(path.read_text("utf-8")):
                named |= _numbers(text)
    assert BUILT - named == set()
