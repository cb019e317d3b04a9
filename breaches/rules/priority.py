"""How urgent a report is, from 1 (now) to 5. It orders the queue; it never hides anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import assert_never

from breaches.types import Verdict, VerdictName

_RISKS = ("weapon", "threat_of_violence", "violence", "forced_from_home", "children_present")
_HIGH_RISKS = frozenset({"weapon", "threat_of_violence", "violence", "forced_from_home"})
# What became of it since it was made. A withdrawal is a call for care: he may have made her do it.
_BY_STANDING = {"withdrawn": 3, "new_since_closed": 3}


@dataclass(frozen=True, slots=True)
class Priority:
    """1 comes first. `reasons` are codes, most telling first."""

    level: int
    reasons: tuple[str, ...]


def priority(
    verdict: Verdict, *, immediate_danger: bool, risk: Mapping[str, object], standing: Iterable[str] = ()
) -> Priority:
    """The most urgent of what is said of danger, of risk, and of the verdict or what it would have been.

    `standing`: what became of the report since, as `standing_in` finds it in what is kept of it.
    """
    found = [(_of_verdict(verdict.name), verdict.name), *_otherwise(verdict), *_risks(risk)]
    found += [(_BY_STANDING[reason], reason) for reason in standing]
    if immediate_danger:
        found.append((1, "immediate_danger"))
    found.sort(key=lambda item: item[0])
    return Priority(found[0][0], tuple(dict.fromkeys(reason for _, reason in found)))


def _of_verdict(name: VerdictName) -> int:
    match name:
        case "breach_indicated":
            return 2
        case "possible_breach":
            return 3
        case "needs_officer":
            return 4
        case "not_indicated" | "no_order_in_force":
            return 5
        case _:
            assert_never(name)


def standing_in(reasons: Iterable[str]) -> tuple[str, ...]:
    """Those of a report's reasons that no verdict gives, and that no verdict takes away."""
    return tuple(reason for reason in reasons if reason in _BY_STANDING)


def raise_priority(level: int, reasons: Iterable[str], by: str) -> Priority:
    """A priority for one reason more, which never lowers it."""
    urgent = 1 if by == "immediate_danger" else _BY_STANDING[by]
    return Priority(min(level, urgent), tuple(dict.fromkeys([by, *reasons])))


def _otherwise(verdict: Verdict) -> Iterable[tuple[int, str]]:
    for finding in verdict.findings:
        match finding.outcome_otherwise:
            case "indicated":
                yield 2, "otherwise_indicated"
            case "possible":
                yield 3, "otherwise_possible"
            case "needs_officer" | "not_indicated" | "not_applicable" | None:
                pass  # no more urgent than the verdict itself
            case _:
                assert_never(finding.outcome_otherwise)


def _risks(risk: Mapping[str, object]) -> Iterable[tuple[int, str]]:
    for name in _RISKS:
        if risk.get(name) is True:
            yield (2 if name in _HIGH_RISKS else 3), name
