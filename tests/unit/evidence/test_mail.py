"""Mails as people save them: forwarded as attachments, in HTML only, in folders, with zones in letters."""

from __future__ import annotations

import io
from email.message import EmailMessage

import pytest

from breaches.evidence.chats import NotAChat, read_messages
from breaches.evidence.types import WHY_UNREAD, Chat, Message

HIS = "d.marsh@example.com"


def read_mail(content: bytes | EmailMessage, media_type: str = "message/rfc822") -> tuple[Chat, list[Message]]:
    raw = content if isinstance(content, bytes) else bytes(content)
    chat, rows = read_messages(io.BytesIO(raw), media_type, name="saved.eml")
    return chat, list(rows)


def make_mail(text: str = "words", sender: str = HIS, **headers: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, "ama@example.org", "hello"
    mail["Date"] = "Tue, 24 Mar 2026 21:47:03 +0000"
    for name, value in headers.items():
        del mail[name.replace("_", "-")]
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def said(rows: list[Message]) -> list[tuple[str, str]]:
    return [(m.sender, m.part) for m in rows]


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_a_mail_forwarded_as_an_attachment_is_found_at_any_depth(depth: int) -> None:
    """Case 04 a: what he wrote must not lie unread in what she sent on (RFC 2046 5.2.1)."""
    mail = make_mail("I drove past again. #amaosei")
    for _ in range(depth):
        outer = make_mail("This is what he sent.", sender="ama@example.org")
        outer.add_attachment(mail)
        mail = outer
    chat, rows = read_mail(mail)
    assert (rows[-1].sender, str(rows[-1].at)) == (HIS, "2026-03-24 21:47:03+00:00")
    assert "#amaosei" in rows[-1].text and len(rows) == depth + 1 and not chat.unread
    assert [m.sender for m in rows[:-1]] == ["ama@example.org"] * depth


def test_a_mail_that_was_attached_as_a_file_is_read_too() -> None:
    outer = make_mail(sender="ama@example.org")
    outer.add_attachment(bytes(make_mail("inner")), maintype="application", subtype="octet-stream", filename="a.EML")
    assert said(read_mail(outer)[1]) == [("ama@example.org", ""), (HIS, "1")]


def test_a_hundred_mails_inside_one_another_are_bounded_and_told() -> None:
    mail = make_mail("innermost")
    for _ in range(100):
        outer = make_mail()
        outer.add_attachment(mail)
        mail = outer
    chat, rows = read_mail(mail)
    assert len(rows) > 10 and "member_too_deep" in chat.unread and set(chat.unread) <= set(WHY_UNREAD)


def test_a_digest_is_as_many_mails_as_it_holds() -> None:
    inner = "\n--b\n\n".join(
        f"From: {name}@example.com\nSubject: s\nDate: Fri, 20 Nov 2026 18:31:00 +0000\n\nx\n" for name in "ab"
    )
    raw = (
        "From: list@example.com\nSubject: digest\nDate: Fri, 20 Nov 2026 19:00:00 +0000\n"
        f'Content-Type: multipart/digest; boundary="b"\n\n--b\n\n{inner}\n--b--\n'
    )
    assert [m.sender for m in read_mail(raw.encode())[1]] == ["list@example.com", "a@example.com", "b@example.com"]


PAGE = "<html><head><style>.AO{}</style></head><body><p>I miss you,&nbsp;Ama.</p><script>var AO</script></body></html>"


def test_a_mail_in_html_only_is_read_as_the_words_a_person_sees() -> None:
    """Case 04 b: nothing out of styles and scripts."""
    mail = make_mail()
    mail.set_content(PAGE, subtype="html")
    _, (message,) = read_mail(mail)
    assert message.text == "hello\n\nI miss you, Ama."


@pytest.mark.parametrize(
    ("plain", "right"),
    [
        ("plain words", "plain words\n\nI miss you, Ama."),
        ("I miss you, Ama", "I miss you, Ama"),
        (" \n", "I miss you, Ama."),
    ],
)
def test_html_counts_where_the_plain_text_beside_it_is_empty_or_says_something_else(plain: str, right: str) -> None:
    mail = make_mail(plain)
    mail.add_alternative(PAGE, subtype="html")
    assert read_mail(mail)[1][0].text == f"hello\n\n{right}"


RECEIVED = "from mail.example.com by mx.example.org with ESMTPS id a77; Mon, 30 Mar 2026 18:02:13 +0000 (UTC)"


@pytest.mark.parametrize(
    ("date", "received", "at", "note"),
    [
        ("Mon, 30 Mar 26 19:02:11 BST", RECEIVED, "2026-03-30T18:02:11+00:00", "zone_confirmed_by_server"),
        ("Mon, 30 Mar 2026 19:02:11 BST", None, None, "zone_unknown"),
        ("Mon, 30 Mar 2026 19:02:11 -0000", None, None, "zone_unknown"),
        ("Mon, 30 Mar 2026 12:02:11 XYZ", "x; Mon, 30 Mar 2026 18:57:00 +0000", None, "zone_unknown"),
        ("Mon, 30 Mar 2026 18:02:11 GMT", None, "2026-03-30T18:02:11+00:00", None),
        ("Mon, 30 Mar 2026 14:02:11 EDT (summer)", None, "2026-03-30T18:02:11+00:00", None),
        ("Mon, 30 Mar 2026 19:02:11 +0100", RECEIVED, "2026-03-30T18:02:11+00:00", None),
        ("Sun, 01 Jan 2026 09:00:00 +0000", RECEIVED, "2026-01-01T09:00:00+00:00", "date_differs_from_server"),
        ("Tue, 31 Feb 2026 09:00:00 +0000", RECEIVED, None, "date_impossible"),
        ("yesterday", None, None, "date_impossible"),
        ("Mon, 30 Mar 2026 25:61:00 +0000", None, None, "date_impossible"),
    ],
)  # fmt: skip
def test_a_date_is_believed_as_far_as_it_can_be(
    date: str, received: str | None, at: str | None, note: str | None
) -> None:
    """Case 04 c: zones in letters count where the receiving server confirms them (RFC 5322 4.3)."""
    mail = b"".join(
        f"{name}: {value}\n".encode()
        for name, value in (("Received", received), ("From", HIS), ("Subject", "x"), ("Date", date))
        if value
    )
    chat, (message,) = read_mail(mail + b"\nwords\n")
    assert (message.at.isoformat() if message.at else None) == at
    assert chat.notes == ([note] if note else [])
    assert (("Received", "2026-03-30T18:02:13+00:00") in message.leads) == bool(
        received == RECEIVED and note in ("date_differs_from_server", "date_impossible")
    )


def test_other_addresses_are_leads_and_never_the_sender() -> None:
    mail = make_mail(sender="no-reply@shop.example", Reply_To=HIS, Sender="a@b.example", Resent_From="c@d.example")
    _, (message,) = read_mail(mail)
    assert message.sender == "no-reply@shop.example"
    assert dict(message.leads) == {"Reply-To": HIS, "Sender": "a@b.example", "Resent-From": "c@d.example"}


def test_a_folder_of_mails_is_read_mail_by_mail_with_its_places() -> None:
    one, two = bytes(make_mail("one\n>From here on")), bytes(make_mail("two", sender="x@example.com"))
    raw = b"From a@b Fri Nov 20 18:31:00 2026\n" + one + b"\nFrom a@b Fri Nov 20 18:32:00 2026\n" + two
    chat, rows = read_mail(raw, "text/plain")
    assert [m.sender for m in rows] == [HIS, "x@example.com"] and "\nFrom here on" in rows[0].text
    assert [raw[m.offset : m.offset + 8] for m in rows] == [b"From a@b"] * 2 and not chat.unread


@pytest.mark.parametrize("first", ["X-Apple-Base-Url: x\n", "DKIM-Signature: v=1;\n b=2\n", "ARC-Seal: i=1\n", ""])
def test_a_mail_is_known_whatever_its_first_header_is(first: str) -> None:
    assert read_mail(first.encode() + bytes(make_mail()), "text/plain")[1][0].sender == HIS


def test_what_is_attached_and_not_read_is_told() -> None:
    mail = make_mail()
    mail.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="a.png")
    mail.add_attachment("notes", filename="notes.txt")
    chat, rows = read_mail(mail)
    assert len(rows) == 1 and chat.unread == {"member_not_read": 2}


