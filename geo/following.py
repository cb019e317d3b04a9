"""The lines and rings of a shape with the chords that each of their edges needs: worked out once, used thrice.

The reader asks whether there are too many, and whether a line is too tangled; what is built follows them.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from geo.crs import transform_all
from geo.densify import edge_steps, walked
from geo.plane import Array, Plane
from geo.types import Area, Corridor, Ring


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """A line or ring as (n, 2) rows in the CRS it was sent in, and how many chords each of its edges needs."""

    xy: Array
    steps: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """A shape's paths, the rings of its parts one after the other, and the plane on the middle of them all."""

    crs: str
    plane: Plane
    paths: tuple[Path, ...]

    @property
    def positions(self) -> int:
        """How many chords that makes."""
        return sum(int(path.steps.sum()) for path in self.paths)

    def degrees(self) -> list[Array]:
        """Each path in degrees, (m, 2), dense enough for geodesics and the plane's chords to follow it."""
        return [walked(self.crs, path.xy, path.steps) for path in self.paths]


@lru_cache(maxsize=4)  # a shape is looked at when it is read, and again where it is made ready
def follow(shape: Area | Corridor) -> Followed:
    """How the edges of a drawn shape are to be followed. It may be any that could be read, valid or not."""
    rings = [shape.line] if isinstance(shape, Corridor) else [ring for part in shape.polygons for ring in part]
    paths = [_rows(ring) for ring in rings]
    plane = _plane_around(shape.crs, paths[0] if len(paths) == 1 else np.vstack(paths))
    return Followed(shape.crs, plane, tuple(Path(xy, edge_steps(shape.crs, xy, plane)) for xy in paths))


def _rows(ring: Ring) -> Array:
    rows: Array = np.array(ring)
    rows.flags.writeable = False  # shared by all who ask
    return rows


def _plane_around(crs: str, xy: Array) -> Plane:
    """The plane on the middle of the positions' bounding box."""
    degrees = transform_all(crs, xy)
    middle = (degrees.min(axis=0) + degrees.max(axis=0)) / 2
    return Plane(float(middle[0]), float(middle[1]))
