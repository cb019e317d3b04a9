"""Matching one report against 10,000 known identifiers, beside bare dictionary lookups of the same keys.

The floor is what cannot be left out: each of the report's keys asked once of a dictionary that holds those of all
identifiers. What is above it is reading the report: numbers, addresses, handles and links into their forms. The
identifiers are spread over ten versions of an order, a thousand each, which is the most that one may name.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from breaches.rules import assess
from breaches.types import Facts, Interval, ReportedContact, ReportedMention
from orders.rules.known import keys_reported, known_person, likeness
from orders.types import ConditionTerms, Identifier, IdentifierKey, KnownPerson, OrderTerms, Period, VersionTerms

_VERSIONS, _EACH = 10, 1_000
_CONTACTS, _MENTIONS = 20, 5
_ROUNDS, _REPEATS = 50, 3
_MADE, _THEN = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 11, 20, 18, tzinfo=UTC)


def run() -> dict[str, Any]:
    """Measure both in one go: a report of 20 contacts and 5 mentions, some of them on record."""
    begun = time.perf_counter()
    people = tuple(_person(number) for number in range(_VERSIONS))
    compiled_s = time.perf_counter() - begun
    facts, terms = _facts(), _terms(people)
    senders = [*_senders(), *(("social", _link(turn), "") for turn in range(_MENTIONS))]
    keys = [key for sender in senders for key in keys_reported(*sender)]
    known: dict[IdentifierKey, bool] = {key: True for person in people for key in person.keys}
    ours, floor = [], []
    # Turn about, best of each: another process on the machine then slows both or neither.
    for _ in range(_ROUNDS):
        ours.append(_seconds(lambda: assess(facts, terms)))
        floor.append(_seconds(lambda: [known.get(key) for key in keys]))
    began = time.process_time()
    for _ in range(_ROUNDS):
        assess(facts, terms)
    cpu_ms = (time.process_time() - began) / _ROUNDS * 1_000
    ours_ms, floor_ms = min(ours) * 1_000, min(floor) * 1_000
    return {
        "name": "identifiers",
        "ours_ms": round(ours_ms, 3),
        "worst_ms": round(max(ours) * 1_000, 3),
        "cpu_ms": round(cpu_ms, 3),  # of a machine with nothing else to do
        "floor_ms": round(floor_ms, 4),
        "ratio": round(ours_ms / floor_ms, 1),
        "target_ms": 5,
        "known": _VERSIONS * _EACH,
        "contacts": _CONTACTS,
        "mentions": _MENTIONS,
        "recognised": sum(likeness(people, *sender) is not None for sender in senders),
        "keys_compared": len(keys),
        "compiled_once_s": round(compiled_s, 2),
        "floor": "one dictionary lookup of each of the report's keys, already worked out",
    }


def _person(version: int) -> KnownPerson:
    return known_person((_identifier(version * _EACH + turn) for turn in range(_EACH)), ["Daniel Marsh", "Danny"])


def _identifier(number: int) -> Identifier:
    """Of each four one number, one mailbox, one account and one vehicle."""
    kind = number % 4
    if kind == 0:
        return Identifier("phone", f"07700 {number:06d}")
    if kind == 1:
        return Identifier("email", f"d.marsh.{number}@example.com")
    if kind == 2:
        return Identifier("social", f"@danny.{number}", "instagram")
    return Identifier("vehicle", f"AB{number % 90 + 10} {number:05d}")


def _senders() -> list[tuple[str, str, str]]:
    """Some on record, written otherwise there, and some of nobody known."""
    numbers = [f"0044 (0)7700-00{4 * n:04d}" if n % 3 == 0 else f"{600_000 + n}" for n in range(_CONTACTS // 2)]
    mailboxes = [f"D.Marsh.{4 * n + 1}@example.{'com' if n % 3 else 'org'}" for n in range(_CONTACTS // 2)]
    return [*(("phone", value, "") for value in numbers), *(("email", value, "") for value in mailboxes)]


def _facts() -> Facts:
    contacts = tuple(
        ReportedContact(index, "sms", None, kind, value, platform, third_party=False)
        for index, (kind, value, platform) in enumerate(_senders())
    )
    social = tuple(
        ReportedMention(n, "", "", "thinking of #AmaOsei tonight", "not_sure", None, _link(n)) for n in range(_MENTIONS)
    )
    return Facts(interval=Interval(_THEN, _THEN), contacts=contacts, social=social)


def _link(turn: int) -> str:
    return f"https://instagram.com/danny.{4 * turn + 2}"


def _terms(people: tuple[KnownPerson, ...]) -> OrderTerms:
    anything = frozenset({"any"})
    conditions = (
        ConditionTerms("3", "no_contact", "Not to contact her.", ("P1",), None, (), (), channels=anything),
        ConditionTerms(
            "4", "no_social_reference", "Not to refer to her.", ("P1",), None, (), (), platforms=anything,
            watch_terms=("Ama", "AO", "#amaosei"),
        ),
    )  # fmt: skip
    version = VersionTerms(1, Period(_MADE, None), conditions)
    return OrderTerms(UUID(int=1), "SPO-1", "05", _MADE, (version,), people)


def _seconds(work: Callable[[], object]) -> float:
    """Of one time, as the mean of several."""
    begun = time.perf_counter()
    for _ in range(_REPEATS):
        work()
    return (time.perf_counter() - begun) / _REPEATS


if __name__ == "__main__":
    print(json.dumps(run(), indent=2))
