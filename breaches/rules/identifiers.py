"""Whether a sender is somebody known: numbers, addresses and handles compared after normalising."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Literal

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from orders.types import Identifier

Match = Literal["known", "alike", "no"]
# Providers for which these are the same mailbox: dots left out, and anything after a plus.
_DOTLESS = frozenset({"gmail.com", "googlemail.com"})
_TAGGED = _DOTLESS | {"outlook.com", "hotmail.com", "live.com", "icloud.com", "me.com", "fastmail.com"}
# Fewer final digits than this are shared by too many numbers to say anything.
_TAIL = 6
# What a reader takes for another: capitals and digits within Latin, and the commonest Cyrillic and Greek.
_LOOKALIKES = str.maketrans({
    "0": "o", "1": "l", "i": "l", "|": "l", "3": "e", "5": "s", "$": "s", "@": "a",
    "а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "у": "y", "х": "x", "і": "l", "ѕ": "s", "ԁ": "d", "ո": "n",
    "α": "a", "ε": "e", "ο": "o", "ρ": "p", "υ": "u", "ν": "v", "ι": "l", "τ": "t", "κ": "k",
})  # fmt: skip


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
    return "known" if _bare(value) == _bare(other.value) and _bare(value) else "no"


def phone(value: str) -> str | None:
    """E.164, from every way in which a British number is written; None where it cannot be a number.

    Possible, not valid, is enough: numbers in use are not always in the published plan (07700 900xxx is not).
    """
    try:
        number = phonenumbers.parse(value[:64], "GB")
    except phonenumbers.NumberParseException:
        return None
    # "Possible" to the library also counts the short numbers that work within one town only.
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _phones(value: str, other: str) -> Match:
    one, two = phone(value), phone(other)
    if one is not None and one == two:
        return "known"
    digits, others = _digits(one or value), _digits(two or other)
    short, long = sorted((digits, others), key=len)
    return "alike" if len(short) >= _TAIL and long.endswith(short.lstrip("0")) else "no"


def _digits(value: str) -> str:
    return "".join(str(unicodedata.digit(c)) for c in value if c.isdigit() and unicodedata.digit(c, -1) >= 0)


def email(value: str) -> str | None:
    """A mailbox in one form: case, and for providers that ignore them dots and tags, taken away."""
    try:
        parts = validate_email(value.strip()[:320], check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    local, domain = parts.local_part.casefold(), parts.domain.casefold()
    if domain in _TAGGED:
        local = local.partition("+")[0]
    if domain in _DOTLESS:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


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


def handle(value: str) -> str:
    """An account's name without the sign before it, in one case and one Unicode form."""
    return unicodedata.normalize("NFKC", value).strip().lstrip("@").casefold()


def skeleton(value: str) -> str:
    """What a name looks like: accents, dots and look-alike letters taken away. For "alike", never "known"."""
    plain = unicodedata.normalize("NFKD", handle(value))
    letters = "".join(c for c in plain if not unicodedata.combining(c)).translate(_LOOKALIKES)
    return re.sub(r"[\W_]+", "", letters).replace("rn", "m").replace("vv", "w")


def _bare(value: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", value)).casefold()


def _words(value: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", value).casefold()))
