"""Who reports, as officers see it: a role and a key openly, a name only where it is revealed for a reason."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import Officer, User
from breaches.contacting import person_behind, recorded_for
from breaches.models import Report
from common.envelope import NotOpened
from orders.models import ProtectedPerson
from orders.queries import last_terms

Json = dict[str, Any]
# Recorded and under a key that is missing now: whoever calls is to take it that all of it binds them.
_NOT_OPENED: Json = {
    "known": True,
    "said_at": None,
    "nothing_is_safe": True,
    "hours": True,
    "code_word": True,
    "interpreter": True,
}


def reporter_of(report: Report, *, at: datetime) -> Json:
    """`key`: of the protected person in the report's order. `passed_on_by`: the staff id of who wrote it down.

    `safe_contact` says whether she was asked how to be reached, and that something of it binds whoever calls; never
    how.
    """
    person = person_behind(report, at=at)
    return {
        "kind": report.reporter_kind,
        "role": report.reporter_role or None,
        "key": _key_of(report, person),
        "known": person is not None,
        "passed_on_by": _staff_id(report),
        "safe_contact": _safe_contact(person),
    }


def _key_of(report: Report, person: UUID | None) -> str | None:
    """The key of the person behind it; where she has no account, the one that was passed on, if the order has it."""
    if report.order_id is None:
        return None
    people = ProtectedPerson.objects.filter(order_id=report.order_id)
    if person is not None:
        return people.filter(user_id=person).values_list("key", flat=True).first()
    said: Mapping[str, Any] = json.loads(report.body_sent).get("reported_by") or {}
    named = said.get("protected_person")
    return people.filter(key=named).values_list("key", flat=True).first() if isinstance(named, str) else None


def _staff_id(report: Report) -> str | None:
    if report.reporter_kind != "officer":
        return None
    if report.reporter_user_id is None:
        return None
    return Officer.objects.filter(user_id=report.reporter_user_id).values_list("staff_id", flat=True).first()


def _safe_contact(person: UUID | None) -> Json:
    try:
        recorded = recorded_for(person) if person is not None else None
    except NotOpened:
        return dict(_NOT_OPENED)
    said = recorded.said if recorded else {}
    return {
        "known": recorded is not None,
        "said_at": recorded.said_at if recorded else None,
        "nothing_is_safe": recorded is not None and not said.get("channels"),
        "hours": bool(said.get("hours")),
        "code_word": bool(said.get("code_word")),
        "interpreter": bool(said.get("interpreter")),
    }


def revealed_reporter(report: Report, fields: Sequence[str], *, at: datetime) -> Json:
    """The parts that were asked for; None where nobody knows them."""
    parts = {"name": _name_of, "account": _account_of}
    return {name: parts[name](report, at) for name in fields}


def _name_of(report: Report, at: datetime) -> Json | None:
    key = _key_of(report, person_behind(report, at=at))
    if key is None or report.order_id is None:
        return None
    standing = last_terms(report.order_id)
    people = standing.body["protected_persons"] if standing else []
    found = next((person for person in people if person["key"] == key), None)
    return found and {name: found.get(name) for name in ("key", "family_name", "given_names")}


def _account_of(report: Report, at: datetime) -> Json | None:
    if report.reporter_user_id is None:
        return None
    user = User.objects.filter(pk=report.reporter_user_id).first()
    return {"kind": user.kind, "email": user.email or None} if user else None
