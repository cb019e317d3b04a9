"""The words of a mail, and what is attached to it.

Of alternatives the plain one is read, and every other whose words are not the same: what a person saw depends on the
program. HTML is read as text (`page_words.py`).
"""

from __future__ import annotations

import quopri
import re
from base64 import b64decode
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage, Message
from email.policy import default
from unicodedata import normalize

from breaches.evidence.chats.page_words import read_html
from breaches.evidence.chats.types import MOST_TEXT

# What a program calls one thing and means, or writes, another (encoding.spec.whatwg.org, names and labels).
_MEANT = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "us-ascii": "utf-8", "gb2312": "gb18030", "gbk": "gb18030"}
# What two forms of the same mail may differ in: addresses of links, names of pictures, blanks and marks.
_LINKS = re.compile(r"\[(?:image|cid):[^\]\n]{0,200}\]|\b(?:https?://|mailto:|tel:|www\.)[^\s<>]+", re.I)
_WORDS = re.compile(r"[^\W_]+|[\u2190-\u2bff\U0001f000-\U0001faff]")
_UNSEEN = re.compile("[\u00ad\u034f\u200b-\u200f\u2060\ufe0e\ufe0f\ufeff]")
_XHTML = "application/xhtml+xml"
_MAILS = frozenset({"message/rfc822", "message/global", "message/news"})
_BROKEN = (MessageError, ValueError, LookupError, TypeError, AttributeError)
_DEEPEST = 100  # parts inside one another


def gather_text(mail: EmailMessage, doubts: list[str]) -> str:
    """What a person reads who opens the mail: every text that is not attached, in its order.

    `doubts` takes `letters_guessed` where the letters are not of the encoding that is named, and `parts_differ` where
    the mail says one thing in one form and another in the next.
    """
    return "\n".join(text for text in _gather_parts(mail, 0, doubts) if text.strip())[: 2 * MOST_TEXT]


def _gather_parts(part: Message, depth: int, doubts: list[str]) -> Iterator[str]:
    if depth > _DEEPEST or part.get_content_maintype() == "message":
        return
    if part.get_content_type() == "multipart/alternative":
        choices = [(inner, "\n".join(_gather_parts(inner, depth + 1, doubts))) for inner in _list_children(part)]
        yield _join_choices([text for _, text in sorted(choices, key=lambda one: not _is_plain(one[0]))], doubts)
    elif part.is_multipart():
        for inner in _list_children(part):
            yield from _gather_parts(inner, depth + 1, doubts)
    elif _is_text(part) and not (depth and _is_attached(part)):
        text = _decode_text(part, doubts)
        yield read_html(text) if "html" in part.get_content_type() else text


def _join_choices(choices: list[str], doubts: list[str]) -> str:
    """Each of the alternatives that says anything else than those before it."""
    said: dict[tuple[str, ...], str] = {}
    for text in choices:
        if words := _fold_words(text):
            said.setdefault(words, text.strip())
    if len(said) > 1:
        doubts.append("parts_differ")
    return "\n\n".join(said.values()) if said else next(filter(str.strip, choices), "")


def _fold_words(text: str) -> tuple[str, ...]:
    bare = _UNSEEN.sub("", _LINKS.sub(" ", normalize("NFKC", text).casefold()))
    return tuple(_WORDS.findall(bare))


def _is_text(part: Message) -> bool:
    return part.get_content_maintype() == "text" or part.get_content_type() == _XHTML


def _list_children(part: Message) -> list[Message]:
    found = part.get_payload()
    return [inner for inner in found if isinstance(inner, Message)] if isinstance(found, list) else []


def _is_plain(part: Message) -> bool:
    return part.get_content_type() == "text/plain"


def _is_attached(part: Message) -> bool:
    return part.get_content_disposition() == "attachment"


def _decode_text(part: Message, doubts: list[str]) -> str:
    content = part.get_payload(decode=True)
    raw = content if isinstance(content, bytes) else b""
    named = part.get_content_charset() or "utf-8"
    # In the encoding that is named; else in UTF-8, else in that of old Windows.
    for encoding in (_MEANT.get(named, named), "utf-8", "cp1252"):
        try:
            text = raw.decode(encoding)
        except (LookupError, ValueError):
            doubts.append("letters_guessed")
            continue
        return text
    return raw.decode("utf-8", "replace")


def take_as_utf8(mail: EmailMessage) -> None:
    """Read the texts of a mail that an editor saved anew in the encoding it was saved in, whatever they name."""
    for part in mail.walk():
        encoded = str(part.get("Content-Transfer-Encoding", "")).strip().lower() in ("base64", "quoted-printable")
        if _is_text(part) and not encoded and part.get_content_charset() not in (None, "utf-8", "us-ascii"):
            part.set_param("charset", "utf-8")


def list_attachments(mail: EmailMessage) -> tuple[list[EmailMessage], int]:
    """The mails inside a mail, and how many other things are attached that nobody reads."""
    inside: list[EmailMessage] = []
    others = 0
    for part in _list_leaves(mail, 0):
        inner = _open_mail(part)
        if inner is not None:
            inside.append(inner)
        elif not _is_text(part) or _is_attached(part) or part.get_content_type() == "text/calendar":
            others += part is not mail or not _is_text(part)
    return inside, others


def _list_leaves(part: Message, depth: int) -> Iterator[Message]:
    if part.get_content_maintype() == "message":
        yield part  # also where the mail is nothing else
    elif part.is_multipart() and depth <= _DEEPEST:
        for inner in _list_children(part):
            yield from _list_leaves(inner, depth + 1)
    else:
        yield part


def _open_mail(part: Message) -> EmailMessage | None:
    """A mail that is attached as one, or as a file of one."""
    if part.get_content_type() in _MAILS:
        inner = next(iter(_list_children(part)), None)
        return _decode_mail(part, inner) if isinstance(inner, EmailMessage) else None
    name = (part.get_filename() or "").lower()
    if not name.endswith(".eml"):
        return None
    content = part.get_payload(decode=True)
    try:
        return message_from_bytes(content, policy=default) if isinstance(content, bytes) else None
    except _BROKEN:
        return None


def _decode_mail(part: Message, inner: EmailMessage) -> EmailMessage | None:
    """A mail inside another. The standard forbids to encode it (RFC 2046, 5.2.1); some programs do all the same."""
    encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    if encoding not in ("base64", "quoted-printable"):
        return inner
    try:
        raw = inner.as_bytes()
        return message_from_bytes(b64decode(raw) if encoding == "base64" else quopri.decodestring(raw), policy=default)
    except _BROKEN:
        return None
