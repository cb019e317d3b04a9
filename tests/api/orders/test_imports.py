"""A force's existing orders as one file (issue item 6, rule 23): what lands, what is told, what stays out."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django_q.models import OrmQ

from audit.models import Entry
from orders.models import ImportPiece, InForce, MatchKey, Order, OrderImport, OrderVersion, ProtectedPerson, Zone
from orders.serializers.imports import ImportChangesOut, ImportErrorsOut, ImportOut, ImportsOut
from tests.api.orders.example import with_everything
from tests.support.api import Apis
from tests.support.imports import (
    CSV,
    NDJSON,
    ROOT,
    a_row,
    counts,
    errors,
    imported,
    line,
    ndjson,
    send,
    table,
    told,
    work,
)
from tests.support.orders import an_order
from webhooks.models import Event


def someone_else(**changes: Any) -> dict[str, Any]:
    """An order against somebody whom nothing ties to the first."""
    return an_order(respondent={"family_name": "Pell", "date_of_birth": "1990-01-31"}, **changes)


def test_an_order_in_a_file_is_what_it_would_be_by_itself(api: Apis) -> None:
    """The very rules of PUT: body, digest, zones, marks, times, people, warnings."""
    assert api.force.put("force/orders/BY-ITSELF/versions/1", with_everything()).status == 201
    MatchKey.objects.all().delete()  # or the second would be told of the first
    job = imported(api.force, ndjson(line("IN-FILE", with_everything())), NDJSON)
    assert counts(job) == {"rows": 1, "created": 1}
    one, two = (OrderVersion.objects.get(order__reference=reference) for reference in ("BY-ITSELF", "IN-FILE"))
    for name in ("number", "change_kind", "kind", "made_on", "effective_from", "in_force_until", "body", "warnings"):
        assert getattr(one, name) == getattr(two, name), name
    assert (one.body_sha256, one.recorded_by) == (two.body_sha256, two.recorded_by)
    zone = ("code", "shape_sha256", "reach_m", "area_m2", "core", "drawn_by_staff_id", "restricted_name", "shape_sent")
    drawn, in_file = ([[getattr(z, name) for name in zone] for z in v.zones.order_by("code")] for v in (one, two))
    assert drawn == in_file
    condition = ("position", "clause", "kind", "machine_checkable")
    assert list(one.conditions.order_by("position").values_list(*condition)) == list(
        two.conditions.order_by("position").values_list(*condition)
    )
    times = {row.version_id: row.during for row in InForce.objects.all()}
    assert times[one.pk] == times[two.pk]
    assert ProtectedPerson.objects.filter(order__reference="IN-FILE").values_list("key", flat=True)[0] == "P1"
    assert MatchKey.objects.filter(version=two).count() == 6
    shown = [api.force.get(f"force/orders/{reference}").body for reference in ("BY-ITSELF", "IN-FILE")]
    for body in shown:
        body.pop("reference"), body.pop("recorded_at")
    assert shown[0] == shown[1]


def test_each_order_is_told_and_traced(api: Apis) -> None:
    """Rule 76: who sent what; an event an order, with its reference and state only."""
    imported(api.force, ndjson(line("A-1"), line("A-2", someone_else())), NDJSON)
    events = Event.objects.filter(type="order.registered")
    assert sorted(events.values_list("reference", "state")) == [("A-1", "in_force"), ("A-2", "in_force")]
    ids = {
        str(pk)
        for pk in [*Order.objects.values_list("pk", flat=True), *OrderVersion.objects.values_list("pk", flat=True)]
    }
    traced = [i for e in Entry.objects.filter(verb="order_version_registered") for i in e.record_ids]
    assert set(traced) == ids
    verbs = ["orders_import_begun", "orders_import_done"]
    assert list(Entry.objects.filter(verb__in=verbs).order_by("id").values_list("verb", flat=True)) == verbs
    assert {e.actor_kind for e in Entry.objects.filter(verb="order_version_registered")} == {"force_system"}


def test_the_job_is_answered_and_listed(api: Apis) -> None:
    answer = send(api.force, ndjson(line("A-1")), NDJSON)
    assert (answer.status, answer.body["state"], answer.body["dry_run"]) == (202, "queued", False)
    ImportOut.model_validate_json(api.force.raw("GET", answer.headers["Location"]).content)
    work()
    job = api.force.get(f"{ROOT}/{answer.body['id']}").body
    assert (job["state"], job["percent"], counts(job)) == ("done", 100, {"rows": 1, "created": 1})
    ImportsOut.model_validate_json(api.force.raw("GET", ROOT).content)
    assert [row["id"] for row in api.force.get(ROOT).body["results"]] == [job["id"]]
    ImportErrorsOut.model_validate_json(api.force.raw("GET", job["errors_url"]).content)
    ImportChangesOut.model_validate_json(api.force.raw("GET", job["changes_url"]).content)


def test_another_force_sees_nothing_of_it(api: Apis) -> None:
    job = imported(api.force, ndjson(line("A-1")), NDJSON)
    for path in ("", "/errors", "/changes"):
        assert api.other_force.get(f"{ROOT}/{job['id']}{path}").status == 404
    assert api.other_force.get(ROOT).body["results"] == []
    assert send(api.other_force, ndjson(line("A-1")), NDJSON).body["id"] != job["id"]


def test_a_dry_run_checks_everything_and_registers_nothing(api: Apis) -> None:
    api.force.put("force/orders/OLD/versions/1", an_order())
    named = {"kind": "correction", "decided_on": "2026-03-02"}
    changed = line("OLD", restricted=True, change=named)
    content = ndjson(line("NEW", someone_else()), changed, line("BAD", made_on="2031-01-01"))
    before = Event.objects.count()
    job = imported(api.force, content, NDJSON, "?dry_run=true")
    assert job["dry_run"] is True
    assert counts(job) == {"rows": 3, "created": 1, "versioned": 1, "bad": 1}
    assert (Order.objects.count(), OrderVersion.objects.count(), Event.objects.count()) == (1, 1, before)
    assert api.force.get(job["changes_url"].removeprefix("/api/v1/")).body["results"] == [
        {"row": 2, "reference": "OLD", "version": 2, "fields": ["/restricted"]}
    ]
    assert (3, "/made_on", "made_on_in_future") in told(api.force, job)
    assert counts(imported(api.force, content, NDJSON)) == counts(job)
    assert OrderVersion.objects.count() == 3


@pytest.mark.parametrize("query", ["", "?dry_run=true"])
def test_dates_that_are_others_month_first_are_counted_although_they_land(api: Apis, query: str) -> None:
    """Nobody can say from such a cell that it was not meant so: the sender is told how many there are."""
    doubtful = {"made_on": "03/02/2026", "expires_on": "04/03/2028", "respondent_date_of_birth": "17/04/1988"}
    plain = {"made_on": "2026-02-03", "expires_on": "04/04/2028", "respondent_date_of_birth": "17/04/1988"}
    rows = [a_row(reference="ONE", **doubtful), a_row(reference="TWO", **plain)]
    job = imported(api.force, table(*rows), CSV, query)
    assert (job["created"], job["dates_both_ways"]) == (2, 2)


def test_the_same_file_again_is_the_same_import(api: Apis) -> None:
    content = ndjson(line("A-1"))
    one, two = send(api.force, content, NDJSON), send(api.force, content, NDJSON)
    assert (two.status, two.headers["Location"]) == (202, one.headers["Location"])
    assert (OrderImport.objects.count(), ImportPiece.objects.count(), work()) == (1, 1, 1)
    assert send(api.force, content, NDJSON).body["state"] == "done"
    assert send(api.force, content, NDJSON, "?dry_run=true").body["id"] != one.body["id"]


def test_an_idempotency_key_is_for_one_file(api: Apis) -> None:
    first = send(api.force, ndjson(line("A-1")), NDJSON, Idempotency_Key="k")
    again = send(api.force, ndjson(line("A-1")), NDJSON, Idempotency_Key="k")
    assert (again.body, again.headers["Idempotency-Replayed"]) == (first.body, "true")
    other = send(api.force, ndjson(line("A-2")), NDJSON, Idempotency_Key="k")
    assert (other.status, other.code) == (422, "idempotency_key_reused")
    assert OrderImport.objects.count() == 1


def test_an_order_that_says_the_same_is_a_duplicate(api: Apis) -> None:
    """However it is written: key order, offsets, nulls, and whether it came by PUT or in a file."""
    api.force.put("force/orders/A-1/versions/1", an_order())
    body = dict(reversed(an_order(effective_from="2026-03-02T11:30:00Z", change=None).items()))
    job = imported(api.force, ndjson(line("A-1", body)), NDJSON)
    assert counts(job) == {"rows": 1, "duplicates": 1}
    assert OrderVersion.objects.count() == 1


def test_a_changed_order_is_a_correction_with_what_differs(api: Apis) -> None:
    """Rule 17. Pointers, never values."""
    imported(api.force, ndjson(line("A-1")), NDJSON)
    body = an_order(change={"kind": "correction", "decided_on": "2026-03-02"})
    body["conditions"][0]["zones"][0]["shape"]["radius_m"] = 120
    body["respondent"]["given_names"] = "Daniel John"
    job = imported(api.force, ndjson(line("A-1", body)), NDJSON)
    assert counts(job) == {"rows": 1, "versioned": 1}
    (change,) = api.force.get(job["changes_url"].removeprefix("/api/v1/")).body["results"]
    assert change["version"] == 2
    assert set(change["fields"]) == {"/respondent/given_names", "/conditions/0/zones/0/shape/radius_m"}
    version = OrderVersion.objects.get(number=2)
    assert (version.change_kind, version.body["change"]["decided_on"]) == ("correction", "2026-03-02")
    assert Event.objects.filter(type="order.corrected", reference="A-1").count() == 1
    again = imported(api.force, ndjson(line("A-1", body), ""), NDJSON)
    assert counts(again) == {"rows": 1, "duplicates": 1}


def test_a_change_that_the_row_names_is_that_change(api: Apis) -> None:
    imported(api.force, ndjson(line("A-1")), NDJSON)
    body = an_order(change={"kind": "variation", "decided_on": "2026-06-01"}, restricted=True, effective_from=None)
    assert counts(imported(api.force, ndjson(line("A-1", body)), NDJSON)) == {"rows": 1, "versioned": 1}
    version = OrderVersion.objects.get(number=2)
    assert (version.change_kind, version.effective_from.isoformat()) == ("variation", "2026-05-31T23:00:00+00:00")
    assert counts(imported(api.force, ndjson(line("A-1", body), " "), NDJSON)) == {"rows": 1, "duplicates": 1}


def test_one_bad_row_never_stops_the_rest(api: Apis) -> None:
    lines = [line("A-1"), "{not json", line("A-2", someone_else(kind="half")), line("A-3", someone_else())]
    job = imported(api.force, ndjson(*lines), NDJSON)
    assert (job["state"], counts(job)) == ("done", {"rows": 4, "created": 2, "bad": 2})
    assert told(api.force, job) == {(2, "", "malformed_json"), (3, "/kind", "unknown_value")}
    assert all(error["do"] for error in errors(api.force, job))


def test_an_approval_goes_with_an_identical_shape(api: Apis, order: str) -> None:
    """Rule 16: a change that came in a file keeps it like any other."""
    named = {"kind": "correction", "decided_on": "2026-03-02"}
    imported(api.force, ndjson(line(order, restricted=True, change=named)), NDJSON)
    zones = Zone.objects.filter(version__number=2)
    assert zones.count() == 2
    assert not zones.filter(approval=None).exists()


def test_an_order_that_meets_another_one_is_warned_of(api: Apis) -> None:
    """Rule 10: whether the other is on record or further up in the same file."""
    job = imported(api.force, ndjson(line("A-1"), line("A-2"), line("A-3", someone_else())), NDJSON)
    assert counts(job) == {"rows": 3, "created": 3}
    warned = {v.order.reference for v in OrderVersion.objects.select_related("order") if _incompatible(v)}
    assert warned == {"A-2"}
    imported(api.force, ndjson(line("B-1")), NDJSON)
    assert _incompatible(OrderVersion.objects.get(order__reference="B-1"))


def _incompatible(version: OrderVersion) -> bool:
    return any(warning["code"] == "possible_incompatibility" for warning in version.warnings)


@pytest.mark.parametrize(
    ("codes", "kind"),
    [({"result_code": "3306"}, "interim"), ({"result_code": "3307", "application_code": "ST19501"}, "full")],
    ids=["interim", "full"],
)
def test_a_court_result_says_the_kind(api: Apis, codes: dict[str, str], kind: str) -> None:
    """Rule 23."""
    body = someone_else(main_application={"reference": "APP-1", "applied_on": "2026-02-01"}, **codes)
    del body["kind"]
    assert counts(imported(api.force, ndjson(line("A-1", body)), NDJSON)) == {"rows": 1, "created": 1}
    assert OrderVersion.objects.get().kind == kind


@pytest.mark.parametrize(
    ("codes", "pointer", "code"),
    [
        ({"result_code": "3308"}, "/result_code", "result_code_unknown"),
        ({"result_code": "3306"}, "/result_code", "result_code_disagrees"),
        ({"application_code": "ST19001"}, "/application_code", "application_code_unknown"),
        ({"application_code": "ST19508"}, "/application_code", "application_code_unknown"),
        ({"application_code": "ST19504"}, "/application_code", "application_is_a_discharge"),
        ({"application_code": "ST19507"}, "/application_code", "application_is_a_discharge"),
        ({"application_code": "ST19505"}, "/application_code", "application_code_disagrees"),
        ({"result_code": 3307.5}, "/result_code", "result_code_unknown"),
        ({"application_code": {}}, "/application_code", "application_code_unknown"),
    ],
    ids=str,
)
def test_a_code_that_does_not_fit_is_told(api: Apis, codes: dict[str, Any], pointer: str, code: str) -> None:
    """Rule 23."""
    job = imported(api.force, ndjson(line("A-1", **codes)), NDJSON)
    assert told(api.force, job) == {(1, pointer, code)}
    assert not Order.objects.exists()


def test_an_application_to_vary_makes_a_variation(api: Apis) -> None:
    """Rule 23: ST19502. When it was decided is not guessed."""
    imported(api.force, ndjson(line("A-1", application_code="ST19502")), NDJSON)
    assert OrderVersion.objects.get().change_kind == "made"
    body = an_order(change=None, restricted=True, effective_from=None, application_code="ST19502")
    job = imported(api.force, ndjson(line("A-1", body)), NDJSON)
    assert told(api.force, job) == {(1, "/change/decided_on", "required")}
    body["change"] = {"decided_on": "2026-06-01"}
    assert counts(imported(api.force, ndjson(line("A-1", body)), NDJSON)) == {"rows": 1, "versioned": 1}
    assert OrderVersion.objects.get(number=2).change_kind == "variation"


def test_the_template_is_an_order_that_lands(api: Apis) -> None:
    answer = api.force.raw("GET", f"{ROOT}/template.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    job = imported(api.force, answer.content)
    assert counts(job) == {"rows": 1, "created": 1}
    body = OrderVersion.objects.get().body
    assert body["conditions"][0]["zones"][0]["shape"]["radius_m"] == 100
    assert body["made_on"] == "2026-03-02"


def test_rows_of_one_order_are_its_zones_and_conditions(api: Apis) -> None:
    square = "POLYGON ((334000 390000, 334200 390000, 334200 390180, 334000 390180, 334000 390000))"
    bare = {"latitude": "", "longitude": "", "radius_m": ""}
    rows = [
        a_row(),
        a_row(zone_code="B", easting="334100", northing="390100", **{**bare, "radius_m": "80"}),
        a_row(zone_code="C", grid_reference="SJ 34100 90100", **{**bare, "radius_m": "80"}),
        a_row(zone_code="D", shape=square, shape_crs="EPSG:27700", **bare),
        a_row(zone_code="E", shape="LINESTRING (-2.97 53.40, -2.96 53.41)", corridor_width_m="60", **bare),
        {"reference": "SPO-05-0001-26", "clause": "2", "condition_kind": "No contact", "wording": "Not to contact her.",
         "channels": "any", "indirect": "yes", "protected_2_family_name": "Osei", "protected_2_given_names": "Kofi"},
    ]  # fmt: skip
    job = imported(api.force, table(*rows))
    assert (counts(job), errors(api.force, job)) == ({"rows": 1, "created": 1}, [])
    body = OrderVersion.objects.get().body
    assert [zone["code"] for zone in body["conditions"][0]["zones"]] == list("ABCDE")
    assert [zone["shape"]["type"] for zone in body["conditions"][0]["zones"]] == ["circle"] * 3 + [
        "polygon",
        "corridor",
    ]
    assert body["conditions"][1]["kind"] == "no_contact"
    assert [person["key"] for person in body["protected_persons"]] == ["P1", "P2"]
    again = imported(api.force, table(*rows) + ",,,\r\n\r\n")
    assert counts(again) == {"rows": 1, "duplicates": 1}


def test_what_was_sent_is_kept_as_it_was(api: Apis) -> None:
    text = line("A-1") + " "
    imported(api.force, f"{text}\n", NDJSON)
    imported(api.force, table(a_row(reference="A-2")))
    sent = {version.order.reference: version.body_sent for version in OrderVersion.objects.select_related("order")}
    assert sent["A-1"] == text
    assert sent["A-2"].splitlines()[1] == table(a_row(reference="A-2")).splitlines()[1]


def test_a_file_is_sealed_while_it_waits_and_gone_afterwards(api: Apis) -> None:
    content = table(a_row())
    send(api.force, content)
    assert b"Marsh" not in b"".join(bytes(piece.sealed) for piece in ImportPiece.objects.all())
    payloads = "".join(OrmQ.objects.values_list("payload", flat=True))
    assert "Marsh" not in payloads
    work()
    job = OrderImport.objects.get()
    assert (job.state, ImportPiece.objects.count()) == ("done", 0)
    assert job.sha256 == hashlib.sha256(content.encode()).hexdigest()


def test_nothing_that_is_told_repeats_a_cell(api: Apis) -> None:
    """A mistake in a cell that holds a name, an address or a place is told by its column alone."""
    secret = "ZZSECRETZZ"
    row = dict.fromkeys(a_row(), secret) | {"reference": "A-1"}
    job = imported(api.force, table(row, a_row(reference=secret + " x"), columns=[*a_row(), secret]))
    assert job["state"] == "failed"
    job = imported(api.force, table(row, a_row(reference=secret + " x")) + f'"{secret},{secret}\n')
    assert job["bad"] >= 2
    kept = str(errors(api.force, job)) + str(list(Event.objects.values())) + str(list(Entry.objects.values()))
    assert secret not in kept
    assert secret.casefold() not in kept.casefold()
