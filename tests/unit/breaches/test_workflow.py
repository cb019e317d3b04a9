"""The state table is whole: every state owned and told, every move between states that exist (rule 45)."""

from __future__ import annotations

from typing import get_args

from breaches.types import State
from breaches.workflow import ACCEPTED, HELD_STATES, MOVES, OWNER, REVIEW_STATES, TOLD, allowed, move

STATES = set(get_args(State))


def test_every_state_has_an_owner_and_a_word_for_the_reporter() -> None:
    assert set(OWNER) == set(TOLD) == STATES


def test_a_verb_makes_one_move_from_a_state() -> None:
    assert len({(m.verb, m.source) for m in MOVES}) == len(MOVES)


def test_claims_lead_to_held_states_and_only_holders_leave_them() -> None:
    assert {m.target for m in MOVES if m.verb == "claim"} == HELD_STATES
    assert all(m.holder_only == (m.source in HELD_STATES and m.verb not in ("takeover", "reopen")) for m in MOVES)


def test_what_is_allowed_is_what_the_table_says() -> None:
    assert allowed("received") == ["claim", "order", "transfer"]
    assert allowed("in_review") == [
        "not-verified", "order", "release", "request-information", "takeover", "transfer", "verify"
    ]  # fmt: skip
    assert move("verify", "received") is None


def test_the_reporter_is_never_told_that_nothing_was_found() -> None:
    assert TOLD["not_verified"] == TOLD["closed"]


def test_an_accepted_report_is_claimed_by_nobody_and_stays_in_its_kind_of_queue_rule_89() -> None:
    """Rule 89."""
    assert set(ACCEPTED.values()) & HELD_STATES == set()
    assert all((source in REVIEW_STATES) == (target in REVIEW_STATES) for source, target in ACCEPTED.items())
    assert set(ACCEPTED) == {m.source for m in MOVES if m.verb == "transfer"}
