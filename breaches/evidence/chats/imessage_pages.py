"""iMessage as pages of imessage-exporter: each message in a block, replies inside the one they answer and once more.

A reply is read where it stands by itself; one that stands nowhere else is read in the end. Times have no zone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from breaches.evidence.chats.imessage_words import Replies, read_receipt, split_sign
from breaches.evidence.chats.page_trees import Node, parse_page, read_blocks
from breaches.evidence.chats.types import MOST_TEXT, Document, Messages, Open, make_reaction
from breaches.evidence.types import Chat, Message

BLOCK = re.compile(rb"""<div\s+class\s*=\s*["'](?:message|announcement)["'][^>]*>""")
_SIDE = re.compile(rb"""<div\s+class\s*=\s*["'](?:received|sent [\w ]+|sent)["']""")
_UNSENT = re.compile(r"\b(?:unsent|deleted) (?:this|a) message", re.I)
_ANNOUNCED = frozenset({"timestamp"})


def recognise_imessage(document: Document) -> bool:
    """Whether a page holds messages as imessage-exporter writes them."""
    return BLOCK.search(document.head) is not None and _SIDE.search(document.head) is not None


def read_imessage(again: Open, document: Document) -> Messages:
    """The messages of one page."""
    chat = Chat("imessage", "messaging_app", ["local_time_assumed"])
    return chat, _read_messages(chat, again, document)


def _read_messages(chat: Chat, again: Open, document: Document) -> Iterator[Message]:
    replies = Replies()
    for block in read_blocks(chat, again(), BLOCK):
        page = parse_page(block.content)
        node = next(iter(page.list_children()), page)
        if "announcement" in node.classes:
            yield _make_announcement(block.offset, node)
            continue
        found, inner = list(_read_message(block.offset, node)), [*node.find_all("reply")]
        for message in found:
            replies.see_message(message)
            yield message
        for reply in inner:
            for message in _read_message(block.offset, reply.find_first("message") or reply):
                replies.keep_reply(message)
    yield from replies.list_unseen()


def _make_announcement(offset: int, node: Node) -> Message:
    shown = node.find_first("timestamp")
    at = read_receipt(shown.join_text()) if shown else None
    return Message(
        offset, "", node.join_text(without=_ANNOUNCED), at, kind="app", marks=() if at else ("time_doubtful",)
    )


def _read_message(offset: int, node: Node) -> Iterator[Message]:
    shown, named = node.find_first("timestamp", outside="replies"), node.find_first("sender", outside="replies")
    side = next((child for child in node.list_children() if child.classes & {"sent", "received"}), node)
    own = "sent" in side.classes
    at = read_receipt(shown.join_text()) if shown else None
    parts = [part for name in ("subject", "message_part") for part in node.find_all(name, outside="replies")]
    marks = [] if at else ["time_doubtful"]
    if any(inner.find_first("edited") for inner in parts) or any(part.classes & {"edited"} for part in parts):
        marks.append("edited")
    if any(n.tag in ("img", "video", "audio") or n.classes & {"attachment"} for p in parts for n in p.walk_nodes()):
        marks.append("attachment")
    if any(n.classes & {"attachment_error"} for p in parts for n in p.walk_nodes()):
        marks.append("media_left_out")
    text = "\n".join(words for part in parts if (words := part.join_text(without=_ANNOUNCED, keep_lines=True)))
    if node.find_first("unsent", outside="replies") or _UNSENT.search(_join_announcements(node)):
        marks.append("unsent")
    sender = "" if own else named.join_text() if named else ""
    if not own and not sender:
        marks.append("sender_withheld")
    if len(text) > MOST_TEXT:
        marks.append("text_cut")
    yield Message(offset, sender, text[:MOST_TEXT], at, own=own, marks=tuple(marks))
    yield from _read_reactions(offset, node)


def _join_announcements(node: Node) -> str:
    return " ".join(found.join_text() for found in node.find_all("announcement", outside="replies"))


def _read_reactions(offset: int, node: Node) -> Iterator[Message]:
    """Signs put to a message ("Loved by Danny"): acts of whoever is named."""
    for name in ("reactions", "tapbacks"):
        for box in node.find_all(name, outside="replies"):
            for line in box.join_text().split("\n"):
                if (sign := split_sign(line)) is not None:
                    yield make_reaction(offset, sign[1], sign[0], own=sign[1] == "Me")
