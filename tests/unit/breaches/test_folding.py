"""Folding is not sameness: only the case of plain letters makes two identifiers one (rules 42 and 86).

What Unicode folds or normalises further looks like it: possible, never indicated. Telephone numbers are the exception.
"""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breaches.rules.identifiers import recognise, recogniser
from breaches.rules.social import touches
from breaches.types import Facts, Interval, ReportedMention
from edge.shapes import storable
from orders.rules.known import known_person
from orders.rules.people import marks_of
from orders.types import ConditionTerms, Identifier

THEN = datetime(2026, 11, 20, 18, tzinfo=UTC)

# What folds into another text, and that text: full-width, ligature, sharp and long s, dotless i, Kelvin, accents...
FOLDS = {
    "full-width": ("dan", "\uff44\uff41\uff4e"),
    "ligature": ("fin", "\ufb01n"),
    "sharp s": ("strasse", "stra\u00dfe"),
    "capital sharp s": ("strasse", "stra\u1e9ee"),
    "long s": ("sam", "\u017fam"),
    "dotless i": ("ian", "\u0131an"),
    "dotted capital I": ("ian", "\u0130an"),
    "Kelvin": ("kay", "\u212aay"),
    "Angstrom": ("\u00e5sa", "\u212bsa"),
    "accent": ("jose", "jos\u00e9"),
    "accent apart": ("jos\u00e9", "jose\u0301"),
    "capital with accent": ("jos\u00e9", "JOS\u00c9"),
    "Greek final sigma": ("\u03bd\u03c3", "\u03bd\u03c2"),
    "mathematical": ("dan", "\U0001d41d\U0001d41a\U0001d427"),
    "ringed": ("dan", "\u24d3\u24d0\u24dd"),
    "Cyrillic": ("dan", "d\u0430n"),
    "zero-width": ("dan", "d\u200ban"),
    "joiner behind": ("dan", "dan\u200d"),
    "mark of direction": ("dan", "\u200edan"),
    "soft hyphen": ("dan", "d\u00adan"),
    "variation selector": ("dan", "dan\ufe0f"),
    "raised digit": ("dan2", "dan\u00b2"),
    "full-width digit": ("dan2", "dan\uff12"),
    "Arabic-Indic digit": ("dan2", "dan\u0662"),
}
FIELDS = {
    "social": ("{}.marsh", "instagram"),
    "email": ("{}.marsh@example.com", ""),
    "other": ("{} 77", ""),
    "address": ("7 {} Road, L1 1AA", ""),
    "link": ("https://instagram.com/{}.marsh", ""),
}


def match(kind: str, known: str, reported: str, platform: str = "") -> str:
    people = (known_person([Identifier(kind, known, platform)], ()),)
    return recognise(people, kind, reported, platform).match


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("fold", FOLDS)
def test_what_unicode_folds_is_alike_and_never_the_same(field: str, fold: str) -> None:
    form, platform = FIELDS[field]
    kind = "social" if field == "link" else field
    one, other = (form.format(text) for text in FOLDS[fold])
    assert match(kind, one, other, platform) == match(kind, other, one, platform)
    assert match(kind, one, other, platform) == "alike"
    assert match(kind, other, other, platform) in ("known", "alike")  # a mailbox or a link may not be such


@pytest.mark.parametrize("field", FIELDS)
def test_the_case_of_plain_letters_is_no_difference(field: str) -> None:
    form, platform = FIELDS[field]
    kind = "social" if field == "link" else field
    upper = form.format("DAN") if field == "link" else form.format("dan").upper()
    assert match(kind, form.format("dan"), upper, platform) == "known"


@pytest.mark.parametrize(
    "plate",
    [
        "\uff21\uff2212 CDE",
        "AB12\u200bCDE",
        "A\u041212 CDE",
        "AB\uff11\uff12 CDE",
        "AB12 CD\u00c9",
        "AB\u00b92 CDE",
        "\u24b6B12CDE",
    ],
)
def test_a_plate_in_other_letters_or_digits_is_alike(plate: str) -> None:
    assert match("vehicle", "AB12 CDE", plate) == match("vehicle", plate, "AB12 CDE") == "alike"


@pytest.mark.parametrize("plate", ["ab12cde", "AB12-CDE", " AB12\u00a0CDE ", "ab12\u2013cde", "A B 1 2 C D E"])
def test_a_plate_is_the_same_in_any_case_and_spacing(plate: str) -> None:
    assert match("vehicle", "AB12 CDE", plate) == "known"


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        ("x@ex\u00e4mple.com", "x@xn--exmple-cua.com", "known"),
        ("x@ex\u00e4mple.com", "X@EX\u00e4MPLE.COM", "known"),
        ("x@xn--exmple-cua.com", "x@XN--EXMPLE-CUA.COM", "known"),
        ("x@ex\u00e4mple.com", "x@EX\u00c4MPLE.com", "alike"),
        ("x@ex\u00e4mple.com", "x@exa\u0308mple.com", "alike"),
        ("x@example.com", "x@\uff45xample.com", "alike"),
        ("x@example.com", "x@example\u3002com", "alike"),
        ("x@stra\u00dfe.de", "x@xn--strae-oqa.de", "known"),
        ("x@stra\u00dfe.de", "x@strasse.de", "alike"),
        ("x@kelvin.com", "x@\u212aelvin.com", "alike"),
    ],
)
def test_a_domain_is_as_dns_has_it_and_no_more(one: str, other: str, wanted: str) -> None:
    assert match("email", one, other) == match("email", other, one) == wanted


