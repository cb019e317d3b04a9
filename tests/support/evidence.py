"""Evidence as callers send it: forms, pieces of uploads, and files made here."""

from __future__ import annotations

import base64
import hashlib
import io
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import signing
from django.utils import timezone
from PIL import Image

from accounts.queries import caller_for_token
from breaches.evidence.api import LINK_SALT
from breaches.evidence.models import EvidenceItem
from breaches.evidence.services import make_link
from tests.support.api import Answer, Api, Apis, Client

BOUNDARY = "----a-boundary-of-the-tests"


def form(*files: tuple[str, bytes], field: str = "file", **fields: str) -> bytes:
    """A form as a browser writes it, names and all."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    for name, content in files:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
        parts.append(head.encode() + b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n")
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def send(api: Api, path: str, content: bytes, name: str = "photo.jpg", **fields: str) -> Answer:
    """One file in one request. `Idempotency_Key` goes into the header of that name."""
    headers = {"Idempotency_Key": fields.pop("Idempotency_Key")} if "Idempotency_Key" in fields else {}
    return post_form(api, path, form((name, content), **fields), **headers)


def post_form(api: Api, path: str, body: bytes, **headers: str) -> Answer:
    return api.post(path, body, Content_Type=f"multipart/form-data; boundary={BOUNDARY}", **headers)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def metadata(**pairs: str) -> str:
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in pairs.items())


def begin(api: Api, audience: str, size: int, **pairs: str) -> Answer:
    """Announce an upload; the address of it is in `Location`."""
    headers = {"Tus_Resumable": "1.0.0", "Upload_Length": str(size), "Upload_Metadata": metadata(**pairs)}
    return api.post(f"{audience}/evidence-uploads/", b"", **headers)


def add(api: Api, where: str, offset: int, content: bytes, **headers: str) -> Answer:
    """One PATCH of an upload."""
    sent = {"Content_Type": "application/offset+octet-stream", "Tus_Resumable": "1.0.0", **headers}
    return api.patch(where, content, Upload_Offset=str(offset), **sent)


def fetched(api: Api, url: str) -> tuple[int, bytes, dict[str, str]]:
    """Status, bytes and headers of what a link leads to."""
    response: Any = Client().get(url, headers={"Authorization": f"Bearer {api.token}"})
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return response.status_code, body, dict(response.headers)


def stored() -> list[Path]:
    """The files that lie in the folder of the settings, finished or not."""
    return sorted(path for path in Path(settings.EVIDENCE_DIR).rglob("*") if path.is_file())


def picture(format: str = "JPEG", size: tuple[int, int] = (64, 48), **options: Any) -> bytes:
    """A small picture of one colour and a corner of another."""
    image = Image.new("RGB", size, (200, 30, 30))
    image.paste((20, 20, 220), (0, 0, size[0] // 4, size[1] // 4))
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def places(api: Apis, report: str) -> dict[str, str]:
    """An item of a report, an upload of each audience, and a link of the officer's and of the victim's to the item."""
    begun = uploads(api, report)
    return begun | links(api, begun["item"])


def uploads(api: Apis, report: str) -> dict[str, str]:
    """An item of a report and an upload of each audience."""
    sent = send(api.victim, f"victim/reports/{report}/evidence", b"words").body
    EvidenceItem.objects.filter(id=sent["id"]).update(state="released")
    callers = {"victim": api.victim, "force": api.force, "officer": api.officer}
    began = {
        f"{audience}_upload": begin(caller, audience, 9, report=report).body["id"]
        for audience, caller in callers.items()
    }
    return {"item": str(sent["id"]), **began}


def links(api: Apis, item: str) -> dict[str, str]:
    """A link of the officer's and of the victim's to an item; it lasts some minutes."""
    row = EvidenceItem.objects.get(id=item)
    return {f"{name}_file": _link(row, getattr(api, name)) for name in ("officer", "victim")}


def _link(item: EvidenceItem, api: Api) -> str:
    caller = caller_for_token(api.token or "", at=timezone.now())
    assert caller
    link = make_link(caller=caller, item=item, kind="original", purpose="To see who gets in")
    return signing.dumps(str(link.id), salt=LINK_SALT)
