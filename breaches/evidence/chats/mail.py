"""Mails as programs save them (RFC 5322, RFC 2046): one, a folder of them (mbox), and mails inside mails.

The standard library's modern policy reads them. A mail that was forwarded as an attachment, at whatever depth, is a
message of its own: what he wrote must not lie unread in what she sent on. `Reply-To`, `Sender` and the like are leads
and never the sender. Nothing in a mail is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import CloseBoundaryNotFoundDefect, MessageError, StartBoundaryNotFoundDefect
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses
from itertools import chain, pairwise
from typing import IO

from breaches.evidence.chats.decoding import name_encoding, read_lines
from breaches.evidence.chats.mail_dates import MailDate, read_date
from breaches.evidence.chats.mail_texts import gather_text, list_attachments, take_as_utf8
from breaches.evidence.chats.types import MOST_TEXT, Document, Messages, NotAChat, Open, Reader
from breaches.evidence.types import Chat, Message

_MOST = 32 * 1024 * 1024  # bytes of one mail
DEEPEST = 20  # mails inside one another
_NAME = rb"[!-9;-~]{1,80}"
_HEADER = re.compile(rb"(" + _NAME + rb"):[ \t]?")
_KNOWN = frozenset({
    b"from", b"to", b"date", b"subject", b"received", b"message-id", b"return-path", b"delivered-to", b"mime-version",
    b"content-type", b"sender", b"reply-to", b"cc", b"bcc", b"dkim-signature", b"envelope-to", b"x-mailer",
})  # fmt: skip
_MARK = b"\xef\xbb\xbf"
_PROOF = frozenset({b"from", b"date", b"received", b"return-path"})
_LEADS = ("Reply-To", "Sender", "Resent-From", "Return-Path")
# Where words of an earlier mail begin: they are another's, as often as not.
_QUOTED = re.compile(
    r"^(?:>|-{2,} ?(?:original message|forwarded message|ursprüngliche nachricht|message d'origine|mensaje original)"
    r"|begin forwarded message:|_{10,}\s*$"
    r"|(?:from|von|de|da|van|från|fra): .{1,200}\n(?:sent|date|gesendet|datum|envoyé|enviado|fecha|data|inviato"
    r"|verzonden|skickat|sendt): "
    r"|.{6,120}\b(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef|escreveu|skrev|написал|napisał)\b.{0,80}:\s*$)",
    re.I | re.M,
)
_FOLDER = re.compile(rb"From \S.{0,200}\d{4}")
_EMLX = re.compile(rb"\d{1,10}[ \t]*\r?\n")  # Apple Mail's: first how many bytes the mail has
_SAVED_PAGE = ("Snapshot-Content-Location", "X-MAF-Version")
_ESCAPED = re.compile(rb"(?m)^>(>*From )")
# What the standard library raises for a mail that follows no standard.
BROKEN = (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError)


def recognise_mail(document: Document) -> bool:
    """Whether a file begins as a mail does, whatever its first header is, or as a folder of mails."""
    if document.media_type in ("message/rfc822", "application/mbox"):
        return True
    head = _plain_bytes(document.head).lstrip()
    head = head[found.end() :] if (found := _EMLX.match(head)) else head
    if _FOLDER.match(head):
        head = head.partition(b"\n")[2]
    return _names_headers(head)


def _plain_bytes(content: bytes) -> bytes:
    """The same without a byte order mark, in UTF-8, and with ends of lines: what editors make of a saved mail."""
    encoding = name_encoding(content)
    if encoding.startswith("utf-16"):
        content = content.decode(encoding, "replace").removeprefix("\ufeff").encode("utf-8", "replace")
    content = content.removeprefix(_MARK)
    return content if b"\n" in content else content.replace(b"\r", b"\n")


def _cut_mail(content: bytes) -> bytes:
    """The one mail of a file; of Apple Mail's only that, and not the list of its own behind it."""
    plain = _plain_bytes(content)
    found = _EMLX.match(plain)
    return plain[found.end() :][: int(found[0])] if found else plain


def _names_headers(head: bytes) -> bool:
    names: set[bytes] = set()
    for line in head.replace(b"\r\n", b"\n").split(b"\n")[:200]:
        found = _HEADER.match(line)
        if found:
            names.add(found[1].lower())
        elif not names or line[:1] not in (b" ", b"\t"):
            break
    return len(names & _KNOWN) >= 3 and not names.isdisjoint(_PROOF)


def read_mails(again: Open, document: Document) -> Messages:
    """Every mail of a file, each before the mails inside it. Raises `NotAChat` where the first is none."""
    chat = Chat("email", "email")
    source, encoding = again(), name_encoding(document.head)
    folder = _FOLDER.match(_plain_bytes(document.head))
    pieces = _split_folder(_list_lines(source, encoding)) if folder else [(0, _cut_mail(source.read(_MOST + 1)))]
    mails = _read_pieces(iter(pieces), chat, anew=encoding != "utf-8")
    try:
        first = next(mails)
    except StopIteration:
        raise NotAChat("mail_unreadable") from None
    return chat, chain([first], mails)


READER = Reader("mail", recognise_mail, read_mails)