@pytest.mark.parametrize(
    "written",
    [
        "\uff10\uff17\uff17\uff10\uff10 900123",
        "\u2068+44 7700 900123\u2069",
        "\u0660\u0667\u0667\u0660\u0660\u0669\u0660\u0660\u0661\u0662\u0663",
    ],
)
def test_a_telephone_number_is_the_same_in_the_digits_of_every_script(written: str) -> None:
    assert match("phone", "07700 900123", written) == "known"


def test_a_link_whose_host_is_folded_is_alike_whatever_it_leads_to() -> None:
    link = "https://\uff49\uff4e\uff53\uff54\uff41gram.com/danny.m?x=instagram.com"
    assert match("social", "danny.m", link, "instagram") == "alike"
    people = (known_person([Identifier("social", "danny.m", "instagram")], ()),)
    condition = ConditionTerms("4", "no_social_reference", "", (), None, (), (), platforms=frozenset({"any"}))
    facts = Facts(interval=Interval(THEN, THEN), social=(ReportedMention(0, "", "", "", "direct", None, link),))
    (touch,) = touches(condition, recogniser(people), facts)
    assert (touch.outcome, touch.reasons[0].code) == ("needs_officer", "handle_alike")


@pytest.mark.parametrize("fold", FOLDS)
def test_two_orders_are_not_found_by_what_only_folds_into_the_same(fold: str) -> None:
    """Rule 86: a suggestion rests on the same identifier."""
    for kind, form, platform in [("social", "{}", "instagram"), ("email", "{}.marsh@example.com", "")]:
        items = [[{"kind": kind, "platform": platform, "value": form.format(text)}] for text in FOLDS[fold]]
        marks = [marks_of({"family_name": "", "identifiers": item}) for item in items]
        assert marks[0].isdisjoint(marks[1])


_PLAIN = {
    "social": "abikms.1_",
    "email": "abikms.1-",
    "vehicle": "abikms12",
    "address": "abiks 12,",
    "other": "abiks 12,",
}
_FOLDING = (
    "\uff41\uff21\u017f\u212a\u0131\u0130\ufb01\u00df\u00e9e\u0301\u200b\u200e\u2060\u00ad"
    "\u0430\u00b2\uff11\u0661\u00c5\u212b\u3000\u2019-."
)
_KIND = st.sampled_from(sorted(_PLAIN))


def normal(kind: str, value: str) -> str:
    """The most that two values of a kind may differ by, in other words than the code's."""
    value = "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in value)
    if kind in ("social", "email"):
        return value.strip().lstrip("@").strip()
    gone = "" if kind == "vehicle" else " "
    ascii_signs = set("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
    apart = (gone if c.isspace() or c in ascii_signs or unicodedata.category(c)[0] == "P" else c for c in value)
    return gone.join("".join(apart).split())


@settings(max_examples=500)
@given(st.data())
def test_two_texts_that_are_the_same_differ_by_plain_case_and_the_kinds_own_punctuation_only(
    data: st.DataObject,
) -> None:
    kind = data.draw(_KIND)
    letters = _PLAIN[kind] + _PLAIN[kind].upper() + _FOLDING
    one = data.draw(st.text(letters, min_size=1, max_size=8))
    changed = [
        data.draw(
            st.sampled_from([c, c.upper(), c.lower(), unicodedata.normalize("NFKC", c), f"{c}\u200b", c.casefold()])
        )
        for c in one
    ]
    other = data.draw(
        st.sampled_from(["".join(changed), unicodedata.normalize("NFD", one), unicodedata.normalize("NFKC", one)])
    )
    tail = "@example.com" if kind == "email" else ""
    platform = "instagram" if kind == "social" else ""
    one, other = one + tail, other + tail
    people = (known_person([Identifier(kind, one, platform)], ()),)
    found = recognise(people, kind, other, platform)
    if found.match == "known" and not found.how:
        assert normal(kind, one) == normal(kind, other)


@settings(max_examples=300)
@given(
    st.text("0123456789 +()-/.\uff10\uff11\u0667\u00b2\u2461xX*", min_size=5, max_size=18).filter(storable),
    st.integers(0, 17),
    st.sampled_from("0123456789"),
)
def test_a_number_with_another_digit_is_never_the_same(value: str, at: int, digit: str) -> None:
    """The worst mistake: somebody else's number becomes his."""
    spots = [n for n, c in enumerate(value) if c.isdecimal()]
    if not spots:
        return
    spot = spots[at % len(spots)]
    other = value[:spot] + digit + value[spot + 1 :]
    if unicodedata.decimal(value[spot]) != int(digit) and "x" not in value.lower():
        found = recognise((known_person([Identifier("phone", value)], ()),), "phone", other)
        # A 0 that is dialled before a number, or two, is no part of it.
        assert found.match != "known" or value[:spot].strip("+( 0") == ""
