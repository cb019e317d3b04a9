"""Chats as pages, and pages of anybody: read as text, never opened; whose words they are is what the page says."""

from __future__ import annotations

import io
from contextlib import suppress

import pytest

from breaches.evidence.chats import NotAChat, read_messages
from breaches.evidence.chats.worded_dates import find_month, read_worded_date
from breaches.evidence.types import MARKS, WHY_UNREAD, Chat, Message
from tests.unit.evidence.test_archives import pack, read_zip

AT = "24.03.2026 21:47:03 UTC+00:00"


def read_page(content: str | bytes, name: str = "page.html") -> tuple[Chat, list[Message]]:
    raw = content if isinstance(content, bytes) else content.encode()
    chat, rows = read_messages(io.BytesIO(raw), "text/html", name=name)
    found = list(rows)
    assert all(set(m.marks) <= MARKS for m in found) and set(chat.unread) <= set(WHY_UNREAD)
    assert all(raw[m.offset : m.offset + 4] == b"<div" for m in found if m.kind != "page")
    return chat, found


def telegram(*messages: str) -> str:
    return f'<!DOCTYPE html><html><body><div class="history">{"".join(messages)}</div></body></html>'


def said(words: str, who: str = "", *, at: str = AT, inner: str = "") -> str:
    name = f'<div class="from_name">\n{who} \n</div>' if who else ""
    return (
        f'<div class="message default clearfix{"" if who else " joined"}" id="message1"><div class="body">'
        f'<div class="pull_right date details" title="{at}">x</div>{name}'
        f'<div class="text">{words}</div>{inner}</div></div>'
    )


def test_a_joined_message_belongs_to_the_sender_before_and_to_nobody_where_none_is() -> None:
    _, rows = read_page(telegram(said("a"), said("b", "Danny"), said("c"), said("d", "Ama"), said("e")))
    assert [(m.sender, m.text) for m in rows] == [("", "a"), ("Danny", "b"), ("Danny", "c"), ("Ama", "d"), ("Ama", "e")]
    assert rows[0].marks == ("sender_withheld",)


def test_what_was_passed_on_is_anothers_and_what_follows_it_is_the_senders_again() -> None:
    block = '<div class="forwarded body"><div class="from_name">News <span class="date details">x</span></div>'
    more = '<div class="forwarded body"><div class="text">more</div></div>'
    first = said("", "Danny", inner=f'{block}<div class="text">passed on</div></div>').replace(
        '<div class="text"></div>', ""
    )
    second = said("", inner=more).replace('<div class="text"></div>', "")
    _, rows = read_page(telegram(first, second, said("own words")))
    assert [(m.sender, m.text, m.forwarded_from) for m in rows] == [
        ("Danny", "passed on", "News"), ("Danny", "more", "News"), ("Danny", "own words", ""),
    ]  # fmt: skip


def test_words_that_are_written_as_a_page_are_words() -> None:
    words = "&lt;/div&gt;&lt;div class=&quot;message default&quot;&gt;&lt;div class=&quot;from_name&quot;&gt;Ama"
    _, (message,) = read_page(telegram(said(words, "Danny")))
    assert message.sender == "Danny" and message.text.startswith("</div><div") and message.text.endswith("Ama")


@pytest.mark.parametrize(
    ("shown", "at"),
    [
        (AT, "2026-03-24T21:47:03+00:00"), ("24.07.2026 21:47:03 UTC+05:30", "2026-07-24T16:17:03+00:00"),
        ("24.07.2026 21:47:03", "2026-07-24T20:47:03+00:00"), ("31.02.2026 21:47:03 UTC+00:00", None), ("", None),
    ],
)  # fmt: skip
def test_a_time_has_its_zone_or_is_londons(shown: str, at: str | None) -> None:
    chat, (message,) = read_page(telegram(said("a", "Danny", at=shown)))
    assert (message.at.isoformat() if message.at else None) == at
    assert ("time_doubtful" in message.marks) == (at is None)
    assert ("local_time_assumed" in chat.notes) == (len(shown) == 19)


def test_lines_that_only_name_a_day_are_no_messages_and_others_are_the_programs() -> None:
    day = '<div class="message service" id="message-1"><div class="body details">24 March 2026</div></div>'
    line = '<div class="message service" id="message9"><div class="body details">Danny joined the group</div></div>'
    _, (message,) = read_page(telegram(day, line))
    assert (message.kind, message.sender, message.text) == ("app", "", "Danny joined the group")


def test_a_page_that_is_cut_short_says_so() -> None:
    whole = telegram(said("a", "Danny"), said("b"))
    chat, rows = read_page(whole[: whole.rindex('<div class="text">') + 19])
    assert [m.text for m in rows] == ["a", "b"] and chat.unread == {"cut_short": 1} and "cut_short" in chat.notes


def test_a_page_that_ends_between_two_messages_says_so_too() -> None:
    whole = telegram(said("a", "Danny"), said("b"))
    chat, rows = read_page(whole[: whole.rindex('<div class="message')])
    assert [m.text for m in rows] == ["a"] and chat.unread == {"cut_short": 1}
    assert not read_page(whole)[0].unread


def test_pages_of_one_chat_are_read_by_their_numbers_wherever_they_lie() -> None:
    pages = {f"c/messages{number or ''}.html": telegram(said(f"p{number or 1}")) for number in (10, 2, 0)}
    pages["c/messages.html"] = telegram(said("p1", "Danny"))
    pages["d/messages2.html"] = telegram(said("other chat"))
    _, rows = read_zip(pack({name: page.encode() for name, page in pages.items()}))
    assert [(m.text, m.sender) for m in rows] == [("p1", "Danny"), ("p2", "Danny"), ("p10", ""), ("other chat", "")]


