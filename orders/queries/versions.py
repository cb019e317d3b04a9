"""Reading orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.types import Caller
from common.problems import NotFound
from orders import rules
from orders.models import (
    Appeal,
    Determination,
    Discharge,
    InForce,
    MonitoringAuthority,
    Order,
    OrderDocument,
    OrderReview,
    OrderVersion,
    Service,
    Zone,
    ZoneApproval,
)
from orders.queries.access import orders_open_to
from orders.queries.endings import end_of, ends_of
from orders.queries.records import count_records, known_rows
from orders.types import End, Period, Placed, Status

_ENDED = (
    Appeal.objects.filter(outcome="quashed"),
    Discharge.objects.all(),
    Determination.objects.filter(result="granted"),
)


def orders_of(caller: Caller, *, status: Status | None = None, at: datetime) -> QuerySet[Order]:
    """The force's orders that the caller may read; with `status`, those that have it at an instant (rule 22)."""
    orders = orders_open_to(caller)
    return orders if status is None else orders.filter(_has_status(status, at))


def _has_status(status: Status, at: datetime) -> Q:
    """Asked of the record of times and of what ended orders: nothing stores a status."""
    times = InForce.objects.filter(order=OuterRef("pk"), known__upper_inf=True)
    now = Q(Exists(times.filter(during__contains=at)))
    pending = Q(Exists(times)) & ~Q(Exists(times.filter(during__startswith__lte=at)))
    quashed, discharged, granted = (Q(Exists(rows.filter(order=OuterRef("pk")))) for rows in _ENDED)
    over = ~now & ~pending
    return {
        "in_force": now,
        "pending": pending,
        "quashed": over & quashed,
        "discharged": over & discharged,
        "superseded": over & granted,
        "expired": over & ~quashed & ~discharged & ~granted,
    }[status]


def made_on(order: Order) -> date:
    """The day the order was made, by the newest version: no variation changes it, and a correction puts it right."""
    return order.versions.order_by("-number").values_list("made_on", flat=True)[0]


def last_terms(order_id: UUID) -> OrderVersion | None:
    """The version that governs last, by what is known now; of an order in force at no time the newest.

    Who is protected, and by which words: a correction of an early version is the newest, and not that. None for a
    force that sees no terms of the order.
    """
    times = InForce.objects.filter(order=order_id, known__upper_inf=True).select_related("version__order")
    row = times.order_by("-during").first()
    return row.version if row else OrderVersion.objects.filter(order=order_id).order_by("-number").first()


def place_version(version: OrderVersion) -> Placed:
    """A version on record as the rules of succession take it."""
    period = Period(version.effective_from, version.in_force_until)
    return Placed(version.number, period, version.made_on, version.corrects)


def versions_before(version: OrderVersion) -> list[OrderVersion]:
    """The version whose terms a version changes, and the one numbered before it where that is another."""
    rows = version.order.versions.filter(number__lt=version.number).order_by("-number")
    earlier = list(rows.defer("body", "body_sent"))
    found = rules.terms_before(place_version(version), [place_version(row) for row in reversed(earlier)])
    return [row for row in earlier if row.number in (found, version.number - 1)]


def is_interim(order: Order) -> bool:
    """Whether it is an interim order, by the newest version, as the day made."""
    return order.versions.order_by("-number").values_list("kind", flat=True)[0] == "interim"


def revision(order: Order) -> int:
    """Rises with every write to the order, and with nothing else: each adds a row or withdraws one, and none goes."""
    approvals = ZoneApproval.objects.filter(zone__version__order=order).count()
    own = (MonitoringAuthority, OrderReview)
    rows = sum(model.objects.filter(order=order).count() for model in own)
    documents = OrderDocument.objects.filter(version__order=order).count()
    # Of an identifier the retiring is a write, too.
    known = order.identifiers.aggregate(recorded=Count("id"), retired=Count("retired_at"))
    identifiers: int = known["recorded"] + known["retired"]
    return order.versions.count() + count_records(order) + approvals + rows + documents + identifiers


def approvals_of(version: OrderVersion, *, known_at: datetime | None = None) -> QuerySet[ZoneApproval]:
    found = ZoneApproval.objects.filter(zone__version=version)
    return found if known_at is None else found.filter(approved_at__lte=known_at)


def zones_of(version: OrderVersion) -> dict[UUID, list[Zone]]:
    """The zones of each condition by its id, without their geometry."""
    found: dict[UUID, list[Zone]] = {}
    for zone in version.zones.defer("core", "shape_sent").order_by("code"):
        found.setdefault(zone.condition_id, []).append(zone)
    return found


