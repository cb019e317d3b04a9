"""An identifier counts at its time; at another one it is like his and no more (issue 13, line 3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from breaches.rules.identifiers import recogniser
from breaches.types import Interval
from orders.rules.known import known_person
from orders.types import Identifier, KnownPerson

FROM, UNTIL = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
NUMBER = "07700 900456"
_TICK = timedelta(microseconds=1)


def person(since: datetime | None, until: datetime | None) -> KnownPerson:
    return replace(known_person([Identifier("phone", NUMBER)], ()), since=since, until=until)


def at(start: datetime, end: datetime | None = None) -> Interval:
    return Interval(start, end or start)


@pytest.mark.parametrize(
    ("when", "match"),
    [
        (at(FROM), "known"),
        (at(UNTIL - _TICK), "known"),
        (at(FROM, UNTIL), "known"),  # both half-open
        (at(FROM - _TICK), "alike"),
        (at(UNTIL), "alike"),
        (at(FROM - _TICK, UNTIL), "alike"),
        (at(FROM, UNTIL + _TICK), "alike"),
        (None, "alike"),
    ],
)
def test_half_open_in_time(when: Interval | None, match: str) -> None:
    found = recogniser([person(FROM, UNTIL)])("phone", NUMBER, "", when)
    assert found.match == match
    assert [r.code for r in found.how] == ([] if match == "known" else ["identifier_at_another_time"])


@pytest.mark.parametrize("when", [at(datetime(1999, 1, 1, tzinfo=UTC)), None])
def test_what_has_no_ends_counts_always(when: Interval | None) -> None:
    assert recogniser([person(None, None), person(FROM, UNTIL)])("phone", NUMBER, "", when).match == "known"


def test_open_on_one_side() -> None:
    since, until = recogniser([person(FROM, None)]), recogniser([person(None, UNTIL)])
    assert [ask("phone", NUMBER, "", at(UNTIL)).match for ask in (since, until)] == ["known", "alike"]


def test_what_is_not_on_record_at_any_time_is_unknown() -> None:
    assert recogniser([person(FROM, UNTIL)])("phone", "07700 900999", "", at(UNTIL)).match == "unknown"


def test_withheld_stays_withheld() -> None:
    assert recogniser([person(FROM, UNTIL)])("phone", "Withheld", "", at(UNTIL)).match == "withheld"
