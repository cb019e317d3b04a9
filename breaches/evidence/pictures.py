"""Pictures: opening them within limits, and the one function that makes the copy to look at (rule 67)."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import numpy as np
import pillow_heif
from PIL import ExifTags, Image, ImageCms, ImageFile, UnidentifiedImageError

pillow_heif.register_heif_opener()
ImageFile.LOAD_TRUNCATED_IMAGES = False
# Beyond what any telephone takes; a JPEG that large is read at a fraction of its size.
Image.MAX_IMAGE_PIXELS = 220_000_000

MOST_AT_ONCE = 80_000_000  # pixels that are unpacked into memory
_LONGEST_SIDE = 4096
_QUALITY = 90
_MOST_EMPTY_FRAMES, _MOST_VIEWS = 50, 100
_DEEP = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")
_ANIMATIONS = ("GIF", "PNG", "WEBP", "AVIF")
# What puts a picture upright, by its EXIF orientation (Exif 2.32, 4.6.4).
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ROWS = 512  # of a picture that are scaled at once
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF", "HEIF", "MPO")
# What Pillow and libheif raise of a damaged picture, or of one that is packed in a way of its own.
_BROKEN = (
    UnidentifiedImageError, OSError, ValueError, SyntaxError, IndexError, KeyError, EOFError, TypeError, OverflowError,
    RuntimeError, struct.error,
)  # fmt: skip
_LETTERS = ("utf-8", "latin-1")
MEDIA_TYPE = "image/jpeg"


class NotAPicture(Exception):
    """It cannot be read as a picture, or only at a risk; `code` says which."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@contextmanager
def opened_picture(source: IO[bytes]) -> Iterator[Image.Image]:
    """A picture, its header read. Raises `NotAPicture`: `picture_unreadable` or `picture_bomb`."""
    with warnings.catch_warnings():
        # Pillow only warns of a bomb until it is twice as bad, and of broken metadata.
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        warnings.filterwarnings("ignore", category=UserWarning, module="PIL")
        try:
            with Image.open(source, formats=_FORMATS) as image:
                yield image
        except (Image.DecompressionBombWarning, Image.DecompressionBombError, MemoryError):
            raise NotAPicture("picture_bomb") from None
        except _BROKEN:
            raise NotAPicture("picture_unreadable") from None