def first_served_at(order: Order, *, known_at: datetime | None = None) -> datetime | None:
    found = known_rows(Service, known_at).filter(order=order).order_by("served_at")
    first: datetime | None = found.values_list("served_at", flat=True).first()
    return first


def drawings_of(order: Order, *, code: str, version: int | None) -> list[Zone]:
    """Every drawing of a zone, or the one in a version; the latest first. `NotFound` where there is none."""
    zones = Zone.objects.select_related("version__order").filter(version__order=order, code=code)
    if version is not None:
        zones = zones.filter(version__number=version)
    found = list(zones.defer("version__body", "version__body_sent").order_by("-version__number"))
    if not found:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class VersionAt:
    """A version, its status at an instant, and the end of its time in force as known then."""

    version: OrderVersion
    status: Status
    until: datetime | None


def version_at(order: Order, *, at: datetime, known_at: datetime | None = None) -> VersionAt:
    """The version in force at an instant, as known at another; where none was, the nearest to it.

    Without `known_at` all that is known now counts. `NotFound` where nothing was known of the order then.
    """
    found = versions_at([order], at=at, known_at=known_at).get(order.id)
    if found is None:
        raise NotFound
    return found


def versions_at(orders: Sequence[Order], *, at: datetime, known_at: datetime | None = None) -> dict[UUID, VersionAt]:
    """The same for many orders, by their ids, in as many statements as for one."""
    times = times_of(orders, known_at=known_at)
    ends = ends_of(orders, known_at=known_at)
    never = [order for order in orders if order.id not in times]
    found = {order_id: _nearest(rows, at, ends.get(order_id)) for order_id, rows in times.items()}
    return found | (_in_force_at_no_time(never, ends, known_at) if never else {})


def times_of(orders: Sequence[Order], *, known_at: datetime | None = None) -> dict[UUID, list[InForce]]:
    """When which version of each order is the one in force, the earliest first, as known at an instant or now."""
    known = Q(known__upper_inf=True) if known_at is None else Q(known__contains=known_at)
    rows = InForce.objects.filter(known, order__in=orders).select_related("version__order")
    found: dict[UUID, list[InForce]] = {}
    for row in rows.defer("version__body", "version__body_sent").order_by("during"):
        found.setdefault(row.order_id, []).append(row)
    return found


def _nearest(rows: Sequence[InForce], at: datetime, end: End | None) -> VersionAt:
    begun = [row for row in rows if row.during.lower <= at]
    row = begun[-1] if begun else rows[0]
    period = Period(row.during.lower, row.during.upper)
    return VersionAt(row.version, rules.status_in(period, at=at, end=end), period.end)


def _in_force_at_no_time(
    orders: Sequence[Order], ends: Mapping[UUID, End], known_at: datetime | None
) -> dict[UUID, VersionAt]:
    """Orders that a court ended before they began: their last version, over at its start."""
    versions = OrderVersion.objects.filter(order__in=orders).select_related("order")
    if known_at is not None:
        versions = versions.filter(recorded_at__lte=known_at)
    found: dict[UUID, VersionAt] = {}
    for version in versions.defer("body", "body_sent").order_by("number"):
        end = ends.get(version.order_id)
        found[version.order_id] = VersionAt(version, end.status if end else "superseded", version.effective_from)
    return found


def status_of_version(version: OrderVersion, *, at: datetime) -> VersionAt:
    """The same for a version named by its number, which may have been overtaken by a later one.

    One that a correction overtook from its very start was in force at no time: its end is its start.
    """
    rows = times_of([version.order]).get(version.order_id, [])
    own = next((row for row in rows if row.version_id == version.pk), None)
    if own is None:
        return VersionAt(version, "superseded", version.effective_from)
    period = Period(own.during.lower, own.during.upper)
    overtaken = any(row.during.lower == period.end for row in rows)
    end = end_of(version.order)
    return VersionAt(version, rules.status_in(period, at=at, end=end, superseded=overtaken), period.end)


def status_of(order: Order, *, at: datetime) -> Status:
    return version_at(order, at=at).status


def works_on(caller: Caller, order: Order) -> bool:
    """Whether an order is a caller's own case: a report of it is in their hands, or their word stands in it.

    A force's system has the scope to see zones or has not: it has no cases.
    """
    if caller.kind != "officer":
        return True
    if order.reports.filter(claimed_by_id=caller.person).exists():
        return True
    approved = ZoneApproval.objects.filter(zone__version__order=order, approved_by_id=caller.person)
    return approved.exists() or OrderReview.objects.filter(order=order, reviewed_by_id=caller.person).exists()
