"""Mails as programs, servers and people spoil them: every word is read, and is whose it is."""

from __future__ import annotations

import io
import json
from base64 import encodebytes
from contextlib import suppress

import pytest

from breaches.evidence.chats import NotAChat, read_messages
from breaches.evidence.chats.page_trees import parse_page
from breaches.evidence.types import Chat, Message
from tests.support.outlook import describe_mail, make_outlook_mail

HEAD = b"From: Danny <d@x.uk>\nTo: a@x.uk\nSubject: s\nDate: Fri, 20 Nov 2026 18:31:00 +0000\n"


def read_mail(raw: bytes, name: str = "saved.eml") -> tuple[Chat, list[Message]]:
    chat, rows = read_messages(io.BytesIO(raw), "text/plain", name=name)
    return chat, list(rows)


@pytest.mark.parametrize(
    ("charset", "encoding", "doubt"),
    [
        ("utf-8", "cp1252", True), ("iso-8859-1", "cp1252", False), ("x-unknown", "utf-8", True), ("", "cp1252", True),
        ("us-ascii", "utf-8", False),
    ],
)  # fmt: skip
def test_letters_of_another_encoding_than_the_one_named_are_read_and_told(
    charset: str, encoding: str, doubt: bool
) -> None:
    words = "“I see you”, café, 5 €"
    kind = f"Content-Type: text/plain; charset={charset}\n".encode() if charset else b""
    raw = HEAD + kind + b"Content-Transfer-Encoding: base64\n\n" + encodebytes(words.encode(encoding))
    chat, (message,) = read_mail(raw)
    assert message.text == f"s\n\n{words}" and ("letters_guessed" in chat.notes) == doubt


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_a_mail_inside_a_mail_that_is_encoded_against_the_rule_is_read(encoding: str) -> None:
    inner = HEAD + b"\nI will come =3D tonight\n"
    body = encodebytes(inner) if encoding == "base64" else inner.replace(b"=", b"=3D")
    raw = (
        b"From: Ama <a@x.uk>\nTo: p@x.uk\nSubject: fw\nDate: Fri, 20 Nov 2026 19:00:00 +0000\n"
        b"Content-Type: multipart/mixed; boundary=q\n\n--q\n\nsee\n--q\nContent-Type: message/rfc822\n"
        b"Content-Transfer-Encoding: " + encoding.encode() + b"\n\n" + body + b"\n--q--\n"
    )
    _, rows = read_mail(raw)
    assert [(m.sender, m.part) for m in rows] == [("a@x.uk", ""), ("d@x.uk", "1")] and "I will come" in rows[1].text


def test_a_line_of_his_that_begins_with_from_ends_no_mail_of_a_folder() -> None:
    raw = b"From d@x.uk Fri Nov 20 18:31:00 2026\n" + HEAD + b"\nhello\n\nFrom that day in 2025 I knew\nyou will pay\n"
    _, (message,) = read_mail(raw, "x.mbox")
    assert (message.sender, message.text) == ("d@x.uk", "s\n\nhello\n\nFrom that day in 2025 I knew\nyou will pay")


def test_words_that_only_the_richer_form_of_a_mail_says_are_read() -> None:
    parts = (
        b"Content-Type: multipart/alternative; boundary=q\n\n--q\nContent-Type: text/plain\n\n%s\n--q\n"
        b"Content-Type: text/html\n\n<p>I will find you tonight</p>\n--q--\n"
    )
    assert read_mail(HEAD + parts % b"Please view this in HTML")[1][0].text.endswith("\n\nI will find you tonight")
    assert read_mail(HEAD + parts % b"I will find you tonight")[1][0].text == "s\n\nI will find you tonight"


