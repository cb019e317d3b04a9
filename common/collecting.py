"""How often Python looks for objects that only keep each other alive."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_SELDOM = (20_000, 50, 1_000)


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """For work that makes very many objects and next to no cycles: looking for some takes a quarter of its time.

    For the whole process, as long as the block runs; they are still looked for, only not so often.
    """
    before = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
