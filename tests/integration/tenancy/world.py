"""A row in nearly every table, by the real verbs, and who else there is to look at it."""

from __future__ import annotations

from typing import Any

from accounts.models import Authority
from common.ids import uuid7
from database.tenancy import NOBODY, Tenant
from demo.cast import Cast
from orders.models import Service
from tests.api.test_safe_contact import SAID
from tests.api.tracking import feed
from tests.support import evidence, following
from tests.support.api import Apis
from tests.support.imports import NDJSON, line, ndjson, send
from tests.support.orders import a_report, learned


def build(api: Apis, order: str) -> dict[str, str]:
    """Names of what there is, as the addresses of the permission matrix ask for them."""
    report = api.victim.post("victim/reports", a_report(), Idempotency_Key="world").body["id"]
    hook = api.force.post("force/webhooks", {"url": "https://hooks.example.org/spo", "events": ["*"]}).body["id"]
    job = send(api.force, ndjson(line("IN-A-FILE")), NDJSON).body["id"]
    entry = api.victim.post("victim/diary", {"description": "For later."}).body["id"]
    assert evidence.send(api.victim, f"victim/diary/{entry}/evidence", b"words").status == 201
    persons = f"force/orders/{order}/protected-persons/P1/invitations"
    invitation = api.force.post(persons, {"email": "somebody@mail.example"}).body["id"]
    _more(api, order)
    return {
        **dict.fromkeys(("session", "disposal", "access"), str(uuid7())),
        "invitation": str(invitation),
        "authority": str(Authority.objects.get().id),
        **evidence.places(api, str(report)),
        "entry": str(entry),
        "job": str(job),
        "order": order,
        "service": str(Service.objects.filter(order__reference=order)[0].id),
        "identifier": learned(api, order),
        "report": str(report),
        "hook": str(hook),
    }


def _more(api: Apis, order: str) -> None:
    """What no address names, but much of what there is to see."""
    done: list[Any] = [api.victim.put("victim/safe-contact", SAID)]
    feed.authorise(api)
    feed.taken(api, feed.at(0), feed.at(1))
    followed = following.submitted(api)
    following.followed_up(api, followed)
    done.append(api.officer.post(f"officer/reports/{followed}/note", {"text": "Seen."}))
    following.asked(api, following.submitted(api))
    done.append(api.victim.post(f"victim/reports/{followed}/messages", {"text": "One thing more."}))
    done.append(api.nobody.post("public/reports", a_report(order=None)))
    done.append(api.force.post(f"force/webhooks/{_hook(api)}/test", {}))
    done.append(api.force.get("force/events"))
    assert [one.body for one in done if one.status >= 300] == []


def _hook(api: Apis) -> str:
    return str(api.force.get("force/webhooks").body["results"][0]["id"])


def others(cast: Cast) -> dict[str, Tenant]:
    """Everybody whose none of it is."""
    return {
        "another force": Tenant(force="06", client=cast.other_force.client_id),
        "another victim": Tenant(person=cast.other_victim.user_id, client=cast.other_victim.user_id),
        "the respondent": Tenant(person=cast.insider.user_id, client=cast.insider.user_id),
        "nobody": NOBODY,
    }