@pytest.mark.parametrize(
    "content", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]
)
def test_a_broken_file_of_outlooks_is_told_and_ends_nothing(content: bytes) -> None:
    with pytest.raises(NotAChat, match="mail_unreadable"):
        read_messages(io.BytesIO(content), "application/vnd.ms-outlook", name="saved.msg")


@pytest.mark.parametrize(
    ("words", "quoted"),
    [
        ("On Tue, 24 Mar 2026 at 21:47, Ama <a@example.org> wrote:\n> I am afraid\n\nGood", True),
        ("---------- Forwarded message ---------\nFrom: D <d@example.com>\n\nsoon", True),
        ("-----Original Message-----\nFrom: D\n\nsoon", True), ("I wrote: on Tuesday", False), ("a > b", False),
    ],
)  # fmt: skip
def test_a_mail_that_quotes_another_says_so(words: str, quoted: bool) -> None:
    raw = f"From: d@example.com\nTo: a@example.org\nSubject: s\nDate: Tue, 24 Mar 2026 22:00:00 +0000\n\n{words}\n"
    _, rows = read_messages(io.BytesIO(raw.encode()), "message/rfc822")
    assert ("quoted" in next(rows).marks) == quoted


def test_a_mail_without_a_sender_says_so_and_takes_none_from_elsewhere() -> None:
    raw = b"Sender: d@example.com\nTo: a@example.org\nSubject: s\nDate: Tue, 24 Mar 2026 22:00:00 +0000\n\nx\n"
    _, rows = read_messages(io.BytesIO(raw), "message/rfc822")
    message = next(rows)
    assert (message.sender, message.marks, message.leads) == (
        "", ("sender_withheld",), (("Sender", "d@example.com"),),
    )  # fmt: skip


def test_a_mail_whose_last_part_has_no_end_says_so() -> None:
    """What he wrote may be in the part that is missing."""
    raw = b"From: a@example.org\nTo: b@example.org\nSubject: s\nDate: Tue, 24 Mar 2026 22:00:00 +0000\n" + (
        b'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n--b\n\nsee below\n'
    )
    for end, missing in ((b"--b--\n", 0), (b"--b\nContent-Type: message/rfc822\n\nFrom: d@exam", 1), (b"", 1)):
        chat, rows = read_messages(io.BytesIO(raw + end), "message/rfc822")
        assert "a@example.org" in {m.sender for m in rows} and chat.unread["cut_short"] == missing
