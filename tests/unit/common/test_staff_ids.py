"""Two persons are two people: staff ids are compared as people read them (rules 16, 46 and 79)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.staff_ids import is_same_staff_id, normalize_staff_id

SAME = {
    "leading noughts": "07714",
    "blanks around": "  7714 ",
    "blanks inside": "77 14",
    "full-width digits": "７７１４",
    "Arabic digits": "٧٧١٤",
    "a full stop": "7714.",
    "a rank": "PC7714",
    "a rank, a dash": "pc-7714",
    "a rank, a blank, noughts": "PC 07714",
    "another rank since": "PS 7714",
    "an acting rank": "A/PS 7714",
    "a zero-width space": "77\u200b14",
    "a no-break space": "77\u00a014",
    "a dash of another kind": "PC\u20137714",
}
APART = {
    "another number": "7715",
    "a longer number": "77140",
    "a letter that is no rank": "E7714",
    "noughts at the end": "771400",
    "nothing": "",
    "punctuation only": "--",
}


@pytest.mark.parametrize("name", SAME)
def test_a_staff_id_is_the_same_however_it_is_written(name: str) -> None:
    assert is_same_staff_id("7714", SAME[name])
    assert is_same_staff_id(SAME[name], "7714")


@pytest.mark.parametrize("name", APART)
def test_another_staff_id_is_another(name: str) -> None:
    assert not is_same_staff_id("7714", APART[name])


@pytest.mark.parametrize(("one", "other"), [("e0071", "E-71"), ("m.hale", "M Hale"), ("STRASSE1", "straße1")])
def test_ids_with_letters_are_compared_alike(one: str, other: str) -> None:
    assert is_same_staff_id(one, other)


@pytest.mark.parametrize(("one", "other"), [("PC", "DC"), ("0", "00"), ("--", "..")])
def test_what_has_nothing_to_leave_out_stays(one: str, other: str) -> None:
    assert is_same_staff_id(one, other) == (one == "0")


@given(st.text(max_size=32))
def test_a_normalized_id_is_the_same_again(text: str) -> None:
    assert is_same_staff_id(text, text)
    assert normalize_staff_id(normalize_staff_id(text)) == normalize_staff_id(text)
