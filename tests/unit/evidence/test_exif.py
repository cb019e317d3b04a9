"""What EXIF says of a place and a time: a wrong place is far worse than none (rule 68). Case 03 and its neighbours."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PIL import ExifTags, Image, TiffImagePlugin

from breaches.evidence import told_places, told_times
from breaches.evidence.itself import compare, device, taken
from breaches.evidence.pictures import opened_picture
from breaches.evidence.types import Comparison, Taken
from tests.support.pictures import exif_with_place, with_place

NORTH, WEST = (53.0, 24.0, 25.92), (2.0, 58.0, 40.44)
PLACE = (53.4072, -2.9779)
INCIDENT = (datetime(2026, 11, 20, 18, 5, tzinfo=UTC), datetime(2026, 11, 20, 18, 20, tzinfo=UTC))
AT = datetime(2026, 11, 20, 18, 7, 12, tzinfo=UTC)
RECEIVED = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
_NONE = (0, 0)  # a rational without a value


def rational(value: Any) -> Any:
    if value == _NONE:
        return TiffImagePlugin.IFDRational(0, 0)
    return TiffImagePlugin.IFDRational(round(value * 10_000), 10_000)


def picture_of(
    gps: dict[int, Any], *, at: str = "2026:11:20 18:07:12", offset: str | None = "+00:00", digitised: str | None = None
) -> Image.Image:
    """A JPEG as it is read back: `gps` by tag, with numbers for rationals."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Northgate"
    for tag, value in gps.items():
        exif.get_ifd(ExifTags.IFD.GPSInfo)[tag] = tuple(map(rational, value)) if isinstance(value, tuple) else value
    inner = exif.get_ifd(ExifTags.IFD.Exif)
    inner[ExifTags.Base.DateTimeOriginal] = at
    if digitised:
        inner[ExifTags.Base.DateTimeDigitized] = digitised
    if offset:
        inner[ExifTags.Base.OffsetTimeOriginal] = offset
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG", exif=exif)
    return Image.open(io.BytesIO(out.getvalue()))


def place_in(gps: dict[int, Any]) -> tuple[float, float] | None:
    """The place that a picture proposes; whatever is told and not usable is noted."""
    said = taken(picture_of(gps))
    assert said.at == AT
    if said.latitude is None or said.longitude is None:
        assert ("place_unreadable" in said.notes) == bool({2, 4} & set(gps))
        return None
    assert said.notes == ()
    return pytest.approx((said.latitude, said.longitude), abs=1e-6)  # type: ignore[return-value]


def told(**said: Any) -> Taken:
    return taken(picture_of({}, **said), latest=RECEIVED)


def compared(said: Taken) -> Comparison:
    return compare(said, places=[(-2.9779, 53.4072, 0.0)], interval=INCIDENT, most_m=500, most_minutes=15)


@pytest.mark.parametrize(
    ("gps", "place"),
    [
        ({1: "N", 2: NORTH, 3: "W", 4: WEST}, PLACE),
        ({2: NORTH, 4: WEST}, None),
        ({1: "North", 2: NORTH, 3: "West", 4: WEST}, PLACE),
        ({1: "n", 2: NORTH, 3: "w", 4: WEST}, PLACE),
        ({1: "N", 2: (_NONE,) * 3, 3: "W", 4: (_NONE,) * 3}, None),
        ({1: "N", 2: (53, 24, _NONE), 3: "W", 4: (2, 58, _NONE)}, None),
        ({1: "N", 2: (0, 0, 0), 3: "E", 4: (0, 0, 0)}, None),
        ({1: "N", 2: (53.4072, 0, 0), 3: "W", 4: (2.9779, 0, 0)}, PLACE),
        ({1: "N", 2: NORTH}, None),
        ({}, None),
    ],
    ids=["control", "no sides", "words", "small letters", "all 0/0", "seconds 0/0", "null island", "decimal",
         "only a latitude", "nothing"],
)  # fmt: skip
def test_a_place_is_proposed_only_where_it_is_plain(gps: dict[int, Any], place: Any) -> None:
    """Case 03: nine photographs."""
    assert place_in(gps) == place


@pytest.mark.parametrize(
    "side", ["W", "w", "West", "WEST", "Ouest", "OESTE", "Ovest", "W\x00", " W ", "West longitude"]
)
def test_west_in_every_usual_spelling_is_west(side: str) -> None:
    assert place_in({1: "N", 2: NORTH, 3: side, 4: WEST}) == PLACE


@pytest.mark.parametrize("side", ["", "\x00", "O", "L", "N", "Wurst", "?", "0", "EW", "M", "-"])
def test_a_side_that_is_not_plainly_one_is_no_place(side: str) -> None:
    """ "O" is east in German and west in French."""
    assert place_in({1: "N", 2: NORTH, 3: side, 4: WEST}) is None


