"""Every way a file goes wrong that issue item 6 names, and some more: a stable code, never a 500, the rest lands."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from django.conf import LazySettings

from common.problems import Malformed
from edge.parsing import FileStream
from orders.models import ImportPiece, Order, OrderImport
from orders.services import importing
from tests.api.orders.example import example, members, replaced
from tests.support.api import Apis
from tests.support.imports import CSV, NDJSON, a_row, counts, imported, line, ndjson, send, table, told, work

GOOD = table(a_row(), a_row(reference="A-2", respondent_family_name="Pell", respondent_phones=""))


def workbook() -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
    return kept.getvalue()


REFUSED_AT_ONCE: list[tuple[str, bytes, str, str]] = [
    ("nothing but a mark", b"\xef\xbb\xbf", CSV, "file_empty"),
    ("nothing but line ends", b"\r\n\r\n", NDJSON, "file_empty"),
    ("a workbook", workbook(), CSV, "file_is_a_workbook"),
    ("an old workbook", b"\xd0\xcf\x11\xe0" + b"\x00" * 600, CSV, "file_is_a_workbook"),
    ("a pdf", b"%PDF-1.7\n%\xe2\xe3\n", CSV, "file_is_a_pdf"),
    ("a compressed file", b"\x1f\x8b\x08\x00" + b"\x01" * 40, NDJSON, "file_is_compressed"),
    ("a nul near the beginning", b"reference,made_on\nA-1,\x00\n", CSV, "file_is_not_text"),
    ("a program", b"\x7fELF\x02\x01\x01\x00\x00\x01", CSV, "file_is_not_text"),
    ("CSV called NDJSON", GOOD.encode(), NDJSON, "file_type_mismatch"),
    ("NDJSON called CSV", ndjson(line("A-1")), CSV, "file_type_mismatch"),
    ("a JSON array", b"[" + line("A-1").encode() + b"]", NDJSON, "file_type_mismatch"),
    ("a page", b"<!doctype html><p>Sign in</p>", CSV, "file_type_mismatch"),
]


@pytest.mark.parametrize(
    ("content", "kind", "code"), [c[1:] for c in REFUSED_AT_ONCE], ids=[c[0] for c in REFUSED_AT_ONCE]
)
def test_what_is_no_such_file_is_refused_at_once(api: Apis, content: bytes, kind: str, code: str) -> None:
    answer = send(api.force, content, kind)
    assert (answer.status, answer.code, answer.codes) == (422, code, {("", code)})
    assert not OrderImport.objects.exists()
    assert not ImportPiece.objects.exists()


@pytest.mark.parametrize("kind", ["application/json", "application/pdf", "multipart/form-data; boundary=x", ""])
def test_another_content_type_is_refused(api: Apis, kind: str) -> None:
    assert send(api.force, GOOD, kind or "x").status == 415


@pytest.mark.parametrize("kind", ["text/csv; charset=utf-8; header=present", "TEXT/CSV", "application/vnd.ms-excel"])
def test_csv_goes_by_several_names(api: Apis, kind: str) -> None:
    assert send(api.force, GOOD, kind).status == 202


def test_a_body_that_ends_early_is_the_senders_fault() -> None:
    stream = FileStream(io.BytesIO(b"abc"), limit=10, length=5)
    with pytest.raises(Malformed) as told:
        list(stream.pieces(2))
    assert told.value.code == "body_truncated"


def test_a_nul_further_down_is_told_by_row_and_column(api: Apis) -> None:
    rows = [a_row(reference=f"A-{n}", respondent_family_name=f"Pell {'x' * n}") for n in range(12)]
    job = imported(api.force, table(*rows, a_row(wording="a\x00b")))
    assert counts(job) == {"rows": 13, "created": 12, "bad": 1}
    assert told(api.force, job) == {(14, "wording", "text_not_storable")}


def test_a_file_over_the_limit_is_too_large(api: Apis, settings: LazySettings) -> None:
    settings.IMPORT_LIMIT_BYTES = 300_000
    answer = send(api.force, GOOD + " " * 300_000)
    assert (answer.status, answer.code) == (413, "body_too_large")
    assert not ImportPiece.objects.exists()


@pytest.mark.parametrize("sent", ["yes", "1", "TRUE", ""])
def test_dry_run_is_true_or_false(api: Apis, sent: str) -> None:
    """A trial that was taken for the real thing would register orders."""
    answer = send(api.force, GOOD, CSV, f"?dry_run={sent}")
    assert (answer.status, answer.codes) == (422, {("?dry_run", "unknown_value")})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("kind", [CSV, NDJSON])
def test_every_encoding_lands_alike(api: Apis, encoding: str, kind: str) -> None:
    body = replaced(example(), ("respondent", "family_name"), "Müller-Señor")
    row = a_row(respondent_family_name="Müller-Señor")
    text = table(row) if kind == CSV else json.dumps({"reference": "A-1", **body}, ensure_ascii=False) + "\n"
    assert counts(imported(api.force, text.encode(encoding), kind)) == {"rows": 1, "created": 1}
    shown = Order.objects.get().versions.get().body["respondent"]["family_name"]
    assert shown == "Müller-Señor"


BROKEN_FILES: list[tuple[str, str, tuple[int, str, str]]] = [
    ("header only", GOOD.splitlines()[0] + "\r\n", (2, "", "no_rows")),
    ("no header", "\r\n".join(GOOD.splitlines()[1:]), (1, "", "header_missing")),
    ("a million commas", "," * 1_000_000, (1, "", "header_missing")),
    ("a header never closed", '"reference,made_on\r\nx,y\r\n', (1, "", "quote_unbalanced")),
    ("a column twice", GOOD.replace("reference,", "reference,reference,", 1), (1, "reference", "column_repeated")),
    ("a column nobody knows", GOOD.replace("route,", "Notes,", 1), (1, "column 5", "column_unknown")),
    ("a column gone", GOOD.replace("made_on,", "", 1), (1, "made_on", "column_required")),
]


@pytest.mark.parametrize(("text", "problem"), [c[1:] for c in BROKEN_FILES], ids=[c[0] for c in BROKEN_FILES])
def test_a_file_that_cannot_be_begun_fails(api: Apis, text: str, problem: tuple[int, str, str]) -> None:
    job = imported(api.force, text)
    assert job["state"] == "failed"
    assert problem in told(api.force, job)
    assert not Order.objects.exists()
    assert not ImportPiece.objects.exists()
    assert send(api.force, text).body["id"] != job["id"]  # one that failed may be sent again


def cell(name: str, value: str) -> dict[str, str]:
    return {name: value}


BAD_CELLS: list[tuple[str, dict[str, str], str, str]] = [
    ("a serial number", cell("made_on", "46083"), "made_on", "date_is_serial_number"),
    ("month first", cell("expires_on", "12/31/2028"), "expires_on", "date_month_first"),
    ("no such day", cell("expires_on", "31/02/2028"), "expires_on", "date_unreadable"),
    ("no such day or month", cell("expires_on", "32/13/2028"), "expires_on", "date_unreadable"),
    ("a short year", cell("made_on", "02/03/26"), "made_on", "date_two_digit_year"),
    ("a phone eaten", cell("respondent_phones", "4.477E+11"), "respondent_phones", "number_mangled"),
    ("a phone without 0", cell("respondent_phones", "7700900123"), "respondent_phones", "leading_zero_lost"),
    ("smart quotes", cell("court_code", "“B05PK”"), "court_code", "smart_quotes"),
    ("an error", cell("wording", "#REF!"), "wording", "spreadsheet_error"),
    ("perhaps", cell("until_further_order", "perhaps"), "until_further_order", "not_yes_or_no"),
    ("an unknown word", cell("court_type", "tribunal"), "court_type", "unknown_value"),
    ("in the future", cell("made_on", "01/01/2031"), "made_on", "made_on_in_future"),
    ("a period too short", cell("expires_on", "28/02/2028"), "expires_on", "spo_period_below_minimum"),
    ("no surname", cell("respondent_family_name", ""), "respondent_family_name", "required"),
    ("no wording", cell("wording", " "), "wording", "required"),
    ("no clause", cell("clause", ""), "clause", "clause_missing"),
    ("no place", {"latitude": "", "longitude": ""}, "latitude", "member_missing"),
    ("two places", cell("grid_reference", "SJ 34100 90100"), "latitude", "location_multiple_crs"),
    ("swapped degrees", {"latitude": "-2.9779", "longitude": "53.4072"}, "latitude", "coordinates_swapped"),
    ("no radius", cell("radius_m", ""), "radius_m", "member_missing"),
    ("a radius in words", cell("radius_m", "100 m"), "radius_m", "number_unreadable"),
    ("shape and circle", cell("shape", "POLYGON ((0 0, 1 1, 1 0, 0 0))"), "shape", "shape_twice"),
    ("nobody drew it", {"drawn_by_name": "", "drawn_by_staff_id": ""}, "drawn_by_name", "required"),
    ("an instant", cell("effective_from", "02/03/2026 11:30"), "effective_from", "instant_unreadable"),
    ("a result code", cell("result_code", "3306"), "result_code", "result_code_disagrees"),
    ("an application code", cell("application_code", "ST19509"), "application_code", "application_code_unknown"),
    ("a bad reference", cell("reference", "SPO 05/1"), "reference", "reference_invalid"),
    ("an eaten reference", cell("reference", "1.23E+11"), "reference", "number_mangled"),
    ("no reference", cell("reference", ""), "", "reference_missing"),
    ("an unknown person", cell("protects", "P3"), "protects", "protects_unknown"),
    ("a formula error in hashes", cell("made_on", "########"), "made_on", "spreadsheet_error"),
]


@pytest.mark.parametrize(("cells", "column", "code"), [c[1:] for c in BAD_CELLS], ids=[c[0] for c in BAD_CELLS])
def test_a_bad_cell_is_told_by_row_and_column(api: Apis, cells: dict[str, str], column: str, code: str) -> None:
    other = a_row(reference="GOOD", respondent_family_name="Pell", respondent_phones="")
    job = imported(api.force, table(a_row(**cells), other))
    assert counts(job) == {"rows": 2, "created": 1, "bad": 1}
    assert (2, column, code) in told(api.force, job)
    assert {row for row, _, _ in told(api.force, job)} == {2}
    assert Order.objects.get().reference == "GOOD"


@pytest.mark.parametrize("cut", [1, 40, 41], ids=["half a letter", "twenty letters", "twenty letters and a half"])
def test_a_file_in_utf_16_that_is_cut_off_lands_up_to_there(api: Apis, cut: int) -> None:
    """Where half a letter is left nobody can say whose the last row is: the order above it waits as well."""
    rows = [a_row(reference=f"A-{n}", respondent_family_name=f"Pell {'x' * n}") for n in range(4)]
    job = imported(api.force, table(*rows).encode("utf-16")[:-cut])
    assert counts(job) == {"rows": 4, "created": 2, "bad": 2} if cut % 2 else {"rows": 4, "created": 3, "bad": 1}
    codes = {code for _, _, code in told(api.force, job)}
    assert codes == ({"encoding_unreadable", "neighbour_unreadable"} if cut % 2 else {"too_few_cells"})


def test_all_mistakes_of_an_order_are_told_at_once(api: Apis) -> None:
    """Cells that cannot be read and rules that are broken, of every row of it."""
    rows = [a_row(made_on="46083", court_type="tribunal"), a_row(zone_code="B", court_type="", radius_m="100 m")]
    assert told(api.force, imported(api.force, table(*rows))) == {
        (2, "made_on", "date_is_serial_number"),
        (2, "court_type", "unknown_value"),
        (3, "radius_m", "number_unreadable"),
    }


BROKEN_ROWS: list[tuple[str, str, str]] = [
    ("a quote never closed", f'{GOOD}A-3,"open\r\n', "quote_unbalanced"),
    ("text after a quote", f'{GOOD}A-3,"x"y\r\n', "row_malformed"),
    ("a row cut off", GOOD + GOOD.splitlines()[1].replace("SPO-05-0001-26", "A-3")[:60], "too_few_cells"),
    ("too many cells", GOOD + GOOD.splitlines()[1].replace("SPO-05-0001-26", "A-3") + ",more\r\n", "too_many_cells"),
]


def test_the_same_row_again_further_down_is_the_same_zone_twice(api: Apis) -> None:
    job = imported(api.force, GOOD + GOOD.splitlines()[1] + "\r\n")
    assert (counts(job), told(api.force, job)) == (
        {"rows": 2, "created": 1, "bad": 1},
        {(4, "zone_code", "zone_code_repeated")},
    )


@pytest.mark.parametrize(("text", "code"), [c[1:] for c in BROKEN_ROWS], ids=[c[0] for c in BROKEN_ROWS])
def test_a_broken_row_stops_no_other(api: Apis, text: str, code: str) -> None:
    job = imported(api.force, text)
    assert (job["state"], counts(job)) == ("done", {"rows": 3, "created": 2, "bad": 1})
    assert {c for _, _, c in told(api.force, job)} == {code}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", (1, "", "malformed_json")),
        ('{"reference": "A-1", "kind": NaN}', (1, "", "malformed_json")),
        ('{"reference": "A-1", "x": ' + "[" * 500 + "]" * 500 + "}", (1, "", "malformed_json")),
        ('{"kind": "full"}', (1, "/reference", "reference_missing")),
        ('{"reference": 7}', (1, "/reference", "reference_invalid")),
        ('{"reference": "a/b"}', (1, "/reference", "reference_invalid")),
        ('{"reference": "A-1"}', (1, "/made_on", "required")),
        ('{"reference": "A-1", "colour": 1}', (1, "/colour", "unknown_field")),
        ('{"reference": "A-1", "necessity": "\\ud800"}', (1, "/necessity", "text_not_storable")),
        ('{"reference": "A-1"} ' + "x" * (6 << 20), (1, "", "row_too_large")),
    ],
    ids=["cut", "NaN", "deep", "no reference", "a number", "a slash", "empty", "unknown", "half a letter", "6 MB"],
)
def test_a_bad_line_is_told_and_the_next_lands(api: Apis, text: str, problem: tuple[int, str, str]) -> None:
    job = imported(api.force, ndjson(text, line("GOOD")), NDJSON)
    assert counts(job) == {"rows": 2, "created": 1, "bad": 1}
    assert problem in told(api.force, job)


OTHER_TYPES: list[Any] = [None, {}, [[]]]


def test_no_member_of_the_wrong_type_breaks_an_import(api: Apis) -> None:
    """Each member of the whole example replaced by values of other types, as one file."""
    lines = [
        json.dumps({"reference": f"R-{index}-{kind}", **replaced(example(), path, value)})
        for index, path in enumerate(members(example()))
        if index % 3 == 0
        for kind, value in enumerate(OTHER_TYPES)
    ]
    job = imported(api.force, ndjson(*lines), NDJSON, "?dry_run=true")
    assert (job["state"], job["rows"]) == ("done", len(lines))
    assert not any(code == "row_not_stored" for _, _, code in told(api.force, job))


def test_errors_come_in_pages(api: Apis) -> None:
    job = imported(api.force, ndjson(*(f"{{{n}" for n in range(60))), NDJSON)
    seen: list[Any] = []
    path = f"force/order-imports/{job['id']}/errors?limit=25"
    cursor: str | None = ""
    while cursor is not None:
        page = api.force.get(f"{path}&cursor={cursor}" if cursor else path).body
        seen += page["results"]
        cursor = page["next"]
    assert [error["row"] for error in seen] == list(range(1, 61))


def test_what_a_spreadsheet_adds_is_passed_over(api: Apis) -> None:
    """A line for Excel alone, semicolons, empty columns and rows at the end, a mark at the beginning."""
    lines = GOOD.replace(",", ";").splitlines()
    assert ";" in lines[0]
    text = "\r\n".join(["sep=;", *(f"{text};;;" for text in lines), ";;;;", ""])
    assert counts(imported(api.force, text.encode("utf-8-sig"))) == {"rows": 2, "created": 2}
    work()


@pytest.mark.parametrize("kind", [CSV, NDJSON])
def test_very_many_empty_rows_at_the_end_are_passed_over(api: Apis, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A spreadsheet has a million of them; each task gets on, and the order above them has landed by then."""
    monkeypatch.setattr(importing, "_BATCH", 2)
    content = table(a_row()).encode() if kind == CSV else ndjson(line("A-1"))
    ending = b"," * 30 + b"\r\n" if kind == CSV else b" \n"
    sent = send(api.force, content + ending * 4_500, kind)
    places = []
    for _ in range(4):
        importing.work_off(job_id=sent.body["id"], seconds=0)
        job = OrderImport.objects.get(pk=sent.body["id"])
        places.append((job.next_byte, job.rows))
    assert places[:3] == sorted(set(places[:3]))
    assert (job.state, job.rows, job.created) == ("done", 1, 1)
