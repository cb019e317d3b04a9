"""What a file may change in orders on record, and what it is told of them (issue 13, lines 1, 2, 11 and 15)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orders.models import ImportProblem, Order, OrderVersion
from tests.api.orders.example import with_everything
from tests.support.api import Apis
from tests.support.imports import (
    CSV,
    NDJSON,
    a_row,
    counts,
    errors,
    imported,
    line,
    ndjson,
    table,
    told,
    warned,
)
from tests.support.orders import an_order
from tests.support.restricted import SUPERVISOR

SPREADSHEET = Path(__file__).parents[2] / "data/imports/orders_saved_by_a_spreadsheet.csv"
BOTH = pytest.mark.parametrize("query", ["?dry_run=true", ""], ids=["dry run", "import"])
SAID = {"change_kind": "variation", "change_decided_on": "01/06/2026"}


def two_zones(**changes: str) -> list[dict[str, str]]:
    return [a_row(reference="X", **changes), a_row(reference="X", zone_code="B", radius_m="80", **changes)]


@BOTH
def test_a_file_that_differs_and_says_no_change_is_refused(api: Apis, query: str) -> None:
    """It was taken for a correction from the order's first day."""
    imported(api.force, table(*two_zones()))
    rows = two_zones(expires_on="01/06/2028")
    job = imported(api.force, table(*rows), CSV, query)
    assert counts(job) == {"rows": 1, "bad": 1}
    assert told(api.force, job) == {(2, "change_kind", "change_needed")}
    assert OrderVersion.objects.get().body["expires_on"] == "2028-03-01"


@BOTH
def test_a_file_is_compared_with_the_terms_that_stand_not_with_the_newest_number(api: Apis, query: str) -> None:
    """A correction of version 1 is the newest version, and not what is in force."""
    first, second = an_order(), an_order()
    second["conditions"][0]["wording"] = "Not to enter the area marked on the map."
    second["change"] = {"kind": "variation", "decided_on": "2026-06-01"}
    second["effective_from"] = "2026-06-01T00:00:00+01:00"
    corrected = an_order()
    corrected["conditions"][0]["wording"] = "Not to enter within 100 metres of the premises."
    corrected["change"] = {"kind": "correction", "decided_on": "2026-07-01", "corrects": 1}
    for number, body in enumerate((first, second, corrected), 1):
        assert api.force.put(f"force/orders/X/versions/{number}", body).status == 201
    job = imported(api.force, ndjson(line("X", second)), NDJSON, query)
    assert counts(job) == {"rows": 1, "duplicates": 1}
    assert OrderVersion.objects.count() == 3


@BOTH
def test_a_zone_that_a_file_leaves_out_is_not_taken_away(api: Apis, query: str) -> None:
    imported(api.force, table(*two_zones()))
    job = imported(api.force, table(two_zones()[0]), CSV, query)
    assert told(api.force, job) == {(2, "change_kind", "change_needed"), (2, "zone_code", "would_remove")}
    (removal,) = [error for error in errors(api.force, job) if error["code"] == "would_remove"]
    assert removal["do"].startswith("Zone B of clause 1 is on record")
    assert OrderVersion.objects.count() == 1


def test_conditions_and_people_that_a_file_leaves_out_are_told_by_their_codes(api: Apis) -> None:
    """Never by a name, and every one of them at once."""
    body = with_everything()
    api.force.put("force/orders/X/versions/1", body)
    people = [person["key"] for person in body["protected_persons"]]
    gone = [condition["clause"] for condition in body["conditions"][1:]]
    fewer = {**body, "conditions": body["conditions"][:1], "protected_persons": body["protected_persons"][:1]}
    fewer["conditions"] = [{**fewer["conditions"][0], "protects": people[:1]}]
    job = imported(api.force, ndjson(line("X", fewer)), NDJSON)
    removals = [error["do"].partition(" is on record")[0] for error in errors(api.force, job)
                if error["code"] == "would_remove"]  # fmt: skip
    assert {f"Clause {clause}" for clause in gone} <= set(removals)
    assert {f"Person {key}" for key in people[1:]} <= set(removals)
    names = [person["family_name"] for person in body["protected_persons"]]
    assert not any(name in str(errors(api.force, job)) for name in names)


