"""Rule 67: copies to look at carry no place, whatever the picture; originals keep theirs."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from breaches.evidence import queries
from breaches.evidence.models import EvidenceItem
from breaches.evidence.pictures import viewable
from breaches.evidence.sealing import Opened
from tests.integration.evidence.conftest import Send
from tests.support.evidence import sha256
from tests.support.pictures import CANARY, exif_with_place, with_place

MARKS = (b"Exif", b"GPS", CANARY.encode(), b"ns.adobe.com", b"xmpmeta", b"Photoshop", b"8BIM", b"ICC_PROFILE", b"acsp",
         b"http", b"Apple", b"53.40", b"\xff\xe1", b"\xff\xe2", b"\xff\xed", b"\xff\xfe")  # fmt: skip
FORMATS = ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "GIF"]


def content_of(item: EvidenceItem) -> bytes:
    return b"".join(Opened(queries.parts_of(item)).pieces())


def headers_of(jpeg: bytes) -> bytes:
    """Everything of a JPEG before its pixels: where metadata lives."""
    return jpeg[: jpeg.index(b"\xff\xda")]


@pytest.mark.parametrize("format", FORMATS)
def test_no_copy_of_any_kind_of_picture_carries_a_position_rule_67(looked_at: Send, format: str) -> None:
    """Rule 67."""
    item = looked_at(with_place(format), f"photo.{format.lower()}")
    assert item.state == "released", item.examination.holds
    copy = item.derivatives.get()
    content = content_of(copy)
    assert [mark for mark in MARKS if mark in headers_of(content)] == []
    with Image.open(io.BytesIO(content)) as image:
        assert (image.format, dict(image.getexif()), sorted(image.info)) == (
            "JPEG",
            {},
            ["jfif", "jfif_density", "jfif_unit", "jfif_version"],
        )


@pytest.mark.parametrize("format", ["JPEG", "HEIF"])
def test_the_original_keeps_what_it_came_with(looked_at: Send, format: str) -> None:
    sent = with_place(format)
    item = looked_at(sent)
    assert content_of(item) == sent
    assert CANARY.encode() in sent


def test_a_copy_is_an_item_with_a_hash_of_its_own(looked_at: Send) -> None:
    item = looked_at(with_place("JPEG"))
    copy = item.derivatives.get()
    assert copy.derived_from == item
    assert copy.sha256 == sha256(content_of(copy)) != item.sha256
    assert (copy.exhibit, copy.state) == (f"{item.report.reference}/02", "released")
    assert [entry.kind for entry in copy.continuity.order_by("number")] == ["received", "sealed"]


def test_what_has_no_safe_copy_has_none(looked_at: Send) -> None:
    """PDFs and recordings cannot be written anew without a place in them for certain."""
    for content in (b"%PDF-1.4\n1 0 obj<<>>endobj\n%%EOF\n", b"\x00\x00\x00\x18ftypmp42" + bytes(400)):
        item = looked_at(content)
        assert (item.state, item.derivatives.count()) == ("released", 0)


def _segment(marker: int, content: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + (len(content) + 2).to_bytes(2, "big") + content


def motion_photo() -> bytes:
    """A telephone's moving picture: a whole film, with its own place, after the end of the JPEG."""
    film = b"\x00\x00\x00\x18ftypmp42" + bytes(8) + b"\xa9xyz+53.4074-002.9781/" + CANARY.encode()
    return with_place("JPEG") + film


def multi_picture() -> bytes:
    """Two JPEGs in one file (CIPA DC-007): the second one carries metadata of its own."""
    out = io.BytesIO()
    first, second = (Image.new("RGB", (64, 48), colour) for colour in ("red", "blue"))
    first.save(out, "MPO", save_all=True, append_images=[second], exif=exif_with_place())
    return out.getvalue() + with_place("JPEG")


def with_maker_note_and_thumbnail() -> bytes:
    """EXIF as a camera's maker extends it: a note in its own language, and a small JPEG with EXIF inside the EXIF."""
    exif = exif_with_place()
    exif.get_ifd(0x8769)[0x927C] = b"Apple iOS\x00" + CANARY.encode()
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\x00\x00\x00" + CANARY.encode()
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "green").save(out, "JPEG", exif=exif)
    whole, small = out.getvalue(), with_place("JPEG")
    return whole[:2] + _segment(0xE1, b"Exif\x00\x00" + small) + whole[2:]


