"""Rule 81: who is on the list of a restricted order, who puts them there, and what attempts of others leave."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Officer, User
from audit.models import Entry
from breaches.models import Report
from breaches.tasks import alarm_unattended
from common.envelope import Keyring
from demo.cast import Cast
from geo.areas import add_generation
from geo.types import Area
from orders.models import Order, OrderReader
from orders.queries import terms
from tests.support.api import Answer, Apis
from tests.support.orders import REFERENCE, a_position, a_report, an_order
from tests.support.restricted import SUPERVISOR, another_system, restrict

WHY = "Works with the professional standards department."
READERS = f"officer/orders/{REFERENCE}/readers"


@pytest.fixture
def restricted(api: Apis, order: str) -> str:
    assert restrict(api).status == 201
    return order


def put_on(api: Apis, who: str = "4401", **said: Any) -> Answer:
    return api.supervisor.post(READERS, {"staff_id": who, "reason": WHY, **said})


def take_off(api: Apis, who: str = "4401") -> Answer:
    return api.supervisor.post(f"{READERS}/remove", {"staff_id": who, "reason": "Has moved to another post."})


def listed(api: Apis) -> set[str]:
    return {row["staff_id"] or row["client"] for row in api.supervisor.get(READERS).body["readers"]}


def test_whoever_restricts_an_order_is_its_first_reader_beside_those_named(
    api: Apis, cast: Cast, restricted: str
) -> None:
    assert listed(api) == {SUPERVISOR, cast.force.client_id}


def test_a_supervisor_on_the_list_puts_somebody_on_it_with_a_reason(api: Apis, restricted: str) -> None:
    assert api.officer.get(f"officer/orders/{REFERENCE}").status == 404
    assert put_on(api).status == 201
    assert api.officer.get(f"officer/orders/{REFERENCE}").status == 200
    entry = Entry.objects.get(verb="restricted_reader_listed")
    assert (entry.reason, entry.reason_code) == (WHY, "restricted")


def test_taken_off_again_they_read_nothing_at_once(api: Apis, restricted: str) -> None:
    put_on(api)
    assert take_off(api).status == 201
    assert api.officer.get(f"officer/orders/{REFERENCE}").status == 404
    assert put_on(api).status == 201
    assert [row.listed for row in OrderReader.objects.order_by("done_at", "id")][-3:] == [True, False, True]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"staff_id": "9999"}, "reader_unknown"),
        ({"staff_id": "9901"}, "reader_unknown"),
        ({"staff_id": None, "client": "nobody"}, "reader_unknown"),
        ({"staff_id": None}, "reader_unclear"),
        ({"client": "nobody"}, "reader_unclear"),
        ({"reason": "x"}, "too_short"),
    ],
)
def test_readers_that_cannot_be_are_refused(api: Apis, restricted: str, said: dict[str, Any], code: str) -> None:
    """9901 is of another force."""
    answer = put_on(api, **said)
    assert (answer.status, {found for _, found in answer.codes}) == (422, {code})


def test_twice_on_or_off_is_a_conflict(api: Apis, restricted: str) -> None:
    assert (take_off(api).status, take_off(api).code) == (409, "not_listed")
    put_on(api)
    assert (put_on(api).status, put_on(api).code) == (409, "already_listed")


def test_the_last_supervisor_cannot_leave(api: Apis, restricted: str) -> None:
    """Nobody would see what is reported."""
    answer = take_off(api, SUPERVISOR)
    assert (answer.status, answer.code) == (409, "last_supervisor")
    assert SUPERVISOR in listed(api)


def test_an_officer_on_the_list_does_not_keep_it(api: Apis, restricted: str) -> None:
    put_on(api)
    assert api.officer.post(READERS, {"staff_id": "4402", "reason": WHY}).status == 403
    assert api.officer.get(READERS).status == 200


def test_a_supervisor_who_is_not_on_the_list_cannot_put_themselves_there(api: Apis, order: str) -> None:
    body = an_order(restricted=True, readers=[], change={"kind": "correction", "decided_on": "2026-03-02"})
    assert api.force.put(f"force/orders/{REFERENCE}/versions/2", body).status == 201
    assert put_on(api, SUPERVISOR).status == 404


def test_a_force_system_reads_it_once_it_is_on_the_list(api: Apis, restricted: str) -> None:
    other = another_system()
    assert other.get(f"force/orders/{REFERENCE}").status == 404
    attempt = api.supervisor.get(READERS).body["attempts"][0]
    assert put_on(api, staff_id=None, client=attempt["actor"]).status == 201
    assert other.get(f"force/orders/{REFERENCE}").status == 200


def test_there_is_no_list_while_everybody_may_read(api: Apis, order: str) -> None:
    assert (put_on(api).status, put_on(api).code) == (409, "order_not_restricted")


def test_a_version_that_says_nothing_of_it_keeps_the_order_closed(api: Apis, restricted: str) -> None:
    change = {"kind": "variation", "decided_on": "2026-06-01"}
    body = an_order(change=change, effective_from="2026-06-01T12:00:00+01:00")
    assert api.force.put(f"force/orders/{REFERENCE}/versions/3", body).status == 201
    assert api.officer.get(f"officer/orders/{REFERENCE}").status == 404


def test_it_is_opened_by_saying_so(api: Apis, restricted: str) -> None:
    assert restrict(api, number=3, restricted=False).status == 201
    assert api.officer.get(f"officer/orders/{REFERENCE}").status == 200
    assert Entry.objects.filter(verb="order_restriction_lifted").count() == 1


def test_an_officer_on_the_list_does_not_open_it(api: Apis, restricted: str) -> None:
    put_on(api)
    body = an_order(restricted=False, change={"kind": "correction", "decided_on": "2026-03-02"})
    assert api.officer.put(f"officer/orders/{REFERENCE}/versions/3", body).status == 403
    assert api.supervisor.put(f"officer/orders/{REFERENCE}/versions/3", body).status == 201


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"readers": ["4403", "0000"]}, ("/readers/1", "reader_unknown")),
        ({"readers": ["4403"], "restricted": None}, ("/readers", "readers_need_restricted")),
        ({"readers": ["4403"], "restricted": False}, ("/readers", "readers_need_restricted")),
    ],
)
def test_readers_named_in_a_document(api: Apis, changes: dict[str, Any], problem: tuple[str, str]) -> None:
    answer = api.force.put("force/orders/NEW/versions/1", an_order(**{"restricted": True, **changes}))
    assert (answer.status, answer.codes) == (422, {problem})
    assert not Order.objects.filter(reference="NEW").exists()


def test_a_later_document_does_not_change_the_list(api: Apis, restricted: str) -> None:
    answer = restrict(api, number=3)
    assert answer.codes == {("/readers", "readers_kept_by_supervisor")}


def test_the_same_document_again_is_the_same_version(api: Apis, restricted: str) -> None:
    assert restrict(api).status == 200


def attempts(api: Apis) -> list[str | None]:
    return [row["staff_id"] for row in api.supervisor.get(READERS).body["attempts"]]


def test_every_attempt_is_told_to_those_on_the_list(
    api: Apis, restricted: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A line with ids, and a row on the trail that outlives the refusal."""
    api.officer.get(f"officer/orders/{REFERENCE}")
    api.reviewer.post(f"officer/orders/{REFERENCE}/service", {})  # the role alone refuses: nothing was asked for
    api.auditor.get(f"officer/audit?about={Order.objects.get(reference=REFERENCE).id}")
    api.officer.get(f"officer/reports?order={REFERENCE}")
    assert attempts(api) == ["4401", "4404", "4401"]
    lines = [record for record in caplog.records if getattr(record, "event", "") == "restricted_attempt"]
    assert len(lines) == 3
    order_id = str(Order.objects.get(reference=REFERENCE).id)
    assert all(order_id in line.ids and REFERENCE not in str(line.__dict__) for line in lines)  # type: ignore[attr-defined]


