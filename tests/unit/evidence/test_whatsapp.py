"""WhatsApp's exports as telephones of all countries write them: who wrote what, when, and what is in doubt."""

from __future__ import annotations

import io

import pytest

from breaches.evidence.chats import read_messages
from breaches.evidence.types import MARKS, Chat, Message

LTR, NNBSP, RTL = "\u200e", "\u202f", "\u200f"


def read_text(content: str | bytes, latest_year: int = 2027) -> tuple[Chat, list[Message]]:
    raw = content.encode() if isinstance(content, str) else content
    chat, rows = read_messages(io.BytesIO(raw), "text/plain", latest_year=latest_year)
    return chat, list(rows)


# An export of an iPhone, over the night in which the clocks go forward.
IPHONE = "\r\n".join(
    [
        f"[13/03/2026, 7:02:11{NNBSP}PM] Danny M: {LTR}Messages and calls are end-to-end encrypted. Only people in it.",
        f"[13/03/2026, 7:02:48{NNBSP}PM] Danny M: Me again.\nPick up.\n\nYour light is on: third floor.",
        f"{LTR}[13/03/2026, 7:05:40{NNBSP}PM] Danny M: {LTR}image omitted",
        f"{LTR}[13/03/2026, 7:06:02{NNBSP}PM] Danny M: {LTR}<attached: 00000004-PHOTO-2026-03-13-19-06-02.jpg>",
        f"[30/03/2026, 12:00:05{NNBSP}AM] Danny M: new number, same me {LTR}<This message was edited>",
        f"{LTR}[30/03/2026, 12:14:59{NNBSP}PM] Danny M: {LTR}Missed voice call, {LTR}Tap to call back",
        f"{LTR}[30/03/2026, 12:20:00{NNBSP}PM] Danny M: {LTR}This message was deleted.",
        f"{LTR}[30/03/2026, 12:21:00{NNBSP}PM] Danny M: {LTR}You blocked this contact.",
        f"[30/03/2026, 12:22:31{NNBSP}PM] Ama O: Please stop. There is an order.",
        "",
    ]
)
EXPECTED = [
    ("2026-03-13T19:02:11", "Danny M", "app", ()),
    ("2026-03-13T19:02:48", "Danny M", "message", ()),
    ("2026-03-13T19:05:40", "Danny M", "message", ("media_left_out",)),
    ("2026-03-13T19:06:02", "Danny M", "message", ("attachment",)),
    ("2026-03-29T23:00:05", "Danny M", "message", ("edited",)),
    ("2026-03-30T11:14:59", "Danny M", "call", ("call_missed",)),
    ("2026-03-30T11:20:00", "Danny M", "message", ("deleted",)),
    ("2026-03-30T11:21:00", "Danny M", "app", ()),
    ("2026-03-30T11:22:31", "Ama O", "message", ()),
]


def test_an_iphones_export_tells_his_acts_from_the_programs_words() -> None:
    """Case 01: nine rows; the first and the eighth are nobody's; a missed call and a deleted message are his."""
    chat, rows = read_text(IPHONE)
    assert [(str(m.at)[:19].replace(" ", "T"), m.sender, m.kind, m.marks) for m in rows] == EXPECTED
    assert rows[1].text == "Me again.\nPick up.\n\nYour light is on: third floor."
    assert rows[4].text == "new number, same me"
    assert not {"date_order_ambiguous", "app_words_not_understood"} & set(chat.notes) and not chat.unread
    assert all(set(m.marks) <= MARKS for m in rows)


@pytest.mark.parametrize(
    "line",
    [
        f"{RTL}20{RTL}/11{RTL}/2026، 6:31 م - Danny: x",
        "2026/11/20 下午6:31 - Danny: x", "20/11/2026, 6:31 μ.μ. - Danny: x",
        "2026年11月20日 下午6:31 - Danny: x", "2026. 11. 20. 오후 6:31 - Danny: x", "20/11/2026, 6:31 ਸ਼ਾਮ - Danny: x",
        "20/11/2026, 6:31 de la tarde - Danny: x", "٢٠/١١/٢٠٢٦, ١٨:٣١ - Danny: x", "२०/११/२०२६, १८:३१ - Danny: x",
        "20. 11. 2026 18:31 - Danny: x", "20/11/2026, 6:31 odp. - Danny: x", "20/11/2026 18h31 - Danny: x",
    ],
)  # fmt: skip
def test_every_half_of_a_day_and_every_digit_of_cldr_is_read(line: str) -> None:
    _, (message,) = read_text(line + "\n")
    assert (message.at and message.at.isoformat(), message.sender) == ("2026-11-20T18:31:00+00:00", "Danny")


