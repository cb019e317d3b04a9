"""What can never match is told when it is put on record, with its pointer; the order is taken all the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.rules.usable import (
    NEVER_FOUND,
    find_unusable,
    find_unusable_identifier,
    is_damaged,
    looks_like_a_date,
)


def told(kind: str, value: str, platform: str = "") -> list[str]:
    item = {"kind": kind, "value": value, "platform": platform}
    return [problem.code for problem in find_unusable_identifier(item, "/respondent/identifiers/0")]


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        *(("phone", value, "identifier_unusable") for value in
          ["TBC", "none", "N/A", "n.a.", "unknown", "-", "#N/A", "#REF!", "withheld", "DannyM", "4.477E+11", "7,7E+9",
           "12", "07700 900123/456", "07700 900123 (his) 07700 900456 (wife)", "call 07700 900123 at 5", "1-Jan"]),
        *(("phone", value, "identifier_incomplete") for value in
          ["900123", "07700 900xxx", "07700 900***", "0770090012"]),
        *(("phone", value, "identifier_taken_apart") for value in
          ["07700 900123 / 07700 900456", "07700900123,07700900456", "07700 900123 07700 900456"]),
        *(("phone", value, "identifier_other_kind") for value in ["d.marsh@example.com", "@danny.m", "AB12 CDE"]),
        *(("vehicle", value, "identifier_unusable") for value in
          ["01/02/2026", "2026-02-01", "1-Jan", "Jan-01", "44927", "12", "blue Ford", "TBC", "1.2E+5", "?"]),
        *(("vehicle", value, "identifier_taken_apart") for value in ["AB12 CDE / XY34 ZZZ", "blue Ford AB12 CDE"]),
        *(("email", value, "identifier_unusable") for value in
          ["d.marsh example.com", "danny at example dot com", "d.marsh", "@", "none", "d.m\ufffdrsh@example.com"]),
        ("email", "d.marsh@example.com, danny@example.org", "identifier_taken_apart"),
        *(("email", value, "identifier_other_kind") for value in
          ["07700 900123", "https://instagram.com/danny.m", "@danny.m"]),
        *(("social", value, "identifier_unusable") for value in ["n/a", "...", "M\u00c3\u00bcller", "D?nny", "\u200b"]),
        ("social", "@danny.m @danny.n", "identifier_taken_apart"),
        *(("address", value, "identifier_unusable") for value in ["x", "1-Jan", "1 High St, Ll?r", "unknown"]),
        *(("other", value, "identifier_unusable") for value in ["TBC", "?", "\u00c3\u00bc"]),
    ],
)  # fmt: skip
def test_what_can_never_match_is_told(kind: str, value: str, code: str) -> None:
    assert told(kind, value) == [code]
    assert told(kind.upper(), value) == [code]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("address", "NFA"), ("address", "No fixed abode"), ("address", "of no fixed address"), ("social", "ask victim"),
        ("social", "@ask the officer"), ("address", "as above"), ("other", "see notes"), ("other", "To be confirmed"),
    ],
)  # fmt: skip
def test_words_that_send_the_reader_elsewhere_are_no_identifier(kind: str, value: str) -> None:
    assert told(kind, value) == ["identifier_unusable"]
    assert told("social", "nfa") == []


@pytest.mark.parametrize(
    ("kind", "value", "platform"),
    [
        ("phone", "07700 900123", ""), ("phone", "+353 20 910 0123", ""), ("phone", "60006", ""),
        ("Phone", "07700 900123", ""),
        ("phone", "Danny (mob): 07700 900123", ""), ("phone", "0800 1111", ""), ("email", "d@example.com", ""),
        ("email", "Danny <d@example.com>", ""), ("social", "@danny.m", "instagram"), ("social", "danny", ""),
        ("social", "https://www.facebook.com/profile.php?id=1000123", ""), ("social", "+447700900123", "whatsapp"),
        ("vehicle", "AB12 CDE", ""), ("vehicle", "A1", ""), ("vehicle", "P123 ABC", ""), ("vehicle", "12-D-3456", ""),
        ("address", "1 High Street, L1 1AA", ""), ("address", "HMP Nowhere", ""), ("other", "Gamer Tag 7", ""),
        ("address", "Caffi \u00d4l-y-Ddeilen, Llanfair", ""), ("other", "tattoo: who?", ""),
    ],
)  # fmt: skip
def test_what_can_be_found_again_is_not_told(kind: str, value: str, platform: str) -> None:
    assert told(kind, value, platform) == []


@pytest.mark.parametrize(
    "name",
    ["Ll?r", "M\u00c3\u00bcller", "M\ufffdller", "O\u00e2\u20ac\u2122Brien", "Si\u00c3\u00a2n", "J\x81n", "Mu??oz"],
)
def test_a_damaged_name_is_told(name: str) -> None:
    """A name that lost its letters is carried by no account."""
    assert is_damaged(name)
    doc = {
        "respondent": {"family_name": name, "also_known_as": ["Danny", name]},
        "protected_persons": [{"given_names": name}],
    }
    wanted = ["/respondent/family_name", "/respondent/also_known_as/1", "/protected_persons/0/given_names"]
    assert [(p.pointer, p.code) for p in find_unusable(doc)] == [(where, "name_damaged") for where in wanted]


@pytest.mark.parametrize(
    "name",
    [
        "Marsh",
        "M\u00fcller",
        "O\u2019Brien",
        "O'Brien",
        "Llŷr",
        "\u00c5sa",
        "\u0141ukasz",
        "Ng",
        "\u00c3o",
        "李",
        "Ναυσικά",
    ],
)
def test_a_name_in_its_own_letters_is_not_told(name: str) -> None:
    assert not is_damaged(name)


@pytest.mark.parametrize(
    "code",
    [
        "1-Jan",
        "01-Jan",
        "Jan-01",
        "jan-26",
        "1/1/2026",
        "2026-01-01",
        "2026-01-01T00:00:00",
        "44927",
        "1 Mar 2026",
        "Sept-4",
    ],
)
def test_a_clause_or_zone_that_a_spreadsheet_made_a_date_is_told(code: str) -> None:
    assert looks_like_a_date(code)
    doc = {"conditions": [{"clause": code, "zones": [{"code": code}]}]}
    wanted = ["/conditions/0/clause", "/conditions/0/zones/0/code"]
    assert [(p.pointer, p.code) for p in find_unusable(doc)] == [(where, "code_looks_like_date") for where in wanted]


@pytest.mark.parametrize(
    "code", ["1", "1.1", "2(a)", "iv", "HOME", "MARKET", "MAY-HOUSE", "1-1", "12", "100", "WORK-2", "99999"]
)
def test_a_clause_as_courts_write_it_is_no_date(code: str) -> None:
    assert not looks_like_a_date(code)


def test_what_is_watched_for_and_on_which_platform_is_told_where_it_can_never_be_found() -> None:
    condition = {
        "watch_terms": ["Ama", "TBC", "\u200b", "Am\ufffd", "\U0001f600", "#"],
        "platforms": ["any", "insta", "The Gram"],
    }
    assert [(p.pointer, p.code) for p in find_unusable({"conditions": [condition]})] == [
        ("/conditions/0/watch_terms/1", "watch_term_unusable"),
        ("/conditions/0/watch_terms/2", "watch_term_unusable"),
        ("/conditions/0/watch_terms/3", "watch_term_unusable"),
        ("/conditions/0/platforms/2", "platform_not_recognised"),
    ]


def test_the_protected_persons_identifiers_are_told_too_and_platforms() -> None:
    people = [
        {"identifiers": [{"kind": "phone", "value": "TBC"}, {"kind": "social", "platform": "The Gram", "value": "a.o"}]}
    ]
    assert [(p.pointer, p.code) for p in find_unusable({"protected_persons": people})] == [
        ("/protected_persons/0/identifiers/0/value", "identifier_unusable"),
        ("/protected_persons/0/identifiers/1/platform", "platform_not_recognised"),
    ]


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


def some(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Anything, or an object with any of these members."""
    return JSON | st.fixed_dictionaries({}, optional=members)


PERSON = some(family_name=JSON, also_known_as=JSON, identifiers=JSON)
CONDITION = some(clause=JSON, zones=JSON, watch_terms=JSON, platforms=JSON)


@given(
    st.fixed_dictionaries(
        {}, optional={"respondent": PERSON, "protected_persons": JSON, "conditions": st.lists(CONDITION, max_size=2)}
    )
)
def test_any_document_is_looked_through_and_nothing_that_was_sent_is_said(doc: dict[str, Any]) -> None:
    assert all(problem.pointer.startswith("/") and problem.detail for problem in find_unusable(doc))


@given(st.sampled_from(["phone", "email", "social", "vehicle", "address", "other", "Phone", ""]), st.text(max_size=40))
def test_any_identifier_is_looked_at(kind: str, value: str) -> None:
    assert NEVER_FOUND.isdisjoint(told(kind, value)) or len(told(kind, value)) == 1
