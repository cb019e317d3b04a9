"""The document of a version, geometry check, reveal, monitoring authority (rules 16, 72, 82)."""

from __future__ import annotations

import hashlib
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import Error, IntegrityError, transaction
from PIL import Image

from accounts.models import ApiClient
from audit.models import Entry
from demo.cast import Cast
from orders.models import MonitoringAuthority, Order, OrderDocument
from orders.queries import authority_for
from orders.serializers.papers import MonitoringListOut, RevealOut, ShapeCheckOut
from spo_service.logs import AllowedFields
from tests.api.orders.example import Json, example
from tests.support.api import Answer, Api, Apis, token_of
from tests.support.orders import REFERENCE, a_report, an_order, register
from webhooks.models import Event

ROOT = f"orders/{REFERENCE}"
PAPER = f"force/{ROOT}/versions/1/document"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def picture(kind: str, size: tuple[int, int] = (8, 8)) -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", size).save(kept, kind)
    return kept.getvalue()


@pytest.fixture
def force(api: Apis) -> Api:
    answer = api.force.put(f"force/{ROOT}/versions/1", example())
    assert answer.status == 201, answer.body
    return api.force


def send(api: Api, content: bytes, media_type: str = "application/pdf") -> Answer:
    return api.put(PAPER, content, Content_Type=media_type)


def allow_zones(cast: Cast) -> Api:
    """The force's system with the scope that is off by default, and a token issued since."""
    client = ApiClient.objects.get(force_id="05")
    client.allowed_scopes = [*client.allowed_scopes, "zones:read"]
    client.save()
    return Api(token_of(cast.force))


@pytest.mark.parametrize(
    ("content", "media_type"),
    [(PDF, "application/pdf"), (picture("PNG"), "image/png"), (picture("JPEG"), "image/jpeg")],
    ids=["pdf", "png", "jpeg"],
)
def test_the_document_is_kept_and_given_back_as_it_was(api: Apis, force: Api, content: bytes, media_type: str) -> None:
    """Rule 16. What it is, its content says: the header of the request is not believed."""
    answer = send(force, content, "text/html")
    assert (answer.status, answer.body) == (201, {"sha256": hashlib.sha256(content).hexdigest()})
    shown = api.officer.raw("GET", f"officer/{ROOT}/versions/1/document")
    assert (shown.status_code, shown.content, shown["Content-Type"]) == (200, content, media_type)
    assert shown["Content-Disposition"].startswith("attachment")
    assert (shown["X-Content-Type-Options"], shown["Cache-Control"]) == ("nosniff", "no-store")
    assert "sandbox" in shown["Content-Security-Policy"]


def test_what_lies_in_the_database_is_sealed(force: Api) -> None:
    send(force, PDF)
    assert b"%PDF" not in bytes(OrderDocument.objects.get().sealed)


def test_the_same_again_is_the_same_and_another_is_another_versions(force: Api) -> None:
    send(force, PDF)
    assert send(force, PDF).status == 200
    answer = send(force, PDF + b"\n")
    assert (answer.status, answer.code) == (409, "document_conflict")


NO_DOCUMENT = {
    "nothing": b"",
    "text": b"Not to enter Canary Row",
    "a page with a script": b"<html><script>alert(1)</script></html>",
    "a script that begins as a picture": b"\xff\xd8\xff\xe0<script>alert(1)</script>",
    "a PDF cut short": PDF[:20],
    "a picture cut short": picture("PNG")[:40],
    "a ZIP": b"PK\x03\x04" + bytes(40),
    "a drawing with a script": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
    "a GIF": b"GIF89a" + bytes(40),
}


@pytest.mark.parametrize("name", NO_DOCUMENT)
def test_what_is_no_document_is_refused_and_not_repeated(force: Api, name: str) -> None:
    answer = send(force, NO_DOCUMENT[name])
    assert (answer.status, answer.codes) == (422, {("", "document_type_unknown")})
    assert "Canary" not in json.dumps(answer.body)
    assert not OrderDocument.objects.exists()


def test_a_document_over_the_limit_is_too_large(force: Api) -> None:
    assert send(force, PDF + bytes(10 * 1024 * 1024)).status == 413


@pytest.mark.parametrize("path", ["versions/2/document", "versions/1/document"])
def test_no_document_of_no_version_or_of_nobody(api: Apis, force: Api, path: str) -> None:
    assert api.officer.get(f"officer/{ROOT}/{path}").status == 404
    assert api.other_force.put(f"force/{ROOT}/{path}", PDF, Content_Type="application/pdf").status == 404


def test_a_system_sees_it_with_the_scope_for_zones_only(force: Api, cast: Cast) -> None:
    """It shows where people live."""
    send(force, PDF)
    assert force.get(PAPER).status == 403
    assert allow_zones(cast).raw("GET", PAPER).status_code == 200
    entry = Entry.objects.get(verb="order_document_shown")
    assert (entry.action, entry.recipient) == ("disclosure", "05")


