"""The terms that one report is judged by: one round trip, compiled once in each process."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from accounts.types import Caller
from common.problems import Closed
from database.writes import ask
from orders.models import OrderVersion
from orders.queries.access import may_read
from orders.reading import conditions_of, identifiers_of, names_of
from orders.rules.known import known_person
from orders.types import Approval, Change, ConditionTerms, KnownPerson, OrderTerms, Period, ServedVersion, VersionTerms


@dataclass(frozen=True, slots=True)
class _Compiled:
    """What never changes of a version, worked out once in each process."""

    conditions: tuple[ConditionTerms, ...]
    respondent: KnownPerson
    protected: frozenset[str]
    change: Change


class _Cache:
    """The most recently used compiled versions. A version is immutable, so nothing ever goes stale.

    `known` are those that answered the same question last time: their bodies need not be read again.
    """

    def __init__(self, size: int) -> None:
        self._size, self._lock = size, threading.Lock()
        self._kept: OrderedDict[Hashable, dict[UUID, _Compiled]] = OrderedDict()

    def known(self, question: Hashable) -> dict[UUID, _Compiled]:
        with self._lock:
            if question in self._kept:
                self._kept.move_to_end(question)
            return self._kept.get(question, {})

    def keep(self, question: Hashable, versions: dict[UUID, _Compiled]) -> None:
        with self._lock:
            self._kept[question] = versions
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)


_COMPILED = _Cache(512)
_BODY = OrderVersion._meta.get_field("body")


def _compile(body: dict[str, Any], period: Period) -> _Compiled:
    person = body["respondent"]
    return _Compiled(
        conditions=conditions_of(body, order=period),
        respondent=known_person(identifiers_of(person), names_of(person)),
        protected=frozenset(one["key"] for one in body["protected_persons"]),
        change=_change_of(body.get("change") or {}),
    )


def _change_of(said: Mapping[str, Any]) -> Change:
    return Change(said.get("kind") or "made", said.get("corrects"), said.get("respondent_present"))


# One round trip for the whole order. A body comes as it is sealed, and only where it is not compiled yet.
# A function (orders/migrations, the last that makes it), so that its plan is kept also where it is sent with the BEGIN.
_TERMS = "SELECT * FROM orders_terms({which}, %s)"


class _Row(NamedTuple):
    order: UUID
    reference: str
    force: str
    restricted: bool
    version: UUID
    number: int
    starts: datetime
    ends: datetime | None
    in_force_from: datetime | None
    in_force_until: datetime | None
    body: bytes
    services: str | None
    approvals: str | None
    accounts: str | None


_OF_FORCE = "ARRAY(SELECT id FROM orders_order WHERE reference = %s AND force_id = %s)"
_OF_PERSON = "orders_protecting(%s, %s)"
_OF_ADVOCATE = """ARRAY(
    SELECT o.id FROM orders_order o WHERE o.reference = %s AND EXISTS (
    SELECT 1 FROM orders_protectedperson p JOIN accounts_authority a ON a.principal_id = p.user_id
     WHERE p.order_id = o.id AND a.id = ANY(%s) AND (a.only_order IS NULL OR a.only_order = o.id)))"""
_BY_ID = "ARRAY[%s::uuid]"


def terms_over_own_order(reference: str, *, caller: Caller) -> OrderTerms | None:
    """Every version's terms of an order of the caller's force, in one statement. `Closed` where it is kept from it."""
    terms = _terms(_OF_FORCE, (reference, caller.force))
    if terms is not None and terms.restricted and not may_read(caller, terms.order_id):
        raise Closed([terms.order_id])
    return terms


def terms_over_protecting(reference: str, *, people: Sequence[UUID]) -> OrderTerms | None:
    """The same for an order that protects one of `people`; None also where it exists but protects others."""
    return _terms(_OF_PERSON, (reference, tuple(people)))


def terms_over_spoken_for(reference: str, *, authorities: Sequence[UUID]) -> OrderTerms | None:
    """The same for an order under which one of these authorities lets an advocate speak."""
    return _terms(_OF_ADVOCATE, (reference, tuple(authorities)))


def terms_by_id(order_id: UUID) -> OrderTerms | None:
    return _terms(_BY_ID, (order_id,))


def _terms(which: str, values: tuple[Any, ...]) -> OrderTerms | None:
    question = (which, *values)
    known = _COMPILED.known(question)
    asked = [*(list(value) if isinstance(value, tuple) else value for value in values), list(known)]
    rows = [_Row(*row) for row in ask(_TERMS.format(which=which), asked)]
    # Two forces may use the same reference for the same person: then nobody can say which is meant.
    if not rows or len({row.order for row in rows}) > 1:
        return None
    compiled = [
        known.get(row.version) or _compile(_BODY.opened(bytes(row.body), row.version), Period(row.starts, row.ends))
        for row in rows
    ]
    if len(compiled) > len(known):
        _COMPILED.keep(question, dict(zip((row.version for row in rows), compiled, strict=True)))
    versions = tuple(
        VersionTerms(
            row.number,
            Period(row.in_force_from, row.in_force_until) if row.in_force_from else None,
            terms.conditions,
            _approvals(row.approvals),
            Period(row.starts, row.ends),
            terms.change,
        )
        for row, terms in zip(rows, compiled, strict=True)
    )
    services = _services(json.loads(rows[0].services or "[]"))
    return OrderTerms(
        order_id=rows[0].order,
        reference=rows[0].reference,
        force=rows[0].force,
        restricted=rows[0].restricted,
        served_at=min((service.at for service in services), default=None),
        versions=versions,
        respondent=tuple(terms.respondent for terms in compiled),
        protected=_protected(compiled),
        accounts=json.loads(rows[0].accounts) if rows[0].accounts else {},
        services=services,
    )


def _protected(compiled: Sequence[_Compiled]) -> frozenset[str]:
    return frozenset().union(*(terms.protected for terms in compiled))


def terms_as_written(stored: Mapping[str, Any]) -> OrderTerms:
    """The terms that a verdict was once made with, from what was stored of them: versions never change.

    Who is known as the respondent's is by the versions that there were.
    """
    order_id = UUID(stored["order_id"])
    rows = {
        row.number: row
        for row in OrderVersion.objects.filter(
            order_id=order_id, number__in=[version["number"] for version in stored["versions"]]
        ).select_related("order")
    }
    compiled = [
        _compile(row.body, Period(row.effective_from, row.in_force_until))
        for row in (rows[version["number"]] for version in stored["versions"])
    ]
    versions = tuple(
        VersionTerms(
            version["number"],
            _period_written(version["in_force"]),
            terms.conditions,
            _approvals_written(version),
            Period(rows[version["number"]].effective_from, rows[version["number"]].in_force_until),
            terms.change,
        )
        for version, terms in zip(stored["versions"], compiled, strict=True)
    )
    order = next(iter(rows.values())).order
    return OrderTerms(
        order_id=order_id,
        reference=order.reference,
        force=order.force_id,
        restricted=order.restricted,
        served_at=datetime.fromisoformat(stored["served_at"]) if stored["served_at"] else None,
        versions=versions,
        respondent=tuple(terms.respondent for terms in compiled),
        protected=_protected(compiled),
        accounts=stored.get("accounts", {}),
        services=_services(stored["services"]) if stored.get("services") is not None else None,
    )


def _services(written: Iterable[Sequence[Any]]) -> tuple[ServedVersion, ...]:
    return tuple(ServedVersion(int(number), datetime.fromisoformat(at)) for number, at in written)


def _period_written(stored: Sequence[Any] | None) -> Period | None:
    if stored is None:
        return None
    start, end = stored
    return Period(datetime.fromisoformat(start), datetime.fromisoformat(end) if end else None)


def _approvals_written(version: Mapping[str, Any]) -> dict[str, Approval]:
    return {
        code: Approval(found["staff_id"], datetime.fromisoformat(found["at"]))
        for code, found in version["approvals"].items()
    }


def _approvals(text: str | None) -> dict[str, Approval]:
    if text is None:
        return {}
    found: dict[str, list[str]] = json.loads(text)
    return {code: Approval(staff, datetime.fromisoformat(at)) for code, (staff, at) in found.items()}
