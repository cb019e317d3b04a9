"""`./dev manage verify_trail [--published FILE]`: is the trail what was written? Names the first row that is not.

FILE holds a day and a digest a line, as somebody outside kept them: whoever rewrites every chain and every seal is
found by a day that is not the one that was published.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.chain import read_digests
from audit.models import DaySeal, Link
from audit.sealing import first_broken


class Command(BaseCommand):
    help = "Work every chain of the trail out again and compare; print the seals of the days."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--published", type=Path, metavar="FILE", help="compare the seals with these digests")

    def handle(self, *args: Any, **options: Any) -> None:
        found = first_broken()
        if found:
            raise CommandError(
                f"broken at organisation {found['organisation'] or '-'}, sequence {found['sequence']},"
                f" entry {found['entry']}: {found['what']}"
            )
        self.stdout.write(f"{Link.objects.count()} rows hold.")
        seals = {str(seal.day): seal.digest for seal in DaySeal.objects.order_by("day")}
        for day, digest in seals.items():
            self.stdout.write(f"{day}  {digest}")
        if options["published"]:
            self.stdout.write(_compared(seals, options["published"]))


def _compared(seals: dict[str, str], file: Path) -> str:
    published = read_digests(file.read_text("utf-8").splitlines())
    for day, digest in sorted(published.items()):
        if seals.get(day) != digest:
            raise CommandError(f"the seal of {day} is not the one that was published")
    return f"{len(published)} seals are those that were published."
