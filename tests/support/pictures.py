"""Pictures with a place in them, in every way that telephones and programs write one."""

from __future__ import annotations

import io
from typing import Any

import pillow_heif
from PIL import ExifTags, Image, TiffImagePlugin

pillow_heif.register_heif_opener()

CANARY = "canary-27-Laburnum-Road"
LATITUDE, LONGITUDE = 53.4074, -2.9781


def _parts(degrees: float) -> tuple[Any, ...]:
    value = abs(degrees)
    minutes = (value - int(value)) * 60
    seconds = round((minutes - int(minutes)) * 60 * 1000)
    return tuple(TiffImagePlugin.IFDRational(n, d) for n, d in ((int(value), 1), (int(minutes), 1), (seconds, 1000)))


def exif_with_place(
    latitude: float = LATITUDE,
    longitude: float = LONGITUDE,
    at: str | None = "2026:11-20 18:05:00",
    offset: str | None = None,
) -> Image.Exif:
    """EXIF as a telephone writes it: place, time, maker."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Apple"
    exif[ExifTags.Base.ImageDescription] = CANARY
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps |= {1: "N" if latitude >= 0 else "S", 2: _parts(latitude), 3: "E" if longitude >= 0 else "W"}
    gps[4] = _parts(longitude)
    inner = exif.get_ifd(ExifTags.IFD.Exif)
    if at:
        inner[ExifTags.Base.DateTimeOriginal] = at.replace("-", ":", 1)
    if offset:
        inner[ExifTags.Base.OffsetTimeOriginal] = offset
    return exif


def with_place(format: str = "JPEG", **said: Any) -> bytes:
    """A picture that says where it was taken, in EXIF and, where the format has it, in XMP and a comment."""
    image = Image.new("RGB", (64, 48), (200, 30, 30))
    xmp = f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{CANARY} 53.4074</x:xmpmeta>'.encode()
    exif = exif_with_place(**said)
    options: dict[str, dict[str, Any]] = {
        "JPEG": {"exif": exif, "xmp": xmp, "comment": CANARY.encode()},
        "PNG": {"exif": exif},
        "WEBP": {"exif": exif, "xmp": xmp},
        "TIFF": {"exif": exif},
        "HEIF": {"exif": exif.tobytes(), "xmp": xmp},
        "GIF": {"comment": CANARY.encode()},
    }
    out = io.BytesIO()
    image.save(out, format, **options[format])
    return out.getvalue()
