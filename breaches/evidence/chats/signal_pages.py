"""Signal's chats as pages of two programs: signal-export and signalbackup-tools.

Neither writes a zone. What somebody quoted is another's words: each line of it begins with ">" and the message has the
mark `quoted`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from breaches.evidence.chats.page_trees import Block, Node, parse_page, read_blocks
from breaches.evidence.chats.signal_rows import CHANNEL, mark_quote, name_call_mark
from breaches.evidence.chats.types import MOST_TEXT, Document, Messages, Open, from_clock, make_reaction
from breaches.evidence.chats.worded_dates import read_worded_date
from breaches.evidence.types import Chat, Message, MessageKind

BLOCK = re.compile(rb"""<div\s+class=["']?(?:msg|event)\b[^>]*>""")
_TITLE = re.compile(rb'<pre class="threadtitle">([^<]*)')
_NUMBER = re.compile(rb'<div id="thread-subtitle">\s*(\+[\d ]{6,20})')
_MADE_BY = (b"signalbackup-tools", b"msg-incoming", b"msg-outgoing", b"class=sender", b'class="sender"')
_MEDIA = frozenset({"img", "video", "audio", "figure"})
_LEFT_OUT = re.compile(r"\b(?:image|audio|video|attachment) not exported\b", re.I)


def recognise_signal(document: Document) -> bool:
    """Whether a page holds messages as one of the two programs writes them."""
    return BLOCK.search(document.head) is not None and any(mark in document.head for mark in _MADE_BY)


def read_signal(again: Open, document: Document) -> Messages:
    """The messages of one page."""
    chat = Chat("signal", CHANNEL, ["local_time_assumed"])
    blocks = read_blocks(chat, again(), BLOCK)
    if b"msg-incoming" in document.head or b"signalbackup-tools" in document.head:
        return chat, _read_backup_blocks(chat, blocks, _name_other(document.head))
    return chat, _read_export_blocks(chat, blocks)


def _name_other(head: bytes) -> str:
    """Who the chat is with, where it is with one: a number before a name."""
    found = _NUMBER.search(head) or _TITLE.search(head)
    return parse_page(found[1].decode("utf-8", "replace")).join_text() if found else ""


def _open_blocks(chat: Chat, blocks: Iterator[Block]) -> Iterator[tuple[int, Node]]:
    for block in blocks:
        page = parse_page(block.content)
        yield block.offset, next(iter(page.list_children()), page)


def _read_export_blocks(chat: Chat, blocks: Iterator[Block]) -> Iterator[Message]:
    """Of signal-export: a message without a name follows one of the same sender within five minutes."""
    sender = ""
    for offset, node in _open_blocks(chat, blocks):
        event = "event" in node.classes
        if name := node.find_first("sender"):
            sender = name.join_text()
        at = _read_export_time(node)
        quote, body = node.find_first("quote"), node.find_first("body")
        text = body.join_text() if body else node.join_text(without=frozenset({"date", "time", "sender", "reactions"}))
        marks = [] if at else ["time_doubtful"]
        if event:
            marks.append(name_call_mark(text))
        marks += _list_marks(node, text)
        who = "" if event else sender
        yield _make_message(offset, who, mark_quote(quote.join_text() if quote else "", text, marks), at, marks)
        yield from _read_export_reactions(offset, node)


def _read_export_time(node: Node) -> datetime | None:
    """By the machine's own form, or by the words of a day and a time."""
    stamp = next((said for n in node.walk_nodes() if (said := n.read_attribute("datetime"))), "")
    date, time = node.find_first("date"), node.find_first("time")
    words = f"{date.join_text() if date else ''} {time.join_text() if time else ''}".strip()
    for written in (stamp, words):
        try:
            when = datetime.fromisoformat(written)
        except ValueError:
            continue
        return when if when.tzinfo else from_clock(when)
    return None


def _read_export_reactions(offset: int, node: Node) -> Iterator[Message]:
    for found in node.find_all("reaction"):
        for one in found.join_text().removeprefix("(-").removesuffix("-)").split(","):
            name, _, sign = one.strip().rpartition(":")
            if name:
                yield make_reaction(offset, name.strip(), sign.strip(), own=name.strip() == "Me")


