"""One row of a batch: what it says, or the code of what is wrong with it. Never raises, for any JSON. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

from breaches.tracking.types import SentFix
from breaches.types import BASES
from edge.shapes import parse_instant
from geo.accuracy import r95
from geo.numbers import number
from geo.positions import cut_off_m, read_position

_REQUIRED = ("order", "device", "recorded_at", "longitude", "latitude")
_members = itemgetter(*_REQUIRED)
_KNOWN = frozenset({*_REQUIRED, "accuracy_m", "accuracy_basis", "receiver_status"})
# As NMEA 0183 has it, or in a word.
_STATUS = {"": "", "a": "", "active": "", "v": "void", "void": "void"}
_DEVICE = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_ORDER = re.compile(r"[A-Za-z0-9._-]{1,64}")
# Well inside the United Kingdom, no two ways to read it: nearly every row. What is not goes to the full reader.
_WEST, _EAST, _SOUTH, _NORTH = -8.0, 1.7, 49.9, 60.8


@dataclass(frozen=True, slots=True)
class Span:
    """Instants a fix may have been recorded at, both ends included."""

    oldest: datetime
    newest: datetime


def read_row(raw: object, span: Span) -> SentFix | str:
    """The row, or a stable code: one code a row, the first that is wrong."""
    if not isinstance(raw, dict):
        return "wrong_type"
    if not raw.keys() <= _KNOWN:
        return "unknown_field"
    try:
        order, device, sent, *place = _members(raw)
    except KeyError:
        return "required"
    if None in (order, device, sent, *place):
        return "required"
    fault = _names(order, device, sent)
    if fault:
        return fault
    at = _instant(sent, span)
    return at if isinstance(at, str) else _placed(raw, at, number(place[0]), number(place[1]))


def _names(order: object, device: object, sent: object) -> str:
    if not (isinstance(order, str) and isinstance(device, str) and isinstance(sent, str)):
        return "wrong_type"
    if not _DEVICE.fullmatch(device):
        return "bad_format"
    # What can be no reference at all is an order that nobody has.
    return "" if _ORDER.fullmatch(order) else "order_not_found"


def _instant(sent: str, span: Span) -> datetime | str:
    at = parse_instant(sent)
    if at is None or not 1 < at.year < 9999:
        return "instant_unreadable"
    if at.tzinfo is None:
        return "instant_offset_missing"
    if at > span.newest:
        return "recorded_in_future"
    return "recorded_too_long_ago" if at < span.oldest else at.astimezone(UTC)


def _placed(raw: Mapping[str, Any], at: datetime, longitude: float | None, latitude: float | None) -> SentFix | str:
    if longitude is None or latitude is None:
        return "not_a_number"
    if not (_WEST < longitude < _EAST and _SOUTH < latitude < _NORTH):
        fault = _place_fault(raw)
        if fault:
            return fault
    return _with_accuracy(raw, at, longitude, latitude)


def _read_member(raw: Mapping[str, Any], name: str) -> Any:
    """What stands under a name; "" for null, which says as much as nothing. False, 0 and [] are something."""
    value = raw.get(name)
    return "" if value is None else value


def _place_fault(raw: Mapping[str, Any]) -> str:
    """What the reader of every report says of a place; "" where nothing is wrong with it."""
    reading = read_position({"longitude": raw["longitude"], "latitude": raw["latitude"], "method": "tag"})
    if reading.point is not None:
        return ""
    return next(warning.code for warning in reading.warnings if warning.code != "accuracy_assumed")


def _with_accuracy(raw: Mapping[str, Any], at: datetime, longitude: float, latitude: float) -> SentFix | str:
    sent, basis = raw.get("accuracy_m"), _read_member(raw, "accuracy_basis")
    metres = number(sent)
    if sent is not None and metres is None:
        return "not_a_number"
    if metres is not None and metres - metres != 0:
        return "not_finite"
    if not isinstance(basis, str):
        return "wrong_type"
    if basis and basis not in BASES:
        return "unknown_value"
    status = _read_member(raw, "receiver_status")
    if not isinstance(status, str):
        return "wrong_type"
    status = status.strip().lower()
    if status not in _STATUS:
        return "unknown_value"
    accuracy = r95(metres, basis, "tag")
    radius = max(accuracy.r95_m, cut_off_m(longitude, latitude))
    known, other = (None, metres) if accuracy.assumed else (metres, None)
    # Adding nought turns -0.0 into 0.0: the two are one place.
    place = (longitude + 0.0, latitude + 0.0, known, basis, radius, other, _STATUS[status])
    return SentFix(raw["order"], raw["device"], at, *place)