@pytest.mark.parametrize(
    ("line", "doubt"),
    [
        ("20/11/2569, 18:31 - Danny: x", "other_calendar"), ("20/11/1405, 18:31 - Danny: x", "other_calendar"),
        ("115/11/20 18:31 - Danny: x", "other_calendar"), ("20/11/69, 18:31 - Danny: x", "other_calendar"),
        ("20/11/2026, 6:31 xyzzy - Danny: x", "half_day_unknown"),
        ("20/11/2026, 18:31 pm - Danny: x", "half_day_unknown"),
        ("31/02/2026, 18:31 - Danny: x", "no_date"),
    ],
)  # fmt: skip
def test_a_time_that_is_not_certain_is_no_time_and_said_so(line: str, doubt: str) -> None:
    """A year of another calendar, a word nobody knows, a day that is none: nothing is converted by guess."""
    chat, (message,) = read_text(line + "\n")
    assert (message.at, message.sender, message.text) == (None, "Danny", "x")
    assert "time_doubtful" in message.marks and doubt in chat.notes


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_a_chat_in_another_encoding_is_read_with_the_places_of_its_bytes(encoding: str) -> None:
    raw = "20/11/2026, 18:31 - Dánny: ünî 😀\n20/11/2026, 18:32 - Ama: two\n".encode(encoding)
    _, rows = read_text(raw)
    assert [(m.sender, m.text) for m in rows] == [("Dánny", "ünî 😀"), ("Ama", "two")]
    plain = "utf-16-le" if encoding == "utf-16" else encoding.removesuffix("-sig")
    assert raw[rows[1].offset :].decode(plain).startswith("20/11/2026, 18:32")


def test_letters_that_are_none_are_told() -> None:
    chat, (message,) = read_text(b"20/11/2026, 18:31 - Danny: caf\xe9\n")
    assert message.text == "caf\ufffd" and "letters_lost" in chat.notes


def test_a_line_inside_a_message_that_looks_like_one_puts_nothing_into_his_mouth() -> None:
    """Where messages end with CR LF, a line after LF alone belongs to what was said before, whatever it looks like."""
    text = (
        "[20/11/2026, 18:30:00] Ama: hello\r\n"
        "[20/11/2026, 18:31:00] Ama: he wrote\n[19/11/2026, 10:00:00] Danny: I will come\r\n"
        "[20/11/2026, 18:32:00] Danny: no\r\n"
    )
    chat, rows = read_text(text)
    assert [(m.sender, m.text) for m in rows] == [
        ("Ama", "hello"), ("Ama", "he wrote\n[19/11/2026, 10:00:00] Danny: I will come"), ("Danny", "no")
    ]  # fmt: skip
    assert "lines_like_messages" in chat.notes


def test_times_that_run_backwards_are_told_where_nothing_else_tells() -> None:
    text = "20/11/2026, 18:31 - Ama: he wrote\n19/11/2026, 10:00 - Danny: I will come\n20/11/2026, 18:33 - Ama: so\n"
    chat, rows = read_text(text)
    assert [m.marks for m in rows] == [(), ("time_runs_backwards",), ()] and "times_run_backwards" in chat.notes


def test_an_export_with_a_pasted_cr_lf_loses_no_message() -> None:
    text = "20/11/2026, 18:31 - Danny: pasted\r\ntext\n20/11/2026, 18:32 - Danny: two\n20/11/2026, 18:33 - Ama: three\n"
    assert [m.sender for m in read_text(text)[1]] == ["Danny", "Danny", "Ama"]


def test_old_ends_of_lines_are_ends_too() -> None:
    assert [m.text for m in read_text("20/11/2026, 18:31 - D: one\r20/11/2026, 18:32 - D: two\r")[1]] == ["one", "two"]


