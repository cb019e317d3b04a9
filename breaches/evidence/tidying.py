"""Taking away what a crash left behind: bytes in the store that no row speaks of.

Their key was in the row that never came, so nobody could ever read them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from breaches.evidence.queries import known_keys
from breaches.evidence.storage import abandoned, store

_BATCH = 500


def remove_strays(*, before: datetime) -> int:
    """Remove what has lain without a row since before an instant; how many there were."""
    removed = 0
    for path in abandoned(before):
        path.unlink(missing_ok=True)
        removed += 1
    place = store()
    for keys in _batches(place.older_than(before)):
        for key in set(keys) - known_keys(keys):
            place.remove(key)
            removed += 1
    return removed


def _batches(keys: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(keys)
    while batch := list(islice(rest, _BATCH)):
        yield batch