def _read_backup_blocks(chat: Chat, blocks: Iterator[Block], other: str) -> Iterator[Message]:
    """Of signalbackup-tools: only in a group has each message a name; in a chat of two the page says with whom."""
    for offset, node in _open_blocks(chat, blocks):
        shown = node.find_first("msg-data", outside="edited-info")
        at = read_worded_date(shown.join_text())[0] if shown else None
        marks = [] if at else ["time_doubtful"]
        if node.find_first("edited"):
            marks.append("edited")
        if "deleted-msg" in node.classes:
            marks.append("deleted")
        name = next((n for n in node.find_all("msg-name", outside="msg-quote")), None)
        quote = node.find_first("msg-quote-message")
        quoted = quote.join_text(without=frozenset({"msg-name"}), keep_lines=True) if quote else ""
        text = _join_backup_text(node)
        if "msg-status" in node.classes:
            yield _make_status(offset, node, text, at, other, marks)
            continue
        own = "msg-outgoing" in node.classes
        sender = "" if own else name.join_text() if name else other
        marks += _list_marks(node, text)
        yield _make_message(offset, sender, mark_quote(quoted, text, marks), at, marks, own=own)
        yield from _read_backup_reactions(offset, node)


_NO_WORDS = frozenset(
    {"footer", "footer-status", "msg-quote", "msg-name", "msg-reactions", "edited-info", "linkpreview"}
)


def _join_backup_text(node: Node) -> str:
    return node.join_text(without=_NO_WORDS)


def _make_status(offset: int, node: Node, text: str, at: datetime | None, other: str, marks: list[str]) -> Message:
    """A line of the program: a call has its actor, anything else is nobody's act."""
    classes = frozenset().union(*(inner.classes for inner in node.walk_nodes()))
    calls = {name for name in classes if name.startswith(("msg-call-", "msg-video-call-"))}
    if not calls:
        return Message(offset, "", text[:MOST_TEXT], at, kind="app", marks=tuple(marks))
    own = any(name.endswith("-outgoing") for name in calls)
    mark = "call_missed" if any(name.endswith("-missed") for name in calls) else "call_answered"
    call_marks = tuple(marks) if own else (mark, *marks)
    return Message(offset, "" if own else other, text, at, kind="call", own=own, marks=call_marks)


def _read_backup_reactions(offset: int, node: Node) -> Iterator[Message]:
    for found in node.find_all("msg-reaction"):
        sign, told = found.find_first("msg-emoji"), found.find_first("msg-reaction-info")
        lines = told.join_text().split("\n") if told else []
        names = [line.removeprefix("From:").strip() for line in lines if line.startswith("From:")]
        sent = [line.removeprefix("Sent:").strip() for line in lines if line.startswith("Sent:")]
        for index, name in enumerate(names):
            at = _read_stamp(sent[index]) if index < len(sent) else None
            yield make_reaction(offset, name, sign.join_text() if sign else "", at)


def _read_stamp(written: str) -> datetime | None:
    try:
        return from_clock(datetime.fromisoformat(written))
    except (ValueError, OverflowError):
        return None


def _list_marks(node: Node, text: str) -> list[str]:
    marks = ["deleted"] if "deleted" in node.classes else []
    if _LEFT_OUT.search(text):
        marks.append("media_left_out")
    elif any(n.tag in _MEDIA or n.classes & {"file", "attachment", "msg-attach"} for n in node.walk_nodes()):
        marks.append("attachment")
    return marks


def _make_message(
    offset: int, sender: str, text: str, at: datetime | None, marks: list[str], *, own: bool = False
) -> Message:
    own = own or sender == "Me"
    kind: MessageKind = "call" if any(mark.startswith("call_") for mark in marks) else "message"
    if not own and not sender and kind == "message":
        marks = [*marks, "sender_withheld"]
    if len(text) > MOST_TEXT:
        marks = [*marks, "text_cut"]
    return Message(offset, "" if own else sender, text[:MOST_TEXT], at, kind=kind, own=own, marks=tuple(marks))
