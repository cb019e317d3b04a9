"""Playing a scenario: its orders, its report and what came of it, all over the API.

A scenario is a data file beside this module; docs/scenarios.md says what its members mean.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from audit.types import SERVICE
from demo.cast import Cast
from orders.models import Order
from orders.services import link_person
from tests.support.api import Answer, Api, Apis
from tests.support.orders import EXCLUSION, NO_APPROACH, NO_CONTACT, NO_REFERENCE, SERVED, ZONE_A, ZONE_B, an_order
from webhooks.models import Event

Json = dict[str, Any]
FOLDER = Path(__file__).parent

_CONDITIONS = {condition["kind"]: condition for condition in (EXCLUSION, NO_CONTACT, NO_REFERENCE, NO_APPROACH)}
_ZONES = {zone["code"]: zone for zone in (ZONE_A, ZONE_B)}
_TOLD = {
    "id", "reference", "received_at", "review_due", "officer_contact_due", "status", "warnings", "advice",
}  # fmt: skip
# Words of verdicts, findings and locations, and what only the other side knows: nothing of it reaches a reporter.
_NEVER_TOLD = (
    "indicated", "possible_breach", "needs_officer", "not_applicable", "no_order_in_force", "not_served", "outcome",
    "probability", "distance", "not_approved", "Marsh", "Osei", "Larkin",
)  # fmt: skip
_NO_999 = "This report is not a 999 call. Nobody is being sent because of it."


@dataclass(frozen=True, slots=True)
class Scenario:
    """One data file. `name` is the file's, without its ending."""

    name: str
    title: str
    rules: list[int]
    orders: list[Json]
    reporter: str
    report: Json
    expected: Json

    @property
    def row(self) -> str:
        """Its line in docs/scenarios.md."""
        rules = ", ".join(map(str, self.rules))
        return f"| {self.name} | {self.title} | {rules} | `{self.expected['verdict']}` |"

    @property
    def danger(self) -> bool:
        return self.report.get("immediate_danger") is True


def scenarios() -> list[Scenario]:
    """All of them, by number."""
    return [_read(path) for path in sorted(FOLDER.glob("*.json"))]


def _read(path: Path) -> Scenario:
    doc = json.loads(path.read_text("utf-8"))
    report = doc["report"]
    return Scenario(path.stem, doc["title"], doc["rules"], doc["orders"], report["by"], report["body"], doc["expect"])


def play(scenario: Scenario, api: Apis, cast: Cast) -> list[str]:
    """Set the orders up, send the report, read it as everyone who may: each thing that is not as it must be."""
    for order in scenario.orders:
        _set_up(order, api, cast)
    sent = getattr(api, scenario.reporter).post(f"{_prefix(scenario.reporter)}/reports", scenario.report)
    assert sent.status == 201, sent.body
    found = _Differences()
    _told(scenario, sent, api, found)
    detail = _read_back(api.supervisor, sent)
    _assessed(scenario.expected, detail, found)
    _queued(scenario, sent, api, found)
    return found.told


@dataclass(slots=True)
class _Differences:
    """What is otherwise than the file says."""

    told: list[str] = field(default_factory=list)

    def same(self, what: str, found: object, expected: object) -> None:
        if found != expected:
            self.told.append(f"{what}: {found!r}, not {expected!r}")

    def holds(self, what: str, found: Mapping[str, Any] | None, expected: Mapping[str, Any]) -> None:
        """That every member named is there and the same; others may be there beside them."""
        for name, value in expected.items():
            self.same(f"{what}.{name}", found.get(name) if found else None, value)


def _prefix(reporter: str) -> str:
    return "victim" if reporter in ("victim", "advocate") else reporter


# ---- the orders