def viewable(source: IO[bytes]) -> bytes:
    """The copy of a picture that can be looked at: a JPEG of its pixels and of nothing else.

    What the original says of its place, time, device and editing is left behind: no EXIF, XMP, IPTC, comment or
    profile. It stands upright and in sRGB; at most 4096 pixels a side; of several frames, the first that shows
    anything. Raises `NotAPicture`.
    """
    with opened_picture(source) as image:
        image.draft("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))
        if image.width * image.height > MOST_AT_ONCE:
            raise NotAPicture("picture_too_large")
        _find_shown_frame(image)
        image.load()
        turn = _read_turn(image)
        plain = _in_srgb(image)
        plain = plain if turn is None else plain.transpose(turn)
        plain.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
        bare = Image.new("RGB", plain.size, "white")
        bare.paste(plain, mask=plain.getchannel("A") if plain.mode == "RGBA" else None)
        out = io.BytesIO()
        # A new picture has nothing to carry over; `exif`, `icc_profile` and `comment` are given all the same.
        bare.save(out, "JPEG", quality=_QUALITY, exif=b"", icc_profile=None, comment=b"")
    return out.getvalue()


def _read_turn(image: Image.Image) -> Image.Transpose | None:
    """What puts a picture upright that was read. By its EXIF alone: what HEIC, AVIF and TIFF turn by a property of
    their own was turned then. Damaged EXIF turns nothing: the picture is seen all the same."""
    try:
        return _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except _BROKEN:
        return None


def _find_shown_frame(image: Image.Image) -> None:
    """Go to the first frame that is shown to anybody: not the stand-in of an APNG, nor one that is all glass."""
    if image.format not in _ANIMATIONS or not getattr(image, "is_animated", False):
        return
    first = 1 if getattr(image, "default_image", False) else 0
    for number in range(first, first + _MOST_EMPTY_FRAMES):
        try:
            image.seek(number)
        except EOFError:
            break
        if not _is_empty(image):
            return
    image.seek(first)


def leaves_frames_out(image: Image.Image) -> bool:
    """Whether a picture holds others than the one that its copy shows: an animation, a burst, pages.

    What a camera puts beside a picture for its own use (a preview, a map of its brightness) is no other picture.
    """
    if image.format == "MPO":
        return _holds_other_views(image)
    return bool(getattr(image, "is_animated", False)) or getattr(image, "n_frames", 1) > 1


def describe_in_bytes(image: Image.Image) -> list[bytes]:
    """What a picture says of itself in EXIF, XMP, IPTC, comments and chunks of text, as it lies in the file.

    The longest first. Every segment of a JPEG before its pixels is such words; what lies behind them is none.
    """
    found = [image.info.get(name) for name in ("xmp", "XML:com.adobe.xmp")]
    # Pillow puts its own head before the EXIF of some formats.
    found.append(image.info.get("exif", b"").removeprefix(b"Exif\x00\x00"))
    photoshop = image.info.get("photoshop")
    found.extend(photoshop.values() if isinstance(photoshop, dict) else ())
    # A TIFF is made of such fields, as its pixels are of strips: only words are asked for.
    found.extend(value for value in dict(getattr(image, "tag_v2", {})).values())
    found.extend(segment for _, segment in getattr(image, "applist", ()))
    found.append(image.info.get("comment"))
    texts = getattr(image, "text", {})
    found.extend(texts.values() if isinstance(texts, dict) else ())
    # A PNG's words are Latin-1 in one kind of chunk, and UTF-8 in another.
    as_bytes = {value.encode(name, "replace") for value in found if isinstance(value, str) for name in _LETTERS}
    as_bytes |= {value for value in found if isinstance(value, bytes)}
    return sorted((value for value in as_bytes if len(value) > 3), key=len, reverse=True)


def _holds_other_views(image: Image.Image) -> bool:
    """CIPA DC-007, 5.2.3.3: views are named so; what is not named is one where it is as large as the first."""
    size = image.size
    for number, entry in enumerate(getattr(image, "mpinfo", {}).get(0xB002, ())[:_MOST_VIEWS]):
        kind = entry["Attribute"]["MPType"]
        if number and (kind.startswith("Multi-Frame") or kind == "Undefined"):
            try:
                image.seek(number)
                if kind != "Undefined" or image.size == size:
                    return True
            except (EOFError, ValueError, OSError, SyntaxError):
                return True  # it says that it is there
            finally:
                image.seek(0)
    return False


def _is_empty(image: Image.Image) -> bool:
    """Whether nothing of it can be seen: every pixel is glass."""
    if not _has_alpha(image):
        return False
    return image.convert("RGBA").getchannel("A").getextrema() == (0, 0)


def _has_alpha(image: Image.Image) -> bool:
    return image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info


def _in_srgb(image: Image.Image) -> Image.Image:
    """The picture as RGB or RGBA in the colours of a screen; a profile that cannot be read is passed over."""
    if image.mode in _DEEP:
        image = _scale_deep(image)
    glass = image.convert("RGBA").getchannel("A") if _has_alpha(image) else None
    bare = image.convert("L" if image.mode in ("LA", "La") else "RGB") if glass or image.mode in ("P", "1") else image
    found = _convert_by_profile(bare, image.info.get("icc_profile")) or bare.convert("RGB")
    if glass:
        found.putalpha(glass)
    return found


def _convert_by_profile(image: Image.Image, profile: bytes | None) -> Image.Image | None:
    if not profile or image.mode not in ("RGB", "L", "CMYK"):
        return None
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


def _scale_deep(image: Image.Image) -> Image.Image:
    """A picture of more than 8 bits in 8: what the file calls brightest is white. Pillow alone would cut it off.

    Of 32 bits and of fractions, which name no brightest, it is the brightest there is.
    """
    tones = np.asarray(image)
    low, top = (0.0, 65535.0) if image.mode.startswith("I;16") else _find_range(tones)
    found = np.empty(tones.shape, np.uint8)
    for start in range(0, len(tones), _ROWS):
        rows = np.nan_to_num(tones[start : start + _ROWS].astype(np.float32), nan=low, posinf=top, neginf=low)
        found[start : start + _ROWS] = np.clip((rows - low) * (255.0 / ((top - low) or 1.0)) + 0.5, 0, 255)
    plain = Image.fromarray(found)
    plain.info = {name: image.info[name] for name in ("icc_profile",) if name in image.info}
    glass = image.info.get("transparency")
    if isinstance(glass, int):
        plain.putalpha(Image.fromarray(np.where(tones == glass, 0, 255).astype(np.uint8)))
    return plain


def _find_range(tones: np.ndarray[Any, Any]) -> tuple[float, float]:
    """Black and white of a picture that does not name them."""
    finite = np.isfinite(tones)
    low = float(tones.min(initial=0.0, where=finite))
    top = float(tones.max(initial=low, where=finite))
    whole = np.issubdtype(tones.dtype, np.integer)
    return (0.0, 65535.0) if whole and low == 0 and 255 < top <= 65535 else (low, top)