def test_a_document_is_never_edited(force: Api) -> None:
    send(force, PDF)
    with pytest.raises(Error, match="Cannot update"):
        OrderDocument.objects.update(size=1)


# --- geometry check --------------------------------------------------------------------------------------

SQUARE = [[334000, 390000], [334200, 390000], [334200, 390180], [334000, 390180], [334000, 390000]]


def polygon(ring: Any) -> Json:
    return {"type": "polygon", "crs": "EPSG:27700", "geometry": {"type": "Polygon", "coordinates": [ring]}}


def check(api: Api, shape: Json) -> Json:
    answer = api.post("force/geometry/check", {"shape": shape})
    assert answer.status == 200, answer.body
    ShapeCheckOut.model_validate_json(json.dumps(answer.body))
    return dict(answer.body)


def test_a_valid_shape_is_weighed(api: Apis) -> None:
    found = check(api.force, polygon(SQUARE))
    assert (found["valid"], found["problems"], found["repaired"]) == (True, [], None)
    assert found["area_m2"] == pytest.approx(36_000, rel=2e-3)


def test_a_crossed_ring_is_shown_with_what_it_may_have_been(api: Apis) -> None:
    found = check(api.force, polygon([SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0]]))
    assert (found["valid"], found["area_m2"]) == (False, None)
    assert [p["pointer"].startswith("/shape/geometry/coordinates/0") for p in found["problems"]] == [True]
    assert found["repaired"]["area_after_m2"] == pytest.approx(18_000, rel=2e-3)
    assert check(api.force, found["repaired"]["shape"])["valid"] is True


def test_it_tells_what_registering_would_tell(api: Apis) -> None:
    shape = polygon(SQUARE[:-1])
    body = example()
    body["conditions"][0]["zones"][1]["shape"] = shape
    refused = api.force.put(f"force/{ROOT}/versions/1", body)
    told = {(p["pointer"].removeprefix("/shape"), p["code"]) for p in check(api.force, shape)["problems"]}
    assert {(p.removeprefix("/conditions/0/zones/1/shape"), c) for p, c in refused.codes} == told


def test_nothing_of_the_shape_is_kept(api: Apis) -> None:
    check(api.force, polygon([[334123.4, 390000], *SQUARE[1:-1], [334123.4, 390000]]))
    assert "334123" not in json.dumps([[e.verb, e.reason, list(map(str, e.record_ids))] for e in Entry.objects.all()])


# --- reveal ----------------------------------------------------------------------------------------------

WHY = "To prepare the statement of evidence."


def test_what_is_left_out_elsewhere_is_shown_on_purpose_rule_72(api: Apis, force: Api) -> None:
    fields = ["respondent", "protected_persons", "watch_terms", "restricted_names"]
    answer = api.officer.post(f"officer/{ROOT}/reveal", {"fields": fields, "reason": WHY})
    RevealOut.model_validate_json(json.dumps(answer.body))
    assert answer.body["respondent"]["family_name"] == "Marsh"
    assert answer.body["restricted_names"] == {"A": "home", "B": "work", "C": "walk to school"}
    assert answer.body["watch_terms"] == {"4": ["Ama", "AO", "#amaosei"]}
    assert answer.headers["Cache-Control"] == "no-store"


def test_only_what_was_asked_for_is_shown(api: Apis, force: Api) -> None:
    answer = api.officer.post(f"officer/{ROOT}/reveal", {"fields": ["watch_terms"], "reason": WHY})
    assert set(answer.body) == {"reference", "version", "watch_terms"}


def test_the_reason_is_in_the_trail_and_the_names_are_not(api: Apis, force: Api) -> None:
    api.officer.post(f"officer/{ROOT}/reveal", {"fields": ["respondent", "restricted_names"], "reason": WHY})
    entry = Entry.objects.get(verb="order_revealed")
    assert (entry.action, entry.reason_code) == ("consultation", "break_glass")
    assert entry.reason == f"respondent, restricted_names: {WHY}"


def test_a_reveal_outside_ones_own_case_alarms(api: Apis, force: Api, caplog: pytest.LogCaptureFixture) -> None:
    """It is not refused: somebody may be in danger. An event, and a line with ids only."""
    assert api.officer.post(f"officer/{ROOT}/reveal", {"fields": ["respondent"], "reason": WHY}).status == 200
    event = Event.objects.get(type="order.revealed_outside_case")
    [line] = [r for r in caplog.records if getattr(r, "event", "") == "order_revealed_outside_case"]
    assert (event.reference, line.__dict__["record"]) == (ROOT.removeprefix("orders/"), str(event.subject))
    assert not any(word in AllowedFields().format(line) for word in ("Marsh", WHY, ROOT))


