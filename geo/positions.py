"""The position of a report. It is never refused: what is wrong becomes a warning and the position unusable.

api.md: a position is exactly one of longitude+latitude, easting+northing, grid_reference, postcode,
address, w3w; or it is drawn (geometry: an area, a line with width_m, points). Pointers are relative to the
position ("/longitude").
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from common.problems import Problem
from geo import crs
from geo.accuracy import Accuracy, default_r95_m, is_negative, r95
from geo.gazetteer import Gazetteer, Kind, Mentioned
from geo.grid import GridSquare, read_grid_reference
from geo.numbers import number
from geo.outlined import read_outlined
from geo.types import Area, Fix, Point, Spread

_PAIRS = {"degrees": ("longitude", "latitude"), "grid": ("easting", "northing")}
_PAIR_CRS = {"degrees": crs.WGS84, "grid": crs.BRITISH_GRID}
_WORDS = ("grid_reference", "postcode", "address", "w3w", "geometry")
# Methods that say no more than that the place was told: the form itself tells how sure it is.
_OF_THE_FORM = frozenset({None, "grid_reference", "postcode", "address", "road", "map_pin"})
# Nobody reads a place off a map, or stands, within less: what a grid reference without an accuracy is worth (rule 52).
_SHARPEST_REFERENCE_M = 25.0
# NMEA 0183 and EXIF mark a position that the receiver itself does not vouch for with a V, others with an A or a D. A
# mark that nobody here knows vouches for nothing.
_VOUCHED = frozenset({"", "a", "d", "active", "valid", "ok"})
# Both numbers end within so many decimals: once in ten thousand by chance, else because the others were cut off.
_FEW_DECIMALS = 3
_DEGREE_M = 111_320.0

_DETAILS = {
    **crs.FAULTS,
    "location_missing": "No place is given in any of the forms that can be read.",
    "location_incomplete": "Half of a pair of coordinates is missing.",
    "location_multiple_crs": "The place is given in more than one form; one of them must be chosen.",
    "not_a_number": "A coordinate is not a number.",
    "grid_reference_unreadable": "The grid reference cannot be read.",
    "location_not_resolved": "The place is kept in words; no coordinates are worked out from it.",
    "location_not_found": "The gazetteer knows no such place; it is kept in words.",
    "location_ambiguous": "Too many places have that name; it is kept in words.",
    "location_reads_two_ways": "The words name more than one place, or somebody's home; an officer reads them.",
    "postcode_terminated": "The directory says that this postcode is in use no more; it is kept in words.",
    "gazetteer_unavailable": "The gazetteer could not be asked; the place is kept in words.",
    "coordinates_rounded": "Both coordinates have few decimals; the place may be anywhere in what was cut off.",
    "position_disowned": "The receiver itself marks this position as invalid; it shows nothing for certain.",
    "accuracy_finer_than_place": "The place is given more coarsely than the accuracy stated; it counts as that wide.",
    "accuracy_assumed": "No accuracy was given; the usual one for the method is assumed.",
}


@dataclass(frozen=True, slots=True)
class PositionReading:
    """`point` is None where the position may not be judged; `warnings` then say why.

    `form` is degrees, grid, grid_reference, postcode, address, w3w or geometry. It is None where none, or several,
    were sent, and so, there only, is `r95_m`. `transformation` names the operation used, or the edition of the
    gazetteer. `spread` is the shape of the error where that is no circle; `point` and `r95_m` then enclose it.
    `disowned`: the receiver itself says that the position is none. `candidates`: places named in words that do not read
    one way.
    """

    point: Point | None
    r95_m: float | None
    accuracy_assumed: bool
    transformation: str | None
    form: str | None
    warnings: tuple[Problem, ...]
    spread: Spread | None = None
    disowned: bool = False
    candidates: tuple[Mentioned, ...] = ()

    @property
    def fix(self) -> Fix | None:
        """What is judged; None where nothing may be."""
        if self.point is None or self.r95_m is None:
            return None
        return Fix(self.point.longitude, self.point.latitude, self.r95_m, self.spread)


@dataclass(frozen=True, slots=True)
class _Place:
    """What one form says by itself: a bare point, or one with the error that the form brings along (`own`).

    `cut_m`: how far off the place may be because decimals were cut off.
    """

    point: Point | None
    source: str | None
    warnings: tuple[Problem, ...]
    own: Fix | None = None
    assumed: bool = False
    cut_m: float = 0.0
    candidates: tuple[Mentioned, ...] = ()


def read_position(raw: object, gazetteer: Gazetteer | None = None) -> PositionReading:
    """Read the place and accuracy of a position; other members are the caller's.

    Never raises, whatever was decoded: what is no object gives no place. Without a gazetteer, or for three words,
    a place in words is kept as words.
    """
    if not isinstance(raw, Mapping):
        return _unplaced([], [])
    forms = _forms(raw)
    method = _text(raw.get("method"))
    accuracy = _read_accuracy(raw, method)
    places = [_place(form, raw, accuracy, gazetteer) for form in forms]
    warnings = [warning for place in places for warning in place.warnings]
    if len(forms) != 1:
        return _unplaced(forms, warnings)
    place = places[0]
    disowned, finer = accuracy.disowned, _is_finer(accuracy, place, forms[0])
    accuracy, spread = _together(place, accuracy, method)
    if finer:
        warnings.append(_warn("/accuracy_m", "accuracy_finer_than_place"))
    if disowned:
        warnings.append(_warn(_pointer_to_mark(raw), "position_disowned"))
    if accuracy.assumed:
        warnings.append(_warn("/accuracy_m", "accuracy_assumed"))
    source = place.source if place.point else None
    return PositionReading(
        place.point,
        accuracy.r95_m,
        accuracy.assumed,
        source,
        forms[0],
        tuple(warnings),
        spread if place.point else None,
        disowned,
        place.candidates,
    )


def _read_accuracy(raw: Mapping[str, object], method: str | None) -> Accuracy:
    accuracy = r95(raw.get("accuracy_m"), _text(raw.get("accuracy_basis")), method)
    if not is_void(raw.get("receiver_status")):
        return accuracy
    # What the receiver says of its accuracy is no more to be relied on than the rest.
    return Accuracy(max(accuracy.r95_m, default_r95_m(method)), True, disowned=True)


def is_void(receiver_status: object) -> bool:
    """Whether a receiver's own mark does not vouch for a position: "void", "V", or a word that nobody here knows."""
    return isinstance(receiver_status, str) and receiver_status.strip().lower() not in _VOUCHED


