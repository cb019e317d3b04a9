"""Strong ETags and `If-Match`: nobody decides about a report that changed under their eyes."""

from __future__ import annotations

from uuid import UUID

from rest_framework.request import Request

from common.problems import PreconditionFailed, PreconditionRequired


def etag(identifier: UUID, version: int) -> str:
    """Changed by every write to the thing, and by nothing else."""
    return f'"{identifier.hex}-{version}"'


def check(request: Request, current: str, *, required: bool) -> None:
    """Raise 428 where `If-Match` is required and absent, 412 where it names another version."""
    sent = request.headers.get("If-Match")
    if sent is None:
        if required:
            raise PreconditionRequired("if_match_required", "Send If-Match with the ETag that you saw.")
        return
    if sent.strip() != "*" and current not in [tag.strip() for tag in sent.split(",")]:
        raise PreconditionFailed("stale", "This changed since you saw it. Read it again.")
