"""Photographs examined as the worker does it, beside what Pillow alone takes to open them to the last pixel.

Examined is: read from the sealed store and compared with the digest, opened by a process apart and looked at. The copy
to look at, which is made afterwards, is timed beside it (`with_copies_ratio`). Left out are the scanner and the
database, which are others' time. `BENCH_PHOTOGRAPHS` says how many.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from PIL import Image

from breaches.evidence.apart import work_apart
from breaches.evidence.examining import MOST_MEMORY, MOST_SECONDS
from breaches.evidence.inspecting import Ask, Looked, copy_picture, inspect_item, load_once
from breaches.evidence.sealing import Arrival, Opened, digest_of
from breaches.evidence.types import Part

COUNT = int(os.environ.get("BENCH_PHOTOGRAPHS", "1000"))
SIZE = (4000, 3000)  # as telephones take them
KINDS = 10  # that are made; the rest are the same again
WANTED = 0.5


def run() -> dict[str, Any]:
    """Photographs a second of floor and of ours, the ratio, and where our time goes."""
    with tempfile.TemporaryDirectory() as folder:
        settings.EVIDENCE_DIR = Path(folder)
        photographs = [_take_photograph(number) for number in range(min(KINDS, COUNT))]
        parts = [_keep_photograph(content) for content in photographs]
        load_once()
        floor = 0.0
        spent = {"digest": 0.0, "looked": 0.0, "copied": 0.0}
        for number in range(COUNT):  # in turn, so that what else the machine does falls on both
            floor += _time_act(partial(_open_photograph, photographs[number % KINDS]))
            for name, seconds in _examine_photograph(parts[number % KINDS]).items():
                spent[name] += seconds
    ours = spent["digest"] + spent["looked"]
    return {
        "name": "photographs",
        "unit": f"photographs a second, {COUNT} of {SIZE[0]} x {SIZE[1]}, {len(photographs[0]) / 1e6:.1f} MB",
        "floor": round(COUNT / floor, 2),
        "ours": round(COUNT / ours, 2),
        "ratio": round(floor / ours, 3),
        "wanted_ratio": WANTED,
        "with_copies_ratio": round(floor / (ours + spent["copied"]), 3),
        "milliseconds": {name: round(seconds / COUNT * 1000, 1) for name, seconds in spent.items()},
        "floor_is": "Image.open and load of the same bytes",
    }


def _take_photograph(seed: int) -> bytes:
    """Something that packs as a photograph does: soft shapes with some noise."""
    drawn = np.random.default_rng(seed)
    small = drawn.integers(0, 256, (30, 40, 3), dtype=np.uint8)
    soft = np.asarray(Image.fromarray(small).resize(SIZE, Image.Resampling.BICUBIC), dtype=np.int16)
    noisy = np.clip(soft + drawn.normal(0, 6, soft.shape).astype(np.int16), 0, 255).astype(np.uint8)
    out = BytesIO()
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Bench", random.Random(seed).choice((1, 6))
    Image.fromarray(noisy).save(out, "JPEG", quality=88, exif=exif)
    return out.getvalue()


def _keep_photograph(content: bytes) -> Part:
    arrival = Arrival()
    arrival.write(content)
    part = arrival.finish()
    arrival.place()
    return part


def _open_photograph(content: bytes) -> None:
    with Image.open(BytesIO(content)) as image:
        image.load()


def _examine_photograph(part: Part) -> dict[str, float]:
    """Seconds of each step. What comes out otherwise than it should is no measurement."""
    ask = Ask((part,), "photo.jpg", datetime.now(tz=UTC), let_go=False)
    digest = _time_act(lambda: digest_of(Opened([part])))
    begun = time.perf_counter()
    looked = list(work_apart(partial(inspect_item, ask), seconds=MOST_SECONDS, memory=MOST_MEMORY))
    middle = time.perf_counter()
    copy = b"".join(work_apart(partial(copy_picture, (part,)), seconds=MOST_SECONDS, memory=MOST_MEMORY))
    first = looked[0]
    if not isinstance(first, Looked) or first.found is None or first.found.media_type != "image/jpeg" or not copy:
        raise SystemExit("a photograph was not examined: nothing was measured")
    return {"digest": digest, "looked": middle - begun, "copied": time.perf_counter() - middle}


def _time_act(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun
