"""Finding the same person in the force's other orders (rule 86), and what such orders say against a new one (rule 10).

A restricted order is found from another one by those on its list only, and is never told of in a warning, which all
who read the other order see (rule 81).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, cast, get_args
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.types import Caller
from common.problems import Closed, NotFound, Problem
from orders.matching import respondent_digests
from orders.models import InForce, MatchKey, Order, OrderVersion, PersonIdentifier, SamePerson
from orders.queries.access import order_of, orders_open_to
from orders.queries.interims import meant_interims
from orders.rules.compatibility import OtherOrder, Shapes, incompatibilities
from orders.rules.people import MarkKind, PersonRole
from orders.types import Period

# A solicitor's telephone number may stand in very many orders: more than this is told as "more".
MOST_KEYS = 5_000
MOST_MATCHES = 200
_MOST_OTHERS = 10
_KINDS: Sequence[MarkKind] = get_args(MarkKind)


@dataclass(frozen=True, slots=True)
class Pair:
    """Somebody of the order that is asked about, and somebody of another order. Keys are empty for respondents."""

    role: PersonRole
    key: str
    other: UUID
    other_key: str


@dataclass(frozen=True, slots=True)
class Match:
    """Why two people may be one (`rests_on`, kinds of marks), and what named persons said of it, oldest first."""

    pair: Pair
    reference: str
    rests_on: tuple[MarkKind, ...]
    history: tuple[SamePerson, ...] = field(repr=False)

    @property
    def linked(self) -> bool:
        return bool(self.history) and self.history[-1].linked

    @property
    def state(self) -> str:
        """`unlinked`: somebody had linked them by what the records do not say, and it was taken back."""
        if self.linked:
            return "linked"
        return "suggested" if self.rests_on else "unlinked"


@dataclass(frozen=True, slots=True)
class Matches:
    """What was found; `more` where that is not all."""

    rows: tuple[Match, ...]
    more: bool


def matches_of(order: Order, *, caller: Caller) -> Matches:
    """Who of an order may be in other orders that the caller may read: linked first, then what rests on most."""
    found, more = _suggested(order)
    said = _said(order)
    pairs = found.keys() | said.keys()
    others = orders_open_to(caller).filter(pk__in={pair.other for pair in pairs})
    references = dict(others.values_list("pk", "reference"))
    rows = [
        Match(pair, references[pair.other], _ordered(found.get(pair, ())), tuple(said.get(pair, ())))
        for pair in pairs
        if pair.other in references
    ]
    rows.sort(key=lambda row: (not row.linked, -len(row.rests_on), row.reference, row.pair.role, row.pair.key))
    return Matches(tuple(rows[:MOST_MATCHES]), more or len(rows) > MOST_MATCHES)


def match_of(order: Order, pair: Pair, *, reference: str) -> Match:
    """One pair, whatever is known of it."""
    mine = {mark.digest for mark in _marks_of(order.id) if (mark.role, mark.key) == (pair.role, pair.key)}
    theirs = [mark for mark in _marks_of(pair.other) if (mark.role, mark.key) == (pair.role, pair.other_key)]
    kinds = {mark.kind for mark in theirs if mark.digest in mine}
    return Match(pair, reference, _ordered(kinds), tuple(_said(order, pair.other).get(pair, ())))


def findable_order(caller: Caller, reference: str) -> Order | None:
    """Another order of the force by its reference. Raises `Closed` where it is kept from the caller."""
    try:
        return order_of(caller, reference)
    except Closed:
        raise
    except NotFound:
        return None


def _live_keys() -> QuerySet[MatchKey]:
    """Marks of versions that count: one that a correction left in force at no time was a mistake."""
    counting = InForce.objects.filter(version=OuterRef("version"), known__upper_inf=True)
    return MatchKey.objects.filter(Exists(counting))


def _suggested(order: Order) -> tuple[dict[Pair, set[MarkKind]], bool]:
    mine: dict[bytes, set[tuple[str, str]]] = {}
    for mark in _marks_of(order.id):
        mine.setdefault(mark.digest, set()).add((mark.role, mark.key))
    found: dict[Pair, set[MarkKind]] = {}
    marks = _elsewhere(order, mine)
    for mark in marks:
        for role, key in mine[mark.digest]:
            pair = Pair(cast("PersonRole", role), key, mark.order, mark.key)
            found.setdefault(pair, set()).add(mark.kind)
    return found, len(marks) > MOST_KEYS


class _Mark(NamedTuple):
    """One mark of somebody of an order, whether a version says it or it was learned since."""

    order: UUID
    role: str
    key: str
    kind: MarkKind
    digest: bytes


def _marks_of(order_id: UUID) -> list[_Mark]:
    return _read_marks(_live_keys().filter(version__order=order_id), _live_identifiers().filter(order=order_id))


def _elsewhere(order: Order, digests: Collection[bytes]) -> list[_Mark]:
    """Who has one of these marks in another order of the force; one more than `MOST_KEYS` where there are more."""
    wanted = list(digests)
    said = _live_keys().filter(digest__in=wanted, version__order__force=order.force_id).exclude(version__order=order)
    learned = _live_identifiers().filter(mark_digests__overlap=wanted, order__force=order.force_id).exclude(order=order)
    marks = _read_marks(
        said.order_by("version__order_id", "id")[: MOST_KEYS + 1], learned.order_by("order_id", "id")[: MOST_KEYS + 1]
    )
    return [mark for mark in marks if mark.digest in digests]


def _read_marks(said: QuerySet[MatchKey], learned: QuerySet[PersonIdentifier]) -> list[_Mark]:
    found = [
        _Mark(order, role, key, cast("MarkKind", kind), bytes(digest))
        for order, role, key, kind, digest in said.values_list("version__order_id", "role", "key", "kind", "digest")
    ]
    for order, role, key, kinds, digests in learned.values_list(
        "order_id", "role", "key", "mark_kinds", "mark_digests"
    ):
        pairs = zip(kinds, digests, strict=True)
        found += [_Mark(order, role, key, cast("MarkKind", kind), bytes(digest)) for kind, digest in pairs]
    return found


def _live_identifiers() -> QuerySet[PersonIdentifier]:
    """Those that were not recorded wrongly."""
    return PersonIdentifier.objects.filter(retired_at=None)


def _ordered(kinds: Iterable[MarkKind]) -> tuple[MarkKind, ...]:
    return tuple(sorted(set(kinds), key=_KINDS.index))


def _said(order: Order, other: UUID | None = None) -> dict[Pair, list[SamePerson]]:
    """What named persons said of the order's people, by the pair, oldest first."""
    rows = SamePerson.objects.filter(Q(first=order) | Q(second=order)).order_by("number")
    if other is not None:
        rows = rows.filter(Q(first=other) | Q(second=other))
    found: dict[Pair, list[SamePerson]] = {}
    for row in rows:
        found.setdefault(_pair_of(row, order), []).append(row)
    return found


