"""What a file is, by its content, and whether there is a reason to hold it back. Names and types as sent say nothing.

Nothing is run, rendered or unpacked to a disk. Archives are looked at by their directory only.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from itertools import takewhile
from pathlib import PurePosixPath
from typing import IO

import magic

from breaches.evidence.films import walk_boxes
from breaches.evidence.passive_pages import is_passive_page
from breaches.evidence.pictures import (
    MOST_AT_ONCE,
    NotAPicture,
    describe_in_bytes,
    leaves_frames_out,
    opened_picture,
)
from breaches.evidence.types import FILMS, PICTURES, Found

_HEAD, _TAIL = 64 * 1024, 64 * 1024
_MOST_MEMBERS, _MOST_RATIO, _MOST_UNPACKED = 10_000, 200, 20 * 1024**3
_LOCAL_HEAD = 30  # bytes before a member, at the least (APPNOTE 4.3.7)
_MOST_DIRECTORY = 16 * 1024**2  # bytes of an archive's directory, which is read whole
_ARCHIVES = (".zip", ".rar", ".7z", ".gz", ".bz2", ".xz", ".tar", ".tgz", ".jar", ".apk", ".iso", ".cab", ".zst")
_RUNNABLE = (".exe", ".dll", ".scr", ".js", ".vbs", ".bat", ".cmd", ".ps1", ".lnk", ".hta", ".msi", ".com", ".jar")
_MACROS = ("vbaproject.bin", "vbadata.xml", "macrosheets/", "basic/script-", "scripts/python/")
# Archives that are not looked into: what lies in them nobody knows.
_CLOSED = frozenset({
    "application/x-tar", "application/gzip", "application/x-gzip", "application/x-bzip2", "application/x-xz",
    "application/x-7z-compressed", "application/x-rar", "application/vnd.rar", "application/zstd",
    "application/vnd.ms-cab-compressed", "application/x-iso9660-image", "application/x-compress", "application/x-lzma",
    "application/x-lz4", "application/x-lzip", "application/x-cpio", "application/x-archive", "application/x-arj",
})  # fmt: skip
_EXECUTABLES = frozenset({
    "application/x-executable", "application/x-pie-executable", "application/x-sharedlib", "application/x-dosexec",
    "application/vnd.microsoft.portable-executable", "application/x-mach-binary", "text/x-shellscript",
    "application/x-ms-shortcut", "application/java-archive", "application/vnd.android.package-archive",
    "application/x-msi", "text/x-msdos-batch",
})  # fmt: skip
_MARKUP = re.compile(rb"<\s*(script|html|svg|iframe|object|embed|!doctype\s+html)\b|javascript:", re.IGNORECASE)
_TAGS = re.compile(rb"<\s*(?:script|html|svg|iframe|object|embed)\b", re.IGNORECASE)
_PAGE = re.compile(rb"<\s*(script|html|iframe|!doctype)\b", re.IGNORECASE)
_RUNS = re.compile(rb"<\s*(script|iframe)\b", re.IGNORECASE)
_LARGEST_DESCRIBED = 128 * 1024 * 1024
# The box that a film within a picture begins with.
_FILM = re.compile(rb"\x00\x00\x00[\x08-\xff]ftyp(?!hei|mif|msf|avi)[ -~]{3}")
_OFFICE_XML = re.compile(rb"<\?mso-application|macrosPresent\s*=\s*.yes|<\s*w:binData\b", re.IGNORECASE)
_RTF_ACTIVE = re.compile(rb"\\(?:object|objdata|objupdate|field\s*\{\s*\\\*\\fldinst\s*\{?\s*DDE)", re.IGNORECASE)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_MACRO = ("_VBA_PROJECT".encode("utf-16-le"), "Macros".encode("utf-16-le"), b"Attribut\x00e VB_")


def _pdf_name(name: str) -> str:
    """A name as PDF may write it: any character of it also as `#` and two digits (ISO 32000-1, 7.3.5)."""
    return "".join(f"(?:{letter}|#{ord(letter):02x}|#{ord(letter):02X})" for letter in name)


_PDF_ACTIVE = re.compile(
    "/(?:{})(?![A-Za-z])".format(
        "|".join(map(_pdf_name, ("JavaScript", "Launch", "EmbeddedFile", "RichMedia")))
    ).encode()
)
_NO_PICTURE = {"picture_unreadable", "picture_too_large", "picture_bomb"}
_ONLY_NOTED = ("picture_unreadable", "picture_too_large", "frames_left_out", "film_behind_picture")
_PASSIVE = ("image/", "audio/", "video/")
_WRITTEN = ("image/svg+xml", "application/xml", "application/json", "application/xhtml+xml", "application/javascript")
_BYTES = "application/octet-stream"
_BLOCK = 4 * 1024 * 1024


def examine(source: IO[bytes]) -> Found:
    """The type of a file, and every reason to hold it. `source` can be read again and again from any place."""
    head = _at(source, 0, _HEAD)
    media_type = _type(head)
    holds, notes = _of_kind(source, head, media_type), set[str]()
    if media_type in _EXECUTABLES:
        holds.add("executable")
    if media_type in _CLOSED:
        holds.add("archive_unreadable")
    if media_type.startswith(_PASSIVE) or media_type == "application/pdf":
        holds |= _polyglot(source, head, is_picture=media_type in PICTURES and not holds & _NO_PICTURE)
    for code in _ONLY_NOTED:
        if code in holds:  # a broken or a huge photograph is evidence too: it has no copy, that is all
            holds.discard(code)
            notes.add(code)
    return Found(media_type, tuple(sorted(holds)), tuple(sorted(notes)))


def _of_kind(source: IO[bytes], head: bytes, media_type: str) -> set[str]:
    """What is looked for in a file of one kind."""
    if media_type in PICTURES:
        return _picture(source)
    if _is_zip(source):
        return _archive(source)
    if media_type == "application/pdf":
        return _whole(source, _PDF_ACTIVE, "active_content")
    if head.startswith(_OLE):
        return {"macro_document"} if any(_contains(source, mark) for mark in _OLE_MACRO) else set()
    # With a nought in it a page is no text to libmagic; to a browser it is one.
    text = _is_text(media_type) or (media_type == _BYTES and head.lstrip()[:1] == b"<")
    return _markup(source, head, media_type) if text else set()


def _type(head: bytes) -> str:
    found = magic.from_buffer(head, mime=True) or _BYTES
    if head[4:8] == b"ftyp":
        return _type_of_boxes(head, found)
    if head[4:8] in (b"moov", b"mdat", b"wide"):  # QuickTime without a brand
        return "video/quicktime"
    return found if re.fullmatch(r"[\w.+-]{1,60}/[\w.+-]{1,60}", found) else _BYTES


def _type_of_boxes(head: bytes, found: str) -> str:
    """The type of what is made of boxes, by its brands (ISO/IEC 14496-12, 4.3); a brand unheard of is a film's."""
    size = int.from_bytes(head[:4])
    brands = {head[8:12], *(head[start : start + 4] for start in range(16, min(size, 1024), 4))}
    if head[8:12] in (b"avif", b"avis") or (head[8:12] in (b"mif1", b"msf1") and brands & {b"avif", b"avis"}):
        return "image/avif"
    if head[8:12] in (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"heif"):
        return "image/heic"
    return found if found in FILMS or found.startswith("image/") else "video/mp4"