@pytest.mark.parametrize(
    ("plain", "rich", "right"),
    [
        ("have a nice day", "I will kill you", "have a nice day\n\nI will kill you"),
        ("I will not kill you", "I will kill you", "I will not kill you\n\nI will kill you"),
        ("word " * 200 + "I never said I die", "word " * 200 + "you die", None),
        ("nice", "nice \U0001f52a", "nice\n\nnice \U0001f52a"), ("nice", "", "nice"), ("", "you die", "you die"),
        (
            '"Caf\u00e9"\r\n*is*  open [image: x.png] at <https://x.uk/1>',
            "\u201cCaf&eacute;\u201d<br>is <b>o&shy;pen</b> at", "",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("folder", [False, True])
def test_of_two_forms_that_say_different_things_both_are_read_and_that_is_told(
    plain: str, rich: str, right: str | None, folder: bool
) -> None:
    parts = (
        "Content-Type: multipart/alternative; boundary=q\n\n--q\nContent-Type: text/plain; charset=utf-8\n\n"
        f"{plain}\n--q\nContent-Type: text/html; charset=utf-8\n\n<p>{rich}</p>\n--q--\n"
    )
    raw = HEAD + parts.encode()
    chat, (message,) = read_mail(b"From d@x.uk Fri Nov 20 18:31:00 2026\n" + raw if folder else raw)
    words = message.text.removeprefix("s\n\n")
    assert words == right if right else words.strip().endswith("you die" if right is None else "https://x.uk/1>")
    differ = right is None or "\n\n" in right
    assert ("parts_differ" in chat.notes, "parts_differ" in message.marks) == (differ, differ)


@pytest.mark.parametrize("kind", ["rfc822", "global"])
def test_mails_that_are_nothing_but_another_mail_are_mails_of_their_own_at_any_depth(kind: str) -> None:
    raw = HEAD.replace(b"d@x.uk", b"e0@x.uk") + b"\nI will come\n"
    for depth in range(1, 8):
        wrap = HEAD.replace(b"d@x.uk", b"e%d@x.uk" % depth) + f"Content-Type: message/{kind}\n\n".encode()
        raw = wrap + raw
        chat, rows = read_mail(raw)
        assert [m.sender for m in rows] == [f"e{number}@x.uk" for number in range(depth, -1, -1)]
        assert rows[-1].text == "s\n\nI will come" and not chat.unread


def test_a_mail_whose_words_are_marked_as_attached_has_them_all_the_same() -> None:
    attached = b"Content-Disposition: attachment\n"
    assert read_mail(HEAD + attached + b"\nyou die\n")[1][0].text == "s\n\nyou die"
    parts = b"Content-Type: multipart/mixed; boundary=q\n\n--q\n\nyou die\n--q--\n"
    assert read_mail(HEAD + attached + parts)[1][0].text == "s\n\nyou die"


@pytest.mark.parametrize(
    ("page", "right"),
    [
        ("<table><tr><td>call 07700 900123</td><td>4 times</td></tr></table>", "call 07700 900123 4 times"),
        ("<table><td>a</table>b", "a\nb"), ("<dl><dt>a</dt><dd>b</dd></dl>c", "a\nb\nc"), ("a<h5>b</h5>c", "a\nb\nc"),
        ("<select><option>a</option><option>b</option></select>c", "a\nb\nc"), ("a<button>b</button>c", "a\nb\nc"),
        ("a<textarea>b</textarea>c", "a\nb\nc"), ('a<input value="b">c<input type=hidden value=d>', "a\nb\nc"),
        ("a<noscript>you die</noscript>b", "a\nyou die\nb"), ("a<object>b</object>c", "a\nb\nc"),
        ("<ul><li>a<li>b</ul>c", "a\nb\nc"), ("<b>in</b>deed", "indeed"), ("<section>a</section>b", "a\nb"),
        ("<html><head><title>t</title><p>a</p>", "a"), ("<head><noscript>a</noscript></head><body>b", "a\nb"),
    ],
)  # fmt: skip
def test_what_stands_apart_in_a_page_or_in_his_mail_in_html_is_read_apart(page: str, right: str) -> None:
    mail = HEAD + b"Content-Type: text/html\n\n" + page.encode() + b"\n"
    assert read_mail(mail)[1][0].text == f"s\n\n{right}"
    chat, rows = read_messages(io.BytesIO(f"<!DOCTYPE html>{page}".encode()), "text/html", name="x.html")
    assert [m.text for m in rows] == [right] and chat.platform == "page"
    if "head" not in page and "input" not in page:
        assert parse_page(page).join_text() == right


@pytest.mark.parametrize(
    ("header", "sender", "others"),
    [
        (b"From: M, Danny <d@x.uk>\n", "d@x.uk", ["M"]), (b"From: d@x.uk\nFrom: e@x.uk\n", "d@x.uk", ["e@x.uk"]),
        (b"From: d@x.uk, e@x.uk\n", "d@x.uk", ["e@x.uk"]), (b"From: Kate, Danny\n", "Kate", ["Danny"]),
        (b"From: D <d@x.uk>\nFrom: d@X.uk\n", "d@x.uk", []), (b"From: <Saved by Blink>\nX-MAF-Version: 1\n", "", None),
    ],
)  # fmt: skip
def test_of_several_senders_one_is_not_silently_the_only_one(
    header: bytes, sender: str, others: list[str] | None
) -> None:
    chat, (message,) = read_mail(header + HEAD.partition(b"\n")[2] + b"\nx\n")
    several = bool(others) and others != ["M"]
    assert ("sender_doubtful" in message.marks, "several_senders" in chat.notes) == (several, several)
    assert message.sender == sender and (others is None or [a for h, a in message.leads if h == "From"] == others)


def test_an_offset_that_no_clock_shows_makes_the_date_impossible() -> None:
    chat, (message,) = read_mail(HEAD.replace(b"+0000", b"+9999") + b"\nx\n")
    assert message.at is None and "date_impossible" in chat.notes


@pytest.mark.parametrize(
    "raw",
    [
        b"\xef\xbb\xbf" + HEAD + b"\nI see you\n", (HEAD + b"\nI see you\n").replace(b"\n", b"\r"),
        (HEAD + b"\nI see you\n").decode().encode("utf-16"),
        b"%d      \n" % len(HEAD + b"\nI see you\n") + HEAD + b"\nI see you\n<plist>x</plist>\n",
    ],
)  # fmt: skip
def test_a_mail_as_editors_and_apple_mail_save_it_is_read(raw: bytes) -> None:
    _, (message,) = read_mail(raw, "saved.emlx")
    assert (message.sender, message.text) == ("d@x.uk", "s\n\nI see you") and message.at


def test_a_part_that_is_a_message_of_another_kind_is_told() -> None:
    raw = (
        HEAD
        + b"Content-Type: multipart/report; boundary=q\n\n--q\n\nbounced\n--q\n"
        + (b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nAction: failed\n\n--q--\n")
    )
    chat, _ = read_mail(raw)
    assert chat.unread == {"member_not_read": 1}


@pytest.mark.parametrize(
    "words",
    [
        "FYI\n\n________________________________\nFrom: Danny <d@x.uk>\nSent: 20 November\n\nI will come",
        "FYI\n\nVon: Danny\nGesendet: 20. November\n\nIch komme",
        "FYI\n\nAm 20.11.2026 um 18:31 schrieb Danny:\nIch komme",
    ],
)
def test_a_mail_that_passes_on_anothers_words_in_its_text_says_so(words: str) -> None:
    assert "quoted" in read_mail(HEAD + b"\n" + words.encode() + b"\n")[1][0].marks


def test_mails_attached_to_a_file_of_outlooks_are_read_at_every_depth() -> None:
    deeper = describe_mail("Eve <e@x.uk>", "deeper", "hello")
    inner = describe_mail("Danny <d@x.uk>", "deep", "I will come", attached=(deeper, ("a.png", b"\x89PNG" * 2000)))
    own = make_outlook_mail("Danny <d@x.uk>", "file", "as a file")
    raw = make_outlook_mail(
        "Ama <a@x.uk>", "see", "look", attached=(inner, ("x.eml", HEAD + b"\nas mail\n"), ("y.msg", own))
    )
    chat, rows = read_messages(io.BytesIO(raw), "application/vnd.ms-outlook", name="x.msg")
    assert [(m.sender, m.text, m.part) for m in rows] == [
        ("a@x.uk", "see\n\nlook", ""), ("d@x.uk", "deep\n\nI will come", "1"), ("e@x.uk", "deeper\n\nhello", "1.1"),
        ("d@x.uk", "s\n\nas mail", "2"), ("d@x.uk", "file\n\nas a file", "3"),
    ]  # fmt: skip
    assert chat.unread == {"member_not_read": 1}


def test_a_file_of_outlooks_that_is_cut_or_altered_anywhere_ends_nothing() -> None:
    raw = make_outlook_mail("Ama <a@x.uk>", "see", "look", attached=(describe_mail("D <d@x.uk>", "in", "words"),))
    for at in range(600, len(raw), 331):
        for spoilt in (raw[:at], raw[:at] + b"\xff" * 8 + raw[at + 8 :]):
            with suppress(NotAChat):
                chat, rows = read_messages(io.BytesIO(spoilt), "application/vnd.ms-outlook", name="x.msg")
                assert len(list(rows)) == 2 or chat.unread


FOLDER = b"".join(b"From d@x.uk Fri Nov 20 18:31:0%d 2026\n" % n + HEAD + b"\nno. %d\n\n" % n for n in range(3))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("named", ["", "iso-8859-1", "utf-8"])
def test_mails_and_folders_that_an_editor_saved_anew_are_read_mail_by_mail(encoding: str, named: str) -> None:
    kind = f"Content-Type: text/plain; charset={named}\n" if named and encoding != "utf-8" else ""
    raw = (HEAD.decode() + kind + "\nI see you, caf\u00e9\n").encode(encoding)
    chat, (message,) = read_mail(raw)
    assert (message.sender, message.text, chat.notes) == ("d@x.uk", "s\n\nI see you, caf\u00e9", [])
    raw = FOLDER.decode().encode(encoding)
    chat, rows = read_mail(raw, "x.mbox")
    assert [(m.sender, m.text) for m in rows] == [("d@x.uk", f"s\n\nno. {n}") for n in range(3)] and not chat.unread
    wide = encoding.removesuffix("-sig") if encoding != "utf-16" else "utf-16-le"
    assert [raw[m.offset :].decode(wide).lstrip("\ufeff")[:8] for m in rows] == ["From d@x"] * 3


@pytest.mark.parametrize("letter", [0, 0xFFFD, 0xD83D], ids=["nought", "replaced", "half"])
def test_letters_that_are_lost_or_cannot_be_stored_are_told_whoever_reads_them(letter: int) -> None:
    for words in (f"a{chr(letter)}b", "ab"):
        said = {"messages": [{"sender_name": "D", "timestamp_ms": 1774388823000, "content": words}]}
        chat, rows = read_messages(io.BytesIO(json.dumps(said).encode()), "application/json", name="m.json")
        assert len(list(rows)) == 1 and ("letters_lost" in chat.notes) == (words != "ab")
