"""Worker's edge: forgetting what need not be kept."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from edge.models import IdempotentAnswer

KEPT = timedelta(hours=72)


def forget_answers() -> None:
    """Drop answers kept for retries that are over their 72 hours. Safe to run any number of times."""
    IdempotentAnswer.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
