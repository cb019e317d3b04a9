"""Files that are made to do harm, or that the way here has damaged: small generators, the same bytes each time."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial

from PIL import Image

from tests.support.evidence import picture
from tests.support.films import android_place, box, film, head
from tests.support.pictures import with_place

Make = Callable[[], bytes]
CHAT = "".join(f"20/11/2026, 18:{n:02} - Danny: I can see you {n}\n" for n in range(40)).encode()
_LOCAL, _CENTRAL = "<4s5H3L2H", "<4s6H3L5H2L"


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue()


def _local_head(name: bytes, content: bytes, flags: int = 0) -> bytes:
    crc = zlib.crc32(content)
    return struct.pack(_LOCAL, b"PK\3\4", 20, flags, 0, 0, 33, crc, len(content), len(content), len(name), 0) + name


def _central_head(name: bytes, content: bytes, start: int, flags: int = 0) -> bytes:
    crc, size = zlib.crc32(content), len(content)
    about = (b"PK\1\2", 20, 20, flags, 0, 0, 33, crc, size, size, len(name), 0, 0, 0, 0, 0, start)
    return struct.pack("<4s6H3L5H2L", *about) + name


def _end(members: int, size: int, start: int) -> bytes:
    count = min(members, 0xFFFF)
    return struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, size, start, 0)


def overlapping_archive(members: int = 400, kernel: int = 200_000) -> bytes:
    """Each member holds all members behind it: no member is packed, and all of them are a hundred times the file.

    After D. Fifield, "A better zip bomb" (2019), without its packing.
    """
    content, parts = b"\n" * kernel, list[tuple[bytes, bytes]]()
    for number in range(members):
        name = f"{members - number:06}.txt".encode()
        parts.append((name, content))
        content = _local_head(name, content) + content
    directory, start = b"", 0
    for name, inner in reversed(parts):
        directory += _central_head(name, inner, start)
        start = len(content) - len(inner)
    return content + directory + _end(members, len(directory), len(content))


def archive_of_names(*names: bytes, flags: int = 0) -> bytes:
    """Members of these names, byte for byte, each with a line of a chat in it."""
    content, directory = b"", b""
    for name in names:
        directory += _central_head(name, CHAT, len(content), flags)
        content += _local_head(name, CHAT, flags) + CHAT
    return content + directory + _end(len(names), len(directory), len(content))


def archive_of_many(members: int) -> bytes:
    """An archive whose directory names so many members, all in the same place."""
    entry = _central_head(b"a", b"x", 0)
    content = _local_head(b"a", b"x") + b"x"
    return content + entry * members + _end(members, len(entry) * members, len(content))


def nested_archive(depth: int) -> bytes:
    """An archive in an archive, each under a name that does not say so."""
    content = CHAT
    for _ in range(depth):
        content = zipped(("holiday.jpg", content))
    return content


def laughs(root: str) -> bytes:
    """A billion laughs: ten times ten times ... one word."""
    entities = '<!ENTITY l0 "lol">' + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE x [{entities}]><{root} count="1">&l9;</{root}>'.encode()


def nested_mail(depth: int, kind: str) -> bytes:
    """A mail whose parts lie in one another: `mixed` parts, or whole mails (`rfc822`)."""
    top = b"From: d@example.org\r\nTo: a@example.org\r\nDate: Fri, 20 Nov 2026 18:31:00 +0000\r\nSubject: x\r\n"
    content = b"Content-Type: text/plain\r\n\r\nI can see you\r\n"
    for level in range(depth):
        if kind == "rfc822":
            content = b"Content-Type: message/rfc822\r\n\r\n" + top + content
        else:
            mark = b"b%d" % level
            content = b'Content-Type: multipart/mixed; boundary="%b"\r\n\r\n--%b\r\n%b\r\n--%b--\r\n' % (
                mark, mark, content, mark,
            )  # fmt: skip
    return top + b"MIME-Version: 1.0\r\n" + content


def deep_json(depth: int) -> bytes:
    return b'{"name": "x", "messages": [{"id": 1, "from": "D", "a": ' + b"[" * depth


def png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_of(width: int, height: int, *more: bytes) -> bytes:
    """A PNG that claims a size and holds hardly anything; `more`: chunks before its pixels."""
    about = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    pixels = png_chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + about + b"".join(more) + pixels + png_chunk(b"IEND", b"")


def claiming(format: str, side: int = 100_000) -> bytes:
    """A small picture that says that it is so many pixels wide and high, or as many as its format can say."""
    content = bytearray(picture(format))
    if format == "GIF":
        struct.pack_into("<HH", content, 6, 65_535, 65_535)
        at = content.index(b",", 13)
        struct.pack_into("<HH", content, at + 5, 65_535, 65_535)
    elif format == "BMP":
        struct.pack_into("<ii", content, 18, side, side)
    elif format == "JPEG":
        struct.pack_into(">HH", content, content.index(b"\xff\xc0") + 5, 65_500, 65_500)
    return bytes(content)


def tiff_in_a_circle() -> bytes:
    """A TIFF whose list of pages leads back to its first."""
    content = bytearray(picture("TIFF"))
    (start,) = struct.unpack_from("<L", content, 4)
    (entries,) = struct.unpack_from("<H", content, start)
    struct.pack_into("<L", content, start + 2 + 12 * entries, start)
    return bytes(content)


def frames(count: int) -> bytes:
    """A GIF of so many frames of one pixel each."""
    one = b",\0\0\0\0\1\0\1\0\0\2\2D\1\0"
    return b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff" + one * count + b";"


FILMS: dict[str, Make] = {
    "a box of no size": lambda: box(b"ftyp", b"mp42", bytes(4)) + struct.pack(">L4s", 0, b"moov") + bytes(4096),
    "a box that holds itself": lambda: box(b"ftyp", b"mp42", bytes(4)) + struct.pack(">L4sQ", 1, b"moov", 8) * 900,
    "a box of more than there is": lambda: box(b"ftyp", b"mp42", bytes(4)) + struct.pack(">L4sQ", 1, b"moov", 2**63),
    "boxes without number": lambda: box(b"ftyp", b"mp42", bytes(4)) + box(b"free") * 500_000,
    "boxes in boxes": lambda: box(b"ftyp", b"mp42", bytes(4)) + _boxes_in_boxes(3000),
    "keys without number": lambda: film(
        head(0), box(b"meta", box(b"hdlr", bytes(24)), box(b"keys", bytes(4), b"\xff" * 4))
    ),
}  # fmt: skip


def _boxes_in_boxes(depth: int) -> bytes:
    content = b""
    for level in range(depth):
        content = box(b"moov" if level % 2 else b"udta", content)
    return content


def samples() -> dict[str, Make]:
    """A whole file of every kind that is read, small."""
    pictures: dict[str, Make] = {
        f"{name.lower()} with a place": partial(with_place, name)
        for name in ("JPEG", "PNG", "WEBP", "TIFF", "HEIF", "GIF")
    }
    return {
        **pictures,
        "bmp": lambda: picture("BMP"),
        "avif": lambda: picture("AVIF"),
        "animation": animation,
        "film": lambda: film(head(3_800_000_000), android_place("+53.4074-002.9781/")),
        "whatsapp": lambda: CHAT,
        "utf-16": lambda: CHAT.decode().encode("utf-16"),
        "telegram": lambda: TELEGRAM,
        "texts": lambda: TEXTS,
        "mail": lambda: nested_mail(3, "rfc822"),
        "archive": lambda: zipped(("chat.txt", CHAT), ("texts.xml", TEXTS), ("photo.jpg", picture())),
        "pdf": lambda: PDF,
        "page": lambda: b"<!DOCTYPE html><html><body><p>I can see you</p></body></html>",
    }


def animation() -> bytes:
    out = io.BytesIO()
    several = [Image.new("P", (8, 8), n) for n in range(3)]
    several[0].save(out, "PNG", save_all=True, append_images=several[1:])
    return out.getvalue()


TELEGRAM = b'{"name": "x", "type": "personal_chat", "messages": [\n' + b",\n".join(
    b'{"id": %d, "from": "D", "from_id": "user1", "date_unixtime": "1795199460", "text": "I can see you"}' % number
    for number in range(20)
) + b"]}"  # fmt: skip
TEXTS = b'<?xml version="1.0" encoding="UTF-8"?>\n<smses count="20">\n' + b"".join(
    b'<sms address="07700 900123" date="1795199460000" type="1" body="I can see you %d" />\n' % number
    for number in range(20)
) + b"</smses>\n"  # fmt: skip
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n" \
    b"trailer<</Root 1 0 R>>\n%%EOF\n"  # fmt: skip


def mutations(content: bytes, seed: int, count: int) -> Iterator[bytes]:
    """The file cut short, with bytes changed, left out, doubled, or made nought or all ones: the same each time."""
    drawn = random.Random(seed)
    for number in range(count):
        at, length = drawn.randrange(len(content)), drawn.choice((1, 2, 4, 16, 200))
        middle = content[at : at + length]
        yield (
            content[:at],
            content[:at] + bytes(drawn.randrange(256) for _ in middle) + content[at + length :],
            content[:at] + content[at + length :],
            content[:at] + middle * drawn.choice((2, 50)) + content[at + length :],
            content[:at] + bytes(len(middle)) + content[at + length :],
            content[:at] + b"\xff" * len(middle) + content[at + length :],
            content[at:],
        )[number % 7]