def with_every_segment() -> bytes:
    """XMP in its extended form, IPTC, FlashPix, Ducky, a comment: each with the place in it."""
    jpeg = with_place("JPEG")
    said = CANARY.encode() + b" 53.4074"
    more = [
        _segment(0xE1, b"http://ns.adobe.com/xmp/extension/\x00" + b"0" * 40 + said),
        _segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\x00\x00" + len(said).to_bytes(4, "big") + said),
        _segment(0xE2, b"FPXR\x00" + said),
        _segment(0xEC, b"Ducky" + said),
        _segment(0xFE, said),
    ]
    return jpeg[:2] + b"".join(more) + jpeg[2:]


def after_the_end(format: str) -> Callable[[], bytes]:
    return lambda: with_place(format) + CANARY.encode() + b"GPS 53.4074 -2.9781"


@pytest.mark.parametrize(
    "make",
    [motion_photo, multi_picture, with_maker_note_and_thumbnail, with_every_segment,
     *(after_the_end(format) for format in ("PNG", "WEBP", "TIFF", "GIF"))],
    ids=["motion photo", "several pictures", "maker note and thumbnail", "every segment", "after PNG", "after WebP",
         "after TIFF", "after GIF"],
)  # fmt: skip
def test_nothing_hidden_beside_the_pixels_comes_along_rule_67(make: Callable[[], bytes]) -> None:
    """Rule 67: not from behind the picture, nor from a picture within it."""
    content = viewable(io.BytesIO(make()))
    assert [mark for mark in (*MARKS[:3], b"53.40", b"ftyp", b"+53") if mark in content] == []
    assert [mark for mark in MARKS if mark in headers_of(content)] == []
    assert content.endswith(b"\xff\xd9") and content.count(b"\xff\xd8\xff") == 1
    with Image.open(io.BytesIO(content)) as image:
        assert (dict(image.getexif()), getattr(image, "n_frames", 1)) == ({}, 1)


def upright(turn: int) -> bytes:
    image = Image.new("RGB", (40, 20), "white")
    image.paste("red", (0, 0, 10, 20))
    exif = exif_with_place()
    exif[0x0112] = turn
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, quality=95)
    return out.getvalue()


@pytest.mark.parametrize(("turn", "size"), [(1, (40, 20)), (3, (40, 20)), (6, (20, 40)), (8, (20, 40))])
def test_a_copy_stands_upright(turn: int, size: tuple[int, int]) -> None:
    with Image.open(io.BytesIO(viewable(io.BytesIO(upright(turn))))) as image:
        assert image.size == size


def profiled() -> bytes:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "blue").save(out, "JPEG", icc_profile=profile)
    return out.getvalue()


def animated() -> bytes:
    out = io.BytesIO()
    frames = [Image.new("P", (8, 8), n) for n in range(3)]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], comment=CANARY.encode())
    return out.getvalue()


def in_mode(mode: str, format: str, **options: Any) -> Callable[[], bytes]:
    def make() -> bytes:
        out = io.BytesIO()
        Image.new(mode, (9, 7)).save(out, format, **options)
        return out.getvalue()

    return make


def texted() -> bytes:
    text = PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", f"<x:xmpmeta>{CANARY}</x:xmpmeta>")
    text.add_text("Comment", CANARY, zip=True)
    return in_mode("RGBA", "PNG", pnginfo=text)()


@pytest.mark.parametrize(
    "make",
    [profiled, animated, texted, in_mode("1", "PNG"), in_mode("L", "JPEG"), in_mode("LA", "PNG"), in_mode("P", "PNG"),
     in_mode("I;16", "PNG"), in_mode("CMYK", "JPEG"), in_mode("CMYK", "TIFF"), in_mode("RGBA", "WEBP")],
    ids=["odd profile", "animation", "texts", "1", "L", "LA", "P", "I;16", "CMYK", "CMYK TIFF", "RGBA WEBP"],
)  # fmt: skip
def test_every_kind_of_picture_becomes_a_bare_jpeg(make: Callable[[], bytes]) -> None:
    content = viewable(io.BytesIO(make()))
    assert [mark for mark in MARKS if mark in headers_of(content)] == []
    with Image.open(io.BytesIO(content)) as image:
        assert (image.format, image.mode) == ("JPEG", "RGB")
