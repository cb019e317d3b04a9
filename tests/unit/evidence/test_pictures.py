"""Copies that show what the picture shows: depth, palettes, glass, turns, frames; and what lies beside it is told."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pillow_heif
import pytest
from PIL import ExifTags, Image, ImageCms, ImageOps, PngImagePlugin

from breaches.evidence.detect import examine
from breaches.evidence.pictures import viewable
from breaches.evidence.readings import describe_other
from breaches.evidence.types import ENDINGS, PICTURES, Found
from tests.support.films import android_place, box, film, head
from tests.support.pictures import exif_with_place, with_place

WHITE, RED, BLUE, YELLOW = (255, 255, 255), (220, 30, 30), (30, 30, 220), (230, 220, 30)


def saved(image: Image.Image, format: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def copy_of(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(viewable(io.BytesIO(content)))) as image:
        image.load()
        return image


def colour_at(image: Image.Image, x: int, y: int) -> tuple[int, ...]:
    found = image.getpixel((x, y))
    assert isinstance(found, tuple)
    return found


def close(found: Any, wanted: Any, by: int = 12) -> bool:
    return all(abs(a - b) <= by for a, b in zip(found, wanted, strict=True))


def deep(top: int = 65535) -> Image.Image:
    """A ramp of grey from left to right in 16 bits."""
    return Image.fromarray(np.tile(np.linspace(0, top, 64).astype(np.uint16), (48, 1)))


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
def test_sixteen_bits_are_scaled_and_not_cut_off(format: str) -> None:
    copy = copy_of(saved(deep(), format))
    assert [colour_at(copy, x, 20)[0] for x in (0, 16, 32, 63)] == pytest.approx([0, 65, 130, 255], abs=4)


def test_a_large_picture_of_sixteen_bits_has_a_copy_too() -> None:
    """A scan of 4,200 pixels has to be made smaller, which Pillow does not do in 16 bits."""
    copy = copy_of(saved(deep().resize((4200, 64), Image.Resampling.NEAREST), "PNG"))
    assert copy.size == (4096, 62)
    assert colour_at(copy, 2048, 30)[0] == pytest.approx(128, abs=6)


@pytest.mark.parametrize("kind", [np.int32, np.float32])
def test_what_names_no_brightest_is_scaled_by_the_brightest_there_is(kind: Any) -> None:
    tones = np.tile(np.linspace(0, 4_000_000, 64).astype(kind), (48, 1))
    copy = copy_of(saved(Image.fromarray(tones), "TIFF"))
    assert [colour_at(copy, x, 20)[0] for x in (0, 32, 63)] == pytest.approx([0, 130, 255], abs=4)


def test_fractions_without_a_value_do_not_spoil_the_rest() -> None:
    tones = np.tile(np.linspace(0, 1, 64, dtype=np.float32), (48, 1))
    tones[0, :2] = (np.nan, np.inf)
    assert colour_at(copy_of(saved(Image.fromarray(tones), "TIFF")), 63, 40)[0] >= 250


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">L", len(content)) + kind + content + struct.pack(">L", zlib.crc32(kind + content))


def test_sixteen_bits_of_colour_are_as_bright_as_they_were() -> None:
    row = b"\x00" + struct.pack(">HHH", 56_540, 7_710, 7_710) * 8
    head_of = chunk(b"IHDR", struct.pack(">LLBBBBB", 8, 8, 16, 2, 0, 0, 0))
    content = b"\x89PNG\r\n\x1a\n" + head_of + chunk(b"IDAT", zlib.compress(row * 8)) + chunk(b"IEND", b"")
    assert close(copy_of(content).getpixel((4, 4)), RED)


def test_a_grey_of_sixteen_bits_that_stands_for_glass_is_white() -> None:
    content = saved(deep(), "PNG", transparency=0)
    assert close(copy_of(content).getpixel((0, 20)), WHITE)


def palette(glass: Any = None) -> Image.Image:
    image = Image.new("P", (64, 48), 0)
    image.putpalette([*RED, *BLUE, *YELLOW])
    image.paste(1, (32, 0, 64, 48))
    if glass is not None:
        image.info["transparency"] = glass
    return image


@pytest.mark.parametrize(
    ("content", "left"),
    [
        (saved(palette(), "PNG"), RED),
        (saved(palette(), "PNG", transparency=0), WHITE),
        (saved(palette(), "PNG", transparency=bytes([0, 255, 255])), WHITE),
        (saved(palette(), "GIF"), RED),
        (saved(palette(), "GIF", transparency=0), WHITE),
        (saved(palette(), "TIFF"), RED),
    ],
    ids=["PNG", "PNG with a glass colour", "PNG with glass by colour", "GIF", "GIF with glass", "TIFF"],
)
def test_a_palette_keeps_its_colours_and_glass_is_white(content: bytes, left: Any) -> None:
    copy = copy_of(content)
    assert close(copy.getpixel((8, 24)), left) and close(copy.getpixel((56, 24)), BLUE)


def test_a_large_palette_is_made_smaller_without_false_colours() -> None:
    """Halfway between two colours of a palette is no third of its colours."""
    wide = palette().resize((8192, 16), Image.Resampling.NEAREST)
    copy = copy_of(saved(wide, "PNG"))
    assert close(copy.getpixel((100, 4)), RED) and close(copy.getpixel((4000, 4)), BLUE)


@pytest.mark.parametrize(
    "image",
    [Image.new("LA", (16, 16), (0, 0)), Image.new("RGBA", (16, 16), (0, 0, 0, 0)), Image.new("L", (16, 16), 255)],
    ids=["LA", "RGBA", "L"],
)
def test_glass_is_white(image: Image.Image) -> None:
    assert close(copy_of(saved(image, "PNG")).getpixel((8, 8)), WHITE)


def test_a_profile_counts_beside_glass_too() -> None:
    """The same colours with and without a corner of glass come out the same."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    plain = copy_of(saved(Image.new("RGB", (16, 16), RED), "PNG", icc_profile=profile)).getpixel((8, 8))
    glass = Image.new("RGBA", (16, 16), (*RED, 255))
    assert close(copy_of(saved(glass, "PNG", icc_profile=profile)).getpixel((8, 8)), plain, by=3)


