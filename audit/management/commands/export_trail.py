"""`./dev manage export_trail 05 --from 2026-11-01 --until 2026-12-01 --recipient ICO ... > FILE`: for a regulator.

One JSON object a line. Whoever gets it checks it with `scripts/check_trail.py` and the digests that were published.
It holds what was typed as reasons, and what was done with restricted orders: hand it over as a disclosure, which it
is (Data Protection Act 2018 s62), and which the trail says.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.exporting import lines, stretch
from audit.services import record
from audit.types import Actor
from common.reasons import says_something


class Command(BaseCommand):
    help = "Write a force's trail of a time as JSON lines that can be checked elsewhere."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organisation", help="the two-digit code of a force; '' for what belongs to none")
        parser.add_argument("--from", required=True, dest="start", type=date.fromisoformat, help="first day, UTC")
        parser.add_argument("--until", required=True, type=date.fromisoformat, help="the day after the last")
        parser.add_argument("--recipient", required=True, help="who gets it")
        parser.add_argument("--reason", required=True)
        parser.add_argument("--operator", required=True, help="your own name or staff id: it goes into the trail")

    def handle(self, *args: Any, **options: Any) -> None:
        start, end = (datetime.combine(options[name], time.min, UTC) for name in ("start", "until"))
        if not says_something(options["reason"]):
            raise CommandError("Say why: a reason needs at least one letter or digit.")
        run = stretch(options["organisation"], start=start, end=end)
        if run is None:
            raise CommandError("Nothing is chained of that time.")
        record(
            actor=Actor("support", options["operator"][:64], run.organisation),
            action="disclosure",
            verb="trail_exported",
            records=[f"{run.organisation}:{run.first}-{run.last}"],
            reason=options["reason"],
            recipient=options["recipient"][:64],
        )
        for line in lines(run):
            self.stdout.write(line)
