"""Each rule of the design's list that is built has a test that names it."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
# Sections of the list that are built: the order, service and notification, the report, evidence; and single ones.
BUILT = {*range(1, 33)} - {23} | {*range(33, 49), *range(66, 71), 85, 88, 89}
_NAMED = re.compile(r"[Rr]ules?[ _](\d+(?:(?:, | and |_and_|-| to )\d+)*)")


def _numbers(text: str) -> set[int]:
    found: set[int] = set()
    for names in _NAMED.findall(text):
        for first, last in re.findall(r"(\d+)(?:-| to )(\d+)", names):
            found |= set(range(int(first), int(last) + 1))
        found |= {int(number) for number in re.findall(r"\d+", names)}
    return found


def _of_tests(path: Path) -> str:
    """A file without its first docstring: what says for what the file is names no test."""
    parts = path.read_text("utf-8").split('"""', 2)
    return parts[2] if len(parts) == 3 and not parts[0].strip() else path.read_text("utf-8")


def test_every_rule_that_is_built_is_named_by_a_test() -> None:
    named: set[int] = set()
    for path in TESTS.rglob("test_*.py"):
        if path != Path(__file__).resolve():
            named |= _numbers(_of_tests(path))
    assert BUILT - named == set()
