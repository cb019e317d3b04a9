"""Worker's edge: letters, and forgetting what need not be kept."""

from __future__ import annotations

from django.utils import timezone
from oauth2_provider.models import clear_expired

from accounts.attempts import forget_attempts
from accounts.letters import send_due
from accounts.models import Session


def send_letters() -> None:
    """Send the mails that are owed. Safe to run any number of times."""
    send_due()


def forget_sign_ins() -> None:
    """Drop tries that no longer count, sessions that have ended, tokens that have expired. Safe to run again."""
    forget_attempts()
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    clear_expired()
