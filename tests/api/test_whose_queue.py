"""Whose queue a report is in, and who reads along (rule 47; api.md, "Whose queue"). The boundaries are made up."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from audit.models import Entry
from breaches.models import Report, ReportArea, ReportCopy
from geo.areas import add_generation
from geo.types import Area
from tests.support.api import Answer, Api, Apis
from tests.support.following import claimed, detail, submitted
from tests.support.orders import ORDER, a_position, a_report, an_order, register

Json = dict[str, Any]
# Zone A is at -2.9779, 53.4072.
BORDER = -2.9700
OURS, THEIRS = {"longitude": -2.98, "latitude": 53.40001}, {"longitude": -2.96, "latitude": 53.40001}


def box(west: float, east: float) -> Area:
    ring = ((west, 53.3), (east, 53.3), (east, 53.5), (west, 53.5), (west, 53.3))
    return Area("EPSG:4326", ((ring,),))


def boundaries(path: Path, west: str, east: str, *, since: date = date(2020, 1, 1)) -> None:
    """Two areas side by side, the border running north through `BORDER`."""
    areas = [(west, box(-3.1, BORDER)), (east, box(BORDER, -2.8))]
    add_generation(path, areas, valid_from=since, source_sha256=f"{west}{east}{since}", generalised_m=20.0)


@pytest.fixture
def areas(tmp_path: Path, settings: Any) -> Path:
    """Everything to the west of the border is ours (05), everything to the east theirs (06)."""
    boundaries(tmp_path / "areas", "05", "06")
    settings.FORCE_AREAS_FILE = str(tmp_path / "areas")
    return tmp_path / "areas"


@pytest.fixture
def theirs(tmp_path: Path, settings: Any) -> None:
    """The zones of our order lie in their area."""
    boundaries(tmp_path / "areas", "06", "05")
    settings.FORCE_AREAS_FILE = str(tmp_path / "areas")


def ids(api: Api, queue: str) -> list[str]:
    return [row["id"] for row in api.get(f"officer/reports?queue={queue}").body["results"]]


def without_order(api: Apis, **changes: Any) -> str:
    answer = api.other_victim.post("victim/reports", a_report(**{"order": None, **changes}))
    assert answer.status == 201, answer.body
    return str(answer.body["id"])


def verified(api: Apis, report: str) -> Answer:
    answer = claimed(api, report)
    needed = [f for f in answer.body["assessment"]["findings"] if f["outcome"] in ("indicated", "possible")]
    needed += [f for f in answer.body["assessment"]["findings"] if f["outcome"] == "needs_officer"]
    views = [{"clause": f["clause"], "view": "agree", "reason": "Seen on the camera."} for f in needed]
    body: Json = {"findings": views}
    if not views:  # of no order: what was verified is said beside (`nothing_verified`)
        body |= {"offences": ["PH97006"], "reason": "A course of conduct that neighbours tell of."}
    done = api.officer.post(f"officer/reports/{report}/verify", body, If_Match=answer.etag)
    assert done.status == 200, done.body
    return done


# ---- review --------------------------------------------------------------------------------------------------------


def test_the_orders_force_reviews_wherever_it_happened(api: Apis, order: str, theirs: None) -> None:
    report = submitted(api)
    assert (ids(api.officer, "review"), ids(api.other_officer, "review")) == ([report], [])


@pytest.mark.parametrize(
    ("changes", "force"),
    [
        ({"positions": [a_position(**THEIRS)]}, "06"),
        ({"positions": [a_position(**OURS)]}, "05"),
        # What the reporter chose goes before where it happened.
        ({"positions": [a_position(**THEIRS)], "force": "05"}, "05"),
        ({"positions": [a_position(**OURS)], "force": "06"}, "06"),
        # What is no force is no choice.
        ({"positions": [a_position(**THEIRS)], "force": "XX"}, "06"),
        # Her own place is not where he was, and nobody knows this one's; then the operator's own force.
        ({"positions": [a_position(**THEIRS, subject="reporter")]}, "05"),
        ({"positions": []}, "05"),
        ({"positions": [a_position(longitude=-4.0, latitude=57.0)]}, "05"),
    ],
)
def test_without_an_order_by_choice_then_by_area_then_by_default(
    api: Apis, order: str, areas: Path, changes: Json, force: str
) -> None:
    report = without_order(api, **changes)
    assert Report.objects.get(pk=report).force_id == force
    assert report in ids(api.officer if force == "05" else api.other_officer, "review")


def test_a_report_by_anybody_is_routed_by_area_as_well(api: Apis, areas: Path) -> None:
    answer = api.nobody.post("public/reports", a_report(order=None, positions=[a_position(**THEIRS)]))
    assert answer.status == 201
    assert Report.objects.get().force_id == "06"


def test_the_position_that_decided_says_where_it_happened(api: Apis, order: str, areas: Path) -> None:
    """The first is theirs and outside every zone, the second in zone A and ours."""
    report = submitted(api, positions=[a_position(**THEIRS), a_position()])
    area = detail(api, report)["area"]
    assert (area["position"], area["areas"][0]["force"], area["certain"]) == (1, "05", True)


def test_neighbours_are_shown_within_the_error(api: Apis, order: str, areas: Path) -> None:
    """Thirty metres from the border, to 100 m: likely ours, perhaps theirs, surely nobody's."""
    near = a_position(longitude=BORDER - 0.00045, latitude=53.4, accuracy_m=100)
    area = detail(api, submitted(api, positions=[near]))["area"]
    assert [share["force"] for share in area["areas"]] == ["05", "06"] and area["certain"] is False
    shares = [share["probability"] for share in area["areas"]]
    assert 0.5 < shares[0] < 0.95 and sum(shares) == pytest.approx(1, abs=0.001)
    assert area["areas"][0]["distance_m"] == pytest.approx(-30, abs=1)


