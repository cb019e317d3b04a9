"""From what somebody sent to the facts that rules may look at. Nothing here refuses: doubts become warnings."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from breaches.types import (
    ABOUT_ME,
    BASES,
    BEHAVIOURS,
    CERTAINTIES,
    CHANNELS,
    KINDS,
    METHODS,
    SENDER_KINDS,
    SUBJECTS,
    Facts,
    Interval,
    ReportedContact,
    ReportedMention,
    ReportedPosition,
)
from common.london import LONDON
from common.problems import Problem
from edge.shapes import parse_instant
from geo.gazetteer import Gazetteer
from geo.positions import PositionReading, read_position
from orders.rules.readings import kind_named

Json = Mapping[str, Any]
ABOUT = timedelta(minutes=15)
# "I do not know when": whatever changed within half a day either way may have changed the answer.
UNKNOWN = timedelta(hours=12)
# Clocks differ: more ahead than this is told to the sender, and more than `AHEAD` is left to an officer.
_CLOCKS_APART = timedelta(minutes=5)
AHEAD = timedelta(minutes=15)
# Before satellites, phones and any order: a clock that was never set, or a slip of the pen.
_LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)
# Judged inside the request: more of them than this are kept, and left to an officer.
MOST_JUDGED = 500
_JUDGED = ("positions", "contacts", "social")
# The same of places that were drawn, each of which costs far more than a point.
MOST_DRAWN = 20


@dataclass(frozen=True, slots=True)
class PlacedPosition:
    """A position as reported and as understood."""

    reported: ReportedPosition
    reading: PositionReading


@dataclass(frozen=True, slots=True)
class Reading:
    """Facts, where each position was placed, and everything to warn about."""

    facts: Facts
    positions: tuple[PlacedPosition, ...]
    warnings: tuple[Problem, ...]


@dataclass(slots=True)
class _Reader:
    now: datetime
    gazetteer: Gazetteer | None = None
    warnings: list[Problem] = field(default_factory=list)

    def warn(self, pointer: str, code: str, detail: str) -> None:
        self.warnings.append(Problem(pointer, code, detail))

    def word(self, value: object, known: Collection[str], pointer: str) -> str:
        """A word from a list, or "" with a warning where the list does not have it."""
        if value is None or value == "":
            return ""
        if isinstance(value, str) and value in known:
            return value
        self.warn(pointer, "value_not_recognised", "This word is not known here; it was kept as sent.")
        return ""

    def words(self, values: Sequence[str] | None, known: Collection[str], pointer: str) -> frozenset[str]:
        found = (self.word(v, known, f"{pointer}/{i}") for i, v in enumerate((values or ())[:MOST_JUDGED]))
        return frozenset(word for word in found if word)

    def instant(self, value: object, pointer: str) -> datetime | None:
        """UTC; None, with a warning where something was sent that cannot be read, an empty text among it."""
        if not isinstance(value, str):
            return None
        read = parse_instant(value) if value.strip() else None
        if read is None or not 1 < read.year < 9999:
            self.warn(pointer, "time_unreadable", "This is not an RFC 3339 instant; it was kept as sent.")
            return None
        if read.tzinfo is None:
            self.warn(pointer, "offset_missing", "There is no offset; London's clock is taken.")
            read = read.replace(tzinfo=LONDON)
        return read.astimezone(UTC)

    def warn_if_ahead(self, at: datetime | None, pointer: str) -> bool:
        """Whether an instant lies so far in the future that nobody can have seen it; told where it is in any."""
        if at is None or at <= self.now + _CLOCKS_APART:
            return False
        self.warn(pointer, "occurred_in_future", "This is in the future.")
        return at > self.now + AHEAD


def read_report(body: Json, *, now: datetime, gazetteer: Gazetteer | None = None) -> Reading:
    """Understand a report whose JSON fits its shape. `now` is when it was received.

    Without a gazetteer, places in words are kept as words.
    """
    reader = _Reader(now, gazetteer)
    interval = _read_interval(body, reader)
    positions = _read_positions(body, reader)
    about: Json = body.get("reported_by") or {}
    facts = Facts(
        interval=interval,
        kinds=reader.words(body.get("kinds"), KINDS, "/kinds"),
        behaviours=reader.words(body.get("behaviours"), BEHAVIOURS, "/behaviours"),
        positions=tuple(p.reported for p in positions),
        contacts=_read_contacts(body, reader),
        social=_read_mentions(body, reader),
        protected_person=about.get("protected_person") or "",
    )
    over = [name for name in ("kinds", "behaviours", *_JUDGED) if len(body.get(name) or ()) > MOST_JUDGED]
    for name in over:
        reader.warn(f"/{name}", "not_all_judged", "The first 500 were judged; the rest are kept for an officer.")
    facts = replace(facts, left_out=frozenset(over).intersection(_JUDGED))
    return Reading(facts, positions, tuple(reader.warnings))


def _read_interval(body: Json, reader: _Reader) -> Interval | None:
    happened: Json = body.get("happened") or {}
    start = reader.instant(happened.get("from"), "/happened/from")
    end, until = reader.instant(happened.get("to"), "/happened/to"), happened.get("to")
    if start is None and body.get("immediate_danger") is True:
        start = reader.now  # also where she says when in a way that cannot be read: she is in danger now (rule 37)
    if start is None:
        return None
    ahead = reader.warn_if_ahead(start, "/happened/from")
    ends_ahead = reader.warn_if_ahead(end, "/happened/to")
    if end is not None and end < start:
        reader.warn("/happened/to", "interval_reversed", "The end is before the start; the time between is taken.")
        start, end = end, start
    if start < _LONG_AGO:
        reader.warn("/happened/from", "occurred_long_ago", "This is before 1990.")
    if end is None and until:
        # It went on until some time that cannot be read: taken as a moment, the rest of it would be a silent no.
        end = start + UNKNOWN
    return _widen_interval(
        _cut_at_telling(Interval(start, end or start, ahead), reader.now, ends_ahead), happened, reader
    )


def _cut_at_telling(interval: Interval, now: datetime, ends_ahead: bool) -> Interval:
    """What began before it was told, and was said to go on long after, is judged up to then: the rest nobody knows."""
    if interval.ahead or not ends_ahead:
        return interval
    return replace(interval, end=max(interval.start, now), ends_ahead=True)


def _widen_interval(interval: Interval, happened: Json, reader: _Reader) -> Interval:
    certainty = reader.word(happened.get("certainty"), CERTAINTIES, "/happened/certainty")
    if not certainty and happened.get("certainty"):
        certainty = "about"  # whatever the word was, it was not "exact"
    by = {"about": ABOUT, "unknown": UNKNOWN}.get(certainty, timedelta(0))
    return replace(interval, start=interval.start - by, end=interval.end + by)


def _read_positions(body: Json, reader: _Reader) -> tuple[PlacedPosition, ...]:
    read: list[PlacedPosition] = []
    drawn = 0
    for index, item in enumerate((body.get("positions") or ())[:MOST_JUDGED]):
        is_drawn = item.get("geometry") is not None
        drawn += is_drawn
        left_out = is_drawn and drawn > MOST_DRAWN
        if left_out:
            reader.warn(f"/positions/{index}/geometry", "not_all_judged", "Only the first 20 drawn places are judged.")
        read.append(_read_position({**item, "geometry": None} if left_out else item, index, reader))
    return tuple(read)


def _read_position(item: Json, index: int, reader: _Reader) -> PlacedPosition:
    path = f"/positions/{index}"
    subject = reader.word(item.get("subject"), SUBJECTS, f"{path}/subject")
    if not item.get("subject"):
        reader.warn(f"{path}/subject", "subject_not_known", "Say whose position this is; nobody's is assumed.")
    method = reader.word(item.get("method"), METHODS, f"{path}/method")
    reader.word(item.get("accuracy_basis"), BASES, f"{path}/accuracy_basis")
    at = reader.instant(item.get("recorded_at"), f"{path}/recorded_at")
    reading = read_position(item, reader.gazetteer)
    reader.warnings.extend(replace(w, pointer=path + w.pointer) for w in reading.warnings)
    reported = ReportedPosition(
        index=index,
        subject=subject or "unknown",
        method=method or "unknown",
        fix=reading.fix if _since_satellites(at, path, reader) else None,
        at=at,
        transformation=reading.transformation,
        time_unreadable=at is None and bool(item.get("recorded_at")),
        accuracy_assumed=reading.accuracy_assumed,
        ahead=at is not None and _recorded_ahead(at, path, reader),
        disowned=reading.disowned,
        candidates=reading.candidates,
    )
    return PlacedPosition(reported, reading)


def _recorded_ahead(at: datetime, path: str, reader: _Reader) -> bool:
    """A position of the future is judged, for an officer to read: a clock that is fast, or a slip of the pen."""
    if at <= reader.now + _CLOCKS_APART:
        return False
    reader.warn(f"{path}/recorded_at", "recorded_in_future", "This is in the future; an officer decides what it says.")
    return at > reader.now + AHEAD


def _since_satellites(at: datetime | None, path: str, reader: _Reader) -> bool:
    """A device whose clock was never set may have sent anything: such a position is kept, and not judged."""
    if at is not None and at < _LONG_AGO:
        reader.warn(f"{path}/recorded_at", "recorded_long_ago", "This is before 1990; the position is not judged.")
        return False
    return True


def _read_contacts(body: Json, reader: _Reader) -> tuple[ReportedContact, ...]:
    return tuple(
        _read_contact(item, index, reader) for index, item in enumerate((body.get("contacts") or ())[:MOST_JUDGED])
    )


def _read_contact(item: Json, index: int, reader: _Reader) -> ReportedContact:
    path = f"/contacts/{index}"
    sender: Json = item.get("from") or {}
    said = sender.get("kind") or ""
    kind = reader.word(kind_named(said) or said, SENDER_KINDS, f"{path}/from/kind")
    at = reader.instant(item.get("at"), f"{path}/at")
    return ReportedContact(
        index=index,
        channel=reader.word(item.get("channel"), CHANNELS, f"{path}/channel"),
        at=at,
        kind=kind or "unknown",
        value=sender.get("value") or "",
        platform=(sender.get("platform") or "").casefold(),
        third_party=item.get("third_party") is True,
        to=item.get("to") or "",
        ahead=reader.warn_if_ahead(at, f"{path}/at"),
    )


def _read_mentions(body: Json, reader: _Reader) -> tuple[ReportedMention, ...]:
    return tuple(
        _read_mention(item, index, reader) for index, item in enumerate((body.get("social") or ())[:MOST_JUDGED])
    )


def _read_mention(item: Json, index: int, reader: _Reader) -> ReportedMention:
    seen_at = reader.instant(item.get("seen_at"), f"/social/{index}/seen_at")
    return ReportedMention(
        index=index,
        platform=(item.get("platform") or "").casefold(),
        handle=item.get("handle") or "",
        text=item.get("text") or "",
        about_me=reader.word(item.get("about_me"), ABOUT_ME, f"/social/{index}/about_me"),
        seen_at=seen_at,
        url=item.get("url") or "",
        about=item.get("about") or "",
        ahead=reader.warn_if_ahead(seen_at, f"/social/{index}/seen_at"),
    )


def as_told_at(facts: Facts, at: datetime) -> Facts:
    """The same facts with what lay in the future when they were told, for those kept before that was written down."""
    latest = at + AHEAD
    interval = facts.interval
    return replace(
        facts,
        interval=interval
        and _cut_at_telling(replace(interval, ahead=interval.start > latest), at, ends_ahead=interval.end > latest),
        positions=tuple(replace(p, ahead=p.at is not None and p.at > latest) for p in facts.positions),
        contacts=tuple(replace(c, ahead=c.at is not None and c.at > latest) for c in facts.contacts),
        social=tuple(replace(m, ahead=m.seen_at is not None and m.seen_at > latest) for m in facts.social),
    )


def missing(body: Json) -> list[Problem]:
    """What a report cannot be without; nothing at all where somebody is in immediate danger (rule 37)."""
    if body.get("immediate_danger") is True:
        return []
    problems = missing_time(body)
    if body.get("description") is None:
        problems.append(Problem("/description", "required", "Say what happened, in your own words."))
    return problems


def missing_time(body: Json) -> list[Problem]:
    """`happened.from`, in JSON whose parts may be of any type."""
    happened = body.get("happened")
    if isinstance(happened, Mapping) and happened.get("from") is not None:
        return []
    return [Problem("/happened/from", "required", "Say when it began, as well as you can.")]


def missing_text(body: Json) -> list[Problem]:
    """What somebody adds to a report has words, but for immediate danger: that alone is taken (rule 37)."""
    text = body.get("text")
    if body.get("immediate_danger") is True or text not in (None, ""):
        return []
    if text is None:
        return [Problem("/text", "required", "This is required.")]
    return [Problem("/text", "too_short", "This is too short.")]
