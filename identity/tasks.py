"""Worker's edge: letters, and forgetting what need not be kept."""

from __future__ import annotations

from django.utils import timezone

from accounts.attempts import forget_attempts
from accounts.letters import send_due
from accounts.models import Session


def send_letters() -> None:
    """Send the mails that are owed. Safe to run any number of times."""
    send_due()


def forget_sign_ins() -> None:
    """Drop tries that no longer count, and sessions that have ended. Safe to run any number of times."""
    forget_attempts()
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
