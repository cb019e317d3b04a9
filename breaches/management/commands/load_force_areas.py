"""`./dev manage load_force_areas FILE --from 2025-12-01`: add a generation of police force boundaries."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Force
from geo.areas import add_generation
from geo.areas_read import read_areas
from geo.crs import KNOWN


class Command(BaseCommand):
    help = "Add a generation of police force boundaries to FORCE_AREAS_FILE. Nothing there is ever changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="GeoJSON in the layout of the ONS, or with `force` in properties")
        parser.add_argument("--from", dest="valid_from", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
        parser.add_argument("--generalised-m", type=float, required=True, help="how far the file's lines may be off")
        parser.add_argument("--crs", choices=KNOWN, help="where the file does not name it")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.FORCE_AREAS_FILE:
            raise CommandError("FORCE_AREAS_FILE is not set.")
        forces = {force.ons_code: force.code for force in Force.objects.exclude(ons_code="")}
        try:
            areas = read_areas(options["file"], forces, options["crs"])
            number = add_generation(
                Path(settings.FORCE_AREAS_FILE),
                areas,
                valid_from=options["valid_from"],
                source_sha256=hashlib.sha256(options["file"].read_bytes()).hexdigest(),
                generalised_m=options["generalised_m"],
            )
        except (OSError, ValueError) as error:
            raise CommandError(f"Nothing was loaded: {error}.") from error
        missing = sorted(set(forces.values()) - {force for force, _ in areas})
        self.stdout.write(f"generation {number}: {len(areas)} areas; without one: {', '.join(missing) or 'none'}")
