"""Reading a document in which every problem must be told at once, also those across its parts.

A strict pass finds what is wrong with each part. What is wrong is then taken out, and the rest, which now
fits the shape, goes to the rules: a crossed ring in one zone does not hide a missing date elsewhere.
"""

from __future__ import annotations

import copy
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from common.problems import Problem
from edge.parsing import problems_of

M = TypeVar("M", bound=BaseModel)
Loc = tuple[str | int, ...]
_MOST_PASSES = 8


def read_draft(value: Any, shape: type[M]) -> tuple[M, list[Problem]]:
    """What could be read, and every problem of shape in the rest. Never raises for any JSON value.

    All members of `shape` and of the shapes inside it must be optional. The first pass finds everything;
    those after it meet only what taking a part out left behind, which is no mistake of the sender's.
    """
    problems: list[Problem] = []
    for attempt in range(_MOST_PASSES):
        try:
            return shape.model_validate(value), problems
        except ValidationError as error:
            problems = problems if attempt else problems_of(error)
            value = _without(value, [item["loc"] for item in error.errors(include_input=False)])
    return shape.model_validate({}), problems


def _without(value: Any, locations: list[Loc]) -> Any:
    # An empty location is the whole: no object at all, or one with a name that no text can hold.
    if not isinstance(value, dict) or () in locations:
        return {}
    kept = copy.deepcopy(value)
    for location in sorted(locations, key=len, reverse=True):
        _take_out(kept, location)
    return kept


def _take_out(root: dict[str, Any], location: Loc) -> None:
    """Remove a member. Empty an element of a list, so that the others keep their place; if emptying it did
    not help, it is a list of plain values: then remove the list."""
    parents: list[Any] = [root]
    for step in location[:-1]:
        inner = _step(parents[-1], step)
        if inner is None:
            break
        parents.append(inner)
    depth = min(len(parents), len(location)) - 1
    target, last = parents[depth], location[depth]
    if isinstance(target, dict):
        target.pop(str(last), None)
    elif isinstance(target, list) and isinstance(last, int) and last < len(target):
        if target[last] != {}:
            target[last] = {}
        else:
            _take_out(root, location[:depth])


def _step(value: Any, step: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(str(step))
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return value[step]
    return None