def test_where_it_happened_follows_what_the_reporter_puts_right(api: Apis, order: str, areas: Path) -> None:
    """The look-up of before stays on record; whose queue it is in does not change by itself."""
    report = submitted(api, positions=[a_position(**OURS)])
    steps: list[tuple[Json, list[str]]] = [
        ({**a_position(**THEIRS), "replaces": 0}, ["06"]),
        (a_position(**OURS, recorded_at="2026-11-20T23:00:00+00:00"), ["06"]),
        ({"strikes": 0}, []),
    ]
    for said, forces in steps:
        body = {"text": "It was elsewhere.", "positions": [said]}
        assert api.victim.post(f"victim/reports/{report}/corrections", body).status == 201
        area = detail(api, report)["area"]
        assert [share["force"] for share in area["areas"]] == forces if forces else area is None
    assert Report.objects.get(pk=report).force_id == "05"
    rows = ReportArea.objects.filter(report_id=report).order_by("found_at")
    assert [row.areas[0]["force"] if row.areas else None for row in rows] == ["05", "06", "06", None]


def test_an_incident_is_looked_up_by_the_boundaries_of_its_day_and_stays_so(api: Apis, order: str, areas: Path) -> None:
    """A later generation changes nothing that was found before it, and nothing of the days before it."""
    report = submitted(api)
    boundaries(areas, "06", "05", since=date(2026, 11, 21))
    assert detail(api, report)["area"]["generation"] == 1
    assert detail(api, submitted(api))["area"]["areas"][0]["force"] == "05"
    later = {"from": "2026-11-22T10:00:00Z"}
    at = a_position(recorded_at="2026-11-22T10:00:00Z")
    area = detail(api, submitted(api, happened=later, positions=[at]))["area"]
    assert (area["generation"], area["areas"][0]["force"]) == (2, "06")


def test_a_report_is_not_lost_to_a_file_that_cannot_be_read(
    api: Apis, order: str, tmp_path: Path, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "areas").write_text("this is no database")
    for path in ("areas", "missing"):
        settings.FORCE_AREAS_FILE = str(tmp_path / path)
        assert detail(api, submitted(api))["area"] is None
    assert "the boundaries of forces cannot be read" in caplog.text


