"""Places in words are placed only where they read one way (issue 13, line 15)."""

from __future__ import annotations

import pytest

from geo.gazetteer import FileGazetteer, postcodes_in, words_around_postcodes
from geo.gazetteer_build import build_gazetteer
from geo.place_phrases import reads_one_way
from geo.positions import read_position

_DIRECTORY = """"pcds","doterm","osgrdind","lat","long"
L1 1AA,,1,53.405,-2.985
L2 2BB,,1,53.39,-2.97
"""
ONE_WAY = [
    "L1 1AA",
    "l11aa",
    "(L1 1AA)",
    "L1 1AA L1 1AA",
    "Postcode: L1 1AA",
    "at L1 1AA",
    "outside L1 1AA",
    "near L1 1AA.",
    "outside my house L1 1AA",
    "Outside my house, L1 1AA",
    "he was outside my house in L1 1AA",
    "He was standing right outside my flat at L1 1AA",
    "parked outside my work, L1 1AA",
    "near my mum's house L1 1AA",
    "at my mum's, L1 1AA",
    "Flat 2, 14 Nowhere Road, Liverpool L1 1AA",
    "14 Nowhere Road Liverpool L1 1AA",
    "14 nowhere road liverpool l1 1aa",
    "12a Duke St., Liverpool, L1 1AA",
    "Rose Cottage, 3 Mill Lane, Testham, L1 1AA",
    "14 Duke Street\nL1 1AA\nLiverpool",
    "Liverpool L1 1AA",
    "Lime Street Station, L1 1AA",
    "outside the station, L1 1AA",
    "St Mary's Church, Church Road, L1 1AA",
    "14 New Street, Stoke on Trent, L1 1AA",
    "14 DUKE STREET LIVERPOOL L1 1AA",
    "Newcastle-upon-Tyne, 1 Grey Street, L1 1AA",
    "in the car park, L1 1AA",
    "High Street, L1 1AA, England",
    "near 14 Duke Street, L1 1AA",
    "He's outside my house, L1 1AA",
]
NOT_ONE_WAY = [
    "from his flat on Duke Street Liverpool to my house in L1 1AA",
    "not at L1 1AA",
    "Not at L1 1AA",
    "NOT L1 1AA",
    "his workplace L1 1AA",
    "Workplace L1 1AA",
    "moved out of L1 1AA",
    "L1 1AA/L2 2BB",
    "L1 1AA-L2 2BB",
    "L1 1AA → L2 2BB",
    "L1 1AA&L2 2BB",
    "between L1 1AA and the shop",
    "he went to L1 1AA",
    "my ex's house L1 1AA",
    "Daniel's house, L1 1AA",
    "daniels house l1 1aa",
    "Daniels flat L1 1AA",
    "mums house L1 1AA",
    "he left Duke Street, L1 1AA",
    "leaving L1 1AA",
    "avoid L1 1AA",
    "formerly L1 1AA",
    "14 Duke Street, formerly L1 1AA",
    "14 Duke Street, not L1 1AA",
    "he is banned from L1 1AA",
    "he is registered at L1 1AA",
    "2 miles from L1 1AA",
    "5 minutes from my house L1 1AA",
    "on the way to L1 1AA",
    "heading towards L1 1AA",
    "L1 1AA? or L8",
    "L1 1AA or maybe L1 1AB",
    "she was told he had been at L1 1AA but he was not",
    "his address: L1 1AA",
    "he was at his mum's house L1 1AA",
    "letter posted from L1 1AA",
    "at her work L1 1AA",
    "his brother's place in L1 1AA",
    "New boyfriend L1 1AA",
    "nicht L1 1AA",
    "pas à L1 1AA",
    "I used to live in L1 1AA",
    "at home L1 1AA",
    "outside my house L1 1AA then followed me",
    "L1 1AA he says",
    "old house L1 1AA",
    "Old House L1 1AA",
    "3 dogs barking L1 1AA",
    "he was never at L1 1AA",
    "he wasn't at L1 1AA",
    "it was not outside my house L1 1AA",
    "opposite direction from L1 1AA",
]


@pytest.fixture(scope="module")
def gazetteer(tmp_path_factory: pytest.TempPathFactory) -> FileGazetteer:
    folder = tmp_path_factory.mktemp("gazetteer")
    (folder / "onspd.csv").write_text(_DIRECTORY)
    build_gazetteer(folder / "out.sqlite", [("onspd", folder / "onspd.csv")])
    return FileGazetteer(folder / "out.sqlite")


def _is_known(name: str) -> bool:
    return name.casefold() in ("liverpool", "testham")


@pytest.mark.parametrize("text", ONE_WAY)
def test_an_address_or_a_phrase_that_only_says_where_reads_one_way(text: str) -> None:
    assert len(postcodes_in(text)) == 1
    assert reads_one_way(words_around_postcodes(text), _is_known)


@pytest.mark.parametrize("form", ["address", "postcode"])
@pytest.mark.parametrize("text", NOT_ONE_WAY)
def test_all_else_is_left_to_an_officer_with_what_was_found(gazetteer: FileGazetteer, text: str, form: str) -> None:
    reading = read_position({form: text}, gazetteer)
    assert (reading.point, reading.warnings[0].code) == (None, "location_reads_two_ways")
    assert [place.name for place in reading.candidates][:1] == ["L1 1AA"]


def test_a_name_alone_beside_a_postcode_is_placed_where_it_is_the_name_of_a_place(gazetteer: FileGazetteer) -> None:
    """ "Avoid L1 1AA" is written as "Liverpool L1 1AA" is: only who knows the names tells them apart."""
    assert reads_one_way("Testham", _is_known)
    assert not reads_one_way("Somewhere", _is_known)
    assert read_position({"address": "Somewhere L1 1AA"}, gazetteer).point is None


def test_a_text_that_goes_on_beyond_what_is_read_is_not_placed(gazetteer: FileGazetteer) -> None:
    assert read_position({"address": f"L1 1AA{' ' * 500}L2 2BB"}, gazetteer).point is None


@pytest.mark.parametrize("between", ["/", " / ", "-", "\u2013", " \u2192 ", "&", "+", "|", "_", ">", " ~ "])
def test_postcodes_with_only_a_sign_between_them_are_two(gazetteer: FileGazetteer, between: str) -> None:
    reading = read_position({"address": f"L1 1AA{between}L2 2BB{between}L1 1AA"}, gazetteer)
    assert reading.point is None
    assert [place.name for place in reading.candidates] == ["L1 1AA", "L2 2BB"]
