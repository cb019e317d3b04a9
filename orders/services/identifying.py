"""By what somebody is known, learned after the order was made: recorded of the person, in no version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.types import Caller
from audit.services import record
from common.problems import NotFound, Problem, Refused
from orders import messages, queries
from orders.matching import identifier_digest, identifier_marks
from orders.models import Order, PersonIdentifier
from orders.queries.along import forces_along
from orders.queries.identifiers import Whose, whose_in
from orders.rules.people import PersonRole
from orders.services.again import assess_again
from orders.timeline import moment
from orders.types import Identifier


@dataclass(frozen=True, slots=True)
class Said:
    """An identifier, and when it is that person's (half-open; None: no end on that side that anybody knows)."""

    identifier: Identifier
    starts_at: datetime | None
    ends_at: datetime | None


@transaction.atomic
def record_identifier(*, caller: Caller, reference: str, person: str, said: Said) -> PersonIdentifier:
    """A number, address or handle is somebody's, whichever version is in force. The same again is the same row.

    `person`: `respondent`, or the key of a protected person. Reports that rest on the order are judged again where it
    is the respondent's; a protected person's is kept for finding her again, and makes no finding.

    Raises `NotFound` (no such order, or nobody of this key in it); `Refused` `identifier_ends_before_start`.
    """
    order = queries.order_for_update(caller, reference)
    whose = whose_in(order, person)
    if said.starts_at and said.ends_at and said.ends_at <= said.starts_at:
        raise Refused([Problem("/until", "identifier_ends_before_start", "It ends before it begins.")])
    digest = identifier_digest(
        force=order.force_id, identifier=said.identifier, starts_at=said.starts_at, ends_at=said.ends_at
    )
    known = PersonIdentifier.objects.filter(
        order=order, role=whose.role, key=whose.key, digest=digest, retired_at=None
    ).first()
    if known is not None:
        return known
    row = _store_identifier(caller, order, whose, said, digest)
    record(actor=caller.actor, action="collection", verb="identifier_recorded", records=[order.id, row.id])
    _tell_and_judge_again(order, whose.role, at=row.recorded_at)
    return row


def _store_identifier(caller: Caller, order: Order, whose: Whose, said: Said, digest: bytes) -> PersonIdentifier:
    kept = {"kind": said.identifier.kind, "value": said.identifier.value, "platform": said.identifier.platform}
    marks = identifier_marks(force=order.force_id, role=whose.role, said=kept)
    return PersonIdentifier.objects.create(
        order=order,
        role=whose.role,
        key=whose.key,
        kind=said.identifier.kind,
        said=kept,
        starts_at=said.starts_at,
        ends_at=said.ends_at,
        digest=digest,
        mark_kinds=[kind for kind, _ in marks],
        mark_digests=[digest for _, digest in marks],
        recorded_at=moment(order),
        recorded_by=caller.id,
    )


@transaction.atomic
def retire_identifier(
    *, caller: Caller, reference: str, person: str, identifier_id: UUID, reason: str
) -> PersonIdentifier:
    """It was recorded wrongly: it counts at no time, and stays on record for what was known before. Twice is once.

    What was somebody's until a day is retired and recorded again with `until`. Raises `NotFound`.
    """
    order = queries.order_for_update(caller, reference)
    whose = whose_in(order, person)
    row = PersonIdentifier.objects.filter(order=order, role=whose.role, key=whose.key, pk=identifier_id).first()
    if row is None:
        raise NotFound
    if row.retired_at is not None:
        return row
    now = moment(order)
    row.retired_at, row.retired_by, row.retired_why = now, caller.id, reason
    row.save(update_fields=["retired_at", "retired_by", "retired_why"])
    record(actor=caller.actor, action="alteration", verb="identifier_retired", records=[order.id, row.id])
    _tell_and_judge_again(order, whose.role, at=now)
    return row


def _tell_and_judge_again(order: Order, role: PersonRole, *, at: datetime) -> None:
    """Other forces are told where reports that they read may come out otherwise."""
    judged = role == "respondent"
    along = forces_along(order) if judged else ()
    messages.identifiers_changed(order, status=queries.status_of(order, at=at), also=along)
    if judged:
        assess_again(order)