def _list_lines(source: IO[bytes], encoding: str) -> Iterator[tuple[int, bytes]]:
    """The lines of a folder in UTF-8, and where each begins."""
    if encoding.startswith("utf-16"):
        yield from (
            (line.offset, line.text.encode("utf-8", "replace") + b"\n") for line in read_lines(source, encoding)
        )
        return
    offset = len(source.read(len(_MARK))) if encoding == "utf-8-sig" else 0
    while line := source.readline(_MOST):
        yield offset, line
        offset += len(line)


def _split_folder(lines: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """The mails of a folder and where each begins: a line "From " after an empty one starts the next (RFC 4155)."""
    begun, kept, size, empty = 0, list[bytes](), 0, True
    for (offset, line), (_, following) in pairwise(chain(lines, [(0, b"")])):
        # A person may begin a line with "From " too: behind it there is no header.
        if empty and _FOLDER.match(line) and (_HEADER.match(following) or following.startswith(b">From ")):
            if kept:
                yield begun, _ESCAPED.sub(rb"\1", b"".join(kept))
            begun, kept, size = offset, [], 0
        elif size <= _MOST:
            kept.append(line)
            size += len(line)
        empty = line in (b"\n", b"\r\n")
    if kept:
        yield begun, _ESCAPED.sub(rb"\1", b"".join(kept))


def _read_pieces(pieces: Iterator[tuple[int, bytes]], chat: Chat, *, anew: bool) -> Iterator[Message]:
    """The messages of each mail. `anew`: an editor saved them in an encoding of its own."""
    for offset, content in pieces:
        if len(content) > _MOST:
            chat.count_unread("cut_short")
        try:
            found = message_from_bytes(content[:_MOST], policy=default)
            if anew:
                take_as_utf8(found)
            rows = list(read_mail_parts(found, offset, chat, ""))
        except BROKEN:
            chat.count_unread("mail_unreadable")
            continue
        yield from rows


def read_mail_parts(found: EmailMessage, offset: int, chat: Chat, part: str) -> Iterator[Message]:
    """A mail, and then those inside it. `part` says how they lie in one another: "1", "1.2"."""
    yield make_mail(found, offset, chat, part)
    if not part and _is_cut(found):
        chat.count_unread("cut_short")
    inside, others = list_attachments(found)
    if others:
        chat.count_unread("member_not_read", others)
    for number, inner in enumerate(inside, 1):
        if part.count(".") + 1 >= DEEPEST:
            chat.count_unread("member_too_deep")
        else:
            yield from read_mail_parts(inner, offset, chat, f"{part}.{number}" if part else str(number))


def _is_cut(found: EmailMessage) -> bool:
    """Whether a part of a mail, or of one inside it, has no end: what came after is missing."""
    cut = (CloseBoundaryNotFoundDefect, StartBoundaryNotFoundDefect)
    return any(isinstance(defect, cut) for inner in found.walk() for defect in inner.defects)


def make_mail(found: EmailMessage, offset: int, chat: Chat, part: str) -> Message:
    """One mail as a message. What is doubtful in its date is noted; other addresses in it are leads."""
    when = read_date(_read_header(found, "Date"), [str(value) for value in found.get_all("Received", [])[:1]])
    for note in when.notes:
        chat.note_doubt(note)
    doubts: list[str] = []
    text = f"{_read_header(found, 'Subject')}\n\n{gather_text(found, doubts)}".strip()
    for doubt in doubts:
        chat.note_doubt(doubt)
    sender = "" if any(name in found for name in _SAVED_PAGE) else _read_address(found, "From")
    leads = _list_leads(found, sender, when)
    # "M, Danny <d@x.uk>" is one address, and a name that should have stood in quotation marks.
    authors = [address for header, address in leads if header == "From" and sender]
    others = any("@" in address or "@" not in sender for address in authors)
    if others:
        chat.note_doubt("several_senders")
    marks = (
        *(("quoted",) if _QUOTED.search(text) else ()),
        *(("sender_withheld",) if not sender else ()),
        *(("sender_doubtful",) if others else ()),
        *(("parts_differ",) if "parts_differ" in doubts else ()),
        *(("time_doubtful",) if when.at is None else ()),
        *(("text_cut",) if len(text) > MOST_TEXT else ()),
    )
    return Message(offset, sender, text[:MOST_TEXT], when.at, part=part, marks=marks, leads=leads)


def _list_leads(found: EmailMessage, sender: str, when: MailDate) -> tuple[tuple[str, str], ...]:
    addresses = [(name, _read_address(found, name)) for name in _LEADS]
    leads = [(name, address) for name, address in addresses if address and address.lower() != sender.lower()]
    leads += [("From", address) for address in _list_addresses(found, "From") if address.lower() != sender.lower()]
    received = [("Received", when.received.isoformat())] if when.received and when.differs else []
    return (*leads, *received)


def _read_header(found: EmailMessage, name: str) -> str:
    try:
        return str(found.get(name, ""))
    except BROKEN:
        return ""


def _read_address(found: EmailMessage, name: str) -> str:
    addresses = _list_addresses(found, name)
    return next((address for address in addresses if "@" in address), addresses[0] if addresses else "")


def _list_addresses(found: EmailMessage, name: str) -> list[str]:
    """The addresses of every header of a name: there may be two `From`, which is a sign of a forgery."""
    try:
        written = [str(value) for value in found.get_all(name, [])]
    except BROKEN:
        return []
    return [address for _, address in getaddresses(written) if address]