def _is_text(media_type: str) -> bool:
    return media_type.startswith("text/") or media_type in _WRITTEN


def _picture(source: IO[bytes]) -> set[str]:
    """A picture must be one to its last pixel: libmagic is content with two bytes of it."""
    found = _behind(source)
    try:
        source.seek(0)
        with opened_picture(source) as image:
            image.draft("RGB", (1024, 1024))
            if image.width * image.height > MOST_AT_ONCE:
                return {*found, "picture_too_large"}
            image.load()
            if leaves_frames_out(image):
                found.add("frames_left_out")
    except NotAPicture as error:
        return {*found, error.code}
    return found


def _behind(source: IO[bytes]) -> set[str]:
    """What lies behind a picture or within its boxes and is not shown by its copy: a film, or a series of pictures."""
    found = set[str]()
    if _at(source, 4, 4) == b"ftyp":
        # From the second such box on it is another file.
        own = takewhile(lambda box: box.kind != b"ftyp" or box.start < 12, walk_boxes(source, 0, _size(source)))
        found = {"frames_left_out"} if any(box.kind == b"moov" for box in own) else found
    return {*found, "film_behind_picture"} if _holds_film(source) else found


def _holds_film(source: IO[bytes]) -> bool:
    """Whether a film begins anywhere after the head of a file. Looked for by its letters first: that is ten times
    faster than by a pattern alone, and every photograph is looked through."""
    source.seek(12)
    kept = b""
    while block := source.read(_BLOCK):
        data = kept + block
        at = data.find(b"ftyp", 4)
        while at >= 0:
            if _FILM.match(data, at - 4):
                return True
            at = data.find(b"ftyp", at + 4)
        if b"MotionPhoto_Data" in data:
            return True
        kept = data[-64:]
    return False