@pytest.mark.parametrize("side", ["西", b"\xe8", b"E\xe8", b"\xe9", "Östlich", "Ｅ", "É", "E2", "E.W", "ËST", b"\xcb"])
def test_a_side_is_only_what_plainly_is_one_and_what_is_not_is_told(side: str | bytes) -> None:
    """ "西" is west, and its first byte is "è" to those who read it as Latin-1: no accent is stripped to an east."""
    gps = {1: "N", 2: NORTH, 3: side.encode() if isinstance(side, str) else side, 4: WEST}
    assert place_in(gps) is None
    assert "place_unreadable" in taken(picture_of(gps)).notes


@pytest.mark.parametrize(("side", "sign"), [("Süd", -1), ("Sur", -1), ("S", -1), ("Nord", 1), ("NORTH", 1)])
def test_north_and_south_have_their_words_too(side: str, sign: int) -> None:
    said = taken(picture_of({1: side.encode(), 2: NORTH, 3: "E", 4: WEST}))
    if side == "Süd":  # EXIF is ASCII: what is not, is no side
        assert said.latitude is None or said.latitude < 0
        return
    assert said.latitude == pytest.approx(sign * 53.4072, abs=1e-6)


@pytest.mark.parametrize(
    "gps",
    [
        {1: "N", 2: NORTH, 3: "W", 4: WEST, 9: "V"},
        {1: "N", 2: (0.0004, 0, 0), 3: "E", 4: (0.0003, 0, 0)},
        {1: "N", 2: (53, 75, 0.5), 3: "W", 4: WEST},
        {1: "N", 2: (53, 24, 61), 3: "W", 4: WEST},
        {1: "N", 2: (91, 0, 1), 3: "W", 4: WEST},
        {1: "N", 2: NORTH, 3: "W", 4: (181, 0, 1)},
        {1: "N", 2: (53.4072, 24, 25), 3: "W", 4: WEST},
        {1: "N", 2: (53, 24.5, 25), 3: "W", 4: WEST},
        {1: "N", 2: (53, 24), 3: "W", 4: (2, 58)},
        {1: "N", 2: (53, 0, 0), 3: "W", 4: (2, 0, 0)},
        {1: "N", 2: NORTH, 3: "W", 4: WEST, 18: "TOKYO"},
        {1: "N", 2: NORTH, 4: WEST, 3: "W", 9: "v\x00"},
        {1: "N", 2: (53, 24, 25, 92), 3: "W", 4: WEST},
    ],
    ids=["void", "metres from null island", "75 minutes", "61 seconds", "91 degrees", "181 degrees", "twice said",
         "minutes twice", "no seconds", "whole degrees", "another datum", "void, small", "four parts"],
)  # fmt: skip
def test_what_cannot_be_relied_on_is_no_place_and_is_noted(gps: dict[int, Any]) -> None:
    assert place_in(gps) is None


@pytest.mark.parametrize(
    "gps",
    [
        {1: "N", 2: (53.4072,), 3: "W", 4: (2.9779,)},
        {1: "N", 2: (53, 24.432), 3: "W", 4: (2, 58.674)},
        {1: "N", 2: (53, 24.432, 0), 3: "W", 4: (2, 58.674, 0)},
        {1: "N", 2: NORTH, 3: "W", 4: WEST, 9: "A", 18: "WGS-84"},
    ],
    ids=["one number", "decimal minutes", "decimal minutes and no seconds", "active"],
)
def test_other_ways_to_write_the_same_place_are_read(gps: dict[int, Any]) -> None:
    assert place_in(gps) == PLACE


def of(zone: str | None, camera: str, date: str, clock: tuple[float, ...]) -> Taken:
    """A picture with two clocks."""
    return taken(picture_of({7: clock, 29: date}, at=camera, offset=zone), latest=RECEIVED)


def test_weeks_that_ran_over_are_named_and_not_held_against_her() -> None:
    """1,024 weeks before 20 November 2026 is 6 April 2007."""
    for zone in ("+00:00", None):
        said = of(zone, "2026:11:20 18:07:12", "2007:04:06", (18, 7, 10))
        assert "gps_week_rollover" in said.notes
        assert said.at is not None and abs(said.at - AT) < timedelta(minutes=1)
        assert compared(said).time == "consistent"


@pytest.mark.parametrize("times", [1, 2])
def test_a_camera_that_had_its_date_from_such_satellites_is_not_ten_million_minutes_off(times: int) -> None:
    camera = (AT - times * timedelta(days=7168)).strftime("%Y:%m:%d %H:%M:%S")
    found = compared(told(at=camera))
    assert (found.time, found.minutes, found.notes) == ("absent", None, ("gps_week_rollover",))


