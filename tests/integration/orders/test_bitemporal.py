"""Whatever is recorded later, a question about the past has the answer it had (rules 17, 18, 22)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.types import Caller
from common.problems import Conflict, NotFound, Refused
from orders import queries
from orders.models import Order, OrderVersion
from orders.services import (
    Consents,
    Document,
    record_appeal,
    record_determination,
    record_discharge,
    register_version,
)
from tests.support.api import Apis
from tests.support.orders import NO_CONTACT, REFERENCE, an_order

# A short version in the suite; the long one by night (docs/changing-safely.md).
MANY = 200 if settings().max_examples > 100 else 12
SYSTEM = Caller(kind="force_system", id="test", force="05", scopes=frozenset())
FIRST = date(2026, 3, 2)
PENDING = {"reference": "APP-1", "applied_on": "2026-02-20"}
DAYS = st.integers(0, 260)
ASKED = [datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=37 * n, hours=n) for n in range(24)]
ALL_AGREE = Consents(defendant=True, applying_officer=True, residence_force="", residence_officer=False)

Act = Callable[[], Any]


def instant(day: int) -> datetime:
    return datetime(2026, 3, 2, 12, tzinfo=UTC) + timedelta(days=day)


def version(kind: str, day: int, lasts: int) -> Act:
    """The next version, in force from a day."""

    def act() -> None:
        decided = FIRST + timedelta(days=day)
        body = an_order(
            kind="interim",
            main_application=PENDING,
            conditions=[NO_CONTACT],
            expires_on=str(decided + timedelta(days=lasts)),
            effective_from=instant(day).isoformat(),
            change={"kind": kind, "decided_on": str(decided)},
        )
        number = OrderVersion.objects.filter(order__reference=REFERENCE).count() + 1
        register_version(
            caller=SYSTEM,
            reference=REFERENCE,
            number=number,
            document=Document(body=body, sent="{}", shape_problems=()),
            digest=f"{number:064x}",
        )

    return act


def determination(day: int, result: Any) -> Act:
    return lambda: record_determination(caller=SYSTEM, reference=REFERENCE, result=result, at=instant(day))


def discharge(day: int) -> Act:
    return lambda: record_discharge(caller=SYSTEM, reference=REFERENCE, discharged_at=instant(day), consents=ALL_AGREE)


def appeal(day: int, outcome: Any) -> Act:
    return lambda: record_appeal(
        caller=SYSTEM, reference=REFERENCE, lodged_on=FIRST, outcome=outcome, at=outcome and instant(day)
    )


ACTS = st.one_of(
    st.builds(version, st.sampled_from(["variation", "correction", "renewal"]), DAYS, st.integers(1, 900)),
    st.builds(determination, DAYS, st.sampled_from(["granted", "refused", "withdrawn"])),
    st.builds(discharge, DAYS),
    st.builds(appeal, DAYS, st.sampled_from([None, "dismissed", "quashed"])),
)


def answers(known_at: datetime) -> list[Any]:
    """What was forbidden then, as known at an instant: version, status and end, for instants before and after."""
    order = Order.objects.get(reference=REFERENCE)
    found: list[Any] = []
    for at in ASKED:
        try:
            answer = queries.version_at(order, at=at, known_at=known_at)
        except NotFound:
            found.append(None)
        else:
            found.append((answer.version.number, answer.status, answer.until))
    return found


@settings(
    max_examples=MANY, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(acts=st.lists(ACTS, min_size=1, max_size=6))
def test_a_past_question_has_one_answer_for_ever(api: Apis, acts: list[Act]) -> None:
    """Varied, corrected, determined, discharged, appealed: in any order, refused or not."""
    with transaction.atomic():
        before = timezone.now()
        version("made", 0, 400)()
        assert answers(before) == [None] * len(ASKED)
        told: list[tuple[datetime, list[Any]]] = []
        for act in acts:
            try:
                with transaction.atomic():
                    act()
            except (Refused, Conflict):
                continue
            now = timezone.now()
            told.append((now, answers(now)))
            order = Order.objects.get(reference=REFERENCE)
            assert answers(now) == [
                (a.version.number, a.status, a.until) for a in (queries.version_at(order, at=at) for at in ASKED)
            ]
        assert [answers(known_at) for known_at, _ in told] == [answer for _, answer in told]
        transaction.set_rollback(True)


@settings(
    max_examples=MANY, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(acts=st.lists(ACTS, min_size=1, max_size=6))
def test_reports_are_judged_by_what_the_order_is_shown_as(api: Apis, acts: list[Act]) -> None:
    """The terms of a verdict and `GET ?at=` come from one record (rule 18)."""
    with transaction.atomic():
        version("made", 0, 400)()
        for act in acts:
            try:
                with transaction.atomic():
                    act()
            except (Refused, Conflict):
                continue
        order = Order.objects.get(reference=REFERENCE)
        terms = queries.terms_by_id(order.id)
        assert terms is not None
        for at in ASKED:
            shown = queries.version_at(order, at=at)
            judged = [
                v.number
                for v in terms.versions
                if v.in_force and v.in_force.start <= at and (v.in_force.end is None or at < v.in_force.end)
            ]
            assert judged == ([shown.version.number] if shown.status == "in_force" else [])
        transaction.set_rollback(True)
