"""Where one is signed in, at /officer/sessions and /victim/sessions: seen and ended by the person."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.queries import sessions_of
from accounts.services import end_everything, end_session
from audit.services import record
from common.problems import NotFound
from edge.shapes import Shape
from edge.views import ApiView, answer


class SessionOut(Shape):
    """One place where somebody is signed in; `current` is the one that asks."""

    id: UUID
    started_at: datetime
    seen_at: datetime
    ends_at: datetime
    current: bool


class SessionsOut(Shape):
    results: list[SessionOut]


class EndedOut(Shape):
    ended: int


class _Sessions(ApiView):
    @extend_schema(responses={200: SessionsOut})
    @transaction.atomic
    def get(self, request: Request) -> Response:
        """Where one is signed in, the last one used first."""
        caller = self.caller(request)
        rows = sessions_of(caller.person, at=timezone.now())
        record(actor=caller.actor, action="consultation", verb="sessions_listed", records=[row.id for row in rows])
        results = [
            {
                "id": row.id,
                "started_at": row.started_at,
                "seen_at": row.seen_at,
                "ends_at": row.ends_at,
                "current": row.id == caller.session,
            }
            for row in rows
        ]
        return answer({"results": results})

    @extend_schema(responses={200: EndedOut})
    def delete(self, request: Request) -> Response:
        """End all of them, this one too, and every app's access."""
        caller = self.caller(request)
        return answer({"ended": end_everything(actor=caller.actor, user=caller.person)})


class _OneSession(ApiView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, session: UUID) -> Response:
        """End one of them at once."""
        caller = self.caller(request)
        if not end_session(actor=caller.actor, user=caller.person, session=session):
            raise NotFound
        return answer(None, status=204)


class OfficerSessions(_Sessions):
    audience = "officer"


class OfficerSession(_OneSession):
    audience = "officer"


class VictimSessions(_Sessions):
    audience = "victim"


class VictimSession(_OneSession):
    audience = "victim"
