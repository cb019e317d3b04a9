"""Pages that look like chats and are none, and chats in pages as other countries' accounts export them."""

from __future__ import annotations

import io

import pytest

from breaches.evidence.chats import read_messages
from breaches.evidence.types import Chat, Message


def read_page(content: str, name: str = "saved.html") -> tuple[Chat, list[Message]]:
    chat, rows = read_messages(io.BytesIO(content.encode()), "text/html", name=name, latest_year=2027)
    return chat, list(rows)


def make_frames(*frames: tuple[str, str, str]) -> str:
    blocks = (
        f'<div class="pam _3-95 _2ph- _a6-g uiBoxWhite noborder"><div class="_2ph_ _a6-h">{above}</div>'
        f'<div class="_2ph_ _a6-p"><div>{words}</div></div><div class="_3-94 _a6-o">{date}</div></div>'
        for above, words, date in frames
    )
    return f'<html><body><div role="main">{"".join(blocks)}</div></body></html>'


@pytest.mark.parametrize("name", ["saved.html", "your_posts_1.html"])
def test_a_post_is_no_message_of_a_sentence(name: str) -> None:
    """Facebook's own line above a post ("Danny M updated his status.") is nobody who could have written it."""
    _, rows = read_page(make_frames(("Danny M updated his status.", "I know where", "Nov 20, 2026 6:31 PM")), name)
    assert [(m.sender, m.kind, m.text.split("\n")[:2]) for m in rows] == [
        ("", "page", ["Danny M updated his status.", "I know where"])
    ]


@pytest.mark.parametrize("name", ["post_comments_1.html", "logins_and_logouts.html", "liked_posts.html"])
def test_other_pages_of_an_account_are_nobodys_messages(name: str) -> None:
    _, rows = read_page(make_frames(("Comment", "are you home", "Nov 20, 2026 6:31 PM")), name)
    assert [(m.sender, m.kind) for m in rows] == [("", "page")]


def test_a_person_whose_name_ends_with_a_point_is_one() -> None:
    frames = make_frames(
        ("Danny M.", "x", "Nov 20, 2026 6:31 PM"), ("John Paul Jones Jr.", "y", "Nov 20, 2026 6:31 PM")
    )
    assert [m.sender for m in read_page(frames, "message_1.html")[1]] == ["Danny M.", "John Paul Jones Jr."]


def test_no_message_is_left_out_for_its_date() -> None:
    frames = make_frames(
        ("D", "one", "20 nov. 2026 18 h 31"), ("D", "two", "yesterday"), ("A", "b", "20 nov. 2026 18:31")
    )  # fmt: skip
    chat, rows = read_page(frames, "message_1.html")
    assert [m.text for m in rows] == ["one", "b"] and rows[0].at is not None and rows[0].at == rows[1].at
    assert chat.unread == {"message_unreadable": 1}


def test_words_of_two_cells_are_two_words_and_a_page_that_breaks_off_says_so() -> None:
    whole = "<html><body><table><tr><td>Danny</td><td>hi</td></tr></table></body></html>"
    chat, rows = read_page(whole)
    assert rows[0].text == "Danny hi" and not chat.unread
    for cut in (whole[:-20], whole[:40], whole[:-9]):
        assert read_page(cut)[0].unread["cut_short"] == 1


def test_who_signed_a_post_of_a_channel_is_a_lead_and_a_helping_program_no_part_of_a_name() -> None:
    shown = '<div class="pull_right date details" title="20.11.2026 18:31:00 UTC+00:00">18:31</div>'
    body, default = '<div class="body">', '<div class="message default clearfix"'
    page = (
        '<html><body><div class="history">'
        f'{default} id="message1">{body}{shown}<div class="from_name">Chan</div>'
        '<div class="text">x</div><div class="signature details">Danny</div></div></div>'
        f'{default} id="message2">{body}{shown}<div class="from_name">Danny via '
        '@gif</div><div class="text">y</div></div></div></div></body></html>'
    )
    _, rows = read_page(page, "messages.html")
    assert [(m.sender, m.leads) for m in rows] == [("Chan", (("signature", "Danny"),)), ("Danny", ())]
