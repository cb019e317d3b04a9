"""A file of Outlook's made by hand (MS-CFB, MS-OXMSG): enough of both for a mail with others attached to it."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

_FREE, _END, _FAT, _NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_SECTOR, _SMALL, _CUT = 512, 64, 4096
_STRING, _BINARY = 0x001F, 0x0102


@dataclass
class _Entry:
    name: str
    kind: int
    content: bytes = b""
    inside: list[_Entry] = field(default_factory=list)
    child: int = _NONE
    after: int = _NONE
    start: int = _END


def make_outlook_mail(
    sender: str,
    subject: str,
    body: str,
    *,
    date: str = "Fri, 20 Nov 2026 18:31:00 +0000",
    attached: tuple[object, ...] = (),
) -> bytes:
    """A file of one mail. What is attached: another such mail as `describe_mail` gives it, or a name and its bytes."""
    return _write_file(
        _make_storage(describe_mail(sender, subject, body, date=date, attached=attached), "Root Entry", 32)
    )


def describe_mail(
    sender: str,
    subject: str,
    body: str,
    *,
    date: str = "Fri, 20 Nov 2026 18:31:00 +0000",
    attached: tuple[object, ...] = (),
) -> dict[str, object]:
    """A mail that is not written yet."""
    headers = f"From: {sender}\nSubject: {subject}\nDate: {date}\n"
    return {"words": {0x001A: "IPM.Note", 0x0037: subject, 0x007D: headers, 0x1000: body}, "attached": attached}


def _make_storage(mail: dict[str, object], name: str, head: int) -> _Entry:
    words, attached = mail["words"], mail["attached"]
    assert isinstance(words, dict) and isinstance(attached, tuple)
    storage = _Entry(name, 5 if name == "Root Entry" else 1)
    rows = b""
    for number, text in words.items():
        rows += _add_value(storage, number, _STRING, text.encode("utf-16-le"))
    for number, one in enumerate(attached):
        storage.inside.append(_attach(one, f"__attach_version1.0_#{number:08X}"))
    counts = struct.pack("<8x4I", 0, len(attached), 0, len(attached)).ljust(head, b"\0")
    storage.inside.append(_Entry("__properties_version1.0", 2, counts + rows))
    return storage


def _add_value(storage: _Entry, number: int, kind: int, content: bytes) -> bytes:
    storage.inside.append(_Entry(f"__substg1.0_{number:04X}{kind:04X}", 2, content))
    size = len(content) + (2 if kind == _STRING else 0)
    return struct.pack("<HHIII", kind, number, 6, size, 0)


def _attach(one: object, name: str) -> _Entry:
    storage, method = _Entry(name, 1), 5
    rows = b""
    if isinstance(one, dict):
        storage.inside.append(_make_storage(one, "__substg1.0_3701000D", 24))
        rows += struct.pack("<HHIII", 0x000D, 0x3701, 6, 0xFFFFFFFF, 1)
    else:
        assert isinstance(one, tuple)
        method = 1
        rows += _add_value(storage, 0x3701, _BINARY, one[1]) + _add_value(
            storage, 0x3707, _STRING, one[0].encode("utf-16-le")
        )
    rows += struct.pack("<HHIII", 0x0003, 0x3705, 6, method, 0)
    storage.inside.append(_Entry("__properties_version1.0", 2, bytes(8) + rows))
    return storage


def _write_file(root: _Entry) -> bytes:
    entries = _list_entries(root)
    small, table = b"", list[int]()
    sectors, fat = list[bytes](), list[int]()
    for entry in entries:
        if entry.kind == 2 and 0 < len(entry.content) < _CUT:
            entry.start = len(table)
            count = -(-len(entry.content) // _SMALL)
            table += [*range(len(table) + 1, len(table) + count), _END]
            small += entry.content.ljust(count * _SMALL, b"\0")
        elif entry.kind == 2 and entry.content:
            entry.start = _add_sectors(sectors, fat, entry.content)
    root.content, root.start = small, _add_sectors(sectors, fat, small)
    small_table = _add_sectors(sectors, fat, b"".join(struct.pack("<I", n) for n in table), b"\xff")
    directory = _add_sectors(sectors, fat, b"".join(_write_entry(entry) for entry in entries))
    tables = 1
    while tables * 128 < len(fat) + tables:
        tables += 1
    first = len(sectors)
    fat += [_FAT] * tables
    packed = b"".join(struct.pack("<I", n) for n in fat).ljust(tables * _SECTOR, b"\xff")
    head = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6, 0, tables, directory, 0,
        _CUT, small_table, -(-len(table) * 4 // _SECTOR), _END, 0,
    )  # fmt: skip
    listed = [*range(first, first + tables), *[_FREE] * (109 - tables)]
    return head + b"".join(struct.pack("<I", n) for n in listed) + b"".join(sectors) + packed


def _list_entries(root: _Entry) -> list[_Entry]:
    found = [root]
    for entry in found:
        before: _Entry | None = None
        for inner in sorted(entry.inside, key=lambda one: (len(one.name), one.name.upper())):
            if before is None:
                entry.child = len(found)
            else:
                before.after = len(found)
            found.append(inner)
            before = inner
    return found


def _add_sectors(sectors: list[bytes], fat: list[int], content: bytes, fill: bytes = b"\0") -> int:
    start, count = len(sectors), max(1, -(-len(content) // _SECTOR))
    padded = content.ljust(count * _SECTOR, fill)
    sectors += [padded[n * _SECTOR : (n + 1) * _SECTOR] for n in range(count)]
    fat += [*range(start + 1, start + count), _END]
    return start


def _write_entry(entry: _Entry) -> bytes:
    name = entry.name.encode("utf-16-le")
    size = len(entry.content) if entry.kind != 1 else 0
    return struct.pack(
        "<64sHBBIII16xI8x8xIQ", name, len(name) + 2, entry.kind, 1, _NONE, entry.after, entry.child, 0,
        entry.start if entry.kind != 1 else 0, size,
    )  # fmt: skip