@pytest.mark.parametrize("format", ["JPEG", "TIFF"])
def test_cmyk_is_no_negative(format: str) -> None:
    image = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    options = {"quality": 95} if format == "JPEG" else {}
    red, green, blue = colour_at(copy_of(saved(image, format, **options)), 8, 8)
    assert red > 180 and green < 80 and blue < 80


def banner() -> Image.Image:
    """Case 05: as it should be seen, 48 wide and 64 high: red on top, blue below, a yellow bar on the left."""
    image = Image.new("RGB", (48, 64), WHITE)
    image.paste(RED, (0, 0, 48, 16))
    image.paste(BLUE, (0, 48, 48, 64))
    image.paste(YELLOW, (0, 16, 8, 48))
    return image


def lying(turn: int = 6) -> tuple[Image.Image, Image.Exif]:
    """The same as a sensor lies, and the EXIF that says how to turn it."""
    exif = exif_with_place()
    exif[ExifTags.Base.Orientation] = turn
    return banner().transpose(
        {6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270, 3: Image.Transpose.ROTATE_180}[turn]
    ), exif


def twice_told_heic() -> bytes:
    image, exif = lying()
    heif = pillow_heif.from_pillow(image)
    out = io.BytesIO()
    heif.save(out, exif=exif.tobytes(), quality=95)
    return out.getvalue()


def twice_told(format: str) -> Callable[[], bytes]:
    def make() -> bytes:
        image, exif = lying()
        return saved(image, format, exif=exif, **({"quality": 95} if format != "PNG" and format != "TIFF" else {}))

    return make


@pytest.mark.parametrize(
    "make",
    [
        twice_told("JPEG"),
        twice_told("PNG"),
        twice_told("WEBP"),
        twice_told("AVIF"),
        twice_told("TIFF"),
        twice_told_heic,
    ],
    ids=["JPEG", "PNG", "WebP", "AVIF", "TIFF", "HEIC"],
)
def test_a_picture_is_turned_once_in_every_format(make: Callable[[], bytes]) -> None:
    """Case 05: HEIC and AVIF say by a property of their own how they are turned, and EXIF says it again."""
    copy = copy_of(make())
    assert copy.size == (48, 64)
    assert close(copy.getpixel((24, 6)), RED, 40) and close(copy.getpixel((24, 58)), BLUE, 40)
    assert close(copy.getpixel((3, 32)), YELLOW, 60)


