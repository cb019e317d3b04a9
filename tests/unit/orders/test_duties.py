"""What somebody under an order must tell the police, and by when (sections 9 to 11, rules 26 to 29 and 32)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from orders.rules.duties import (
    FALSE_INFORMATION,
    OFFENCE,
    REFUSED_IDENTITY_CHECK,
    Duty,
    Event,
    Notified,
    due_on,
    duties,
)

SERVED = date(2026, 3, 2)  # a Monday


def found(**changes: Any) -> tuple[Duty, ...]:
    facts: dict[str, Any] = {
        "served_on": SERVED,
        "replaces_interim": False,
        "ends_at": None,
        "events": [],
        "notified": [],
    }
    return duties(**{**facts, **changes})


def kinds(**changes: Any) -> list[tuple[str, str]]:
    return [(duty.kind, str(duty.due_on)) for duty in found(**changes)]


@pytest.mark.parametrize(
    ("day", "last"),
    [
        ("2026-03-02", "2026-03-04"),  # Monday to the end of Wednesday
        ("2026-03-06", "2026-03-08"),  # over a weekend
        ("2026-12-24", "2026-12-26"),  # over Christmas
        ("2024-02-27", "2024-02-29"),
        ("2024-02-28", "2024-03-01"),
        ("2025-02-27", "2025-03-01"),
    ],
)
def test_three_days_beginning_with_the_day_rule_26(day: str, last: str) -> None:
    assert str(due_on(date.fromisoformat(day))) == last


@pytest.mark.parametrize(
    ("served", "until"),
    [
        ("2026-03-02", "2026-03-05T00:00:00+00:00"),
        ("2026-06-01", "2026-06-03T23:00:00+00:00"),  # London's summer midnight
        ("2026-03-27", "2026-03-29T23:00:00+00:00"),  # the clocks go forward on the last day
        ("2026-10-23", "2026-10-26T00:00:00+00:00"),  # and back
    ],
)
def test_it_is_due_to_the_end_of_the_last_day_in_london_rule_26(served: str, until: str) -> None:
    (duty,) = found(served_on=date.fromisoformat(served))
    assert duty.until.isoformat() == until


def test_without_service_there_is_no_duty_rule_26() -> None:
    assert kinds(served_on=None, events=[Event("new_name", SERVED)]) == []


def test_a_full_order_in_place_of_an_interim_brings_no_first_duty_rule_27() -> None:
    events = [Event("new_address", date(2026, 4, 1))]
    assert kinds(replaces_interim=True, events=events) == [("new_address", "2026-04-03")]


@pytest.mark.parametrize("kind", ["new_name", "new_address"])
def test_a_change_is_told_within_three_days_beginning_with_it_rule_28(kind: Any) -> None:
    assert kinds(events=[Event(kind, date(2026, 4, 1))])[1] == (kind, "2026-04-03")


def test_a_change_before_service_is_part_of_the_first_notification_rule_28() -> None:
    assert kinds(events=[Event("new_name", date(2026, 3, 1))]) == [("initial", "2026-03-04")]


AT_NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "state"),
    [
        (datetime(2026, 3, 20, 9, tzinfo=UTC), "met"),
        (datetime(2026, 4, 3, 22, 59, 59, tzinfo=UTC), "met"),
        (datetime(2026, 4, 3, 23, 0, tzinfo=UTC), "late"),
    ],
    ids=["before the change", "the last second", "the first second too late"],
)
def test_told_before_the_change_or_by_its_last_second_it_is_met_rule_28(at: datetime, state: str) -> None:
    told = [Notified("new_address", date(2026, 4, 1), at)]
    duty = found(events=[Event("new_address", date(2026, 4, 1))], notified=told)[1]
    assert duty.state(datetime(2026, 5, 1, tzinfo=UTC)) == state


def test_telling_of_one_change_is_not_telling_of_another_rule_28() -> None:
    events = [Event("new_address", date(2026, 4, 1)), Event("new_address", date(2026, 5, 1))]
    told = [Notified("new_address", date(2026, 4, 1), AT_NOON)]
    later = datetime(2026, 6, 1, tzinfo=UTC)
    assert [d.state(later) for d in found(events=events, notified=told)] == ["missed", "met", "missed"]


REGISTERED = [Event("registration_began", date(2025, 1, 1)), Event("registration_ended", date(2026, 7, 1))]


def test_while_registered_under_the_2003_act_the_duty_is_suspended_rule_29() -> None:
    """Section 9(5); from his final day he has three days, that day included."""
    during = Event("new_name", date(2026, 5, 1))
    assert kinds(events=[*REGISTERED, during]) == [("after_registration", "2026-07-03")]


def test_after_his_final_day_changes_count_again_rule_29() -> None:
    after = Event("new_name", date(2026, 7, 2))
    assert kinds(events=[*REGISTERED, after])[1:] == [("new_name", "2026-07-04")]


@pytest.mark.parametrize(
    ("ends_at", "arises"),
    [(datetime(2026, 7, 1, 22, 59, tzinfo=UTC), False), (datetime(2026, 7, 1, 23, 0, tzinfo=UTC), True)],
    ids=["it ended on that day", "it lived that day through"],
)
def test_the_final_day_brings_a_duty_only_if_the_order_is_live_rule_29(ends_at: datetime, arises: bool) -> None:
    assert bool(kinds(events=REGISTERED, ends_at=ends_at)) is arises


def test_registered_again_the_duty_is_suspended_again_rule_29() -> None:
    again = [*REGISTERED, Event("registration_began", date(2026, 8, 1)), Event("new_name", date(2026, 9, 1))]
    assert [kind for kind, _ in kinds(events=again)] == ["after_registration"]


def test_a_duty_is_due_then_missed() -> None:
    (duty,) = found()
    before, after = datetime(2026, 3, 4, 23, 59, 59, tzinfo=UTC), datetime(2026, 3, 5, tzinfo=UTC)
    assert (duty.state(before), duty.state(after)) == ("due", "missed")


@pytest.mark.parametrize(
    ("ends_at", "state"),
    [(datetime(2026, 3, 4, 23, 59, tzinfo=UTC), "lapsed"), (datetime(2026, 3, 5, 0, 1, tzinfo=UTC), "missed")],
    ids=["ended with time left", "ended too late"],
)
def test_a_duty_lapses_with_the_order_but_a_missed_one_stays_missed(ends_at: datetime, state: str) -> None:
    (duty,) = found(ends_at=ends_at)
    assert duty.state(datetime(2027, 1, 1, tzinfo=UTC)) == state


def test_until_the_order_ends_a_duty_that_will_lapse_is_due() -> None:
    """Ends on Tuesday night: on Tuesday noon he still has to tell."""
    (duty,) = found(ends_at=datetime(2026, 3, 4, tzinfo=UTC))
    assert [duty.state(datetime(2026, 3, day, 12, tzinfo=UTC)) for day in (3, 4)] == ["due", "lapsed"]


def test_no_failure_to_notify_is_a_breach_of_the_order_rule_32() -> None:
    codes = {*OFFENCE.values(), REFUSED_IDENTITY_CHECK, FALSE_INFORMATION}
    assert codes == {"ST19002", "ST19003", "ST19004", "ST19005", "ST19006"}
