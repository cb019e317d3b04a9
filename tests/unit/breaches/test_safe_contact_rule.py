"""Whether somebody can be reached without harm (rule 74): by channel, by hour of London's clock, by voicemail."""

from __future__ import annotations

from datetime import datetime, time

import pytest

from breaches.rules.safe_contact import CHANNELS, VOICEMAIL, Preferences, reasons_against
from common.london import LONDON
from orders.types import Window

WEEKDAYS = frozenset({"mon", "tue", "wed", "thu", "fri"})
EVENINGS = Window(WEEKDAYS, time(18), time(20))
NIGHTS = Window(frozenset({"fri"}), time(22), time(2))


def codes(preferences: Preferences | None, channel: str, at: datetime) -> list[str]:
    return [reason.code for reason in reasons_against(preferences, channel, at)]


def london(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=LONDON)


@pytest.mark.parametrize("channel", [*sorted(CHANNELS), VOICEMAIL, "pigeon", ""])
def test_what_nobody_asked_about_is_not_safe_rule_74(channel: str) -> None:
    assert codes(None, channel, london(23, 18)) == ["nothing_recorded"]
    assert "channel_not_safe" in codes(Preferences(frozenset()), channel, london(23, 18))


@pytest.mark.parametrize(
    ("at", "safe"),
    [
        (london(23, 18), True),
        (london(23, 17, 59), False),
        (london(23, 19, 59), True),
        (london(23, 20), False),  # half-open
        (london(22, 19), False),  # a Sunday
        (london(20, 18, 30, month=7), True),  # in summer London's clock is an hour ahead of UTC
        (london(20, 20, 30, month=7), False),
    ],
)
def test_hours_are_londons_and_half_open(at: datetime, safe: bool) -> None:
    found = codes(Preferences(frozenset({"sms"}), (EVENINGS,)), "sms", at)
    assert found == ([] if safe else ["hour_not_safe"])


@pytest.mark.parametrize(("at", "safe"), [(london(28, 1, 59), True), (london(28, 2), False), (london(27, 1), False)])
def test_hours_may_run_past_midnight(at: datetime, safe: bool) -> None:
    assert (codes(Preferences(frozenset({"sms"}), (NIGHTS,)), "sms", at) == []) is safe


def test_without_hours_any_hour_is_safe() -> None:
    assert codes(Preferences(frozenset({"sms"})), "sms", london(23, 3)) == []


@pytest.mark.parametrize(
    ("channels", "voicemail", "reasons"),
    [
        ({"phone_call"}, True, []),
        ({"phone_call"}, False, ["voicemail_not_safe"]),
        ({"sms"}, True, ["channel_not_safe"]),
        ({"sms"}, False, ["channel_not_safe", "voicemail_not_safe"]),
    ],
)
def test_a_message_is_left_only_where_calls_and_messages_are_safe(
    channels: set[str], voicemail: bool, reasons: list[str]
) -> None:
    said = Preferences(frozenset(channels), voicemail=voicemail)
    assert codes(said, VOICEMAIL, london(23, 18)) == reasons


def test_every_reason_is_told_at_once() -> None:
    said = Preferences(frozenset({"sms"}), (EVENINGS,))
    assert codes(said, "email", london(23, 3)) == ["channel_not_safe", "hour_not_safe"]
