"""What a spreadsheet does to a cell is told by a code, never guessed; what a row means stands where it stood."""

from __future__ import annotations

from typing import Any

import pytest

from orders.imports import cells
from orders.imports.cells import CellError, Parser
from orders.imports.columns import COLUMNS, delimiter_of, header_of, order_of
from orders.imports.entries import Entry, csv_entries
from orders.imports.reading import Row
from orders.imports.telling import DO
from orders.rules.comparing import changes, says_the_same
from tests.support.orders import an_order


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (cells.day, "02/03/2026", "2026-03-02"),
        (cells.day, "2/3/2026", "2026-03-02"),
        (cells.day, "2026-03-02", "2026-03-02"),
        (cells.day, "2026-03-02 00:00:00", "2026-03-02"),
        (cells.day, "29.02.2028", "2028-02-29"),
        (cells.yes_no, "YES", True),
        (cells.yes_no, "FALSE", False),
        (cells.number, "53.4072", 53.4072),
        (cells.number, "-100", -100),
        (cells.clock, "8:00", "08:00"),
        (cells.clock, "17:30:00", "17:30"),
        (cells.word, "Exclusion Zone", "exclusion_zone"),
        (cells.several, "Ama; AO;; ", ["Ama", "AO"]),
        (cells.phones, "07700 900123; +44 7700 900124", [
            {"kind": "phone", "value": "07700 900123"}, {"kind": "phone", "value": "+44 7700 900124"}]),
        (cells.social, "instagram: @danny.m", [{"kind": "social", "platform": "instagram", "value": "@danny.m"}]),
        (cells.geometry, "polygon((1 2,3 4,5 6,1 2),(1.5 2.5,3 4,5 6,1.5 2.5))", {
            "type": "Polygon",
            "coordinates": [[[1, 2], [3, 4], [5, 6], [1, 2]], [[1.5, 2.5], [3, 4], [5, 6], [1.5, 2.5]]]}),
        (cells.geometry, '{"type": "LineString", "coordinates": []}', {"type": "LineString", "coordinates": []}),
    ],
    ids=lambda v: getattr(v, "__name__", None) or str(v)[:30],
)  # fmt: skip
def test_a_cell_is_read(read: Parser, text: str, value: Any) -> None:
    assert read(cells.sound(f" {text}\u00a0")) == value


@pytest.mark.parametrize(
    ("read", "text", "code"),
    [
        (cells.day, "46083", "date_is_serial_number"),
        (cells.day, "46083.479", "date_is_serial_number"),
        (cells.instant, "46083.479", "date_is_serial_number"),
        (cells.day, "02/03/26", "date_two_digit_year"),
        (cells.day, "12/31/2026", "date_month_first"),
        (cells.day, "12.13.2026", "date_month_first"),
        (cells.day, "13/13/2026", "date_unreadable"),
        (cells.day, "00/13/2026", "date_month_first"),
        (cells.day, "29/02/2027", "date_unreadable"),
        (cells.day, "2 March 2026", "date_unreadable"),
        (cells.name, "1.23E+11", "number_mangled"),
        (cells.name, "1,23e+11", "number_mangled"),
        (cells.phones, "4.47700900123E+11", "number_mangled"),
        (cells.number, "5.3E+01", "number_mangled"),
        (cells.phones, "7700900123", "leading_zero_lost"),
        (cells.name, "“SPO-1”", "smart_quotes"),
        (cells.word, "full’", "smart_quotes"),
        (cells.words, "#REF!", "spreadsheet_error"),
        (cells.words, "########", "spreadsheet_error"),
        (cells.yes_no, "maybe", "not_yes_or_no"),
        (cells.number, "1,000", "number_unreadable"),
        (cells.number, "100m", "number_unreadable"),
        (cells.number, "nan", "number_unreadable"),
        (cells.number, "٣", "number_unreadable"),
        (cells.whole, "37.5", "number_unreadable"),
        (cells.clock, "8am", "time_unreadable"),
        (cells.social, "@danny.m", "social_unreadable"),
        (cells.geometry, "POLYGON ((1 2, 3", "geometry_unreadable"),
        (cells.geometry, "POINT (1 2)", "geometry_unreadable"),
        (cells.geometry, "{", "geometry_unreadable"),
        (cells.geometry, "POLYGON ((1 2 3, 4 5 6))", "geometry_unreadable"),
        (cells.geometry, "POLYGON (" + "(" * 5000 + ")" * 5001, "geometry_unreadable"),
    ],
    ids=lambda v: getattr(v, "__name__", None) or str(v)[:30],
)
def test_what_a_spreadsheet_did_is_told(read: Parser, text: str, code: str) -> None:
    with pytest.raises(CellError) as told:
        read(cells.sound(text))
    assert told.value.code == code
    assert code in DO


def row(number: int, cells: dict[str, str], columns: tuple[str, ...] = tuple(COLUMNS)) -> Row:
    return Row(number, "", number * 10, tuple(cells.get(name, "") for name in columns))