def _markup(source: IO[bytes], head: bytes, media_type: str) -> set[str]:
    """Markup that a browser would run, or a page that does anything but show its words.

    A chat in which somebody wrote of a script is no markup: it starts with text.
    """
    start = head.removeprefix(b"\xef\xbb\xbf")
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        start = start.decode("utf-16", "replace").encode("utf-8", "replace")
        return {"active_content"} if start.lstrip()[:1] == b"<" and _MARKUP.search(start) else set()
    if start.startswith(b"{\\rtf"):
        return _whole(source, _RTF_ACTIVE, "macro_document")
    if start.strip() and start.lstrip()[:1] != b"<":
        return set()
    page = media_type == "text/html" or _MARKUP.search(start) or _search(source, _TAGS)
    runs = {"active_content"} if page and not is_passive_page(source) else set()
    return runs | _whole(source, _OFFICE_XML, "macro_document")


def _polyglot(source: IO[bytes], head: bytes, *, is_picture: bool) -> set[str]:
    """A file that is something else as well: markup at its beginning, or an archive at its end."""
    end = _size(source)
    tail = _at(source, max(0, end - _TAIL), _TAIL)
    page = bool(_PAGE.search(head[:4096] + tail)) and not (is_picture and _only_describes(source, end))
    return {"polyglot"} if page or _is_zip(source) or (b"%PDF-" in head[4:2048]) else set()


def _only_describes(source: IO[bytes], end: int) -> bool:
    """Whether all that looks like a page is in what a whole picture says of itself, and runs nothing.

    In EXIF, XMP, IPTC, comments and chunks of text.

    A caption may well quote a page. A script in it, or a page anywhere else, is none that a camera wrote.
    """
    if end > _LARGEST_DESCRIBED:
        return False
    content = _at(source, 0, end)
    if _RUNS.search(content[:4096] + content[-_TAIL:]):
        return False
    source.seek(0)
    try:
        with opened_picture(source) as image:
            said = describe_in_bytes(image)
    except NotAPicture:
        return False
    for words in said:
        content = content.replace(words, bytes(len(words)), 1)
    return not _PAGE.search(content[:4096] + content[-_TAIL:])


def _is_zip(source: IO[bytes]) -> bool:
    source.seek(0)
    return zipfile.is_zipfile(source)


def _directory_size(source: IO[bytes]) -> int:
    """Bytes of an archive's directory, as its end says (APPNOTE 4.3.14 to 4.3.16): reading it reads all of that."""
    tail = _at(source, max(0, _size(source) - _TAIL - 1024), _TAIL + 1024)
    large, end = tail.rfind(b"PK\x06\x06"), tail.rfind(b"PK\x05\x06")
    if large >= 0 and large + 48 <= len(tail):
        return int(struct.unpack_from("<Q", tail, large + 40)[0])
    return int(struct.unpack_from("<L", tail, end + 12)[0]) if 0 <= end <= len(tail) - 16 else 0


def _archive(source: IO[bytes]) -> set[str]:
    holds: set[str] = set()
    if _directory_size(source) > _MOST_DIRECTORY:
        return {"archive_bomb"}
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
    """A bomb that needs no ratio: many names for the same bytes, or members that lie in one another."""
    ordered = sorted(members, key=lambda member: member.header_offset)
    ends = (member.header_offset + _LOCAL_HEAD + member.compress_size for member in ordered)
    overlaps = any(end > following.header_offset for end, following in zip(ends, ordered[1:], strict=False))
    return {"archive_bomb"} if overlaps else set()


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
