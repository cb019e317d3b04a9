"""What belongs to a person herself, at /victim/: her diary, and how she can be reached without harm."""

from __future__ import annotations

from itertools import takewhile
from math import isfinite
from typing import Any
from uuid import UUID

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.types import Caller
from audit.services import record
from breaches import diary, services
from breaches.api import shown
from breaches.api.shapes import DiaryEntryOut, DiaryIn, DiaryOut, SafeContactIn, SafeContactOut
from breaches.api.submission import TakesReports
from breaches.contacting import recorded_for
from breaches.incident_shapes import PositionIn
from breaches.models import DiaryEntry
from breaches.serializers import ReceiptOut
from common.problems import Forbidden, Problem, pointer
from edge.pagination import paginate
from edge.parsing import body_of, read
from edge.views import ApiView, answer

# Where a report has numbers.
_KNOWN = frozenset({"positions", *PositionIn.model_fields})


def _beyond_measure(body: Any) -> list[Problem]:
    """Numbers that no float holds: an entry is written down anew when it becomes a report, and JSON has none.

    A pointer ends where a name is not one of ours: it may be anything.
    """
    problems: list[Problem] = []
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), body)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, float) and not isfinite(value):
            problems.append(
                Problem(pointer(*takewhile(_sayable, path)), "number_not_finite", "This number is not finite.")
            )
        elif isinstance(value, dict):
            waiting += [((*path, name), inner) for name, inner in value.items()]
        elif isinstance(value, list):
            waiting += [((*path, index), inner) for index, inner in enumerate(value)]
    return problems


def _sayable(step: str | int) -> bool:
    return isinstance(step, int) or step in _KNOWN


class HerOwn(ApiView):
    """For the protected person alone: an advocate's authority is for reporting, not for this."""

    audience = "victim"

    def herself(self, request: Request) -> Caller:
        caller = self.caller(request)
        if caller.kind != "victim":
            raise Forbidden("wrong_role", "Only the person herself can do this.")
        return caller


class Diary(HerOwn):
    @extend_schema(responses={200: DiaryOut})
    @transaction.atomic
    def get(self, request: Request) -> Response:
        """One's own diary, in the order in which it was written. Nobody else can read it."""
        caller = self.herself(request)
        page = paginate(request, diary.entries_of(caller.person), order=("written_at", "id"))
        record(actor=caller.actor, action="consultation", verb="diary_read", records=[e.id for e in page.rows])
        return answer({"results": [_entry(e) for e in page.rows], "next": page.next, "previous": page.previous})

    @extend_schema(request=DiaryIn, responses={201: DiaryEntryOut})
    def post(self, request: Request) -> Response:
        """Write something down for oneself, in a report's shape, with nothing required."""

        def effect() -> Response:
            caller = self.herself(request)
            read(request, DiaryIn, also=_beyond_measure)
            entry = services.write_diary(caller=caller, sent=body_of(request).text)
            return answer({"id": entry.id, "written_at": entry.written_at, "report": None}, status=201)

        return _with_entry(self.write(request, effect), request)


def _with_entry(response: Response, request: Request) -> Response:
    """Put in last: the answer that is kept for a retry must not hold what the diary seals."""
    response.data = {**response.data, "entry": body_of(request).value}
    return response


def _entry(entry: DiaryEntry) -> dict[str, object]:
    reported = getattr(entry, "reported", None)
    return {
        "id": entry.id,
        "written_at": entry.written_at,
        "entry": diary.opened(entry),
        "report": reported.report.reference if reported else None,
    }


class DiaryReport(HerOwn, TakesReports):
    @extend_schema(request=DiaryIn, responses={201: ReceiptOut})
    def post(self, request: Request, entry: UUID) -> Response:
        """Make an entry a report. What is sent here stands in place of the same members of the entry."""

        def effect() -> Response:
            caller = self.herself(request)
            diary.own_entry(caller.person, entry)
            read(request, DiaryIn, also=_beyond_measure)
            report = services.report_from_diary(caller=caller, entry_id=entry, also=body_of(request).value)
            return answer(shown.receipt(report), status=201, etag=shown.tag(report))

        return self.write(request, effect)


class SafeContact(HerOwn):
    @extend_schema(responses={200: SafeContactOut})
    @transaction.atomic
    def get(self, request: Request) -> Response:
        """How one said last that one can be reached without harm."""
        caller = self.herself(request)
        record(actor=caller.actor, action="consultation", verb="own_safe_contact_read", records=[caller.person])
        return _safe_contact(caller)

    @extend_schema(request=SafeContactIn, responses={200: SafeContactOut})
    @transaction.atomic
    def put(self, request: Request) -> Response:
        """Say how one can be reached without harm. It counts from now on; what was said before is kept."""
        caller = self.herself(request)
        sent = read(request, SafeContactIn)
        services.say_how_to_reach(caller=caller, sent=sent.model_dump_json(by_alias=True))
        return _safe_contact(caller)


def _safe_contact(caller: Caller) -> Response:
    recorded = recorded_for(caller.person)
    return answer(
        {"said_at": recorded.said_at if recorded else None, "safe_contact": recorded.said if recorded else None}
    )
