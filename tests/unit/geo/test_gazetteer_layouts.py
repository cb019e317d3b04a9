"""The gazetteer loads the layouts that are published today (issue 13, line 10). Every row is made up."""

import ctypes
import ctypes.util
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from geo.gazetteer import FileGazetteer
from geo.gazetteer_build import build_gazetteer
from geo.positions import PositionReading, read_position
from geo.types import Corridor

# The names of 2026: NSPL in its own order, of ONSPD those that matter here and some beside them.
NSPL_2026 = (
    "pcd7,pcd8,pcds,dointr,doterm,usrtypind,east1m,north1m,gridind,oa21cd,cty26cd,ced25cd,lad26cd,wd26cd,nhser24cd,"
    "ctry26cd,rgn26cd,pcon24cd,ttwa15cd,itl25cd,npark16cd,lsoa21cd,msoa21cd,wz11cd,sicbl26cd,bua24cd,ruc21ind,"
    "oac21ind,lat,long,lep21cd1,lep21cd2,pfa23cd,imd25ind,icb26cd"
)
ONSPD_2026 = (
    "pcd7,pcd8,pcds,dointr,doterm,cty25cd,ced25cd,lad25cd,wd25cd,parncp25cd,usrtypind,east1m,north1m,gridind,ctry25cd,"
    "rgn25cd,pcon24cd,oa21cd,lsoa21cd,msoa21cd,lat,long,lep21cd1,lep21cd2,pfa23cd,imd20ind,icb26cd"
)
ONSPD_2019 = "pcd,pcd2,pcds,dointr,doterm,oseast1m,osnrth1m,osgrdind,lat,long"

# postcode, grid reference quality, latitude, longitude
ROWS = [
    ("L1 1AA", "1", "53.405", "-2.985"),
    ("L1 1AB", "9", "99.999999", "0.000000"),
    ("L1 1AC", "6", "53.405", "-2.985"),
    ("L1 1AD", "1", "48.85", "2.35"),
]


def directory(header: str, rows: list[tuple[str, str, str, str]] = ROWS, *, names: str = "pcds") -> str:
    """A directory with this header; what is not among its names is empty."""
    columns = header.split(",")
    lines = [header]
    for postcode, quality, latitude, longitude in rows:
        cells = {"gridind": quality, "osgrdind": quality, "lat": latitude, "long": longitude, "dointr": "198001"}
        cells |= {names: postcode}
        lines.append(",".join(f'"{cells.get(column, "")}"' for column in columns))
    return "\r\n".join(lines) + "\r\n"


def made(folder: Path, layout: str, content: str | bytes, name: str = "source") -> FileGazetteer:
    source = folder / name
    source.write_bytes(content.encode() if isinstance(content, str) else content)
    build_gazetteer(folder / "out.sqlite", [(layout, source)])
    return FileGazetteer(folder / "out.sqlite")


def read(gazetteer: FileGazetteer, **raw: object) -> PositionReading:
    return read_position(raw, gazetteer)


@pytest.mark.parametrize(
    ("layout", "header"),
    [("onspd", ONSPD_2026), ("onspd", ONSPD_2026.upper()), ("nspl", NSPL_2026), ("onspd", ONSPD_2019)],
    ids=["ONSPD", "ONSPD in capitals", "NSPL", "ONSPD of 2019"],
)
def test_a_directory_of_today_and_of_before_gives_the_same_places(tmp_path: Path, layout: str, header: str) -> None:
    lower = directory(header.lower())
    content = lower.replace(header.lower(), header, 1)
    (tmp_path / "source").write_text("\ufeff" + content, encoding="utf-8")
    built = build_gazetteer(tmp_path / "out.sqlite", [(layout, tmp_path / "source")])
    (file,) = built.files
    assert (file.kept, dict(file.left_out)) == (1, {"no_place": 1, "sector_mean": 1, "outside_uk": 1})
    point = read(FileGazetteer(tmp_path / "out.sqlite"), postcode="L1 1AA").point
    assert point is not None and (point.longitude, point.latitude) == (-2.985, 53.405)