def test_a_zone_that_moved_to_another_condition_is_not_called_removed(api: Apis) -> None:
    imported(api.force, table(*two_zones()))
    rows = two_zones()
    rows[1] |= {"clause": "2", "wording": "Nor near B."}
    codes = {code for _, _, code in told(api.force, imported(api.force, table(*rows)))}
    assert codes == {"change_needed"}


@BOTH
def test_a_change_that_the_file_names_may_take_a_zone_away(api: Apis, query: str) -> None:
    imported(api.force, table(*two_zones()))
    said = SAID | {"effective_from": "2026-06-02T09:00:00+01:00", "change_respondent_present": "yes"}
    job = imported(api.force, table(two_zones(**said)[0]), CSV, query)
    assert counts(job) == {"rows": 1, "versioned": 1}
    if not query:
        version = OrderVersion.objects.get(number=2)
        assert (version.change_kind, version.effective_from.isoformat()) == ("variation", "2026-06-02T08:00:00+00:00")
        assert version.body["change"]["respondent_present"] is True


@pytest.mark.parametrize("said", [None, {}, {"kind": "made"}, {"decided_on": "2026-06-01"}, {"necessity": "x"}])
def test_a_change_without_its_kind_says_nothing(api: Apis, said: dict[str, str] | None) -> None:
    imported(api.force, ndjson(line("X")), NDJSON)
    job = imported(api.force, ndjson(line("X", an_order(restricted=True, change=said))), NDJSON)
    assert (1, "/change/kind", "change_needed") in told(api.force, job)
    assert OrderVersion.objects.count() == 1


def test_all_else_that_is_wrong_is_told_with_it(api: Apis) -> None:
    imported(api.force, table(*two_zones()))
    rows = two_zones(expires_on="01/06/2028", court_type="tribunal")
    assert told(api.force, imported(api.force, table(*rows))) == {
        (2, "change_kind", "change_needed"),
        (2, "court_type", "unknown_value"),
    }


def test_what_says_the_same_as_an_earlier_version_only_needs_a_change(api: Apis) -> None:
    """A file of last month's terms does not bring them back."""
    imported(api.force, table(*two_zones()))
    imported(api.force, table(*two_zones(**SAID, expires_on="01/06/2028")))
    assert told(api.force, imported(api.force, table(*two_zones()) + "\r\n")) == {(2, "change_kind", "change_needed")}


# A condition of under two years in an order of two (rule 12): one of the warnings that PUT gives.
SHORT = {"condition_ends_on": "01/06/2026"}


@BOTH
def test_a_file_shows_the_warnings_that_put_would_show_by_row(api: Apis, query: str) -> None:
    fine = a_row(reference="Y", respondent_family_name="Pell", respondent_phones="", respondent_social="")
    job = imported(api.force, table(fine, a_row(reference="X", **SHORT)), CSV, query)
    assert (counts(job), job["warnings"]) == ({"rows": 2, "created": 2}, 1)
    assert (warned(api.force, job), told(api.force, job)) == (
        {(3, "condition_ends_on", "condition_period_short")},
        set(),
    )
    path = f"force/order-imports/{job['id']}/errors"
    assert [found["severity"] for found in api.force.get(path).body["results"]] == ["warning"]
    assert api.force.get(f"{path}?severity=no").codes == {("?severity", "unknown_value")}


