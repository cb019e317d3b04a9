"""Determination, discharge and appeal, for force systems and for officers."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from edge.etags import etag
from edge.parsing import read
from edge.views import ApiView, answer
from orders import queries, services
from orders.api.instants import KNOWN_AT
from orders.api.records import list_records
from orders.models import Order
from orders.serializers.ending import (
    AppealIn,
    AppealOut,
    ConsentsIn,
    DeterminationIn,
    DeterminationOut,
    DischargeIn,
    DischargeOut,
)
from orders.serializers.records import AppealsOut, DeterminationsOut, DischargesOut

_SCOPES = {"GET": ("orders:read",), "POST": ("orders:write",)}
_ROLES = frozenset({"officer", "supervisor"})


def _told(order: Order, what: dict[str, Any]) -> Response:
    status = queries.status_of(order, at=timezone.now())
    return answer({**what, "status": status}, status=201, etag=etag(order.id, queries.revision(order)))


class _Determinations(ApiView):
    asks = frozenset({"known_at"})

    @extend_schema(parameters=[KNOWN_AT], responses={200: DeterminationsOut})
    def get(self, request: Request, reference: str) -> Response:
        """What was recorded of determinations, withdrawn ones too."""
        return list_records(self.caller(request), request, reference, "determination")

    @extend_schema(request=DeterminationIn, responses={201: DeterminationOut})
    def post(self, request: Request, reference: str) -> Response:
        """Record that the main application was decided: the interim order ends at that instant."""

        def effect() -> Response:
            caller = self.caller(request)
            queries.order_of(caller, reference)
            sent = read(request, DeterminationIn)
            row = services.record_determination(caller=caller, reference=reference, result=sent.result, at=sent.at)
            return _told(row.order, {"id": row.id, "result": row.result, "at": row.at})

        return self.write(request, effect)


class _Discharges(ApiView):
    asks = frozenset({"known_at"})

    @extend_schema(parameters=[KNOWN_AT], responses={200: DischargesOut})
    def get(self, request: Request, reference: str) -> Response:
        """What was recorded of discharges, withdrawn ones too."""
        return list_records(self.caller(request), request, reference, "discharge")

    @extend_schema(request=DischargeIn, responses={201: DischargeOut})
    def post(self, request: Request, reference: str) -> Response:
        """Record that the court discharged the order, with the consents it had."""

        def effect() -> Response:
            caller = self.caller(request)
            queries.order_of(caller, reference)
            sent = read(request, DischargeIn)
            row = services.record_discharge(
                caller=caller,
                reference=reference,
                discharged_at=sent.discharged_at,
                consents=_consents(sent.consents),
            )
            told = {"id": row.id, "discharged_at": row.discharged_at, "consents": sent.consents.model_dump()}
            return _told(row.order, told)

        return self.write(request, effect)


def _consents(sent: ConsentsIn) -> services.Consents:
    return services.Consents(
        defendant=sent.defendant,
        applying_officer=sent.applying_chief_officer,
        residence_force=(sent.residence_force or "") if "residence_force" in sent.model_fields_set else None,
        residence_officer=sent.residence_chief_officer,
    )


class _Appeals(ApiView):
    asks = frozenset({"known_at"})

    @extend_schema(parameters=[KNOWN_AT], responses={200: AppealsOut})
    def get(self, request: Request, reference: str) -> Response:
        """What was recorded of appeals, withdrawn ones too."""
        return list_records(self.caller(request), request, reference, "appeal")

    @extend_schema(request=AppealIn, responses={201: AppealOut})
    def post(self, request: Request, reference: str) -> Response:
        """Record that an appeal was lodged, or what came of it."""

        def effect() -> Response:
            caller = self.caller(request)
            queries.order_of(caller, reference)
            sent = read(request, AppealIn)
            row = services.record_appeal(
                caller=caller, reference=reference, lodged_on=sent.lodged_on, outcome=sent.outcome, at=sent.at
            )
            return _told(
                row.order, {"id": row.id, "lodged_on": row.lodged_on, "outcome": row.outcome or None, "at": row.at}
            )

        return self.write(request, effect)


class ForceDetermination(_Determinations):
    audience, scopes = "force", _SCOPES


class OfficerDetermination(_Determinations):
    audience, roles = "officer", _ROLES


class ForceDischarge(_Discharges):
    audience, scopes = "force", _SCOPES


class OfficerDischarge(_Discharges):
    audience, roles = "officer", _ROLES


class ForceAppeal(_Appeals):
    audience, scopes = "force", _SCOPES


class OfficerAppeal(_Appeals):
    audience, roles = "officer", _ROLES
