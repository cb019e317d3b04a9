"""Whether a page (HTML) does nothing at all when somebody opens it: no script, no handler, nothing fetched or sent.

Said only of what is surely so. Every "<" of the page must begin a plain tag, a plain comment or the type of document,
in which no further "<" can hide, so that a browser sees the same tags; and every tag, attribute and rule of style must
be one that shows words. Whatever else there is leaves the page held, also a link that leads out of it.
"""

from __future__ import annotations

import re
from html import unescape
from typing import IO

_MOST = 4 * 1024 * 1024  # bytes of a page that is looked through: a few seconds
_NAME = rb"[a-zA-Z][a-zA-Z0-9]{0,15}"
_ATTRIBUTE = re.compile(
    rb"""\s+([a-zA-Z][a-zA-Z-]{0,30})(?:\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)'|([^\s"'<>=`]+)))?""",
)
_TOKEN = re.compile(
    rb"""(?P<comment><!--[^<>]*-->)|(?P<type><!doctype\s+html[^<>\[\]]{0,200}>)"""
    rb"""|<(?P<end>/?)(?P<tag>"""
    + _NAME
    + rb""")(?P<rest>(?:\s+[a-zA-Z][a-zA-Z-]{0,30}(?:\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>=`]+))?)*+)\s*/?>"""
    rb"""|(?P<words>[^<]+)""",
    re.I,
)
_TAGS = frozenset(
    b"html head title meta style body article section aside header footer main nav div p span a b i u s em strong small"
    b" big sub sup mark del ins q cite code kbd samp pre tt time abbr address blockquote center font br hr wbr h1 h2 h3"
    b" h4 h5 h6 ul ol li dl dt dd table caption colgroup col thead tbody tfoot tr th td figure figcaption img"
    b" bdi bdo ruby rt rp details summary".split()
)
_ATTRIBUTES = frozenset(
    b"class id title lang dir width height align valign colspan rowspan border cellpadding cellspacing bgcolor color"
    b" face size alt datetime scope span start open style href src name content charset http-equiv role type".split()
)
_STYLE_THAT_FETCHES = re.compile(
    r"(?:url|src|image|image-set|paint|element)\s*\(|@\s*import|expression|behavio|binding|\\", re.I
)
_COMMENT_OF_STYLE = re.compile(r"/\*.*?\*/", re.S)
_OWN_PICTURE = re.compile(rb"data:image/(?:png|jpe?g|gif|webp|bmp);base64,[A-Za-z0-9+/=\s]*", re.I)
_META_NAMES = frozenset({b"viewport", b"generator", b"author", b"description", b"keywords", b"robots", b"color-scheme"})
_ENCODINGS = frozenset({b"utf-8", b"utf8", b"us-ascii", b"iso-8859-1", b"windows-1252", b"latin1"})
_CONTENT_TYPE = re.compile(rb"\s*text/html\s*(?:;\s*charset\s*=\s*([\w-]{1,20})\s*)?;?\s*", re.I)
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f]")


def is_passive_page(source: IO[bytes]) -> bool:
    """Whether nothing of a page runs, fetches, sends or leads out of it. False wherever that is not sure."""
    source.seek(0)
    content = source.read(_MOST + 1).removeprefix(b"\xef\xbb\xbf")
    if len(content) > _MOST or _CONTROLS.search(content):
        return False
    at, inside = 0, b""
    while at < len(content):
        found = _TOKEN.match(content, at)
        if found is None or not _is_passive_token(found, inside):
            return False
        if found["tag"]:
            inside = b"" if found["end"] else found["tag"].lower()
        at = found.end()
    return True


def _is_passive_token(found: re.Match[bytes], inside: bytes) -> bool:
    if inside == b"style" and not (found["end"] and found["tag"].lower() == b"style"):
        # Within a style nothing is a tag, and what stands in marks of a comment counts.
        return found["tag"] is None and _is_passive_style(found[0])
    if found["tag"] is None:
        return True
    tag = found["tag"].lower()
    return tag in _TAGS and _are_passive_attributes(tag, found["rest"])


def _are_passive_attributes(tag: bytes, rest: bytes) -> bool:
    said = [(one[1].lower(), one[2] or one[3] or one[4] or b"") for one in _ATTRIBUTE.finditer(rest)]
    if tag == b"meta":
        return _is_passive_meta(dict(said)) and len(dict(said)) == len(said)
    return all(_is_passive_attribute(tag, name, value) for name, value in said)


def _is_passive_attribute(tag: bytes, name: bytes, value: bytes) -> bool:
    if name == b"href":
        return tag == b"a" and value.startswith(b"#")
    if name == b"src":
        return tag == b"img" and _OWN_PICTURE.fullmatch(value) is not None
    if name == b"style":
        return _is_passive_style(value)
    return name in _ATTRIBUTES and not name.startswith(b"http")


def _is_passive_style(written: bytes) -> bool:
    style = unescape(written.decode("utf-8", "replace"))
    return not any(_STYLE_THAT_FETCHES.search(text) for text in (style, _COMMENT_OF_STYLE.sub("", style)))


def _is_passive_meta(said: dict[bytes, bytes]) -> bool:
    if b"charset" in said:
        return said.keys() == {b"charset"} and said[b"charset"].lower() in _ENCODINGS
    if b"http-equiv" in said:
        kind = _CONTENT_TYPE.fullmatch(said.get(b"content", b""))
        named = kind and (kind[1] or b"utf-8").lower() in _ENCODINGS
        return (
            said.keys() == {b"http-equiv", b"content"}
            and said[b"http-equiv"].lower() == b"content-type"
            and bool(named)
        )
    return said.get(b"name", b"").lower() in _META_NAMES and said.keys() <= {b"name", b"content"}
