"""What a way of signing in is worth, and what a wrong try costs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.rules import LONGEST_WAIT, assurance_of, second_factor_at, wait_after
from accounts.types import ROLES, Role

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PASSWORD = {"method": "password", "at": 1.0}
TOTP = {"method": "mfa", "type": "totp", "at": 2.0}
KEY = {"method": "mfa", "type": "webauthn", "at": 3.0}
PASSKEY = {**KEY, "passwordless": True}
CODE = {"method": "code", "at": 4.0}


@pytest.mark.parametrize(
    ("kind", "methods", "worth"),
    [
        ("officer", [], "none"),
        ("officer", [PASSWORD], "none"),
        ("officer", [TOTP], "none"),
        ("officer", [KEY], "none"),
        ("officer", [CODE, TOTP], "none"),
        ("officer", [PASSWORD, TOTP], "full"),
        ("officer", [{"method": "socialaccount"}], "none"),
        ("officer", [PASSWORD, KEY], "full"),
        ("officer", [PASSKEY], "full"),
        ("victim", [], "none"),
        ("victim", [CODE], "code"),
        ("victim", [CODE, KEY], "code"),
        ("victim", [CODE, TOTP], "code"),
        ("victim", [CODE, PASSWORD], "full"),
        ("victim", [PASSKEY], "full"),
        ("victim", [{"method": "invitation"}], "full"),
        ("advocate", [PASSWORD], "full"),
        ("advocate", [CODE], "code"),
        ("officer", [{"method": "something new"}], "none"),
    ],
)
def test_what_is_proved_is_what_it_is_worth(kind: str, methods: list[dict[str, Any]], worth: str) -> None:
    """Rule 84."""
    assert assurance_of(kind, methods) == worth


def test_when_a_second_factor_was_shown() -> None:
    assert second_factor_at([PASSWORD]) is None
    assert second_factor_at([TOTP, PASSWORD, KEY]) == datetime.fromtimestamp(3.0, UTC)


@pytest.mark.parametrize(("wrong", "seconds"), [(0, 0), (4, 0), (5, 1), (6, 2), (9, 16), (30, 900)])
def test_five_tries_are_free_and_then_each_doubles_the_wait(wrong: int, seconds: int) -> None:
    assert wait_after([NOW] * wrong, at=NOW) == timedelta(seconds=seconds)


@given(st.lists(st.integers(0, 3_600), max_size=60), st.integers(0, 3_600))
def test_a_wait_is_never_negative_and_never_longer_than_the_longest(ago: list[int], later: int) -> None:
    failures = sorted(NOW - timedelta(seconds=one) for one in ago)
    wait = wait_after(failures, at=NOW + timedelta(seconds=later))
    assert timedelta() <= wait <= LONGEST_WAIT


def test_every_role_says_who_may_hold_it() -> None:
    assert {role: bool(said) for role, said in ROLES.items()} == dict.fromkeys(
        ("reviewer", "officer", "supervisor", "auditor"), True
    )
    assert "" not in ROLES
    _: Role = "reviewer"


@pytest.mark.parametrize("at", [float("nan"), float("inf"), -1.0, 1_764_000_000_000, 10**400, True, "1", None])
def test_a_second_factor_shown_at_no_instant_counts_for_nothing(at: Any) -> None:
    assert second_factor_at([{**TOTP, "at": at}]) is None
    assert second_factor_at([{**TOTP, "at": at}, TOTP]) == datetime.fromtimestamp(2, UTC)