@BOTH
def test_a_file_warns_of_another_order_against_what_may_be_the_same_person(api: Apis, query: str) -> None:
    """Rule 10: the same warning as PUT gives, with the order on record."""
    api.force.put("force/orders/OLD/versions/1", an_order())
    answer = api.force.put("force/orders/BY-ITSELF/versions/1", an_order())
    expected = {warning["code"] for warning in answer.body["warnings"]}
    assert "possible_incompatibility" in expected
    job = imported(api.force, ndjson(line("NEW")), NDJSON, query)
    assert {code for _, _, code in warned(api.force, job)} == expected


def test_a_version_that_a_file_brings_shows_its_warnings_and_a_refused_order_none(api: Apis) -> None:
    imported(api.force, table(*two_zones()))
    job = imported(api.force, table(*two_zones(**SAID, **SHORT)))
    assert warned(api.force, job) == {(2, "condition_ends_on", "condition_period_short")}
    refused = imported(api.force, table(a_row(reference="Z", **SHORT, court_type="tribunal")))
    assert (refused["warnings"], warned(api.force, refused)) == (0, set())
    assert ImportProblem.objects.filter(severity="warning").count() == 1


def test_orders_that_a_spreadsheet_saved_are_told_cell_by_cell(api: Apis) -> None:
    """Windows-1252, CRLF, three empty columns and two rows of commas; each damaged cell in an order of its own."""
    content = SPREADSHEET.read_bytes()
    for query in ("?dry_run=true", ""):
        job = imported(api.force, content, CSV, query)
        assert (job["state"], counts(job)) == ("done", {"rows": 12, "created": 2, "bad": 10})
        assert told(api.force, job) == {
            (3, "respondent_vehicles", "turned_into_date"),
            (4, "respondent_phones", "number_mangled"),
            (5, "respondent_phones", "leading_zero_lost"),
            (6, "respondent_date_of_birth", "date_two_digit_year"),
            (7, "made_on", "date_is_serial_number"),
            (8, "made_on", "date_month_first"),
            (10, "respondent_family_name", "letters_lost"),
            (11, "court_name", "spreadsheet_error"),
            (12, "wording", "formula"),
            (13, "respondent_vehicles", "number_mangled"),
        }
    held = {version.order.reference: version for version in OrderVersion.objects.select_related("order")}
    assert sorted(held) == ["SPO-10-6001-26", "SPO-10-6008-26"]
    (phone,) = held["SPO-10-6008-26"].body["respondent"]["identifiers"]
    assert phone == {"kind": "phone", "value": "07700900456"}
    kept = str(errors(api.force, job)).casefold()
    assert not any(word in kept for word in ("hara", "10-may", "456", "hyperlink", "1968", "46083"))


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"clause": "02-Jan"}, "clause", "turned_into_date"),
        ({"zone_code": "Mar-03"}, "zone_code", "turned_into_date"),
        ({"drawn_by_staff_id": "1/2/2026"}, "drawn_by_staff_id", "turned_into_date"),
        ({"respondent_vehicles": "AB12 CDE; May-68"}, "respondent_vehicles", "turned_into_date"),
        ({"protected_1_given_names": "ZoÃ«"}, "protected_1_given_names", "letters_lost"),
        ({"respondent_also_known_as": "Dan; J\ufffdrg"}, "respondent_also_known_as", "letters_lost"),
        ({"respondent_social": "=instagram"}, "respondent_social", "formula"),
    ],
    ids=str,
)
def test_what_a_spreadsheet_made_of_a_code_or_a_name_is_told(
    api: Apis, cells: dict[str, str], column: str, code: str
) -> None:
    job = imported(api.force, table(a_row(**cells)))
    assert (2, column, code) in told(api.force, job)
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"respondent_phones": "TBC"}, "respondent_phones"),
        ({"respondent_emails": "d.marsh.example.com"}, "respondent_emails"),
        ({"respondent_vehicles": "none"}, "respondent_vehicles"),
    ],
    ids=str,
)
@BOTH
def test_what_can_never_match_refuses_an_order_in_a_file(
    api: Apis, cells: dict[str, str], column: str, query: str
) -> None:
    """PUT takes it with a warning."""
    job = imported(api.force, table(a_row(**cells, court_type="tribunal"), a_row(reference="Y", **cells)), CSV, query)
    assert {(2, column, "identifier_unusable"), (3, column, "identifier_unusable")} <= told(api.force, job)
    assert (2, "court_type", "unknown_value") in told(api.force, job)
    assert (job["bad"], job["warnings"]) == (2, 0)


