"""Everything that is wrong in a document, told together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate, chain

from common.problems import Problem
from geo.shapes import ShapeReading, read_shape
from orders.rules.conditions import condition_problems, short_conditions
from orders.rules.order import application, change, dates, duration, people, respondent
from orders.rules.parts import Doc, member, objects
from orders.rules.periods import period_of, start_of
from orders.rules.required import missing
from orders.rules.succession import (
    Earlier,
    changed_by,
    corrected_by,
    corrects_nothing,
    corrects_problems,
    succession_warnings,
    variation_problems,
    varied_from,
)
from orders.rules.usable import find_unusable
from orders.types import Period, Placed

# A hostile body of 5 MB can hold a hundred thousand mistakes; nobody puts right more than this at a time.
MOST_PROBLEMS = 1_000


@dataclass(frozen=True, slots=True)
class Setting:
    """What the rules must be told, since they ask no clock and read no configuration.

    `earlier` are the versions on record, in order of number; `previous_clauses` the clauses of the terms that a
    change changes where those are not given.
    """

    force: str
    today: date
    number: int = 1
    previous_clauses: frozenset[str] | None = None
    earlier: tuple[Earlier, ...] = ()
    commencement: Mapping[str, date | None] = field(default_factory=dict)
    drawn_by_needed: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every problem and warning, and the shapes that could be read, by (condition, zone) index.

    `period` is when the version runs if nothing else happens; None where there are problems. `base` is the number of
    the version that it changes; where it `repeats` that one, it says nothing new.
    """

    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    shapes: Mapping[tuple[int, int], ShapeReading]
    period: Period | None = None
    base: int | None = None
    repeats: bool = False


def check(doc: Doc, setting: Setting, told: Sequence[Problem] = ()) -> Verdict:
    """Everything that is wrong or worth a warning in a document whose parts already fit their shapes.

    `told` is what did not fit and was left out of `doc`: it comes first, and nothing is said about it twice.
    """
    shapes, corrected = dict(_shapes(doc)), corrected_by(doc, setting.earlier)
    in_place_of = corrected.placed if corrected else None
    found = chain(
        missing(doc),
        duration(doc),
        dates(doc, in_place_of),
        _of_today(doc, setting),
        application(doc, setting.force, setting.commencement),
        respondent(doc, setting.today),
        change(doc, setting.number, _clauses_before(doc, setting, in_place_of)),
        corrects_problems(doc, setting.number, setting.earlier),
        variation_problems(doc, setting.earlier),
        people(doc),
        condition_problems(doc, drawn_by_needed=setting.drawn_by_needed),
        *(reading.problems for reading in shapes.values()),
    )
    of_shapes = chain.from_iterable(reading.warnings for reading in shapes.values())
    warnings = [*short_conditions(doc), *of_shapes, *find_unusable(doc)]
    problems = _capped([*told, *_not_told(found, told)])
    if problems:
        return Verdict(problems, _capped(warnings), shapes)
    period = period_of(doc, in_place_of=in_place_of)
    warnings = [*succession_warnings(doc, period, setting.earlier), *warnings]
    base = changed_by(doc, period, setting.earlier)
    number, repeats = base.placed.number if base else None, corrects_nothing(doc, period, base)
    if repeats:
        warnings = [
            Problem("/change", "nothing_changed", f"Version {number} says this already, for the same time."),
            *warnings,
        ]
    return Verdict((), _capped(warnings), shapes, period, number, repeats=repeats)


def _clauses_before(doc: Doc, setting: Setting, in_place_of: Placed | None) -> frozenset[str] | None:
    """The clauses of the terms that a change changes: of the version that governs at its start without it."""
    if setting.previous_clauses is not None or not setting.earlier:
        return setting.previous_clauses
    base = varied_from(start_of(doc, in_place_of=in_place_of), setting.earlier)
    return frozenset(str(item.get("clause")) for item in objects(base.body, "conditions")) if base else None


def _of_today(doc: Doc, setting: Setting) -> Iterator[Problem]:
    made_on = member(doc, "made_on")
    if isinstance(made_on, str) and date.fromisoformat(made_on) > setting.today:
        yield Problem("/made_on", "made_on_in_future", "made_on is after today in London.")


def _not_told(found: Iterable[Problem], told: Sequence[Problem]) -> Iterator[Problem]:
    """What a rule found in a part that was there and fitted: a part left out is neither missing nor empty."""
    seen = {problem.pointer for problem in told}
    around = {prefix for pointer in seen for prefix in _prefixes(pointer)}
    if "/until_further_order" in seen:
        found = (problem for problem in found if problem.code != "order_duration_ambiguous")
    for problem in found:
        if problem.code == "required" and problem.pointer in around:
            continue
        if seen.isdisjoint(_prefixes(problem.pointer)):
            yield problem


def _prefixes(pointer: str) -> Iterator[str]:
    """The pointer of the whole, of each part around, and the pointer itself."""
    first, *rest = pointer.split("/")
    return accumulate(rest, lambda whole, step: f"{whole}/{step}", initial=first)


def _capped(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    if len(problems) <= MOST_PROBLEMS:
        return tuple(problems)
    more = Problem("", "more_problems", "There are more problems than are listed.")
    return (*problems[:MOST_PROBLEMS], more)


def _shapes(doc: Doc) -> Iterator[tuple[tuple[int, int], ShapeReading]]:
    for index, condition in enumerate(objects(doc, "conditions")):
        for inner, zone in enumerate(objects(condition, "zones")):
            if zone.get("shape") is not None:
                yield (index, inner), read_shape(zone["shape"], f"/conditions/{index}/zones/{inner}/shape")
        shape = member(condition.get("locality"), "shape")
        if shape is not None:
            yield (index, -1), read_shape(shape, f"/conditions/{index}/locality/shape")
