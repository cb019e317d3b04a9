"""What comes out to forces: where they are told, and the feed of everything that happened."""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID

from django.db import transaction
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit.services import record
from common.problems import Problem
from edge.drafts import read_draft
from edge.pagination import DEFAULT_LIMIT, limit_of, paginate, refuse, sign, unsign
from edge.parsing import body_of, read
from edge.views import ApiView, answer
from webhooks import queries, services
from webhooks.models import Endpoint
from webhooks.queries import Backlog
from webhooks.serializers import (
    CreatedOut,
    EndpointIn,
    EndpointOut,
    EndpointsOut,
    EventsOut,
    ReplayIn,
    ReplayOut,
    TestOut,
)
from webhooks.types import Numbered
from webhooks.vault import open_sealed

MANAGE = ("webhooks:manage",)
_FEED = "webhooks.events"


def _shown(endpoint: Endpoint, backlog: Backlog) -> dict[str, Any]:
    """An endpoint without its secret, and how far it is behind."""
    return {
        "id": str(endpoint.id),
        "url": endpoint.url,
        "events": endpoint.events,
        "state": endpoint.state,
        "created_at": endpoint.created_at,
        "pending": backlog.pending,
        "parked": backlog.parked,
    }


class ForceWebhooks(ApiView):
    audience, scopes = "force", {"GET": MANAGE, "POST": MANAGE}

    @extend_schema(responses={200: EndpointsOut}, operation_id="force_webhooks_list")
    def get(self, request: Request) -> Response:
        """The force's endpoints, oldest first."""
        page = paginate(request, queries.endpoints_of(self.caller(request).force), order=("id",))
        backlogs = queries.backlogs_of(page.rows)
        results = [_shown(row, backlogs[row.id]) for row in page.rows]
        return answer({"results": results, "next": page.next, "previous": page.previous})

    @extend_schema(request=EndpointIn, responses={201: CreatedOut})
    def post(self, request: Request) -> Response:
        """Be told at an address. The secret that signs what is sent there is shown once."""

        def effect() -> Response:
            created = services.create_endpoint(caller=self.caller(request), wish=_wish(request))
            row = created.endpoint
            sealed = base64.b64encode(created.sealed_secret).decode()
            body = {"id": str(row.id), "url": row.url, "events": row.events, "state": row.state}
            return answer({**body, "secret": sealed}, status=201, location=f"{request.path}/{row.id}")

        return _with_open_secret(self.write(request, effect))


def _with_open_secret(response: Response) -> Response:
    """Opened last: the answer kept for a retry holds the secret sealed, and a retry opens the same one."""
    kept = response.data
    secret = open_sealed(base64.b64decode(kept["secret"]), endpoint=UUID(kept["id"]))
    response.data = {**kept, "secret": secret}
    return response


def _wish(request: Request) -> services.Wish:
    draft, problems = read_draft(body_of(request).value, EndpointIn)
    told = {problem.pointer for problem in problems}
    for name in ("url", "events"):
        if getattr(draft, name) is None and not any(pointer.startswith(f"/{name}") for pointer in told):
            problems.append(Problem(f"/{name}", "required", "This is required."))
    return services.Wish(url=draft.url, events=draft.events, shape_problems=tuple(problems))


class ForceWebhook(ApiView):
    audience, scopes = "force", {"GET": MANAGE, "DELETE": MANAGE}

    @extend_schema(responses={200: EndpointOut})
    def get(self, request: Request, endpoint: UUID) -> Response:
        """One endpoint, and how many events wait for it or were given up."""
        row = queries.endpoint_of(self.caller(request).force, endpoint)
        return answer(_shown(row, queries.backlogs_of([row])[row.id]))

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, endpoint: UUID) -> Response:
        """Be told there no more."""
        services.delete_endpoint(caller=self.caller(request), endpoint=endpoint)
        return answer(None, status=204)


class ForceWebhookTest(ApiView):
    audience, scopes = "force", {"POST": MANAGE}

    @extend_schema(request=None, responses={202: TestOut})
    def post(self, request: Request, endpoint: UUID) -> Response:
        """Send a `webhook.test` there."""

        def effect() -> Response:
            key = services.send_test(caller=self.caller(request), endpoint=endpoint)
            return answer({"id": str(key)}, status=202)

        return self.write(request, effect)


class ForceWebhookReplay(ApiView):
    audience, scopes = "force", {"POST": MANAGE}

    @extend_schema(request=ReplayIn, responses={202: ReplayOut})
    def post(self, request: Request, endpoint: UUID) -> Response:
        """Send again, in order, what happened since an instant."""

        def effect() -> Response:
            caller = self.caller(request)
            queries.endpoint_of(caller.force, endpoint)
            sent = read(request, ReplayIn)
            queued = services.replay(caller=caller, endpoint=endpoint, since=sent.since)
            return answer({"queued": queued}, status=202)

        return self.write(request, effect)


_PAGE = [
    OpenApiParameter("cursor", str, description="`cursor` of the last answer; left out, from the beginning"),
    OpenApiParameter("limit", int, description=f"1 to 200, {DEFAULT_LIMIT} if left out"),
]


class ForceEvents(ApiView):
    audience, scopes = "force", {"GET": ("breaches:read",)}

    @extend_schema(parameters=_PAGE, responses={200: EventsOut})
    @transaction.atomic
    def get(self, request: Request) -> Response:
        """Everything that happened in the force, oldest first. Ask with `cursor` for what came since."""
        caller, limit = self.caller(request), limit_of(request)
        after = _position(request, caller.force)
        found = queries.events_after(force=caller.force, sequence=after, limit=limit + 1)
        shown, more = found[:limit], len(found) > limit
        if shown:  # an empty page shows nobody's data, and is asked for every few seconds
            seen = {event.message.subject for event in shown}
            record(actor=caller.actor, action="consultation", verb="events_read", records=sorted(seen))
        cursor = sign(_FEED, [caller.force, shown[-1].sequence if shown else after])
        results = [_event(event) for event in shown]
        return answer({"results": results, "cursor": cursor, "next": cursor if more else None})


def _position(request: Request, force: str) -> int:
    sent = request.query_params.get("cursor")
    if not sent:
        return 0
    whose, sequence = unsign(sent, _FEED, 2)
    if whose != force or not isinstance(sequence, int):
        raise refuse("?cursor", "cursor_invalid", "This cursor was not given out here.")
    return sequence


def _event(event: Numbered) -> dict[str, Any]:
    message = event.message
    return {
        "id": str(message.id),
        "sequence": event.sequence,
        "type": message.type,
        "occurred_at": message.occurred_at,
        "data": {"id": str(message.subject), "reference": message.reference, "state": message.state},
    }
