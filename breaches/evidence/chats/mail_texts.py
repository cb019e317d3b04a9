"""The words of a mail, and what is attached to it.

Of alternatives the plain one is read, and the one in HTML where there is no other or it is empty. HTML is read as text
by the standard library's own parser: nothing is rendered, fetched or run. What is ours of it is thirty lines, since all
that is wanted are the words that a person sees.
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
from html.parser import HTMLParser

from breaches.evidence.chats.types import MOST_TEXT

# What a program calls one thing and means, or writes, another (encoding.spec.whatwg.org, names and labels).
_MEANT = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "us-ascii": "utf-8", "gb2312": "gb18030", "gbk": "gb18030"}
_WORDS = re.compile(r"[^\W_]{2,}")
_UNSEEN = frozenset({"style", "script", "head", "title", "template", "noscript", "object"})
_CELLS = frozenset({"td", "th"})
_BREAKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "blockquote", "table"})
_BROKEN = (MessageError, ValueError, LookupError, TypeError, AttributeError)
_DEEPEST = 100  # parts inside one another


def gather_text(mail: EmailMessage, doubts: list[str]) -> str:
    """What a person reads who opens the mail: every text that is not attached, in its order.

    `doubts` takes `letters_guessed` where the letters are not of the encoding that is named.
    """
    return "\n".join(text for text in _gather_parts(mail, 0, doubts) if text.strip())[: 2 * MOST_TEXT]


def _gather_parts(part: Message, depth: int, doubts: list[str]) -> Iterator[str]:
    if depth > _DEEPEST or part.get_content_maintype() == "message" or _is_attached(part):
        return
    if part.get_content_type() == "multipart/alternative":
        choices = ["\n".join(_gather_parts(inner, depth + 1, doubts)) for inner in _list_children(part)]
        plain = [text for inner, text in zip(_list_children(part), choices, strict=True) if _is_plain(inner)]
        yield _join_choices(plain, choices)
    elif part.is_multipart():
        for inner in _list_children(part):
            yield from _gather_parts(inner, depth + 1, doubts)
    elif part.get_content_maintype() == "text":
        text = _decode_text(part, doubts)
        yield read_html(text) if part.get_content_type() == "text/html" else text


def _join_choices(plain: list[str], choices: list[str]) -> str:
    """The plain one of alternatives. The richer one too where it says what the plain one does not: people see that."""
    first = next((text for text in plain if text.strip()), "")
    richest = next((text for text in reversed(choices) if text.strip()), "")
    said = set(_WORDS.findall(richest.casefold()))
    missing = said - set(_WORDS.findall(first.casefold()))
    if first and len(missing) * 2 <= len(said):
        return first
    return "\n\n".join(dict.fromkeys(text.strip() for text in (first, richest) if text))


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


def list_attachments(mail: EmailMessage) -> tuple[list[EmailMessage], int]:
    """The mails inside a mail, and how many other things are attached that nobody reads."""
    inside: list[EmailMessage] = []
    others = 0
    for part in _list_leaves(mail, 0):
        inner = _open_mail(part)
        if inner is not None:
            inside.append(inner)
        elif part.get_content_maintype() != "text" or _is_attached(part) or part.get_content_type() == "text/calendar":
            others += 1
    return inside, others


def _list_leaves(part: Message, depth: int) -> Iterator[Message]:
    if part.get_content_maintype() == "message" and depth:
        yield part
    elif part.is_multipart() and depth <= _DEEPEST:
        for inner in _list_children(part):
            yield from _list_leaves(inner, depth + 1)
    elif depth:
        yield part
    elif part.get_content_maintype() not in ("text", "multipart"):
        yield part  # the mail is nothing but an attachment


def _open_mail(part: Message) -> EmailMessage | None:
    """A mail that is attached as one, or as a file of one."""
    if part.get_content_type() == "message/rfc822":
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


def read_html(content: str) -> str:
    """The words of a page without its tags, scripts and styles."""
    reader = _PageText()
    reader.feed(content)
    reader.close()
    return reader.join_text()


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


class _PageText(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._words: list[str] = []
        self._unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in _UNSEEN:
            self._unseen.append(tag)
        elif tag == "body":
            self._unseen.clear()
        elif tag in _CELLS:
            self._words.append(" ")
        elif tag in _BREAKS:
            self._words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._unseen:
            del self._unseen[self._unseen.index(tag) :]
        elif tag in _BREAKS:
            self._words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._words.append(data)

    def join_text(self) -> str:
        lines = (" ".join(line.split()) for line in "".join(self._words).replace("\u00a0", " ").split("\n"))
        return "\n".join(line for line in lines if line)