# ---- follow-up -----------------------------------------------------------------------------------------------------


def test_a_verified_report_is_followed_up_where_it_happened_and_read_by_the_orders_force(
    api: Apis, order: str, theirs: None
) -> None:
    """Rule 47."""
    report = submitted(api)
    answer = verified(api, report)
    assert (ids(api.other_officer, "follow_up"), ids(api.officer, "follow_up")) == ([report], [])
    assert (ids(api.officer, "copies"), ids(api.other_officer, "copies")) == ([report], [])
    assert (answer.body["force"], answer.body["copies"]) == ("06", [{"force": "05", "why": "order_force"}])
    assert answer.body["allowed"] == []


@pytest.mark.parametrize(
    "place", [{}, {"longitude": BORDER, "latitude": 53.40001}, {"longitude": -4.00001, "latitude": 57.00001}]
)
def test_where_the_area_is_not_known_the_orders_force_follows_up(
    api: Apis, order: str, tmp_path: Path, settings: Any, place: Json
) -> None:
    if place:
        boundaries(tmp_path / "areas", "06", "05")
        settings.FORCE_AREAS_FILE = str(tmp_path / "areas")
    report = submitted(api, positions=[a_position(**place)])
    verified(api, report)
    assert (ids(api.officer, "follow_up"), ids(api.other_officer, "copies")) == ([report], [])


def test_the_home_force_of_whom_the_condition_protects_reads_along(api: Apis, cast: Any, areas: Path) -> None:
    """She lives in their area; it happened in ours."""
    people = [{**ORDER["protected_persons"][0], "home_force": "06"}]
    register(api, cast, an_order(protected_persons=people))
    report = submitted(api)
    assert ids(api.other_officer, "copies") == []
    verified(api, report)
    assert (ids(api.officer, "follow_up"), ids(api.other_officer, "copies")) == ([report], [report])
    assert ReportCopy.objects.get().why == "home_force"


def test_nobody_elses_home_force_reads_along(api: Apis, cast: Any, areas: Path) -> None:
    """Rule 83: another protected person of the order, whom the condition does not protect, lives in their area."""
    people = [*ORDER["protected_persons"], {"key": "P2", "family_name": "Ann", "given_names": "B", "home_force": "06"}]
    register(api, cast, an_order(protected_persons=people))
    verified(api, submitted(api))
    assert not ReportCopy.objects.exists()


def test_a_home_force_that_is_none_is_refused(api: Apis, cast: Any) -> None:
    people = [{**ORDER["protected_persons"][0], "home_force": "99"}]
    answer = api.force.put("force/orders/SPO-1/versions/1", an_order(protected_persons=people))
    assert (answer.status, answer.codes) == (422, {("/protected_persons/0/home_force", "force_not_known")})


def test_a_force_without_an_order_that_passes_it_on_still_reads_it(api: Apis, areas: Path) -> None:
    report = without_order(api, positions=[a_position(**THEIRS)], force="05")
    verified(api, report)
    assert (ids(api.other_officer, "follow_up"), ids(api.officer, "copies")) == ([report], [report])
    assert ReportCopy.objects.get().why == "reviewing_force"


def test_who_follows_up_works_on_it_and_who_reads_along_does_not(api: Apis, order: str, theirs: None) -> None:
    report = submitted(api)
    tag = verified(api, report).etag
    for verb, body in (("claim", {}), ("reopen", {"reason": "Looked at again."}), ("note", {"text": "Seen."})):
        refused = api.officer.post(f"officer/reports/{report}/{verb}", body, If_Match=tag)
        assert (refused.status, refused.code) == (403, "read_copy_only"), verb
    assert api.other_officer.post(f"officer/reports/{report}/claim", {}).status == 200
    outcome = {"kind": "charged", "crime_reference": "06/1/26", "reason": "Charged today."}
    tag = api.other_officer.get(f"officer/reports/{report}").etag
    assert api.other_officer.post(f"officer/reports/{report}/outcome", outcome, If_Match=tag).status == 200
    assert detail(api, report)["state"] == "closed"


