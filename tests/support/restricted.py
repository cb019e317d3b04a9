"""A restricted order with everything under it, and a second system of the same force that is not on its list."""

from __future__ import annotations

from accounts.models import Authority
from accounts.services import register_client
from accounts.types import FORCE_SCOPES
from audit.types import SERVICE
from common.ids import uuid7
from demo.cast import System
from orders.models import Service
from tests.support import evidence
from tests.support.api import Answer, Api, Apis, token_of
from tests.support.imports import NDJSON, line, ndjson, send
from tests.support.orders import REFERENCE, a_report, an_order, learned

SUPERVISOR = "4403"


def restrict(api: Apis, reference: str = REFERENCE, *, number: int = 2, restricted: bool = True) -> Answer:
    """Another version that says only this anew. The force's system becomes the first reader, the supervisor another."""
    named = {"readers": [SUPERVISOR]} if restricted else {}
    change = {"kind": "correction", "decided_on": "2026-03-02"}
    body = an_order(restricted=restricted, change=change, **named)
    return api.force.put(f"force/orders/{reference}/versions/{number}", body)


def another_system(force: str = "05") -> Api:
    made = register_client(actor=SERVICE, name="another", scopes=set(FORCE_SCOPES), force=force)
    return Api(token_of(System(force, made.client_id, made.client_secret)))


def everything_under(api: Apis, order: str) -> dict[str, str]:
    """The ids of what a victim, an officer and a system did under the order while everybody could read it."""
    report = str(api.victim.post("victim/reports", a_report()).body["id"])
    hook = api.force.post("force/webhooks", {"url": "https://hooks.example.org/spo", "events": ["*"]}).body["id"]
    job = send(api.force, ndjson(line("IN-A-FILE")), NDJSON).body["id"]
    entry = api.victim.post("victim/diary", {"description": "For later."}).body["id"]
    person = f"force/orders/{order}/protected-persons/P1/invitations"
    invitation = str(api.force.post(person, {"email": "somebody@mail.example"}).body["id"])
    nothing = str(uuid7())  # names nothing anywhere
    ids = {
        "session": nothing,
        "invitation": invitation,
        "authority": str(Authority.objects.get().id),
        "disposal": nothing,
        "access": nothing,
        "report": report,
        "hook": str(hook),
        "job": str(job),
        "entry": str(entry),
        "order": order,
        "service": str(Service.objects.filter(order__reference=order)[0].id),
        "identifier": learned(api, order),
    }
    return {**evidence.places(api, report), **ids}