def _set_up(order: Json, api: Apis, cast: Cast) -> None:
    """Register each version, approve its zones, serve the order, link its people, end it."""
    root = f"orders/{order['reference']}"
    for number, body in enumerate(_versions(order), start=1):
        _done(api.force.put(f"force/{root}/versions/{number}", body), 201)
        for code in _to_approve(order, body):
            looked_at = {"version": number, "reason": "Compared with the plan."}
            _done(api.supervisor.post(f"officer/{root}/zones/{code}/approve", looked_at), 200)
    if order.get("served", SERVED):
        _done(api.force.post(f"force/{root}/service", order.get("served", SERVED)), 201)
    kept = Order.objects.get(force_id="05", reference=order["reference"])
    for key, name in order.get("people", {"P1": "victim"}).items():
        link_person(actor=SERVICE, order_id=kept.id, key=key, user_id=UUID(getattr(cast, name).user_id))
    for end in order.get("ends", ()):
        _done(api.force.post(f"force/{root}/{end['verb']}", end["body"]), 201)


def _done(answer: Answer, status: int) -> None:
    assert answer.status == status, answer.body


def _versions(order: Json) -> Iterator[Json]:
    """Whole documents: the first is the tests' example with changes, each later one the version before with its."""
    body = an_order()
    for changes in order["versions"]:
        body = {**body, **copy.deepcopy(changes)}
        body["conditions"] = [_condition(condition) for condition in body["conditions"]]
        yield body


def _condition(changes: Json) -> Json:
    whole = _on_base(changes, _CONDITIONS)
    if "zones" in whole:
        whole["zones"] = [_on_base(zone, _ZONES) for zone in whole["zones"]]
    return whole


def _on_base(changes: Json, bases: Mapping[str, Json]) -> Json:
    """A thing of the tests' example with other members, or one that stands by itself."""
    base = bases[changes["base"]] if "base" in changes else {}
    return copy.deepcopy({**base, **{name: value for name, value in changes.items() if name != "base"}})


def _to_approve(order: Json, body: Json) -> list[str]:
    codes = [zone["code"] for condition in body["conditions"] for zone in condition.get("zones") or ()]
    return [code for code in codes if code in order.get("approved", codes)]


# ---- what the reporter is told


def _told(scenario: Scenario, sent: Answer, api: Apis, found: _Differences) -> None:
    receipt, expected = sent.body, scenario.expected
    found.same("receipt", set(receipt), _TOLD)
    found.same("warnings", sorted({w["code"] for w in receipt["warnings"]}), sorted(expected["warnings"]))
    found.same("status", receipt["status"], "received")
    for name, hours in (("review_due", 4), ("officer_contact_due", 48)):
        found.same(name, _after(receipt, name), timedelta(hours=hours))
    _advised(scenario, receipt["advice"], found)
    _not_told(scenario, "receipt", receipt, found)
    if _prefix(scenario.reporter) == "victim":
        own = getattr(api, scenario.reporter).get(f"victim/reports/{receipt['reference']}")
        found.same("own report", (own.status, own.body.get("status")), (200, "received"))
        # Her own words are given back to her, whatever is in them.
        told = {name: part for name, part in own.body.items() if name not in ("report", "current")}
        _not_told(scenario, "own report", told, found)


def _after(receipt: Json, name: str) -> timedelta:
    return datetime.fromisoformat(receipt[name]) - datetime.fromisoformat(receipt["received_at"])


def _advised(scenario: Scenario, advice: list[str], found: _Differences) -> None:
    first = advice[:2]
    if scenario.danger:
        found.same("advice with danger", ["999" in " ".join(first), "55" in " ".join(first)], [True, True])
        found.same("advice after it", _NO_999 in advice[2:], True)
    else:
        found.same("advice", first[:1], [_NO_999])


def _not_told(scenario: Scenario, where: str, body: Json, found: _Differences) -> None:
    text = json.dumps(body)
    names = [zone["restricted_name"] for zone in _own_zones(scenario) if "restricted_name" in zone]
    for word in (*_NEVER_TOLD, *names):
        if word in text:
            found.told.append(f"{where}: tells of {word!r}")


def _own_zones(scenario: Scenario) -> Iterator[Json]:
    """Those that the file draws itself; the example's are called by words that any sentence has."""
    for order in scenario.orders:
        for version in order["versions"]:
            for condition in version.get("conditions", ()):
                yield from (zone for zone in condition.get("zones") or () if "base" not in zone)


