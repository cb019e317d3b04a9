"""References of orders as people type them: without regard to case, spaces and kinds of dash. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_MINUS = "\N{MINUS SIGN}"
# Dashes of every kind, spaces, and what nobody sees (soft hyphens, marks of direction).
_BETWEEN = frozenset({"Pd", "Zs", "Zl", "Zp", "Cf", "Cc"})
# The same for plain text, which nearly every reference is: looked up, since each report asks three times.
_PLAIN_BETWEEN = {code: None for code in range(128) if unicodedata.category(chr(code)) in _BETWEEN}
LONGEST_TYPED = 200
# What may stand in a reference of ours between its letters and digits (`order_reference_form`).
_BETWEEN_OURS = re.compile(r"[._-]+")
_NOUGHTS = re.compile(r"(?<![0-9])0+(?=[0-9])")


def fold_reference(typed: str) -> str:
    """What is left without spaces and dashes, in capitals. PostgreSQL's `orders_folded` says the same of ours.

    Of letters only the plain ones change: a look-alike from another alphabet is another reference.
    """
    if typed.isascii():
        return typed.translate(_PLAIN_BETWEEN).upper()
    return "".join(one.upper() if one.isascii() else one for one in typed if not _is_between(one))


def meant_references(typed: str, known: Sequence[str]) -> list[str]:
    """Of references that fold to the same, those that may be meant: one that is just so, or all whose parts may be.

    A dash may be missing or stand more often; where it stands elsewhere it is another reference (`A-1-12`, `A-11-2`).
    """
    if typed.strip() in known:
        return [typed.strip()]
    breaks = _breaks_of(typed)
    found = [one for one in known if breaks <= _breaks_of(one) or breaks >= _breaks_of(one)]
    same = [one for one in found if breaks == _breaks_of(one)]
    return same if len(same) == 1 else found


def plain_reference(reference: str) -> str:
    """One of ours in capitals, with one dash for whatever stands between, without leading noughts of its numbers.

    PostgreSQL's `orders_reference_plain` says the same.
    """
    return _NOUGHTS.sub("", _BETWEEN_OURS.sub("-", reference).strip("-").upper())


def is_alike_reference(one: str, other: str) -> bool:
    """Whether two references of ours, which are not the same, differ only as people write them: in small and capital
    letters, in dashes, points and underscores, in leading noughts."""
    if one == other:
        return False
    if plain_reference(one) == plain_reference(other):
        return True
    return fold_reference(one) == fold_reference(other) and bool(meant_references(one, [other]))


def _breaks_of(reference: str) -> frozenset[int]:
    """After how many letters and digits there is a dash or a space."""
    breaks: set[int] = set()
    letters = 0
    for one in reference.strip():
        if _is_between(one):
            breaks.add(letters)
        else:
            letters += 1
    return frozenset(breaks - {0, letters})


def _is_between(one: str) -> bool:
    return one == _MINUS or unicodedata.category(one) in _BETWEEN


def is_meant(typed: str, reference: str) -> bool:
    """Whether what somebody typed means this one reference, whatever its case, spaces and dashes."""
    folded = fold_reference(typed)
    return bool(folded) and folded == fold_reference(reference) and bool(meant_references(typed, [reference]))
