"""Which gazetteer and which boundaries of forces this installation has, by setting."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from geo.areas import ForceAreas
from geo.gazetteer import FileGazetteer, Gazetteer


def gazetteer() -> Gazetteer | None:
    """The file named by GAZETTEER_FILE; None without one: places in words are then kept as words."""
    return FileGazetteer(Path(settings.GAZETTEER_FILE)) if settings.GAZETTEER_FILE else None


def force_areas() -> ForceAreas | None:
    """The file named by FORCE_AREAS_FILE; None without one: nobody then says whose area a place lies in."""
    return ForceAreas(Path(settings.FORCE_AREAS_FILE)) if settings.FORCE_AREAS_FILE else None
