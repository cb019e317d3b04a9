"""The worker's edge: judging reports again when what they rest on became known better."""

from __future__ import annotations

import time
from uuid import UUID

from django.conf import settings
from django_q.tasks import async_task

from breaches.models import Assessment, Report
from breaches.replaying import replay_assessment
from breaches.services import assess_again

# Well under the worker's timeout; what is left goes into a task of its own.
_SECONDS = 5.0
_CHUNK = 200


def assess_order_again(order_id: str, after: str | None = None) -> None:
    """Judge every report that rests on an order again, from `after` on. Safe to run any number of times."""
    reports = Report.objects.filter(order_id=UUID(order_id))
    if after is not None:
        reports = reports.filter(id__gt=UUID(after))
    ids = list(reports.order_by("id").values_list("id", flat=True)[: _CHUNK + 1])
    started = time.monotonic()
    for done, report_id in enumerate(ids, start=1):
        assess_again(report_id=report_id, cause="terms_changed")
        if done < len(ids) and (done == _CHUNK or time.monotonic() - started > _SECONDS):
            async_task("breaches.tasks.assess_order_again", order_id, str(report_id))
            return


def replay_sample() -> None:
    """Nightly: do some verdicts, chosen by chance, come out the same from their stored questions?"""
    started = time.monotonic()
    for assessment in Assessment.objects.order_by("?")[: settings.REPLAY_SAMPLE]:
        replay_assessment(assessment=assessment)
        if time.monotonic() - started > _SECONDS:
            return
