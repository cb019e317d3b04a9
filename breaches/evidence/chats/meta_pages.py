"""Instagram's and Messenger's exports as pages: a block for each message, with a name, the words and a date.

The names of classes carry no meaning and change: a block is known by its frame, and what is in it by its order. A date
is in the language of the account and without a zone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from breaches.evidence.chats.meta import CHANNEL
from breaches.evidence.chats.page_trees import Block, Node, parse_page, read_blocks
from breaches.evidence.chats.types import MOST_TEXT, Document, Messages, Open
from breaches.evidence.chats.worded_dates import read_worded_date
from breaches.evidence.types import Chat, Message

BLOCK = re.compile(rb"""<div\s+class=["'][^"'>]*\bpam\b[^"'>]*\bnoborder\b[^"'>]*["'][^>]*>""")
_SHOWN = frozenset({"img", "video", "audio"})
_TIMED = re.compile(r"\d{1,2}(?:[:.]|\s?h\s?)\d\d")
# Facebook writes posts and comments in the same frames: above stands what was done, and not who wrote.
_POSTED = re.compile(r"(?:\S+\s+){3,}\S+\.")
_MESSAGES = re.compile(r"message_?\d*\.html", re.I)
_ANYTHING = re.compile(r".*", re.S)
_OTHER_PAGE = re.compile(
    r"post|comment|check_?in|status|login|logout|like|reaction|search|stor(?:y|ies)|reel|poll|event|photo|video|profile",
    re.I,
)


def recognise_meta(document: Document) -> bool:
    """Whether a page holds messages as these two write them: blocks of a name, words and a date."""
    return any(_split_block(_open_block(found, document.head)) for found in BLOCK.finditer(document.head))


def read_meta(again: Open, document: Document) -> Messages:
    """The messages of one page, in the order of the page: the newest first."""
    instagram = b"instagram" in document.head.lower() or "instagram" in document.name.lower()
    chat = Chat("instagram" if instagram else "messenger", CHANNEL)
    name = PurePosixPath(document.name).name
    posted = None if _MESSAGES.fullmatch(name) else _ANYTHING if _OTHER_PAGE.search(name) else _POSTED
    return chat, _read_messages(chat, read_blocks(chat, again(), BLOCK), posted)


def _open_block(found: re.Match[bytes], head: bytes) -> Node:
    return parse_page(head[found.start() : found.start() + 8192].decode("utf-8", "replace"))


def _read_messages(chat: Chat, blocks: Iterator[Block], posted: re.Pattern[str] | None) -> Iterator[Message]:
    """`posted`: what stands above that which is no message; None where there is nothing of it."""
    for block in blocks:
        page = parse_page(block.content)
        parts = _split_block(page)
        if parts is None:
            # Without a date: who took part; or a message whose date nobody here can read.
            if _is_whole(page):
                chat.count_unread("message_unreadable")
        elif posted and posted.fullmatch(parts[0]):
            yield _make_piece(block.offset, page, parts[2], chat)
        else:
            yield from _make_messages(chat, block.offset, *parts)


def _is_whole(page: Node) -> bool:
    frame = next((node for node in page.list_children() if "pam" in node.classes), None)
    return frame is not None and sum(bool(node.join_text()) for node in frame.list_children()) >= 3


def _make_piece(offset: int, page: Node, shown: str, chat: Chat) -> Message:
    """What stands in a frame that is no message: nobody's words here, for a person to read."""
    at, assumed = read_worded_date(shown)
    if assumed:
        chat.note_doubt("local_time_assumed")
    text = page.join_text()
    marks = (*(() if at else ("time_doubtful",)), *(("text_cut",) if len(text) > MOST_TEXT else ()))
    return Message(offset, "", text[:MOST_TEXT], at, kind="page", marks=marks)


def _split_block(page: Node) -> tuple[str, Node | None, str] | None:
    """The name, the words and the date of a block; None where it has no date, as the list of who took part."""
    frame = next((node for node in page.list_children() if "pam" in node.classes), None)
    children = frame.list_children() if frame else []
    if len(children) < 2 or not _TIMED.search(children[-1].join_text()[:100]):
        return None
    named = len(children) >= 3 or bool({"_a6-h", "_2lek"} & children[0].classes)
    sender = children[0].join_text() if named else ""
    middle = children[1:-1] if named else children[:-1]
    return sender, Node("div", "", list(middle)) if middle else None, children[-1].join_text()


def _make_messages(chat: Chat, offset: int, sender: str, words: Node | None, shown: str) -> Iterator[Message]:
    at, assumed = read_worded_date(shown)
    if assumed:
        chat.note_doubt("local_time_assumed")
    lists = [node for node in words.walk_nodes() if node.tag == "ul"] if words else []
    signs = [item.join_text() for found in lists for item in found.list_children() if item.tag == "li"]
    for found in lists:
        found.inside.clear()
    text = words.join_text() if words else ""
    marks = [] if sender else ["sender_withheld"]
    if words and any(node.tag in _SHOWN for node in words.walk_nodes()):
        marks.append("attachment")
    if at is None:
        marks.append("time_doubtful")
    if len(text) > MOST_TEXT:
        marks.append("text_cut")
    yield Message(offset, sender, text[:MOST_TEXT], at, marks=tuple(marks))
    for sign in signs:
        # A sign and a name are one word here: who put it is for a person to read.
        yield Message(offset, "", sign, None, kind="app", marks=("reaction", "time_doubtful"))
