"""Writing the trail: by hand, in the transaction of the act itself."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import connection

from audit.context import correlation_id
from audit.types import Action, Actor

# Written out: every request that touches personal data runs it, most of them for little else.
_INSERT = """
INSERT INTO audit_entry (at, actor_kind, actor, organisation, action, verb, record_ids,
                         reason_code, reason, correlation_id, recipient)
VALUES (now(), %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def record(  # noqa: PLR0913 - one argument for each thing section 62 asks for
    *,
    actor: Actor,
    action: Action,
    verb: str,
    records: Iterable[UUID | str],
    reason_code: str = "",
    reason: str = "",
    recipient: str = "",
) -> None:
    """Leave one row for one act. Call it inside the act's transaction: both happen or neither does.

    `records` are identifiers only. A list or a search passes the id of every record it returned, in one
    row. `reason` is what the person typed; it is shown to auditors only.
    """
    ids = [str(record_id) for record_id in records]
    who = (actor.kind, actor.id, actor.organisation)
    why = (reason_code, reason, correlation_id.get(), recipient)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [*who, action, verb, ids, *why])
