"""Whom a report names as the one it is about, held against the order: what is none of it becomes a warning."""

from __future__ import annotations

from collections.abc import Iterator

from accounts.types import Caller
from breaches.rules.protection import key_among
from breaches.types import Facts
from common.problems import Problem
from orders.types import OrderTerms

_UNKNOWN = "This order has nobody of this key for you to name; it was kept as sent."


def people_unknown(caller: Caller, facts: Facts, terms: OrderTerms | None) -> tuple[Problem, ...]:
    """A warning for each key that is none of the order's.

    To a protected person, and to who speaks for her, every key but her own is told of alike: whether there is
    somebody else in her order is not for her to learn (rule 83). It is judged by the order all the same.
    """
    if terms is None:
        return ()
    allowed = terms.protected
    if not caller.force:
        allowed = frozenset(key for key, account in terms.accounts.items() if account in facts.accounts)
    return tuple(
        Problem(pointer, "protected_person_unknown", _UNKNOWN)
        for pointer, key in _people_named(facts)
        if key.strip() and not key_among(key, allowed)
    )


def _people_named(facts: Facts) -> Iterator[tuple[str, str]]:
    yield "/reported_by/protected_person", facts.protected_person
    yield from ((f"/contacts/{contact.index}/to", contact.to) for contact in facts.contacts)
    yield from ((f"/social/{mention.index}/about", mention.about) for mention in facts.social)
