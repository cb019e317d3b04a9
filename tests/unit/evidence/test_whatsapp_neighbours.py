"""WhatsApp's exports of other countries, ages and ways out of the program, and what only looks like them."""

from __future__ import annotations

import pytest

from breaches.evidence.types import MARKS, Message
from tests.unit.evidence.test_whatsapp import LTR, NNBSP, read_text


@pytest.mark.parametrize(
    "line",
    [
        "2026-11-20 18 h 31 - Danny: x", "2026-11-20 à 18 h 31 - Danny: x", "[2026-11-20 18 h 31 min 00 s] Danny: x",
        "20.11.2026 г., 18:31 - Danny: x", "20.11.26 г., 18:31 ч. - Danny: x", "20.11.2026 klo 18.31 - Danny: x",
        "20. 11. 2026. u 18:31 - Danny: x", "၂၀-၁၁-၂၀၂၆၊ ၁၈:၃၁ - Danny: x", "18:31, 20/11/2026 - Danny: x",
        f"11/20/26, 6:31:00{NNBSP}PM: Danny: x", "20.11.16, 18:31:00: Danny: x", "20/11/2026, 18:31 — Danny: x",
    ],
)  # fmt: skip
def test_clocks_of_more_countries_and_of_old_telephones_are_read(line: str) -> None:
    _, (message,) = read_text(line + "\n")
    assert (str(message.at)[5:19], message.sender, message.text) == ("11-20 18:31:00", "Danny", "x")


def test_a_hijri_year_with_its_letter_is_doubted_and_not_left_out() -> None:
    chat, (message,) = read_text("29/05/1448 هـ، 6:31 م - Danny: x\n")
    assert (message.at, message.sender) == (None, "Danny") and "other_calendar" in chat.notes