def test_a_plate_of_letters_and_digits_that_reads_like_a_day_is_taken(api: Apis) -> None:
    """MAY 10 is a number plate; 10-May is what a spreadsheet makes of it."""
    assert counts(imported(api.force, table(a_row(respondent_vehicles="MAY 10")))) == {"rows": 1, "created": 1}


def no_shape() -> dict[str, str]:
    return dict.fromkeys(("zone_code", "zone_restricted_name", "latitude", "longitude", "radius_m"), "")


def test_dated_windows_and_a_localitys_shape_in_csv_are_the_same_order_as_by_put(api: Apis) -> None:
    """Windows with their dates, several to a condition; a place as a circle and as a drawing, its wording beside it."""
    corners = "POLYGON ((-2.98 53.40, -2.97 53.40, -2.97 53.41, -2.98 53.41, -2.98 53.40))"
    window = {"window_days": "mon; fri", "window_from": "08:00", "window_to": "17:30"}
    rows = [
        a_row(reference="IN-CSV", **window, window_dates="24/12/2026 to 02/01/2027; 2027-02-14"),
        a_row(reference="IN-CSV", **no_shape(), window_days="sat", window_from="22:00", window_to="06:00",
              window_dates="01/05/2026"),
        a_row(reference="IN-CSV", **no_shape(), clause="2", condition_kind="requirement", requirement="sign_on",
              wording="To sign on.", locality_wording="The police station.", locality_easting="334100",
              locality_northing="390100", locality_radius_m="80"),
        a_row(reference="IN-CSV", **no_shape(), clause="3", condition_kind="no_contact", channels="any",
              wording="No contact in the town.", locality_wording="The town.", locality_shape=corners),
    ]  # fmt: skip
    job = imported(api.force, table(*rows))
    assert (counts(job), told(api.force, job)) == ({"rows": 1, "created": 1}, set())
    body = OrderVersion.objects.get().body
    zone, station, town = body["conditions"]
    assert zone["windows"] == [
        {"days": ["mon", "fri"], "from": "08:00", "to": "17:30", "dates": [
            {"from": "2026-12-24", "to": "2027-01-02"}, {"from": "2027-02-14", "to": "2027-02-14"}]},
        {"days": ["sat"], "from": "22:00", "to": "06:00", "dates": [{"from": "2026-05-01", "to": "2026-05-01"}]},
    ]  # fmt: skip
    assert station["locality"] == {
        "wording": "The police station.",
        "shape": {"type": "circle", "centre": {"easting": 334100, "northing": 390100}, "radius_m": 80},
    }
    assert (town["locality"]["shape"]["type"], town["locality"]["shape"]["crs"]) == ("polygon", "EPSG:4326")
    written: dict[str, Any] = _as_put(body, corners)
    answer = api.force.put("force/orders/BY-PUT/versions/1", written)
    assert answer.status == 201, answer.body
    assert OrderVersion.objects.get(order__reference="BY-PUT").body == body


