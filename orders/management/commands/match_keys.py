"""`./dev manage match_keys`: the hashes that find the same person, worked out again for every version.

Needed once after an upgrade that brings them, and after a change of `FIELD_KEY`. May run while the service does, and
any number of times.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand
from django.db import transaction

from audit.services import record
from audit.types import SERVICE
from orders.matching import match_keys
from orders.models import MatchKey, OrderVersion

_AT_ONCE = 200


class Command(BaseCommand):
    help = "Work out again the keyed hashes by which the same person is found in other orders."

    def handle(self, *args: Any, **options: Any) -> None:
        done, last = 0, UUID(int=0)
        while chunk := self._next(last):
            done, last = done + len(chunk), chunk[-1].id
            self._again(chunk)
        self.stdout.write(f"{done} versions.")

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
