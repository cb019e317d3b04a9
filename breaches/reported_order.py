"""Which order a report is about: named by somebody whose it is, or found for somebody who is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.queries import HeldAuthority, authorities_held
from accounts.types import Caller
from breaches.rules.which_order import OrderChoice, choose_order
from breaches.types import Interval
from common.problems import Closed, Problem
from database import tenancy
from database.sealed import Unreadable
from orders.queries import terms_by_id, terms_over_own_order, terms_over_protecting, terms_over_spoken_for
from orders.queries.access import closed_as_typed, restricted_order
from orders.queries.terms import OrdersMeant
from orders.rules.references import LONGEST_TYPED
from orders.types import OrderTerms

Json = Mapping[str, Any]
NOT_MATCHED = Problem("/order", "order_not_matched", "No order of yours has this reference; none is attached.")
_ASSUMED = Problem("/order", "order_assumed", "The order that protects you then is taken to be meant.")
_SEVERAL = Problem("/order", "order_candidates", "More than one order may be meant; an officer sees which.")
_UNREADABLE = Problem(
    "/order", "order_not_readable", "Your order cannot be opened now. An officer sees this report all the same."
)


@dataclass(frozen=True, slots=True)
class ReportedOrder:
    """The order that a report is about. `closed`: a list keeps it from whoever sent the report (rule 81).

    Terms that are missing although the order is known are sealed under a key that is missing, or the order is only one
    that may be meant. `named`: it is the one that the reference means. `forces`: whose queue it may be for. `told`:
    said to the sender only, and not kept, since it is not so. `accounts`: for whom an advocate speaks under it.
    """

    order_id: UUID | None = None
    terms: OrderTerms | None = None
    named: bool = False
    closed: bool = False
    restricted: bool = False
    forces: tuple[str, ...] = ()
    doubts: tuple[Problem, ...] = ()
    told: tuple[Problem, ...] = ()
    accounts: frozenset[str] = frozenset()


def named_by_id(order_id: UUID) -> ReportedOrder:
    return _report_found_order(terms_by_id(order_id))


def find_order(caller: Caller, body: Json, interval: Interval | None, *, at: datetime) -> ReportedOrder:
    """The order that a caller names, if it is one of theirs, or of their force; else the one that protects them.

    Where its terms cannot be opened the report is kept without them; that there is such an order is said only to those
    whose it is. For whoever is not known, or passes on what another said, nothing is assumed.
    """
    reference = _reference_in(body)
    unmatched = (NOT_MATCHED,) if body.get("order") else ()
    try:
        if caller.force:
            terms = terms_over_own_order(reference, caller=caller) if reference else None
            return _report_found_order(terms) if terms else ReportedOrder(doubts=unmatched)
        return _order_of_person(caller, reference, unmatched, interval or Interval(at, at), at=at)
    except Closed as closed:
        return _keep_closed_order(closed.records[0], told=(NOT_MATCHED,))
    except Unreadable:
        kept = next(iter(closed_as_typed(caller, reference)), None) if caller.force else None
        return _keep_closed_order(kept, told=(NOT_MATCHED,)) if kept else ReportedOrder(doubts=(_UNREADABLE,))


def _assume_order(choice: OrderChoice, unmatched: tuple[Problem, ...]) -> ReportedOrder:
    if choice.order is not None:
        return replace(_report_found_order(choice.order), named=False, doubts=(_ASSUMED,))
    if not choice.forces:
        return ReportedOrder(doubts=unmatched)
    kept = choice.kept
    if kept is None:
        return ReportedOrder(forces=choice.forces, doubts=(_SEVERAL,))
    return ReportedOrder(kept.order_id, None, restricted=True, forces=(kept.force,), doubts=(_SEVERAL,))


def _report_found_order(terms: OrderTerms | None) -> ReportedOrder:
    if terms is None:
        return ReportedOrder()
    return ReportedOrder(terms.order_id, terms, named=True, restricted=terms.restricted, forces=(terms.force,))


def _reference_in(body: Json) -> str:
    """What was typed as a reference; empty where that is none."""
    reference = body.get("order")
    return reference if isinstance(reference, str) and len(reference) <= LONGEST_TYPED else ""


def _keep_closed_order(order_id: UUID, *, told: tuple[Problem, ...]) -> ReportedOrder:
    kept = ReportedOrder(order_id, named=True, closed=True, restricted=True, told=told)
    try:
        return replace(kept, terms=terms_by_id(order_id))
    except Unreadable:
        return kept


def find_kept_order(force: str, body: Json, instead_of: ReportedOrder) -> ReportedOrder | None:
    """A restricted order, of the force that the report goes to, that somebody names whose it is not.

    The report is for those on its list and for nobody else, whoever made it or wrote it down. Its sender is told what
    they would be told if there were no such order: what was found `instead_of` it.
    """
    reference = _reference_in(body)
    if not reference:
        return None
    with tenancy.acting(replace(tenancy.current() or tenancy.NOBODY, force=force)):
        kept = restricted_order(force, reference)
        return _keep_closed_order(kept, told=instead_of.doubts) if kept else None


def _order_of_person(
    caller: Caller, reference: str, unmatched: tuple[Problem, ...], interval: Interval, *, at: datetime
) -> ReportedOrder:
    """Of the orders that protect the caller, or whom they speak for."""
    if caller.user_id is None:
        return ReportedOrder(doubts=unmatched)
    if caller.kind != "advocate":
        return _choose_meant_order(terms_over_protecting(reference, people=[caller.user_id]), interval, unmatched)
    held = authorities_held(caller.user_id, scope="report", at=at)
    meant = terms_over_spoken_for(reference, authorities=[one.id for one in held])
    found = _choose_meant_order(meant, interval, unmatched)
    return replace(found, accounts=_spoken_for(held, found.terms)) if found.terms else found


def _choose_meant_order(meant: OrdersMeant, interval: Interval, unmatched: tuple[Problem, ...]) -> ReportedOrder:
    if meant.named is not None:
        return _report_found_order(meant.named)
    return _assume_order(choose_order(meant.candidates, interval), unmatched)


def _spoken_for(held: Sequence[HeldAuthority], terms: OrderTerms) -> frozenset[str]:
    """The accounts of those whom the order protects and an advocate may speak for under it."""
    under = {str(one.principal) for one in held if one.only_order in (None, terms.order_id)}
    return frozenset(under.intersection(terms.accounts.values()))
