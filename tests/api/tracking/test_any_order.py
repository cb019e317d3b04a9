"""No verdict, visit or report depends on the order of rows or batches (rules 49 to 52)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from breaches.models import Report, TrackFix, Visit
from breaches.queries import assessments
from tests.api.tracking.feed import Json, at, authorise, taken
from tests.support.api import Apis

_ORDER = HealthCheck.function_scoped_fixture


@pytest.fixture
def feed(api: Apis, order: str) -> Apis:
    authorise(api)
    return api


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


# Deep inside, at the edge, likely, far; sharp, coarse, disowned.
ROWS = st.builds(
    lambda minute, metres, said: at(minute, metres=metres, **said),
    st.sampled_from([0, 10, 25, 40, 55, 70, 130, 131, 200]),
    st.sampled_from([0, 60, 95, 99, 101, 150, 5000]),
    st.sampled_from([{}, {"accuracy_m": 60}, {"accuracy_m": -1}, {"accuracy_m": None}, {"receiver_status": "void"}]),
)


@st.composite
def splits(draw: st.DrawFn) -> tuple[list[Json], list[list[Json]]]:
    """Rows at once, and the same in another order and in batches, as late as may be."""
    rows = draw(st.lists(ROWS, min_size=1, max_size=9))
    shuffled = draw(st.permutations(rows))
    cuts = sorted(draw(st.sets(st.integers(1, len(rows)), max_size=4)))
    batches = [shuffled[a:b] for a, b in zip([0, *cuts], [*cuts, len(rows)], strict=True)]
    return rows, [batch for batch in batches if batch]


LATE = ([at(0), at(25), at(50)], [[at(50)], [at(0)], [at(25)]])
BETWEEN = (
    [at(0, metres=99), at(10, metres=5000), at(20, metres=99)],
    [[at(0, metres=99), at(20, metres=99)], [at(10, metres=5000)]],
)
DISOWNED_FIRST = ([at(0, accuracy_m=-1), at(1)], [[at(0, accuracy_m=-1)], [at(1)]])


@given(splits())
@example(LATE)
@example(BETWEEN)
@example(DISOWNED_FIRST)
@settings(max_examples=25, deadline=None, suppress_health_check=[_ORDER])
def test_fixes_visits_reports_and_verdicts_are_the_same_in_any_order_and_any_batches(
    feed: Apis, sent: tuple[list[Json], list[list[Json]]]
) -> None:
    rows, batches = sent
    with undone():
        at_once = [taken(feed, *rows)]
        expected = known(at_once)
    with undone():
        assert known([taken(feed, *batch) for batch in batches]) == expected


def known(bodies: list[Json]) -> Any:
    """What is on record after these answers, but for what a visit that became one with an earlier one had raised."""
    fixes = TrackFix.objects.order_by("recorded_at", "said").values_list(
        "recorded_at", "said", "near", "zones", "r95_m"
    )
    visits = Visit.objects.filter(joined_to=None).order_by("entered_at").select_related("report")
    assert Report.objects.count() == Visit.objects.values("report").distinct().count()
    return {
        "accepted": sum(body["accepted"] for body in bodies),
        "duplicates": sum(body["duplicates"] for body in bodies),
        "fixes": list(fixes),
        "visits": [(v.zone, v.entered_at, v.last_at) for v in visits],
        "verdicts": [judged(v.report) for v in visits],
    }


def judged(report: Report) -> Any:
    answer = assessments(report)[0].answer
    found = [(f["clause"], f["outcome"], f["support"], [r["code"] for r in f["reasons"]]) for f in answer["findings"]]
    return answer["verdict"], found
