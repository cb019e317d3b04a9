"""What an identifier is, whatever it was put under: its kind, several in one field, a number behind a mask. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

from geo.gazetteer import postcodes_in, words_around_postcodes
from geo.place_phrases import names_address
from orders.rules.identifiers import (
    address,
    digits,
    fold_plate,
    handle,
    phone,
    visible,
    with_plain_digits,
)
from orders.rules.links import PLATFORMS, platform_name, read_link
from orders.types import Identifier

# What people call the kinds, in the words by which they are kept.
_KINDS = {
    "phone": "phone", "telephone": "phone", "tel": "phone", "mobile": "phone", "mob": "phone", "number": "phone",
    "landline": "phone", "msisdn": "phone", "email": "email", "mail": "email", "social": "social", "handle": "social",
    "username": "social", "account": "social", "profile": "social", "vehicle": "vehicle", "car": "vehicle",
    "plate": "vehicle", "vrm": "vehicle", "vrn": "vehicle", "registration": "vehicle", "address": "address",
    "other": "other", "withheld": "withheld", "unknown": "unknown",
}  # fmt: skip

# Fewer characters than this hold no number that is surely whole, and no two of anything.
_SHORTEST_WHOLE, _SHORTEST_TWO = 9, 5
# A longer field than this is not looked through for several.
_LONGEST = 500
# A kind of its own: digits that may be a part of a number, and may count something else.
DIGITS = "digits"
# Between two of them in one field.
_BETWEEN = re.compile(r"[,;|&\r\n/]+|\band\b|\bor\b", re.I)
_APART = re.compile(r"[,;|\r\n]+|\s/\s|\sand\s|\sor\s|\s&\s|\s+(?=@)")
_RUN = re.compile(r"(?<![\w.])\+?\(?\+?\d(?:[\d\s()\[\].\-\u2010-\u2015\u2212_\u00b7\u2022]*\d)?(?!\w)")
_IN_A_ROW = re.compile(r"(?:0|\+44|0044)[1237]\d{9}")
# Words that say which number of his it is. Others may say that it is somebody else's.
_HIS_OWN = frozenset({
    "tel", "phone", "telephone", "number", "no", "num", "mob", "mobile", "cell", "home", "work", "office", "landline",
    "new", "old", "and", "or", "m", "h", "w", "t", "his",
})  # fmt: skip

_MASK = r"(?:[xX*?#_\u00d7\u2022\u25cf\u25cb\u2217\u2731\u204e\u2026]|\.{2,})"
_MASKED = re.compile(rf"(?<!\w)[+(\[]*(?:\d|{_MASK})(?:[\s()\[\]\-\u2010-\u2015\d+]|{_MASK})*")
_ANY_MASK = re.compile(rf"{_MASK}|[\uff00-\uff5e]")
_MASK_RUN = re.compile(rf"(?:{_MASK}[\s()\[\]\-\u2010-\u2015]*)+")
_MOST_MASKS = 3
_FEWEST_SEEN, _FEWEST_FIRST = 6, 7

# As given out since 2001: two letters, the half-year, three letters; in words, where a make or model might look so.
_PLATE = re.compile(r"(?<![a-z0-9])([a-hj-pr-y]{2}(?:[0-2]\d|[5-7]\d|80))\s?([a-hj-pr-z]{3})(?![a-z0-9])", re.I)
_MODELS = frozenset({"car", "van", "suv", "tdi", "tsi", "gti", "cdi", "hdi", "dci", "crd", "ltd", "red"})
_PLATE_LENGTHS = range(2, 9)

_PLATFORM_FIRST = re.compile(r"([A-Za-z ]{1,20}?)\s*(?::\s*@?|\s[-\u2013]\s@?|\s@)([^\s/@:]{1,100})")
# A whole number that can be nothing else: with its 0, its country, or as a spreadsheet leaves a mobile.
_CERTAIN = re.compile(r"0\d{9,10}|(?:00)?440?\d{9,10}|7\d{9}")


def kind_named(kind: str) -> str:
    """The kind by the name that is used here, in whatever case and words it was said; "" where it is none."""
    return _KINDS.get(kind) or _KINDS.get("".join(c for c in kind.lower() if c.isalpha()), "")


def read_identifier(kind: str, value: str, platform: str = "") -> Iterator[Identifier]:
    """What an identifier is: as the kind it was put under, and where it does not look so, as what it does look like.

    The first that looks like what it is said to be is the only one.
    """
    named = kind_named(kind) or "other"
    fits = _FITS.get(named)
    if fits is not None and fits(value):
        yield Identifier(named, value, platform)
        return
    if named == "social" and (platform or ((link := read_link(value)) and link.platform)):
        yield Identifier(named, value, platform)
        return
    if not (named == "phone" and value.isdecimal()):
        yield from _guess_kinds(named, value)
    yield Identifier("other" if named == "unknown" else named, value, platform)


def _guess_kinds(named: str, value: str) -> Iterator[Identifier]:
    """What a text looks like, certain or not at all, the surest first."""
    if named != "phone":
        if _certain_number(value):
            yield Identifier("phone", value)
        elif named in ("other", "unknown") and _part_of_number(value):
            yield Identifier(DIGITS, value)
    if named != "email" and ("@" in value or "%40" in value) and address(value):
        yield Identifier("email", value)
    yield from _read_account(named, value)
    found = _find_plates(value)
    if len(found) == 1 and named != "address":
        yield Identifier("vehicle", found[0])
    if named in ("other", "unknown") and _is_postal_address(value):
        yield Identifier("address", value)


def _is_postal_address(value: str) -> bool:
    """Whether it is a postcode, or a numbered house in a street, and nothing that it does not take to say where."""
    codes = postcodes_in(value[:_LONGEST])
    if len(codes) > 1 or len(value) > _LONGEST:
        return False
    return names_address(words_around_postcodes(value), has_postcode=bool(codes))


def _read_account(named: str, value: str) -> Iterator[Identifier]:
    text = value.strip()
    link = read_link(text) if "/" in text or "." in text else None
    if (link and link.platform and link.handle) or ("@" not in text[1:] and text.startswith("@") and handle(text)):
        yield Identifier("social", text)
    elif (said := _PLATFORM_FIRST.fullmatch(text)) and platform_name(said[1]) in PLATFORMS:
        yield Identifier("social", said[2], platform_name(said[1]))


def _certain_number(value: str) -> bool:
    if phone(value) is None:
        return masked_number(value) is not None
    written = with_plain_digits(visible(value))
    return "+" in written or _CERTAIN.fullmatch(digits(written)) is not None


def _part_of_number(value: str) -> bool:
    """Whether a field is digits and nothing else, as many as the end of a number has."""
    text = re.sub(r"[\s()-]", "", with_plain_digits(visible(value)))
    return text.isdecimal() and 6 <= len(text) <= 11


def _find_plates(value: str) -> list[str]:
    """The number plates in it: itself, or those of today's pattern among its words."""
    found = fold_plate(value)
    if _PLATE.fullmatch(found):
        return [found]
    if not value.isascii() and _PLATE.fullmatch(fold_plate(unicodedata.normalize("NFKC", visible(value)))):
        return [value]  # as it is written: what had to be folded is only ever like another
    within = _PLATE.findall(visible(value) if value.isascii() else "")
    return list(dict.fromkeys(f"{a}{b}".lower() for a, b in within if b.lower() not in _MODELS))