def test_registering_over_a_closed_order_is_an_attempt_and_changes_nothing(api: Apis, restricted: str) -> None:
    body = an_order(change={"kind": "correction", "decided_on": "2026-03-02"}, restricted=False)
    for number in (1, 2, 3, 9):
        assert api.officer.put(f"officer/orders/{REFERENCE}/versions/{number}", body).status == 404
    assert attempts(api) == ["4401"] * 4
    assert Order.objects.get(reference=REFERENCE).restricted


def test_a_listing_is_no_attempt(api: Apis, restricted: str) -> None:
    api.officer.get("officer/orders")
    api.officer.get("officer/reports")
    assert attempts(api) == []


# ---- reports under it


def test_a_report_passed_on_by_somebody_not_on_the_list_goes_to_those_who_are(api: Apis, restricted: str) -> None:
    """The sender is told what they would be told if there were no such order."""
    places = [a_position(), a_position(recorded_at="half past")]
    sent = a_report(reported_by={"role": "protected_person", "protected_person": "P1"}, positions=places)
    known = api.officer.post("officer/reports", sent)
    unknown = api.officer.post("officer/reports", {**sent, "order": "NO-SUCH"})
    assert known.status == unknown.status == 201
    assert known.body["warnings"] == unknown.body["warnings"]
    assert [warning["code"] for warning in known.body["warnings"]][:1] == ["order_not_matched"]
    assert api.officer.get(f"officer/reports/{known.body['id']}").status == 404
    seen = api.supervisor.get(f"officer/reports/{known.body['id']}").body
    assert (seen["order"], seen["assessment"]["verdict"]) == (REFERENCE, "breach_indicated")
    assert seen["warnings"] == unknown.body["warnings"][1:] != []
    assert "4401" in attempts(api)


