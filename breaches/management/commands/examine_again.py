"""`./dev manage examine_again [--dry-run] [--most N]`: evidence that older readers looked at is looked at again.

The work is done by the cluster `evidence`, under its rights and limits: here it is only counted and queued.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db.models import Count
from django_q.tasks import async_task

from breaches.evidence.queries import examined_by_older
from breaches.evidence.services import CLUSTER, EXAMINE_OLDER
from breaches.evidence.types import READERS_VERSION

_CANNOT = ("locked", "file_missing")


class Command(BaseCommand):
    help = (
        "Queue the examination of evidence that older readers examined. Run it again to go on, or to see what is left."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say how many there are")
        parser.add_argument("--most", type=int, default=0, metavar="N", help="no more than N of them (0: all)")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = examined_by_older().order_by().values_list("state")
        states = dict(rows.annotate(Count("pk")))
        due = sum(count for state, count in states.items() if state not in _CANNOT)
        cannot = sum(count for state, count in states.items() if state in _CANNOT)
        self.stdout.write(f"{due} examined by readers older than {READERS_VERSION}")
        if cannot:
            self.stdout.write(f"{cannot} more cannot be read: locked, or not in the store")
        if due and not options["dry_run"]:
            async_task(EXAMINE_OLDER, "", max(0, options["most"]), cluster=CLUSTER)
            self.stdout.write(f"queued in the cluster {CLUSTER}")
