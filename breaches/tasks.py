"""The worker's edge: judging reports again when what they rest on became known better."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django_q.tasks import async_task

from accounts.models import Device
from breaches.models import Assessment, Report, TrackedDevice
from breaches.queries import unattended_counts
from breaches.replaying import replay_assessment
from breaches.services import assess_again
from breaches.services.private import tell_of_device
from breaches.tracking.again import judge_fixes_again as judge_again
from breaches.tracking.queries import unheard
from breaches.tracking.services import await_devices, forget_far, tell_silence
from common.alarms import raise_alarm

# Well under the worker's timeout; what is left goes into a task of its own.
_SECONDS = 5.0
_CHUNK = 200
_FORGOTTEN_AT_ONCE = 5_000
_JUDGED_AT_ONCE = 500  # one transaction, with the reports that it raises


def assess_order_again(order_id: str, after: str | None = None) -> None:
    """Judge every report that rests on an order again, from `after` on. Safe to run any number of times."""
    reports = Report.objects.filter(order_id=UUID(order_id))
    if after is None:
        for device_id in TrackedDevice.objects.filter(order_id=UUID(order_id)).values_list("id", flat=True):
            async_task("breaches.tasks.judge_fixes_again", str(device_id))
    else:
        reports = reports.filter(id__gt=UUID(after))
    ids = list(reports.order_by("id").values_list("id", flat=True)[: _CHUNK + 1])
    started = time.monotonic()
    for done, report_id in enumerate(ids, start=1):
        assess_again(report_id=report_id, cause="terms_changed")
        if done < len(ids) and (done == _CHUNK or time.monotonic() - started > _SECONDS):
            async_task("breaches.tasks.assess_order_again", order_id, str(report_id))
            return


def judge_fixes_again(device_id: str, since: str | None = None) -> None:
    """Judge every fix of a device again, from an instant on. Safe to run any number of times."""
    started = time.monotonic()
    start: datetime | None = datetime.fromisoformat(since) if since else datetime.min.replace(tzinfo=UTC)
    while start is not None:
        start = judge_again(device_id=UUID(device_id), start=start, most=_JUDGED_AT_ONCE)
        if start is not None and time.monotonic() - started > _SECONDS:
            async_task("breaches.tasks.judge_fixes_again", device_id, start.isoformat())
            return


def replay_sample() -> None:
    """Nightly: do some verdicts, chosen by chance, come out the same from their stored questions?"""
    started = time.monotonic()
    for assessment in Assessment.objects.order_by("?")[: settings.REPLAY_SAMPLE]:
        replay_assessment(assessment=assessment)
        if time.monotonic() - started > _SECONDS:
            return


def tell_silent_devices() -> None:
    """Find devices that should be sending and are not. Safe to run any number of times, and twice at once."""
    now, silence = timezone.now(), timedelta(minutes=settings.DEVICE_SILENT_MINUTES)
    started = time.monotonic()
    await_devices(at=now)
    for device_id in list(unheard(at=now, longer_than=silence).values_list("id", flat=True)[:_CHUNK]):
        tell_silence(device_id=device_id, at=now)
        if time.monotonic() - started > _SECONDS:
            return


def tell_of_new_devices() -> None:
    """Owe people word of devices that are new on their accounts. Safe to run any number of times."""
    started = time.monotonic()
    for device_id in list(Device.objects.filter(told_at=None).values_list("id", flat=True)[:_CHUNK]):
        tell_of_device(device_id=device_id)
        if time.monotonic() - started > _SECONDS:
            return


def forget_far_positions() -> None:
    """Delete positions near no zone after their days, some at a time. What is left goes in a task of its own."""
    started = time.monotonic()
    while forget_far(at=timezone.now(), most=_FORGOTTEN_AT_ONCE) == _FORGOTTEN_AT_ONCE:
        if time.monotonic() - started > _SECONDS:
            async_task("breaches.tasks.forget_far_positions")
            return


def alarm_unattended() -> None:
    """Every five minutes, while it is so: restricted orders that nobody looks after, with reports waiting (rule 81)."""
    waiting = [row.order for row in unattended_counts() if row.waiting]
    if waiting:
        raise_alarm("restricted_reports_unattended", waiting)
