"""Whether a sender is somebody known: numbers, addresses and handles compared in one form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Literal

from orders.rules.identifiers import bare, email, handle, phone, skeleton
from orders.types import Identifier

Match = Literal["known", "alike", "no"]
# Fewer final digits than this are shared by too many numbers to say anything.
_TAIL = 6


def compare(kind: str, value: str, platform: str, known: Iterable[Identifier]) -> Match:
    """The best that a sender's identifier does against those on record."""
    found: Match = "no"
    for other in known:
        match = _against(kind, value, platform, other)
        if match == "known":
            return match
        found = match if match != "no" else found
    return found


def names(value: str, known: Iterable[str]) -> bool:
    """Whether an account's own name carries one of these names: somebody else's account naming him."""
    folded = _words(value)
    return any(name and f" {name} " in f" {folded} " for name in map(_words, known) if len(name) >= 3)


def _against(kind: str, value: str, platform: str, other: Identifier) -> Match:
    if kind == "social" or other.kind == "social":
        return _handles(value, platform, other) if kind == other.kind else "no"
    if kind != other.kind:
        return "no"
    if kind == "phone":
        return _phones(value, other.value)
    if kind == "email":
        return _mails(value, other.value)
    return "known" if bare(value) == bare(other.value) and bare(value) else "no"


def _phones(value: str, other: str) -> Match:
    one, two = phone(value), phone(other)
    if one is not None and one == two:
        return "known"
    digits, others = _digits(one or value), _digits(two or other)
    short, long = sorted((digits, others), key=len)
    return "alike" if len(short) >= _TAIL and long.endswith(short.lstrip("0")) else "no"


def _digits(value: str) -> str:
    return "".join(str(unicodedata.digit(c)) for c in value if c.isdigit() and unicodedata.digit(c, -1) >= 0)


def _mails(value: str, other: str) -> Match:
    one, two = email(value), email(other)
    if one is not None and one == two:
        return "known"
    untagged, others = (_untagged(text) for text in (value, other))
    return "alike" if untagged == others or skeleton(value) == skeleton(other) else "no"


def _untagged(value: str) -> str:
    local, _, domain = value.strip().casefold().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _handles(value: str, platform: str, other: Identifier) -> Match:
    one, two = handle(value), handle(other.value)
    same_place = platform.casefold() == other.platform.casefold() and platform != ""
    if one and one == two:
        return "known" if same_place else "alike"
    return "alike" if one and skeleton(one) == skeleton(two) else "no"


def _words(value: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", value).casefold()))