def _is_plate(value: str) -> bool:
    found = fold_plate(value)
    return len(found) in _PLATE_LENGTHS and found.isalnum() and any(c.isdigit() for c in found)


_FITS: dict[str, Callable[[str], bool]] = {
    "phone": lambda value: phone(value) is not None,
    "email": lambda value: "@" in value and address(value) is not None,
    "vehicle": _is_plate,
}


def looks_like_its_kind(kind: str, value: str) -> bool:
    """Whether it is one whole identifier of the kind, by that kind's own name, where that can be seen."""
    fits = _FITS.get(kind)
    return fits is not None and fits(value)


def numbers_within(value: str) -> tuple[tuple[str, ...], bool]:
    """The whole telephone numbers in a text that is none itself, and whether they are all there is of numbers in it.

    They are not certain either where words are among them that may say whose they are.
    """
    if len(value) < _SHORTEST_WHOLE:
        return (), True
    text = with_plain_digits(visible(value))
    found: list[str] = []
    certain = "@" not in text and "//" not in text
    for piece in _BETWEEN.split(text):
        whole = phone(piece)
        if whole:
            found.append(whole)
            continue
        for run in _RUN.findall(piece):
            several = [phone(run)] if phone(run) else _in_a_row(run)
            certain = certain and bool(several)
            found.extend(number for number in several if number)
    spoken = re.findall(r"[^\W\d_]+", text.lower())
    certain = certain and (len(found) < 2 or set(spoken) <= _HIS_OWN)
    return tuple(dict.fromkeys(found)), certain


