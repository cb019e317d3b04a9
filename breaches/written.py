"""Question and answer as they are written down, so that a verdict can be worked out again years later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from breaches.types import (
    Facts,
    Finding,
    Interval,
    Location,
    Reason,
    ReportedContact,
    ReportedMention,
    ReportedPosition,
    Verdict,
)
from geo.canonical import spread_from_json, spread_to_json
from geo.engine import ENGINE_VERSION
from geo.gazetteer import Mentioned
from geo.types import Fix
from orders.types import OrderTerms

Json = dict[str, Any]


def question_json(facts: Facts, terms: OrderTerms | None, tolerance: timedelta) -> Json:
    """Everything the rules were given. Versions never change, so their numbers stand for them."""
    return {
        "facts": facts_json(facts),
        "terms": _terms_json(terms, facts) if terms else None,
        "tolerance_s": tolerance.total_seconds(),
    }


def _terms_json(terms: OrderTerms, facts: Facts) -> Json:
    return {
        "order_id": str(terms.order_id),
        "served_at": _written(terms.served_at),
        # Of whom it is told for: whose key somebody else has is no part of the question.
        "accounts": {key: account for key, account in terms.accounts.items() if account in facts.accounts},
        "services": None if terms.services is None else [[s.version, _written(s.at)] for s in terms.services],
        # What they are stays sealed in their rows, which never change.
        "learned": [[str(one.id), _written(one.since), _written(one.until)] for one in terms.learned],
        "versions": [
            {
                "number": version.number,
                "in_force": version.in_force and [_written(version.in_force.start), _written(version.in_force.end)],
                "approvals": {
                    code: {"staff_id": a.staff_id, "at": _written(a.at)} for code, a in version.approvals.items()
                },
            }
            for version in terms.versions
        ],
    }


def facts_json(facts: Facts) -> Json:
    return {
        "interval": facts.interval and _interval_json(facts.interval),
        "kinds": sorted(facts.kinds),
        "behaviours": sorted(facts.behaviours),
        "positions": [_members(p) for p in facts.positions],
        "contacts": [_members(c) for c in facts.contacts],
        "social": [_members(m) for m in facts.social],
        "left_out": sorted(facts.left_out),
        "protected_person": facts.protected_person,
        "accounts": sorted(facts.accounts),
    }


def _interval_json(interval: Interval) -> list[Any]:
    """Two instants. A third member only where it lies in the future, a fourth only where its end was said to."""
    doubts = [interval.ahead, True] if interval.ends_ahead else [True] if interval.ahead else []
    return [_written(interval.start), _written(interval.end), *doubts]


def _interval_from_json(stored: Sequence[Any]) -> Interval:
    start, end, ahead, ends_ahead = [*stored, False, False][:4]
    return Interval(datetime.fromisoformat(start), datetime.fromisoformat(end), ahead, ends_ahead)


def facts_from_json(stored: Mapping[str, Any]) -> Facts:
    """Undo `facts_json`, also of facts that were written before they had a member."""
    interval = stored["interval"]
    return Facts(
        interval=_interval_from_json(interval) if interval else None,
        kinds=frozenset(stored["kinds"]),
        behaviours=frozenset(stored["behaviours"]),
        positions=tuple(_position(item) for item in stored["positions"]),
        contacts=tuple(ReportedContact(**(item | {"at": _read(item["at"])})) for item in stored["contacts"]),
        social=tuple(ReportedMention(**(item | {"seen_at": _read(item["seen_at"])})) for item in stored["social"]),
        left_out=frozenset(stored.get("left_out", ())),
        protected_person=stored.get("protected_person", ""),
        accounts=frozenset(stored.get("accounts", ())),
    )


def _position(item: Json) -> ReportedPosition:
    fix = _fix(item["fix"]) if item["fix"] else None
    candidates = tuple(Mentioned(**place) for place in item.get("candidates", ()))
    return ReportedPosition(**(item | {"fix": fix, "at": _read(item["at"]), "candidates": candidates}))


def _fix(item: Json) -> Fix:
    """A fix as it was written, also before fixes could have a spread."""
    spread = item.get("spread")
    return Fix(**(item | {"spread": spread_from_json(spread) if spread else None}))


def _fix_json(fix: Fix) -> Json:
    circle: Json = {"longitude": fix.longitude, "latitude": fix.latitude, "r95_m": fix.r95_m}
    return circle | ({"spread": spread_to_json(fix.spread)} if fix.spread else {})


def _members(item: ReportedPosition | ReportedContact | ReportedMention) -> Json:
    return {name: _member(getattr(item, name)) for name in item.__slots__}


def _member(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [asdict(place) for place in value]
    return _fix_json(value) if isinstance(value, Fix) else value


def _written(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _read(at: str | None) -> datetime | None:
    return datetime.fromisoformat(at) if at else None


def answer_json(verdict: Verdict, *, at: datetime) -> Json:
    """The assessment as an officer and a force system are shown it (api.md, "to a verdict")."""
    return {
        "verdict": verdict.name,
        "engine_version": ENGINE_VERSION,
        "assessed_at": _written(at),
        "order_version": verdict.order_version,
        "reasons": _reasons_json(verdict.reasons),
        "findings": [_finding_json(finding) for finding in verdict.findings],
    }


def _finding_json(finding: Finding) -> Json:
    return {
        "clause": finding.clause,
        "condition_kind": finding.condition_kind,
        "order_version": finding.order_version,
        "outcome": finding.outcome,
        "outcome_otherwise": finding.outcome_otherwise,
        "wording": finding.wording,
        "reasons": _reasons_json(finding.reasons),
        "location": _location_json(finding.location) if finding.location else None,
        "locations": [_location_json(location) for location in finding.locations],
        "support": finding.support,
    }


def _reasons_json(reasons: Iterable[Reason]) -> list[Json]:
    return [{"code": reason.code, "detail": reason.detail} for reason in reasons]


def _location_json(location: Location) -> Json:
    return {
        "result": location.result,
        "zone": location.zone,
        "zone_version": location.zone_version,
        "distance_m": location.distance_m,
        "r95_m": location.r95_m,
        "probability_inside": location.probability_inside,
        "position": location.position,
        "position_subject": location.position_subject,
        "position_method": location.position_method,
        "transformation": location.transformation,
        "zone_transformation": location.zone_transformation,
        "reasons": list(location.reasons),
        "disclaimer": location.disclaimer,
    }


def same_answer(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two answers say the same, whenever they were given."""
    return {**one, "assessed_at": None} == {**other, "assessed_at": None}
