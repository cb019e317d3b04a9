"""What the respondent was told of an order, from when until when: nobody breaks what he never heard of (rule 25).

Service is of a version, and tells everything that stands in it. What a later version first imposed needs service of a
version that has it, or the respondent in court when one was made. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orders.types import ConditionTerms, OrderTerms, Period, ServedVersion, VersionTerms


@dataclass(frozen=True, slots=True)
class Telling:
    """He was given a version, or heard it in court. It speaks for itself until it says that the order ends.

    `conditions` are those of the version, as a correction of it put them right.
    """

    version: int
    heard: bool
    during: Period
    conditions: tuple[ConditionTerms, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """Everything he was told of one order. `first` is what the order said when it was made: that needs service."""

    tellings: tuple[Telling, ...]
    first: tuple[ConditionTerms, ...] = ()
    of_everything: tuple[Period, ...] | None = None

    def periods_of(self, condition: ConditionTerms, versions: Sequence[int], zone: str = "") -> tuple[Period, ...]:
        """When he knew of a condition that stands alike in `versions`, or of one of its zones, by its code."""
        if self.of_everything is not None:
            return self.of_everything
        # Nobody hears in court what needs service: what stood in the order from the start.
        from_the_start = any(telling.heard for telling in self.tellings) and covers_condition(
            self.first, condition, zone
        )
        return tuple(
            telling.during
            for telling in self.tellings
            if not (telling.heard and from_the_start)
            and (telling.version in versions or covers_condition(telling.conditions, condition, zone))
        )


def read_told(terms: OrderTerms) -> Told:
    """What he was told. Terms that do not say which version was served are of an earlier engine: any told it all."""
    if terms.services is None:
        return Told((), of_everything=(Period(terms.served_at, None),) if terms.served_at else ())
    versions = {version.number: version for version in terms.versions}
    tellings = [_read_telling(versions, service) for service in terms.services if service.version in versions]
    tellings += [
        Telling(version.number, heard=True, during=version.runs, conditions=version.conditions)
        for version in terms.versions
        if version.change.kind != "made"
        and version.change.respondent_present
        and version.runs is not None
        and not _was_absent_after_all(versions, version)
    ]
    return Told(tuple(tellings), put_right(versions, min(versions)).conditions if versions else ())


def _was_absent_after_all(versions: Mapping[int, VersionTerms], heard: VersionTerms) -> bool:
    """Whether the last correction in the same place that says who was in court says that he was not.

    A correction that says nothing of it leaves what was said before.
    """
    place = _find_place(versions, heard.number)
    said = [
        versions[number].change.respondent_present
        for number in sorted(versions)
        if number > heard.number
        and versions[number].change.kind == "correction"
        and _find_place(versions, number) == place
    ]
    return [present for present in said if present is not None][-1:] == [False]


def _find_place(versions: Mapping[int, VersionTerms], number: int) -> int:
    """The version whose place one has in the end, through corrections of corrections; or its own."""
    while number in versions and versions[number].change.kind == "correction":
        corrected = _corrected_by(versions, versions[number])
        if corrected >= number:
            break
        number = corrected
    return number


def _read_telling(versions: Mapping[int, VersionTerms], service: ServedVersion) -> Telling:
    """Service tells until the day on which that version ends: that a renewal prolongs the order it does not say."""
    version = put_right(versions, service.version)
    end = version.runs.end if version.runs else None
    if end is not None and end <= service.at:  # served after it ran out, for what it says of the time before
        end = None
    return Telling(service.version, heard=False, during=Period(service.at, end), conditions=version.conditions)


def put_right(versions: Mapping[int, VersionTerms], number: int) -> VersionTerms:
    """A version as its last correction has it: the paper that he was given says what the court said, not the slip.

    A correction made in his absence, where its record says so (`respondent_present: false`), is the court's own: he
    knows of it once it is served. One that reaches back behind a later change without naming what it corrects may have
    its words from there: whether the paper in his hands had them is for a person.
    """
    found, chain = versions[number], {number}
    for later in sorted(other for other in versions if other > number):
        version = versions[later]
        by_record = version.change.kind == "correction" and version.change.respondent_present is not False
        if by_record and not _may_repeat_later(versions, version) and _corrected_by(versions, version) in chain:
            found = version
            chain.add(later)
    return found


def _may_repeat_later(versions: Mapping[int, VersionTerms], correction: VersionTerms) -> bool:
    """Whether a correction names nothing, takes nobody's place from its start, and a change on record starts later."""
    own = correction.runs
    if correction.change.corrects is not None or own is None:
        return False
    earlier = [other for number, other in versions.items() if number < correction.number and other.runs is not None]
    starts = [(other.runs.start, other.change.kind) for other in earlier if other.runs is not None]
    begins_within = any(start < own.start for start, _ in starts) and all(start != own.start for start, _ in starts)
    return begins_within and any(start > own.start and kind in ("variation", "renewal") for start, kind in starts)