def test_a_reveal_in_ones_own_case_does_not(api: Apis, cast: Cast) -> None:
    reference = register(api, cast, an_order())
    report = api.victim.post("victim/reports", a_report()).body["id"]
    api.supervisor.post(f"officer/reports/{report}/claim", {})
    body = {"fields": ["respondent"], "reason": WHY}
    assert api.supervisor.post(f"officer/orders/{reference}/reveal", body).status == 200
    assert not Event.objects.filter(type="order.revealed_outside_case").exists()
    assert Entry.objects.get(verb="order_revealed").reason_code == "reveal"


@pytest.mark.parametrize(
    ("sent", "problems"),
    [
        ({"fields": ["respondent"]}, {("/reason", "required")}),
        ({"fields": ["respondent"], "reason": "because"}, {("/reason", "too_short")}),
        ({"fields": [], "reason": WHY}, {("/fields", "too_few")}),
        ({"fields": ["everything"], "reason": WHY}, {("/fields/0", "unknown_value")}),
    ],
    ids=["no reason", "a short one", "nothing asked", "no such field"],
)
def test_without_a_reason_or_a_field_nothing_is_shown(api: Apis, force: Api, sent: Json, problems: Any) -> None:
    assert api.officer.post(f"officer/{ROOT}/reveal", sent).codes == problems


def test_a_system_needs_the_scope_for_zones_too(force: Api, cast: Cast) -> None:
    body = {"fields": ["respondent"], "reason": WHY}
    assert force.post(f"force/{ROOT}/reveal", body).status == 403
    assert allow_zones(cast).post(f"force/{ROOT}/reveal", body).status == 200
    assert Entry.objects.get(verb="order_revealed").action == "disclosure"


# --- monitoring authority --------------------------------------------------------------------------------

START, END = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 9, 2, tzinfo=UTC)
LICENCE: Json = {
    "kind": "licence",
    "reference": "L-1",
    "from": START.isoformat(),
    "until": END.isoformat(),
    "devices": ["tag-1", "tag-2"],
}


def authorise(api: Api, **changes: Any) -> Answer:
    return api.put(f"force/{ROOT}/monitoring-authority", {**LICENCE, **changes})


def test_an_authority_counts_for_its_time_and_its_devices_rule_82(force: Api) -> None:
    assert authorise(force).status == 201
    order = Order.objects.get()

    def counts(device: str, at: datetime) -> bool:
        return authority_for(order.id, device=device, at=at) is not None

    second = timedelta(seconds=1)
    assert [counts("tag-1", at) for at in (START - second, START, END - second, END)] == [False, True, True, False]
    assert not counts("tag-3", START)


def test_the_same_again_is_the_same_and_the_last_recorded_counts(force: Api) -> None:
    authorise(force)
    assert authorise(force).status == 200
    assert authorise(force, until="2026-04-01T00:00:00Z").status == 201
    authorise(force, kind="bail", reference="B-1")
    body = force.get(f"force/{ROOT}/monitoring-authority").body
    MonitoringListOut.model_validate_json(json.dumps(body))
    assert [(row["kind"], row["until"]) for row in body["results"]] == [
        ("bail", "2026-09-02T00:00:00Z"),
        ("licence", "2026-04-01T00:00:00Z"),
    ]
    assert MonitoringAuthority.objects.count() == 3


WRONG: dict[str, tuple[Json, set[tuple[str, str]]]] = {
    "an order of this Act is no authority": ({"kind": "spo"}, {("/kind", "unknown_value")}),
    "it ends before it begins": ({"until": "2026-03-01T00:00:00Z"}, {("/until", "authority_ends_before_start")}),
    "it ends as it begins": ({"until": START.isoformat()}, {("/until", "authority_ends_before_start")}),
    "no devices": ({"devices": []}, {("/devices", "too_few")}),
    "too many devices": ({"devices": [f"d{n}" for n in range(101)]}, {("/devices", "too_many")}),
    "a device twice": ({"devices": ["a", "a"]}, {("/devices", "invalid")}),
    "a device of another form": ({"devices": ["a b"]}, {("/devices/0", "bad_format")}),
    "no offset": ({"from": "2026-03-02T00:00:00"}, {("/from", "instant_offset_missing")}),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_an_authority_is_told(force: Api, name: str) -> None:
    changes, problems = WRONG[name]
    answer = authorise(force, **changes)
    assert (answer.status, answer.codes) == (422, problems)


NOT_KEPT: dict[str, tuple[dict[str, Any], str]] = {
    "a kind that is none": ({"kind": "spo"}, "authority_kind_known"),
    "an end before the start": ({"ends_at": START}, "authority_ends_after_start"),
    "no devices": ({"devices": []}, "authority_names_devices"),
}


@pytest.mark.parametrize("name", NOT_KEPT)
def test_the_database_keeps_no_senseless_authority(force: Api, name: str) -> None:
    changes, constraint = NOT_KEPT[name]
    row = {
        "kind": "bail", "reference": "B", "starts_at": START, "ends_at": END, "devices": ["a"], "recorded_at": START,
        "recorded_by": "x", **changes,
    }  # fmt: skip
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        MonitoringAuthority.objects.create(order=Order.objects.get(), **row)