def _as_put(body: dict[str, Any], corners: str) -> dict[str, Any]:
    """The order as somebody would write it in JSON, its places and windows by hand."""
    zone, station, town = (dict(condition) for condition in body["conditions"])
    zone["windows"] = [
        {"days": ["mon", "fri"], "from": "08:00", "to": "17:30",
         "dates": [{"from": "2026-12-24", "to": "2027-01-02"}, {"from": "2027-02-14", "to": "2027-02-14"}]},
        {"days": ["sat"], "from": "22:00", "to": "06:00", "dates": [{"from": "2026-05-01", "to": "2026-05-01"}]},
    ]  # fmt: skip
    station["locality"] = {
        "wording": "The police station.",
        "shape": {"type": "circle", "centre": {"easting": 334100, "northing": 390100}, "radius_m": 80},
    }
    ring = [[float(number) for number in pair.split()] for pair in corners.split("((")[1].rstrip(")").split(", ")]
    town["locality"] = {
        "wording": "The town.",
        "shape": {"type": "polygon", "crs": "EPSG:4326", "geometry": {"type": "Polygon", "coordinates": [ring]}},
    }
    return {**body, "conditions": [zone, station, town]}


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"window_dates": "24/12/2026 to 31/12/2026 to 02/01/2027"}, "window_dates", "dates_unreadable"),
        ({"window_dates": "12/24/2026"}, "window_dates", "date_month_first"),
        ({"window_dates": "02/01/2027 to 24/12/2026"}, "window_dates", "dates_reversed"),
        ({"locality_radius_m": "80"}, "locality_latitude", "member_missing"),
        ({"locality_radius_m": "80", "locality_latitude": "91", "locality_longitude": "0"}, "locality_latitude", ""),
        ({"locality_latitude": "53.4", "locality_shape": "POLYGON ((0 0, 1 1, 1 0, 0 0))"}, "locality_shape",
         "shape_twice"),
        ({"locality_wording": "", "locality_latitude": "53.4", "locality_longitude": "-2.9", "locality_radius_m": "9"},
         "locality_wording", "required"),
    ],
    ids=str,
)  # fmt: skip
def test_a_window_or_place_that_cannot_be_is_told_by_its_column(
    api: Apis, cells: dict[str, str], column: str, code: str
) -> None:
    row = a_row(window_days="mon", window_from="08:00", window_to="17:00", locality_wording="The town.") | cells
    found = told(api.force, imported(api.force, table(row)))
    assert any(where == column and (not code or code == said) for _, where, said in found), found


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body["conditions"].reverse(),
        lambda body: body["conditions"][0]["zones"].reverse(),
        lambda body: body["respondent"]["identifiers"].reverse(),
    ],
    ids=["conditions", "zones", "identifiers"],
)
def test_the_same_in_another_order_is_the_same(api: Apis, change: Any) -> None:
    body = an_order()
    imported(api.force, ndjson(line("X", body)), NDJSON)
    change(body)
    job = imported(api.force, ndjson(line("X", body)), NDJSON)
    assert counts(job) == {"rows": 1, "duplicates": 1}


@BOTH
def test_orders_of_one_file_against_the_same_person_are_told_as_registering_would(api: Apis, query: str) -> None:
    """Rule 10: a dry run said nothing of two that stand in its own file."""
    other = an_order()
    other["respondent"] = {"family_name": "Nobody", "date_of_birth": "1970-01-01"}
    file = ndjson(
        line("B", an_order()),
        line("A", an_order()),
        line("C", other),
        line("D", an_order(restricted=True, readers=[SUPERVISOR])),
    )
    job = imported(api.force, file, NDJSON, query)
    found = [(e["row"], e["do"]) for e in errors(api.force, job, "warning") if e["code"] == "possible_incompatibility"]
    assert {row for row, _ in found} == {2, 4}
    assert not any(" D " in told or told.startswith("D ") for _, told in found)


@BOTH
def test_an_interim_in_the_same_file_is_no_other_order(api: Apis, query: str) -> None:
    pending = {"reference": "APP-1", "applied_on": "2026-02-20"}
    interim = an_order(kind="interim", main_application=pending, expires_on="2026-12-31")
    file = ndjson(line("A-1", interim), line("B-1", an_order(replaces_interim="a1")))
    job = imported(api.force, file, NDJSON, query)
    assert "possible_incompatibility" not in {code for _, _, code in warned(api.force, job)}
