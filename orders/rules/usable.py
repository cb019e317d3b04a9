"""What is on record and can never match, or never surely: told when it is put there. Pure.

Each is a warning: the order is taken as it is. Of what is in `NEVER_FOUND` an import refuses the row, because there
somebody can still mend the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from common.problems import Problem
from orders.rules.identifiers import (
    NOTHING,
    address,
    bare,
    digits,
    fold_plate,
    handle,
    phone,
    short_code,
    visible,
    withheld,
)
from orders.rules.links import PLATFORMS, platform_name
from orders.rules.parts import Doc, Found, member, objects
from orders.rules.readings import kind_named, masked_number, read_identifier, taken_apart

_SEVERAL = "It holds more than one: each was taken for one of his. Better to give each its own."
_WITHIN = "The number plate was taken from among other words: better to give it alone."
_MIXED = "It holds more than one, or something beside one, and cannot be told apart: give each its own."
_NOBODY = "This stands for nothing known, or for a withheld number: no report will ever match it."
_LOST = "Letters were lost or changed in it, as when a file is read in the wrong encoding: write them again."
_NAME = "Letters of this name were lost or changed, as when a file is read in the wrong encoding: write them again."
_WORD = "It says nothing that could be found in a post: give the word or name itself."
_CODE = "It looks like a date, as spreadsheets make of a number like 1-1: write it as the order has it."
_ELSEWHERE = "It is no identifier of this kind; it was taken for one of another kind, which it looks like."
_PARTS = "It is a part of a number: whatever matches it is only ever possible."
_PLATFORM = "This platform is not known by this name: an account there is only ever like one on another."
_NOT_OF_ITS_KIND = {
    "phone": "It is no telephone number: a report can match it as a sender's name only, or not at all.",
    "email": "It is no e-mail address: a report can match it only where it is written just so.",
    "social": "It is no name of an account.",
    "vehicle": "It is no number plate.",
    "address": "It says too little to be an address.",
    "other": "It says too little.",
}

# Words in the place of an identifier that would never be one, without blanks and signs.
_ASKS_ELSEWHERE = frozenset({
    "nfa", "nofixedabode", "nofixedaddress", "ofnofixedabode", "ofnofixedaddress", "noaddress", "homeless",
    "sofasurfing", "askvictim", "askthevictim", "asktheofficer", "askofficer", "askher", "askoic", "seevictim",
    "seenotes", "seelog",
    "seeabove", "asabove", "seebelow", "ditto", "tba", "tobeconfirmed", "tobeadvised", "tofollow", "notapplicable",
    "notgiven", "notprovided", "notrecorded", "notstated", "notheld", "dontknow", "donotknow", "refused", "declined",
    "pending", "various", "multiple", "redacted", "nottobedisclosed", "xxx", "xxxx",
})  # fmt: skip

# Of the codes that are told here, those of what is never found again as it stands: an import refuses its row.
NEVER_FOUND = frozenset(
    {"identifier_unusable", "name_damaged", "name_unusable", "watch_term_unusable", "code_looks_like_date"}
)

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*"
_DATE = re.compile(
    rf"\d{{1,2}}[-/. ]{_MONTH}(?:[-/. ]\d{{2,4}})?|{_MONTH}[-/. ]\d{{1,4}}|\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{2,4}}"
    r"|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T ].*)?",
    re.I,
)
_DATELESS = re.compile(r"[a-z]{1,3} ?\d{1,4}", re.I)
# A day as spreadsheets count: 1982 to 2064; and a number as they write one that is too long for its cell.
_SERIAL = re.compile(r"[3-5]\d{4}(?:\.\d+)?")
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?E\+?\d{1,3}", re.I)
_ERROR = re.compile(r"#(?:NAME\?|REF!|N/A|VALUE!|NULL!|DIV/0!|NUM!|#+)", re.I)
_LETTER_LOST = re.compile(r"\ufffd|[^\W\d_]\?+[^\W\d_]|^\?+[^\W\d_]|\?{2,}|[\x80-\x9f]")
_FEWEST = 6
# British mobiles are all of one length: a shorter one is cut off.
_MOBILE, _MOBILE_LENGTH = "+447", 13


def find_unusable(doc: Doc) -> Found:
    """Everything in an order's document that can never match, or only ever possibly, with its pointer.

    Codes: `identifier_unusable`, `identifier_incomplete`, `identifier_taken_apart`, `identifier_other_kind`,
    `platform_not_recognised`, `name_damaged`, `name_unusable`, `watch_term_unusable`, `code_looks_like_date`.
    """
    people = [(member(doc, "respondent"), "/respondent")]
    people += [(person, f"/protected_persons/{n}") for n, person in enumerate(objects(doc, "protected_persons"))]
    for person, path in people:
        yield from _check_names(person, path)
        for index, item in enumerate(objects(person, "identifiers")):
            yield from find_unusable_identifier(item, f"{path}/identifiers/{index}")
    for index, condition in enumerate(objects(doc, "conditions")):
        yield from _check_condition(condition, f"/conditions/{index}")


def find_unusable_identifier(item: Doc, path: str) -> Found:
    """What of one identifier (`kind`, `value`, `platform`) can never match, or only ever possibly."""
    kind, value, platform = (str(item.get(name) or "") for name in ("kind", "value", "platform"))
    if not value:
        return
    where = f"{path}/value"
    named = kind_named(kind) or "other"
    if platform and platform_name(platform) not in PLATFORMS:
        yield Problem(f"{path}/platform", "platform_not_recognised", _PLATFORM)
    if taken_apart(kind, value):
        yield Problem(where, "identifier_taken_apart", _SEVERAL)
        return
    if (
        stands_for_nothing(value)
        or _asks_elsewhere(named, value)
        or (named != "social" and withheld(value))
        or not visible(value)
    ):
        yield Problem(where, "identifier_unusable", _NOBODY)
    elif is_damaged(_before_question(value)):
        yield Problem(where, "identifier_unusable", _LOST)
    elif named in _FITTING and not _FITTING[named](value):
        yield _of_another_kind(named, value, where)


def _of_another_kind(named: str, value: str, where: str) -> Problem:
    shown = {read.kind for read in read_identifier(named, value)} - {named, "digits"}
    if shown:
        return Problem(where, "identifier_other_kind", _ELSEWHERE)
    if named == "vehicle" and next(read_identifier(named, value)).value != value:
        return Problem(where, "identifier_taken_apart", _WITHIN)
    if named == "phone" and looks_like_a_part(value):
        return Problem(where, "identifier_incomplete", _PARTS)
    several = named == "phone" and len(digits(value)) > _FEWEST
    return Problem(where, "identifier_unusable", _MIXED if several else _NOT_OF_ITS_KIND[named])


def looks_like_a_part(value: str) -> bool:
    """Whether it is the beginning or the end of a number, or one with some digits hidden."""
    shown = digits(visible(value))
    spoken = re.sub(r"[^\W\d_]", "", value) != value and masked_number(value) is None
    return masked_number(value) is not None or (not spoken and _FEWEST <= len(shown) <= 11)


def _before_question(value: str) -> str:
    """A link without what it asks: a question mark in it stands for no letter."""
    return value.partition("?")[0] if "/" in value or ":" in value else value


def stands_for_nothing(value: str) -> bool:
    """Whether it is what people and spreadsheets write where there is nothing: TBC, none, N/A, a formula's error."""
    return bare(value) in NOTHING or _ERROR.fullmatch(value.strip()) is not None


