"""Who has looked at a report, for the person who made it: read from the trail, and deciding nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import Officer
from audit import queries
from breaches.models import Report

MOST_SHOWN = 200
# Lists, and tries that saw nothing.
_LISTS = ("queue_listed", "breaches_read", "report_heartbeat", "timeline_read", "restricted_attempt")


@dataclass(frozen=True, slots=True)
class Look:
    """That somebody opened or worked on a report. Never who: a name could reach the one who stalks her."""

    role: str
    force: str
    at: datetime


def looks_at(report: Report) -> list[Look]:
    """The newest first. Lists that merely held the report are left out, and that somebody is still at it."""
    rows = list(
        queries.about(report.id)
        .filter(
            actor_kind__in=("officer", "force_system"),
            action__in=("consultation", "alteration", "combination", "disclosure"),
        )
        .exclude(verb__in=_LISTS)
        .order_by("-at", "-id")
        .values_list("actor_kind", "actor", "organisation", "at")[:MOST_SHOWN]
    )
    officers = {UUID(actor) for kind, actor, _, _ in rows if kind == "officer"}
    roles = dict(Officer.objects.filter(user_id__in=officers).values_list("user_id", "role"))
    return [
        Look(roles.get(UUID(actor), "officer") if kind == "officer" else kind, force, at)
        for kind, actor, force, at in rows
    ]