def test_what_is_copied_out_of_a_browser_is_a_chat() -> None:
    text = (
        "[18:31, 20/11/2026] Danny: where are you\n[18:32, 20/11/2026] Ama: stop\nplease\n"
        "[6:33 pm, 20/11/2026] Danny: no\n"
    )
    _, rows = read_text(text)
    assert [(m.sender, m.text, str(m.at)[11:16]) for m in rows] == [
        ("Danny", "where are you", "18:31"), ("Ama", "stop\nplease", "18:32"), ("Danny", "no", "18:33"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("own", "pasted"),
    [
        ("20/11/2026, 18:3{} - ", "[20/11/2026, 18:02:00] Danny: tonight"),
        ("20/11/2026, 18:3{} - ", "[18:01, 20/11/2026] Danny: tonight"),
        ("20/11/2026, 18:3{} - ", "20.11.2026, 18:02 - Danny: tonight"),
        ("[20/11/2026, 18:3{}:00] ", "20/11/2026, 18:02 - Danny: tonight"),
        ("[18:3{}, 20/11/2026] ", "[20/11/2026, 18:02:00] Danny: tonight"),
    ],
)
def test_a_chat_of_another_make_pasted_into_a_message_puts_nothing_into_his_mouth(own: str, pasted: str) -> None:
    text = f"{own.format(1)}Ama: he wrote\n{pasted}\n{own.format(3)}Ama: so\n{own.format(4)}Danny: ok\n"
    chat, rows = read_text(text)
    assert [(m.sender, m.text) for m in rows] == [("Ama", f"he wrote\n{pasted}"), ("Ama", "so"), ("Danny", "ok")]
    assert not chat.unread


def test_a_line_of_another_make_at_the_very_end_is_told() -> None:
    chat, rows = read_text("20/11/2026, 18:31 - Ama: a\n20/11/2026, 18:32 - Ama: b\n[20/11/2026, 18:33:00] Danny: c\n")
    assert len(rows) == 3 and "lines_like_messages" in chat.notes


def test_as_many_ends_of_one_kind_as_of_the_other_swallow_no_message() -> None:
    text = (
        "20/11/2026, 18:30 - Ama: a\n20/11/2026, 18:31 - Danny: b\r\n20/11/2026, 18:32 - Ama: c\r\n"
        "20/11/2026, 18:33 - Danny: d\n20/11/2026, 18:34 - Danny: e\n"
    )
    assert [m.sender for m in read_text(text)[1]] == ["Ama", "Danny", "Ama", "Danny", "Danny"]


def test_a_group_that_begins_with_many_lines_of_the_program_is_a_chat() -> None:
    text = "".join(f"20/11/2026, 18:{n:02} - Danny added Ama\n" for n in range(45)) + "20/11/2026, 18:50 - Danny: x\n"
    _, rows = read_text(text)
    assert len(rows) == 46 and rows[-1].sender == "Danny"


def _read_marked(*texts: str, line_marked: bool = True) -> list[Message]:
    begin = f"[20/11/2026, 18:29:00] Danny: {LTR}Messages and calls are end-to-end encrypted.\r\n"
    lines = (f"{LTR * line_marked}[20/11/2026, 18:30:{n:02}] Danny: {LTR}{text}\r\n" for n, text in enumerate(texts))
    _, rows = read_text(begin + "".join(lines))
    assert rows[0].kind == "app" and {mark for m in rows for mark in m.marks} <= MARKS
    return rows[1:]


@pytest.mark.parametrize(
    ("words", "kind", "marks"),
    [
        (f"POLL:\nWhere are you?\n{LTR}OPTION: Home (1 vote)\n{LTR}OPTION: Work (0 votes)\n", "message", ()),
        ("Location: https://maps.google.com/?q=53.4,-2.9", "message", ()),
        ("Standort: https://maps.google.com/?q=53.4,-2.9", "message", ()), ("Live location shared", "message", ()),
        (f"statement.pdf • {LTR}2 pages {LTR}document omitted", "message", ("media_left_out",)),
        ("圖片已省略", "message", ("media_left_out",)), ("изображение отсутствует", "message", ("media_left_out",)),
        ("This message was deleted by admin Ama.", "message", ("deleted",)),
        (f"Voice call, {LTR}2 min", "call", ("call_answered",)),
        (f"Voice call, {LTR}No answer", "call", ("call_missed",)),
        (f"Silenced voice call, {LTR}Focus mode", "call", ("call_missed",)), ("Video call", "call", ()),
        ("Danny left", "app", ()), ("Danny changed their phone number to a new number. Tap to message.", "app", ()),
    ],
)  # fmt: skip
def test_what_he_gave_with_a_button_is_his_and_an_unanswered_call_is_not_answered(
    words: str, kind: str, marks: tuple[str, ...]
) -> None:
    (message,) = _read_marked(words)
    assert (message.sender, message.kind, message.marks) == ("Danny", kind, marks)


@pytest.mark.parametrize(
    "words",
    [
        "I know you left", "this chat is over, you will see", "Ama added me, I will come. end-to-end encrypted",
        "voice call me or I come", "this message was deleted you think? I am coming", "missed call from hell",
        "Danny added this: I am outside your house now, and I will wait here until you come out of it alone",
    ],
)  # fmt: skip
def test_a_mark_that_he_typed_makes_no_threat_the_programs_whatever_words_are_in_it(words: str) -> None:
    (message,) = _read_marked(words, line_marked=False)
    assert (message.sender, message.kind, message.text) == ("Danny", "message", words)
    assert message.marks == ("app_words_not_understood",)  # in sight, and said of the row itself to be in doubt


@pytest.mark.parametrize(
    ("words", "mark"),
    [
        ("이 메시지는 삭제되었습니다.", "deleted"), ("ข้อความนี้ถูกลบแล้ว", "deleted"), ("این پیام حذف شد", "deleted"),
        ("このメッセージは削除されました", "deleted"), ("<미디어 파일을 제외한 대화내용>", "media_left_out"),
        ("<View once voice message omitted>", "media_left_out"), ("<love>", ""), ("<3 you are mine>", ""),
        ("This message was deleted because I hate you", ""), ("voice call me now", ""),
    ],
)  # fmt: skip
def test_android_writes_no_marks_and_his_own_words_are_not_taken_for_the_programs(words: str, mark: str) -> None:
    _, (message,) = read_text(f"20/11/2026, 18:31 - Danny: {words}\n")
    assert (message.kind, message.text, message.marks) == ("message", words, (mark,) if mark else ())


def test_a_name_with_a_colon_is_told_since_it_may_be_a_habit_of_words() -> None:
    chat, rows = read_text("".join(f"20/11/2026, 18:3{n} - Danny: URGENT: {n}\n" for n in range(4)))
    assert len(rows) == 4 and "name_with_colon" in chat.notes


@pytest.mark.parametrize("quotes", ["””", "‘’", "„“", "«»"])
def test_the_colon_of_a_quoted_name_is_no_senders_in_any_countrys_quotes(quotes: str) -> None:
    _, rows = read_text(
        f"20/11/2026, 18:31 - Danny: x\n20/11/2026, 18:32 - Ama renamed it {quotes[0]}a: b{quotes[1]}\n"
    )
    assert (rows[1].sender, rows[1].kind) == ("", "app")
