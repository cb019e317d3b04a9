"""Asking once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, TypeVarTuple

A = TypeVarTuple("A")
R = TypeVar("R")


def remembered(ask: Callable[[*A], R]) -> Callable[[*A], R]:
    """`ask`, asked once for the same arguments.

    For what lives while one report is judged: making a `functools.cache` takes longer than most that is asked.
    """
    known: dict[tuple[*A], R] = {}

    def answer(*about: *A) -> R:
        if about not in known:
            known[about] = ask(*about)
        return known[about]

    return answer
