"""The position of a report. It is never refused: what is wrong becomes a warning and the position unusable.

api.md: a position is exactly one of longitude+latitude, easting+northing, grid_reference, postcode,
address, w3w. Pointers are relative to the position ("/longitude").
"""

from collections.abc import Mapping
from dataclasses import dataclass

from common.problems import Problem
from geo import crs
from geo.accuracy import Accuracy, r95
from geo.grid import GridSquare, read_grid_reference
from geo.numbers import number
from geo.types import Point

_PAIRS = {"degrees": ("longitude", "latitude"), "grid": ("easting", "northing")}
_PAIR_CRS = {"degrees": crs.WGS84, "grid": crs.BRITISH_GRID}
_WORDS = ("grid_reference", "postcode", "address", "w3w")

_DETAILS = {
    **crs.FAULTS,
    "location_missing": "No place is given in any of the forms that can be read.",
    "location_incomplete": "Half of a pair of coordinates is missing.",
    "location_multiple_crs": "The place is given in more than one form; one of them must be chosen.",
    "not_a_number": "A coordinate is not a number.",
    "grid_reference_unreadable": "The grid reference cannot be read.",
    "location_not_resolved": "The place is kept in words; no coordinates are worked out from it.",
    "accuracy_assumed": "No accuracy was given; the usual one for the method is assumed.",
}


@dataclass(frozen=True, slots=True)
class PositionReading:
    """`point` is None where the position may not be judged; `warnings` then say why.

    `form` is degrees, grid, grid_reference, postcode, address or w3w. It is None where none, or several,
    were sent, and so, there only, is `r95_m`. `transformation` names the operation used.
    """

    point: Point | None
    r95_m: float | None
    accuracy_assumed: bool
    transformation: str | None
    form: str | None
    warnings: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """What one form says by itself."""

    point: Point | None
    crs: str | None
    warnings: tuple[Problem, ...]
    square: GridSquare | None = None


def read_position(raw: object) -> PositionReading:
    """Read the place and accuracy of a position; other members are the caller's.

    Never raises, whatever was decoded: what is no object gives no place.
    """
    if not isinstance(raw, Mapping):
        return _unplaced([], [])
    forms = _forms(raw)
    places = [_place(form, raw) for form in forms]
    warnings = [warning for place in places for warning in place.warnings]
    if len(forms) != 1:
        return _unplaced(forms, warnings)
    place = places[0]
    accuracy = _accuracy(raw, place.square)
    if accuracy.assumed:
        warnings.append(_warn("/accuracy_m", "accuracy_assumed"))
    operation = crs.transformation(place.crs) if place.point and place.crs else None
    return PositionReading(place.point, accuracy.r95_m, accuracy.assumed, operation, forms[0], tuple(warnings))


def _forms(raw: Mapping[str, object]) -> list[str]:
    pairs = [form for form, keys in _PAIRS.items() if any(raw.get(key) is not None for key in keys)]
    return pairs + [form for form in _WORDS if raw.get(form) not in (None, "")]


def _unplaced(forms: list[str], warnings: list[Problem]) -> PositionReading:
    code = "location_multiple_crs" if forms else "location_missing"
    return PositionReading(None, None, False, None, None, (_warn("", code), *warnings))


def _place(form: str, raw: Mapping[str, object]) -> _Place:
    if form in _PAIRS:
        return _pair(form, raw)
    if form == "grid_reference":
        return _grid_reference(raw["grid_reference"])
    return _Place(None, None, (_warn(f"/{form}", "location_not_resolved"),))


def _pair(form: str, raw: Mapping[str, object]) -> _Place:
    keys, system = _PAIRS[form], _PAIR_CRS[form]
    warnings = tuple(warning for key in keys for warning in _half(key, raw.get(key)))
    x, y = (number(raw.get(key)) for key in keys)
    if warnings or x is None or y is None:
        return _Place(None, system, warnings)
    return _located(system, x, y, f"/{keys[0]}")


def _half(key: str, value: object) -> list[Problem]:
    if value is None:
        return [_warn(f"/{key}", "location_incomplete")]
    found = number(value)
    if found is None:
        return [_warn(f"/{key}", "not_a_number")]
    # inf - inf and nan - nan are nan, and nan is not 0.
    return [] if found - found == 0 else [_warn(f"/{key}", "not_finite")]


def _grid_reference(value: object) -> _Place:
    square = read_grid_reference(value)
    if square is None:
        return _Place(None, None, (_warn("/grid_reference", "grid_reference_unreadable"),))
    place = _located(square.crs, *square.centre, "/grid_reference")
    return _Place(place.point, place.crs, place.warnings, square)


def _located(system: str, x: float, y: float, pointer: str) -> _Place:
    located = crs.locate(system, x, y)
    faults = (_warn(pointer, located.fault),) if located.fault else ()
    return _Place(located.point, system, faults)


def _accuracy(raw: Mapping[str, object], square: GridSquare | None) -> Accuracy:
    basis, method = _text(raw.get("accuracy_basis")), _text(raw.get("method"))
    accuracy = r95(raw.get("accuracy_m"), basis, method)
    if square is None:
        return accuracy
    if accuracy.assumed and method in (None, "grid_reference"):
        return Accuracy(square.half_diagonal_m, False)
    # Ten figures name a square metre, but a witness who read them off a map did not stand in that metre:
    # the reference never makes a position sharper than its method.
    return Accuracy(max(square.half_diagonal_m, accuracy.r95_m), accuracy.assumed)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _warn(pointer: str, code: str) -> Problem:
    return Problem(pointer, code, _DETAILS[code])