def _in_a_row(run: str) -> list[str | None]:
    """Numbers with nothing but a blank between, all with their 0."""
    plain = "".join(c for c in run if c in "+0123456789")
    found = _IN_A_ROW.findall(plain)
    return [phone(one) for one in found] if "".join(found) == plain else []


def taken_apart(kind: str, value: str) -> tuple[str, ...]:
    """The several identifiers that one field holds, each alone; none where it holds one, or where it is not certain."""
    if not _SHORTEST_TWO <= len(value) <= _LONGEST:
        return ()
    named = kind_named(kind)
    if len(value) >= 2 * _SHORTEST_WHOLE and (
        named == "phone" or (named in ("other", "unknown", "") and not address(value))
    ):
        found, certain = numbers_within(value) if phone(value) is None else ((), False)
        if certain and len(found) > 1:
            return found
    if named == "vehicle":
        plates = _find_plates(value)
        return tuple(plates) if len(plates) > 1 else ()
    parts = [
        part.strip() for part in re.split(r"[,;|\r\n]+|\s/\s|\sand\s|\sor\s|\s&\s|\s+(?=@)", value) if part.strip()
    ]
    if len(parts) > 1 and all(_stands_alone(named, part) for part in parts):
        return tuple(parts)
    return ()


def _stands_alone(named: str, part: str) -> bool:
    if named == "email":
        return address(part) is not None
    link = read_link(part) if "/" in part else None
    return bool(link and link.platform and link.handle) or bool(re.fullmatch(r"@[^\s@/]{1,100}", part))


def masked_number(value: str) -> str | None:
    """A pattern (regular expression) of the E.164 digits behind a mask: 07700 900xxx. None where it says too little."""
    if not _ANY_MASK.search(value):
        return None
    text = with_plain_digits(visible(value))
    found = max(_MASKED.findall(text), key=len, default="")
    runs = _MASK_RUN.findall(found)
    if not 1 <= len(runs) <= _MOST_MASKS:
        return None
    shown = [digits(part) for part in _MASK_RUN.split(re.sub(r"\(\s*0\s*\)", "", found) if "+" in found else found)]
    shown[0], before = _split_national(shown[0], abroad="+" in found)
    seen = sum(map(len, shown))
    if seen < (_FEWEST_SEEN if any(shown[1:]) else _FEWEST_FIRST):
        return None
    return before + r"\d{1,9}".join(shown) if before or shown[0] else r"\d{1,15}" + r"\d{1,9}".join(shown[1:])


def _split_national(first: str, *, abroad: bool) -> tuple[str, str]:
    """What is shown of a number's beginning without the way in which it is dialled, and the pattern for that way."""
    if first.startswith("00"):
        first, abroad = first[2:], True
    if first.startswith("44"):
        return first[2:].removeprefix("0"), "44"
    if abroad:
        return first, ""
    return first.removeprefix("0"), "44" if first.startswith("0") else "(?:44)?"
