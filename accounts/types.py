"""Who is calling, as every service and policy sees it: no tokens, no HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from audit.types import Actor

CallerKind = Literal["force_system", "officer", "victim", "advocate", "public"]
Role = Literal["", "reviewer", "officer", "supervisor", "auditor"]
# What was proved: everything asked for, a mailbox only (rule 84), or less than the account needs.
Assurance = Literal["full", "code", "none"]

# Each role is a class of permissions; who may hold it is for a force to decide, by this.
ROLES: dict[Role, str] = {
    "reviewer": "Works the review queue: trained to read an order and a verdict, and not the investigating officer.",
    "officer": "Reviews and follows up, reveals names for a reason, approves zones: an investigator of this force.",
    "supervisor": "Everything an officer may, and receives what is overdue: at least a sergeant or of a staff grade"
    " that may direct an investigation.",
    "auditor": "Reads the queue and the trail and writes nothing: professional standards or information assurance,"
    " never somebody who works reports.",
}

FORCE_SCOPES = {
    "orders:read": "Read this force's orders",
    "orders:write": "Register, vary and correct this force's orders",
    "breaches:read": "Read verified breaches and events of this force",
    "breaches:write": "Report what happened and record outcomes",
    "positions:write": "Send positions under a monitoring authority",
    "webhooks:manage": "Manage where this force is told of events",
    "zones:read": "Read the shapes of zones",
    "client:manage": "Make and revoke this client's own secrets",
}
# Given only to a token that asks for it by name: one taken from a log or a memory makes nobody a secret of their own.
ASKED_FOR_SCOPES = frozenset({"client:manage"})
# What an advocate may do for a person, of which an authority gives some.
AUTHORITY_SCOPES = {
    "report": "Report under the orders that protect the person",
    "follow": "Read what they reported under those orders, where it stands, and add to it",
}
SCOPES = FORCE_SCOPES | {"officer": "Act as an officer", "victim": "Act as a victim or advocate"}


@dataclass(frozen=True, slots=True)
class Caller:
    """A signed-in person or force system. `id` is a user's UUID, or the client id of a force system."""

    kind: CallerKind
    id: str
    force: str = ""
    role: Role = ""
    staff_id: str = ""
    scopes: frozenset[str] = frozenset()
    user_id: UUID | None = None
    assurance: Assurance = "full"
    stepped_up: bool = True  # a second factor was shown a short while ago
    session: UUID | None = None
    certificate: str = ""  # the thumbprint that a force system's token is bound to

    @property
    def is_authenticated(self) -> bool:
        """Django REST Framework asks this of whatever stands in `request.user`."""
        return True

    @property
    def person(self) -> UUID:
        """The user behind a caller who is a person. Raises ValueError for a force system."""
        if self.user_id is None:
            raise ValueError("a force system is not a person")
        return self.user_id

    @property
    def actor(self) -> Actor:
        return Actor(self.kind, self.id, self.force)


# Whoever calls without signing in: all of them are one, since nothing is known of any.
ANYONE = Caller(kind="public", id="anyone")
