"""Pictures: opening them within limits, and the one function that makes the copy to look at (rule 67)."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import pillow_heif
from PIL import Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

pillow_heif.register_heif_opener()
ImageFile.LOAD_TRUNCATED_IMAGES = False
# Beyond what any telephone takes; a JPEG that large is read at a fraction of its size.
Image.MAX_IMAGE_PIXELS = 220_000_000

MOST_AT_ONCE = 80_000_000  # pixels that are unpacked into memory
_LONGEST_SIDE = 4096
_QUALITY = 90
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "HEIF", "MPO")
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
        except (UnidentifiedImageError, OSError, ValueError, SyntaxError, IndexError, KeyError, EOFError, TypeError):
            raise NotAPicture("picture_unreadable") from None


def viewable(source: IO[bytes]) -> bytes:
    """The copy of a picture that can be looked at: a JPEG of its pixels and of nothing else.

    What the original says of its place, time, device and editing is left behind: no EXIF, XMP, IPTC, comment or
    profile. It stands upright and in sRGB; at most 4096 pixels a side; of several frames, the first. Raises
    `NotAPicture`.
    """
    with opened_picture(source) as image:
        image.draft("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))
        if image.width * image.height > MOST_AT_ONCE:
            raise NotAPicture("picture_too_large")
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
        bare = Image.new("RGB", upright.size, "white")
        plain = _in_srgb(upright)
        bare.paste(plain, mask=plain.getchannel("A") if plain.mode == "RGBA" else None)
        out = io.BytesIO()
        # A new picture has nothing to carry over; `exif`, `icc_profile` and `comment` are given all the same.
        bare.save(out, "JPEG", quality=_QUALITY, exif=b"", icc_profile=None, comment=b"")
    return out.getvalue()


def _in_srgb(image: Image.Image) -> Image.Image:
    """The picture as RGB or RGBA in the colours of a screen; a profile that cannot be read is passed over."""
    wanted = "RGBA" if "A" in image.mode or "transparency" in image.info else "RGB"
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "L", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            found = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            return image.convert(wanted)
        if found is not None:
            return found
    return image.convert(wanted)
