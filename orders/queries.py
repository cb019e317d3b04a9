"""Reading orders."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from common.london import civil_date
from common.problems import NotFound
from orders import rules
from orders.models import Order, OrderVersion, Zone, ZoneApproval
from orders.reading import conditions_of, identifiers_of, names_of
from orders.types import Approval, ConditionTerms, Identifier, OrderTerms, Period, Status, VersionTerms


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


# --- the terms that one report is judged by -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Compiled:
    """What never changes of a version, worked out once in each process."""

    conditions: tuple[ConditionTerms, ...]
    respondent: tuple[Identifier, ...]
    names: tuple[str, ...]


class _Cache:
    """The most recently used compiled versions. A version is immutable, so nothing ever goes stale.

    `known` are those that answered the same question last time: their bodies need not be read again.
    """

    def __init__(self, size: int) -> None:
        self._size, self._lock = size, threading.Lock()
        self._kept: OrderedDict[Hashable, dict[UUID, _Compiled]] = OrderedDict()

    def known(self, question: Hashable) -> dict[UUID, _Compiled]:
        with self._lock:
            if question in self._kept:
                self._kept.move_to_end(question)
            return self._kept.get(question, {})

    def keep(self, question: Hashable, versions: dict[UUID, _Compiled]) -> None:
        with self._lock:
            self._kept[question] = versions
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)


_COMPILED = _Cache(512)


def _compile(body: dict[str, Any], period: Period) -> _Compiled:
    person = body["respondent"]
    return _Compiled(conditions_of(body, order=period), identifiers_of(person), names_of(person))


# One round trip for the whole order. A body comes as text, and only where it is not compiled yet.
_TERMS = """
SELECT o.id, o.reference, o.force_id, v.id, v.number, v.effective_from, v.in_force_until,
       CASE WHEN v.id = ANY(%s) THEN NULL ELSE v.body::text END,
       (SELECT min(s.served_at) FROM orders_service s WHERE s.order_id = o.id),
       (SELECT jsonb_object_agg(z.code, jsonb_build_array(a.staff_id, a.approved_at))
          FROM orders_zone z JOIN orders_zoneapproval a ON a.zone_id = z.id WHERE z.version_id = v.id)::text
  FROM orders_order o JOIN orders_orderversion v ON v.order_id = o.id
 WHERE {where} ORDER BY o.created_at, o.id, v.number
"""
_OF_FORCE = "o.reference = %s AND o.force_id = %s"
_OF_PERSON = """o.reference = %s AND EXISTS (
    SELECT 1 FROM orders_protectedperson p WHERE p.order_id = o.id AND p.user_id = ANY(%s))"""
_BY_ID = "o.id = %s"


def terms_over_own_order(reference: str, *, force: str) -> OrderTerms | None:
    """Every version's terms of a force's own order, in one statement."""
    return _terms(_OF_FORCE, (reference, force))


def terms_over_protecting(reference: str, *, people: Sequence[UUID]) -> OrderTerms | None:
    """The same for an order that protects one of `people`; None also where it exists but protects others."""
    return _terms(_OF_PERSON, (reference, tuple(people)))


def terms_by_id(order_id: UUID) -> OrderTerms | None:
    return _terms(_BY_ID, (order_id,))


def _terms(where: str, values: tuple[Any, ...]) -> OrderTerms | None:
    question = (where, *values)
    known = _COMPILED.known(question)
    with connection.cursor() as cursor:
        cursor.execute(
            _TERMS.format(where=where),
            [list(known), *(list(value) if isinstance(value, tuple) else value for value in values)],
        )
        rows = cursor.fetchall()
    # Two forces may use the same reference for the same person: then nobody can say which is meant.
    if not rows or len({row[0] for row in rows}) > 1:
        return None
    own = [Period(row[5], row[6]) for row in rows]
    compiled = [
        known.get(row[3]) or _compile(json.loads(row[7]), period) for row, period in zip(rows, own, strict=True)
    ]
    if len(compiled) > len(known):
        _COMPILED.keep(question, dict(zip((row[3] for row in rows), compiled, strict=True)))
    versions = tuple(
        VersionTerms(row[4], period, terms.conditions, _approvals(row[9]))
        for row, period, terms in zip(rows, rules.in_force_periods(own), compiled, strict=True)
    )
    return OrderTerms(
        order_id=rows[0][0],
        reference=rows[0][1],
        force=rows[0][2],
        served_at=rows[0][8],
        versions=versions,
        respondent=tuple(dict.fromkeys(i for terms in compiled for i in terms.respondent)),
        respondent_names=tuple(dict.fromkeys(n for terms in compiled for n in terms.names)),
    )


def _approvals(text: str | None) -> dict[str, Approval]:
    if text is None:
        return {}
    found: dict[str, list[str]] = json.loads(text)
    return {code: Approval(staff, datetime.fromisoformat(at)) for code, (staff, at) in found.items()}
