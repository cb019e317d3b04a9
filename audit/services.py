"""Writing the trail: by hand, in the transaction of the act itself."""

from __future__ import annotations

import json
from collections.abc import Iterable
from uuid import UUID

from audit.context import correlation_id
from audit.types import Action, Actor
from database.writes import write

# A function (audit/migrations/0004_note.py): every request that touches personal data runs it, most for little else.
_NOTE = "SELECT audit_note(%s::jsonb)"


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
    row = {
        "actor_kind": actor.kind,
        "actor": actor.id,
        "organisation": actor.organisation,
        "action": action,
        "verb": verb,
        "record_ids": [str(record_id) for record_id in records],
        "reason_code": reason_code,
        "reason": reason,
        "correlation_id": correlation_id.get(),
        "recipient": recipient,
    }
    write(_NOTE, [json.dumps(row)])
