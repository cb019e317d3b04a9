"""How much of an item was read: said of every item, to whoever sent it and to the officer."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from breaches.evidence.models import EvidenceExamination, EvidenceItem
from breaches.evidence.types import WHY_UNREAD
from scripts.evidence_corpus import CORPUS
from tests.integration.evidence.conftest import Send
from tests.support.api import Apis
from tests.support.evidence import picture, send
from tests.unit.evidence.test_archives import pack

CHAT = b"20/11/2026, 18:31 - D: I can see you\n20/11/2026, 18:32 - A: Stop\n"
TEXTS = b"""<?xml version='1.0' encoding='UTF-8'?><smses count="2">
<sms address="07700 900 123" date="1795199460000" type="1" body="I can see you" />
"""


def reading_of(api: Apis, item: EvidenceItem, who: str = "officer") -> Any:
    """The reading of an item as it is listed to somebody."""
    rows = getattr(api, who).get(f"{who}/reports/{item.report.reference}/evidence").body["results"]
    return next(row["reading"] for row in rows if row["id"] == str(item.id))


@pytest.mark.parametrize("who", ["officer", "victim"])
@pytest.mark.parametrize(
    ("content", "name", "reading"),
    [
        (CHAT, "chat.txt", ("whole", "whatsapp", 2, 2)),
        (TEXTS, "sms.xml", ("part", "sms", 2, 1)),
        (b"What he said to me on the telephone", "notes.txt", ("none", "text", 1, 0)),
        (picture(), "photo.jpg", ("whole", "picture", 1, 1)),
        (picture()[:200], "photo.jpg", ("none", "picture", 1, 0)),
        (b"%PDF-1.4\n%%EOF\n", "letter.pdf", ("none", "document", 1, 0)),
        (b"MZ" + b"\0" * 200, "game.exe", None),
    ],
    ids=["chat", "cut short", "words", "picture", "broken picture", "document", "program"],
)  # fmt: skip
def test_every_item_says_how_much_of_it_was_read(
    api: Apis, looked_at: Send, who: str, content: bytes, name: str, reading: tuple[str, str, int, int] | None
) -> None:
    said = reading_of(api, looked_at(content, name), who)
    if reading is None:
        assert said["state"] == "none" and said["why"]
    else:
        assert (said["state"], said["kind"], said["found"], said["read"]) == reading
        assert bool(said["why"]) == (said["state"] != "whole")
    assert all(why["detail"] for why in said["why"])


PAGE = (CORPUS / "telegram-page.html").read_bytes()


@pytest.mark.parametrize(
    ("content", "hold", "reading"),
    [
        (PAGE, "active_content", ("whole", "telegram", 9, 9)),
        ((CORPUS / "letter-with-script-and-file.pdf").read_bytes(), "active_content", ("part", "document", 2, 1)),
        (pack({"messages.html": PAGE, "js/script.js": b"run()"}), "executable", ("part", "telegram", 10, 9)),
        (b"MZ" + b"\0" * 200, "executable", ("none", "held", 0, 0)),
    ],
    ids=["page", "document", "archive", "program"],
)  # fmt: skip
def test_what_is_held_back_for_what_it_could_run_is_read_as_text_all_the_same(
    api: Apis, looked_at: Send, content: bytes, hold: str, reading: tuple[str, str, int, int]
) -> None:
    item = looked_at(content, "export")
    assert item.state == "held" and hold in item.examination.holds
    said = reading_of(api, item)
    assert (said["state"], said["kind"], said["found"], said["read"]) == reading


@pytest.fixture
def waiting(api: Apis, report: str) -> EvidenceItem:
    """An item that nobody has looked at."""
    answer = send(api.victim, f"victim/reports/{report}/evidence", b"words")
    return EvidenceItem.objects.select_related("report").get(id=answer.body["id"])


def test_what_nobody_looked_at_yet_has_no_reading(api: Apis, waiting: EvidenceItem) -> None:
    assert reading_of(api, waiting) is None


def test_every_reason_is_written_out() -> None:
    assert all(code.isidentifier() and words.endswith(".") for code, words in WHY_UNREAD.items())


@pytest.mark.parametrize(
    "said",
    [
        {"reading_state": "whole", "things_read": 1, "things_found": 2},
        {"reading_state": "part", "things_read": 1, "things_found": 2, "why_unread": {}},
        {"reading_state": "none", "things_read": 1, "things_found": 1},
        {"reading_state": "", "things_found": 1},
    ],
)
def test_the_database_refuses_a_reading_that_says_two_things(waiting: EvidenceItem, said: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="evidence_examination_reading"), transaction.atomic():
        EvidenceExamination.objects.create(
            item=waiting, examined_at=waiting.received_at, media_type="text/plain", **said
        )
