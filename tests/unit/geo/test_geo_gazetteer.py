"""Places in words through the file-based gazetteer. Every file here is made up, in the public layouts (item 1)."""

import json
import sqlite3
from pathlib import Path

import pytest

from geo.gazetteer import FileGazetteer, Mentioned, postcode_key, postcodes_in, questions
from geo.gazetteer_build import build_gazetteer
from geo.positions import PositionReading, read_position
from geo.types import Area, Candidates, Corridor

_ONSPD = """pcd,pcd2,pcds,dointr,doterm,oseast1m,osnrth1m,osgrdind,lat,long
"L1 1AA","L1  1AA","L1 1AA","198001","","0334500","0390500","1",53.405,-2.985
"L1 1AB","L1  1AB","L1 1AB","198001","","","","9",99.999999,0.000000
"L1 1AC","L1  1AC","L1 1AC","198001","","","","1",99.999999,0.000000
"L1 1AD","L1  1AD","L1 1AD","198001","","0334500","0390500","6",53.405,-2.985
"L8 2BB","L8  2BB","L8 2BB","198001","","0335500","0388500","1",53.390,-2.970
"L9 9DD","L9  9DD","L9 9DD","198001","199606","0337500","0396500","1",53.460,-2.950
"BT1 1AA","BT1 1AA","BT1 1AA","198001","","0333800","0374000","1",54.5966,-5.9301
"""
_CODE_POINT = """"L1 1AA",10,334999,390999,"E92000001","","","","",""
"L2 2BB",10,334000,390000,"E92000001","","","","",""
"L9 9DD",10,337500,396500,"E92000001","","","","",""
"L2 2BC",90,0,0,"E92000001","","","","",""
"""
_NSUL = """UPRN,GRIDGB1E,GRIDGB1N,PCDS
1001,334000,390000,L3 3CC
1002,334010,390000,L3 3CC
1003,334020,390000,L3 3CC
1004,0,0,L3 3CC
"""
_UPRN = "UPRN,X_COORDINATE,Y_COORDINATE,LATITUDE,LONGITUDE\n10023,334000.0,390000.0,53.4025,-2.9941\n"
_OPEN_ROADS = {
    "type": "FeatureCollection",
    "features": [
        {"type": "Feature", "properties": {"name1": "Made Up Street", "roadNumber": None},
         "geometry": {"type": "LineString", "coordinates": [[334_000, 390_000, 0], [334_200, 390_000, 0]]}},
        {"type": "Feature", "properties": {"name1": "Made Up Street", "roadNumber": "A999"},
         "geometry": {"type": "LineString", "coordinates": [[334_200, 390_000, 0], [334_400, 390_050, 0]]}},
    ],
}  # fmt: skip