# ---- what came of it


def _read_back(officer: Api, sent: Answer) -> Json:
    answer = officer.get(f"officer/reports/{sent.body['id']}")
    assert answer.status == 200, answer.body
    detail: Json = answer.body
    return detail


def _assessed(expected: Json, detail: Json, found: _Differences) -> None:
    assessment = detail["assessment"]
    found.same("verdict", assessment["verdict"], expected["verdict"])
    if "order" in expected:
        found.same("order", detail["order"], expected["order"])
    if "order_version" in expected:
        found.same("order_version", assessment["order_version"], expected["order_version"])
    if "reasons" in expected:
        found.same("reasons", _codes(assessment), expected["reasons"])
    left = list(assessment["findings"])
    _disclaimed(left, found)
    for wanted in expected["findings"]:
        one = _taken(left, wanted)
        found.same(f"finding on {wanted['clause']}", one is not None, True)
        if one is not None:
            _found(wanted, one, found)
    for other in left:
        found.same(f"clause {other['clause']}, not named", other["outcome"], "not_applicable")


def _disclaimed(findings: Iterable[Json], found: _Differences) -> None:
    """Rule 65: whatever was measured says with its radius what it does not show."""
    places = [place for one in findings for place in one["locations"] if place["result"] != "not_testable"]
    for place in places:
        found.same("disclaimer", "does not confirm" in place["disclaimer"], True)


def _codes(said: Json) -> list[str]:
    return [reason["code"] for reason in said["reasons"]]


def _taken(left: list[Json], wanted: Json) -> Json | None:
    """The finding that the file means, taken out of those that are left."""
    for index, one in enumerate(left):
        if one["clause"] == wanted["clause"] and one["order_version"] == wanted.get("version", one["order_version"]):
            return left.pop(index)
    return None


def _found(wanted: Json, one: Json, found: _Differences) -> None:
    what = f"clause {wanted['clause']}"
    found.same(f"{what} outcome", one["outcome"], wanted["outcome"])
    found.same(f"{what} otherwise", one["outcome_otherwise"], wanted.get("otherwise"))
    codes = _codes(one)
    found.same(f"{what} reasons missing", [code for code in wanted["reasons"] if code not in codes], [])
    found.same(f"{what} reasons too many", [code for code in wanted.get("without", ()) if code in codes], [])
    if "location" in wanted:
        found.holds(f"{what} location", one["location"], wanted["location"])
    if "locations" in wanted:
        _located(what, wanted["locations"], one["locations"], found)


def _located(what: str, wanted: Iterable[Json], locations: list[Json], found: _Differences) -> None:
    places = {(place["zone"], place["position"]): place for place in locations}
    keys = {(place["zone"], place["position"]) for place in wanted}
    found.same(f"{what} locations", sorted(places), sorted(keys))
    for place in wanted:
        zone, position = place["zone"], place["position"]
        found.holds(f"{what} position {position} to {zone}", places.get((zone, position)), place)


def _queued(scenario: Scenario, sent: Answer, api: Apis, found: _Differences) -> None:
    """In its force's queue with its urgency, told to the force, and to nobody else."""
    rows = {row["id"]: row for row in api.supervisor.get("officer/reports?queue=review").body["results"]}
    wanted = {name: scenario.expected[name] for name in ("verdict", "priority", "priority_reasons")}
    found.holds("queue", rows.get(sent.body["id"]), {**wanted, "state": "received"})
    events = set(Event.objects.filter(subject=sent.body["id"]).values_list("type", flat=True))
    danger = {"report.immediate_danger"} if scenario.danger else set()
    found.same("events", events, {"report.received"} | danger)
    for stranger, path in (
        (api.other_officer, f"officer/reports/{sent.body['id']}"),
        (api.other_force, f"force/reports/{sent.body['id']}"),
        (api.other_victim, f"victim/reports/{sent.body['reference']}"),
    ):
        found.same(f"a stranger at {path.partition('/')[0]}", stranger.get(path).status, 404)
