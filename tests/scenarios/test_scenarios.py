"""Forty reports as they come in, each with the order behind it and what must come out of it.

Every file names the rules that make it hard. What must come out is worked out from the design, apart from the service:
a file is not changed to fit an answer.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from django.core.cache import cache
from django.db import transaction

from demo.cast import Cast
from tests.scenarios.playing import FOLDER, Scenario, play, scenarios
from tests.support.api import Apis

NUMBER = 40
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "scenarios.md"


def test_the_hit_table_is_forty_of_forty(api: Apis, cast: Cast) -> None:
    """All are played here, one after another and each on a clean slate; `-s` shows the table."""
    missed = {scenario.name: _alone(scenario, api, cast) for scenario in scenarios()}
    table = _hit_table(missed)
    sys.stdout.write(f"\n{table}\n")
    assert table.endswith(f"\n{NUMBER} of {NUMBER}"), table


def _alone(scenario: Scenario, api: Apis, cast: Cast) -> list[str]:
    """What is not as it must be, with nothing left behind for the next one."""
    cache.clear()  # forty reports in a minute are more than one person may make
    with transaction.atomic():
        try:
            missed = play(scenario, api, cast)
        except AssertionError as refused:
            missed = [f"refused: {refused}"]
        transaction.set_rollback(True)
    return missed


def _hit_table(missed: Mapping[str, list[str]]) -> str:
    rows = [
        f"{'MISS' if told else 'hit '}  {name}" + "".join(f"\n      {t}" for t in told) for name, told in missed.items()
    ]
    return "\n".join([*rows, f"{sum(not told for told in missed.values())} of {len(missed)}"])


def test_there_are_forty_and_each_says_why_it_is_hard() -> None:
    docs = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}
    assert [name[:2] for name in docs] == [f"{number:02d}" for number in range(1, NUMBER + 1)]
    assert [name for name, doc in docs.items() if not (doc["title"] and doc["why_hard"])] == []
    assert [name for name, doc in docs.items() if not doc["rules"] or not set(doc["rules"]) <= set(range(1, 91))] == []


def test_the_document_lists_them_as_they_are() -> None:
    listed = re.findall(r"^\| \d\d-.*$", DOCUMENT.read_text("utf-8"), re.MULTILINE)
    assert listed == [scenario.row for scenario in scenarios()]
