"""The position feed, at /force/, and what officers read of it, at /officer/."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from breaches.tracking.reporting import Asked
from breaches.tracking.serializers import HeldOut, PositionsDescribed, PositionsIn, PositionsOut, TrackIn, TrackOut
from breaches.tracking.services import hold_positions, show_track, take_positions
from edge.parsing import read
from edge.views import ApiView, answer
from orders.policies import MAY_APPROVE
from orders.queries import order_of


class Positions(ApiView):
    audience, scopes = "force", {"POST": ("positions:write",)}
    body_limit_bytes = 10 * 1024 * 1024

    @extend_schema(request=PositionsDescribed, responses={200: PositionsOut})
    def post(self, request: Request) -> Response:
        """Take up to 10,000 positions of devices, each only under a monitoring authority for it and its time."""

        def effect() -> Response:
            rows = read(request, PositionsIn).positions
            taken = take_positions(caller=self.caller(request), rows=rows)
            told = taken.warnings
            return answer(
                {
                    "received": taken.received,
                    "accepted": taken.accepted,
                    "duplicates": taken.duplicates,
                    "rejected": [{"index": bad.index, "code": bad.code} for bad in taken.rejected],
                    "reports": list(taken.reports),
                    **({"warnings": [{"index": row.index, "code": row.code} for row in told]} if told else {}),
                }
            )

        return self.write(request, effect)


class _OfTrack(ApiView):
    audience, roles = "officer", MAY_APPROVE

    def asked(self, request: Request, reference: str) -> Asked:
        """What is asked for; that there is no such order of theirs is said before what is wrong with the words."""
        order_of(self.caller(request), reference)
        sent = read(request, TrackIn)
        return Asked(sent.device, sent.from_, sent.until, sent.reason)


class Track(_OfTrack):
    @extend_schema(request=TrackIn, responses={200: TrackOut})
    def post(self, request: Request, reference: str) -> Response:
        """Fixes near zones, visits, approaches and crossings of an order's devices in a time."""

        # Written without `self.write`: an answer that holds places is not to be kept for retries.
        asked = self.asked(request, reference)
        return answer(show_track(caller=self.caller(request), reference=reference, asked=asked))


class TrackHold(_OfTrack):
    @extend_schema(request=TrackIn, responses={200: HeldOut})
    def post(self, request: Request, reference: str) -> Response:
        """Keep the positions of a time, also those near no zone, which are deleted otherwise."""

        def effect() -> Response:
            asked = self.asked(request, reference)
            return answer({"held": hold_positions(caller=self.caller(request), reference=reference, asked=asked)})

        return self.write(request, effect)
