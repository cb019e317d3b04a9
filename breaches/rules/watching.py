"""Words that an order watches for, in what was said on social media (rule 43). A match is only ever proposed."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from orders.rules.identifiers import look, seen

Found = Literal["there", "alike"]

_WORD = re.compile(r"[^\W_]+")
_TAG = re.compile(r"[#@]([\w.]+)")
# Where a tag that is written together goes on with another word: AmaOsei, AMAOsei, ama2026.
_SEAM = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
# What parts words for the eye, where a sign within a word may stand for a letter, and numbers, which are no words.
_APART = re.compile(r"(?<!\w)[#@]+|[^\w|$@]|_|(?<!\w)\d+(?!\w)")
_SIGNS = re.compile(r"[^\w\s]+")
# Phrases longer than this are watched for by their first words.
_MOST_WORDS = 12


@dataclass(frozen=True, slots=True)
class _Terms:
    """Watch terms made ready: as words, written together as in a tag, as they look, and signs without a word."""

    phrases: frozenset[str]
    together: frozenset[str]
    looks: frozenset[str]
    signs: tuple[str, ...]
    firsts: frozenset[str]
    longest: int


def watched(text: str, terms: tuple[str, ...]) -> Found | None:
    """Whether a watch term stands in the text as whole words or in a tag, or only looks as if it did.

    "Ama" is in "ama!", "#AmaOsei" and "Ama's", and not in "Amazon". With Cyrillic letters, or as "A.m.a", it is
    "alike".
    """
    wanted = _ready(terms)
    if not text or not (wanted.phrases or wanted.signs):
        return None
    plain = unicodedata.normalize("NFKC", seen(text))
    if _holds(_words(plain), wanted.phrases, wanted):
        return "there"
    if _tagged(plain, wanted) or any(sign in plain for sign in wanted.signs):
        return "there"
    spelt = _look_words(text)
    return "alike" if _holds(spelt, wanted.looks, wanted) or _spelt_out(spelt, wanted) else None


@lru_cache(maxsize=512)
def _ready(terms: tuple[str, ...]) -> _Terms:
    plain = [unicodedata.normalize("NFKC", seen(term)).strip() for term in terms]
    spelt = [_words(term)[:_MOST_WORDS] for term in plain]
    # A number within a term is looked for as it is only: as letters it could be any word.
    named = (not any(word.isdecimal() for word in found) for found in spelt)
    looks = [_look_words(term)[:_MOST_WORDS] if apt else [] for term, apt in zip(terms, named, strict=True)]
    return _Terms(
        phrases=frozenset(" ".join(found) for found in spelt if found),
        together=frozenset("".join(found) for found in spelt if found),
        looks=frozenset(form for found in looks if found for form in (" ".join(found), "".join(found))),
        signs=tuple(term for term, found in zip(plain, spelt, strict=True) if term and not found),
        firsts=frozenset(found[0] for found in (*spelt, *looks) if len(found) > 1),
        longest=max((len(found) for found in (*spelt, *looks)), default=0),
    )


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _holds(spelt: list[str], phrases: frozenset[str], wanted: _Terms) -> bool:
    """Whether one of the phrases stands in these words."""
    if not phrases.isdisjoint(spelt):
        return True
    starts = [start for start, word in enumerate(spelt) if word in wanted.firsts]
    return any(
        " ".join(spelt[start : start + count]) in phrases for start in starts for count in range(2, wanted.longest + 1)
    )


def _tagged(plain: str, wanted: _Terms) -> bool:
    """Whether a tag is a term written together, or has it as one of the words that its capitals show."""
    return any(
        "".join(_words(body)) in wanted.together or _holds(_words(_SEAM.sub(" ", body)), wanted.phrases, wanted)
        for body in set(_TAG.findall(plain))
    )


def _look_words(text: str) -> list[str]:
    """The words as a reader would take them, whatever they are written in."""
    looked = look(_APART.sub(" ", unicodedata.normalize("NFC", seen(text))))
    return _SIGNS.sub("", looked).replace("rn", "m").replace("vv", "w").split()


def _spelt_out(spelt: list[str], wanted: _Terms) -> bool:
    """Whether single letters in a row are a term, run together: A.m.a, A m a."""
    lone = "".join(word if len(word) == 1 else " " for word in spelt)
    return not wanted.looks.isdisjoint(lone.split())
