"""Reading orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from common.london import civil_date
from common.problems import NotFound
from orders import rules
from orders.models import Order, OrderVersion, Zone, ZoneApproval
from orders.types import Period, Status


def order_of(force: str, reference: str) -> Order:
    """The force's own order, or `NotFound`: another force's looks the same as none."""
    order = Order.objects.filter(force_id=force, reference=reference).first()
    if order is None:
        raise NotFound
    return order


def order_for_update(force: str, reference: str) -> Order:
    order = Order.objects.select_for_update().filter(force_id=force, reference=reference).first()
    if order is None:
        raise NotFound
    return order


def orders_of(force: str) -> QuerySet[Order]:
    return Order.objects.filter(force_id=force)


def made_on(order: Order) -> date:
    """The day the order was made, by its latest version."""
    return order.versions.order_by("-number").values_list("made_on", flat=True)[0]


def revision(order: Order) -> int:
    """Rises with every write to the order, and with nothing else: each adds a row, and none goes."""
    approvals = ZoneApproval.objects.filter(zone__version__order=order).count()
    return order.versions.count() + order.services.count() + approvals


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
    found = order.services if known_at is None else order.services.filter(recorded_at__lte=known_at)
    return found.order_by("served_at").values_list("served_at", flat=True).first()


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
    versions = order.versions.defer("body", "body_sent").order_by("number")
    found = _version_at(list(versions if known_at is None else versions.filter(recorded_at__lte=known_at)), at)
    if found is None:
        raise NotFound
    return found


def versions_at(orders: Sequence[Order], *, at: datetime) -> dict[UUID, VersionAt]:
    """The same for many orders, by their ids, in one statement."""
    versions: dict[UUID, list[OrderVersion]] = {}
    rows = OrderVersion.objects.filter(order__in=orders).defer("body", "body_sent", "warnings")
    for row in rows.order_by("number"):
        versions.setdefault(row.order_id, []).append(row)
    pairs = ((order_id, _version_at(own, at)) for order_id, own in versions.items())
    return {order_id: found for order_id, found in pairs if found is not None}


def _version_at(versions: Sequence[OrderVersion], at: datetime) -> VersionAt | None:
    if not versions:
        return None
    periods = [Period(v.effective_from, v.in_force_until) for v in versions]
    index = rules.nearest(periods, at)
    own = rules.in_force_periods(periods)[index] or periods[index]
    return VersionAt(versions[index], rules.status_at(periods[index], at=at), own.end)


def status_of_version(version: OrderVersion, *, at: datetime) -> VersionAt:
    """The same for a version named by its number, which may have been overtaken by a later one.

    One that a correction overtook from its very start was in force at no time: its end is its start.
    """
    later = version.order.versions.filter(number__gt=version.number).order_by("effective_from")
    overtaken = later.values_list("effective_from", flat=True).first()
    period = Period(version.effective_from, version.in_force_until)
    ends = [end for end in (period.end, overtaken) if end is not None]
    status = rules.status_at(period, at=at, superseded_from=overtaken)
    return VersionAt(version, status, max(min(ends), period.start) if ends else None)


def status_of(order: Order, *, at: datetime) -> Status:
    return version_at(order, at=at).status


def notification_due(order: Order, served_at: datetime) -> date | None:
    """The last day for notifying police: three days beginning with the day of service (section 9(1), rule 26).

    None where a full order replaces an interim: no new duty arises (rule 27).
    """
    latest = order.versions.order_by("-number").values_list("kind", "body__replaces_interim")
    kind, replaces_interim = latest[0]
    if kind == "full" and replaces_interim:
        return None
    return civil_date(served_at) + timedelta(days=2)
