"""Whom a condition protects, and whom a report is about (section 1(1)(c): the order protects "another person").

A condition about contact, social reference, approach, images or surveillance speaks of those whom it protects. An
exclusion zone binds whoever reports it; so do requirements and other prohibitions, whose words no machine reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, assert_never

from breaches.types import Facts, Reason
from orders.types import ConditionKind, ConditionTerms, OrderTerms, known_kind

ANOTHER = Reason("protects_another", "The condition protects somebody else than whom this is about.")
NOT_STATED = Reason(
    "protected_person_not_stated", "Nobody said whom this is about; the condition does not protect everybody."
)

Aim = Literal["hers", "another", "not_stated"]


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whom a report is about, by the keys of one order (empty: nobody said), and everybody whom the order protects."""

    keys: frozenset[str]
    protected: frozenset[str]


def whom_it_concerns(facts: Facts, terms: OrderTerms) -> Concerned:
    """By the key that was stated, else by the accounts for whom it is told. A key that is none counts for nothing."""
    stated = key_among(facts.protected_person, terms.protected)
    own = frozenset(key for key, account in terms.accounts.items() if account in facts.accounts)
    return Concerned(frozenset({stated}) if stated else own, terms.protected)


def key_among(said: str, protected: frozenset[str]) -> str:
    """The key of the order that somebody meant: in another case, too, where one only is alike. "" where it is none."""
    wanted = said.strip()
    if wanted in protected:
        return wanted
    alike = [key for key in protected if key.casefold() == wanted.casefold()]
    return alike[0] if len(alike) == 1 else ""


def aim_of(condition: ConditionTerms, whom: Concerned, about: str) -> Aim:
    """Whether a thing is about those whom a condition protects. `about`: the key that the thing itself states, or "".

    Not stated counts only where it matters: a condition that protects everybody of the order speaks of anybody.
    """
    kind, protects = known_kind(condition.kind), frozenset(condition.protects)
    if kind is None or not protects or not speaks_of_persons(kind):
        return "hers"
    own = key_among(about, whom.protected)
    if about.strip() and not own:
        return "not_stated"  # said to be about somebody, and nobody can say about whom
    keys = frozenset({own}) if own else whom.keys
    if keys:
        return "another" if keys.isdisjoint(protects) else "hers"
    return "hers" if whom.protected <= protects else "not_stated"


def speaks_of_persons(kind: ConditionKind) -> bool:
    """Whether a condition of this kind is about certain people, not about places or about him alone."""
    match kind:
        case "no_contact" | "no_social_reference" | "no_approach" | "no_images" | "no_surveillance":
            return True
        case "exclusion_zone" | "requirement" | "other_prohibition":
            return False
        case _:
            assert_never(kind)
