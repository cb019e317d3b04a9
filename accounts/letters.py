"""Mails: owed in the transaction that causes them, sent by a worker, so that nobody can time who has an account.

A letter to an address without an account is a decoy: written and queued in the same way, sent to nobody.
"""

from __future__ import annotations

import json
import logging
import time
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone
from django_q.tasks import async_task

from accounts.models import Letter
from common.envelope import NotOpened
from common.ids import uuid7
from database.envelope import open_sealed, seal

_AGAIN = timedelta(seconds=30)
_SECONDS = 8.0
DECOY = ""
_log = logging.getLogger(__name__)
CLUSTER = "outbox"  # the workers that wait for other people's servers, and may reach them


def sealed_for(letter: UUID) -> str:
    """What a mail is sealed for."""
    return f"letter {letter}"


def owe(*, to: str, subject: str, body: str, lasts: timedelta) -> Letter:
    """Owe a mail; after `lasts` it is not sent any more. `to` empty: a decoy."""
    row = Letter(id=uuid7(), gives_up_at=timezone.now() + lasts)
    written = json.dumps({"to": to, "subject": subject, "body": body.ljust(600)})
    row.sealed = seal(written.encode(), context=sealed_for(row.id))
    row.save(force_insert=True)
    async_task("identity.tasks.send_letters", cluster=CLUSTER)
    return row


def send_due() -> int:
    """Send what is due; what cannot be sent now is tried again until it is of no use any more. How many went."""
    now, sent, started = timezone.now(), 0, time.monotonic()
    Letter.objects.filter(gives_up_at__lt=now).delete()
    while time.monotonic() - started < _SECONDS and (row := _take(now)):
        sent += _send(row)
    return sent


@transaction.atomic
def _take(now: object) -> Letter | None:
    """One that is due, put off for whoever else looks: a mail that was sent may be sent again, never lost."""
    row = Letter.objects.select_for_update(skip_locked=True).filter(next_try_at__lte=now).first()
    if row is not None:
        row.next_try_at = timezone.now() + _AGAIN
        row.save(update_fields=["next_try_at"])
    return row


def _send(row: Letter) -> int:
    try:
        written = json.loads(open_sealed(bytes(row.sealed), context=sealed_for(row.id)))
    except NotOpened:  # its key is not here now: it waits as for a server that is down, and stops no other
        _log.error("letter", extra={"event": "letter_unreadable", "record": str(row.id)})
        return 0
    if written["to"] != DECOY:
        mail = EmailMessage(
            written["subject"], written["body"].rstrip() + "\n", settings.DEFAULT_FROM_EMAIL, [written["to"]]
        )
        try:
            mail.send()
        except OSError:  # SMTP errors are among these
            return 0
    row.delete()
    return int(written["to"] != DECOY)