def test_another_force_sees_the_conditions_concerned_and_nothing_else_of_the_order(
    api: Apis, order: str, theirs: None
) -> None:
    """api.md: "Another force sees only the conditions, zone and report concerned"."""
    report = submitted(api, kinds=["exclusion_zone"], behaviours=[])
    assert {f["clause"] for f in verified(api, report).body["assessment"]["findings"]} == {"1", "3", "4", "5"}
    for client, path in ((api.other_officer, "officer"), (api.other_force, "force")):
        seen = client.get(f"{path}/reports/{report}").body
        assert [f["clause"] for f in seen["assessment"]["findings"]] == ["1"]
        assert client.get(f"{path}/orders/{order}").status == 404
    history = api.other_officer.get(f"officer/reports/{report}").body["assessments"]
    assert {f["clause"] for one in history for f in one["findings"]} == {"1"}


def test_links_to_reports_that_a_force_may_not_read_are_not_shown_to_it(api: Apis, order: str, theirs: None) -> None:
    report, other = submitted(api), submitted(api)
    tag = api.officer.get(f"officer/reports/{report}").etag
    answer = api.officer.post(f"officer/reports/{report}/link", {"report": other, "reason": "One night."}, If_Match=tag)
    assert answer.status == 200, answer.body
    verified(api, report)
    assert [one["id"] for one in detail(api, report)["links"]] == [other]
    assert api.other_officer.get(f"officer/reports/{report}").body["links"] == []
    assert api.other_officer.get(f"officer/reports/{other}").status == 404


def test_before_it_is_verified_no_other_force_knows_of_it(api: Apis, order: str, theirs: None) -> None:
    report = submitted(api)
    assert api.other_officer.get(f"officer/reports/{report}").status == 404
    assert api.other_officer.post(f"officer/reports/{report}/claim", {}).status == 404


def test_the_forces_concerned_are_told_and_it_is_on_the_trail(api: Apis, order: str, theirs: None) -> None:
    report = submitted(api)
    verified(api, report)
    for client in (api.force, api.other_force):
        assert [row["report"] for row in client.get("force/breaches").body["results"]] == [report]
    (disclosed,) = Entry.objects.filter(verb="report_copied")
    assert (disclosed.action, disclosed.recipient, disclosed.record_ids) == ("disclosure", "05", [report])


# ---- kept by the database ------------------------------------------------------------------------------------------


def test_neither_copies_nor_areas_are_ever_changed(api: Apis, order: str, theirs: None) -> None:
    verified(api, submitted(api))
    for rows, change in ((ReportCopy.objects, {"why": "home_force"}), (ReportArea.objects, {"certain": False})):
        for act in (lambda: rows.update(**change), lambda: rows.all().delete()):  # noqa: B023 - called at once
            with pytest.raises(DatabaseError), transaction.atomic():
                act()


@pytest.mark.parametrize("row", [{"why": "curiosity"}, {"force_id": "05"}])
def test_a_copy_has_a_known_reason_and_is_made_once(api: Apis, order: str, theirs: None, row: Json) -> None:
    verified(api, submitted(api))
    made = ReportCopy.objects.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        ReportCopy.objects.create(
            **{"report_id": made.report_id, "force_id": "06", "why": "home_force", "copied_at": made.copied_at} | row
        )


def test_an_area_that_was_found_is_not_empty(api: Apis, order: str, areas: Path) -> None:
    report = submitted(api)
    found = ReportArea.objects.get(report_id=report)
    with pytest.raises(DatabaseError), transaction.atomic():
        ReportArea.objects.create(
            report_id=report, position=0, generation=1, certain=True, areas=[], found_at=found.found_at
        )
