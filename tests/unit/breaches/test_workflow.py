"""The state table is whole: every state owned and told, every move between states that exist (rule 45)."""

from __future__ import annotations

from typing import get_args

from breaches.types import State
from breaches.workflow import HELD_STATES, MOVES, OWNER, TOLD, allowed, move

STATES = set(get_args(State))


def test_every_state_has_an_owner_and_a_word_for_the_reporter() -> None:
    assert set(OWNER) == set(TOLD) == STATES


def test_a_verb_makes_one_move_from_a_state() -> None:
    assert len({(m.verb, m.source) for m in MOVES}) == len(MOVES)


def test_claims_lead_to_held_states_and_only_holders_leave_them() -> None:
    assert {m.target for m in MOVES if m.verb == "claim"} == HELD_STATES
    assert all(m.holder_only == (m.source in HELD_STATES) for m in MOVES)


def test_what_is_allowed_is_what_the_table_says() -> None:
    assert allowed("received") == ["claim"]
    assert allowed("in_review") == ["not-verified", "release", "request-information", "verify"]
    assert move("verify", "received") is None


def test_the_reporter_is_never_told_that_nothing_was_found() -> None:
    assert TOLD["not_verified"] == TOLD["closed"]
