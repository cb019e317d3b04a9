"""From bytes to rows: every encoding, line end and cut, in little memory, and every row where it stands."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from itertools import repeat

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.imports import reading
from orders.imports.kinds import Form, Look
from orders.imports.reading import ROW_LIMIT, Row, csv_rows, json_rows, lines

TEXT = 'a,b\r\n1,"x\r\ny"\r\n\r\n2,é\r\n'
ROWS = [(1, ("a", "b")), (2, ("1", "x\r\ny")), (4, ("2", "é"))]


def pieces(content: bytes, size: int = 7) -> Iterator[bytes]:
    return (content[at : at + size] for at in range(0, len(content), size))


def form_of(content: bytes) -> Form:
    look = Look()
    for piece in pieces(content):
        look.at(piece)
    return look.form()


def rows_of(content: bytes, *, at: int | None = None, number: int = 1, size: int = 7) -> list[Row]:
    form = form_of(content)
    begin = form.first_byte if at is None else at
    return list(csv_rows(lines(pieces(content[begin:], size), form.newline, at=begin), form, ",", number=number))


@pytest.mark.parametrize("size", [1, 2, 7, 4096])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_encoding_says_the_same(encoding: str, size: int) -> None:
    found = rows_of(TEXT.encode(encoding), size=size)
    assert [(row.number, row.cells) for row in found] == ROWS
    assert found[-1].end == len(TEXT.encode(encoding))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_says_the_same(end: str) -> None:
    content = f"a,b{end}1,x{end}2,y".encode()
    assert [row.cells for row in rows_of(content)] == [("a", "b"), ("1", "x"), ("2", "y")]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"a,b\n\xe9,1\n", "cp1252"),
        ("a,é\n".encode() + b"\xe9,1\n", "utf-8"),
        ("a,é\n".encode()[:-2], "utf-8"),
        (b"", "utf-8"),
        ("plain".encode("utf-16-be"), "utf-16-be"),
    ],
    ids=["cp1252", "damaged utf-8", "cut inside a letter", "nothing", "utf-16 without a mark"],
)
def test_what_a_file_is_in(content: bytes, encoding: str) -> None:
    """Bytes that are not UTF-8 make it cp1252 only where nothing in it can be nothing but UTF-8."""
    assert form_of(content).encoding == encoding


def test_a_damaged_row_is_told_and_the_next_is_read() -> None:
    found = rows_of("a,é\n".encode() + b"\xe9,1\n2,y\n")
    assert [(row.number, row.fault) for row in found] == [(1, ""), (2, "encoding_unreadable"), (3, "")]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ('1,"never closed\n2,y\n3,z\n', {1: "quote_unbalanced"}),
        ('1,"closed"early\n2,y\n', {1: "row_malformed"}),
        ('1,"one\n2,"two\n3,z\n', {1: "quote_unbalanced", 2: "quote_unbalanced"}),
        ('1,5" pipe\n2,y\n', {}),
        ('1,"say ""no"""\n2,y\n', {}),
        ("1,x\x00\n2,y\n", {}),
    ],
    ids=["unbalanced", "text after a quote", "two unbalanced", "inch", "doubled", "nul"],
)
def test_a_quote_takes_no_other_row_with_it(text: str, faults: dict[int, str]) -> None:
    found = rows_of(text.encode())
    assert {row.number: row.fault for row in found if row.fault} == faults
    assert len(found) == text.count("\n")
    assert found[-1].cells[0] == str(len(found))


def test_a_quote_never_closed_in_a_long_file_ends_after_2000_lines() -> None:
    text = '1,"open\n' + "2,y\n" * 5_000
    found = rows_of(text.encode(), size=4096)
    assert (len(found), found[0].fault, found[-1].number) == (5_001, "quote_unbalanced", 5_001)


def _peak(rows: Iterator[Row]) -> tuple[int, list[Row]]:
    tracemalloc.start()
    kept = [row for row in rows if row.fault or row.number < 3]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak, kept


UTF8 = Form("utf-8", "lf", 0)


def test_a_line_of_100_mb_is_told_and_not_kept() -> None:
    """Memory stays with the limit of one row, and the next row is read."""

    def content() -> Iterator[bytes]:
        yield b"{"
        yield from repeat(b"x" * (1 << 18), 400)
        yield b"}\n{}\n"

    peak, found = _peak(json_rows(lines(content(), b"\n", at=0), UTF8, number=1))
    assert [(row.number, row.fault) for row in found] == [(1, "row_too_large"), (2, "")]
    assert found[-1].end == 1 + 400 * (1 << 18) + 5
    assert peak < 5 * ROW_LIMIT


@pytest.mark.parametrize("ends", [b"\n", b""], ids=["ended", "cut off"])
def test_a_million_commas_are_an_empty_row(ends: bytes) -> None:
    content = b"a,b\n" + b"," * 1_000_000 + ends
    assert [row.cells for row in rows_of(content, size=1 << 18)] == [("a", "b")]


# The first text that is drawn has every character of Unicode looked at, which a busy machine takes seconds over.
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\x00")), min_size=1), max_size=6))
def test_reading_from_any_rows_end_goes_on_as_if_never_stopped(table: list[list[str]]) -> None:
    """A worker that takes over reads what the first would have."""
    quoted = ["{}\n".format(",".join('"' + cell.replace('"', '""') + '"' for cell in row)) for row in table]
    content = "".join(quoted).encode()
    whole = rows_of(content, size=5)
    assert all(not row.fault for row in whole)
    for index, row in enumerate(whole):
        assert rows_of(content, at=row.end, number=row.number + 1, size=3) == whole[index + 1 :]


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    for row in rows_of(content):
        assert 0 < row.end <= len(content)
    look = Look()
    look.at(content)
    assert look.mistaken("csv") is None or look.mistaken("csv").code  # type: ignore[union-attr]


@pytest.mark.parametrize("empty", [b"", b",,,", b'"",'], ids=["nothing", "commas", "an empty cell"])
def test_very_many_empty_rows_are_got_through_a_thousand_at_a_time(empty: bytes) -> None:
    """As spreadsheets leave them below the last row: whoever reads may stop in between, and go on there."""
    content = b"a,b\n" + (empty + b"\n") * 5_000 + b"c,d\n"
    found = rows_of(content, size=4096)
    assert [row.cells for row in found if not row.blank] == [("a", "b"), ("c", "d")]
    blank = [row for row in found if row.blank]
    assert [row.number for row in blank] == [1_001, 2_001, 3_001, 4_001, 5_001]
    again = rows_of(content, at=blank[1].end, number=2_002, size=4096)
    assert [row.number for row in again if not row.blank] == [5_002]


def test_a_file_in_which_no_quote_is_ever_closed_is_not_read_thousands_of_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each row opens a quote that every next line closes and opens again."""
    looked, decoded = [], reading._decoded

    def counted(line: reading.Line, form: Form) -> tuple[str, reading.Fault]:
        looked.append(line.end)
        return decoded(line, form)

    monkeypatch.setattr(reading, "_decoded", counted)
    found = rows_of(b'x","\n' * 3_000, size=4096)
    assert len(found) == 3_000
    assert len(looked) < 200_000
