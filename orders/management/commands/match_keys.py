"""`./dev manage match_keys`: the hashes that find the same person, worked out again for every version.

Needed after an upgrade that makes other hashes, and after a change of `FIELD_KEY`: `migrate` sees that by itself and
ends with it. May run while the service does, and any number of times.
"""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.core.management.base import BaseCommand
from django.db import transaction

from audit.services import record
from audit.types import SERVICE
from orders.matching import identifier_digest, identifier_marks, match_keys
from orders.matching_state import mark_as_current
from orders.models import MatchKey, OrderVersion, PersonIdentifier
from orders.reading import identifier_of
from orders.rules.people import PersonRole

_AT_ONCE = 200


class Command(BaseCommand):
    help = "Work out again the keyed hashes by which the same person is found in other orders."

    def handle(self, *args: Any, **options: Any) -> None:
        done, last = 0, UUID(int=0)
        while chunk := self._next(last):
            done, last = done + len(chunk), chunk[-1].id
            self._again(chunk)
        learned = self._learned_again()
        self.stdout.write(f"{done} versions.")
        if learned:
            self.stdout.write(f"{learned} identifiers that were recorded since.")
        mark_as_current()

    def _learned_again(self) -> int:
        """What was learned of people beside the versions: retired or not, since the same again is looked for too."""
        rows = PersonIdentifier.objects.select_related("order").order_by("id")
        done = 0
        for row in rows.iterator(chunk_size=_AT_ONCE):
            identifier = identifier_of(row.said)
            role = cast("PersonRole", row.role)
            marks = identifier_marks(force=row.order.force_id, role=role, said=row.said)
            row.mark_kinds, row.mark_digests = [kind for kind, _ in marks], [digest for _, digest in marks]
            row.digest = identifier_digest(
                force=row.order.force_id, identifier=identifier, starts_at=row.starts_at, ends_at=row.ends_at
            )
            row.save(update_fields=["mark_kinds", "mark_digests", "digest"])
            done += 1
        if done:
            record(actor=SERVICE, action="alteration", verb="match_keys_again", records=[])
        return done

    def _next(self, last: UUID) -> list[OrderVersion]:
        rows = OrderVersion.objects.filter(id__gt=last).select_related("order").defer("body_sent").order_by("id")
        return list(rows[:_AT_ONCE])

    @transaction.atomic
    def _again(self, versions: list[OrderVersion]) -> None:
        MatchKey.objects.filter(version__in=versions).delete()
        MatchKey.objects.bulk_create(
            row for v in versions for row in match_keys(v.id, force=v.order.force_id, body=v.body)
        )
        record(actor=SERVICE, action="alteration", verb="match_keys_again", records=[v.id for v in versions])