def test_a_report_by_anybody_that_names_it_is_for_those_on_the_list(api: Apis, restricted: str) -> None:
    """Through the public form, or by an account that nobody has linked yet; neither sees a difference."""
    said = {"description": "He waits outside.", "happened": {"from": "2026-11-20T18:05:00+00:00"}, "force": "05"}
    known = api.nobody.post("public/reports", {**said, "order": REFERENCE})
    unknown = api.nobody.post("public/reports", {**said, "order": "NO-SUCH"})
    assert (known.status, known.body["advice"]) == (unknown.status, unknown.body["advice"])
    mine, none = (api.other_victim.post("victim/reports", {**said, "order": name}) for name in (REFERENCE, "NO-SUCH"))
    assert (mine.status, mine.body["warnings"], mine.body["advice"]) == (
        201,
        none.body["warnings"],
        none.body["advice"],
    )
    kept = {row["order"] for row in api.supervisor.get("officer/reports").body["results"]}
    assert (kept, len(api.officer.get("officer/reports").body["results"])) == ({REFERENCE, None}, 2)


def test_a_victims_report_comes_before_those_on_the_list(api: Apis, restricted: str) -> None:
    report = api.victim.post("victim/reports", a_report()).body
    assert [r["id"] for r in api.supervisor.get("officer/reports").body["results"]] == [report["id"]]
    assert api.supervisor.post(f"officer/reports/{report['id']}/claim").status == 200
    assert api.victim.get(f"victim/reports/{report['reference']}").status == 200


def test_who_tried_is_not_told_to_the_victim_as_having_looked(api: Apis, restricted: str) -> None:
    report = api.victim.post("victim/reports", a_report()).body
    api.officer.get(f"officer/reports/{report['id']}")
    assert api.victim.get(f"victim/reports/{report['reference']}").body["looked"] == []


# ---- nobody on the list


def unattended(api: Apis) -> list[dict[str, Any]]:
    return list(api.supervisor.get("officer/restricted-orders").body["results"])


def _leave_nobody(how: str) -> None:
    if how == "closed":
        User.objects.filter(officer__staff_id=SUPERVISOR).update(is_active=False)
    elif how == "moved":
        Officer.objects.filter(staff_id=SUPERVISOR).update(force_id="06")
    else:
        Officer.objects.filter(staff_id=SUPERVISOR).update(role="reviewer")


