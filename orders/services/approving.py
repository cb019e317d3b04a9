"""Standing by a drawn zone, as a second person (rule 16)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.types import Caller
from audit.services import record
from common.problems import Conflict, Problem, Refused
from common.staff_ids import is_same_staff_id
from orders import messages, policies, queries
from orders.models import Order, OrderVersion, Zone, ZoneApproval
from orders.services.again import assess_again


def carry_approvals(version: OrderVersion) -> None:
    """An identical shape keeps the approval it has, unless the new version says its approver drew it.

    Approved in the version before it, or in the one whose terms it changes: a correction may go back past one that
    drew the zone otherwise.
    """
    approved = ZoneApproval.objects.filter(zone__version__in=queries.versions_before(version)).select_related("zone")
    before = {(a.zone.code, a.shape_sha256): a for a in approved.order_by("zone__version__number")}
    ZoneApproval.objects.bulk_create(
        ZoneApproval(
            zone=zone,
            approved_by_id=old.approved_by_id,
            staff_id=old.staff_id,
            drawn_by_staff_id=zone.drawn_by_staff_id,
            shape_sha256=old.shape_sha256,
            approved_at=old.approved_at,
            reason=old.reason,
            carried_from=old.zone,
        )
        for zone in version.zones.filter(approval=None).defer("core", "shape_sent")
        if (old := before.get((zone.code, zone.shape_sha256)))
        and not is_same_staff_id(old.staff_id, zone.drawn_by_staff_id)
    )


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """What the approver says they looked at: version and hash may be left out while there is one drawing.

    A member that did not fit its shape is None here, and told in `shape_problems`.
    """

    code: str
    version: int | None
    shape_sha256: str | None
    reason: str | None
    shape_problems: tuple[Problem, ...] = ()


@transaction.atomic
def approve_zone(*, caller: Caller, reference: str, wanted: ApprovalRequest) -> ZoneApproval:
    """A second person stands by a drawn zone (rule 16). Again is the same answer; affected reports are judged anew.

    Raises `NotFound`, then `Forbidden`, then `Conflict` (`zone_changed`), then `Refused`.
    """
    order = queries.order_for_update(caller, reference)
    zone = _zone_meant(caller, queries.drawings_of(order, code=wanted.code, version=wanted.version), wanted)
    problems = wanted.shape_problems
    if wanted.reason is None and all(problem.pointer not in ("", "/reason") for problem in problems):
        problems = (*problems, Problem("/reason", "required", "This is required."))
    if problems:
        raise Refused(problems)
    known = ZoneApproval.objects.filter(zone=zone).first()
    return known or _approve(caller, order, zone, wanted.reason or "")


def _zone_meant(caller: Caller, drawings: Sequence[Zone], wanted: ApprovalRequest) -> Zone:
    seen = [zone for zone in drawings if wanted.shape_sha256 in (None, zone.shape_sha256)]
    _check_second_person(caller, (seen or drawings)[0])
    if not seen:
        raise Conflict("zone_changed", "The drawing is not the one you looked at.")
    if len({zone.shape_sha256 for zone in seen}) > 1:
        raise Conflict("zone_changed", "There are several drawings of this zone: say which version.")
    return seen[0]


def _check_second_person(caller: Caller, zone: Zone) -> None:
    """The same drawing may stand in other versions of the order: who drew or recorded it there counts as well."""
    alike = Zone.objects.filter(version__order=zone.version.order_id, shape_sha256=zone.shape_sha256)
    people = list(alike.values_list("drawn_by_staff_id", "version__recorded_by"))
    policies.check_second_person(
        caller, drawn_by={drawn for drawn, _ in people}, recorded_by={recorded for _, recorded in people}
    )


def _approve(caller: Caller, order: Order, zone: Zone, reason: str) -> ZoneApproval:
    approval = ZoneApproval.objects.create(
        zone=zone,
        approved_by_id=caller.person,
        staff_id=caller.staff_id,
        drawn_by_staff_id=zone.drawn_by_staff_id,
        shape_sha256=zone.shape_sha256,
        approved_at=timezone.now(),
        reason=reason,
    )
    for later in order.versions.filter(number__gt=zone.version.number).order_by("number"):
        carry_approvals(later)
    record(
        actor=caller.actor,
        action="alteration",
        verb="zone_approved",
        records=[order.id, zone.id],
        reason_code="second_person",
        reason=reason,
    )
    messages.zone_approved(order, status=queries.status_of(order, at=approval.approved_at))
    assess_again(order)
    return approval
