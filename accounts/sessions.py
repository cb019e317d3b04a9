"""Sessions that a stolen table does not open: keys are kept as their SHA-256, what is in them is sealed.

Each is a row that its owner can see and end. It ends by itself when it is idle, and at the latest after a fixed time;
how long depends on who signed in.
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as StoredSessions
from django.utils import timezone

from accounts.models import Session, User
from common.envelope import NotOpened
from common.ids import uuid7
from database.envelope import open_sealed, seal

_ROW = "_row"
_USER = "_auth_user_id"
_KIND = "_kind"


def digest_of(token: str) -> str:
    """What stands in the table for a session's token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def lifetime(kind: str) -> tuple[timedelta, timedelta]:
    """How long a session may be idle, and how long it may be at all, by the kind of account."""
    idle, most = settings.SESSION_LIMITS.get(kind, settings.SESSION_LIMITS["nobody"])
    return timedelta(minutes=idle), timedelta(minutes=most)


class SessionStore(StoredSessions):
    """Django's sessions in the database, under a digest of their key."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def exists(self, session_key: str) -> bool:
        return super().exists(digest_of(session_key))

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            Session.objects.filter(session_key=digest_of(key)).delete()

    def load(self) -> dict[str, Any]:
        row = Session.objects.filter(
            session_key=digest_of(self.session_key or ""), expire_date__gt=timezone.now()
        ).first()
        if row is None:
            self._session_key = None
            return {}
        return self.decode(row.session_data)

    def cycle_key(self) -> None:
        """A new key is a new row: signing in starts the session's time anew."""
        self.pop(_ROW, None)
        super().cycle_key()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        now = timezone.now()
        row = data.setdefault(_ROW, {"id": str(uuid7()), "started": now.timestamp()})
        started = datetime.fromtimestamp(row["started"], UTC)
        idle, most = lifetime(self._kind(data))
        return Session(
            session_key=digest_of(self._get_or_create_session_key()),  # type: ignore[attr-defined]
            session_data=self.encode(data),
            id=UUID(row["id"]),
            user_id=UUID(data[_USER]) if _USER in data else None,
            started_at=started,
            seen_at=now,
            idle_s=int(idle.total_seconds()),
            ends_at=started + most,
            expire_date=min(now + idle, started + most),
            device_id=data.get("device"),
        )

    def _kind(self, data: dict[str, Any]) -> str:
        if _USER not in data:
            return "nobody"
        if _KIND not in data:
            data[_KIND] = User.objects.filter(pk=data[_USER]).values_list("kind", flat=True).first() or "nobody"
        return str(data[_KIND])

    def encode(self, session_dict: dict[str, Any]) -> str:
        sealed = seal(json.dumps(session_dict).encode(), context=self._context())
        return base64.b64encode(sealed).decode()

    def decode(self, session_data: str | bytes) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads(open_sealed(base64.b64decode(session_data), context=self._context()))
        except (NotOpened, ValueError):
            return {}
        return found

    def _context(self) -> str:
        return f"session {digest_of(self.session_key or '')}"