@pytest.mark.parametrize(
    ("text", "both"),
    [
        ("03/04/2026", True),
        ("12/11/2026", True),
        ("13/04/2026", False),
        ("04/04/2026", False),
        ("4/04/2026", False),
        ("2026-03-04", False),
    ],
)
def test_a_date_that_is_another_one_month_first_is_known(text: str, both: bool) -> None:
    assert cells.reads_both_ways(text) is both


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_sign_between_columns_is_found(sign: str) -> None:
    assert delimiter_of(sign.join(COLUMNS)) == sign


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["SPO-1", "Marsh"], {("", "header_missing")}),
        ([*COLUMNS, "Notes"], {(f"column {len(COLUMNS) + 1}", "column_unknown")}),
        ([*COLUMNS, "route"], {("route", "column_repeated")}),
        ([name for name in COLUMNS if name != "made_on"], {("made_on", "column_required")}),
        ([name.replace("_", " ").upper() for name in COLUMNS], set()),
        ([*COLUMNS, "", " "], set()),
    ],
    ids=["none", "unknown", "twice", "missing", "written otherwise", "empty at the end"],
)
def test_a_header_is_checked(names: list[str], told: set[tuple[str, str]]) -> None:
    """What stands there is not repeated: in a file without a header it is somebody's data."""
    columns, problems = header_of(Row(1, "", 1, tuple(names)))
    assert {(p.field, p.code) for p in problems} == told
    assert told or columns == tuple(COLUMNS)


def test_rows_that_disagree_are_told_where_they_do() -> None:
    found = order_of([row(2, {"made_on": "02/03/2026"}), row(3, {"made_on": "03/03/2026"})], tuple(COLUMNS))
    assert [(p.row, p.field, p.code) for p in found.problems] == [(3, "made_on", "rows_disagree")]


def entries(*rows: Row) -> list[Entry]:
    return list(csv_entries(iter(rows), ("reference", "clause"), ","))


def told(entry: Entry) -> list[tuple[int, str]]:
    return [(p.row, p.code) for p in entry.problems]


def test_rows_of_one_reference_are_one_order_and_the_next_begins_after_them() -> None:
    found = entries(Row(2, "", 20, ("A", "1")), Row(3, "", 30, ("A", "2")), Row(5, "", 50, ("B", "1")))
    assert [(e.reference, e.row, e.end, e.next_row) for e in found] == [("A", 2, 30, 4), ("B", 5, 50, 6)]


def test_an_order_beside_a_row_that_cannot_be_read_is_refused() -> None:
    """It may have lost a zone: the service would then say "outside" where he must not be."""
    broken = Row(3, "�", 30, fault="encoding_unreadable")
    found = entries(Row(2, "", 20, ("A", "1")), broken, Row(4, "", 40, ("B", "1")), Row(5, "", 50, ("C", "1")))
    assert [told(entry) for entry in found] == [
        [(2, "neighbour_unreadable")],
        [(3, "encoding_unreadable")],
        [(4, "neighbour_unreadable")],
        [],
    ]


def test_a_row_whose_reference_can_be_made_out_harms_only_its_own_order() -> None:
    broken = Row(3, 'B,"x', 30, fault="quote_unbalanced")
    found = entries(Row(2, "", 20, ("A", "1")), broken, Row(4, "", 40, ("B", "1")), Row(5, "", 50, ("C", "1")))
    assert [(e.reference, told(e)) for e in found] == [("A", []), ("B", [(3, "quote_unbalanced")]), ("C", [])]


@pytest.mark.parametrize(
    ("cells", "code"),
    [(("A",), "too_few_cells"), (("A", "1", "x"), "too_many_cells"), (("", "1"), "reference_missing")],
)
def test_a_row_of_another_width_is_told(cells: tuple[str, ...], code: str) -> None:
    (found,) = entries(Row(2, "", 20, cells))
    assert told(found) == [(2, code)]


def test_an_order_of_too_many_rows_is_told_and_not_kept() -> None:
    (found,) = entries(*(Row(n, "", n, ("A", str(n))) for n in range(2, 2_103)))
    assert (told(found), found.next_row) == ([(2, "order_too_large")], 2_103)


def test_a_document_says_the_same_however_it_is_written() -> None:
    recorded = an_order(restricted=False, necessity=None)
    assert says_the_same(an_order(change=None), recorded)
    assert not says_the_same(an_order(change={"kind": "variation", "decided_on": "2026-06-01"}), recorded)
    assert not says_the_same(an_order(restricted=True), recorded)


def test_changes_are_pointers_by_clause_and_code() -> None:
    """A condition that moved is not another one; one that is gone names the list."""
    body = an_order()
    body["conditions"] = [body["conditions"][1], body["conditions"][0]]
    body["conditions"][1]["zones"][1]["restricted_name"] = "school"
    found = set(changes(body, an_order()))
    assert found == {"/conditions", "/conditions/1/zones/1/restricted_name"}


def test_a_header_of_very_many_columns_is_checked_once_through() -> None:
    columns, problems = header_of(Row(1, "", 1, ("reference",) * 200_000))
    assert ("reference", "column_repeated") in {(p.field, p.code) for p in problems}
    assert len(columns) == 200_000
