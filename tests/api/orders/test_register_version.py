"""PUT /force/orders/{reference}/versions/{n}: recorded once, told once, or refused whole."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.apps import apps

from audit.models import Entry
from orders.models import Order, OrderVersion, Zone
from orders.serializers.document import VersionOut
from tests.api.orders.example import Json, Path, example, members, replaced, with_everything
from tests.support.api import Answer, Api, Apis
from tests.support.orders import EXCLUSION, NO_APPROACH, NO_CONTACT, a_condition, an_order
from webhooks.models import Event

PUT = "force/orders/SPO-05-0001-26/versions/1"


def version(number: int, reference: str = "SPO-05-0001-26") -> str:
    return f"force/orders/{reference}/versions/{number}"


def light(**changes: Any) -> Json:
    return an_order(**{"conditions": [NO_CONTACT], **changes})


def varied(kind: str = "variation", **changes: Any) -> Json:
    change = {"kind": kind, "decided_on": "2026-06-01", "necessity": "She moved house."}
    return light(**{"change": change, "effective_from": "2026-06-01T09:00:00Z", **changes})


def rows() -> dict[str, int]:
    """How many rows of ours there are, of every kind."""
    ours = [
        m
        for name in ("orders", "audit", "webhooks", "django_q", "edge")
        for m in apps.get_app_config(name).get_models()
    ]
    return {model.__name__: model._default_manager.count() for model in ours}


def test_it_answers_with_what_was_understood(api: Apis) -> None:
    answer = api.force.put(PUT, example())
    assert answer.status == 201
    assert VersionOut.model_validate_json(json.dumps(answer.body)).model_dump(mode="json") == answer.body
    assert {k: v for k, v in answer.body.items() if k != "conditions"} == {
        "reference": "SPO-05-0001-26",
        "version": 1,
        "status": "in_force",
        "in_force_from": "2026-03-02T11:30:00Z",
        "in_force_until": "2028-03-02T00:00:00Z",
        "warnings": [],
    }


def test_it_says_of_each_condition_whether_a_machine_can_judge_it(api: Apis) -> None:
    conditions = api.force.put(PUT, example()).body["conditions"]
    assert [c["clause"] for c in conditions] == ["1", "2", "3", "4", "5", "6", "7", "8", "9"]
    assert [c["machine_checkable"] for c in conditions] == [True] * 4 + [False] * 5
    assert [[z["code"] for z in c["zones"]] for c in conditions] == [["A", "B"], ["C"], *([[]] * 7)]


def test_it_says_of_each_zone_how_large_it_is_and_that_nobody_approved_it(api: Apis) -> None:
    (zone, _) = api.force.put(PUT, example()).body["conditions"][0]["zones"]
    stored = Zone.objects.get(code="A")
    assert zone == {"code": "A", "area_m2": 31415.9, "shape_sha256": stored.shape_sha256, "approved": False}


def test_every_optional_member_is_accepted_and_kept(api: Apis) -> None:
    assert api.force.put(PUT, with_everything()).status == 201
    body = OrderVersion.objects.get().body
    assert (body["respondent_age_at_application"], body["conditions"][0]["locality"]["wording"]) == (
        37,
        "within the city of Liverpool",
    )


def test_the_text_is_kept_as_it_was_sent_decimals_and_all(api: Apis) -> None:
    sent = json.dumps(example(), indent=2).replace("53.4072", "53.40720")
    assert api.force.put(PUT, sent.encode()).status == 201
    assert OrderVersion.objects.get().body_sent == sent


def test_warnings_stop_nothing_and_are_kept(api: Apis) -> None:
    doc = replaced(example(), ("conditions", 0, "zones", 0, "shape", "radius_m"), 9)
    expected = [("radius_small", "/conditions/0/zones/0/shape/radius_m")]
    answers = [api.force.put(PUT, doc), api.force.put(PUT, doc), api.force.get("force/orders/SPO-05-0001-26")]
    assert [[(w["code"], w["pointer"]) for w in a.body["warnings"]] for a in answers] == [expected] * 3


def test_the_same_body_again_is_the_same_answer_and_nothing_more(api: Apis) -> None:
    first = api.force.put(PUT, example())
    before = rows()
    again = api.force.put(PUT, json.dumps(example(), indent=1, sort_keys=True).encode())
    assert (again.status, again.body, again.etag) == (200, first.body, first.etag)
    assert rows() == before


def test_an_etag_changes_with_every_write_and_with_nothing_else(api: Apis) -> None:
    first = api.force.put(PUT, example()).etag
    assert api.force.get("force/orders/SPO-05-0001-26").etag == first
    assert api.force.put(version(2), varied()).etag != first


def test_it_leaves_a_trace_and_tells_the_force(api: Apis) -> None:
    api.force.put(PUT, example())
    entry, event = Entry.objects.latest("id"), Event.objects.latest("id")
    recorded = OrderVersion.objects.select_related("order").get()
    assert (entry.action, entry.verb, entry.organisation) == ("collection", "order_version_registered", "05")
    assert entry.record_ids == [str(recorded.order.id), str(recorded.id)]
    assert (event.type, event.subject, event.reference, event.state) == (
        "order.registered", recorded.order.id, "SPO-05-0001-26", "in_force",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "event"),
    [("variation", "order.varied"), ("renewal", "order.varied"), ("correction", "order.corrected")],
)
def test_a_later_version_is_told_by_its_kind(api: Apis, kind: str, event: str) -> None:
    api.force.put(PUT, light())
    assert api.force.put(version(2), varied(kind)).status == 201
    assert Event.objects.latest("id").type == event


def test_a_variation_takes_over_and_leaves_the_first_version_as_it_was(api: Apis) -> None:
    api.force.put(PUT, light())
    before = OrderVersion.objects.values().get()
    api.force.put(version(2), varied())
    assert OrderVersion.objects.filter(number=1).values().get() == before
    again = api.force.put(PUT, light()).body
    assert (again["status"], again["in_force_until"]) == ("superseded", "2026-06-01T09:00:00Z")


def test_a_condition_of_a_later_version_is_added_only_with_a_reason_rule_20(api: Apis) -> None:
    api.force.put(PUT, light())
    doc = varied(change={"kind": "variation", "decided_on": "2026-06-01"}, conditions=[NO_CONTACT, NO_APPROACH])
    assert api.force.put(version(2), doc).codes == {("/change/necessity", "necessity_required")}


@pytest.mark.parametrize(
    ("dates", "status"),
    [
        ({"made_on": "2021-01-04", "expires_on": "2023-01-03", "effective_from": None}, "expired"),
        ({"effective_from": "2028-01-01T00:00:00Z"}, "pending"),
        ({"expires_on": None, "until_further_order": True}, "in_force"),
    ],
)
def test_its_status_is_computed_rule_22(api: Apis, dates: Json, status: str) -> None:
    answer = api.force.put(PUT, light(**dates))
    assert (answer.status, answer.body["status"]) == (201, status)


def test_two_forces_may_use_the_same_reference(api: Apis) -> None:
    assert api.force.put(PUT, light()).status == api.other_force.put(PUT, light()).status == 201
    assert Order.objects.count() == 2


def test_an_officer_may_do_the_same_and_drew_what_nobody_else_did(api: Apis) -> None:
    doc = an_order(conditions=[EXCLUSION])
    doc["conditions"][0]["zones"][0]["drawn_by"] = None
    del doc["conditions"][0]["zones"][1]["drawn_by"]
    assert api.officer.put(f"officer/orders/{'SPO-05-0001-26'}/versions/1", doc).status == 201
    assert set(Zone.objects.values_list("drawn_by_staff_id", flat=True)) == {"4401"}


# --- refused ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "status"), [("nobody", 401), ("officer", 403), ("victim", 403)])
def test_only_a_force_system_may_use_the_forces_address(api: Apis, who: str, status: int) -> None:
    assert getattr(api, who).put(PUT, light()).status == status


@pytest.mark.parametrize("who", ["reviewer", "auditor", "victim", "force"])
def test_only_officers_and_supervisors_may_use_the_officers_address(api: Apis, who: str) -> None:
    assert getattr(api, who).put("officer/orders/X/versions/1", light()).status == 403


def test_another_body_is_a_conflict_before_anything_in_it_is_looked_at(api: Apis) -> None:
    api.force.put(PUT, light())
    bodies: list[Any] = [light(made_on="2026-03-01"), {}, []]
    answers = [api.force.put(PUT, body) for body in bodies]
    assert {(a.status, a.code) for a in answers} == {(409, "version_conflict")}


@pytest.mark.parametrize("number", [2, 3, 99999])
def test_versions_come_one_by_one(api: Apis, number: int) -> None:
    before = rows()
    answer = api.force.put(version(number), light())
    assert (answer.status, answer.code) == (409, "version_gap")
    assert rows() == before


@pytest.mark.parametrize("number", ["0", "-1", "1.0", "01", "100000", "x"])
def test_what_is_no_version_number_is_no_address(api: Apis, number: str) -> None:
    assert api.force.put(f"force/orders/X/versions/{number}", light()).status == 404


@pytest.mark.parametrize("reference", ["a b", "x" * 65, "å", "a%00b", "a%0A", "a;b"])
def test_a_reference_has_a_form(api: Apis, reference: str) -> None:
    answer = api.force.put(version(1, reference), light())
    assert (answer.status, answer.code) == (422, "reference_invalid")
    assert api.force.get(version(1, reference)).status == 404


MALFORMED = {
    "cut short": b'{"kind": "full"',
    "not UTF-8": b'{"kind": "\xff"}',
    "NaN": b'{"respondent_age_at_application": NaN}',
    "Infinity": b'{"respondent_age_at_application": Infinity}',
    "nested a thousand deep": b"[" * 1000 + b"]" * 1000,
    "an integer of five thousand digits": b'{"a": ' + b"9" * 5000 + b"}",
    "two documents": b"{}{}",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_no_json_is_malformed(api: Apis, name: str) -> None:
    answer = api.force.put(PUT, MALFORMED[name])
    assert (answer.status, answer.code) == (400, "malformed_json")


def test_a_body_over_five_megabytes_is_too_large(api: Apis) -> None:
    body = b'{"necessity": "' + b"x" * (5 * 1024 * 1024) + b'"}'
    assert api.force.put(PUT, body).status == 413


def test_nothing_but_json_is_taken(api: Apis) -> None:
    assert api.force.put(PUT, b"{}", Content_Type="text/plain").status == 415


SHAPES: dict[str, tuple[Path, Any, str]] = {
    "an unknown kind of condition": (("conditions", 0, "kind"), "exclusion", "unknown_value"),
    "an unknown kind of order": (("kind",), "permanent", "unknown_value"),
    "an unknown field": (("conditions", 0, "colour"), "red", "unknown_field"),
    "a number as text": (("respondent_age_at_application",), "37", "wrong_type"),
    "an age nobody reaches": (("respondent_age_at_application",), 131, "out_of_range"),
    "no offset": (("effective_from",), "2026-03-02T11:30:00", "instant_offset_missing"),
    "no instant": (("effective_from",), "yesterday", "instant_unreadable"),
    "a date of another fashion": (("made_on",), "20260302", "date_unreadable"),
    "30 February": (("expires_on",), "2028-02-30", "date_unreadable"),
    "NUL in a name": (("respondent", "family_name"), "Mar\x00sh", "text_not_storable"),
    "half a character": (("conditions", 0, "wording"), "\ud800", "text_not_storable"),
    "half a character in a shape": (("conditions", 0, "zones", 0, "shape"), {"type": "\udfff"}, "text_not_storable"),
    "an empty watch term": (("conditions", 3, "watch_terms", 0), "", "bad_format"),
    "a watch term of spaces": (("conditions", 3, "watch_terms", 0), "  ", "bad_format"),
    "a staff id with a space before": (
        ("conditions", 0, "zones", 0, "drawn_by", "staff_id"), " 7714", "bad_format",
    ),
    "an hour that is none": (("conditions", 1, "windows", 0, "to"), "24:00", "bad_format"),
    "no day": (("conditions", 1, "windows", 0, "days"), [], "too_few"),
    "an unknown channel beside a known one": (("conditions", 2, "channels"), ["sms", "fax"], "unknown_value"),
    "too many windows": (("conditions", 1, "windows"), [{}] * 101, "too_many"),
}  # fmt: skip
ZONE: Path = ("conditions", 0, "zones", 1, "shape", "geometry", "coordinates", 0)
CENTRE: Path = ("conditions", 0, "zones", 0, "shape", "centre")
SQUARE = [[334000, 390000], [334200, 390000], [334200, 390180], [334000, 390180], [334000, 390000]]
GEOMETRY: dict[str, tuple[Path, Any, str]] = {
    "an unclosed ring": (ZONE, SQUARE[:-1], "ring_not_closed"),
    "a ring that crosses itself": (ZONE, [SQUARE[i] for i in (0, 2, 1, 3, 0)], "ring_crosses_itself"),
    "a height": ((*ZONE, 1), [334200, 390000, 12], "three_dimensional"),
    "longitude and latitude swapped": (CENTRE, {"longitude": 53.4072, "latitude": -2.9779}, "coordinates_swapped"),
    "outside the United Kingdom": (CENTRE, {"longitude": 2.35, "latitude": 48.85}, "outside_uk"),
    "half a pair": (CENTRE, {"longitude": -2.9779}, "location_incomplete"),
    "both pairs": (
        CENTRE, {"longitude": -2.9779, "latitude": 53.4072, "easting": 334000, "northing": 390000},
        "location_multiple_crs",
    ),
    "an unknown system": (("conditions", 0, "zones", 1, "shape", "crs"), "EPSG:3857", "crs_unknown"),
    "no radius": (("conditions", 0, "zones", 0, "shape", "radius_m"), 0, "radius_out_of_range"),
    "an infinite radius": (("conditions", 0, "zones", 0, "shape", "radius_m"), 10**400, "not_finite"),
    "an unknown shape": (("conditions", 0, "zones", 0, "shape", "type"), "square", "shape_type_unknown"),
}  # fmt: skip
BAD = {**SHAPES, **GEOMETRY}


def sent(doc: Json) -> bytes:
    """As a careless client writes it: an infinite number becomes 1e400."""
    return json.dumps(doc).replace("Infinity", "1e400").encode()


@pytest.mark.parametrize("name", BAD)
def test_it_is_refused_for_that_and_nothing_else(api: Apis, name: str) -> None:
    path, value, code = BAD[name]
    answer = api.force.put(PUT, sent(replaced(example(), path, value)))
    assert (answer.status, {e["code"] for e in answer.body["errors"]}) == (422, {code})
    assert all(e["pointer"].startswith("/" + str(path[0])) for e in answer.body["errors"])


def test_every_problem_is_told_at_once_across_all_parts(api: Apis) -> None:
    doc = example()
    for path, value, _ in (BAD[name] for name in ("an unknown kind of order", "an unclosed ring", "half a pair")):
        doc = replaced(doc, path, value)
    doc["conditions"][2]["channels"] = ["sms", "fax"]
    doc["conditions"][4]["protects"] = ["P7"]
    doc["court"] = None
    doc["expires_on"] = "soon"
    assert api.force.put(PUT, doc).codes == {
        ("/kind", "unknown_value"),
        ("/court", "required"),
        ("/expires_on", "date_unreadable"),
        ("/conditions/0/zones/0/shape/centre/latitude", "location_incomplete"),
        ("/conditions/0/zones/1/shape/geometry/coordinates/0/3", "ring_not_closed"),
        ("/conditions/2/channels/1", "unknown_value"),
        ("/conditions/4/protects/0", "protects_unknown"),
    }


def test_an_empty_body_is_told_every_required_member(api: Apis) -> None:
    pointers = {"kind", "route", "court", "made_on", "respondent", "protected_persons", "conditions"}
    assert api.force.put(PUT, b"").codes == {(f"/{name}", "required") for name in pointers}


def test_a_refusal_leaves_nothing_behind(api: Apis) -> None:
    before = rows()
    for path, value, _ in BAD.values():
        assert api.force.put(PUT, sent(replaced(example(), path, value))).status == 422
    assert rows() == before


CANARY = "12 Acacia Avenue"


def test_a_refusal_repeats_nothing_that_was_sent(api: Apis) -> None:
    """Each text of the example, with something private in it and something wrong elsewhere."""
    doc = with_everything()
    texts = [path for path in members(doc) if isinstance(_at(doc, path), str)]
    for path in texts:
        doc = replaced(doc, path, CANARY)
    answer = api.force.put(PUT, doc)
    assert answer.status == 422
    assert CANARY not in json.dumps(answer.body)


def _at(doc: Any, path: Path) -> Any:
    for step in path:
        doc = doc[step]
    return doc


NASTY: list[Any] = [
    None, True, 7, -0.0, float("inf"), 10**400, 5e-324, "", CANARY, "a\x00", "\ud800", "9999-12-31", [], {}, [None],
    [{}], {"\ud800": CANARY}, {"a": [{"b": CANARY}]},
]  # fmt: skip


@pytest.mark.parametrize("offset", range(2))
def test_no_value_at_any_member_breaks_it(api: Apis, settings: Any, offset: int) -> None:
    """Each member gets two of the values; the unit tests give all to each, this shows that the rest holds too."""
    settings.CALLER_LIMITS = {"force": 10_000, "public": 1}
    doc = with_everything()
    paths = [path for path in members(doc) if path[:2] not in {("conditions", 5), ("conditions", 6)}]
    for number, path in enumerate(paths):
        value = NASTY[(number * 5 + offset * 9) % len(NASTY)]
        answer = api.force.put(version(1, f"N{number}"), sent(replaced(doc, path, value)))
        assert_told(answer, path)


def assert_told(answer: Answer, path: Path) -> None:
    assert answer.status in (201, 422), path
    if answer.status == 422:
        assert answer.body["errors"] and CANARY not in json.dumps(answer.body), path
        assert all(e.keys() == {"pointer", "code", "detail"} for e in answer.body["errors"]), path


def _statements(api: Api, doc: Json, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(56):
        assert api.put(PUT, doc).status == 201


def test_its_statements_do_not_grow_with_the_conditions(api: Apis, django_assert_max_num_queries: Any) -> None:
    conditions = [a_condition(NO_CONTACT, clause=str(number)) for number in range(100)]
    _statements(api.force, light(conditions=conditions), django_assert_max_num_queries)
