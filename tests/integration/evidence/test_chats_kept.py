"""Messages out of chats and mails, as an officer gets them: who wrote, what, when, and where in the original."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection

from breaches.evidence.models import EvidenceItem
from tests.integration.evidence.conftest import Send
from tests.support.api import Apis

NUMBER = "+44 7700 900123"  # the respondent's, on record as 07700 900123
WHATSAPP = f"20/11/2026, 18:31 - {NUMBER}: I can see you\n20/11/2026, 18:32 - Ama: Stop\n"
SIGNAL = f"[2026-11-20 18:31] {NUMBER}: I can see you\n[2026-11-20 18:32] Ama: Stop\n"
TELEGRAM = json.dumps(
    {
        "name": "Danny",
        "messages": [
            {"id": 1, "date_unixtime": "1795199460", "from": NUMBER, "from_id": "user1", "text": "I can see you"},
            {"id": 2, "date_unixtime": "1795199520", "from": "Ama", "from_id": "user2", "text": "Stop"},
        ],
    }
)
INSTAGRAM = json.dumps(
    {
        "messages": [
            {"sender_name": "danny.m", "timestamp_ms": 1795199460000, "content": "I can see you"},
            {"sender_name": "ama.o", "timestamp_ms": 1795199520000, "content": "Stop"},
        ]
    }
)
TEXTS = """<?xml version='1.0' encoding='UTF-8'?><smses count="2">
<sms address="07700 900 123" date="1795199460000" type="1" body="I can see you" />
<sms address="07700 900 123" date="1795199520000" type="2" body="Stop" />
</smses>"""
MAIL = """From: Danny <D.Marsh@example.com>
To: ama@example.org
Date: Fri, 20 Nov 2026 18:31:00 +0000
Subject: You
MIME-Version: 1.0
Content-Type: text/plain

I can see you
"""
KINDS = {
    "whatsapp": (WHATSAPP, "phone"),
    "signal": (SIGNAL, "phone"),
    "telegram": (TELEGRAM, "phone"),
    "instagram": (INSTAGRAM, "social"),
    "sms": (TEXTS, "phone"),
    "email": (MAIL, "email"),
}


def detail(api: Apis, item: EvidenceItem, more: str = "") -> Any:
    answer = api.officer.get(f"officer/reports/{item.report.reference}/evidence/{item.id}{more}")
    assert answer.status == 200, answer.body
    return answer.body


@pytest.mark.parametrize("platform", KINDS)
def test_who_wrote_is_held_against_what_he_is_known_by_rule_42(api: Apis, looked_at: Send, platform: str) -> None:
    """Rule 42: the sender of each kind of export, whatever way the number is written; others are unknown."""
    content, kind = KINDS[platform]
    item = looked_at(content.encode(), "export")
    assert (item.state, item.examination.platform) == ("released", platform)
    contacts = detail(api, item)["contacts"]
    [his] = [one for one in contacts if one["match"] != "unknown"]
    assert (his["kind"], his["match"], his["messages"]) == (kind, "known", 1)
    assert his["first_at"] == his["last_at"] == "2026-11-20T18:31:00Z"
    assert {one["sender"] for one in contacts if one != his} <= {"Ama", "ama.o"}


@pytest.mark.parametrize("platform", KINDS)
def test_each_message_is_found_again_in_the_original_by_its_offset(api: Apis, looked_at: Send, platform: str) -> None:
    raw = KINDS[platform][0].encode()
    item = looked_at(raw, "export")
    offsets = [row["offset"] for row in detail(api, item, "/messages")["results"]]
    assert [b"I can see you" in raw[start:end] for start, end in zip(offsets, [*offsets[1:], None], strict=True)] == [
        True, *[False] * (len(offsets) - 1)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("dates", "doubt"),
    [(("03/04/26", "03/04/26"), {"date_order_ambiguous"}), (("13/04/26", "03/05/26"), set()),
     (("03/31/26", "04/01/26"), set()), (("03/04/26", "04/03/26"), {"date_order_inferred"})],
    ids=["nothing settles it", "day first", "month first", "by the order of the messages"],
)  # fmt: skip
def test_the_officer_is_told_where_day_and_month_are_in_doubt(
    api: Apis, looked_at: Send, dates: tuple[str, str], doubt: set[str]
) -> None:
    item = looked_at("".join(f"{date}, 18:31 - Danny: x\n" for date in dates).encode())
    notes = {note for note in detail(api, item)["notes"] if note.startswith("date_order")}
    assert notes == doubt


def test_what_no_database_holds_is_replaced_and_the_rest_is_to_the_letter(api: Apis, looked_at: Send) -> None:
    said = '"\\ \\u0000 \N{GRINNING FACE} {}'
    row = {"id": 1, "date_unixtime": "1795199460", "from": "D", "from_id": "u", "text": f"{said}\x00\ud800."}
    item = looked_at(json.dumps({"messages": [row]}).encode())
    [message] = detail(api, item, "/messages")["results"]
    assert message["text"] == f"{said}\ufffd\ufffd."


@pytest.mark.parametrize("limit", [1, 199, 200])
def test_a_long_chat_is_read_page_by_page_there_and_back(api: Apis, looked_at: Send, limit: int) -> None:
    count = 4 * limit if limit == 1 else 2 * limit + 50
    item = looked_at("".join(f"20/11/2026, 18:31 - D: {n}\n" for n in range(count)).encode())
    page, forth = detail(api, item, f"/messages?limit={limit}"), []
    assert page["previous"] is None
    while True:
        forth.append([int(row["text"]) for row in page["results"]])
        if page["next"] is None:
            break
        page = detail(api, item, f"/messages?limit={limit}&cursor={page['next']}")
    assert [n for some in forth for n in some] == list(range(count))
    assert {len(some) for some in forth[:-1]} == {limit}
    back = detail(api, item, f"/messages?limit={limit}&cursor={page['previous']}")
    assert [int(row["text"]) for row in back["results"]] == forth[-2]


@pytest.mark.parametrize("query", ["cursor=x", "limit=0", "limit=201"])
def test_a_page_that_was_not_given_out_is_refused(api: Apis, looked_at: Send, query: str) -> None:
    item = looked_at(WHATSAPP.encode())
    answer = api.officer.get(f"officer/reports/{item.report.reference}/evidence/{item.id}/messages?{query}")
    assert answer.status == 422


def test_neither_words_nor_senders_lie_open_in_the_database(looked_at: Send) -> None:
    looked_at(WHATSAPP.encode())
    with connection.cursor() as cursor:
        cursor.execute("SELECT m::text, e::text FROM breaches_evidencemessage m, breaches_evidenceexamination e")
        found = str(cursor.fetchall())
    assert not any(words in found or words.encode().hex() in found for words in (NUMBER, "I can see you", "Ama"))


def test_what_a_chat_says_changes_no_verdict_by_itself(api: Apis, looked_at: Send, report: str) -> None:
    """Rule 46: it is shown to the officer who decides."""
    before = api.officer.get(f"officer/reports/{report}").body["assessment"]
    looked_at(WHATSAPP.encode())
    assert api.officer.get(f"officer/reports/{report}").body["assessment"] == before
