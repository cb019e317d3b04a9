"""Members of decoded JSON objects: there, missing, unknown, of the wrong kind."""

from collections.abc import Collection, Mapping

from common.problems import pointer as pointer_to
from geo.crs import KNOWN
from geo.notes import Notes
from geo.numbers import number

_LONGEST_NAME = 64


def read_object(raw: object, pointer: str, names: Collection[str], notes: Notes) -> Mapping[str, object] | None:
    """`raw` as an object, with a problem for each member not in `names`; None where it is no object."""
    if not isinstance(raw, Mapping):
        notes.wrong(pointer, "not_an_object")
        return None
    for name in raw:
        if name not in names:
            notes.wrong(pointer + _name_pointer(name), "member_unknown")
    return raw


def read_member(raw: Mapping[str, object], name: str, pointer: str, notes: Notes) -> object:
    """The member, or None with a problem where it is missing or null."""
    if raw.get(name) is None:
        notes.wrong(f"{pointer}/{name}", "member_missing")
    return raw.get(name)


def read_number(value: object, pointer: str, notes: Notes) -> float | None:
    """A finite float, or None with a problem."""
    found = number(value)
    if found is None:
        notes.wrong(pointer, "not_a_number")
    elif found - found != 0:
        notes.wrong(pointer, "not_finite")
        return None
    return found


def read_crs(raw: Mapping[str, object], pointer: str, notes: Notes) -> str | None:
    """The member `crs`, one of the three known systems; None with a problem."""
    crs = read_member(raw, "crs", pointer, notes)
    if isinstance(crs, str) and crs in KNOWN:
        return crs
    if crs is not None:
        notes.wrong(f"{pointer}/crs", "crs_unknown")
    return None


def _name_pointer(name: object) -> str:
    # A name may hold what no UTF-8 answer can (a lone surrogate), or an address: then its parent is named.
    fit = isinstance(name, str) and len(name) <= _LONGEST_NAME and name.isascii() and name.isprintable()
    return pointer_to(str(name)) if fit else ""
