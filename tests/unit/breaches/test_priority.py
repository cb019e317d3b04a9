"""How urgent: it orders the queue and hides nothing."""

from __future__ import annotations

from typing import Any

import pytest

from breaches.rules.priority import Priority, priority
from breaches.types import Finding, Outcome, Verdict, VerdictName


def verdict(name: VerdictName, otherwise: Outcome | None = None) -> Verdict:
    finding = Finding("1", "exclusion_zone", "", 1, "needs_officer", (), otherwise)
    return Verdict(name, 1, (finding,))


@pytest.mark.parametrize(
    ("name", "otherwise", "risk", "wanted"),
    [
        ("breach_indicated", None, {}, Priority(2, ("breach_indicated",))),
        ("possible_breach", None, {}, Priority(3, ("possible_breach",))),
        ("needs_officer", None, {}, Priority(4, ("needs_officer",))),
        ("needs_officer", "indicated", {}, Priority(2, ("otherwise_indicated", "needs_officer"))),
        ("needs_officer", "possible", {}, Priority(3, ("otherwise_possible", "needs_officer"))),
        ("not_indicated", None, {"weapon": True}, Priority(2, ("weapon", "not_indicated"))),
        ("not_indicated", None, {"weapon": None, "violence": False}, Priority(5, ("not_indicated",))),
        ("no_order_in_force", None, {"children_present": True}, Priority(3, ("children_present", "no_order_in_force"))),
    ],
)
def test_the_most_urgent_reason_counts(
    name: VerdictName, otherwise: Outcome | None, risk: Any, wanted: Priority
) -> None:
    assert priority(verdict(name, otherwise), immediate_danger=False, risk=risk) == wanted


def test_immediate_danger_comes_before_everything() -> None:
    """Rule 37."""
    found = priority(verdict("not_indicated"), immediate_danger=True, risk={"weapon": True})
    assert (found.level, found.reasons[0]) == (1, "immediate_danger")