def test_avif_is_a_picture_like_others() -> None:
    assert {"image/avif"} <= PICTURES and ENDINGS["image/avif"] == "avif"
    content = saved(banner(), "AVIF", exif=exif_with_place(), quality=95)
    assert examine(io.BytesIO(content)) == Found("image/avif")
    assert close(copy_of(content).getpixel((24, 6)), RED, 40)
    generic = content.replace(b"ftypavif", b"ftypmif1", 1)
    assert examine(io.BytesIO(generic)).media_type == "image/avif"
    assert examine(io.BytesIO(content[: len(content) // 2])).notes == ("picture_unreadable",)


def frames(*colours: Any, mode: str = "RGBA") -> list[Image.Image]:
    return [Image.new(mode, (32, 32), colour) for colour in colours]


def moving(format: str, *colours: Any, **options: Any) -> bytes:
    first, *others = frames(*colours)
    return saved(first, format, save_all=True, append_images=others, duration=80, **options)


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG", "AVIF"])
def test_of_a_moving_picture_the_first_is_shown_and_the_rest_is_told(format: str) -> None:
    content = moving(format, (*RED, 255), (*BLUE, 255), (*YELLOW, 255))
    found = examine(io.BytesIO(content))
    assert (found.holds, found.notes) == ((), ("frames_left_out",))
    assert close(copy_of(content).getpixel((16, 16)), RED, 40)


def test_pages_and_bursts_are_told_too() -> None:
    pages = saved(Image.new("RGB", (32, 32), RED), "TIFF", save_all=True, append_images=[Image.new("RGB", (32, 32))])
    burst = saved(Image.new("RGB", (64, 64), RED), "HEIF", save_all=True, append_images=[Image.new("RGB", (64, 64))])
    for content in (pages, burst):
        assert examine(io.BytesIO(content)).notes == ("frames_left_out",)
        assert close(copy_of(content).getpixel((16, 16)), RED, 40)


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG"])
def test_a_first_frame_that_is_all_glass_is_passed_over(format: str) -> None:
    options = {"disposal": 2} if format == "GIF" else {}
    content = moving(format, (0, 0, 0, 0), (*BLUE, 255), **options)
    assert close(copy_of(content).getpixel((16, 16)), BLUE, 40)


def test_the_stand_in_of_an_animation_is_not_what_was_shown() -> None:
    content = moving("PNG", (*YELLOW, 255), (*RED, 255), (*BLUE, 255), default_image=True)
    assert close(copy_of(content).getpixel((16, 16)), RED)


def test_one_frame_of_a_moving_kind_leaves_nothing_out() -> None:
    for format in ("GIF", "WEBP", "PNG", "AVIF", "HEIF", "TIFF"):
        assert examine(io.BytesIO(saved(Image.new("RGB", (64, 64), RED), format))).notes == ()


def views(size: tuple[int, int]) -> bytes:
    return saved(Image.new("RGB", (64, 48), RED), "MPO", save_all=True, append_images=[Image.new("RGB", size, BLUE)])


def test_a_second_view_is_told_and_a_map_of_brightness_is_not() -> None:
    """CIPA DC-007: telephones put a small grey picture behind each of theirs, for bright screens."""
    assert examine(io.BytesIO(views((64, 48)))).notes == ("frames_left_out",)
    assert examine(io.BytesIO(views((16, 12)))).notes == ()


def behind(picture: bytes, mark: bytes = b"") -> bytes:
    return picture + mark + film(head(3_000_000_000), android_place("+53.4072-002.9779/"))


@pytest.mark.parametrize(
    "content",
    [
        behind(with_place("JPEG")),
        behind(with_place("JPEG"), b"\x00\x00\x30\x0a\x10\x00\x00\x00MotionPhoto_Data"),
        with_place("HEIF") + box(b"mpvd", film(head(3_000_000_000))),
        behind(with_place("HEIF"), b"MotionPhoto_Data"),
        behind(saved(banner(), "AVIF")),
    ],
    ids=["Google", "Samsung", "Google HEIC", "Samsung HEIC", "AVIF"],
)
def test_a_film_behind_a_picture_is_told(content: bytes) -> None:
    found = examine(io.BytesIO(content))
    assert (found.holds, found.notes) == ((), ("film_behind_picture",))
    reading = describe_other(found)
    assert (reading.state, reading.read, dict(reading.why)) == ("part", 1, {"film_behind_picture": 1})


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "GIF"])
def test_a_plain_picture_has_nothing_behind_it(format: str) -> None:
    assert examine(io.BytesIO(with_place(format))).notes == ()


def test_a_series_in_a_heic_is_told() -> None:
    """A HEIC sequence holds its pictures as a film does; only the first is decoded here."""
    content = with_place("HEIF") + box(b"moov", head(3_000_000_000))
    assert examine(io.BytesIO(content)).notes == ("frames_left_out",)


QUOTED = b"<!DOCTYPE html><html><p>What he wrote on his page</p></html>"


def described(format: str, words: bytes) -> bytes:
    exif = exif_with_place()
    exif[ExifTags.Base.ImageDescription] = words.decode()
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + words + b"</x:xmpmeta>"
    options: dict[str, Any] = {"exif": exif.tobytes() if format == "HEIF" else exif}
    if format in ("JPEG", "WEBP", "HEIF", "AVIF"):
        options["xmp"] = xmp
    return saved(banner(), format, **options)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
def test_a_picture_that_quotes_a_page_in_its_metadata_is_no_polyglot(format: str) -> None:
    content = described(format, QUOTED)
    assert QUOTED in content
    assert examine(io.BytesIO(content)).holds == ()


def test_a_comment_and_a_chunk_of_text_that_quote_a_page_are_no_polyglot_either() -> None:
    assert examine(io.BytesIO(saved(banner(), "JPEG", comment=QUOTED))).holds == ()
    assert examine(io.BytesIO(saved(banner(), "GIF", comment=QUOTED))).holds == ()
    for add in ("add_text", "add_itxt"):
        texts = PngImagePlugin.PngInfo()
        getattr(texts, add)("Comment", f"é {QUOTED.decode()}")
        content = saved(banner(), "PNG", pnginfo=texts)
        assert QUOTED in content and examine(io.BytesIO(content)).holds == ()
        assert examine(io.BytesIO(content + QUOTED)).holds == ("polyglot",)


@pytest.mark.parametrize(
    "content",
    [
        described("JPEG", QUOTED) + QUOTED,
        described("JPEG", b"<html><script>alert(1)</script></html>"),
        described("PNG", QUOTED) + b"<script>alert(1)</script>",
        saved(banner(), "JPEG", comment=QUOTED) + QUOTED,
        saved(banner(), "JPEG", comment=b"<script>alert(1)</script>"),
        saved(banner(), "JPEG") + QUOTED,
        described("JPEG", QUOTED)[:-200] + QUOTED,
        b"GIF89a" + QUOTED,
    ],
    ids=[
        "behind it as well",
        "a script in it",
        "a script behind it",
        "in a comment and behind it",
        "a script in a comment",
        "behind it",
        "not whole",
        "GIF",
    ],
)
def test_a_picture_that_is_a_page_still_is_one(content: bytes) -> None:
    assert examine(io.BytesIO(content)).holds == ("polyglot",)


def test_a_copy_of_what_was_turned_is_upright_in_each_of_the_eight_ways() -> None:
    for turn in range(1, 9):
        exif = exif_with_place()
        exif[ExifTags.Base.Orientation] = turn
        content = saved(banner(), "JPEG", exif=exif, quality=95)
        with Image.open(io.BytesIO(content)) as image:
            wanted = ImageOps.exif_transpose(image).convert("RGB")
        copy = copy_of(content)
        assert copy.size == wanted.size
        assert close(copy.getpixel((24, 6)), wanted.getpixel((24, 6)), 30)


@pytest.mark.parametrize(
    "exif", [b"Exif\x00\x00nothing", b"Exif\x00\x00II*\x00\xff\xff\xff\xff", b"Exif\x00\x00MM\x00*"]
)
def test_damaged_exif_does_not_take_the_picture_away(exif: bytes) -> None:
    content = saved(banner(), "JPEG", exif=exif, quality=95)
    assert copy_of(content).size == (48, 64)
