"""Writing what the court said: a version of an order."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.types import Caller
from audit.services import record
from common.london import civil_date
from common.problems import Conflict, Problem, Refused
from orders import messages, policies, queries, rules
from orders.duties import redraw_duties_replacing
from orders.models import Order, OrderVersion
from orders.queries.alike import find_alike_references, reference_warnings
from orders.queries.homes import home_problems
from orders.queries.people import warnings_beside_others
from orders.services.again import assess_again
from orders.services.approving import carry_approvals
from orders.services.readers import apply_restriction, reader_problems
from orders.storing import Checked, Rows
from orders.timeline import moment, redraw
from orders.types import Period


@dataclass(frozen=True, slots=True)
class Document:
    """A document whose parts fit their shapes, with what did not, and the text exactly as it was sent."""

    body: dict[str, Any]
    sent: str
    shape_problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What is on record of other orders: the kinds of those that a document may say it replaces, by reference; and
    references that differ from a new order's only as people write them."""

    kinds: Mapping[str, str]
    alike: Sequence[str] = ()


NOTHING_CHANGED = Problem(
    "/change",
    "nothing_changed",
    "This says what is on record already; no version was added. The one that stands is shown.",
)


def body_digest(value: Any) -> str:
    """SHA-256 of the JSON's meaning: key order and white space do not count, the digits of a number do."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


@transaction.atomic
def register_version(
    *, caller: Caller, reference: str, number: int, document: Document, digest: str
) -> tuple[OrderVersion, bool]:
    """Record version `number` of the caller's order. True where it is new, False where it was there alike.

    Raises `Closed` where a list keeps the order from the caller (rule 81), `Conflict` (`version_conflict`,
    `version_gap`) before looking at the content, then `Refused` with everything that is wrong in it.
    """
    order = _locked_order(caller, reference)
    latest = order.versions.order_by("-number").first()
    known = order.versions.filter(number=number).first()
    if known is not None:
        if known.body_sha256 != digest:
            raise Conflict("version_conflict", "This version is recorded with another body.")
        return known, False
    if number != (latest.number if latest else 0) + 1:
        raise Conflict("version_gap", "Versions are numbered one by one.")
    verdict = check(caller=caller, reference=reference, number=number, document=document, latest=latest)
    version = _store(order, caller, number, document, digest, verdict)
    if latest:
        carry_approvals(version)
    apply_restriction(caller=caller, version=version)
    status = queries.status_of(order, at=timezone.now())
    record(actor=caller.actor, action="collection", verb="order_version_registered", records=[order.id, version.id])
    messages.version_registered(order, change_kind=version.change_kind, status=status)
    if number > 1:  # it may reach back to what was reported before it
        assess_again(order)
    return version, True


def _locked_order(caller: Caller, reference: str) -> Order:
    """The order's row, made if need be, held until the end: versions are numbered under it."""
    Order.objects.bulk_create([Order(force_id=caller.force, reference=reference)], ignore_conflicts=True)
    return queries.order_for_update(caller, reference)


def _look_up(caller: Caller, reference: str, body: Mapping[str, Any], *, new: bool) -> LookedUp:
    named = body.get("replaces_interim")
    alike = find_alike_references(caller.force, [reference]) if new else {}
    return LookedUp(queries.kinds_by_reference(caller, [named] if named else []), alike.get(reference, ()))


def check(
    *,
    caller: Caller,
    reference: str,
    number: int,
    document: Document,
    latest: OrderVersion | None,
    looked_up: LookedUp | None = None,
) -> rules.Verdict:
    """What the rules make of a document as a version of an order after `latest` (None: it is not known yet).

    `looked_up` is what is on record of other orders, where that is known already.
    Raises `Refused` with everything that is wrong in it, then `Conflict` `order_ended`. Writes nothing.
    """
    known = looked_up or _look_up(caller, reference, document.body, new=latest is None)
    setting = rules.Setting(
        force=caller.force,
        today=civil_date(timezone.now()),
        number=number,
        earlier=_earlier_versions(latest.order) if latest else (),
        commencement=settings.ROUTE_COMMENCEMENT,
        drawn_by_needed=caller.kind == "force_system",
    )
    verdict = rules.check(document.body, setting, [*document.shape_problems, *home_problems(document.body)])
    restricted = latest is not None and latest.order.restricted
    problems = (
        *verdict.problems,
        *queries.interim_problems(document.body, known.kinds, reference=reference),
        *reader_problems(caller=caller, body=document.body, restricted=restricted),
    )
    if problems:
        raise Refused(problems)
    policies.check_may_open(caller, restricted=restricted, body=document.body)
    end = queries.end_of(latest.order) if latest else None
    if end and document.body["change"]["kind"] != "correction" and _period_of(verdict).start >= end.at:
        raise Conflict("order_ended", "The order ended before this change would take effect.")
    beside = (*queries.interim_warnings(document.body, known.kinds), *reference_warnings(known.alike))
    return replace(verdict, warnings=(*verdict.warnings, *beside))


def _earlier_versions(order: Order) -> tuple[rules.Earlier, ...]:
    """The versions on record, in order of number."""
    return tuple(
        rules.Earlier(queries.place_version(v), v.body) for v in order.versions.defer("body_sent").order_by("number")
    )


def _period_of(verdict: rules.Verdict) -> Period:
    if verdict.period is None:
        raise ValueError("a document that was refused has no period")
    return verdict.period


def _store(
    order: Order, caller: Caller, number: int, document: Document, digest: str, verdict: rules.Verdict
) -> OrderVersion:
    body = document.body
    _name_who_drew(body, caller)
    period = _period_of(verdict)
    beside = warnings_beside_others(
        order, body, period=period, shapes=verdict.shapes, at=timezone.now(), new=number == 1
    )
    rows = Rows()
    version = rows.add(
        Checked(order, number, body, document.sent, digest, verdict, beside, moment(order), recorded_by=caller.id)
    )
    rows.store()
    redraw(order, at=version.recorded_at)
    if version.kind == "interim" or version.change_kind == "correction":  # which may have made another kind of it
        redraw_duties_replacing(order.force_id, [order.reference])
    return version


def _name_who_drew(body: dict[str, Any], caller: Caller) -> None:
    """An officer who registers an order and names nobody else drew its zones."""
    for condition in body["conditions"]:
        for zone in condition.get("zones") or ():
            if zone.get("drawn_by") is None:
                zone["drawn_by"] = {"name": "", "staff_id": caller.staff_id}