@pytest.mark.parametrize("names", ["pcd7", "pcd8"])
def test_a_directory_whose_pcds_is_empty_is_read_by_the_other_names_of_a_postcode(tmp_path: Path, names: str) -> None:
    """Seven characters, "L1  1AA", and eight, "L1   1AA", pad what lies between."""
    rows = [("L1  1AA", "1", "53.405", "-2.985")]
    assert read(made(tmp_path, "onspd", directory(ONSPD_2026, rows, names=names)), postcode="L1 1AA").point is not None


NOTHING: list[tuple[str, str, str]] = [
    ("onspd", "postcode,latitude,longitude\nL1 1AA,53.4,-2.9\n", "pcds or pcd7 or pcd8 or pcd, lat, long, gridind"),
    ("onspd", directory(ONSPD_2026, ROWS[1:]), "1 outside_uk"),
    ("onspd", ONSPD_2026 + "\n", "it has no rows"),
    ("onspd", directory(ONSPD_2026).replace("gridind", "quality"), "gridind or osgrdind"),
    ("nspl", "", "it has no rows"),
    ("nsul", "UPRN,X,Y,PCDS\n1,334000,390000,L1 1AA\n", "gridgb1e, gridgb1n, pcds"),
    ("open-uprn", "UPRN,X_COORDINATE\n1,334000\n", "uprn, latitude, longitude"),
    ("code-point-open", '"Postcode","Quality","Eastings","Northings"\n', "postcode, quality, eastings, northings"),
    ("open-names", "osgb1,uri,Hill,,,,landform,Hill,1,1,1,2,1,1,2,2\n", "neither_road_nor_place"),
    ("open-roads", '{"type": "FeatureCollection", "features": []}', "road_classification_number"),
    ("open-roads", "id,name_1\n1,High Street\n", "neither a GeoPackage nor a GeoJSON file"),
]


@pytest.mark.parametrize(("layout", "content", "said"), NOTHING, ids=[f"{n} {c[0]}" for n, c in enumerate(NOTHING)])
def test_a_file_of_which_nothing_is_kept_is_an_error_with_the_columns_looked_for(
    tmp_path: Path, layout: str, content: str, said: str
) -> None:
    """A gazetteer without a place in it would answer every question with "not found", and nobody would know why."""
    with pytest.raises(ValueError, match="source") as told:
        made(tmp_path, layout, content)
    assert said in str(told.value)
    assert [item.name for item in tmp_path.iterdir()] == ["source"]


def test_the_command_says_what_was_kept_of_each_file_and_why_the_rest_was_not(tmp_path: Path) -> None:
    (tmp_path / "ONSPD.csv").write_text(directory(ONSPD_2026))
    out = io.StringIO()
    call_command("build_gazetteer", str(tmp_path / "out"), "--file", f"onspd={tmp_path}/ONSPD.csv", stdout=out)
    told = out.getvalue().splitlines()
    assert told[0] == (
        "ONSPD.csv (onspd): 1 kept, 1 without a place of their own, 1 outside the United Kingdom,"
        " 1 means of a whole sector"
    )
    assert told[1].endswith(": 1 rows kept, 3 without a place")
    with pytest.raises(CommandError, match="looked for pcds or pcd7"):
        call_command("build_gazetteer", str(tmp_path / "two"), "--file", f"onspd={tmp_path}/out", stdout=out)