@pytest.mark.parametrize(
    "date", ["2026:10:20", "2019:05:01", "2031:01:01", "2026:11:28"], ids=["a month", "years", "years ahead", "a week"]
)
def test_clocks_that_differ_by_weeks_or_years_are_told_and_neither_counts(date: str) -> None:
    said = of("+00:00", "2026:11:20 18:07:12", date, (18, 7, 10))
    assert (said.at, said.notes) == (None, ("clocks_differ",))
    assert (compared(said).time, compared(said).minutes) == ("absent", None)


@pytest.mark.parametrize(("date", "clock"), [("2026:11:20", (11, 33, 0)), ("2026:11:18", (9, 1, 0))])
@pytest.mark.parametrize("zone", ["+00:00", None])
def test_an_old_fix_is_not_inconsistent_by_its_age_alone(zone: str | None, date: str, clock: tuple[float, ...]) -> None:
    said = of(zone, "2026:11:20 18:07:12", date, clock)
    assert (said.at, said.notes) == (AT, ("fix_older_than_picture",))
    assert compared(said).time == "consistent"


def test_a_clock_without_offset_takes_it_from_the_satellites() -> None:
    """As before: in Karachi, five hours ahead; nothing to doubt, nothing assumed."""
    said = of(None, "2026:11:20 23:07:12", "2026:11:20", (18, 7, 5))
    assert (said.at, said.offset_assumed, said.notes) == (datetime(2026, 11, 20, 18, 7, 5, tzinfo=UTC), False, ())


def test_a_camera_that_is_behind_the_satellites_is_told() -> None:
    said = of("+00:00", "2026:11:20 17:20:00", "2026:11:20", (18, 7, 5))
    assert said.notes == ("camera_clock_off",)


@pytest.mark.parametrize(
    ("date", "clock"),
    [("2026:13:45", (18, 7, 10)), ("1980:01:06", (0, 0, 0)), ("2026:11:20", (25, 0, 0)), ("2026:11:20", (18, _NONE, 0)),
     ("1970:01:01", (0, 0, 0)), ("", (18, 7, 10)), ("0000:00:00", (0, 0, 0))],
    ids=["no day", "first week", "25 hours", "0/0 minutes", "1970", "no date", "noughts"],
)  # fmt: skip
def test_impossible_dates_of_satellites_are_absent(date: str, clock: tuple[Any, ...]) -> None:
    said = of("+00:00", "2026:11:20 18:07:12", date, clock)
    assert (said.at, said.notes) == (AT, ())


@pytest.mark.parametrize("at", ["2026:02:30 10:00:00", "2026:11:20 25:07:12", "2031:11:20 18:07:12", "yesterday"])
def test_impossible_dates_of_a_camera_are_absent_and_noted(at: str) -> None:
    said = told(at=at)
    assert (said.at, said.notes) == (None, ("time_unreadable",))
    assert compared(said).time == "absent"


@pytest.mark.parametrize("at", ["0000:00:00 00:00:00", "    :  :     :  :  ", ""])
def test_a_camera_without_a_clock_says_nothing(at: str) -> None:
    assert told(at=at) == Taken()


def test_a_date_as_programs_write_it_is_read() -> None:
    assert told(at="2026-11-20T18:07:12").at == AT


@pytest.mark.parametrize("day", ["1970:01:01", "1980:01:01", "2000:01:01", "2010:01:01", "2016:01:01"])
def test_a_clock_that_nobody_has_set_is_no_time_and_told_by_name(day: str) -> None:
    read_exif_time = told_times.read_exif_time
    said = read_exif_time({36867: f"{day} 00:03:12"}, {}, AT)
    assert (said.at, said.notes) == (None, ("clock_unset",))
    zoned = read_exif_time({36867: f"{day} 00:03:12", 36881: "+00:00"}, {}, AT)
    assert (zoned.at, zoned.notes) == (None, ("clock_unset",))
    assert read_exif_time({36867: "2026:01:01 00:03:12"}, {}, AT).at is not None  # a New Year's Day of today


def test_a_difference_of_weeks_is_told_by_name() -> None:
    assert compared(Taken(at=AT - timedelta(days=20))).notes == ("time_far_off",)
    assert compared(Taken(at=AT - timedelta(days=1))).notes == ()


def test_an_old_picture_is_still_that_many_minutes_old() -> None:
    """One clock, two years off and no 1,024 weeks: that is a difference, told in full."""
    found = compared(told(at="2024:11:20 18:05:00"))
    assert (found.time, found.minutes) == ("inconsistent", 730 * 24 * 60)


