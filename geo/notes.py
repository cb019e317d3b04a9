"""Everything wrong with a shape, gathered while it is read."""

from dataclasses import dataclass, field

from common.problems import Problem
from geo import crs

# A ring of 20,000 swapped pairs is one mistake, not an answer of three megabytes.
MOST_PROBLEMS = 200

DETAILS = {
    **crs.FAULTS,
    "not_an_object": "A JSON object is expected here.",
    "not_an_array": "A JSON array is expected here.",
    "not_a_number": "A number is expected here.",
    "member_missing": "This member is required.",
    "member_unknown": "This member is not known here.",
    "shape_type_unknown": "The type of a shape is circle, polygon or corridor.",
    "crs_unknown": "The coordinate system is one of EPSG:4326, EPSG:27700 and EPSG:29903.",
    "geometry_type_wrong": "This shape does not take a geometry of that type.",
    "geometry_crs_not_allowed": "A geometry carries no crs of its own; name it in the shape.",
    "geometry_empty": "The geometry is empty.",
    "geometry_invalid": "The rings do not bound an area: they cut it into pieces or share an edge.",
    "location_missing": "A centre is longitude and latitude, easting and northing, or grid_reference.",
    "location_incomplete": "Half of a pair of coordinates is missing.",
    "location_multiple_crs": "The centre is given in more than one form.",
    "grid_reference_unreadable": "The grid reference cannot be read.",
    "grid_reference_too_coarse": "The grid reference names a square of a kilometre or more, not a place.",
    "grid_reference_coarse": "The grid reference names a square, not a point; its middle is taken.",
    "three_dimensional": "A position has two numbers; a height is not taken.",
    "position_not_a_pair": "A position is an array of exactly two numbers.",
    "too_many_vertices": "The shape has more than 20,000 positions.",
    "too_many_candidates": "There are more than 200 points; that many places are no answer to where.",
    "edges_too_long": "The edges are too many and too long to be followed to a centimetre.",
    "line_too_short": "A line has two different positions at least.",
    "line_tangled": "The line crosses or passes itself too often, or bends too often for its width, to be followed.",
    "ring_too_short": "A ring has four positions at least, the last equal to the first.",
    "ring_not_closed": "The last position of a ring must equal its first.",
    "ring_turned": "The exterior ring runs clockwise; it was understood the other way round.",
    "ring_crosses_itself": "The ring crosses or touches itself.",
    "rings_meet_too_often": "More than 500 rings meet in one position.",
    "zero_area": "This has no area.",
    "hole_outside": "The hole does not lie within the exterior ring of its polygon.",
    "holes_overlap": "The hole overlaps another hole of its polygon.",
    "parts_overlap": "The polygon overlaps, or shares an edge with, another one of the shape.",
    "radius_out_of_range": "A radius is more than 0 and at most 500,000 metres.",
    "radius_small": "The radius is less than 10 metres.",
    "radius_large": "The radius is more than 20 kilometres.",
    "width_out_of_range": "A width is more than 0 and at most 1,000,000 metres.",
    "width_small": "The corridor is less than 10 metres wide.",
    "width_large": "The corridor is more than 20 kilometres wide.",
    "area_large": "The area is more than 3,000 square kilometres.",
    "more_problems": "There are more problems than are listed.",
}


@dataclass(slots=True)
class Notes:
    """Problems and warnings so far. A problem makes the shape unusable, a warning does not."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    found: int = 0
    """Problems found, listed or not: whether a step found any shows here, never by the list's length."""

    def wrong(self, pointer: str, code: str, more: str = "") -> None:
        """Note a problem; `more` may name indexes, never a value that was sent."""
        self.found += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(pointer, code, DETAILS[code] + more))
        elif len(self.problems) == MOST_PROBLEMS:
            self.problems.append(Problem("", "more_problems", DETAILS["more_problems"]))

    def warn(self, pointer: str, code: str) -> None:
        if len(self.warnings) < MOST_PROBLEMS:
            self.warnings.append(Problem(pointer, code, DETAILS[code]))
