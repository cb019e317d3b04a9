"""Terms and facts for rules that need no database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from breaches.reading import read_report
from breaches.rules import assess
from breaches.types import Facts, Finding, Verdict
from orders.reading import conditions_of, identifiers_of, names_of
from orders.rules import in_force_periods, period_of
from orders.rules.known import known_person
from orders.types import Approval, Change, OrderTerms, ServedVersion, VersionTerms

Json = dict[str, Any]
SERVED_AT = datetime(2026, 3, 2, 15, tzinfo=UTC)
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
ORDER_ID = UUID("01a203e7-034e-71e3-82b3-2a8c7ec19d79")


def terms_of(
    *bodies: Json,
    served_at: datetime | None = SERVED_AT,
    unapproved: str = "",
    accounts: dict[str, str] | None = None,
    served: tuple[tuple[int, datetime], ...] | None = None,
) -> OrderTerms:
    """An order whose versions are `bodies`; every zone approved but those whose codes are in `unapproved`.

    `accounts`: whose account is whose key. `served`: which version was served when; left out, all were at `served_at`.
    """
    periods = [period_of(body) for body in bodies]
    versions = tuple(
        VersionTerms(
            number, own, conditions_of(body, order=period), _approvals(body, unapproved), period, _change(body)
        )
        for number, (body, period, own) in enumerate(
            zip(bodies, periods, in_force_periods(periods), strict=True), start=1
        )
    )
    person = bodies[-1]["respondent"]
    respondent = (known_person(identifiers_of(person), names_of(person)),)
    protected = frozenset(one["key"] for body in bodies for one in body["protected_persons"])
    if served is None:
        served = tuple((version.number, served_at) for version in versions) if served_at else ()
    services = tuple(ServedVersion(number, at) for number, at in served)
    return OrderTerms(
        order_id=ORDER_ID,
        reference="SPO-05-0001-26",
        force="05",
        served_at=min((service.at for service in services), default=None),
        versions=versions,
        respondent=respondent,
        protected=protected,
        accounts=accounts or {},
        services=services,
    )


def _change(body: Json) -> Change:
    said = body["change"]
    return Change(said["kind"], said.get("corrects"), said.get("respondent_present"))


def _approvals(body: Json, unapproved: str) -> dict[str, Approval]:
    codes = [zone["code"] for condition in body["conditions"] for zone in condition.get("zones") or ()]
    return {code: Approval("4403", SERVED_AT) for code in codes if code not in unapproved}


def facts_of(report: Json, *, now: datetime = NOW) -> Facts:
    return read_report(report, now=now).facts


def judge(
    report: Json, *bodies: Json, served_at: datetime | None = SERVED_AT, unapproved: str = "", now: datetime = NOW
) -> Verdict:
    """The verdict on a report under an order of these versions, told at `now`."""
    return assess(facts_of(report, now=now), terms_of(*bodies, served_at=served_at, unapproved=unapproved))


def finding(verdict: Verdict, clause: str) -> Finding:
    """The one finding on a clause."""
    (found,) = [f for f in verdict.findings if f.clause == clause]
    return found


def codes(found: Finding) -> list[str]:
    return [reason.code for reason in found.reasons]
