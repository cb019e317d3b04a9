"""Chats, texts, calls and mails inside an archive, read in place and never unpacked.

Each member is known by its content, whatever it is called. One that is empty, damaged, foreign or of no kind that is
read never hides the others; it is counted.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import IO

from breaches.evidence.chats.decoding import name_encoding
from breaches.evidence.chats.readers import HEAD, read_document, recognise_head
from breaches.evidence.chats.types import Messages, NotAChat
from breaches.evidence.types import Chat, Message

MOST_MEMBERS = 10_000
_PEEK = 64
_BROKEN = (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, NotImplementedError, EOFError)
# What a Mac or Windows puts beside the files of a folder, which holds nothing of them.
_FOREIGN_FOLDERS = frozenset({"__macosx", ".spotlight-v100", ".trashes"})
_FOREIGN_FILES = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
# What may have noughts in its beginning and is read all the same: wide letters, Outlook's mails, PDF.
_MARKED = (b"\xff\xfe", b"\xfe\xff", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-")
_OF_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_OFFICE = (".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".epub", ".pages", ".numbers", ".key")
_PAGES = re.compile(r"(?P<folder>.*/)?messages(?P<number>[0-9]{0,6})\.html", re.I)


@dataclass(frozen=True, slots=True)
class _Archive:
    file: zipfile.ZipFile
    latest_year: int
    carried: dict[str, str] = field(default_factory=dict)

    def open_member(self, member: zipfile.ZipInfo) -> IO[bytes]:
        return self.file.open(member)

    def read_member(self, member: zipfile.ZipInfo) -> Messages:
        return read_document(
            lambda: self.open_member(member),
            name=member.filename,
            media_type="",
            latest_year=self.latest_year,
            carried=self.carried,
        )


def read_archive(source: IO[bytes], *, latest_year: int) -> Messages:
    """The messages of every member that holds some, in the archive's order. `Message.part` is the member's name.

    Raises `NotAChat` where no member does, or the directory of the archive cannot be read.
    """
    source.seek(0)
    try:
        archive = _Archive(zipfile.ZipFile(source), latest_year)
        members = _sort_pages([member for member in archive.file.infolist() if not _is_foreign(member)])
    except _BROKEN:
        raise NotAChat("archive_unreadable") from None
    left = Chat("", "")
    if len(members) > MOST_MEMBERS:
        left.count_unread("too_many_members", len(members) - MOST_MEMBERS)
    readable = [member for member in members[:MOST_MEMBERS] if _has_messages(archive, member, left)]
    opened = _open_first(archive, readable, left)
    if opened is None:
        raise NotAChat(next(iter(left.unread)) if len(left.unread) == 1 else "member_not_read" if left.unread else "")
    (chat, rows), member, others = opened
    chat.unread.update(left.unread)
    return chat, _read_in_turn(archive, chat, (member, chat, rows), others)


def _sort_pages(members: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """The same members, pages of one chat by their numbers: the second begins with whoever wrote last in the first."""
    found = [(index, page) for index, member in enumerate(members) if (page := _PAGES.fullmatch(member.filename))]
    in_turn = sorted(found, key=lambda one: (one[1]["folder"] or "", int(one[1]["number"] or 1)))
    ordered = list(members)
    for (place, _), (index, _) in zip(found, in_turn, strict=True):
        ordered[place] = members[index]
    return ordered


def _is_foreign(member: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(member.filename.replace("\\", "/").lower())
    foreign = path.name in _FOREIGN_FILES or path.name.startswith("._")
    return member.filename.endswith("/") or foreign or not _FOREIGN_FOLDERS.isdisjoint(path.parts)


def _has_messages(archive: _Archive, member: zipfile.ZipInfo, left: Chat) -> bool:
    """Whether a reader takes a member. One that nobody takes is counted, with the reason."""
    if member.flag_bits & 1:
        left.count_unread("member_encrypted")
    elif not member.file_size:
        left.count_unread("member_empty")
    else:
        try:
            with archive.open_member(member) as opened:
                begin = opened.read(_PEEK)
                if _is_binary(begin) or not recognise_head(begin + opened.read(HEAD - _PEEK), name=member.filename):
                    left.count_unread("member_is_archive" if _is_archive(begin, member) else "member_not_read")
                    return False
                return True
        except _BROKEN:
            left.count_unread("member_unreadable")
    return False


def _is_binary(begin: bytes) -> bool:
    """Whether a file begins as no text does, and as nothing else that is read."""
    return b"\0" in begin and not begin.startswith(_MARKED) and not name_encoding(begin).startswith("utf-16")


def _is_archive(begin: bytes, member: zipfile.ZipInfo) -> bool:
    """Whether a member is an archive itself; a document of an office is one that nobody calls so."""
    return begin.startswith(_OF_ARCHIVES) and not member.filename.lower().endswith(_OFFICE)


def _open_first(
    archive: _Archive, members: list[zipfile.ZipInfo], left: Chat
) -> tuple[Messages, zipfile.ZipInfo, list[zipfile.ZipInfo]] | None:
    for index, member in enumerate(members):
        try:
            return archive.read_member(member), member, members[index + 1 :]
        except (NotAChat, *_BROKEN):
            left.count_unread("member_unreadable")
    return None


def _read_in_turn(
    archive: _Archive,
    chat: Chat,
    first: tuple[zipfile.ZipInfo, Chat, Iterator[Message]],
    others: list[zipfile.ZipInfo],
) -> Iterator[Message]:
    yield from _read_rows(chat, *first)
    for member in others:
        try:
            inner, rows = archive.read_member(member)
        except (NotAChat, *_BROKEN):
            chat.count_unread("member_unreadable")
            continue
        yield from _read_rows(chat, member, inner, rows)
        chat.unread.update(inner.unread)
        for note in inner.notes:
            chat.note_doubt(note)


def _read_rows(chat: Chat, member: zipfile.ZipInfo, inner: Chat, rows: Iterator[Message]) -> Iterator[Message]:
    """The rows of one member as far as they can be read."""
    try:
        for row in rows:
            part = f"{member.filename}/{row.part}" if row.part else member.filename
            yield replace(row, part=part, platform=row.platform or inner.platform)
    except (NotAChat, *_BROKEN):
        chat.count_unread("member_unreadable")
