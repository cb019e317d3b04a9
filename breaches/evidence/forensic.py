"""An item for a forensic unit: as an archive that nothing opens by accident, for a named recipient (docs/adr/0023).

AES-256 in a zip (WinZip AE-2), which the tools of such units open. It is made while it is sent: nothing of it is kept,
and no more than some megabytes of it are in memory. The passphrase is 125 random bits, so that the few rounds by which
such archives make a key of it are enough.
"""

from __future__ import annotations

import json
import secrets
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from stat import S_IFREG
from typing import Any

from django.db import transaction
from django.utils import timezone
from stream_zip import ZIP_64, stream_zip

from accounts.types import Caller
from audit.services import record
from breaches.evidence import checks, continuity, queries
from breaches.evidence.forensic_models import ForensicLink, ForensicTake
from breaches.evidence.models import EvidenceItem, EvidenceLink
from breaches.evidence.sealing import Opened
from breaches.evidence.types import MOST_TAKES
from common.problems import Forbidden
from identity.policies import STEP_UP
from orders.policies import MAY_APPROVE

LASTS = timedelta(hours=1)
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 32 that nobody takes for one another
_GROUPS, _IN_GROUP = 5, 5
_MODE = S_IFREG | 0o400


@dataclass(frozen=True, slots=True)
class Made:
    """A link, and what opens what it leads to: shown this once, to whoever made it."""

    link: EvidenceLink
    passphrase: str


@transaction.atomic
def make_forensic_link(*, caller: Caller, item: EvidenceItem, purpose: str, recipient: str) -> Made:
    """Leave for this officer to fetch an item for somebody by name, held or not, for an hour and a few times.

    Raises `Forbidden` `wrong_role` or `step_up_required`; `Conflict` for what is in neither state.
    """
    check_may_hand_over(caller)
    checks.check_given_out(item, "forensic")
    now = timezone.now()
    link = EvidenceLink.objects.create(
        item=item, person_id=caller.person, kind="forensic", purpose=purpose, made_at=now, expires_at=now + LASTS
    )
    passphrase = make_passphrase()
    ForensicLink.objects.create(link=link, recipient=recipient, passphrase=passphrase)
    record(
        actor=caller.actor,
        action="consultation",
        verb="evidence_link_made",
        records=[item.report_id, item.id],
        reason_code="forensic",
        reason=purpose,
        recipient=recipient,
    )
    return Made(link, passphrase)


def check_may_hand_over(caller: Caller) -> None:
    """Raises `Forbidden`: what may do harm leaves by investigators and supervisors who proved it is them."""
    if caller.role not in MAY_APPROVE:
        raise Forbidden("wrong_role", "Officers and supervisors hand evidence to a forensic unit.")
    if not caller.stepped_up:
        raise Forbidden(*STEP_UP)


def make_passphrase() -> str:
    """125 random bits, in groups as they are read out."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_IN_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


@transaction.atomic
def note_taken(*, caller: Caller, link: EvidenceLink) -> ForensicTake:
    """The archive of an item that was just found unchanged goes out. Raises `Forbidden` `link_used_up`."""
    item = queries.held_item(link.item_id)  # so that two at once are counted one after the other
    forensic = link.forensic
    number = forensic.takes.count() + 1
    if number > MOST_TAKES:
        raise Forbidden("link_used_up", "This link was used as often as it may be. Ask for another.")
    now = timezone.now()
    take = ForensicTake.objects.create(link=forensic, number=number, at=now)
    told = {"reason": link.purpose, "recipient": forensic.recipient}
    continuity.append(item, "exported", actor=caller.actor, at=now, sha256=item.sha256, **told)
    record(
        actor=caller.actor,
        action="disclosure",
        verb="evidence_fetched",
        records=[item.report_id, item.id],
        reason_code="forensic",
        **told,
    )
    return take


def describe_archive(link: EvidenceLink, take: ForensicTake) -> dict[str, Any]:
    """What the manifest says: what the archive holds, of what digest, for whom, and why it was held."""
    item = link.item
    examined = getattr(item, "examination", None)
    return {
        "exhibit": item.exhibit,
        "report": item.report.reference,
        "file": "original.bin",
        "filename_as_sent": item.filename,
        "size": item.size,
        "sha256": item.sha256,
        "received_at": item.received_at.isoformat(),
        "state": item.state,
        "media_type": examined.media_type if examined else None,
        "holds": list(examined.holds) if examined else [],
        "scanner": examined.scanner if examined else None,
        "recipient": take.link.recipient,
        "purpose": link.purpose,
        "taken_at": take.at.isoformat(),
        "take": take.number,
    }


def stream_archive(link: EvidenceLink, take: ForensicTake) -> Iterator[bytes]:
    """The archive, made as it is read: the manifest first, then the original as it was received."""
    manifest = json.dumps(describe_archive(link, take), ensure_ascii=False, indent=2).encode()
    source = Opened(queries.parts_of(link.item))
    members = (
        ("manifest.json", take.at, _MODE, ZIP_64, iter((manifest,))),
        ("original.bin", take.at, _MODE, ZIP_64, source.pieces()),
    )
    # Stored, not squeezed: evidence is mostly pictures and films, and whoever waits would wait longer.
    return iter(
        stream_zip(members, password=take.link.passphrase, get_compressobj=lambda: zlib.compressobj(0, wbits=-15))
    )
