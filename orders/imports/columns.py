"""The columns of the template, and the document that rows of one order make. Pure.

A row is a condition or, for an exclusion zone, a zone. Rows of one order follow one another; what is about the
whole order, or about a condition, is repeated or left empty after the first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from orders.imports import cells
from orders.imports.cells import CellError, Parser
from orders.imports.reading import Row
from orders.imports.telling import RowProblem, told

Part = Literal["row", "order", "respondent", "identifiers", "person", "condition", "window", "exception", "zone"]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """Where a column's cells go: a part of the document, a path inside it, how a cell is read, an example."""

    part: Part
    path: tuple[str, ...]
    read: Parser
    example: str


def _of(part: Part, path: str, read: Parser, example: str = "") -> Column:
    return Column(part, tuple(path.split("/")), read, example)


_PEOPLE = 4
# How a place is drawn: the same columns for a zone and, with a name before them, for the place of a condition.
_DRAWN: tuple[tuple[str, str, Parser], ...] = (
    ("latitude", "shape/centre/latitude", cells.number),
    ("longitude", "shape/centre/longitude", cells.number),
    ("easting", "shape/centre/easting", cells.number),
    ("northing", "shape/centre/northing", cells.number),
    ("grid_reference", "shape/centre/grid_reference", cells.name),
    ("radius_m", "shape/radius_m", cells.number),
    ("shape", "shape/geometry", cells.geometry),
    ("shape_crs", "shape/crs", cells.name),
    ("corridor_width_m", "shape/width_m", cells.number),
)
_ZONE_EXAMPLES = {"latitude": "53.4072", "longitude": "-2.9779", "radius_m": "100"}
COLUMNS: Mapping[str, Column] = {
    "reference": _of("row", "reference", cells.read_reference, "SPO-05-0001-26"),
    "result_code": _of("order", "result_code", cells.name, "3307"),
    "application_code": _of("order", "application_code", cells.name, "ST19501"),
    "order_kind": _of("order", "kind", cells.word, "full"),
    "route": _of("order", "route", cells.word, "application"),
    "application_basis": _of("order", "application_basis", cells.word, "resides"),
    "court_code": _of("order", "court/code", cells.name, "B05PK"),
    "court_name": _of("order", "court/name", cells.words, "Liverpool and Knowsley Magistrates' Court"),
    "court_type": _of("order", "court/type", cells.word, "magistrates"),
    "made_on": _of("order", "made_on", cells.day, "02/03/2026"),
    "until_further_order": _of("order", "until_further_order", cells.yes_no, "no"),
    "expires_on": _of("order", "expires_on", cells.day, "01/03/2028"),
    "effective_from": _of("order", "effective_from", cells.instant),
    "replaces_interim": _of("order", "replaces_interim", cells.read_reference),
    "main_application_reference": _of("order", "main_application/reference", cells.read_reference),
    "main_application_date": _of("order", "main_application/applied_on", cells.day),
    "change_kind": _of("order", "change/kind", cells.word),
    "change_decided_on": _of("order", "change/decided_on", cells.day),
    "change_respondent_present": _of("order", "change/respondent_present", cells.yes_no),
    "change_corrects": _of("order", "change/corrects", cells.whole),
    "necessity": _of("order", "necessity", cells.words),
    "restricted": _of("order", "restricted", cells.yes_no),
    "respondent_family_name": _of("respondent", "family_name", cells.read_person, "Marsh"),
    "respondent_given_names": _of("respondent", "given_names", cells.read_person, "Daniel"),
    "respondent_date_of_birth": _of("respondent", "date_of_birth", cells.day, "17/04/1988"),
    "respondent_also_known_as": _of("respondent", "also_known_as", cells.read_people),
    "respondent_age_at_application": _of("order", "respondent_age_at_application", cells.whole),
    "respondent_phones": _of("identifiers", "phone", cells.phones, "07700 900123"),
    "respondent_emails": _of("identifiers", "email", cells.emails),
    "respondent_vehicles": _of("identifiers", "vehicle", cells.vehicles),
    "respondent_social": _of("identifiers", "social", cells.social, "instagram: @danny.m"),
    **{
        f"protected_{number}_{name}": _of(
            "person", f"P{number}/{name}", cells.read_person, example if number == 1 else ""
        )
        for number in range(1, _PEOPLE + 1)
        for name, example in (("family_name", "Osei"), ("given_names", "Ama"))
    },
    "clause": _of("condition", "clause", cells.name, "1"),
    "condition_kind": _of("condition", "kind", cells.word, "exclusion_zone"),
    "wording": _of("condition", "wording", cells.words, "Not to enter within 100 metres of the premises marked A."),
    "protects": _of("condition", "protects", cells.several_names, "P1"),
    "condition_starts_on": _of("condition", "starts_on", cells.day),
    "condition_ends_on": _of("condition", "ends_on", cells.day),
    "channels": _of("condition", "channels", cells.several_words),
    "indirect": _of("condition", "indirect", cells.yes_no),
    "platforms": _of("condition", "platforms", cells.several),
    "watch_terms": _of("condition", "watch_terms", cells.several),
    "distance_m": _of("condition", "distance_m", cells.number),
    "requirement": _of("condition", "requirement", cells.word),
    "locality_wording": _of("condition", "locality/wording", cells.words),
    **{f"locality_{name}": _of("condition", f"locality/{path}", read) for name, path, read in _DRAWN},
    "window_days": _of("window", "days", cells.several_words),
    "window_from": _of("window", "from", cells.clock),
    "window_to": _of("window", "to", cells.clock),
    "window_dates": _of("window", "dates", cells.read_spans),
    "exception_kind": _of("exception", "kind", cells.word),
    "exception_wording": _of("exception", "wording", cells.words),
    "zone_code": _of("zone", "code", cells.name, "A"),
    "zone_restricted_name": _of("zone", "restricted_name", cells.words, "home"),
    "drawn_by_name": _of("zone", "drawn_by/name", cells.words, "M. Hale"),
    "drawn_by_staff_id": _of("zone", "drawn_by/staff_id", cells.name, "7714"),
    **{name: _of("zone", path, read, _ZONE_EXAMPLES.get(name, "")) for name, path, read in _DRAWN},
}
NEEDED = ("reference", "made_on", "respondent_family_name", "protected_1_family_name", "clause", "condition_kind")
_DELIMITERS = (",", ";", "\t", "|")
_NO_ZONE_BY_THEMSELVES = frozenset({"drawn_by_name", "drawn_by_staff_id", "shape_crs"})
_MOST_PROBLEMS = 100


