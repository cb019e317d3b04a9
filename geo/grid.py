"""Grid references as people say them: "SJ 3450 9012" (British National Grid), "J 33 74" (Irish Grid)."""

import math
import re
from dataclasses import dataclass

from geo.crs import BRITISH_GRID, IRISH_GRID

# The letters of both grids: a 5 x 5 square read from the north-west, without I.
_LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
_REFERENCE = re.compile(r" ?([A-HJ-Z] ?[A-HJ-Z]?) ?((?:[0-9] ?){2,10})", re.ASCII)
_LONGEST = 32
_SQUARE_M = 100_000.0


@dataclass(frozen=True, slots=True)
class GridSquare:
    """A reference names a square, not a point: its south-west corner in metres of `crs`, and its side.

    2, 4, 6, 8 and 10 figures give sides of 10 km, 1 km, 100 m, 10 m and 1 m.
    """

    crs: str
    easting: float
    northing: float
    size_m: float

    @property
    def centre(self) -> tuple[float, float]:
        return self.easting + self.size_m / 2, self.northing + self.size_m / 2

    @property
    def half_diagonal_m(self) -> float:
        """The radius around the centre that holds the whole square."""
        return self.size_m * math.sqrt(0.5)


def read_grid_reference(text: object) -> GridSquare | None:
    """The square named by `text`, two letters for Great Britain or one for Ireland; None if unreadable.

    Upper or lower case, spaces anywhere between the parts; the two halves of the figures must be as long.
    """
    if not isinstance(text, str) or len(text) > _LONGEST:
        return None
    plain = " ".join(text.split())
    # Asked before the capitals: a long s or a sharp s would become a letter of the grid.
    match = _REFERENCE.fullmatch(plain.upper()) if plain.isascii() else None
    if match is None:
        return None
    figures = _halves(match[2])
    return None if figures is None else _square(match[1].replace(" ", ""), *figures)


def _halves(figures: str) -> tuple[str, str] | None:
    groups = figures.split()
    if len(groups) == 2:
        # "SJ 345 90" is a slip of the tongue, and 3459|0 or 34|590 would be two different places.
        return (groups[0], groups[1]) if len(groups[0]) == len(groups[1]) else None
    run = "".join(groups)
    half = len(run) // 2
    return (run[:half], run[half:]) if len(groups) == 1 and len(run) % 2 == 0 else None


def _square(letters: str, east: str, north: str) -> GridSquare | None:
    crs = BRITISH_GRID if len(letters) == 2 else IRISH_GRID
    corner = _corner(letters)
    if corner is None:
        return None
    size = _SQUARE_M / 10 ** len(east)
    return GridSquare(crs, corner[0] + int(east) * size, corner[1] + int(north) * size, size)


def _corner(letters: str) -> tuple[float, float] | None:
    """South-west corner of the 100 km square; None where the letters lie off the grid."""
    east, north = _offset(letters[-1])
    if len(letters) == 1:
        return east * _SQUARE_M, north * _SQUARE_M
    # The first letter names a 500 km square; S, whose corner is the false origin, is two across, one up.
    big_east, big_north = _offset(letters[0])
    easting, northing = (big_east - 2) * 5 + east, (big_north - 1) * 5 + north
    on_grid = 0 <= easting < 7 and 0 <= northing < 13
    return (easting * _SQUARE_M, northing * _SQUARE_M) if on_grid else None


def _offset(letter: str) -> tuple[int, int]:
    row, column = divmod(_LETTERS.index(letter), 5)
    return column, 4 - row
