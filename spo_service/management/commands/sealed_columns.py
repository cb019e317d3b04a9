"""Say which master keys the sealed columns rest on, and which rows rest on one that is missing; or rewrap them.

With `--rewrap` every value goes under the newest of `MASTER_KEYS`; the words themselves are not touched. Ends with
an error while any row rests on a key that this server does not have: keep old keys until it says that none does.
Evidence has a command of its own, `rewrap_evidence`.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.services import record
from audit.types import SERVICE
from breaches import contacting, diary
from breaches.models import DiaryEntry, SafeContact
from database.keys import Place, rests_on, rewrap, sealed_columns

# Bound to the person as well as to the row.
_HER_OWN = (
    Place("breaches_diaryentry", "sealed", "id", lambda pk: diary.sealed_for(DiaryEntry.objects.get(pk=pk))),
    Place("breaches_safecontact", "sealed", "id", lambda pk: contacting.sealed_for(SafeContact.objects.get(pk=pk))),
)
_NAMED = 20  # rows named of each column; the count tells of the rest


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rewrap", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        places = [*sealed_columns(), *_HER_OWN]
        if options["rewrap"]:
            done = sum(rewrap(place) for place in places)
            record(actor=SERVICE, action="alteration", verb="sealed_columns_rewrapped", records=[])
            self.stdout.write(f"{done} values are wrapped anew.")
        lost = 0
        for found in rests_on(places):
            lost += len(found.lost)
            on = ", ".join(f"{key}: {count}" for key, count in sorted(found.keys.items())) or "nothing in it"
            self.stdout.write(f"{found.column}  {on}")
            for row in found.lost[:_NAMED]:
                self.stdout.write(f"  the key is missing for row {row}")
        if lost:
            raise CommandError(f"{lost} values rest on master keys that are not in MASTER_KEYS.")