def delimiter_of(header: str) -> str:
    """The character between columns: the one that makes most names of the template out of the first row."""
    return max(_DELIMITERS, key=lambda sign: sum(_named(name) in COLUMNS for name in header.split(sign)))


def header_of(row: Row) -> tuple[tuple[str, ...], list[RowProblem]]:
    """The columns, without empty ones at the end, and what is wrong. What stands in the row is never repeated:
    where the first row is missing, it is somebody's data."""
    if row.fault:
        return (), [told(row.number, "", row.fault)]
    names = [_named(cell) for cell in row.cells]
    while names and not names[-1]:
        names.pop()
    if not any(name in COLUMNS for name in names):
        return (), [told(row.number, "", "header_missing")]
    unknown = [index for index, name in enumerate(names, start=1) if name not in COLUMNS]
    repeated = sorted(name for name, times in Counter(names).items() if name in COLUMNS and times > 1)
    problems = [
        *(told(row.number, f"column {index}", "column_unknown") for index in unknown[:_MOST_PROBLEMS]),
        *(told(row.number, name, "column_repeated") for name in repeated),
        *(told(row.number, name, "column_required") for name in NEEDED if name not in names),
    ]
    return tuple(names), problems


def _named(cell: str) -> str:
    return cell.strip().strip('"').casefold().replace(" ", "_")


@dataclass(slots=True)
class Order:
    """What rows of one order make: a document, where each part of it stands in the file, and what is wrong."""

    doc: Json = field(default_factory=dict)
    places: dict[str, tuple[int, str]] = field(default_factory=dict)
    problems: list[RowProblem] = field(default_factory=list)
    dates_both_ways: int = 0


def order_of(rows: Sequence[Row], columns: Sequence[str]) -> Order:
    """The document of rows that name one reference. Every cell of every row is looked at."""
    order = Order({"respondent": {}, "protected_persons": [], "conditions": []})
    for row in rows:
        _Reader(order, row, columns).read()
    for index, condition in enumerate(order.doc["conditions"]):
        _draw_locality(order, condition, f"/conditions/{index}/locality")
    return order


def _draw_locality(order: Order, condition: Json, where: str) -> None:
    """The place of a condition, once all of its rows are read: they may say its parts one by one."""
    said = (condition.get("locality") or {}).get("shape")
    if not isinstance(said, dict):
        return
    if "geometry" in said and "centre" in said:
        row, column = order.places[f"{where}/shape/geometry"]
        order.problems.append(told(row, column, "shape_twice"))
    else:
        condition["locality"]["shape"] = _shape(said)


