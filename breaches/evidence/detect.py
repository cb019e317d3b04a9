"""What a file is, by its content, and whether there is a reason to hold it back. Names and types as sent say nothing.

Nothing is run, rendered or unpacked to a disk. Archives are looked at by their directory only.
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import PurePosixPath
from typing import IO

import magic

from breaches.evidence.pictures import NotAPicture, opened_picture
from breaches.evidence.types import PICTURES, Found

_HEAD, _TAIL = 64 * 1024, 64 * 1024
_MOST_MEMBERS, _MOST_RATIO, _MOST_UNPACKED = 10_000, 200, 20 * 1024**3
_ARCHIVES = (".zip", ".rar", ".7z", ".gz", ".bz2", ".xz", ".tar", ".tgz", ".jar", ".apk", ".iso", ".cab", ".zst")
_RUNNABLE = (".exe", ".dll", ".scr", ".js", ".vbs", ".bat", ".cmd", ".ps1", ".lnk", ".hta", ".msi", ".com", ".jar")
_MACROS = ("vbaproject.bin", "vbadata.xml", "macrosheets/")
_EXECUTABLES = frozenset({
    "application/x-executable", "application/x-pie-executable", "application/x-sharedlib", "application/x-dosexec",
    "application/vnd.microsoft.portable-executable", "application/x-mach-binary", "text/x-shellscript",
    "application/x-ms-shortcut", "application/java-archive", "application/vnd.android.package-archive",
    "application/x-msi", "text/x-msdos-batch",
})  # fmt: skip
_MARKUP = re.compile(rb"<\s*(script|html|svg|iframe|object|embed|!doctype\s+html)\b|javascript:", re.IGNORECASE)
_PDF_ACTIVE = re.compile(rb"/(JavaScript|Launch|EmbeddedFile|RichMedia)\b")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_MACRO = ("_VBA_PROJECT".encode("utf-16-le"), "Macros".encode("utf-16-le"), b"Attribut\x00e VB_")
_PASSIVE = ("image/", "audio/", "video/")
_BLOCK = 4 * 1024 * 1024


def examine(source: IO[bytes]) -> Found:
    """The type of a file, and every reason to hold it. `source` can be read again and again from any place."""
    head = _at(source, 0, _HEAD)
    media_type = _type(head)
    holds: set[str] = set()
    notes: set[str] = set()
    if media_type in _EXECUTABLES:
        holds.add("executable")
    if media_type in PICTURES:
        holds |= _picture(source)
    elif zipfile.is_zipfile(source):
        holds |= _archive(source)
    elif media_type == "application/pdf":
        holds |= _whole(source, _PDF_ACTIVE, "active_content")
    elif head.startswith(_OLE):
        holds |= {"macro_document"} if any(_contains(source, mark) for mark in _OLE_MACRO) else set()
    elif _is_text(media_type):
        holds |= _markup(head, media_type)
    if media_type.startswith(_PASSIVE) or media_type == "application/pdf":
        holds |= _polyglot(source, head)
    if media_type in PICTURES and "picture_unreadable" in holds:
        holds.discard("picture_unreadable")
        notes.add("picture_unreadable")
    return Found(media_type, tuple(sorted(holds)), tuple(sorted(notes)))


def _type(head: bytes) -> str:
    found = magic.from_buffer(head, mime=True) or "application/octet-stream"
    if head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"heif"):
        return "image/heic"
    return found if re.fullmatch(r"[\w.+-]{1,60}/[\w.+-]{1,60}", found) else "application/octet-stream"


def _is_text(media_type: str) -> bool:
    return media_type.startswith("text/") or media_type in ("image/svg+xml", "application/xml", "application/json")


def _picture(source: IO[bytes]) -> set[str]:
    """A picture must be one to its last pixel: libmagic is content with two bytes of it."""
    try:
        source.seek(0)
        with opened_picture(source) as image:
            image.draft("RGB", (1024, 1024))
            image.load()
    except NotAPicture as error:
        return {error.code}
    return set()


def _markup(head: bytes, media_type: str) -> set[str]:
    """Markup that a browser would run. A chat in which somebody wrote of a script is no markup: it starts with text."""
    starts = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"
    is_mail = media_type == "message/rfc822"
    return {"active_content"} if starts and not is_mail and _MARKUP.search(head) else set()


def _polyglot(source: IO[bytes], head: bytes) -> set[str]:
    """A file that is something else as well: markup at its beginning, or an archive at its end."""
    end = _size(source)
    tail = _at(source, max(0, end - _TAIL), _TAIL)
    second = re.search(rb"<\s*(script|html|iframe|!doctype)\b", head[:4096] + tail, re.IGNORECASE)
    return {"polyglot"} if second or zipfile.is_zipfile(source) or (b"%PDF-" in head[4:2048]) else set()


def _archive(source: IO[bytes]) -> set[str]:
    holds: set[str] = set()
    try:
        source.seek(0)
        with zipfile.ZipFile(source) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeDecodeError):
        return {"archive_unreadable"}
    if len(members) > _MOST_MEMBERS or sum(m.file_size for m in members) > _MOST_UNPACKED:
        holds.add("archive_bomb")
    for member in members[:_MOST_MEMBERS]:
        holds |= _member(member)
    return holds | _overlapping(members)


def _member(member: zipfile.ZipInfo) -> set[str]:
    name, holds = member.filename.replace("\\", "/").lower(), set()
    if member.file_size > 1024 * 1024 and member.file_size > _MOST_RATIO * max(1, member.compress_size):
        holds.add("archive_bomb")
    if name.startswith("/") or ".." in PurePosixPath(name).parts or re.match(r"[a-z]:", name):
        holds.add("archive_traversal")
    if member.external_attr >> 16 & 0o170000 == 0o120000:
        holds.add("archive_traversal")  # a link
    if name.endswith(_ARCHIVES):
        holds.add("archive_nested")
    if name.endswith(_RUNNABLE):
        holds.add("executable")
    if any(mark in name for mark in _MACROS):
        holds.add("macro_document")
    if member.flag_bits & 1:
        holds.add("archive_encrypted")
    return holds


def _overlapping(members: list[zipfile.ZipInfo]) -> set[str]:
    """A bomb that needs no ratio: many names for the same bytes."""
    starts = [member.header_offset for member in members]
    packed = sum(member.compress_size for member in members)
    return {"archive_bomb"} if len(set(starts)) != len(starts) or packed > max(starts, default=0) * 2 + 2**31 else set()


def _whole(source: IO[bytes], pattern: re.Pattern[bytes], code: str) -> set[str]:
    return {code} if _search(source, pattern) else set()


def _contains(source: IO[bytes], mark: bytes) -> bool:
    return _search(source, re.compile(re.escape(mark)))


def _search(source: IO[bytes], pattern: re.Pattern[bytes]) -> bool:
    """Whether it occurs anywhere, read in blocks that overlap a little."""
    source.seek(0)
    kept = b""
    while block := source.read(_BLOCK):
        if pattern.search(kept + block):
            return True
        kept = block[-64:]
    return False


def _size(source: IO[bytes]) -> int:
    return source.seek(0, io.SEEK_END)


def _at(source: IO[bytes], start: int, length: int) -> bytes:
    source.seek(start)
    return source.read(length)