def test_damaged_exif_is_told_and_stops_nothing() -> None:
    broken = exif_with_place().tobytes()[:60]
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG", exif=broken)
    with opened_picture(io.BytesIO(out.getvalue())) as image:
        assert taken(image) == Taken(notes=("metadata_unreadable",))
        assert device(image) in ({}, {"make": "Apple"})


def test_a_png_that_is_cut_short_still_says_where_it_was_taken() -> None:
    content = with_place("PNG")
    with opened_picture(io.BytesIO(content[:-40])) as image:
        said = taken(image)
    assert said.latitude == pytest.approx(53.4074, abs=1e-6)
    assert said.notes == ()


def test_a_png_that_says_it_behind_its_pixels_is_read_too() -> None:
    content = with_place("PNG")
    start = content.index(b"eXIf") - 4
    end = start + 12 + int.from_bytes(content[start : start + 4])
    last = content.index(b"IEND") - 4
    moved = content[:start] + content[end:last] + content[start:end] + content[last:]
    with opened_picture(io.BytesIO(moved)) as image:
        assert taken(image).latitude == pytest.approx(53.4074, abs=1e-6)


def with_xmp(said: str, gps: dict[int, Any] | None = None) -> Taken:
    """What a JPEG says whose place is in XMP."""
    exif = Image.Exif()
    for tag, value in (gps or {}).items():
        exif.get_ifd(ExifTags.IFD.GPSInfo)[tag] = value
    out = io.BytesIO()
    packet = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description {said}</rdf:Description></x:xmpmeta>'
    Image.new("RGB", (8, 8)).save(out, "JPEG", exif=exif, xmp=packet.encode())
    with opened_picture(io.BytesIO(out.getvalue())) as image:
        return taken(image)


@pytest.mark.parametrize(
    "said",
    [
        'exif:GPSLatitude="53,24.432N" exif:GPSLongitude="2,58.674W">',
        "exif:GPSLatitude='53,24,25.92N' exif:GPSLongitude='2,58,40.44W'>",
        "><exif:GPSLatitude>53,24.432N</exif:GPSLatitude><exif:GPSLongitude>2,58.674W</exif:GPSLongitude>",
    ],
)
def test_a_place_that_is_in_xmp_alone_is_read(said: str) -> None:
    found = with_xmp(said)
    assert (found.latitude, found.longitude) == pytest.approx(PLACE, abs=1e-6) and not found.notes


@pytest.mark.parametrize(
    "said",
    [
        'exif:GPSLatitude="53,24.432" exif:GPSLongitude="2,58.674">', 'exif:GPSLatitude="53,24.432N">',
        'exif:GPSLatitude="53,24.432N" exif:GPSLongitude="2,58.674O">',
        'exif:GPSLatitude="0,0.0N" exif:GPSLongitude="0,0.0E">',
        'exif:GPSLatitude="53,24.432N" exif:GPSLongitude="2,58.674W" exif:GPSStatus="V">',
        'exif:GPSLatitude="53,99.432N" exif:GPSLongitude="2,58.674W">',
    ],
)  # fmt: skip
def test_a_place_of_xmp_that_cannot_be_relied_on_is_none_and_is_noted(said: str) -> None:
    found = with_xmp(said)
    assert found.latitude is None and found.notes == ("place_unreadable",)


def test_what_exif_says_of_a_place_goes_before_xmp() -> None:
    found = with_xmp('exif:GPSLatitude="51,30.0N" exif:GPSLongitude="0,7.5W">', {1: "N", 2: (53.0, 24.0, 25.92)})
    assert found.latitude is None and found.notes == ("place_unreadable",)


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2026:11:20 06:31:00 PM", None), ("2026:11:20 6:31:00", None), ("2026:11:20 18:31:00+05:00", "13:31"),
        ("2026:11:20 18:31:00.123", "18:31"), ("2026:11:20 18:31:00Z", "18:31"), ("2026:11:20 06:31:00 下午", None),
    ],
)  # fmt: skip
def test_a_clock_of_twelve_hours_is_no_time_and_an_offset_behind_it_counts(written: str, at: str | None) -> None:
    told = told_times.read_exif_time({36867: written}, {})
    assert (str(told.at)[11:16] if told.at else None) == at and (at is not None or told.notes == ("time_unreadable",))


@pytest.mark.parametrize("offset", ["+14:30", "-23:59", "+99:00"])
def test_an_offset_that_no_clock_shows_is_none(offset: str) -> None:
    assert told_times.read_exif_time({36867: "2026:11:20 18:31:00", 36881: offset}, {}).offset_assumed


def test_a_place_that_is_said_twice_and_not_alike_is_none() -> None:
    xmp = 'exif:GPSLatitude="53,24.4S" exif:GPSLatitude="53,24.4N" exif:GPSLongitude="2,58.6W"'
    assert told_places.read_xmp_place(xmp) is None and told_places.tells_xmp_place(xmp)
