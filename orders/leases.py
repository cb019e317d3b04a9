"""Who is at an import: one worker at a time, for as long as its lease runs."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django_q.tasks import async_task

from orders.models import OrderImport

WORK = "orders.tasks.work_import"
_LEASE = timedelta(seconds=60)


class LeaseLost(Exception):
    """Another worker holds the import: nothing of this batch may count."""


def claim_import(job_id: UUID) -> UUID | None:
    """The lease, for one worker at a time; None where somebody else has it or nothing is left to do."""
    now, lease = timezone.now(), uuid4()
    free = Q(lease=None) | Q(leased_until__lt=now)
    took = OrderImport.objects.filter(free, pk=job_id, state__in=["queued", "running"]).update(
        state="running", lease=lease, leased_until=now + _LEASE, tries=F("tries") + 1
    )
    return lease if took else None


def advance_import(job: OrderImport, lease: UUID, **values: object) -> None:
    """Write down where the import stands, if it is still ours. Raises `LeaseLost`."""
    place = {"next_byte": job.next_byte, "next_row": job.next_row, "tries": 0}
    ours = OrderImport.objects.filter(pk=job.pk, lease=lease)
    if not ours.update(leased_until=timezone.now() + _LEASE, **place, **values):
        raise LeaseLost


@transaction.atomic
def give_back_import(job_id: UUID, lease: UUID) -> None:
    """Let the lease go and have somebody go on."""
    if OrderImport.objects.filter(pk=job_id, lease=lease).update(lease=None, leased_until=None):
        async_task(WORK, str(job_id))
