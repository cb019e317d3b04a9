"""Say which master keys everything sealed rests on, and which rows rest on one that is missing; or rewrap it.

With `--rewrap` every value goes under the newest of `MASTER_KEYS`: columns, keys of evidence, secrets of webhooks,
documents, second factors. What they hold is not touched. Ends with an error while any row rests on a key that this
server does not have: keep old keys until it says that none does. Sessions are not in it: they end within hours, and
one that does not open is signed out.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import letters
from audit.services import record
from audit.types import SERVICE
from breaches import contacting, diary
from breaches.evidence import sealing
from breaches.models import DiaryEntry, SafeContact
from database import vault
from database.keys import WRAPPED, Place, rests_on, rewrap, sealed_columns
from identity import factors
from orders import receiving
from orders.models import invitations
from orders.services import papers
from webhooks.vault import PURPOSE

# Bound to more than the row, or sealed under purposes of their own.
_OTHERS = (
    Place("breaches_diaryentry", "sealed", "id", lambda pk: diary.sealed_for(DiaryEntry.objects.get(pk=pk))),
    Place("breaches_safecontact", "sealed", "id", lambda pk: contacting.sealed_for(SafeContact.objects.get(pk=pk))),
    Place("orders_invitation", "sealed_email", "id", invitations.sealed_for),
    Place("accounts_letter", "sealed", "id", letters.sealed_for),
    Place("breaches_evidenceitem", "wrapped_key", "key", sealing.context, WRAPPED),
    Place("breaches_evidencepiece", "wrapped_key", "key", sealing.context, WRAPPED),
    Place("breaches_diaryevidence", "wrapped_key", "key", sealing.context, WRAPPED),
    vault.place("webhooks_endpoint", "sealed_secret", purpose=PURPOSE),
    vault.place("orders_orderdocument", "sealed", purpose=papers.PURPOSE),
    vault.place("orders_importpiece", "sealed", purpose=receiving.PURPOSE),
)
_NAMED = 20  # rows named of each place; the count tells of the rest


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rewrap", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        places = [*sealed_columns(), *_OTHERS]
        if options["rewrap"]:
            done = sum(rewrap(place) for place in places) + factors.rewrap()
            record(actor=SERVICE, action="alteration", verb="sealed_columns_rewrapped", records=[])
            self.stdout.write(f"{done} values are wrapped anew.")
        lost = 0
        for found in (*rests_on(places), factors.rests_on()):
            lost += len(found.lost)
            on = ", ".join(f"{key}: {count}" for key, count in sorted(found.keys.items())) or "nothing in it"
            self.stdout.write(f"{found.column}  {on}")
            for row in found.lost[:_NAMED]:
                self.stdout.write(f"  the key is missing for row {row}")
        if lost:
            raise CommandError(f"{lost} values rest on keys that are not in MASTER_KEYS.")
