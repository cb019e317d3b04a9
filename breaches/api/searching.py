"""Searching by place, at /officer/: the place in the body, never in an address."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from breaches.searching import AskedAbout, ZoneFound, search_zones
from breaches.serializers import ZoneSearchIn, ZonesFoundOut
from edge.parsing import read
from edge.views import ApiView, answer
from orders.policies import MAY_APPROVE


class ZoneSearch(ApiView):
    audience, roles = "officer", MAY_APPROVE

    @extend_schema(request=ZoneSearchIn, responses={200: ZonesFoundOut})
    def post(self, request: Request) -> Response:
        """Which zones of this force's orders a place touches: for a report that names no order."""
        # Written without `self.write`: an answer about a place is not to be kept for retries.
        sent = read(request, ZoneSearchIn)
        position = sent.position.model_dump(exclude_none=True)
        asked = AskedAbout(position, sent.at or timezone.now(), sent.reason)
        found = search_zones(caller=self.caller(request), asked=asked)
        return answer(
            {"results": [_shown(one) for one in found.zones], "more": found.more, "disclaimer": found.disclaimer}
        )


def _shown(one: ZoneFound) -> dict[str, object]:
    lies = one.proximity
    return {
        "order": one.order,
        "version": one.version,
        "zone": one.code,
        "result": lies.result,
        "distance_m": lies.distance_m,
        "r95_m": lies.r95_m,
        "probability_inside": lies.probability_inside,
    }
