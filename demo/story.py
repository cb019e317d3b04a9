"""The main job, played over HTTP and told as it goes. Every step is held against what it should be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import requests

from audit.types import SERVICE
from demo import data
from demo.cast import Cast
from demo.receiver import Receiver
from orders.models import Order
from orders.services import link_person

REFERENCE = "SPO-05-0001-26"


class Differs(Exception):
    """A step came out otherwise than it should."""


@dataclass(slots=True)
class Teller:
    """Calls the service and tells what came of it."""

    base_url: str

    def say(self, line: str = "") -> None:
        print(line, flush=True)

    def call(self, token: str, method: str, path: str, body: Any = None, *, status: int, **headers: str) -> Any:
        answer = requests.request(
            method,
            f"{self.base_url}/api/v1/{path}",
            json=body,
            headers={"Authorization": f"Bearer {token}", **headers},
            timeout=30,
        )
        if answer.status_code != status:
            raise Differs(f"{method} {path} answered {answer.status_code}, not {status}: {answer.text}")
        return answer

    def same(self, what: str, found: object, wanted: object) -> None:
        if found != wanted:
            raise Differs(f"{what} is {found!r}, not {wanted!r}")


def token_of(base_url: str, client_id: str, client_secret: str) -> str:
    """A force system's token, by client credentials."""
    answer = requests.post(
        f"{base_url}/oauth/token/",
        data={"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret},
        timeout=30,
    )
    if answer.status_code != 200:
        raise Differs(f"the token endpoint answered {answer.status_code}: {answer.text}")
    return str(answer.json()["access_token"])


def play(base_url: str, cast: Cast, receiver: Receiver) -> None:
    """Play it all; raises `Differs` at the first step that is not as it should be."""
    teller = Teller(base_url)
    force = token_of(base_url, cast.force.client_id, cast.force.client_secret)
    teller.say("1  Merseyside Police's system signs in and says where it wants to be told of events.")
    hook = teller.call(force, "POST", "force/webhooks", {"url": receiver.url, "events": ["*"]}, status=201).json()
    receiver.secret = hook["secret"]
    _order(teller, force, cast)
    reports = _reports(teller, cast)
    _decision(teller, force, cast, reports[0])
    _webhook(teller, receiver, reports[0])
    teller.say()
    teller.say("Every step came out as it should.")


def _order(teller: Teller, force: str, cast: Cast) -> None:
    body = data.order(data.today())
    answer = teller.call(force, "PUT", f"force/orders/{REFERENCE}/versions/1", body, status=201).json()
    teller.say(f"2  It registers order {REFERENCE}: {len(answer['conditions'])} conditions, status {answer['status']}.")
    teller.same("the order's status", answer["status"], "in_force")
    for condition in answer["conditions"]:
        for zone in condition["zones"]:
            path = f"officer/orders/{REFERENCE}/zones/{zone['code']}/approve"
            told = {"version": 1, "shape_sha256": zone["shape_sha256"], "reason": "Compared with the court's map."}
            teller.call(cast.supervisor.token, "POST", path, told, status=200)
            teller.say(f"     zone {zone['code']}: {zone['area_m2']:,.0f} m2, approved by a second person")
    served = {"served_at": f"{body['made_on']}T15:00:00+00:00", "method": "in_court", "served_by": "PC 1234"}
    due = teller.call(force, "POST", f"force/orders/{REFERENCE}/service", served, status=201).json()
    teller.say(f"     served in court; he must notify the police by {due['notification_due']}")
    order = Order.objects.get(force_id=cast.force.code, reference=REFERENCE)
    link_person(actor=SERVICE, order_id=order.id, key="P1", user_id=UUID(cast.victim.user_id))
    question = data.report(REFERENCE, longitude=-2.9781, latitude=53.4074, accuracy_m=30)
    asked = {name: question[name] for name in ("happened", "positions")}
    found = teller.call(force, "POST", f"force/orders/{REFERENCE}/check", asked, status=200).json()["assessment"]
    teller.say(f"     asked whether a place would be a breach, it is told: {found['verdict']}; no report is raised")


_PLACES = (
    ("inside", "breach_indicated", {"longitude": -2.9781, "latitude": 53.4074, "accuracy_m": 30}),
    ("indeterminate", "possible_breach", {"longitude": -2.9765, "latitude": 53.4074, "accuracy_m": 60}),
    ("outside", "not_indicated", {"longitude": -2.9721, "latitude": 53.4074, "accuracy_m": 30}),
)


def _reports(teller: Teller, cast: Cast) -> list[dict[str, Any]]:
    teller.say("3  Ama reports three times where she saw him. She is told that it arrived, never a verdict.")
    sent = []
    for result, verdict, place in _PLACES:
        body = data.report(REFERENCE, **place)
        receipt = teller.call(
            cast.victim.token, "POST", "victim/reports", body, status=201, **{"Idempotency-Key": f"demo-{result}"}
        ).json()
        if any(word in receipt for word in ("verdict", "assessment")):
            raise Differs("the reporter was told a verdict")
        detail = teller.call(cast.officer.token, "GET", f"officer/reports/{receipt['id']}", status=200).json()
        found = detail["assessment"]
        location = found["findings"][0]["location"]
        teller.say(
            f"     {receipt['reference']}  {location['result']:<13} zone {location['zone']}"
            f"  {location['distance_m']:+8.2f} m from its edge, accurate to {location['r95_m']:g} m,"
            f" probability inside {location['probability_inside']:.4f}  -> {found['verdict']}"
        )
        teller.same("where he was", location["result"], result)
        teller.same("the verdict", found["verdict"], verdict)
        sent.append(receipt)
    teller.say(f"     advice begins: {sent[0]['advice'][0]}")
    return sent


def _decision(teller: Teller, force: str, cast: Cast, receipt: dict[str, Any]) -> None:
    officer = cast.officer.token
    rows = teller.call(officer, "GET", "officer/reports?queue=review", status=200).json()["results"]
    teller.say("4  An officer opens the review queue, most urgent first:")
    for row in rows:
        said = f"priority {row['priority']}  {row['reference']}  {row['verdict']}"
        teller.say(f"     {said}  review by {row['review_due']}")
    teller.same("the first in the queue", rows[0]["reference"], receipt["reference"])
    path = f"officer/reports/{receipt['id']}"
    claimed = teller.call(officer, "POST", f"{path}/claim", {}, status=200)
    views = [
        {"clause": finding["clause"], "view": "agree", "reason": "Seen by her on the doorstep camera."}
        for finding in claimed.json()["assessment"]["findings"]
        if finding["outcome"] in ("indicated", "possible", "needs_officer")
    ]
    decision = {"findings": views, "offences": ["ST19001"]}
    etag = {"If-Match": claimed.headers["ETag"]}
    verified = teller.call(officer, "POST", f"{path}/verify", decision, status=200, **etag).json()
    teller.say(f"     claims it, gives a view on {len(views)} finding(s), and decides: {verified['state']}")
    teller.same("the state", verified["state"], "verified")
    follow_up = teller.call(officer, "GET", "officer/reports?queue=follow_up", status=200).json()["results"]
    teller.same("the follow-up queue", [r["reference"] for r in follow_up], [receipt["reference"]])
    feed = teller.call(force, "GET", "force/breaches", status=200).json()["results"]
    teller.same("the force's feed", [r["reference"] for r in feed], [receipt["reference"]])
    teller.say(f"     it is in the follow-up queue and on the force's feed, with offence {feed[0]['offences'][0]}")


def _webhook(teller: Teller, receiver: Receiver, receipt: dict[str, Any]) -> None:
    message = receiver.wait_for("report.verified", about=receipt["id"])
    seen = [m["type"] for m in receiver.verified()]
    teller.say(f"5  The force's system was told by webhook, every signature checked: {', '.join(seen)}")
    teller.say(f"     the last: {message['type']} {message['data']}")
    teller.same("what a message holds", set(message["data"]), {"id", "reference", "state"})
