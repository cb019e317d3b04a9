"""Outlook's own file of a mail (.msg), read by python-oxmsg. What is attached to it is counted and not read."""

from __future__ import annotations

import struct
from email.message import EmailMessage
from email.parser import HeaderParser
from email.policy import default

from oxmsg import Message as OutlookMail

from breaches.evidence.chats.mail import BROKEN, make_mail
from breaches.evidence.chats.types import Document, Messages, NotAChat, Open, Reader
from breaches.evidence.types import Chat

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MOST = 64 * 1024 * 1024  # bytes; the library holds the whole file
_UNREADABLE = (*BROKEN, OSError, struct.error, OverflowError, AssertionError)


def recognise_outlook(document: Document) -> bool:
    """Whether it is a file of Outlook's; of an older office program's only its class of message says."""
    return document.head.startswith(_OLE) and document.name.lower().endswith(".msg")


def read_outlook(again: Open, document: Document) -> Messages:
    """The one mail of a file. Raises `NotAChat`."""
    del document
    chat = Chat("email", "email")
    content = again().read(_MOST + 1)
    if len(content) > _MOST:
        raise NotAChat("mail_unreadable")
    try:
        found = OutlookMail.load(content)
        mail = _make_mail(found)
        attached = found.attachment_count
    except _UNREADABLE:
        raise NotAChat("mail_unreadable") from None
    if attached:
        chat.count_unread("member_not_read", attached)
    return chat, iter([make_mail(mail, 0, chat, "")])


READER = Reader("outlook", recognise_outlook, read_outlook)


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
    if found.body and found.body.strip():
        mail.set_content(found.body)
    elif found.html_body:
        mail.set_content(found.html_body, subtype="html")
    return mail
