"""`./dev manage build_gazetteer OUT --file onspd=ONSPD.csv --file nsul=NSUL.csv`: make a gazetteer's file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from geo.gazetteer_build import LAYOUTS, Why, build_gazetteer


class Command(BaseCommand):
    help = "Make the file that GAZETTEER_FILE names from public files. A file that exists is never changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("out", type=Path)
        parser.add_argument(
            "--file", action="append", required=True, metavar="LAYOUT=FILE", help=f"layouts: {', '.join(LAYOUTS)}"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        pairs = [item.partition("=") for item in options["file"]]
        if any(layout not in LAYOUTS or not name for layout, _, name in pairs):
            raise CommandError(f"--file takes LAYOUT=FILE, with one of the layouts {', '.join(LAYOUTS)}.")
        try:
            built = build_gazetteer(options["out"], [(layout, Path(name)) for layout, _, name in pairs])
        except (OSError, ValueError) as error:
            raise CommandError(f"Nothing was made: {error}.") from error
        for file in built.files:
            self.stdout.write(f"{file.name} ({file.layout}): {file.kept} kept{_left_out(file.left_out)}")
        self.stdout.write(f"edition {built.edition}: {built.kept} rows kept, {built.without_place} without a place")


# For whoever loads a new edition: a number that surprises is a column that was read as another.
_WHY: Mapping[Why, str] = {
    "no_place": "without a place of their own",
    "sector_mean": "means of a whole sector",
    "outside_uk": "outside the United Kingdom",
    "unreadable": "unreadable",
    "no_name": "without a name or number",
    "neither_road_nor_place": "neither roads nor populated places",
}


def _left_out(left_out: Mapping[Why, int]) -> str:
    return "".join(f", {count} {_WHY[why]}" for why, count in sorted(left_out.items()))
