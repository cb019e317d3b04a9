"""A mail as its own program saved it (RFC 5322): its sender, its date, its words. Nothing in it is fetched."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr, parsedate_to_datetime

from breaches.evidence.chats.types import MOST_TEXT, Document, Messages, NotAChat, Open, Reader
from breaches.evidence.types import Chat, Message

_MOST = 8 * 1024 * 1024  # of a mail: its words come before what is attached
_HEADER = re.compile(rb"(?im)^(from|to|date|subject|received|message-id|return-path|delivered-to|mime-version):[ \t]")
_LOOK_AT = 4096
# What the standard library raises for a mail that follows no standard.
_BROKEN = (MessageError, ValueError, LookupError, TypeError, AttributeError, IndexError)


def recognise_mail(document: Document) -> bool:
    """Whether a file begins as mails do."""
    if document.media_type == "message/rfc822":
        return True
    begin = document.head[:_LOOK_AT]
    return bool(_HEADER.match(begin)) and len({name.lower() for name in _HEADER.findall(begin)}) >= 3


def read_mail(again: Open, document: Document) -> Messages:
    """The one message of a mail."""
    del document
    content = again().read(_MOST)
    chat = Chat("email", "email")
    try:
        found = message_from_bytes(content, policy=default)
        sender, at = _sender(found), _date(found)
    except _BROKEN:
        raise NotAChat("mail_unreadable") from None
    if at is None:
        chat.notes.append("date_missing")
    return chat, iter([Message(0, sender, _text(found), at)])


READER = Reader("mail", recognise_mail, read_mail)


def _sender(found: EmailMessage) -> str:
    return parseaddr(str(found.get("From", "")))[1]


def _date(found: EmailMessage) -> datetime | None:
    try:
        when = parsedate_to_datetime(str(found.get("Date", "")))
        return when.replace(tzinfo=when.tzinfo or UTC).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _text(found: EmailMessage) -> str:
    try:
        body = found.get_body(("plain",))
        subject = str(found.get("Subject", ""))
        words = str(body.get_content()) if body else ""
    except _BROKEN:
        return ""
    return f"{subject}\n\n{words}".strip()[:MOST_TEXT]
