"""The trail, for auditors: who did what with a record, when and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.types import Caller
from audit import queries
from audit.models import Entry
from audit.services import record
from breaches.queries import closed_records, is_record_of
from breaches.serializers import TrailOut
from common.problems import Closed, Problem, Refused
from edge.pagination import paginate
from edge.shapes import parse_instant
from edge.views import ApiView, answer
from orders.services.readers import note_attempt

_PARAMETERS = [
    OpenApiParameter("about", str, description="The id of a record of this force; without it, the force's own acts"),
    OpenApiParameter("from", str, description="RFC 3339 instant with an offset"),
    OpenApiParameter("until", str, description="RFC 3339 instant with an offset, exclusive"),
]


class Trail(ApiView):
    audience, roles = "officer", frozenset({"auditor"})

    @extend_schema(parameters=_PARAMETERS, responses={200: TrailOut})
    @transaction.atomic
    def get(self, request: Request) -> Response:
        """Rows of the trail, oldest first: of one record, or of all that this force's people and systems did.

        What was done with a restricted order or its reports is shown to auditors on its list (rule 81).
        """
        caller = self.caller(request)
        about, span = _asked(request)
        if about is None:
            rows = queries.of_organisation(caller.force, span, without=closed_records(caller))
        elif _is_record(caller, about):
            rows = queries.about(about, span)
        else:
            rows = Entry.objects.none()
        page = paginate(request, rows, order=("id",))
        record(
            actor=caller.actor,
            action="consultation",
            verb="trail_read",
            records=[about] if about else [],
            reason_code="audit",
        )
        return answer({"results": [_row(e) for e in page.rows], "next": page.next, "previous": page.previous})


def _is_record(caller: Caller, about: UUID) -> bool:
    """One that is kept from the caller is told of like none, and raises an alarm (rule 81)."""
    try:
        return is_record_of(caller, about)
    except Closed as closed:
        note_attempt(caller=caller, records=closed.records)
        return False


def _asked(request: Request) -> tuple[UUID | None, queries.Span]:
    problems: list[Problem] = []
    about = _about(request.query_params.get("about"), problems)
    span = queries.Span(*(_instant(request, name, problems) for name in ("from", "until")))
    if problems:
        raise Refused(problems)
    return about, span


def _about(sent: str | None, problems: list[Problem]) -> UUID | None:
    if sent is None:
        return None
    try:
        return UUID(sent)
    except ValueError:
        problems.append(Problem("?about", "bad_format", "This is not the id of a record."))
        return None


def _instant(request: Request, name: str, problems: list[Problem]) -> datetime | None:
    sent = request.query_params.get(name)
    if sent is None:
        return None
    found = parse_instant(sent)
    if found is None or found.tzinfo is None or not 1 < found.year < 9999:
        problems.append(
            Problem(f"?{name}", "instant_unreadable", "Send an RFC 3339 instant with an offset (+ is %2B).")
        )
        return None
    return found


def _row(entry: Entry) -> dict[str, Any]:
    link = getattr(entry, "link", None)
    return {
        "at": entry.at,
        "actor": entry.actor,
        "actor_kind": entry.actor_kind,
        "organisation": entry.organisation,
        "action": entry.action,
        "verb": entry.verb,
        "record_ids": entry.record_ids,
        "reason_code": entry.reason_code,
        "reason": entry.reason,
        "correlation_id": entry.correlation_id,
        "recipient": entry.recipient,
        "hash": bytes(link.digest).hex() if link else None,
    }
