"""Telegram Desktop's exports as pages: `messages.html`, `messages2.html` and so on, of one chat each.

A message that is joined to the one before has no name: it is of the same sender. What was passed on lies in a block of
its own and is another's words. Lines of the program are nobody's act; those that only name a day are no messages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import PurePosixPath

from breaches.evidence.chats.page_trees import Block, Node, parse_page, read_blocks
from breaches.evidence.chats.types import MOST_TEXT, Document, Messages, Open, from_clock, make_reaction
from breaches.evidence.types import Chat, Message

BLOCK = re.compile(rb"""<div\s+class=["']message (?:default|service)\b[^>]*>""")
_DAY_LINE = re.compile(r"message-\d+")
_TIME = re.compile(
    r"(\d\d)\.(\d\d)\.(\d{4}) (\d\d):(\d\d):(\d\d)(?: (?:UTC|GMT)(?:([+-])(\d\d):?(\d\d))?)?"
)  # as in "24.03.2026 21:47:03 UTC+00:00"; older exports give no zone
_VIA = re.compile(r"\s+via @\w{3,40}\Z")  # of a message that a program helped with
_NUMBERED = re.compile(r"messages([0-9]{0,6})\.html", re.I)
# Media whose words are the sender's own: what was asked, where it is, whose number was given.
_SAID = ("media_poll", "media_location", "media_live_location", "media_venue", "media_contact", "media_file")
_CALLS = (
    ("missed", "call_missed"), ("cancelled", "call_missed"), ("canceled", "call_missed"), ("declined", "call_rejected"),
    ("busy", "call_rejected"),
)  # fmt: skip
_LEFT_OUT = re.compile(r"not included|exceeds maximum size|unavailable, please try again", re.I)


def recognise_telegram(document: Document) -> bool:
    """Whether a page holds messages as Telegram Desktop writes them."""
    return BLOCK.search(document.head) is not None and b"history" in document.head


def read_telegram(again: Open, document: Document) -> Messages:
    """The messages of one page of an export."""
    chat = Chat("telegram", "messaging_app")
    return chat, _TelegramPage(chat, document).read_messages(read_blocks(chat, again(), BLOCK))


class _TelegramPage:
    """Remembers who wrote last, as the page does."""

    def __init__(self, chat: Chat, document: Document) -> None:
        self._chat, self._carried = chat, document.carried
        folder, number = _split_name(document.name)
        # The page before ended with somebody, whom the first message of this one may be joined to.
        self._mine, before = f"{folder}/{number}", f"{folder}/{number - 1}"
        self._sender = self._carried.get(before, "") if number > 1 else ""
        self._forwarded = ""

    def read_messages(self, blocks: Iterator[Block]) -> Iterator[Message]:
        for block in blocks:
            page = parse_page(block.content)
            message = next((node for node in page.list_children() if "message" in node.classes), page)
            for node in (message, *message.find_all("message")):
                yield from self._read_message(block.offset, node)
        if self._sender:
            self._carried[self._mine] = self._sender

    def _read_message(self, offset: int, message: Node) -> Iterator[Message]:
        if "service" in message.classes:
            if not _DAY_LINE.fullmatch(message.read_attribute("id")):
                yield Message(offset, "", message.join_text(), None, kind="app")
            return
        body = message.find_child("body") or message
        if name := body.find_child("from_name"):
            self._sender = _read_name(name)
        elif "joined" not in message.classes:
            self._sender = ""
        passed_on = body.find_child("forwarded")
        while passed_on is not None and "body" not in passed_on.classes:
            passed_on = next((n for n in body.list_children() if {"forwarded", "body"} <= n.classes), None)
        at = self._read_time(body.find_first("date", outside="forwarded"))
        said = _make_message(offset, self._sender, passed_on or body, at)
        if passed_on is not None:
            if name := passed_on.find_child("from_name"):
                self._forwarded = _read_name(name)
            said = replace(said, marks=("forwarded", *said.marks), forwarded_from=self._forwarded)
        signed = body.find_first("signature", outside="forwarded")
        leads = (("signature", signed.join_text()),) if signed else ()
        yield replace(said, leads=leads) if leads else said
        yield from _read_reactions(offset, body)

    def _read_time(self, shown: Node | None) -> datetime | None:
        found = _TIME.match(shown.read_attribute("title")) if shown else None
        if found is None:
            return None
        day, month, year, hour, minute, second = (int(part) for part in found.groups()[:6])
        try:
            clock = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - a clock
            if found[7]:
                offset = timedelta(hours=int(found[8]), minutes=int(found[9]))
                zone = timezone(-offset if found[7] == "-" else offset)
                return clock.replace(tzinfo=zone).astimezone(UTC)
            if found[0].rstrip().endswith(("UTC", "GMT")):
                return clock.replace(tzinfo=UTC)
            self._chat.note_doubt("local_time_assumed")
            return from_clock(clock)
        except (ValueError, OverflowError):
            return None


def _split_name(name: str) -> tuple[str, int]:
    path = PurePosixPath(name.replace("\\", "/"))
    found = _NUMBERED.fullmatch(path.name)
    return str(path.parent), int(found[1] or 1) if found else 0


def _read_name(node: Node) -> str:
    """A name without the date that is shown beside it where something was passed on."""
    return _VIA.sub("", node.join_text(without=frozenset({"date", "details"})))


def _make_message(offset: int, sender: str, body: Node, at: datetime | None) -> Message:
    words = body.find_child("text")
    text = words.join_text() if words else ""
    marks: list[str] = []
    media = body.find_child("media_wrap")
    if media is not None and (call := media.find_first("media_call")):
        return _make_call(offset, sender, call, at)
    if media is not None:
        marks.append("media_left_out" if _LEFT_OUT.search(media.join_text()) else "attachment")
        said = [node.join_text() for name in _SAID for node in media.find_all(name)]
        text = "\n".join(part for part in [*said, text] if part)
    if words and any(node.tag == "blockquote" for node in words.walk_nodes()):
        marks.append("quoted")
    if not sender:
        marks.append("sender_withheld")
    if at is None:
        marks.append("time_doubtful")
    if len(text) > MOST_TEXT:
        marks.append("text_cut")
    return Message(offset, sender, text[:MOST_TEXT], at, marks=tuple(marks))


def _make_call(offset: int, sender: str, call: Node, at: datetime | None) -> Message:
    status = call.find_first("status")
    words = status.join_text() if status else ""
    answered = "success" in call.classes or "(" in words
    mark = next((mark for word, mark in _CALLS if word in words.lower()), "")
    doubts = (() if sender else ("sender_withheld",)) + (() if at else ("time_doubtful",))
    mark = mark or ("call_answered" if answered else "call_missed")
    return Message(offset, sender, words, at, kind="call", marks=(mark, *doubts))


def _read_reactions(offset: int, body: Node) -> Iterator[Message]:
    """Who answered with a sign, where the page names them."""
    for reaction in body.find_all("reaction"):
        sign = reaction.find_first("emoji")
        for who in reaction.find_all("initials"):
            if name := who.read_attribute("title"):
                yield make_reaction(offset, name, sign.join_text() if sign else "")