@pytest.mark.parametrize("how", ["closed", "moved", "other_role"])
def test_an_order_without_an_active_supervisor_is_unattended(
    api: Apis, restricted: str, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    report = api.victim.post("victim/reports", a_report()).body
    Officer.objects.filter(staff_id="4401").update(role="supervisor")
    assert api.officer.get("officer/restricted-orders").body["results"] == []
    alarm_unattended()
    assert not [r for r in caplog.records if getattr(r, "event", "") == "restricted_reports_unattended"]
    _leave_nobody(how)
    order_id = str(Order.objects.get(reference=REFERENCE).id)
    row = api.officer.get("officer/restricted-orders").body["results"]
    assert row == [{"id": order_id, "reports_waiting": 1, "oldest_review_due": report["review_due"]}]
    alarm_unattended()
    (line,) = [r for r in caplog.records if getattr(r, "event", "") == "restricted_reports_unattended"]
    assert line.ids == [order_id]  # type: ignore[attr-defined]


def test_a_supervisor_takes_charge_of_an_unattended_order(
    api: Apis, order: str, caplog: pytest.LogCaptureFixture
) -> None:
    body = an_order(restricted=True, change={"kind": "correction", "decided_on": "2026-03-02"})
    assert api.force.put(f"force/orders/{REFERENCE}/versions/2", body).status == 201
    api.victim.post("victim/reports", a_report())
    (row,) = unattended(api)
    assert (row["reports_waiting"], api.supervisor.get("officer/reports").body["results"]) == (1, [])
    path = f"officer/restricted-orders/{row['id']}/take-charge"
    assert api.officer.post(path, {"reason": WHY}).status == 403
    assert api.supervisor.post(path, {"reason": WHY}).status == 201
    assert len(api.supervisor.get("officer/reports").body["results"]) == 1
    assert Entry.objects.get(verb="restricted_order_taken_charge").reason == WHY
    assert [r for r in caplog.records if getattr(r, "event", "") == "restricted_order_taken_charge"]
    assert api.supervisor.post(path, {"reason": WHY}).status == 404


def test_an_order_that_somebody_looks_after_cannot_be_taken(api: Apis, restricted: str) -> None:
    Officer.objects.filter(staff_id="4401").update(role="supervisor")
    order_id = Order.objects.get(reference=REFERENCE).id
    assert api.officer.post(f"officer/restricted-orders/{order_id}/take-charge", {"reason": WHY}).status == 404


def test_another_forces_unattended_order_is_not_seen(api: Apis, order: str) -> None:
    body = an_order(restricted=True, change={"kind": "correction", "decided_on": "2026-03-02"})
    api.force.put(f"force/orders/{REFERENCE}/versions/2", body)
    Officer.objects.filter(staff_id="9901").update(role="supervisor")
    order_id = Order.objects.get(reference=REFERENCE).id
    assert api.other_officer.get("officer/restricted-orders").body["results"] == []
    assert api.other_officer.post(f"officer/restricted-orders/{order_id}/take-charge", {"reason": WHY}).status == 404


@pytest.fixture
def keyless(restricted: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """The key of the order's document is lost, in a process that has not opened it before."""
    settings.MASTER_KEYS = Keyring([("new", b"n" * 32)])
    monkeypatch.setattr(terms, "_COMPILED", terms._Cache(1))
    return restricted


@pytest.mark.parametrize("who", ["officer", "other_victim", "nobody"])
def test_while_a_key_is_missing_it_answers_like_none_to_whose_it_is_not(api: Apis, keyless: str, who: str) -> None:
    path = {"officer": "officer/reports", "other_victim": "victim/reports", "nobody": "public/reports"}[who]
    says = {"reported_by": {"role": "witness"}} if who == "officer" else {}
    made = [getattr(api, who).post(path, a_report(order=name, **says)) for name in (keyless, "NO-SUCH")]
    assert [answer.status for answer in made] == [201, 201]
    warned = [[w["code"] for w in answer.body.get("warnings", [])] for answer in made]
    assert warned[0] == warned[1]
    assert "order_not_readable" not in warned[0]
    # And it is kept for those on the list, as while the key was there.
    assert Report.objects.filter(order__reference=keyless).count() == 1


def test_a_strangers_report_is_kept_for_the_list_of_the_force_whose_area_it_happened_in(
    api: Apis, restricted: str, settings: Any, tmp_path: Path
) -> None:
    """The force is found the way every report's is (rule 47), and only then whether the order is one of its own."""
    around = ((-3.1, 53.3), (-2.8, 53.3), (-2.8, 53.5), (-3.1, 53.5), (-3.1, 53.3))
    areas = [("05", Area("EPSG:4326", ((around,),)))]
    add_generation(tmp_path / "areas", areas, valid_from=date(2020, 1, 1), source_sha256="made up", generalised_m=20.0)
    settings.FORCE_AREAS_FILE, settings.SERVICE_FORCE = str(tmp_path / "areas"), "06"
    assert api.nobody.post("public/reports", a_report(order=restricted)).status == 201
    report = Report.objects.get()
    assert (report.force_id, report.order is not None) == ("05", True)
    assert api.officer.get(f"officer/reports/{report.id}").status == 404
