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
    "a rank written out": "Police Constable 7714",
    "a rank in two words": "CH INSP 7714",
    "a rank in three words": "Det. Ch. Insp. 7714",
    "a rank in two words, written out": "Detective Sergeant 7714",
    "a rank run together": "ChiefInspector7714",
    "a trainee's rank": "T/DC 7714",
    "an acting rank with a stroke": "A/Insp 7714",
    "an acting rank written out": "Acting Sergeant 7714",
    "a superintendent": "D/Supt 7714",
    "a support officer": "PCSO 7714",
    "a support officer written out": "Police Community Support Officer 7714",
    "a special": "Special Constable 7714",
    "a woman constable, as it was": "WPC7714",
    "a rank behind": "7714 DS",
    "a rank behind, with a stroke": "7714/DI",
    "a title": "Ms 7714",
    "a word for the number": "Collar No. 7714",
    "a sign for the number": "\u2116 7714",
    "a spreadsheet's decimal": "7714.0",
    "a rank and a spreadsheet's decimal": "PC 7714.00",
    "a force in brackets": "PC7714 (Merseyside)",
    "a force behind": "7714 Merseyside",
    "a force in short": "GMP 7714",
    "a family name": "PC Marsh 7714",
    "a family name behind": "DS 7714 O'Brien",
    "a name with an initial": "M. Hale 7714",
    "a name and the number in brackets": "Hale (7714)",
    "an address of mail": "7714@force.police.uk",
    "a domain": "MERSEY\\7714",
    "a role": "Civilian Investigator 7714",
}
APART = {
    "another number": "7715",
    "a longer number": "77140",
    "a letter that is no rank": "E7714",
    "noughts at the end": "771400",
    "nothing": "",
    "punctuation only": "--",
    "two collar letters": "MP 7714",
    "collar letters behind": "7714MP",
    "a letter with its rank": "PC E7714",
    "letters that touch the number": "xyz7714",
    "a number that only begins alike": "7714.5",
    "a number that holds it": "1 7714",
    "a name alone": "Marsh",
}


@pytest.mark.parametrize(
    ("one", "other"),
    [("PC E7714", "E7714"), ("MP 7714", "DS MP7714"), ("MP-7714", "mp 07714"), ("7714MP", "PC 7714 MP")],
)
def test_collar_letters_belong_and_ranks_beside_them_do_not(one: str, other: str) -> None:
    assert is_same_staff_id(one, other)


def test_a_name_beside_a_small_number_is_kept() -> None:
    """`Hale 1` and `Marsh 1` are how a system without collar numbers tells its users apart."""
    assert not is_same_staff_id("Hale 1", "Marsh 1")


@pytest.mark.parametrize("name", SAME)
def test_a_staff_id_is_the_same_however_it_is_written(name: str) -> None:
    assert is_same_staff_id("7714", SAME[name])
    assert is_same_staff_id(SAME[name], "7714")


@pytest.mark.parametrize("name", APART)
def test_another_staff_id_is_another(name: str) -> None:
    assert not is_same_staff_id("7714", APART[name])


SEVERAL = (
    "4401/4403", "4403/4401", "4401 & 4403", "4401,4403", "4401;4403", "4401 and 4403", "4401and4403", "4401+4403",
    "4401 4403", "4401-4403", "4401 (with PC 4403)", "05/4403", "4403/A", "4401 | Hale: PC04403", "DS 4401 DC 4403",
    "４４０１／４４０３",
)  # fmt: skip


@pytest.mark.parametrize("field", SEVERAL)
def test_everybody_named_in_a_field_is_a_person_of_it_rules_16_and_46(field: str) -> None:
    assert is_same_staff_id("4403", field)
    assert is_same_staff_id(field, "PC 4403")
    assert not is_same_staff_id("4402", field)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("MP 4403", "MP 4401 MP 4403", True), ("Hale", "Hale and Marsh", True), ("12", "12/34", True),
        ("05/4401", "05/4403", False), ("4401, Merseyside", "4403, Merseyside", False), ("4401/DI", "4403/DI", False),
    ],
)  # fmt: skip
def test_what_two_fields_share_beside_the_numbers_makes_nobody_the_same(one: str, other: str, same: bool) -> None:
    assert is_same_staff_id(one, other) == is_same_staff_id(other, one) == same


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
