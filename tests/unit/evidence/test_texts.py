"""Backups of texts and lists of calls: who sent what in a group, what was never received, and which call was missed."""

from __future__ import annotations

import io

import pytest

from breaches.evidence.chats import read_messages
from breaches.evidence.types import MARKS, Chat, Message

HIS, SISTERS = "+447700900123", "+447700900456"


def read_backup(inner: str, root: str = "smses", count: int | None = None) -> tuple[Chat, list[Message]]:
    counted = f' count="{count}"' if count is not None else ""
    raw = f"<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<{root}{counted}>{inner}</{root}>"
    chat, rows = read_messages(io.BytesIO(raw.encode("utf-8", "surrogatepass")), "text/xml")
    found = list(rows)
    assert all(set(m.marks) <= MARKS for m in found)
    return chat, found


def sms(box: str = "1", address: str = HIS, body: str = "x", date: str = "1774388823000") -> str:
    return f'<sms address="{address}" date="{date}" type="{box}" body="{body}" />'


def mms(sender: str, *, box: str = "1", texts: tuple[str, ...] = ("x",), address: str = f"{HIS}~{SISTERS}") -> str:
    parts = "".join(f'<part seq="{n}" ct="text/plain" text="{text}" />' for n, text in enumerate(texts))
    smil = '<part seq="-1" ct="application/smil" text="&lt;smil&gt;" />'
    others = "".join(f'<addr address="{number}" type="151" />' for number in (HIS, SISTERS) if number != sender)
    return (
        f'<mms date="1774701000000" msg_box="{box}" address="{address}"><parts>{smil}{parts}</parts>'
        f'<addrs>{others}<addr address="{sender}" type="137" /></addrs></mms>'
    )


def test_the_sender_of_a_groups_message_is_the_one_that_it_names() -> None:
    """Case 02, rows 7 and 8: the list of addresses has no order of its own."""
    chat, rows = read_backup(mms(SISTERS) + mms(HIS, texts=("Tell Ama I am downstairs", "and I will wait")))
    assert [(m.sender, m.marks) for m in rows] == [(SISTERS, ("group",)), (HIS, ("group",))]
    assert rows[1].text == "Tell Ama I am downstairs\nand I will wait" and not chat.unread


@pytest.mark.parametrize(
    ("sender", "address", "right"),
    [("insert-address-token", HIS, HIS), ("null", f"{HIS}~{SISTERS}", ""), ("", "", "")],
    ids=["two people, nobody named", "a group, nobody named", "nobody at all"],
)
def test_where_a_message_does_not_name_its_sender_nobody_is_guessed(sender: str, address: str, right: str) -> None:
    _, (message,) = read_backup(mms(sender, address=address))
    assert message.sender == right and ("sender_withheld" in message.marks) == (not right)


@pytest.mark.parametrize(
    ("box", "marks"), [("2", ()), ("3", ("draft",)), ("4", ("unsent",)), ("5", ("failed",)), ("6", ("unsent",))]
)
def test_what_she_wrote_is_hers_and_what_never_went_says_so(box: str, marks: tuple[str, ...]) -> None:
    _, rows = read_backup(sms(box) + mms(HIS, box=box))
    assert [(m.sender, m.own) for m in rows] == [("", True)] * 2
    assert rows[0].marks == marks and rows[1].marks == ("group", *marks)


@pytest.mark.parametrize("address", ["PARCELCO", "60006"])
def test_a_name_and_a_short_code_stay_what_they_are(address: str) -> None:
    assert read_backup(sms(address=address))[1][0].sender == address


@pytest.mark.parametrize("address", ["null", "", "-1"])
def test_a_text_without_a_number_was_withheld(address: str) -> None:
    _, (message,) = read_backup(sms(address=address))
    assert (message.sender, message.own, message.marks) == ("", False, ("sender_withheld",))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a &#55357;&#56832;&#10;b", "a 😀\nb"), ("&#xD83D;&#xDE00;", "😀"), ("&#55357; x", "\ufffd x"),
        ("&#55357;&#65;", "\ufffdA"), ("&#0;", "\ufffd "), ("\ud83d\ude00", "\ufffd\ufffd"),
    ],
    ids=["pair", "pair in hex", "half", "half and a letter", "nought", "raw halves"],
)  # fmt: skip
def test_halves_of_a_character_are_joined_and_end_nothing(written: str, read: str) -> None:
    """Case 02: this writer writes them as two references, which is no XML; what follows is read, at its place."""
    chat, rows = read_backup(sms(body=written) + sms(body="after"))
    assert rows[1].text == "after" and rows[0].text.strip() == read.strip()
    assert ("characters_replaced" in chat.notes) == ("\ufffd" in read)


def test_places_stay_right_behind_what_was_joined() -> None:
    raw = f'<?xml version="1.0"?><smses>{sms(body="&#55357;&#56832;")}{sms(body="z")}</smses>'.encode()
    rows = list(read_messages(io.BytesIO(raw), "text/xml")[1])
    assert [raw[m.offset : m.offset + 4] for m in rows] == [b"<sms", b"<sms"]


def call(kind: str, number: str = HIS, presentation: str = "1", duration: str = "0") -> str:
    said = f'type="{kind}" presentation="{presentation}"'
    return f'<call number="{number}" duration="{duration}" date="1774389660000" {said} />'


def test_a_list_of_calls_is_read_call_by_call() -> None:
    """Case 02: a missed call is a contact; one that was rejected, one withheld, one that she made."""
    rows = call("3") + call("5") + call("1", "", "2", "3") + call("2", duration="61")
    chat, found = read_backup(rows, root="calls", count=4)
    assert [(m.kind, m.sender, m.own, m.marks) for m in found] == [
        ("call", HIS, False, ("call_missed",)), ("call", HIS, False, ("call_rejected",)),
        ("call", "", False, ("call_answered", "sender_withheld")), ("call", "", True, ()),
    ]  # fmt: skip
    assert (chat.platform, chat.channel, found[3].text) == ("call_list", "phone_call", "61 s") and not chat.unread


def test_what_the_file_says_it_holds_and_does_not_is_told() -> None:
    chat, rows = read_backup(sms() + sms(), count=5)
    assert len(rows) == 2 and chat.unread == {"cut_short": 3}


def test_a_backup_that_stops_half_way_is_read_as_far_as_it_goes() -> None:
    raw = f'<smses count="3">{sms()}{sms()[:-20]}'.encode()
    chat, rows = read_messages(io.BytesIO(raw), "text/xml")
    assert len(list(rows)) == 1 and chat.unread == {"cut_short": 2}


@pytest.mark.parametrize("date", ["1774388823", "0", "-1", "", "null", "99999999999999999"])
def test_a_time_of_before_there_were_telephones_is_none_and_in_doubt(date: str) -> None:
    _, (message,) = read_backup(sms(date=date))
    assert message.at is None and "time_doubtful" in message.marks


def test_numbers_of_thousands_of_digits_end_nothing() -> None:
    raw = f'<smses count="{"9" * 5000}">{sms()}</smses>'
    _, rows = read_messages(io.BytesIO(raw.encode()), "text/xml")
    assert len(list(rows)) == 1
    chat, rows = read_messages(io.BytesIO(f"<smses>{sms(body='&#' + '9' * 5000 + ';')}</smses>".encode()), "text/xml")
    assert list(rows) == [] and chat.unread["cut_short"] == 1
