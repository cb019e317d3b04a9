"""How urgent a report is, from 1 (now) to 5. It orders the queue; it never hides anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from breaches.types import Verdict

_RISKS = ("weapon", "threat_of_violence", "violence", "forced_from_home", "children_present")
_HIGH_RISKS = frozenset({"weapon", "threat_of_violence", "violence", "forced_from_home"})
_BY_VERDICT = {
    "breach_indicated": 2,
    "possible_breach": 3,
    "needs_officer": 4,
    "not_indicated": 5,
    "no_order_in_force": 5,
}
_BY_OTHERWISE = {"indicated": 2, "possible": 3}


@dataclass(frozen=True, slots=True)
class Priority:
    """1 comes first. `reasons` are codes, most telling first."""

    level: int
    reasons: tuple[str, ...]


def priority(verdict: Verdict, *, immediate_danger: bool, risk: Mapping[str, object]) -> Priority:
    """The most urgent of what is said of danger, of risk, and of the verdict or what it would have been."""
    found = [(_BY_VERDICT[verdict.name], verdict.name), *_otherwise(verdict), *_risks(risk)]
    if immediate_danger:
        found.append((1, "immediate_danger"))
    found.sort(key=lambda item: item[0])
    return Priority(found[0][0], tuple(dict.fromkeys(reason for _, reason in found)))


def _otherwise(verdict: Verdict) -> Iterable[tuple[int, str]]:
    for finding in verdict.findings:
        level = _BY_OTHERWISE.get(finding.outcome_otherwise or "")
        if level is not None:
            yield level, f"otherwise_{finding.outcome_otherwise}"


def _risks(risk: Mapping[str, object]) -> Iterable[tuple[int, str]]:
    for name in _RISKS:
        if risk.get(name) is True:
            yield (2 if name in _HIGH_RISKS else 3), name