def test_a_page_with_a_great_deal_of_style_before_its_messages_is_known_all_the_same() -> None:
    style = f"<style>{'.a{color:red}' * 20_000}</style>"
    pages = {"telegram": telegram(said("a", "Danny")), "messenger": META.format(meta("D", "a", "Mar 24, 2026 9:47 pm"))}
    for platform, page in pages.items():
        chat, rows = read_page(page.replace("<body>", f"{style}<body>"))
        assert chat.platform == platform and [m.text for m in rows] == ["a"]


def test_what_somebody_quotes_in_a_page_stands_apart() -> None:
    _, (message,) = read_page(telegram(said("<blockquote>her<br>words</blockquote>mine", "Danny")))
    assert (message.text, message.marks) == ("> her\n> words\nmine", ("quoted",))


def test_a_message_inside_another_is_not_lost() -> None:
    _, rows = read_page(telegram(said("a", "Danny", inner=said("b", "Ama"))))
    assert [(m.sender, m.text) for m in rows] == [("Danny", "a"), ("Ama", "b")]


META = '<html><body><main><div class="pam _3-95 noborder"><h2>Participants: Ama</h2></div>{}</main></body></html>'


def meta(name: str, words: str, shown: str, frame: str = "pam _3-95 _2ph- _a6-g uiBoxWhite noborder") -> str:
    return f'<div class="{frame}"><div>{name}</div><div><div>{words}</div></div><div>{shown}</div></div>'


def test_names_of_classes_inside_a_frame_carry_no_meaning() -> None:
    chat, rows = read_page(
        META.format(meta("Danny", "a<br>b", "Mar 24, 2026 9:47 pm") + meta("Ama", "c", "no date 9:4"))
    )
    assert chat.platform == "messenger"
    assert [(m.sender, m.text) for m in rows] == [("Danny", "a\nb")]
    assert rows[0].at and rows[0].at.isoformat() == "2026-03-24T21:47:00+00:00"


@pytest.mark.parametrize(
    "shown",
    ["Mar 24, 2026 9:47 pm", "24 Mar 2026, 21:47", "24 mars 2026, 21:47", "24 de marzo de 2026 21:47",
     "24. März 2026 21:47", "Mar 24, 2026 9:47:00\u202fPM", "24 mar 2026 21.47", "24 марта 2026 г. 21:47",
     "24 Mawrth 2026 21:47"],
)  # fmt: skip
def test_a_date_in_words_is_read_in_every_language(shown: str) -> None:
    at, assumed = read_worded_date(shown)
    assert at and at.isoformat() == "2026-03-24T21:47:00+00:00" and assumed


@pytest.mark.parametrize(
    "shown", ["03/04/2026 21:47", "Mar 2026 21:47", "Mar 24 21:47", "Foo 24, 2026 21:47", "24", ""]
)
def test_a_date_that_is_not_certain_is_none(shown: str) -> None:
    assert read_worded_date(shown) == (None, False)


def test_a_word_that_is_two_months_in_two_languages_is_none() -> None:
    assert find_month("listopad") is None  # October in Croatian, November in Polish and Czech
    assert find_month("März") == find_month("mars") == 3


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<!DOCTYPE html><head><title>t</title><style>p{}</style></head><body><p>a</p><script>b()</script>", "a"),
        ("\ufeff<html><body>caf\u00e9</body></html>", "café"),
        ("<!-- saved --><html><body><div>a</div><div>b</div></body></html>", "a\nb"),
    ],
)  # fmt: skip
def test_any_other_page_is_nobodys_words(page: str, text: str) -> None:
    chat, (message,) = read_page(page)
    assert (message.kind, message.sender, message.text, chat.platform) == ("page", "", text, "page")


def test_a_page_in_another_encoding_keeps_its_letters() -> None:
    page = '<html><head><meta charset="windows-1252"></head><body>It\u2019s caf\u00e9</body></html>'
    assert read_page(page.encode("cp1252"))[1][0].text == "It’s café"
    assert read_page(page.encode("utf-16"))[1][0].text == "It’s café"


def test_pictures_that_are_in_the_page_itself_are_told_and_a_page_without_words_is_too() -> None:
    chat, rows = read_page('<html><body><img src="data:image/png;base64,AA"><img src="a.png"></body></html>')
    assert rows == [] and chat.unread == {"page_without_words": 1, "picture_in_page": 1}


def test_a_long_page_comes_in_pieces_and_whole() -> None:
    _, rows = read_page("<html><body>" + "<p>word word</p>" * 40_000 + "</body></html>")
    assert len(rows) > 3 and sum(m.text.count("word word") for m in rows) == 40_000


@pytest.mark.parametrize(
    "page",
    [
        "<html>" + "<div>" * 100_000 + "a",
        "<html><!--" + "<!" * 100_000,
        "<html><body><" + "a" * 3_000_000,
        telegram('<div class="message default clearfix">' + "<div>" * 50_000),
        telegram('<div class="message default clearfix">' + "</div" * 50_000),
        telegram('<div class="message default clearfix"><div class="body"><a ' + "x='" * 300_000),
    ],
    ids=["deep", "comment", "a tag without end", "a deep message", "ends alone", "an attribute without end"],
)  # fmt: skip
def test_pages_that_are_made_to_hurt_are_bounded(page: str) -> None:
    with suppress(NotAChat):
        read_page(page)