# A GeoPackage by the library that publishers use, out of GeoJSON.
_TRANSLATES = "-f GPKG -nln road_link -lco GEOMETRY_NAME=geometry -a_srs EPSG:27700"
ROADS: list[tuple[dict[str, Any], list[list[float]]]] = [
    ({"name_1": "Made Up Street", "road_classification_number": None}, [[334_000, 390_000], [334_200, 390_000]]),
    ({"name_1": "MADE UP STREET", "road_classification_number": "A999"}, [[334_200, 390_000], [334_400, 390_050]]),
    ({"name_1": "Another Road", "name_2": "Heol Arall"}, [[335_000, 391_000], [335_200, 391_000]]),
    ({"name_1": None, "road_classification_number": None}, [[336_000, 391_000], [336_200, 391_000]]),
]


def geojson(roads: list[tuple[dict[str, Any], list[list[float]]]]) -> str:
    members = ("name_1", "name_2", "road_classification_number")
    return json.dumps({
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": dict.fromkeys(members) | {"road_function": "Local Road"} | said,
             "geometry": {"type": "LineString", "coordinates": line}}
            for said, line in roads
        ],
    })  # fmt: skip


def geopackage(folder: Path, options: str = _TRANSLATES) -> bytes:
    """`ROADS` written by GDAL itself, which the service has for PostGIS."""
    gdal = ctypes.CDLL(ctypes.util.find_library("gdal"))
    for name in ("GDALOpenEx", "GDALVectorTranslateOptionsNew", "GDALVectorTranslate"):
        getattr(gdal, name).restype = ctypes.c_void_p
    (folder / "roads.geojson").write_text(geojson(ROADS))
    words = [word.encode() for word in options.split()]
    gdal.GDALAllRegister()
    source = ctypes.c_void_p(gdal.GDALOpenEx(str(folder / "roads.geojson").encode(), 4, None, None, None))
    chosen = ctypes.c_void_p(
        gdal.GDALVectorTranslateOptionsNew((ctypes.c_char_p * (len(words) + 1))(*words, None), None)
    )
    sources = (ctypes.c_void_p * 1)(source)
    made_by = gdal.GDALVectorTranslate(str(folder / "roads.gpkg").encode(), None, 1, sources, chosen, None)
    assert made_by, "GDAL made no GeoPackage"
    gdal.GDALClose(ctypes.c_void_p(made_by))
    gdal.GDALClose(source)
    content = (folder / "roads.gpkg").read_bytes()
    (folder / "roads.gpkg").unlink()
    (folder / "roads.geojson").unlink()
    return content


@pytest.mark.parametrize(
    ("text", "corners"), [("12 made-up street", 3), ("A999", 2), ("Another Road", 2), ("Heol Arall", 2)]
)
@pytest.mark.parametrize("form", ["gpkg", "geojson"])
def test_open_roads_are_read_with_the_names_of_today(tmp_path: Path, form: str, text: str, corners: int) -> None:
    """name_1, name_2 and road_classification_number; links of one name are joined, however it is spelt."""
    content: str | bytes = geopackage(tmp_path) if form == "gpkg" else geojson(ROADS)
    reading = read(made(tmp_path, "open-roads", content), address=text, method="road")
    assert isinstance(reading.spread, Corridor)
    assert (reading.spread.width_m, len(reading.spread.line)) == (30, corners)


def test_links_without_a_name_are_counted(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(geopackage(tmp_path))
    (file,) = build_gazetteer(tmp_path / "out", [("open-roads", tmp_path / "source")]).files
    assert (file.kept, dict(file.left_out)) == (4, {"no_name": 1})


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (_TRANSLATES.replace("road_link", "road_node"), "no layer road_link"),
        (_TRANSLATES.replace("27700", "4326"), "not on the British grid"),
        (f"{_TRANSLATES} -select road_function", "name_1"),
    ],
    ids=["another layer", "degrees", "no names"],
)
def test_a_geopackage_that_is_no_open_roads_says_what_was_looked_for(tmp_path: Path, options: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        made(tmp_path, "open-roads", geopackage(tmp_path, options))


def test_a_geopackage_that_is_cut_off_is_an_error_and_no_crash(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="source is not in the layout open-roads"):
        made(tmp_path, "open-roads", geopackage(tmp_path)[:6_000])
