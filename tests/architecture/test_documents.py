"""What the documents say of code and tests is there: a file that is named exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"`([A-Za-z0-9_./-]+\.(?:py|md|sh|yml))`")
DOCUMENTS = ["data-protection", "threat-model"]


def named_in(document: str) -> set[str]:
    return set(NAMED.findall((ROOT / "docs" / f"{document}.md").read_text("utf-8")))


def is_there(name: str) -> bool:
    """As a path of the project, or under `tests/` in the threat model."""
    return (ROOT / name).is_file() or (ROOT / "tests" / name).is_file()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_that_a_document_names_is_there(document: str) -> None:
    named = named_in(document)
    assert named
    assert {name for name in named if not is_there(name)} == set()


def rows_of(document: str) -> list[list[str]]:
    """The cells of every table row that is no head and no rule."""
    lines = (ROOT / "docs" / f"{document}.md").read_text("utf-8").splitlines()
    rows = [line for line in lines if line.startswith("|")]
    heads = {lines[n - 1] for n, line in enumerate(lines) if re.fullmatch(r"[|\s-]+", line) and line.startswith("|")}
    return [
        [cell.strip() for cell in row.strip("|").split("|")]
        for row in rows
        if row not in heads and not re.fullmatch(r"[|\s-]+", row)
    ]


def test_every_line_of_the_threat_model_names_its_test_or_is_an_open_gap() -> None:
    """Issue 6: a second reader can say what holds each line."""
    silent = [
        row[0]
        for row in rows_of("threat-model")
        if not re.search(r"`[\w/]*test_\w+\.py`|\*\*open gap\*\*|by choice:", " ".join(row))
    ]
    assert silent == []
