"""Whether a sender is on record: every way of writing numbers, addresses, handles and plates (rule 42)."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breaches.rules.identifiers import Sender, recognise
from breaches.types import SENDER_KINDS
from edge.shapes import storable
from orders.rules import identifiers
from orders.rules.identifiers import address, email, handle, phone, short_code, skeleton, visible, withheld
from orders.rules.known import known_person
from orders.types import Identifier, KnownPerson

MOBILE, LONDON = "+447700900123", "+442079460958"


def on_record(kind: str, value: str, platform: str = "") -> tuple[KnownPerson, ...]:
    return (known_person([Identifier(kind, value, platform)], ()),)


def said(found: Sender) -> tuple[str, list[str]]:
    return found.match, [reason.code for reason in found.how]


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("+44 7700 900123", MOBILE),
        ("07700900123", MOBILE),
        ("(07700) 900-123", MOBILE),
        ("[07700] 900123", MOBILE),
        ("07700/900/123", MOBILE),
        ("0 7 7 0 0 9 0 0 1 2 3", MOBILE),
        ("7700900123", MOBILE),
        ("447700900123", MOBILE),
        ("44 7700 900123", MOBILE),
        ("+4407700900123", MOBILE),
        ("00447700900123", MOBILE),
        ("0044 (0)7700-900123", MOBILE),
        ("0044.7700.900123", MOBILE),
        ("(0)7700 900123", MOBILE),
        ("+44(0)7700.900.123", MOBILE),
        ("+44 (0)20 7946 0958", LONDON),
        ("(+44)(0)20 7946 0958", LONDON),
        ("+44 020 7946 0958", LONDON),
        ("020.7946.0958", LONDON),
        ("020 7946 0958 ext 12", LONDON),
        ("020 7946 0958 x12", LONDON),
        ("020 7946 0958 #12", LONDON),
        ("020 7946 0958 extn. 4", LONDON),
        ("tel:+44-20-7946-0958;ext=12", LONDON),
        ("sms:07700900123", MOBILE),
        ("whatsapp:+447700900123", MOBILE),
        ("sip:+447700900123@example.com", MOBILE),
        ("447700900123@s.whatsapp.net", MOBILE),
        ("Tel. 07700 900123", MOBILE),
        ("Danny: 07700 900123 (mobile)", MOBILE),
        ("07700 900123.", MOBILE),
        ("07700\u2011900\u2011123", MOBILE),
        ("07700\u00a0900\u00a0123", MOBILE),
        ("\u202a+44 7700 900123\u202c", MOBILE),
        ("07700\u200b900\ufeff123", MOBILE),
        ("٠٧٧٠٠٩٠٠١٢٣", MOBILE),
        ("۰۷۷۰۰۹۰۰۱۲۳", MOBILE),
        ("०७७००९००१२३", MOBILE),
        ("０７７００９００１２３", MOBILE),
        ("𝟎𝟕𝟕𝟎𝟎𝟗𝟎𝟎𝟏𝟐𝟑", MOBILE),
        ("0161 496 0000", "+441614960000"),
        ("016977 2345", "+44169772345"),
        ("0800 1111", "+448001111"),
        ("00 353 1 234 5678", "+35312345678"),
        ("+353 (0)1 234 5678", "+35312345678"),
        ("+39 06 1234 5678", "+390612345678"),
        ("+1 202 555 0123", "+12025550123"),
    ],
)
def test_a_number_has_one_form(written: str, same: str) -> None:
    assert phone(written) == same
    assert said(recognise(on_record("phone", same), "phone", written)) == ("known", [])
    assert said(recognise(on_record("phone", written), "phone", same)) == ("known", [])


@pytest.mark.parametrize(
    "written",
    [
        "", " ", "+", "()", "07700", "900123", "60006", "Danny", "07700 9OO123", "O7700 900123", "2 07700 900123",
        "07700 900123, 07700 900124", "call 07700 900123 at 5", "1" * 500, "x" * 10_000, "+" * 50 + "1", "²", "½",
        "07700 900123" + " " * 10_000 + "x",
    ],
)  # fmt: skip
def test_what_is_no_whole_number_has_none(written: str) -> None:
    assert phone(written) is None


@pytest.mark.parametrize(
    ("known", "sender", "wanted"),
    [
        # Cut off at its beginning, or at its end.
        (MOBILE, "900123", ("alike", ["part_of_number"])),
        (MOBILE, "00123", ("unknown", [])),
        (MOBILE, "000000", ("unknown", [])),
        (MOBILE, "07700 9001xx", ("alike", ["part_of_number"])),
        (MOBILE, "+44 7700 9001..", ("alike", ["part_of_number"])),
        (MOBILE, "07700 9001", ("alike", ["part_of_number"])),
        (MOBILE, "07700 90012", ("alike", ["part_of_number"])),
        (MOBILE, "+44 7700 90012", ("alike", ["part_of_number"])),
        (MOBILE, "07700 900", ("unknown", [])),
        (MOBILE, "07700 90", ("unknown", [])),
        (MOBILE, "07700 9", ("unknown", [])),
        ("0800 1111", "0800 1111", ("known", [])),
        ("0800 1111", "0800 1112", ("unknown", [])),
        (MOBILE, "O7700 900123", ("alike", ["part_of_number"])),
        ("900123", MOBILE, ("alike", ["part_of_number"])),
        ("900123", "0900 123", ("alike", ["part_of_number"])),
        (MOBILE, "07700900124", ("unknown", [])),
        (MOBILE, "+1 202 555 0123", ("unknown", [])),
        # Numbers of one network only.
        ("60006", "60006", ("known", [])),
        ("60006", "60 006", ("known", [])),
        ("60006", "60007", ("unknown", [])),
        # A sender's name, which anybody can set.
        ("DannyM", "DANNYM", ("alike", ["same_as_written"])),
        # Nothing is said, on either side.
        ("unknown", "unknown", ("withheld", ["sender_withheld"])),
        ("n/a", "n/a", ("unknown", [])),
        ("", "", ("unknown", [])),
        (MOBILE, "", ("unknown", [])),
    ],
)
def test_a_number_beside_one_on_record(known: str, sender: str, wanted: tuple[str, list[str]]) -> None:
    assert said(recognise(on_record("phone", known), "phone", sender)) == wanted


@pytest.mark.parametrize(
    "written",
    ["Withheld", "No Caller ID", "Private number", "ANONYMOUS", "unknown", "number withheld", "Caller ID withheld",
     "Restricted", "blocked", "hidden\u200b number", "NoNumber"],
)  # fmt: skip
def test_a_withheld_number_is_a_class_of_its_own(written: str) -> None:
    assert withheld(written)
    assert said(recognise(on_record("phone", written), "phone", written)) == ("withheld", ["sender_withheld"])


def test_words_that_only_begin_like_withheld_are_names() -> None:
    assert not withheld("Anonymous Danny") and not withheld("") and not withheld("07700900123")


@pytest.mark.parametrize(
    ("known", "sender", "wanted"),
    [
        ("d.marsh@example.com", " D.Marsh@EXAMPLE.com", ("known", [])),
        ("d.marsh@example.com", "Danny <d.marsh@example.com>", ("known", [])),
        ("d.marsh@example.com", "mailto:d.marsh@example.com?subject=hi", ("known", [])),
        ("d.marsh@example.com", "d\u200b.marsh@example.com\u202c", ("alike", ["looks_alike"])),
        ("x@exämple.com", "x@xn--exmple-cua.com", ("known", [])),
        ("Dan.Marsh@gmail.com", "danmarsh@gmail.com", ("known", ["same_for_provider"])),
        ("danmarsh@gmail.com", "dan.marsh+new@googlemail.com", ("known", ["same_for_provider"])),
        ("dan@outlook.com", "dan+a@outlook.com", ("known", ["same_for_provider"])),
        ("dan.marsh@outlook.com", "danmarsh@outlook.com", ("alike", ["looks_alike"])),
        ("dan@example.com", "dan+a@example.com", ("alike", ["tag_apart"])),
        ("d.marsh@example.com", "d.rnarsh@example.com", ("alike", ["looks_alike"])),
        ("d.marsh@example.com", "d.mаrsh@example.com", ("alike", ["looks_alike"])),
        ("d.marsh@example.com", "d.marsh@exаmple.com", ("alike", ["looks_alike"])),
        ("d.marsh@example.com", "d.marsh@example.org", ("unknown", [])),
        # What stands before the brackets is whatever the sender wanted it to be.
        ("d.marsh@example.com", "d.marsh@example.com <somebody@example.org>", ("unknown", [])),
        ("not an address", "NOT an address", ("alike", ["same_as_written"])),
        ("unknown", "unknown", ("unknown", [])),
        ("d.marsh@example.com", "d" * 10_000 + "@example.com", ("unknown", [])),
    ],
)
def test_a_mailbox_beside_one_on_record(known: str, sender: str, wanted: tuple[str, list[str]]) -> None:
    assert said(recognise(on_record("email", known), "email", sender)) == wanted


def test_a_providers_rules_add_a_form_and_take_none_away() -> None:
    assert address("Dan.Marsh+x@googlemail.com") == "dan.marsh+x@googlemail.com"
    assert email("Dan.Marsh+x@googlemail.com") == "danmarsh@gmail.com"


@pytest.mark.parametrize(
    ("known", "sender", "wanted"),
    [
        (("instagram", "@danny.m"), ("Instagram", "DANNY.M"), ("known", [])),
        (("instagram", "@danny.m"), ("insta", " @Danny.m "), ("known", [])),
        (("instagram", "@danny.m"), ("insta", " @danny\u200b.m\u202e"), ("alike", ["looks_alike"])),
        (("instagram", "@danny.m"), ("", "https://www.instagram.com/danny.m/?hl=en"), ("known", [])),
        (("", "https://m.facebook.com/profile.php?id=1000123"), ("facebook", "1000123"), ("known", [])),
        (("twitter", "danny_m"), ("X", "@Danny_M"), ("known", [])),
        (("reddit", "u/danny"), ("reddit", "danny"), ("known", [])),
        (("facebook", "danny.marsh"), ("facebook", "dannymarsh"), ("known", ["same_for_provider"])),
        (("instagram", "danny.m"), ("instagram", "dannym"), ("alike", ["looks_alike"])),
        (("instagram", "danny.m"), ("instagram", "danny_m"), ("alike", ["looks_alike"])),
        (("instagram", "danny.m"), ("instagram", "dаnny.m"), ("alike", ["looks_alike"])),
        (("instagram", "danny.m"), ("instagram", "ｄａｎｎｙ.ｍ"), ("alike", ["looks_alike"])),
        (("instagram", "danny.m"), ("instagram", "𝐝𝐚𝐧𝐧𝐲.𝐦"), ("alike", ["looks_alike"])),
        (("instagram", "marsh"), ("instagram", "rnarsh"), ("alike", ["looks_alike"])),
        (("instagram", "hello"), ("instagram", "ΗELLO"), ("alike", ["looks_alike"])),
        (("instagram", "ill_one"), ("instagram", "1ll0ne"), ("alike", ["looks_alike"])),
        (("instagram", "danny.m"), ("tiktok", "danny.m"), ("alike", ["same_name_elsewhere"])),
        (("instagram", "danny.m"), ("", "danny.m"), ("alike", ["same_name_elsewhere"])),
        (("", "danny.m"), ("", "danny.m"), ("alike", ["same_name_elsewhere"])),
        (("instagram", "danny.m"), ("instagram", "dannyy.m"), ("unknown", [])),
        (("instagram", "unknown"), ("instagram", "unknown"), ("unknown", [])),
        (("instagram", "..."), ("instagram", "__"), ("unknown", [])),
        (("instagram", "😀"), ("instagram", "😎"), ("unknown", [])),
        (("instagram", "danny.m"), ("instagram", "danny.m" * 2_000), ("unknown", [])),
        (("instagram", "danny.m"), ("instagram", "danny.m" + "\u200d" * 10_000), ("alike", ["looks_alike"])),
        # An account that is a telephone number.
        (("whatsapp", "07700 900123"), ("whatsapp", "+447700900123"), ("known", [])),
        (("whatsapp", "07700 900123"), ("", "https://wa.me/447700900123"), ("known", [])),
    ],
)
def test_an_account_beside_one_on_record(
    known: tuple[str, str], sender: tuple[str, str], wanted: tuple[str, list[str]]
) -> None:
    people = on_record("social", known[1], known[0])
    assert said(recognise(people, "social", sender[1], sender[0])) == wanted


def test_a_number_on_record_is_known_as_an_account_that_is_one() -> None:
    people = on_record("phone", "07700 900123")
    assert recognise(people, "social", "+44 7700 900123", "WhatsApp").match == "known"
    assert recognise(on_record("social", "+44 7700 900123", "signal"), "phone", "07700900123").match == "known"
    assert recognise(people, "social", "07700900123", "instagram").match == "unknown"


@pytest.mark.parametrize(
    ("kind", "known", "sender", "wanted"),
    [
        ("vehicle", "AB12 CDE", "ab12cde", ("known", [])),
        ("vehicle", "AB12 CDE", "AB12-CDE", ("known", [])),
        ("vehicle", "OX11 LOL", "0X1I L0L", ("alike", ["looks_alike"])),
        ("vehicle", "AB12 CDE", "AB12 CDF", ("unknown", [])),
        ("vehicle", " ", "", ("unknown", [])),
        ("address", "1 High Street, L1 1AA", "1 HIGH STREET  L1 1AA", ("known", [])),
        ("address", "1 High Street, L1 1AA", "1 High Street, L11AA", ("alike", ["looks_alike"])),
        ("address", "Flat 1, 12 High Street", "Flat 11, 2 High Street", ("alike", ["looks_alike"])),
        ("address", "Liverpool", "liverpool", ("alike", ["same_as_written"])),
        ("address", "1 High Street", "2 High Street", ("unknown", [])),
        ("other", "Gamer Tag 7", "gamer-tag 7", ("known", [])),
        ("phone", "AB12 CDE", "AB12 CDE", ("known", [])),
    ],
)
def test_anything_else_beside_what_is_on_record(
    kind: str, known: str, sender: str, wanted: tuple[str, list[str]]
) -> None:
    assert said(recognise(on_record(kind, known), kind, sender)) == wanted


def test_the_strongest_likeness_of_all_versions_is_told() -> None:
    people = (*on_record("phone", "900123"), *on_record("phone", "07700 900123"))
    assert said(recognise(people, "phone", MOBILE)) == ("known", [])


@pytest.mark.parametrize(
    ("names", "sender", "there"),
    [
        (["Danny"], "danny.new@example.org", True),
        (["Danny"], "dannyboy", False),
        (["Daniel Marsh"], "the_daniel_marsh", True),
        (["Daniel Marsh"], "danielmarsh2026", True),
        (["Daniel Marsh"], "daniel@example.org", False),
        (["Al"], "al", False),
        (["Bo Li"], "bolivia", False),
        ([], "danny", False),
        (["Danny"], "danny " * 5_000, False),
    ],
)
def test_an_account_that_carries_his_name(names: list[str], sender: str, there: bool) -> None:
    """Another person's account naming him; a value too long to be an account's name is none."""
    people = (known_person([], names),)
    assert recognise(people, "email", sender).match == ("naming" if there else "unknown")


def test_what_he_is_known_by_is_not_shown() -> None:
    """Domain, "what is never logged": a number in a log would outlive every retention rule."""
    shown = repr(known_person([Identifier("phone", "07700 900123")], ["Daniel Marsh"]))
    assert "900123" not in shown and "marsh" not in shown


_TEXT = st.one_of(
    st.text(max_size=60),
    st.text("0123456789+() -.@#x;:/\u0660\u200b\u202eОоaАрt", max_size=40),
    st.builds("https://{}/{}".format, st.sampled_from(["x.com", "wa.me", "t.me", "fb.com"]), st.text(max_size=30)),
).filter(storable)
_KIND = st.sampled_from(sorted(SENDER_KINDS))


@settings(max_examples=500, deadline=None)
@given(_KIND, _TEXT, _TEXT, _KIND, _TEXT, _TEXT)
def test_any_two_texts_are_compared(kind: str, value: str, platform: str, other: str, known: str, where: str) -> None:
    people = (known_person([Identifier(other, known, where)], [known]),)
    assert recognise(people, kind, value, platform).match in ("known", "alike", "naming", "withheld", "unknown")


@settings(max_examples=300, deadline=None)
@given(_KIND, _TEXT, st.sampled_from(["", "instagram", "Twitter", "whatsapp", "facebook", "reddit"]))
def test_what_is_written_the_same_is_never_unlike_if_it_is_like_anything(kind: str, value: str, platform: str) -> None:
    """An identifier that has a key at all is found again by the very same text."""
    (person,) = on_record(kind, value, platform)
    if person.keys:
        assert recognise((person,), kind, value, platform).match in ("known", "alike", "withheld")


@pytest.mark.parametrize(
    ("accented", "plain"), [("\u04e6", "o"), ("D\u04e6nny", "donny"), ("\u0390", "l"), ("\u0476", "v")]
)
def test_an_accent_on_a_letter_of_another_alphabet_hides_nothing(accented: str, plain: str) -> None:
    assert skeleton(accented) == plain


def test_every_character_looks_like_one_thing() -> None:
    for character in filter(str.isalpha, map(chr, range(0x30000))):
        once = skeleton(character)
        assert skeleton(once) == once, hex(ord(character))


@settings(max_examples=300, deadline=None)
@given(_TEXT)
def test_one_form_is_its_own_form(value: str) -> None:
    for form in (phone, address, email, short_code):
        found = form(value)
        assert found is None or form(found) == found
    assert skeleton(skeleton(value)) == skeleton(value)
    assert visible(visible(value)) == visible(value)
    assert handle(f" @{handle('Danny')}") == "danny"


_NEVER = re.compile(r"(?!)")


@given(
    st.from_regex(r"(0|\+44|0044|\+|00)?[0-9]{0,12}", fullmatch=True)
    | st.from_regex(r"(0|\+44|0044)7[0-9]{9}", fullmatch=True)
)
def test_numbers_known_at_a_glance_are_what_the_library_says(written: str) -> None:
    quickly = phone(written)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(identifiers, "_MOBILE", _NEVER)
        patched.setattr(identifiers, "_SHORTEST", 0)
        assert phone(written) == quickly


@given(
    st.from_regex(r"[A-Za-z0-9_+.-]{1,12}@[A-Za-z0-9.-]{1,20}\.[A-Za-z]{1,8}", fullmatch=True)
    | st.builds(
        "{}@{}.{}".format,
        st.from_regex(r"[a-z0-9_+-]{1,70}(\.[a-z0-9]{1,3})?", fullmatch=True),
        st.from_regex(r"[a-z0-9]{1,3}(--?[a-z0-9]{1,3})?(\.[a-z0-9]{1,25})?", fullmatch=True),
        st.sampled_from(
            ["com", "test", "local", "invalid", "onion", "arpa", "localhost", "co.uk", "c", "c0m", "example"]
        ),
    )
)
def test_addresses_known_at_a_glance_are_what_the_library_says(written: str) -> None:
    quickly = address(written)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(identifiers, "_PLAIN_ADDRESS", _NEVER)
        assert address(written) == quickly
