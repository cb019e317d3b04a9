"""Whose report it is: in which force's area it happened, and which other forces read along (rule 47)."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q

from accounts.models import Force
from breaches.models.reports import Report
from breaches.types import COPY_REASONS
from common.ids import uuid7

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class ReportArea(models.Model):
    """In whose area a report's decisive position lies, with the neighbours within its error.

    Looked up once, in the generation of boundaries of the incident's day; a later look-up is another row.
    Without areas: by what the reporter put right since, nobody knows.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="areas", db_index=False)
    position = models.PositiveIntegerField()
    generation = models.PositiveIntegerField()
    certain = models.BooleanField()
    # [{"force", "distance_m", "probability"}], the likeliest first; distance to the border, negative inside.
    areas = models.JSONField()
    found_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="report_area_not_empty", condition=~Q(areas=[]) | Q(certain=False)),
        ]
        indexes = [models.Index(name="area_of_report", fields=["report", "-found_at"])]  # which was found last?
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"generation {self.generation}"


class ReportCopy(models.Model):
    """That a force reads a report which another force works on. It may read; it may do nothing to it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="copies", db_index=False)
    force = models.ForeignKey(Force, on_delete=models.PROTECT, related_name="+", db_index=False)
    why = models.CharField(max_length=20)
    copied_at = models.DateTimeField()

    class Meta:
        constraints = [
            # Does this force read this report?
            models.UniqueConstraint(name="report_copied_once", fields=["report", "force"]),
            models.CheckConstraint(name="report_copy_why_known", condition=Q(why__in=sorted(COPY_REASONS))),
        ]
        indexes = [models.Index(name="copies_of_force", fields=["force", "report"])]  # what may this force read?
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return self.why