def _pointer_to_mark(raw: Mapping[str, object]) -> str:
    return "/accuracy_m" if is_negative(raw.get("accuracy_m")) else "/receiver_status"


def _forms(raw: Mapping[str, object]) -> list[str]:
    pairs = [form for form, keys in _PAIRS.items() if any(raw.get(key) is not None for key in keys)]
    return pairs + [form for form in _WORDS if raw.get(form) not in (None, "")]


def _unplaced(forms: list[str], warnings: list[Problem]) -> PositionReading:
    code = "location_multiple_crs" if forms else "location_missing"
    return PositionReading(None, None, False, None, None, (_warn("", code), *warnings))


def _together(place: _Place, accuracy: Accuracy, method: str | None) -> tuple[Accuracy, Spread | None]:
    """The error of the form and of the method: whichever is the vaguer.

    Ten figures name a square metre, but a witness who read them off a map did not stand in that metre: a form never
    makes a position sharper than its method, nor the other way round.
    """
    own = place.own
    if own is None:
        return (Accuracy(place.cut_m, True) if place.cut_m > accuracy.r95_m else accuracy), None
    if (accuracy.assumed and method in _OF_THE_FORM) or accuracy.r95_m <= own.r95_m:
        return Accuracy(own.r95_m, place.assumed or (accuracy.assumed and method not in _OF_THE_FORM)), own.spread
    return accuracy, None


def _is_finer(accuracy: Accuracy, place: _Place, form: str) -> bool:
    """Whether somebody stated an accuracy that the words or figures of the place cannot have: 5 m for a square of
    100 m, or for a postcode. Of a drawn place it says how well it was drawn, not how large it is."""
    return form != "geometry" and place.own is not None and not accuracy.assumed and accuracy.r95_m < place.own.r95_m


def _place(form: str, raw: Mapping[str, object], accuracy: Accuracy, gazetteer: Gazetteer | None) -> _Place:
    if form in _PAIRS:
        return _pair(form, raw)
    if form == "grid_reference":
        return _grid_reference(raw["grid_reference"], accuracy)
    if form == "geometry":
        return _outlined(raw, accuracy)
    return _in_words(form, raw, gazetteer)