def _name(name: str, kind: str, local: str, box: tuple[int, int, int, int], place: str) -> str:
    west, south, east, north = box
    cells = [
        "osgb1",
        "uri",
        name,
        "",
        "",
        "",
        kind,
        local,
        str((west + east) // 2),
        str((south + north) // 2),
        "1",
        "2",
    ]
    cells += [str(west), str(south), str(east), str(north), "L1", "uri", place, "uri", "type", "Liverpool"]
    return ",".join(cells)


_NAMES = "\n".join([
    _name("High Street", "transportNetwork", "Named Road", (334_000, 390_000, 334_300, 390_020), "Testham"),
    _name("High Street", "transportNetwork", "Named Road", (345_000, 391_000, 345_300, 391_020), "Otherton"),
    _name("Testham", "populatedPlace", "Village", (333_000, 389_000, 335_000, 391_000), ""),
    _name("Somewhere Hill", "landform", "Hill", (333_000, 389_000, 335_000, 391_000), ""),
])  # fmt: skip


@pytest.fixture(scope="module")
def gazetteer(tmp_path_factory: pytest.TempPathFactory) -> FileGazetteer:
    folder = tmp_path_factory.mktemp("gazetteer")
    texts = {
        "onspd": _ONSPD, "code-point-open": _CODE_POINT, "nsul": _NSUL, "open-uprn": _UPRN, "open-names": _NAMES,
        "open-roads": json.dumps(_OPEN_ROADS),
    }  # fmt: skip
    for layout, text in texts.items():
        (folder / layout).write_text(text)
    built = build_gazetteer(folder / "out.sqlite", [(layout, folder / layout) for layout in texts])
    assert (built.kept, built.without_place) == (16, 5)
    return FileGazetteer(folder / "out.sqlite")


def _read(gazetteer: FileGazetteer, **raw: object) -> PositionReading:
    return read_position(raw, gazetteer)


@pytest.mark.parametrize("text", ["L1 1AA", "l11aa", " L1  1AA ", "L1\t1AA"])
def test_a_postcode_is_a_place_as_wide_as_a_postcode_may_be(gazetteer: FileGazetteer, text: str) -> None:
    reading = _read(gazetteer, postcode=text, method="postcode")
    assert reading.point is not None
    assert (reading.point.longitude, reading.point.latitude) == (-2.985, 53.405)
    assert (reading.r95_m, reading.accuracy_assumed, reading.spread) == (1_500, True, None)
    assert [warning.code for warning in reading.warnings] == ["accuracy_assumed"]
    assert (reading.transformation or "").startswith("gazetteer ")


@pytest.mark.parametrize(
    "text", ["L1 1AB", "L1 1AC", "L1 1AD", "L2 2BC", "ZZ9 9ZZ", "here", "", "L1", "\x00", "ﬁ1 1AA"]
)
def test_sentinels_sector_means_and_unknown_postcodes_have_no_place(gazetteer: FileGazetteer, text: str) -> None:
    """99.999999 is the directory's way of saying that it has none; a sector's mean is nobody's place."""
    reading = _read(gazetteer, postcode=text)
    assert reading.point is None
    assert next(w.code for w in reading.warnings) in ("location_not_found", "location_missing")


def test_a_postcode_in_northern_ireland_is_placed_by_its_degrees(gazetteer: FileGazetteer) -> None:
    point = _read(gazetteer, postcode="BT1 1AA").point
    assert point is not None and (point.longitude, point.latitude) == (-5.9301, 54.5966)


def test_the_finest_source_counts_alone(gazetteer: FileGazetteer) -> None:
    """L3 3CC has three addresses with a place of their own: those are the candidates."""
    reading = _read(gazetteer, postcode="L3 3CC")
    assert isinstance(reading.spread, Candidates)
    assert [place.r95_m for place in reading.spread.places] == [50, 50, 50]


def test_a_postcode_is_found_within_an_address(gazetteer: FileGazetteer) -> None:
    found = _read(gazetteer, address="Flat 2, 14 Nowhere Road, Liverpool L3 3CC", method="address")
    assert isinstance(found.spread, Candidates)


@pytest.mark.parametrize("text", ["Made Up Street", "12 made-up street", "A999"])
def test_a_road_is_a_line_with_a_width_and_its_links_are_joined(gazetteer: FileGazetteer, text: str) -> None:
    reading = _read(gazetteer, address=text, method="road")
    assert isinstance(reading.spread, Corridor)
    assert reading.spread.width_m == 30
    assert len(reading.spread.line) == (2 if text == "A999" else 3)


def test_a_named_road_in_a_place_is_the_box_around_it(gazetteer: FileGazetteer) -> None:
    assert isinstance(_read(gazetteer, address="7 High Street, Testham").spread, Area)


def test_two_roads_of_one_name_are_two_candidates(gazetteer: FileGazetteer) -> None:
    spread = _read(gazetteer, address="High Street").spread
    assert isinstance(spread, Candidates) and len(spread.places) == 2


def test_a_property_by_its_number(gazetteer: FileGazetteer) -> None:
    assert _read(gazetteer, address="UPRN 10023").r95_m == 50


def test_a_hill_is_no_address(gazetteer: FileGazetteer) -> None:
    assert next(w.code for w in _read(gazetteer, address="Somewhere Hill").warnings) == "location_not_found"


def test_three_words_stay_words(gazetteer: FileGazetteer) -> None:
    assert next(w.code for w in _read(gazetteer, w3w="filled.count.soap").warnings) == "location_not_resolved"


def test_an_accuracy_that_was_sent_never_makes_a_postcode_sharper(gazetteer: FileGazetteer) -> None:
    sharp = _read(gazetteer, postcode="L1 1AA", accuracy_m=5, accuracy_basis="p95")
    vague = _read(gazetteer, postcode="L1 1AA", accuracy_m=9_000, accuracy_basis="p95")
    assert (sharp.r95_m, vague.r95_m) == (1_500, 9_000)


def test_more_places_than_an_answer(tmp_path: Path) -> None:
    rows = "\n".join(f"{n},{334_000 + n},390000,L4 4DD" for n in range(201))
    (tmp_path / "nsul").write_text(f"UPRN,GRIDGB1E,GRIDGB1N,PCDS\n{rows}\n")
    build_gazetteer(tmp_path / "out", [("nsul", tmp_path / "nsul")])
    reading = read_position({"postcode": "L4 4DD"}, FileGazetteer(tmp_path / "out"))
    assert next(w.code for w in reading.warnings) == "location_ambiguous"


@pytest.mark.parametrize("content", [None, b"", b"no database at all"])
def test_a_gazetteer_that_cannot_be_asked_costs_nobody_a_report(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "broken").write_bytes(content)
    reading = read_position({"postcode": "L1 1AA"}, FileGazetteer(tmp_path / "broken"))
    assert reading.point is None
    assert next(w.code for w in reading.warnings) == "gazetteer_unavailable"
    assert (tmp_path / "broken").exists() is (content is not None)


@pytest.mark.parametrize(
    ("layout", "text"),
    [("onspd", "a,b\n1,2\n"), ("open-roads", "{}"), ("open-uprn", "UPRN,LATITUDE,LONGITUDE\nx,53,-2\n")],
)
def test_a_file_in_another_layout_leaves_nothing_behind(tmp_path: Path, layout: str, text: str) -> None:
    (tmp_path / "source").write_text(text)
    with pytest.raises(ValueError):  # noqa: PT011 - a number that cannot be read and a missing column alike
        build_gazetteer(tmp_path / "out", [(layout, tmp_path / "source")])
    assert [item.name for item in tmp_path.iterdir()] == ["source"]


def test_a_file_in_use_is_never_changed(tmp_path: Path, gazetteer: FileGazetteer) -> None:
    before = gazetteer.path.read_bytes()
    with pytest.raises(FileExistsError):
        build_gazetteer(gazetteer.path, [])
    assert gazetteer.path.read_bytes() == before


def test_looking_up_changes_nothing(gazetteer: FileGazetteer) -> None:
    with (
        pytest.raises(sqlite3.OperationalError),
        sqlite3.connect(f"{gazetteer.path.as_uri()}?mode=ro", uri=True) as file,
    ):
        file.execute("DELETE FROM place")


def test_a_text_with_two_postcodes_has_none_that_is_meant() -> None:
    assert postcode_key("from EC1A 1BB to gu16 7hf") is None
    assert postcodes_in("from EC1A 1BB to gu16 7hf, not EC1A1BB") == ["EC1A1BB", "GU167HF"]
    assert questions("postcode", "no code") == []


TWO_WAYS = {
    "two postcodes": ("he was outside my work, L1 1AA; he lives at L8 2BB", ["L1 1AA", "L8 2BB"]),
    "two postcodes without a word": ("L1 1AA / L8 2BB", ["L1 1AA", "L8 2BB"]),
    "one of them is not known": ("L1 1AA or ZZ9 9ZZ", ["L1 1AA"]),
    "where he lives": ("he lives at L8 2BB", ["L8 2BB"]),
    "her address": ("near her address, L8 2BB", ["L8 2BB"]),
    "where somebody works": ("Made Up Street, she works at L1 1AA", ["L1 1AA"]),
}


@pytest.mark.parametrize("form", ["address", "postcode"])
@pytest.mark.parametrize("name", TWO_WAYS)
def test_a_place_in_words_that_reads_two_ways_is_not_placed(gazetteer: FileGazetteer, name: str, form: str) -> None:
    text, candidates = TWO_WAYS[name]
    reading = _read(gazetteer, **{form: text})
    assert (reading.point, reading.fix) == (None, None)
    assert "location_reads_two_ways" in [warning.code for warning in reading.warnings]
    assert [place.name for place in reading.candidates] == candidates


@pytest.mark.parametrize(
    "text",
    ["AB-L1 1AA", "AB/L11AA", "L11AA-77", "part XL1 1AAB", "L1 1AA_2", "#L11AA", "block B2 4th floor", "L1 1st left",
     "order 7L1 1AA", "L1 1AA@example.org", "Ł1 1AA", "ÉL1 1AA"],
)  # fmt: skip
def test_a_postcode_inside_another_word_is_none(gazetteer: FileGazetteer, text: str) -> None:
    assert postcodes_in(text) == []
    reading = _read(gazetteer, address=text)
    assert (reading.point, [w.code for w in reading.warnings]) == (None, ["location_not_found", "accuracy_assumed"])


@pytest.mark.parametrize(
    "text", ["(L1 1AA)", "L1 1AA.", "Shop,L1 1AA, Liverpool", "Postcode:L1 1AA", "'l1 1aa'", "L1 1AA L1 1AA"]
)
def test_a_postcode_that_stands_by_itself_is_one(text: str) -> None:
    assert postcodes_in(text) == ["L11AA"]


@pytest.mark.parametrize("form", ["address", "postcode"])
def test_a_postcode_that_the_directory_has_ended_is_not_placed(gazetteer: FileGazetteer, form: str) -> None:
    """Whatever another file says of it."""
    reading = _read(gazetteer, **{form: "L9 9DD"})
    assert reading.fix is None
    assert reading.warnings[0].code == "postcode_terminated"
    assert reading.candidates == (Mentioned("L9 9DD", -2.95, 53.46, 1_500, terminated=True),)


def test_a_road_is_asked_by_its_name_whatever_stands_in_it(gazetteer: FileGazetteer) -> None:
    assert _read(gazetteer, address="Made Up Street", method="road").fix is not None
