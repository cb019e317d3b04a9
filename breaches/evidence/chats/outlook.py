"""Outlook's own files of mails (.msg), read by python-oxmsg; mails inside them as well, at whatever depth.

The library reads one mail. One that is attached lies in a storage of its own, which is the same again but for a shorter
head (MS-OXMSG 2.2.2.1, 2.4.1.2).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.parser import HeaderParser
from email.policy import default

from oxmsg import Message as OutlookMail
from oxmsg.attachment import Attachment
from oxmsg.properties import Properties
from oxmsg.storage import Storage

from breaches.evidence.chats.mail import BROKEN, DEEPEST, make_mail, read_mail_parts
from breaches.evidence.chats.types import Document, Messages, NotAChat, Open, Reader
from breaches.evidence.types import Chat, Message

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MOST = 64 * 1024 * 1024  # bytes; the library holds the whole file
_UNREADABLE = (*BROKEN, OSError, struct.error, OverflowError, AssertionError)
_INNER_HEAD = 24  # bytes before the properties of a mail that is attached
_INNER_MAIL = "__substg1.0_3701000D"
_RICH_TEXT = 0x1009
_BINARY = 0x0102


class _InnerMail(OutlookMail):
    """A mail in a storage of another."""

    @property
    def properties(self) -> Properties:
        return Properties(self._storage, properties_header_offset=_INNER_HEAD)


def recognise_outlook(document: Document) -> bool:
    """Whether it is a file of Outlook's; of an older office program only its class of message says."""
    return document.head.startswith(_OLE) and document.name.lower().endswith(".msg")


def read_outlook(again: Open, document: Document) -> Messages:
    """The mail of a file, and then those inside it. Raises `NotAChat`."""
    del document
    chat = Chat("email", "email")
    content = again().read(_MOST + 1)
    if len(content) > _MOST:
        raise NotAChat("mail_unreadable")
    try:
        found = OutlookMail.load(content)
        first = _make_row(found, chat, "")
    except _UNREADABLE:
        raise NotAChat("mail_unreadable") from None
    return chat, _read_all(found, first, chat)


READER = Reader("outlook", recognise_outlook, read_outlook)


def _read_all(found: OutlookMail, first: Message, chat: Chat) -> Iterator[Message]:
    yield first
    yield from _read_attached(found, chat, "")


def _make_row(found: OutlookMail, chat: Chat, part: str) -> Message:
    mail = _make_mail(found)
    if not mail.get_payload() and found.properties.binary_prop_value(_RICH_TEXT):
        chat.count_unread("message_unreadable")
    return make_mail(mail, 0, chat, part)


def _read_attached(found: OutlookMail, chat: Chat, part: str) -> Iterator[Message]:
    """The mails that are attached, in whichever way; anything else is counted."""
    if part.count(".") + 1 >= DEEPEST and part:
        chat.count_unread("member_too_deep")
        return
    number = 0
    for attached in found.attachments:
        try:
            inner = _open_attached(attached)
            inside = f"{part}.{number + 1}" if part else str(number + 1)
            rows = [] if inner is None else list(_read_inner(inner, chat, inside))
        except _UNREADABLE:
            chat.count_unread("mail_unreadable")
            continue
        if not rows:
            chat.count_unread("member_not_read")
        number += bool(rows)
        yield from rows


def _open_attached(attached: Attachment) -> OutlookMail | EmailMessage | None:
    storage = attached._storage
    inside = storage.storages if isinstance(storage, Storage) else ()
    for one in inside:
        if one.name.upper() == _INNER_MAIL.upper():
            return _InnerMail(one)
    name, content = (attached.file_name or "").lower(), attached.file_bytes
    if content and content.startswith(_OLE) and name.endswith(".msg"):
        return OutlookMail.load(content)
    if content and (name.endswith(".eml") or attached.mime_type == "message/rfc822"):
        return message_from_bytes(content, policy=default)
    return None


def _read_inner(inner: OutlookMail | EmailMessage, chat: Chat, part: str) -> Iterator[Message]:
    if isinstance(inner, EmailMessage):
        yield from read_mail_parts(inner, 0, chat, part)
        return
    yield _make_row(inner, chat, part)
    yield from _read_attached(inner, chat, part)


def _make_mail(found: OutlookMail) -> EmailMessage:
    """The same mail as it went over the wire, as far as Outlook kept it."""
    mail = EmailMessage(policy=default)
    kept = HeaderParser().parsestr("".join(f"{name}: {value}\n" for name, value in found.message_headers.items()))
    for name in ("Received", "Reply-To", "Sender", "Resent-From", "Return-Path", "Date"):
        if kept[name]:
            mail[name] = " ".join(str(kept[name]).split())
    mail["From"] = found.sender or ""
    mail["Subject"] = " ".join(found.subject.split())
    if not mail["Date"] and found.sent_date:
        mail["Date"] = found.sent_date
    plain, rich = found.body or "", found.html_body or ""
    if plain.strip():
        mail.set_content(plain)
        if rich.strip():
            mail.add_alternative(rich, subtype="html")
    elif rich.strip():
        mail.set_content(rich, subtype="html")
    return mail