def _pair(form: str, raw: Mapping[str, object]) -> _Place:
    keys, system = _PAIRS[form], _PAIR_CRS[form]
    warnings = tuple(warning for key in keys for warning in _half(key, raw.get(key)))
    x, y = (number(raw.get(key)) for key in keys)
    if warnings or x is None or y is None:
        return _Place(None, None, warnings)
    place = _located(system, x, y, f"/{keys[0]}")
    cut_m = cut_off_m(x, y) if form == "degrees" and place.point else 0.0
    return replace(place, cut_m=cut_m, warnings=(_warn("", "coordinates_rounded"),)) if cut_m else place


def cut_off_m(longitude: float, latitude: float) -> float:
    """Metres across what a pair of degrees may stand for, where both have few decimals; nought where they do not."""
    for decimals in range(_FEW_DECIMALS + 1):
        if round(longitude, decimals) == longitude and round(latitude, decimals) == latitude:
            step_m = _DEGREE_M / 10**decimals
            return math.hypot(step_m, step_m * math.cos(math.radians(latitude)))
    return 0.0


def _half(key: str, value: object) -> list[Problem]:
    if value is None:
        return [_warn(f"/{key}", "location_incomplete")]
    found = number(value)
    if found is None:
        return [_warn(f"/{key}", "not_a_number")]
    # inf - inf and nan - nan are nan, and nan is not 0.
    return [] if found - found == 0 else [_warn(f"/{key}", "not_finite")]


def _grid_reference(value: object, accuracy: Accuracy) -> _Place:
    """The square; without a stated accuracy no less than twenty-five metres: how finely it is written is not how well
    it was measured."""
    square = read_grid_reference(value)
    if square is None:
        return _Place(None, None, (_warn("/grid_reference", "grid_reference_unreadable"),))
    place = _located(square.crs, *square.centre, "/grid_reference")
    if place.point is None:
        return place
    here, radius = (place.point.longitude, place.point.latitude), square.half_diagonal_m
    if accuracy.assumed and radius < _SHARPEST_REFERENCE_M:
        return replace(place, own=Fix(*here, _SHARPEST_REFERENCE_M), assumed=True)
    return replace(place, own=Fix(*here, radius, _as_area(square)), assumed=accuracy.assumed)


def _as_area(square: GridSquare) -> Area | None:
    """The square itself; None where a corner lies beyond what the grid is defined for, as in a square of coast."""
    west, south, side = square.easting, square.northing, square.size_m
    ring = ((west, south), (west + side, south), (west + side, south + side), (west, south + side), (west, south))
    inside = all(crs.locate(square.crs, *corner).point for corner in ring)
    return Area(square.crs, ((ring,),)) if inside else None


def _outlined(raw: Mapping[str, object], accuracy: Accuracy) -> _Place:
    read = read_outlined(raw, accuracy.r95_m)
    if read.fix is None or read.crs is None:
        return _Place(None, None, read.problems)
    point = Point(read.fix.longitude, read.fix.latitude)
    return _Place(point, crs.transformation(read.crs), (), read.fix, read.assumed and accuracy.assumed)


def _in_words(form: str, raw: Mapping[str, object], gazetteer: Gazetteer | None) -> _Place:
    text = raw[form]
    if gazetteer is None or form == "w3w" or not isinstance(text, str):
        return _Place(None, None, (_warn(f"/{form}", "location_not_resolved"),))
    found = gazetteer.find(_kind(form, raw.get("method")), text)
    if found.fix is None:
        fault = _warn(f"/{form}", found.fault or "location_not_found")
        return _Place(None, None, (fault,), candidates=found.candidates)
    return _Place(Point(found.fix.longitude, found.fix.latitude), found.source, (), found.fix, True)


def _kind(form: str, method: object) -> Kind:
    if form == "postcode":
        return "postcode"
    return "road" if method == "road" else "address"


def _located(system: str, x: float, y: float, pointer: str) -> _Place:
    located = crs.locate(system, x, y)
    faults = (_warn(pointer, located.fault),) if located.fault else ()
    return _Place(located.point, crs.transformation(system), faults)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _warn(pointer: str, code: str) -> Problem:
    return Problem(pointer, code, _DETAILS[code])