def _asks_elsewhere(named: str, value: str) -> bool:
    """Whether it says that there is none, or where to ask. A name of an account is one word: `nfa` may be somebody."""
    return bare(value) in _ASKS_ELSEWHERE and (named != "social" or len(value.split()) > 1)


def is_damaged(value: str) -> bool:
    """Whether letters were lost (a question mark or a mark of replacement for them) or read in the wrong encoding."""
    return _LETTER_LOST.search(value) is not None or _is_misread(value)


def _is_misread(value: str) -> bool:
    """Whether it is UTF-8 that was read as another encoding: it can be read back, and is then another text."""
    if value.isascii():
        return False
    for encoding in ("cp1252", "latin-1", "mac_roman"):
        try:
            again = value.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        return again != value
    return False


def looks_like_a_date(value: str) -> bool:
    """Whether it is a date as a spreadsheet makes one of a code: 1-Jan, Jan-01, 2026-01-01, 44927."""
    text = value.strip()
    return _DATE.fullmatch(text) is not None or _SERIAL.fullmatch(text) is not None


def _number_fits(value: str) -> bool:
    whole = phone(value)
    if whole is not None and whole.startswith(_MOBILE) and len(whole) < _MOBILE_LENGTH:
        return False
    return not _SCIENTIFIC.fullmatch(value.strip()) and (whole is not None or short_code(value) is not None)


