"""Rules are total: no report that its shape lets in, and no order that the rules let in, makes them raise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from breaches.reading import read_report
from breaches.rules import assess
from breaches.rules.priority import priority
from breaches.serializers import ReportIn
from breaches.types import BEHAVIOURS, CHANNELS, KINDS, METHODS, RANK, SENDER_KINDS, SUBJECTS, Facts
from breaches.written import answer_json, facts_from_json, facts_json, question_json
from edge.shapes import storable
from orders.types import OrderTerms
from tests.support.orders import EXCLUSION, NO_APPROACH, NO_CONTACT, NO_REFERENCE, a_condition, an_order
from tests.support.terms import NOW, SERVED_AT, terms_of

_WINDOW = {"days": ["fri"], "from": "22:00", "to": "06:00"}
_EXCEPTION = {"kind": "court", "wording": "except to attend court"}
_CONDITIONS = [
    EXCLUSION,
    a_condition(EXCLUSION, clause="2", windows=[_WINDOW], exceptions=[_EXCEPTION]),
    NO_CONTACT,
    a_condition(NO_CONTACT, clause="3a", channels=["email"], indirect=False),
    NO_REFERENCE,
    NO_APPROACH,
]
_FIRST = an_order(conditions=_CONDITIONS)
_SECOND = an_order(
    conditions=_CONDITIONS[1:], effective_from="2026-11-20T18:00:00Z", change={"kind": "variation", "necessity": "x"}
)
ORDERS: list[OrderTerms | None] = [
    None,
    terms_of(_FIRST),
    terms_of(_FIRST, _SECOND),
    terms_of(_FIRST, served_at=None, unapproved="AB"),
    terms_of(_FIRST, served_at=SERVED_AT + timedelta(days=263)),
]

_TEXT = st.text(max_size=20).filter(storable)
_TIME = st.one_of(
    _TEXT,
    st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1)).map(lambda t: t.isoformat()),
    st.datetimes(datetime(2026, 3, 1), datetime(2026, 12, 1), timezones=st.just(UTC)).map(lambda t: t.isoformat()),
)
_NUMBER = st.one_of(st.floats(), st.floats(49, 61), st.floats(-9, 3), st.integers(-(10**6), 10**6))


def _word(known: frozenset[str]) -> st.SearchStrategy[str]:
    return st.one_of(st.sampled_from(sorted(known)), _TEXT)


def _object(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={k.rstrip("_"): st.one_of(st.none(), v) for k, v in members.items()})


_POSITION = _object(
    subject=_word(SUBJECTS), method=_word(METHODS), longitude=_NUMBER, latitude=_NUMBER, easting=_NUMBER,
    northing=_NUMBER, grid_reference=st.one_of(_TEXT, st.just("SJ 3450 9012")), postcode=_TEXT, w3w=_TEXT,
    accuracy_m=_NUMBER, accuracy_basis=_TEXT, recorded_at=_TIME,
)  # fmt: skip
_ACCOUNT = st.one_of(
    _TEXT, st.sampled_from(["07700900123", "@danny.m", "dаnny.m", "d.marsh+x@example.com", "Withheld", "AB12CDE"])
)
_URL = st.one_of(_TEXT, st.builds("https://{}/{}".format, st.sampled_from(["instagram.com", "t.me", "fb.com"]), _TEXT))
_SENDER = _object(kind=_word(SENDER_KINDS), value=_ACCOUNT, platform=_TEXT)
_CONTACT = _object(channel=_word(CHANNELS), at=_TIME, from_=_SENDER, text=_TEXT, third_party=st.booleans())
_MENTION = _object(platform=_TEXT, handle=_ACCOUNT, text=_TEXT, about_me=_TEXT, seen_at=_TIME, url=_URL)
REPORTS = _object(
    order=_TEXT, happened=_object(from_=_TIME, to=_TIME, certainty=_TEXT),
    kinds=st.lists(_word(KINDS), max_size=3), behaviours=st.lists(_word(BEHAVIOURS), max_size=3), description=_TEXT,
    positions=st.lists(_POSITION, max_size=3), contacts=st.lists(_CONTACT, max_size=3),
    social=st.lists(_MENTION, max_size=2), immediate_danger=st.booleans(),
    risk=_object(weapon=st.booleans(), violence=st.booleans()),
)  # fmt: skip


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(REPORTS, st.sampled_from(ORDERS))
def test_every_report_gets_a_verdict(report: dict[str, Any], terms: OrderTerms | None) -> None:
    """Architecture, habit 2: at worst an officer is asked."""
    ReportIn.model_validate(report)
    reading = read_report(report, now=NOW)
    verdict = assess(reading.facts, terms)
    assert all(f.outcome in RANK for f in verdict.findings)
    assert 1 <= priority(verdict, immediate_danger=False, risk=report.get("risk") or {}).level <= 5
    assert answer_json(verdict, at=NOW)["verdict"] == verdict.name


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(REPORTS, st.sampled_from(ORDERS))
def test_a_stored_question_is_answered_the_same(report: dict[str, Any], terms: OrderTerms | None) -> None:
    """Rule 51: replayed from what was stored, the verdict comes out the same."""
    facts = read_report(report, now=NOW).facts
    again = _through_json(facts)
    assert again == facts
    assert assess(again, terms) == assess(facts, terms)
    assert set(question_json(facts, terms, timedelta(minutes=15))) == {"facts", "terms", "tolerance_s"}


def test_a_question_stored_before_links_were_read_can_still_be_asked() -> None:
    """Rule 51: what an assessment was made from stays readable when more is taken in."""
    facts = read_report({"social": [{"platform": "instagram", "handle": "@danny.m", "url": "x"}]}, now=NOW).facts
    stored = facts_json(facts)
    del stored["social"][0]["url"]
    assert facts_from_json(stored).social[0].handle == "@danny.m"
    assert assess(facts_from_json(stored), ORDERS[1]) == assess(facts, ORDERS[1])


def _through_json(facts: Facts) -> Facts:
    return facts_from_json(facts_json(facts))