class _Reader:
    """Puts the cells of one row where they belong in its order's document."""

    def __init__(self, order: Order, row: Row, columns: Sequence[str]) -> None:
        self._order, self._row = order, row
        self._parts: dict[str, dict[str, Any]] = {}
        for column, cell in zip(columns, row.cells, strict=False):
            self._take(column, cell)

    def read(self) -> None:
        doc = self._order.doc
        self._whole("", doc, "order")
        self._whole("/respondent", doc["respondent"], "respondent")
        self._identifiers(doc["respondent"])
        self._people(doc["protected_persons"])
        self._condition(doc["conditions"])

    def _take(self, name: str, cell: str) -> None:
        column = COLUMNS[name]
        try:
            text = cells.sound(cell)
            if text:
                self._parts.setdefault(column.part, {})[name] = column.read(text)
                self._order.dates_both_ways += column.read is cells.day and cells.reads_both_ways(text)
        except CellError as error:
            self._wrong(name, error.code)
            self._parts.setdefault(column.part, {})[name] = None

    def _wrong(self, name: str, code: str) -> None:
        self._order.problems.append(told(self._row.number, name, code))

    def _whole(self, pointer: str, target: Json, part: Part) -> None:
        """Members that every row of the order, or of the condition, says alike or leaves empty."""
        for name, value in self._parts.get(part, {}).items():
            where = f"{pointer}/{'/'.join(COLUMNS[name].path)}"
            known = where in self._order.places
            self._order.places.setdefault(where, (self._row.number, name))
            if not known:
                _put(target, COLUMNS[name].path, value)
            elif value is not None and _get(target, COLUMNS[name].path) not in (None, value):
                self._wrong(name, "rows_disagree")

    def _identifiers(self, respondent: Json) -> None:
        kept: list[Json] = respondent.setdefault("identifiers", [])
        for name, found in self._parts.get("identifiers", {}).items():
            for item in found or ():
                if item not in kept:
                    self._order.places[f"/respondent/identifiers/{len(kept)}"] = (self._row.number, name)
                    kept.append(item)

    def _people(self, people: list[Json]) -> None:
        for name, value in self._parts.get("person", {}).items():
            key, member = COLUMNS[name].path
            index = next((i for i, person in enumerate(people) if person["key"] == key), len(people))
            if index == len(people):
                people.append({"key": key})
                self._order.places[f"/protected_persons/{index}"] = (self._row.number, name)
            self._once(people[index], member, value, f"/protected_persons/{index}", name)

    def _once(self, target: Json, member: str, value: object, pointer: str, name: str) -> None:
        self._order.places.setdefault(f"{pointer}/{member}", (self._row.number, name))
        if member not in target:
            target[member] = value
        elif value is not None and target[member] not in (None, value):
            self._wrong(name, "rows_disagree")

    def _condition(self, conditions: list[Json]) -> None:
        said = {part for part in ("condition", "window", "exception", "zone") if self._parts.get(part)}
        if not said:
            return
        clause = self._parts.get("condition", {}).get("clause")
        if clause is None:
            if "clause" not in self._parts.get("condition", {}):
                self._wrong("clause", "clause_missing")
            return
        index = next((i for i, item in enumerate(conditions) if item.get("clause") == clause), len(conditions))
        pointer = f"/conditions/{index}"
        if index == len(conditions):
            conditions.append({})
            self._order.places[pointer] = (self._row.number, "clause")
        self._whole(pointer, conditions[index], "condition")
        self._listed(conditions[index], pointer, "window", "windows")
        self._listed(conditions[index], pointer, "exception", "exceptions")
        self._zone(conditions[index], pointer)

    def _listed(self, condition: Json, pointer: str, part: Part, member: str) -> None:
        found = self._parts.get(part)
        if found is None:
            return
        item = {COLUMNS[name].path[0]: value for name, value in found.items()}
        kept = condition.setdefault(member, [])
        if item in kept:
            return
        for name in found:
            self._order.places[f"{pointer}/{member}/{len(kept)}/{COLUMNS[name].path[0]}"] = (self._row.number, name)
        self._order.places[f"{pointer}/{member}/{len(kept)}"] = (self._row.number, next(iter(found)))
        kept.append(item)

    def _zone(self, condition: Json, pointer: str) -> None:
        found = self._parts.get("zone", {})
        # Who draws all zones may stand in every row, also in those of other conditions.
        if not found.keys() - _NO_ZONE_BY_THEMSELVES:
            return
        zones = condition.setdefault("zones", [])
        where = f"{pointer}/zones/{len(zones)}"
        self._order.places[where] = (self._row.number, "zone_code")
        zone: Json = {}
        for name, value in found.items():
            self._order.places[f"{where}/{'/'.join(COLUMNS[name].path)}"] = (self._row.number, name)
            _put(zone, COLUMNS[name].path, value)
        zones.append(zone)
        if "shape" in found and "centre" in zone["shape"]:
            self._wrong("shape", "shape_twice")
        elif "shape" in zone:
            self._order.places.setdefault(f"{where}/shape/centre", (self._row.number, "latitude"))
            zone["shape"] = _shape(zone["shape"])


def _shape(said: Json) -> Json:
    """A circle, a drawn area or a corridor, by which columns are filled in."""
    if "geometry" not in said:
        return {"type": "circle", **said}
    line = isinstance(said["geometry"], dict) and said["geometry"].get("type") == "LineString"
    return {"type": "corridor" if line else "polygon", "crs": "EPSG:4326", **said}


def _put(target: Json, path: Sequence[str], value: object) -> None:
    for step in path[:-1]:
        target = target.setdefault(step, {})
    target[path[-1]] = value


def _get(target: Json, path: Sequence[str]) -> object:
    for step in path[:-1]:
        target = target.get(step) or {}
    return target.get(path[-1])
