"""Corrections by their numbers: whatever is sent, nothing that was said is lost and no number moves."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from breaches.corrections import content_of, put_right, read_again, risks_ever_said, told_first

_NUMBERS = st.one_of(st.none(), st.integers(-2, 6))
_ITEMS = st.fixed_dictionaries(
    {"text": st.sampled_from([None, "a", "b"])}, optional={"replaces": _NUMBERS, "strikes": _NUMBERS}
)
_LISTS = st.lists(_ITEMS, max_size=4)


@given(_LISTS, st.lists(_LISTS, max_size=4))
def test_a_number_is_never_given_twice_and_none_goes_away(first: list[Any], later: list[list[Any]]) -> None:
    current = told_first({"contacts": [{"text": item["text"]} for item in first]})
    for number, items in enumerate(later):
        before = current.lists["contacts"]
        found = put_right(current, {"contacts": items}, said_in=str(number))
        after, placing = found.current.lists["contacts"], found.placings["contacts"]
        taken = [one for one in placing.numbers if one is not None]
        assert len(taken) == len(set(taken))
        assert len(after) >= len(before)
        assert len(placing.numbers) == len(items)
        assert all(after[n] == before[n] for n in range(len(before)) if n not in placing.gone)
        assert [after[n].value for n in taken] == [content_of(i) for i in items if content_of(i) is not None]
        current = found.current


@given(_LISTS, st.lists(_LISTS, max_size=4))
def test_reading_all_again_is_reading_one_after_the_other(first: list[Any], later: list[list[Any]]) -> None:
    body = {"contacts": first}
    current = told_first(body)
    for number, items in enumerate(later):
        current = put_right(current, {"contacts": items}, said_in=str(number)).current
    assert read_again(body, [(str(n), {"contacts": items}) for n, items in enumerate(later)]) == current


def test_a_risk_that_was_once_said_is_not_unsaid() -> None:
    bodies: list[Any] = [{"risk": {"weapon": True, "violence": None}}, {}, {"risk": None}, {"risk": {"weapon": False}}]
    assert risks_ever_said(bodies) == {"weapon"}


def test_a_beginning_is_kept_where_only_the_end_is_said() -> None:
    first = told_first({"happened": {"from": "a", "to": "b", "certainty": "about"}})
    assert put_right(first, {"happened": {"to": "c"}}, said_in="1").current.happened == {
        "from": "a", "to": "c", "certainty": "about",
    }  # fmt: skip
    assert put_right(first, {"happened": {"from": "c"}}, said_in="1").current.happened == {"from": "c"}


def test_an_item_that_strikes_what_it_replaces_with_nothing_is_told_as_struck() -> None:
    done = put_right(
        told_first({"contacts": [{"channel": "sms"}]}), {"contacts": [{"replaces": 0, "strikes": 0}]}, said_in="1"
    )
    assert [slot.struck for slot in done.current.lists["contacts"]] == [True]
    assert [(w.pointer, w.code) for w in done.warnings] == [("/contacts/0", "struck_not_replaced")]