def _pair_of(row: SamePerson, order: Order) -> Pair:
    role = cast("PersonRole", row.role)
    if row.first_id == order.id:
        return Pair(role, row.first_key, row.second_id, row.second_key)
    return Pair(role, row.second_key, row.first_id, row.first_key)


def _told_of(orders: Collection[UUID], *, force: str) -> dict[UUID, str]:
    """The references of those of these orders that everybody of the force may hear of."""
    rows = Order.objects.filter(pk__in=orders, force_id=force, restricted=False)
    return dict(rows.values_list("pk", "reference"))


def warnings_beside_others(
    order: Order,
    body: dict[str, Any],
    *,
    period: Period,
    shapes: Shapes,
    at: datetime,
    new: bool,
) -> list[Problem]:
    """What to look at before both are kept: `possible_incompatibility` with other live orders of the force.

    An interim order that this one says it replaces is no other order. Nobody has linked a `new` order yet.
    """
    others = _respondents_alike(order, body) | (set() if new else _linked_respondents(order))
    references = _told_of(others, force=order.force_id) if others else {}
    replaced = meant_interims(body, list(references.values()))
    alike = [pk for pk, reference in references.items() if reference not in replaced]
    return incompatibilities(body, shapes, _live_terms(alike, period, at)) if alike else []


def _linked_respondents(order: Order) -> set[UUID]:
    said = _said(order).items()
    return {pair.other for pair, rows in said if pair.role == "respondent" and rows[-1].linked}


def _respondents_alike(order: Order, body: dict[str, Any]) -> set[UUID]:
    digests = respondent_digests(force=order.force_id, body=body)
    return {mark.order for mark in _elsewhere(order, digests)} if digests else set()


def _live_terms(orders: Sequence[UUID], period: Period, at: datetime) -> list[OtherOrder]:
    """What of these orders is in force, now or later, in any part of a period; the oldest orders first."""
    begins = max(period.start, at)
    if period.end is not None and period.end <= begins:
        return []
    rows = (
        InForce.objects.filter(order__in=orders, known__upper_inf=True)
        .filter(during__overlap=DateTimeTZRange(begins, period.end))
        .select_related("version__order")
        .defer("version__body_sent")
        .order_by("order_id", "version__number")
    )
    return [
        OtherOrder(row.version.order.reference, row.version.body, _drawings(row.version)) for row in rows[:_MOST_OTHERS]
    ]


def _drawings(version: OrderVersion) -> dict[str, str]:
    return dict(version.zones.values_list("code", "shape_sha256"))