def _corrected_by(versions: Mapping[int, VersionTerms], correction: VersionTerms) -> int:
    """The version that a correction names, or whose place it takes: the one that governed at its start."""
    if correction.change.corrects is not None:
        return correction.change.corrects
    earlier = [other for number, other in versions.items() if number < correction.number and other.runs is not None]
    if correction.runs is None or not earlier:
        return correction.number - 1
    starts = [(other.runs.start, other.number) for other in earlier if other.runs is not None]
    begun = [found for found in starts if found[0] <= correction.runs.start]
    return max(begun)[1] if begun else min(starts)[1]


def covers_condition(told: Sequence[ConditionTerms], condition: ConditionTerms, zone: str = "") -> bool:
    """Whether what he was told forbids all that a condition forbids, or all that it forbids in one of its zones.

    A zone is the same by its shape, whatever the words around it; another condition by its very words. What was
    narrowed is covered by what was wider; a clause may have another number.
    """
    if condition.kind == "exclusion_zone" and not zone and condition.zones:
        return all(covers_condition(told, condition, own.code) for own in condition.zones)
    shapes = {own.shape_sha256 for own in condition.zones if own.code == zone}
    return any(
        other.kind == condition.kind
        and (_has_shape(other, shapes) if zone else _join_words(other) == _join_words(condition))
        and _is_no_wider(condition, other)
        for other in told
    )


def _has_shape(condition: ConditionTerms, shapes: set[str]) -> bool:
    return any(own.shape_sha256 in shapes for own in condition.zones)


def _join_words(condition: ConditionTerms) -> str:
    return " ".join(condition.wording.split())


def _is_no_wider(now: ConditionTerms, then: ConditionTerms) -> bool:
    """Whether the terms beside the words are no wider than they were."""
    return (
        (not then.windows or (bool(now.windows) and set(now.windows) <= set(then.windows)))
        and (then.period is None or _lies_inside(now.period, then.period))
        and set(then.exceptions) <= set(now.exceptions)
        and (then.locality is None or _place_of(now) == _place_of(then))
        and _is_subset(now.channels, then.channels)
        and _is_subset(now.platforms, then.platforms)
        and (then.indirect or not now.indirect)
        and (now.kind == "exclusion_zone" or _protects_no_more(now, then))
    )


def _protects_no_more(now: ConditionTerms, then: ConditionTerms) -> bool:
    """Nobody named is everybody. Of a zone it does not matter for whom it is: he keeps out of it or does not."""
    return not then.protects or (bool(now.protects) and set(now.protects) <= set(then.protects))


def _lies_inside(now: Period | None, then: Period) -> bool:
    if now is None or now.start < then.start:
        return False
    return then.end is None or (now.end is not None and now.end <= then.end)


def _place_of(condition: ConditionTerms) -> tuple[str, str] | None:
    place = condition.locality
    return (place.wording, place.shape_sha256) if place else None


def _is_subset(now: frozenset[str], then: frozenset[str]) -> bool:
    return now <= then or "any" in then
