"""`./dev manage order FORCE REFERENCE --operator WHO --reason WHY`: how an order stands, for support staff.

Numbers, times and states only: no person, no name of a zone, no shape, no narrative, no evidence. Leaves a trace.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from audit.services import record
from audit.types import Actor
from common.reasons import says_something
from orders.models import InForce, Order, Service, Zone
from orders.queries import end_of, status_of
from orders.queries.access import order_for_support

_LONGEST_OPERATOR = 64
_SHORTEST_REASON = 10


class Command(BaseCommand):
    help = "Show how an order stands: status, versions, times, service and approvals. The trail says who asked and why."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("force", help="the code of the force")
        parser.add_argument("reference", help="the force's own reference")
        parser.add_argument("--operator", required=True, help="your own name or staff id: it goes into the trail")
        parser.add_argument("--reason", required=True, help="why you look, at least 10 characters")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        operator, reason = options["operator"].strip(), options["reason"].strip()
        if not 0 < len(operator) <= _LONGEST_OPERATOR or "\x00" in operator + reason:
            raise CommandError("Say who you are, in at most 64 characters.")
        if len(reason) < _SHORTEST_REASON or not says_something(reason):
            raise CommandError("Say why, in at least 10 characters.")
        order = order_for_support(options["force"], options["reference"])
        if order is None:
            raise CommandError("There is no such order.")
        record(
            actor=Actor("support", operator),
            action="consultation",
            verb="order_read_by_support",
            records=[order.id],
            reason_code="support",
            reason=reason,
        )
        for line in _lines(order, timezone.now()):
            self.stdout.write(line)


def _lines(order: Order, now: datetime) -> Iterator[str]:
    end = end_of(order)
    yield f"{order.reference}  {order.id}  force {order.force_id}  recorded {_at(order.created_at)}"
    yield f"status now: {status_of(order, at=now)}"
    yield f"ended before its time: {f'{end.status} at {_at(end.at)}' if end else 'no'}"
    yield "versions:"
    for version in order.versions.defer("body", "body_sent").order_by("number"):
        what = f"{version.number}  {version.kind} {version.change_kind}  made {version.made_on}"
        yield f"  {what}  recorded {_at(version.recorded_at)}  sha256 {version.body_sha256}"
    yield "in force, as the record stood:"
    for row in order.times.select_related("version").defer("version__body", "version__body_sent").order_by("known"):
        yield f"  version {row.version.number}  {_during(row)}"
    yield "served:"
    for service in _find_services(order):
        mark = f"  withdrawn {_at(service.withdrawn_at)}" if service.withdrawn_at else ""
        what = f"{_at(service.served_at)}  {service.method}  version {service.version.number}"
        yield f"  {what}  recorded {_at(service.recorded_at)}{mark}"
    yield "zones:"
    for zone in _zones(order):
        yield f"  {zone.code}  version {zone.version.number}  {_approved(zone)}"


def _during(row: InForce) -> str:
    held = f"from {_at(row.during.lower)} until {_at(row.during.upper)}"
    return f"{held}  known from {_at(row.known.lower)} until {_at(row.known.upper)}"


def _find_services(order: Order) -> Iterator[Service]:
    rows = Service.with_withdrawn.filter(order=order).select_related("version").order_by("served_at")
    yield from rows.only("served_at", "method", "recorded_at", "withdrawn_at", "version__number")


def _zones(order: Order) -> Iterator[Zone]:
    rows = Zone.objects.filter(version__order=order).select_related("version", "approval")
    shown = ("code", "version__number", "approval__staff_id", "approval__approved_at")
    yield from rows.only(*shown).order_by("version__number", "code")


def _approved(zone: Zone) -> str:
    approval = getattr(zone, "approval", None)
    return f"approved by {approval.staff_id} at {_at(approval.approved_at)}" if approval else "not approved"


def _at(instant: datetime | None) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S}Z" if instant else "further notice"
