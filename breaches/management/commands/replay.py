"""`./dev manage replay REPORT`, `--assessment ID` or `--sample N`: do stored verdicts come out the same?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet

from breaches.models import Assessment
from breaches.replaying import replay_assessment


class Command(BaseCommand):
    help = "Work stored verdicts out again from the questions stored with them, and compare."

    def add_arguments(self, parser: CommandParser) -> None:
        chosen = parser.add_mutually_exclusive_group(required=True)
        chosen.add_argument("report", nargs="?", help="a report's reference: all its assessments")
        chosen.add_argument("--assessment", type=UUID)
        chosen.add_argument("--sample", type=int, metavar="N", help="N assessments by chance")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = list(_chosen(options))
        if not rows:
            raise CommandError("There is no such assessment.")
        different = 0
        for row in rows:
            found = replay_assessment(assessment=row)
            different += not found.same
            builds = "" if found.same_build else ", by other libraries than then"
            self.stdout.write(f"{row.id}  {row.verdict:<20}  {'same' if found.same else 'DIFFERS'}{builds}")
            for item in found.differences:
                where = f"clause {item['clause']}: " if item["clause"] else ""
                self.stdout.write(f"    {where}{item['what']}: {item['before']} -> {item['after']}")
        if different:
            raise CommandError(f"{different} of {len(rows)} came out otherwise.")


def _chosen(options: dict[str, Any]) -> QuerySet[Assessment]:
    if options["report"]:
        return Assessment.objects.filter(report__reference=options["report"]).order_by("assessed_at")
    if options["assessment"]:
        return Assessment.objects.filter(id=options["assessment"])
    return Assessment.objects.order_by("?")[: options["sample"]]