def _plate_fits(value: str) -> bool:
    found = fold_plate(value)
    mixed = any(c.isdigit() for c in found) and any(c.isalpha() for c in found)
    # MAY 10 is a mark without a date (up to three letters, up to four digits); 10-May is what a spreadsheet made of it.
    dated = looks_like_a_date(value) and not _DATELESS.fullmatch(value.strip())
    return mixed and 2 <= len(found) <= 8 and not dated and not _SCIENTIFIC.fullmatch(value.strip())


_FITTING: dict[str, Callable[[str], bool]] = {
    "phone": _number_fits,
    "email": lambda value: address(value) is not None,
    "social": lambda value: any(c.isalnum() for c in handle(value)) and not _SCIENTIFIC.fullmatch(value.strip()),
    "vehicle": _plate_fits,
    "address": lambda value: len(bare(value)) >= 3 and not looks_like_a_date(value),
    "other": lambda value: bool(bare(value)),
}


def _check_names(person: object, path: str) -> Found:
    for name in ("family_name", "given_names"):
        yield from _check_name(member(person, name), f"{path}/{name}")
    known_as = member(person, "also_known_as")
    for index, name in enumerate(known_as if isinstance(known_as, list) else ()):
        yield from _check_name(name, f"{path}/also_known_as/{index}")


def _check_name(name: object, where: str) -> Found:
    if not isinstance(name, str) or not name.strip():
        return
    if is_damaged(name) or _ERROR.fullmatch(name.strip()):
        yield Problem(where, "name_damaged", _NAME)
    elif "also_known_as" in where and (bare(name) in NOTHING or not bare(name)):
        yield Problem(where, "name_unusable", _NOBODY)


def _check_condition(condition: Doc, path: str) -> Found:
    codes = [(condition.get("clause"), f"{path}/clause")]
    codes += [(zone.get("code"), f"{path}/zones/{n}/code") for n, zone in enumerate(objects(condition, "zones"))]
    for code, where in codes:
        if isinstance(code, str) and looks_like_a_date(code):
            yield Problem(where, "code_looks_like_date", _CODE)
    for index, term in _texts_of(condition, "watch_terms"):
        damaged = is_damaged(term)
        if damaged or not visible(term) or (bare(term) and stands_for_nothing(term)):
            yield Problem(f"{path}/watch_terms/{index}", "watch_term_unusable", _LOST if damaged else _WORD)
    for index, name in _texts_of(condition, "platforms"):
        if name != "any" and platform_name(name) not in PLATFORMS:
            yield Problem(f"{path}/platforms/{index}", "platform_not_recognised", _PLATFORM)


def _texts_of(doc: Doc, name: str) -> Iterable[tuple[int, str]]:
    items = member(doc, name)
    return [(n, item) for n, item in enumerate(items) if isinstance(item, str)] if isinstance(items, list) else []
