"""By what the same person is found: one form for each mark, whatever was written (rule 86)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.rules.people import Mark, alike, marks_of

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)


def named(family_name: str, **members: Any) -> dict[str, Any]:
    return {"family_name": family_name, "date_of_birth": "1988-04-17", **members}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("O'Brien", "OBRIEN"),
        ("O’Brien", "O Brien"),
        ("Müller", "MULLER"),
        ("Nuñez", "Nunez"),
        ("Marsh-Jones", "Marsh Jones"),
        ("ﬁsher", "Fisher"),
        ("Strauß", "STRAUSS"),
        (" Marsh ", "marsh"),
    ],
)
def test_a_family_name_is_one_however_it_is_written(one: str, other: str) -> None:
    assert marks_of(named(one)) == marks_of(named(other)) != frozenset()


@pytest.mark.parametrize("name", ["", " ", "-", "Unknown", "N/K", "not known"])
def test_no_name_is_no_mark(name: str) -> None:
    assert marks_of(named(name)) == frozenset()


def test_a_name_of_several_words_gives_its_last_one() -> None:
    forms = {mark.form for mark in marks_of(named("Marsh", also_known_as=["Danny", "Dan Stone", "D. Stone "]))}
    assert forms == {"marsh 1988-04-17", "stone 1988-04-17"}


@pytest.mark.parametrize(
    ("plate", "sound"),
    [("AB12 CDE", True), ("A 1", True), ("ab12-cde", True), ("UNKNOWN", False), ("1", False), ("A" * 10 + "1", False)],
)
def test_a_plate_has_a_digit_and_a_length(plate: str, sound: bool) -> None:
    person = {"family_name": "X", "identifiers": [{"kind": "vehicle", "value": plate}]}
    assert bool(marks_of(person)) == sound


def test_a_mark_does_not_show_its_form() -> None:
    """It would stand in every traceback otherwise."""
    assert "marsh" not in repr(marks_of(named("Marsh")))


KINDS = st.sampled_from(["phone", "email", "social", "vehicle", "address", "other"])
IDENTIFIERS = st.lists(st.fixed_dictionaries({"kind": KINDS, "value": TEXT, "platform": TEXT | st.none()}), max_size=4)
PEOPLE = st.fixed_dictionaries({
    "family_name": TEXT,
    "given_names": TEXT | st.none(),
    "date_of_birth": st.dates().map(str) | st.none(),
    "also_known_as": st.lists(TEXT, max_size=3) | st.none(),
    "identifiers": IDENTIFIERS | st.none(),
})  # fmt: skip


@given(PEOPLE, PEOPLE)
def test_any_person_that_can_be_recorded_has_marks(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Rules are total, and alike goes both ways."""
    assert all(isinstance(mark, Mark) and mark.form.strip() for mark in marks_of(one))
    assert alike(one, other) == alike(other, one)
