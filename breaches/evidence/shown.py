"""Evidence as it is shown: to whoever sent it, to a force system, to an officer."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from breaches.evidence import continuity, queries, stamping
from breaches.evidence.contacts import contacts_of
from breaches.evidence.models import (
    EvidenceExamination,
    EvidenceItem,
    EvidenceTimestamp,
    EvidenceUpload,
)
from breaches.evidence.rows import SAID_BEFORE
from breaches.evidence.stamp_tries import EvidenceStampTry
from breaches.evidence.types import TIME_FAR_OFF, WHY_NOT_STAMPED, WHY_UNREAD
from breaches.models.reports import Report

Json = dict[str, Any]


def own(report: Report, sender: str) -> list[Json]:
    """What one sent oneself, with what is still on its way. Never what an officer or somebody else added."""
    items = queries.items_of(report)
    copied = {item.derived_from_id for item in items}
    mine = [item for item in items if item.received_from == sender and item.derived_from_id is None]
    uploads = [upload for upload in queries.uploads_of(report) if upload.started_by == sender]
    return [*(brief(item, viewable=item.id in copied) for item in mine), *(receiving(upload) for upload in uploads)]


def all_of(report: Report) -> list[Json]:
    """Everything there is, copies beside originals."""
    items = queries.items_of(report)
    copied = {item.derived_from_id for item in items}
    return [
        *(full(item, viewable=item.id in copied or item.derived_from_id is not None) for item in items),
        *({**receiving(upload), **_UNKNOWN} for upload in queries.uploads_of(report)),
    ]


_UNKNOWN: Json = {
    "media_type": None,
    "derived_from": None,
    "holds": [],
    "notes": [],
    "examined_at": None,
    "changed": [],
}


def brief(item: EvidenceItem, *, viewable: bool) -> Json:
    return {
        "id": item.id,
        "exhibit": item.exhibit,
        "filename": item.filename,
        "size": item.size,
        "sha256": item.sha256,
        "state": item.state,
        "received_at": item.received_at,
        "viewable": viewable,
        "reading": describe_reading(examination(item)),
    }


def describe_reading(examined: EvidenceExamination | None) -> Json | None:
    """How much of an item was read, and why not the rest; None where nobody has looked yet."""
    if examined is None or not examined.reading_state:
        return None
    return {
        "state": examined.reading_state,
        "kind": examined.reading_kind,
        "found": examined.things_found,
        "read": examined.things_read,
        "why": [
            {"code": code, "count": count, "detail": WHY_UNREAD.get(code, "")}
            for code, count in sorted(examined.why_unread.items())
        ],
    }


def receiving(upload: EvidenceUpload) -> Json:
    """An upload that is not whole yet, in the form of an item."""
    return {
        "id": upload.id,
        "exhibit": None,
        "filename": upload.filename,
        "size": upload.size,
        "sha256": None,
        "state": "receiving",
        "received_at": upload.started_at,
        "viewable": False,
        "reading": None,
    }


def full(item: EvidenceItem, *, viewable: bool) -> Json:
    examined = examination(item)
    return {
        **brief(item, viewable=viewable),
        "media_type": examined.media_type if examined else _copy_type(item),
        "derived_from": item.derived_from_id,
        "holds": examined.holds if examined else [],
        "notes": examined.notes if examined else [],
        "examined_at": examined.examined_at if examined else None,
        "changed": examined.changed if examined else [],
    }


def examination(item: EvidenceItem) -> EvidenceExamination | None:
    return getattr(item, "examination", None)


def _copy_type(item: EvidenceItem) -> str | None:
    """Copies are made by the service, and always pictures of one kind."""
    return "image/jpeg" if item.derived_from_id else None


def detail(item: EvidenceItem) -> Json:
    """An item with all that is known of it."""
    entries = list(item.continuity.order_by("number"))
    examined = examination(item)
    return {
        **full(item, viewable=queries.viewable_of(item) is not None),
        "continuity": [
            {
                "number": entry.number,
                "kind": entry.kind,
                "at": entry.at,
                "actor_kind": entry.actor_kind,
                "actor": entry.actor,
                "organisation": entry.organisation,
                "recipient": entry.recipient,
                "reason": entry.reason,
                "sha256": entry.sha256,
                "digest": entry.digest,
            }
            for entry in entries
        ],
        "continuity_whole": continuity.broken_at(entries) is None,
        "timestamp": _timestamp(item),
        "timestamping": _timestamping(item),
        "itself": _itself(examined) if examined else None,
        "contacts": contacts_of(item),
        "examinations": [_show_examination(one) for one in item.examinations.order_by("-number")],
    }


def _show_examination(one: EvidenceExamination) -> Json:
    """One of the times that somebody looked at an item: by which readers, what of it was read, what had changed."""
    return {
        "number": one.number,
        "examined_at": one.examined_at,
        "readers": one.readers,
        "scanner": one.scanner,
        "media_type": one.media_type,
        "holds": one.holds,
        "notes": one.notes,
        "reading": describe_reading(one),
        "changed": one.changed,
    }


def _timestamp(item: EvidenceItem) -> Json | None:
    """RFC 3161: the authority's answer in base64, for whoever wants to verify it; None where there is none."""
    found: EvidenceTimestamp | None = getattr(item, "timestamp", None)
    if found is None:
        return None
    token = base64.b64encode(bytes(found.token)).decode("ascii")
    return {"at": found.at, "authority": found.authority, "token": token}


def _timestamping(item: EvidenceItem) -> Json | None:
    """How asking an authority goes: stamped, waiting, failing, or not wanted by the settings. None for a copy."""
    if item.derived_from_id:
        return None
    tried: EvidenceStampTry | None = getattr(item, "stamp_try", None)
    stamped = getattr(item, "timestamp", None) is not None
    state = "stamped" if stamped else "failing" if tried else "waiting" if stamping.wanted() else "not_wanted"
    why = tried.why if tried and not stamped else None
    return {
        "state": state,
        "tries": tried.tries if tried else 0,
        "why": why,
        "detail": WHY_NOT_STAMPED[why] if why else None,
        "last_tried_at": tried.last_at if tried else None,
        "next_try_at": tried.next_at if tried and not stamped else None,
    }


def _itself(examined: EvidenceExamination) -> Json:
    """What the file says about itself, as a proposal: a clock can be wrong and a position can be edited."""
    point = examined.point
    return {
        "proposed_position": {
            "method": "exif",
            "subject": "unknown",
            "longitude": point.x,
            "latitude": point.y,
            "recorded_at": examined.taken_at,
        }
        if point
        else None,
        "taken_at": examined.taken_at,
        "place": examined.place,
        "time": examined.time,
        "metres_from_claim": examined.metres,
        "minutes_from_claim": None if TIME_FAR_OFF in examined.notes else examined.minutes,
        "metadata": examined.metadata,
        "platform": examined.platform or None,
        "scanner": examined.scanner,
        "examined_at": examined.examined_at,
    }


def message(said: Json) -> Json:
    """A message as it was stored; what an earlier release stored says less."""
    return {
        **SAID_BEFORE,
        **said,
        "leads": [{"header": header, "address": address} for header, address in said.get("leads", ())],
        "sent_at": datetime.fromisoformat(said["sent_at"]) if said["sent_at"] else None,
    }
