"""The terms that one report is judged by: one round trip, compiled once in each process."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from accounts.types import Caller
from common.problems import Closed
from database.writes import ask
from orders.models import OrderVersion, PersonIdentifier
from orders.queries.access import may_read
from orders.reading import conditions_of, identifier_of, identifiers_of, names_of
from orders.rules.known import known_person
from orders.rules.references import fold_reference, meant_references
from orders.rules.succession import name_replaced
from orders.types import (
    Approval,
    Change,
    ConditionTerms,
    KnownPerson,
    Learned,
    OrderTerms,
    Period,
    ServedVersion,
    VersionTerms,
)


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
_SAID = PersonIdentifier._meta.get_field("said")


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
    identifiers: str | None


_OF_FORCE = "ARRAY(SELECT id FROM orders_order WHERE orders_folded(reference) = %s AND force_id = %s)"
# Those that fold to what was typed; where there is none, every one of theirs: orders/migrations/0022.
_OF_PERSON = "orders_meant_by(%s, %s)"
_OF_ADVOCATE = "orders_meant_for(%s, %s)"
_BY_ID = "ARRAY[%s::uuid]"


@dataclass(frozen=True, slots=True)
class OrdersMeant:
    """The order that a reference names, as it was typed. Where it names none: those that may be meant."""

    named: OrderTerms | None
    candidates: tuple[OrderTerms, ...] = ()


def terms_over_own_order(reference: str, *, caller: Caller) -> OrderTerms | None:
    """Every version's terms of an order of the caller's force, in one statement. `Closed` where it is kept from it.

    The reference as somebody typed it. None also where it may mean several; a restricted one among them counts as
    meant (rule 81).
    """
    found = _find_named(reference, _terms(_OF_FORCE, (fold_reference(reference), caller.force)))
    closed = [terms for terms in found if terms.restricted]
    terms = found[0] if len(found) == 1 else next(iter(closed), None)
    if terms is not None and terms.restricted and not may_read(caller, terms.order_id):
        raise Closed([terms.order_id])
    return terms


def terms_over_protecting(reference: str, *, people: Sequence[UUID]) -> OrdersMeant:
    """The same for orders that protect one of `people`, and for no others; without a reference all of them."""
    return _choose_meant(reference, _terms(_OF_PERSON, (fold_reference(reference), tuple(people))))


def terms_over_spoken_for(reference: str, *, authorities: Sequence[UUID]) -> OrdersMeant:
    """The same for orders under which one of these authorities lets an advocate speak."""
    return _choose_meant(reference, _terms(_OF_ADVOCATE, (fold_reference(reference), tuple(authorities))))


def terms_by_id(order_id: UUID) -> OrderTerms | None:
    return next(iter(_terms(_BY_ID, (order_id,))), None)


def _choose_meant(reference: str, found: list[OrderTerms]) -> OrdersMeant:
    """Two forces may use the same reference for the same person: then both may be meant."""
    named = _find_named(reference, found)
    return OrdersMeant(named[0]) if len(named) == 1 else OrdersMeant(None, tuple(named or found))


def _find_named(reference: str, found: list[OrderTerms]) -> list[OrderTerms]:
    folded = fold_reference(reference)
    alike = [terms for terms in found if folded and fold_reference(terms.reference) == folded]
    meant = meant_references(reference, [terms.reference for terms in alike])
    return [terms for terms in alike if terms.reference in meant]


def _terms(which: str, values: tuple[Any, ...]) -> list[OrderTerms]:
    """Of each order, the one made first at the beginning."""
    question = (which, *values)
    known = _COMPILED.known(question)
    asked = [*(list(value) if isinstance(value, tuple) else value for value in values), list(known)]
    rows = [_Row(*row) for row in ask(_TERMS.format(which=which), asked)]
    compiled = [
        known.get(row.version) or _compile(_BODY.opened(bytes(row.body), row.version), Period(row.starts, row.ends))
        for row in rows
    ]
    if len(compiled) > len(known):
        _COMPILED.keep(question, dict(zip((row.version for row in rows), compiled, strict=True)))
    pairs = list(zip(rows, compiled, strict=True))
    return [_of_one(list(of_order)) for _, of_order in groupby(pairs, key=lambda pair: pair[0].order)]


def _of_one(pairs: list[tuple[_Row, _Compiled]]) -> OrderTerms:
    """The terms of one order, from its versions."""
    first = pairs[0][0]
    learned = _read_learned(first.identifiers)
    versions = tuple(
        VersionTerms(
            row.number,
            Period(row.in_force_from, row.in_force_until) if row.in_force_from else None,
            terms.conditions,
            _approvals(row.approvals),
            Period(row.starts, row.ends),
            terms.change,
        )
        for row, terms in pairs
    )
    services = _read_services(json.loads(first.services or "[]"))
    return OrderTerms(
        order_id=first.order,
        reference=first.reference,
        force=first.force,
        restricted=first.restricted,
        served_at=min((service.at for service in services), default=None),
        versions=versions,
        respondent=(*_known_by_versions(versions, [terms for _, terms in pairs]), *_group_learned(learned)),
        protected=_keys_protected([terms for _, terms in pairs]),
        accounts=json.loads(first.accounts) if first.accounts else {},
        services=services,
        learned=tuple(one for one, _ in learned),
    )


def _known_by_versions(versions: Sequence[VersionTerms], compiled: Sequence[_Compiled]) -> Iterator[KnownPerson]:
    """By what he is known in every version but those that were corrected: what only a slip names is not his."""
    replaced = name_replaced(versions)
    return (
        terms.respondent for version, terms in zip(versions, compiled, strict=True) if version.number not in replaced
    )


def _read_learned(text: str | None) -> list[tuple[Learned, KnownPerson]]:
    """What was recorded of him beside the versions. Which of it counts is asked anew each time; only keys are kept."""
    found = []
    for row_id, since, until, sealed in json.loads(text) if text else ():
        one = Learned(UUID(row_id), _read_instant(since), _read_instant(until))
        found.append((one, _known_by(one.id, bytes.fromhex(sealed))))
    return found


def _group_learned(learned: Iterable[tuple[Learned, KnownPerson]]) -> Iterator[KnownPerson]:
    """One for each time in which identifiers count: what counts together is looked up at once."""
    found: dict[tuple[datetime | None, datetime | None], list[KnownPerson]] = {}
    for one, known in learned:
        found.setdefault((one.since, one.until), []).append(known)
    for (since, until), people in found.items():
        yield KnownPerson(
            keys=frozenset().union(*(person.keys for person in people)),
            numbers=frozenset().union(*(person.numbers for person in people)),
            masks=frozenset().union(*(person.masks for person in people)),
            since=since,
            until=until,
        )


@lru_cache(maxsize=4_096)
def _known_by(row_id: UUID, sealed: bytes) -> KnownPerson:
    """By what one identifier is recognised: what a row says never changes. Raises `Unreadable`."""
    return known_person([identifier_of(_SAID.opened(sealed, row_id))], ())


def _read_instant(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def _keys_protected(compiled: Sequence[_Compiled]) -> frozenset[str]:
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
    learned = _learned_written(stored.get("learned", ()))
    return OrderTerms(
        order_id=order_id,
        reference=order.reference,
        force=order.force_id,
        restricted=order.restricted,
        served_at=datetime.fromisoformat(stored["served_at"]) if stored["served_at"] else None,
        versions=versions,
        respondent=(*_known_by_versions(versions, compiled), *_group_learned(learned)),
        protected=_keys_protected(compiled),
        accounts=stored.get("accounts", {}),
        services=_read_services(stored["services"]) if stored.get("services") is not None else None,
        learned=tuple(one for one, _ in learned),
    )


def _read_services(written: Iterable[Sequence[Any]]) -> tuple[ServedVersion, ...]:
    return tuple(ServedVersion(int(number), datetime.fromisoformat(at)) for number, at in written)


def _learned_written(stored: Iterable[Sequence[Any]]) -> list[tuple[Learned, KnownPerson]]:
    """The identifiers that counted then, whatever became of them since."""
    wanted = [Learned(UUID(row_id), _read_instant(since), _read_instant(until)) for row_id, since, until in stored]
    rows = PersonIdentifier.objects.in_bulk([one.id for one in wanted])
    return [(one, known_person([identifier_of(rows[one.id].said)], ())) for one in wanted]


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
