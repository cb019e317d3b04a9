"""What whoever filled in a file should do about each mistake, in plain words. Pure; never repeats a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from common.problems import Problem


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A mistake: the row as a spreadsheet shows it, the column (CSV) or JSON pointer, a code, what to do."""

    row: int
    field: str
    code: str
    do: str


def told(row: int, field: str, code: str) -> RowProblem:
    """For a code of this module."""
    return RowProblem(row, field, code, DO[code])


def of_rules(row: int, field: str, problem: Problem) -> RowProblem:
    """For what the rules of an order found: our own words where they help more."""
    return RowProblem(row, field, problem.code, DO.get(problem.code, problem.detail))


DO: Mapping[str, str] = {
    # The file
    "header_missing": "The first row must hold the column names of the template, and none of them is there.",
    "column_unknown": "Take this column out or name it as in the template; columns are counted from 1.",
    "column_repeated": "This column is there twice: take one of them out.",
    "column_required": "Add this column: see the template.",
    "no_rows": "There is nothing below the first row: add the orders and send the file again.",
    "import_gave_up": "Reading this file failed again and again on our side: tell support the number of the import.",
    # A row
    "row_too_large": "This row is over 5 MB: a quote may be missing before it, or register the order by itself.",
    "encoding_unreadable": "This row has letters that cannot be read: save the file as CSV UTF-8 and send it again.",
    "quote_unbalanced": "A quote in this row is never closed: close it, or write a quote inside a cell twice.",
    "row_malformed": "This row cannot be split into cells: put cells with quotes or line ends into quotes.",
    "too_few_cells": "This row has fewer cells than the first one: the file may be cut off; save it again.",
    "too_many_cells": "This row has more cells than the first one: put a cell with commas in it into quotes.",
    "malformed_json": "This line is not a JSON object: each line is one whole order; the file may be cut off.",
    "neighbour_unreadable": "A row beside this one could not be read and may belong to this order: put that right.",
    "order_too_large": "This order has more than 2,000 rows or 5 MB: register it by itself.",
    "reference_missing": "Give the order's reference in every row.",
    "reference_invalid": "A reference has 1 to 64 letters, digits, dots, dashes or _.",
    "reference_repeated": "This reference is in the file again: none was taken. Send one; a later version by itself.",
    "reference_spelt_twice": "Rows of this order write its reference in small and capital letters: write it one way.",
    "owner_unknown": "Orders stand apart in this file, and nobody can say whose row this is: put it right, send again.",
    "rows_disagree": "Rows of one order say different things here: repeat the same value or leave it empty.",
    "row_not_stored": "This row could not be stored: send the file again, or register the order by itself.",
    # A cell
    "spreadsheet_error": "The spreadsheet shows an error in place of a value: put the cell right.",
    "number_mangled": "The spreadsheet shortened a long number: format the column as Text and type it anew.",
    "smart_quotes": "Take the quotation marks out of this cell.",
    "date_is_serial_number": "The spreadsheet wrote a date as a number: format the column as Date (dd/mm/yyyy).",
    "date_two_digit_year": "Write the year with four digits.",
    "date_month_first": "This date has the month first: write every date of the file dd/mm/yyyy. See dates_both_ways.",
    "date_unreadable": "Write the date as dd/mm/yyyy or yyyy-mm-dd.",
    "time_unreadable": "Write the time as hh:mm, 24 hours.",
    "instant_unreadable": "Write it as 2026-03-02T11:30:00+00:00, with the offset from UTC.",
    "instant_offset_missing": "Add the offset from UTC: +00:00 in winter, +01:00 in summer, or Z.",
    "not_yes_or_no": "Write yes or no.",
    "number_unreadable": "Write a plain number: no unit, no comma.",
    "formula": "This cell holds a formula: put what it shows, or ought to show, in its place.",
    "turned_into_date": "The spreadsheet turned this into a date: format the column as Text and type it anew.",
    "letters_lost": "Letters of this were lost or garbled: save the file as CSV UTF-8 and type the word anew.",
    "dates_unreadable": "Write days as dd/mm/yyyy to dd/mm/yyyy, several with semicolons between.",
    "leading_zero_lost": "The number lost its first 0: format the column as Text and type it anew.",
    "social_unreadable": "Write platform: name, several with semicolons between.",
    "geometry_unreadable": "Write the shape as WKT (POLYGON ((...))) or GeoJSON.",
    "location_missing": "Give the circle's middle: latitude and longitude, easting and northing, or a grid reference.",
    "location_multiple_crs": "Give the place in one way only: degrees, or easting and northing, or a grid reference.",
    "shape_twice": "Give either a shape or the middle of a circle, not both.",
    "clause_missing": "Give the number of the condition (clause).",
    # Rule 23
    "result_code_unknown": "Court result codes are 3306 (interim order made) and 3307 (order made).",
    "result_code_disagrees": "The result code says another kind of order: 3306 is interim, 3307 is full.",
    "application_code_unknown": "Application codes are ST19501 to ST19507.",
    "application_code_disagrees": "ST19505 to ST19507 are for interim orders: it does not fit the kind of order here.",
    "application_is_a_discharge": "A discharge is no version: record it with the order's own address for discharges.",
    # The order
    "required": "This is missing: fill it in.",
    "unknown_value": "This is not one of the words allowed here: see the guide to imports.",
    "member_missing": "This is missing: fill it in.",
    "made_on_in_future": "The day made is after today: check the year.",
    "first_version_is_made": "The service does not know this order yet: leave the kind of change empty, or made.",
    "later_version_is_a_change": "The order is known: say variation, renewal or correction.",
    "change_needed": "The order is on record with other words: say variation, renewal or correction, and from when.",
    "order_ended": "The order is on record as ended: only a correction may be recorded now.",
}  # fmt: skip
