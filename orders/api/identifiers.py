"""By what a person of an order is known, learned since: for force systems and for officers."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from audit.services import record
from edge.etags import etag
from edge.parsing import read
from edge.views import ApiView, answer
from orders import queries
from orders.api.instants import read_instants
from orders.models import Order, PersonIdentifier
from orders.policies import MAY_APPROVE
from orders.queries.identifiers import identifiers_recorded, whose_in
from orders.rules.usable import find_unusable_identifier
from orders.serializers.identifiers import (
    PersonIdentifierIn,
    PersonIdentifierOut,
    PersonIdentifierRecordedOut,
    PersonIdentifiersOut,
    RetireIn,
)
from orders.services.identifying import Said, record_identifier, retire_identifier
from orders.types import Identifier

_READ, _WRITE = ("orders:read",), ("orders:write",)


def _identifier_json(row: PersonIdentifier, *, known_at: datetime | None = None) -> dict[str, Any]:
    retired = row.retired_at if known_at is None or (row.retired_at and row.retired_at <= known_at) else None
    return {
        "id": row.id,
        "kind": row.kind,
        "from": row.starts_at,
        "until": row.ends_at,
        "recorded_at": row.recorded_at,
        "retired_at": retired,
    }


def _find_warnings(identifier: Identifier) -> list[dict[str, str]]:
    """What of it can never match, or only ever possibly, as a registration of the order would warn."""
    item = {"kind": identifier.kind, "value": identifier.value, "platform": identifier.platform}
    return [
        {"code": problem.code, "pointer": problem.pointer, "detail": problem.detail}
        for problem in find_unusable_identifier(item, "")
    ]


def _tag_of(order: Order) -> str:
    return etag(order.id, queries.revision(order))


class _Identifiers(ApiView):
    asks = frozenset({"known_at"})

    @extend_schema(request=PersonIdentifierIn, responses={201: PersonIdentifierRecordedOut})
    def post(self, request: Request, reference: str, person: str) -> Response:
        """Record that a number, address or handle is somebody's: in every version, and with none."""

        def effect() -> Response:
            caller = self.caller(request)
            whose_in(queries.order_of(caller, reference), person)
            sent = read(request, PersonIdentifierIn)
            said = Said(
                Identifier(sent.kind, sent.value, (sent.platform or "").strip().casefold()), sent.from_, sent.until
            )
            row = record_identifier(caller=caller, reference=reference, person=person, said=said)
            told = {**_identifier_json(row), "warnings": _find_warnings(said.identifier)}
            return answer(told, status=201, etag=_tag_of(row.order))

        return self.write(request, effect)

    @extend_schema(
        parameters=[OpenApiParameter("known_at", OpenApiTypes.DATETIME)], responses={200: PersonIdentifiersOut}
    )
    @transaction.atomic
    def get(self, request: Request, reference: str, person: str) -> Response:
        """What was recorded of somebody, without its values; `known_at`: as it was known then."""
        caller = self.caller(request)
        order = queries.order_of(caller, reference)
        whose, (_, known_at) = whose_in(order, person), read_instants(request)
        rows = list(identifiers_recorded(order, whose, known_at=known_at))
        ids = [order.id, *(row.id for row in rows)]
        record(actor=caller.actor, action="consultation", verb="identifiers_read", records=ids)
        return answer({"results": [_identifier_json(row, known_at=known_at) for row in rows]})


class _Retiring(ApiView):
    @extend_schema(request=RetireIn, responses={200: PersonIdentifierOut})
    def post(self, request: Request, reference: str, person: str, identifier: str) -> Response:
        """Take back what was recorded wrongly. It counts no more, and what was known before stays on record."""

        def effect() -> Response:
            caller = self.caller(request)
            whose_in(queries.order_of(caller, reference), person)
            sent = read(request, RetireIn)
            row = retire_identifier(
                caller=caller,
                reference=reference,
                person=person,
                identifier_id=UUID(identifier),
                reason=sent.reason,
            )
            return answer(_identifier_json(row), etag=_tag_of(row.order))

        return self.write(request, effect)


class ForceIdentifiers(_Identifiers):
    audience, scopes = "force", {"POST": _WRITE, "GET": _READ}


class OfficerIdentifiers(_Identifiers):
    audience, roles = "officer", MAY_APPROVE


class ForceRetiring(_Retiring):
    audience, scopes = "force", {"POST": _WRITE}


class OfficerRetiring(_Retiring):
    audience, roles = "officer", MAY_APPROVE