def test_a_mark_that_he_typed_does_not_make_a_threat_nobodys() -> None:
    """A person can type U+200E: his words stay his, and the doubt is told."""
    chat, (message,) = read_text(f"[20/11/2026, 18:31:00] Danny: {LTR}I will be outside at nine\r\n")
    assert (message.kind, message.text) == ("message", "I will be outside at nine")
    assert "app_words_not_understood" in chat.notes


@pytest.mark.parametrize(
    ("words", "kind", "mark"),
    [
        ("<Media omitted>", "message", "media_left_out"),
        ("IMG-20261120-WA0001.jpg (file attached)", "message", "attachment"),
        (f"{LTR}Videollamada perdida", "call", "call_missed"), (f"{LTR}Verpasster Sprachanruf", "call", "call_missed"),
        (f"{LTR}Diese Nachricht wurde gelöscht.", "message", "deleted"),
        (f"{LTR}<anexado: 0001-FOTO.jpg>", "message", "attachment"),
        (f"{LTR}image absente", "message", "media_left_out"), ("This message was deleted", "message", "deleted"),
    ],
)  # fmt: skip
def test_left_out_media_calls_and_deleted_messages_are_kept_as_marks(words: str, kind: str, mark: str) -> None:
    _, (message,) = read_text(f"[20/11/2026, 18:31:00] Danny: {words}\r\n")
    assert (message.sender, message.kind, message.marks) == ("Danny", kind, (mark,))


def test_names_are_read_as_people_write_them() -> None:
    lines = ["Mum: mobile: hi", "Mum: mobile: there", "Mum: mobile: again", "Ama: note: mine", "Ama: plain"]
    text = "".join(f"20/11/2026, 18:3{n} - {line}\n" for n, line in enumerate(lines))
    assert [m.sender for m in read_text(text)[1]] == ["Mum: mobile"] * 3 + ["Ama"] * 2


def test_what_the_program_says_of_a_quoted_name_is_nobodys() -> None:
    _, rows = read_text("20/11/2026, 18:31 - Danny: x\n20/11/2026, 18:32 - Ama changed the subject to “a: b”\n")
    assert [(m.sender, m.kind) for m in rows] == [("Danny", "message"), ("", "app")]


@pytest.mark.parametrize(
    "words",
    [
        "Your security code with Danny M changed. Tap to learn more.", "You're now an admin",
        "Waiting for this message. This may take a while.", "Du hast diesen Kontakt blockiert", "Du bist jetzt Admin",
        "Warten auf diese Nachricht. Dies kann eine Weile dauern.", "Bloqueaste a este contacto.",
        "Tu código de seguridad con Danny M cambió. Toca para obtener más información.",
        "Vous avez bloqué ce contact", "Hai bloccato questo contatto.", "Zablokowano ten kontakt",
        "Votre code de sécurité avec Danny M a changé. Appuyez pour en savoir plus.",
        "In attesa del messaggio. Potrebbe volerci un po' di tempo.", "You blocked this contact. Tap to unblock.",
    ],
)  # fmt: skip
def test_whole_sentences_of_the_program_behind_a_mark_are_nobodys(words: str) -> None:
    _, (_, message) = read_text(f"[20/11/2026, 18:30:00] Ama: x\r\n[20/11/2026, 18:31:00] Danny M: {LTR}{words}\r\n")
    assert (message.kind, message.text) == ("app", words)


@pytest.mark.parametrize(
    "words",
    [
        "Your security code with I will kill you changed.", "You blocked this contact and I will kill you for it",
        "Waiting for this message. I will be outside at nine.", "You're now an admin of your own funeral",
        "Nu eşti administrator", "Danny M left his knife at yours", "You left me and I will find you",
    ],
)  # fmt: skip
def test_words_behind_a_mark_that_are_no_known_sentence_stay_in_sight_and_are_marked(words: str) -> None:
    """Anybody can type U+200E: what may be his is neither hidden as the program's nor counted as surely his."""
    chat, (_, message) = read_text(f"[20/11/2026, 18:30:00] Ama: x\r\n[20/11/2026, 18:31:00] Danny M: {LTR}{words}\r\n")
    assert (message.sender, message.text) == ("Danny M", words)
    assert message.kind != "app" and "app_words_not_understood" in message.marks
    assert "app_words_not_understood" in chat.notes and "app_words_not_understood" in MARKS
