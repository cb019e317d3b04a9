"""Pages of exports taken apart: one block after the other, each with the byte at which it begins, and what is in it.

A block is an element `div` with everything inside it. What people wrote is escaped in a page, so no words can look like
a block. Nothing is rendered, fetched or run. Tags are found here and not by the standard library's parser, which takes
ten times as long: a chat of 200,000 messages would need most of a minute.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import IO, Protocol

from breaches.evidence.chats.page_words import BREAKS, CELLS
from breaches.evidence.types import Chat

_CHUNK = 256 * 1024
_LARGEST = 1024 * 1024  # bytes of one block
_DEEPEST = 80  # elements inside one another; what is deeper is read as if it were not
_TAIL = 4096
_END = re.compile(rb"</\s*(?:html|body)\s*>", re.I)
_DIV = re.compile(rb"<(/?)div\b[^>]*>", re.I)
# A tag, a comment, or a declaration. Whatever else begins with "<" is words. Every part is bounded: no file makes the
# search go back and forth.
_TAG = re.compile(
    r"""<(?:(?P<end>/)?(?P<tag>[a-zA-Z][a-zA-Z0-9-]{0,30})(?P<rest>(?:[^<>"']++|"[^"]*+"|'[^']*+'){0,100}+)>"""
    r"""|!--.*?(?:-->|\Z)|[!?][^<>]{0,2000}+>)""",
    re.S,
)
_ATTRIBUTE = re.compile(r"""([a-zA-Z][\w:-]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_CLASS = re.compile(r"""(?:^|\s)class\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.I)
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_UNSEEN = frozenset({"style", "script", "template", "head", "title"})
_RAW = frozenset({"style", "script"})
_SPACE = re.compile(r"\s+")
_NO_CLASSES: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a page. `cut`: its end is missing, or it is larger than is read."""

    offset: int
    content: str
    cut: bool = False


@lru_cache(maxsize=1024)
def _split_classes(written: str) -> frozenset[str]:
    return frozenset(written.split())


def _read_classes(rest: str) -> frozenset[str]:
    found = _CLASS.search(rest)
    return _split_classes(found[1] or found[2] or found[3] or "") if found else _NO_CLASSES


class Node:
    """An element: its tag, its classes, and what is in it."""

    __slots__ = ("classes", "inside", "rest", "tag")

    def __init__(self, tag: str, rest: str = "", inside: list[Node | str] | None = None) -> None:
        self.tag, self.rest = tag, rest
        self.classes = _read_classes(rest) if rest else _NO_CLASSES
        self.inside: list[Node | str] = inside if inside is not None else []

    def read_attribute(self, name: str) -> str:
        """An attribute of its tag; nothing where it has none of that name."""
        if name not in self.rest:
            return ""
        found = next((found for found in _ATTRIBUTE.finditer(self.rest) if found[1].lower() == name), None)
        return unescape(found[2] or found[3] or found[4] or "") if found else ""

    def walk_nodes(self) -> Iterator[Node]:
        """Every element in it, in the order of the page."""
        waiting = self.list_children()[::-1]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += node.list_children()[::-1]

    def list_children(self) -> list[Node]:
        return [inner for inner in self.inside if isinstance(inner, Node)]

    def find_all(self, name: str, *, outside: str = "") -> list[Node]:
        """Every element of a class, in order; none that lies inside an element of the class `outside`."""
        found: list[Node] = []
        waiting = self.list_children()[::-1]
        while waiting:
            node = waiting.pop()
            if outside and outside in node.classes:
                continue
            if name in node.classes:
                found.append(node)
            waiting += node.list_children()[::-1]
        return found

    def find_first(self, name: str, *, outside: str = "") -> Node | None:
        return next(iter(self.find_all(name, outside=outside)), None)

    def find_child(self, name: str) -> Node | None:
        """An element of a class directly in it."""
        return next((inner for inner in self.inside if isinstance(inner, Node) and name in inner.classes), None)

    def join_text(self, *, without: frozenset[str] = frozenset(), keep_lines: bool = False) -> str:
        """The words in it. `without`: classes that are left out; `keep_lines`: a line end in the source is one."""
        pieces: list[str] = []
        _gather_text(self, pieces, without, keep_lines)
        joined = "".join(pieces).replace("\u00a0", " ")
        if "\n" not in joined:
            return joined.strip() if keep_lines else " ".join(joined.split())
        lines = [line.strip() if keep_lines else " ".join(line.split()) for line in joined.split("\n")]
        return re.sub("\n{3,}", "\n\n", "\n".join(lines)).strip()


def _gather_text(node: Node, pieces: list[str], without: frozenset[str], keep_lines: bool) -> None:
    for inner in node.inside:
        if isinstance(inner, str):
            pieces.append(inner if keep_lines else _SPACE.sub(" ", inner))
        elif inner.tag == "br":
            pieces.append("\n")
        elif inner.tag == "blockquote":
            # Whose words are quoted the page does not say: each line of them stands behind ">".
            lines = inner.join_text(without=without, keep_lines=keep_lines).split("\n")
            pieces.append("\n" + "".join(f"> {line}\n" for line in lines))
        elif inner.tag not in _UNSEEN and not (without and without & inner.classes):
            breaks = inner.tag in BREAKS
            if breaks and pieces and not pieces[-1].endswith("\n"):
                pieces.append("\n")
            if inner.tag in CELLS:
                pieces.append(" ")
            _gather_text(inner, pieces, without, keep_lines or inner.tag == "pre")
            if breaks and pieces and not pieces[-1].endswith("\n"):
                pieces.append("\n")


def parse_page(content: str) -> Node:
    """The elements of a piece of a page, under one without a tag. Total: what is no page gives words alone."""
    root = Node("")
    tree, at = [root], 0
    while True:
        found = _TAG.search(content, at)
        words = content[at : found.start()] if found else content[at:]
        if words:
            tree[-1].inside.append(unescape(words) if "&" in words else words)
        if found is None:
            return root
        at = found.end()
        if found["tag"] is None:
            continue
        tag = found["tag"].lower()
        if found["end"]:
            _close_element(tree, tag)
        else:
            _open_element(tree, tag, found["rest"])
            at = _skip_raw(content, at, tag)


def _open_element(tree: list[Node], tag: str, rest: str) -> None:
    node = Node(tag, rest)
    tree[-1].inside.append(node)
    if tag not in _VOID and not rest.endswith("/") and len(tree) < _DEEPEST:
        tree.append(node)


def _close_element(tree: list[Node], tag: str) -> None:
    for depth in range(len(tree) - 1, 0, -1):
        if tree[depth].tag == tag:
            del tree[depth:]
            return


def _skip_raw(content: str, at: int, tag: str) -> int:
    """Past a script or a style, in which nothing is a tag."""
    if tag not in _RAW:
        return at
    end = content.lower().find(f"</{tag}", at)
    return end if end >= 0 else len(content)


def read_blocks(chat: Chat, source: IO[bytes], opens: re.Pattern[bytes]) -> Iterator[Block]:
    """The blocks of a page, none of them inside another. One that is cut, and a page without its end, are told."""
    kept = _Kept(source)
    for block in cut_blocks(kept, opens):
        if block.cut:
            chat.count_unread("cut_short")
        yield block
    if not _END.search(kept.tail):
        chat.note_doubt("cut_short")
        if not chat.unread["cut_short"]:
            chat.count_unread("cut_short")


class _Kept:
    """A source that remembers how it ended."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source, self.tail = source, b""

    def read(self, size: int) -> bytes:
        piece = self._source.read(size)
        self.tail = (self.tail + piece)[-_TAIL:]
        return piece


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def cut_blocks(source: _Readable, opens: re.Pattern[bytes]) -> Iterator[Block]:
    """The blocks of a page that begin with a tag `<div ...>` which `opens` matches, none of them inside another."""
    held, base, ended = b"", 0, False
    while True:
        found = opens.search(held)
        end = _find_end(held, found.start()) if found else None
        if found and end is not None:
            yield Block(base + found.start(), held[found.start() : end].decode("utf-8", "replace"))
        elif found and (ended or len(held) - found.start() > _LARGEST):
            end = len(held)
            yield Block(base + found.start(), held[found.start() :].decode("utf-8", "replace"), cut=True)
        elif ended:
            return
        else:
            # Before a block nothing is kept but what may be the beginning of its tag.
            end = found.start() if found else max(0, held.rfind(b"<"))
            piece = source.read(_CHUNK)
            ended = not piece
            held, base = held[end:] + piece, base + end
            continue
        held, base = held[end:], base + end


def _find_end(held: bytes, start: int) -> int | None:
    """Where the block that begins at `start` ends; None where its end has not come yet."""
    depth = 0
    for tag in _DIV.finditer(held, start):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return tag.end()
    return None
