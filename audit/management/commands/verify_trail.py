"""`./dev manage verify_trail`: is the trail what was written? Names the first row that is not."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.models import DaySeal, Link
from audit.sealing import first_broken


class Command(BaseCommand):
    help = "Work every chain of the trail out again and compare; print the seals of the days."

    def handle(self, *args: Any, **options: Any) -> None:
        found = first_broken()
        if found:
            raise CommandError(
                f"broken at organisation {found['organisation'] or '-'}, sequence {found['sequence']},"
                f" entry {found['entry']}: {found['what']}"
            )
        self.stdout.write(f"{Link.objects.count()} rows hold.")
        for seal in DaySeal.objects.order_by("day"):
            self.stdout.write(f"{seal.day}  {seal.digest}")
