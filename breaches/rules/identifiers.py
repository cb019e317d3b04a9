"""Who a sender is: on record as the respondent's, like one on record, naming him, withheld, or unknown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Literal

from breaches.types import Interval, Reason
from common.memo import remembered
from orders.rules.identifiers import withheld
from orders.rules.known import SURE, carries_name, kind_of_key, shared_key
from orders.rules.readings import kind_named
from orders.types import IdentifierKind, KnownPerson, Likeness

Match = Literal["known", "alike", "naming", "withheld", "unknown"]

_ONE_INSTANT = timedelta(microseconds=1)
# Why it counts as known, or as alike, where that is not plain. Added to the reason that the rule itself gives.
_HOW: dict[Likeness, Reason] = {
    "same_for_provider": Reason("same_for_provider", "Its provider takes it for the very one on record."),
    "one_of_several": Reason("one_of_several", "It is on record, but what was told names others beside it."),
    "tag_apart": Reason("tag_apart", "It differs from one on record by what follows a plus sign only."),
    "elsewhere": Reason("same_name_elsewhere", "The same name on another platform, or on one that was not said."),
    "part_of_number": Reason("part_of_number", "It fits the beginning or the end of a number on record."),
    "as_written": Reason("same_as_written", "It is written like one on record, but cannot be told for certain."),
    "looks_alike": Reason("looks_alike", "It can be taken for one on record: look-alike letters, dots or spaces."),
}
# The kinds under which words for "withheld" are no name of anybody.
_NUMBERS = frozenset({"phone", "other", "unknown", ""})
_OTHER_TIME = Reason("identifier_at_another_time", "It is on record as his at another time than this.")
_WITHHELD = Reason("sender_withheld", "The sender withheld the number.")


@dataclass(frozen=True, slots=True)
class Sender:
    """What is known of a sender, and how that was found. `kind`: of what it is like on record; "" where of nothing."""

    match: Match
    how: tuple[Reason, ...] = ()
    kind: IdentifierKind | Literal[""] = ""


# Who the sender of a kind, a value and, for an account, a platform is, at a time (None: nobody knows when).
Recogniser = Callable[[str, str, str, Interval | None], Sender]


def recogniser(people: Sequence[KnownPerson]) -> Recogniser:
    """`recognise` for one report: each sender is looked up once, by however many conditions it is judged."""
    always = [person for person in people if person.always]
    at_any_time = remembered(partial(recognise, always))
    if len(always) == len(people):
        return lambda kind, value, platform, when: at_any_time(kind, value, platform)
    return remembered(partial(recognise_then, people))


def recognise_then(
    people: Sequence[KnownPerson], kind: str, value: str, platform: str, when: Interval | None
) -> Sender:
    """Compare a sender with what is on record, each thing at the time in which it is his.

    Numbers are given to other people: what was his at another time, or in part of `when`, is like him and no more.
    """
    sender = recognise([person for person in people if _is_his_throughout(person, when)], kind, value, platform)
    if sender.match in ("known", "alike", "withheld"):
        return sender
    other = recognise([person for person in people if not _is_his_throughout(person, when)], kind, value, platform)
    if other.match not in ("known", "alike"):
        return sender
    return Sender("alike", (*other.how, _OTHER_TIME), other.kind)


def _is_his_throughout(person: KnownPerson, when: Interval | None) -> bool:
    """Whether all of a time lies in the one in which something is his."""
    if person.always or when is None:
        return person.always
    begun = person.since is None or person.since <= when.start
    last = when.end if when.end == when.start else when.end - _ONE_INSTANT
    return begun and (person.until is None or last < person.until)


def recognise(people: Sequence[KnownPerson], kind: str, value: str, platform: str = "") -> Sender:
    """Compare a sender with what is on record. `people`: the respondent, once for each version of the order."""
    named = kind_named(kind)
    if named == "withheld" or (named in _NUMBERS and withheld(value)):
        return Sender("withheld", (_WITHHELD,))
    if not value:
        return Sender("unknown")
    key = shared_key(people, kind, value, platform)
    if key is not None:
        how = (_HOW[key[0]],) if key[0] in _HOW else ()
        return Sender("known" if key[0] in SURE else "alike", how, kind_of_key(key))
    return Sender("naming") if carries_name(people, value) else Sender("unknown")
