"""A later version beside those on record: whose place it takes, which of them stand, which repeat a mistake. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from common.problems import Problem, pointer
from orders.rules.comparing import changes_nothing
from orders.rules.fixed_facts import (
    fixed_fact_problems,
    fixed_fact_warnings,
    renamed_person_problems,
    renamed_person_warnings,
)
from orders.rules.parts import Doc, Found, member
from orders.rules.periods import in_force_periods, place_of, standing_numbers
from orders.types import Period, Placed, VersionTerms

# What makes an element of these lists the same one, wherever it stands.
_KEYS: Mapping[str, str] = {"conditions": "clause", "zones": "code", "protected_persons": "key"}
# What is a version's own, and no words that another could repeat.
_OWN = frozenset({"change", "effective_from", "necessity"})
_MOST_REPEATS = 50


@dataclass(frozen=True, slots=True)
class Earlier:
    """A version on record with what it says."""

    placed: Placed
    body: Doc


def corrections_of(versions: Sequence[Placed]) -> dict[int, int]:
    """Which version each correction takes the place of, by number."""
    return {version.number: version.corrects for version in versions if version.corrects is not None}


def corrected_by(doc: Doc, earlier: Sequence[Earlier]) -> Earlier | None:
    """The version whose place the document takes by name: of one that was corrected already, the correction."""
    named = member(member(doc, "change"), "corrects")
    if member(member(doc, "change"), "kind") != "correction" or not isinstance(named, int):
        return None
    return _find_numbered(_find_holder(named, [version.placed for version in earlier]), earlier)


def _find_holder(named: int, known: Sequence[Placed]) -> int | None:
    """The version that has the place of the one named, by number; None where that is not on record."""
    corrects = corrections_of(known)
    if all(version.number != named for version in known):
        return None
    alike = [n for n in standing_numbers(len(known), corrects) if place_of(n, corrects) == place_of(named, corrects)]
    return alike[0]


def _find_numbered(number: int | None, earlier: Sequence[Earlier]) -> Earlier | None:
    return next((version for version in earlier if version.placed.number == number), None)


def terms_before(version: Placed, earlier: Sequence[Placed]) -> int | None:
    """The number of the version whose terms this one changes: whose place it takes, else which governs at its start."""
    taken = _find_holder(version.corrects, earlier) if version.corrects is not None else None
    return taken if taken is not None else _find_governing(version.period.start, earlier)


def corrects_problems(doc: Doc, number: int, earlier: Sequence[Earlier]) -> Found:
    """`change.corrects` on what corrects nothing, of itself, and of what is not on record."""
    change = member(doc, "change")
    named = member(change, "corrects")
    if not isinstance(named, int):
        return
    kind = member(change, "kind")
    if kind not in (None, "correction"):
        yield Problem("/change/corrects", "corrects_without_correction", "Only a correction names what it corrects.")
    if named == number:
        yield Problem("/change/corrects", "corrects_itself", "A version does not correct itself.")
    elif all(version.placed.number != named for version in earlier):
        yield Problem("/change/corrects", "corrects_unknown_version", "There is no version of this number on record.")


def variation_problems(doc: Doc, earlier: Sequence[Earlier]) -> Found:
    """What a variation or renewal may not change; by the newest word on record."""
    if earlier and member(member(doc, "change"), "kind") in ("variation", "renewal"):
        yield from fixed_fact_problems(doc, earlier[-1].body)
        yield from renamed_person_problems(doc, earlier[-1].body)


def changed_by(doc: Doc, period: Period, earlier: Sequence[Earlier]) -> Earlier | None:
    """The version that a later one changes: whose place it takes by name, else whose terms govern at its start."""
    return corrected_by(doc, earlier) or varied_from(period.start, earlier)


def corrects_nothing(doc: Doc, period: Period, base: Earlier | None) -> bool:
    """Whether a correction says what the version does that it changes, for the same time."""
    if base is None or member(member(doc, "change"), "kind") != "correction":
        return False
    return base.placed.period == period and changes_nothing(doc, base.body)


def varied_from(start: datetime | None, earlier: Sequence[Earlier]) -> Earlier | None:
    """The version whose terms a change from then on changes: the one that governs at its start without it.

    Before all of them it is the first to govern; None where none is on record.
    """
    return _find_numbered(_find_governing(start, [version.placed for version in earlier]), earlier)


def _find_governing(start: datetime | None, known: Sequence[Placed]) -> int | None:
    times = _in_force(known)
    begun = [(own.start, version.number) for own, version in zip(times, known, strict=True) if own]
    before = [row for row in begun if start is None or row[0] <= start]
    if before:
        return max(before)[1]
    return min(begun)[1] if begun else (known[-1].number if known else None)


def succession_warnings(doc: Doc, period: Period, earlier: Sequence[Earlier]) -> Found:
    """What whoever registers a later version should look at: later ones stand, others end or repeat the mistake."""
    if not earlier:
        return
    number, corrected = len(earlier) + 1, corrected_by(doc, earlier)
    named = member(member(doc, "change"), "corrects")
    new = Placed(number, period, earlier[-1].placed.made_on, corrected.placed.number if corrected else None)
    known = [version.placed for version in earlier]
    before, after = _in_force(known), _in_force([*known, new])
    later = [v for v, own in zip(earlier, after, strict=False) if own and own.start > period.start]
    if later:
        yield Problem(_pointer_to_change(doc), "later_versions_stand", f"What starts later stands: {_in_words(later)}.")
    gone = [v for v, was, own in zip(earlier, before, after, strict=False) if was and not own and v is not corrected]
    if gone:
        yield Problem(
            _pointer_to_change(doc), "version_governs_no_more", f"It starts with this one: {_in_words(gone)}."
        )
    if corrected and named != corrected.placed.number:
        yield Problem("/change/corrects", "already_corrected", f"Its place is taken from {_in_words([corrected])}.")
    elif corrected:
        yield from _place_taken_before(corrected, period, earlier, before)
    if corrected and _leaves_gap(after, corrected.placed.period):
        yield Problem(
            _pointer_to_change(doc), "leaves_gap", "Before this start no version governs where the corrected one did."
        )
    yield from renamed_person_warnings(doc, earlier[-1].body)
    if member(member(doc, "change"), "kind") == "correction":
        yield from _words_that_stand(doc, period, earlier, after)
        yield from fixed_fact_warnings(doc, earlier[-1].body)
        wrong = corrected or varied_from(period.start, earlier)
        for version in later if wrong else ():
            for where in _find_repeated(doc, wrong.body, version.body) if wrong else ():
                said = f"{_in_words([version])} repeats what is corrected here.".capitalize()
                yield Problem(where, "later_version_repeats", said)


def _place_taken_before(
    corrected: Earlier, period: Period, earlier: Sequence[Earlier], before: Sequence[Period | None]
) -> Iterator[Problem]:
    """`already_corrected`: a correction that named nothing started with the version named, and governed."""
    start = corrected.placed.period.start
    taken = [
        version
        for version, own in zip(earlier, before, strict=True)
        if own
        and own.start == start
        and version.placed.number > corrected.placed.number
        and member(member(version.body, "change"), "kind") == "correction"
    ]
    if taken:
        left = "it governs no more" if period.start == start else "it still governs from its start"
        said = f"{_in_words(taken)} had its place already, from the same start: {left}.".capitalize()
        yield Problem("/change/corrects", "already_corrected", said)


def _words_that_stand(
    doc: Doc, period: Period, earlier: Sequence[Earlier], after: Sequence[Period | None]
) -> Iterator[Problem]:
    """`earlier_words_stand`: a correction that names nothing leaves what it corrects in force until its own start."""
    if member(member(doc, "change"), "corrects") is not None:
        return
    still = [v for v, own in zip(earlier, after, strict=False) if own and own.start < period.start]
    if still:
        said = (
            f"Before this start {_in_words(still[-1:])} governs with its own words: to put those right, name it here."
        )
        yield Problem("/change/corrects", "earlier_words_stand", said)


def name_replaced(versions: Sequence[VersionTerms]) -> frozenset[int]:
    """The numbers of versions whose place a correction took wholly: what only they say of anybody was a slip.

    By name, or where a correction without one starts no later and leaves the earlier version no time at all.
    """
    first: dict[int, int] = {}
    for version in versions:
        named = version.change.corrects
        first[version.number] = version.number if named is None else first.get(named, named)
    corrections = [version for version in versions if version.change.kind == "correction"]
    return frozenset(
        version.number
        for version in versions
        for correction in corrections
        if correction.number > version.number and _takes_place(correction, version, first)
    )


def _takes_place(correction: VersionTerms, version: VersionTerms, first: Mapping[int, int]) -> bool:
    """`first`: the version whose place each has in the end, through corrections of corrections."""
    if correction.change.corrects is not None:
        return first[correction.number] == first[version.number]
    if version.in_force is not None or correction.in_force is None or correction.runs is None or version.runs is None:
        return False
    return correction.runs.start <= version.runs.start


def _pointer_to_change(doc: Doc) -> str:
    return "/effective_from" if member(doc, "effective_from") is not None else "/change"


def _in_words(found: Sequence[Earlier]) -> str:
    return ", ".join(f"version {version.placed.number}" for version in found)


def _in_force(versions: Sequence[Placed]) -> list[Period | None]:
    return in_force_periods([version.period for version in versions], corrects=corrections_of(versions))


def _leaves_gap(after: Sequence[Period | None], gone: Period) -> bool:
    """Whether nothing now governs at the instant from which the version governed whose place was taken."""
    return not any(own and own.start <= gone.start and (own.end is None or gone.start < own.end) for own in after)


def _find_repeated(new: Doc, wrong: Doc, later: Doc) -> Iterator[str]:
    """Pointers into `new`: what it says otherwise than `wrong` does, and `later` says as `wrong` does."""
    found = _walk_terms(
        _without_empties(_words_of(new)), _without_empties(_words_of(wrong)), _without_empties(_words_of(later)), ""
    )
    yield from dict.fromkeys(where for where, _ in zip(found, range(_MOST_REPEATS), strict=False))


def _words_of(doc: Doc) -> dict[str, object]:
    return {name: value for name, value in doc.items() if name not in _OWN}


def _without_empties(value: object) -> object:
    """Left out, null and empty say the same."""
    if isinstance(value, Mapping):
        members = {name: _without_empties(inner) for name, inner in value.items()}
        return {name: inner for name, inner in members.items() if inner not in (None, [], {}, False)}
    return [_without_empties(item) for item in value] if isinstance(value, list) else value


def _walk_terms(new: object, wrong: object, later: object, where: str, name: str = "") -> Iterator[str]:
    if new == wrong:
        return
    if name != "shape" and isinstance(new, dict) and isinstance(wrong, dict) and isinstance(later, dict):
        for key in dict.fromkeys((*new, *wrong)):
            step = where + pointer(key) if key in new else where
            yield from _walk_terms(new.get(key), wrong.get(key), later.get(key), step, key)
    elif name in _KEYS:
        yield from _walk_list(new, wrong, later, where, _KEYS[name])
    elif wrong == later:
        yield where


def _walk_list(new: object, wrong: object, later: object, where: str, key: str) -> Iterator[str]:
    mine, before, after = _index_by_key(new, key), _index_by_key(wrong, key), _index_by_key(later, key)
    for one in dict.fromkeys((*mine, *before)):
        index, item = mine.get(one, (None, None))
        step = where if index is None else f"{where}/{index}"
        yield from _walk_terms(item, before.get(one, (0, None))[1], after.get(one, (0, None))[1], step)


def _index_by_key(items: object, key: str) -> dict[object, tuple[int, object]]:
    rows = items if isinstance(items, list) else []
    return {str(item.get(key)): (index, item) for index, item in enumerate(rows) if isinstance(item, dict)}
