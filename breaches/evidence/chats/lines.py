"""Chats in lines: WhatsApp's of every country, and Signal's.

The line says neither its country nor its order of day and month: the whole file does. Where nothing does, the British
way is taken and the doubt reported. Where a message ends, only the ends of lines say (`decoding.py`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from breaches.evidence.chats.app_words import MARK, Words, read_lone_words, read_words
from breaches.evidence.chats.clocks import Clock, DateOrder, is_year, make_clock, read_clock
from breaches.evidence.chats.decoding import Line, decode_head, name_encoding, read_lines
from breaches.evidence.chats.signal_markdown import read_markdown
from breaches.evidence.chats.types import MOST_TEXT, Document, Messages, NotAChat, Open, Reader
from breaches.evidence.types import Chat, Message

_UNSEEN = "\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff"
_I = f"[{_UNSEEN}]*"
_GAP = f"[\\s\u00a0\u202f{_UNSEEN}]*"
# Words beside a time: a half of the day, or what joins it to the date.
_WORD = r"[^\W\d_][^\d\[\]:،,\n-]{0,24}?"
_DATE = (
    rf"(?P<first>\d{{1,4}}){_GAP}(?P<separator>[./年-]){_GAP}(?P<middle>\d{{1,2}}){_GAP}(?:(?P=separator)|月){_GAP}"
    rf"(?P<last>\d{{1,4}})(?:日|{_GAP}(?:г|هـ|ه)(?![^\W\d_]))?\.?[,،၊]?"
)
_TIME = (
    rf"(?P<hour>\d{{1,2}})(?:[:.h٫]|{_GAP}h{_GAP})(?P<minute>\d\d)"
    rf"(?:(?:[:.٫]|{_GAP}min{_GAP})(?P<second>\d\d)(?:{_GAP}s)?)?"
)
# The dash of Android, the bracket of iPhones, the colon of old iPhones.
_LINE = re.compile(
    rf"(?P<outer>{_I})(?P<bracket>\[)?{_I}{_DATE}{_GAP}(?P<before>{_WORD})?{_GAP}{_TIME}{_GAP}(?P<after>{_WORD})?{_GAP}"
    rf"(?(bracket)\]{_GAP}|(?:[-–—]|(?P<colon>:)(?=[ \u00a0])){_GAP})(?P<rest>.*)",
    re.DOTALL,
)
# What is copied out of WhatsApp in a browser, and Vietnam's exports: the time before the date.
_TIME_FIRST = re.compile(
    rf"(?P<outer>{_I})(?P<bracket>\[)?{_I}(?P<before>{_WORD})?{_GAP}{_TIME}{_GAP}(?P<after>{_WORD})?{_GAP}[,،၊]{_GAP}{_DATE}"
    rf"{_GAP}(?(bracket)\]{_GAP}|(?:[-–—]){_GAP}(?P<colon>(?!))?)(?P<rest>.*)",
    re.DOTALL,
)
_SENDER = re.compile(r"(?P<name>[^:：\n]{1,150})[:：](?:[\s\u00a0\u202f]|$)(?P<text>.*)", re.DOTALL)
_INVISIBLE = re.compile(_I[:-1])
_QUOTES = (("“", "”"), ("‘", "’"), ("«", "»"), ("„", "“"), ("「", "」"))
# What a viewer may show as the end of a line, and is none here.
_BREAKS = re.compile("[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_LOOK_AT = 40
_SURE = 3  # so many lines with a time are a chat, though nobody says a word before the end of the head
Style = tuple[bool, bool, str, bool]
_TAIL_OF_NAME = 3  # so often must a name with a colon stand, and never otherwise


@dataclass(slots=True)
class _Survey:
    """What the first reading of a file found out about all of its lines of one style."""

    order: DateOrder = field(default_factory=DateOrder)
    first_ends_crlf: bool = False
    brackets: bool = False
    after: Counter[str] = field(default_factory=Counter)
    heads: Counter[str] = field(default_factory=Counter)
    tails: dict[str, Counter[str]] = field(default_factory=dict)
    style: Style | None = None
    last: int = 0  # the byte at which the last line of the style begins

    def ends_with_crlf(self) -> bool:
        """Whether CR LF ends a message here, so that LF alone is a line inside one: iOS writes so, and in brackets."""
        crlf, lf = self.after["crlf"], self.after["lf"]
        ends = crlf > lf or (crlf == lf and self.first_ends_crlf)
        return crlf > 0 and (ends or (self.brackets and self.first_ends_crlf))

    def name_senders(self) -> frozenset[str]:
        """Names that hold a colon themselves: whatever follows the first half is always the same second half."""
        return frozenset(
            f"{head}: {next(iter(tails))}"
            for head, tails in self.tails.items()
            if len(tails) == 1 and tails.total() == self.heads[head] >= _TAIL_OF_NAME and "" not in tails
        )


def recognise_lines(document: Document) -> bool:
    """Whether one of a file's first lines is a message with a time and a sender; a group may begin with others."""
    return bool(_find_messages(document.head)[1])


def _find_messages(head: bytes) -> tuple[re.Pattern[str], list[re.Match[str]]]:
    """What a line of the file looks like, and those of its first lines that somebody said."""
    lines = re.split("\r\n|\n|\r", decode_head(head))
    ways = [(pattern, _match_lines(pattern, lines[:_LOOK_AT])) for pattern in (_LINE, _TIME_FIRST)]
    pattern, timed = max(ways, key=lambda way: len(way[1]))
    said = [match for match in timed if _SENDER.match(match["rest"])]
    if not said and len(timed) >= _SURE:
        later = _match_lines(pattern, lines[_LOOK_AT:])
        said = [match for match in later if _SENDER.match(match["rest"])][:1]
    return pattern, said


def _match_lines(pattern: re.Pattern[str], lines: list[str]) -> list[re.Match[str]]:
    return [match for line in lines if (match := pattern.match(line))]


def read_chat_lines(again: Open, document: Document) -> Messages:
    """Messages of a file that is read twice: for what holds of all of it, then for what was said."""
    pattern, found = _find_messages(document.head)
    if not found:
        raise NotAChat
    signal = _is_signal(found, document)
    chat = Chat("signal" if signal else "whatsapp", "messaging_app", ["local_time_assumed"])
    survey = _survey_lines(_read_lines(again, document), pattern)
    if doubt := survey.order.name_doubt():
        chat.note_doubt(doubt)
    if survey.name_senders():
        chat.note_doubt("name_with_colon")
    talk = _Conversation(chat, survey, pattern, document.latest_year)
    rows = talk.read_messages(_read_lines(again, document))
    return chat, read_markdown(rows) if signal else rows


def _is_signal(found: list[re.Match[str]], document: Document) -> bool:
    """Whether signal-export wrote it: the year first, in brackets; by its name, or no seconds, or two blanks behind."""
    if not all(match["bracket"] and len(match["first"]) == 4 and match["separator"] == "-" for match in found):
        return False
    if document.name.lower().endswith(".md") or all(match["second"] is None for match in found):
        return True
    return b"\r\n" not in document.head and any(match["rest"].endswith("  ") for match in found)


READER = Reader("lines", recognise_lines, read_chat_lines)


def _read_lines(again: Open, document: Document) -> Iterator[Line]:
    return read_lines(again(), name_encoding(document.head), lone_cr=b"\n" not in document.head)


def _name_style(match: re.Match[str]) -> Style:
    """How a line is written: one program writes all of a file alike, so that a line that was pasted stands out."""
    return match["bracket"] is not None, match["colon"] is not None, match["separator"], match["second"] is not None


def _survey_lines(lines: Iterator[Line], pattern: re.Pattern[str]) -> _Survey:
    """Of the style that most lines have."""
    first_ends_crlf, styles = False, dict[Style, _Survey]()
    for count, line in enumerate(lines):
        first_ends_crlf |= count == 1 and line.after == "crlf"
        match = pattern.match(line.text)
        if match:
            style = _name_style(match)
            survey = styles.get(style)
            if survey is None:
                survey = styles[style] = _Survey(style=style)
            first, middle, last, separator = match.group("first", "middle", "last", "separator")
            by_year = is_year(first, separator)
            survey.order.see_date(int(first), int(middle), int(last), separator, year_first=by_year)
            survey.after[line.after] += 1
            survey.brackets, survey.last = match["bracket"] is not None, line.offset
            _survey_name(survey, match["rest"])
    found = max(styles.values(), key=lambda one: one.after.total(), default=_Survey())
    found.first_ends_crlf = first_ends_crlf
    return found


def _survey_name(survey: _Survey, rest: str) -> None:
    said = _SENDER.match(rest)
    if said is None or len(survey.heads) > 10_000:
        return
    head = said["name"]
    survey.heads[head] += 1
    second = _SENDER.match(said["text"])
    if (tails := survey.tails.get(head)) is None:
        tails = survey.tails[head] = Counter()
    tails[second["name"] if second else ""] += 1
    if len(tails) > 2:
        survey.tails[head] = Counter({"": 1})


@dataclass(slots=True)
class _Begun:
    """A message whose last line may not have come yet."""

    offset: int
    sender: str
    at: datetime | None
    line_marked: bool
    text: list[str]
    size: int
    marks: list[str]


class _Conversation:
    """Turns lines into messages, and writes down what is doubtful in them."""

    def __init__(self, chat: Chat, survey: _Survey, pattern: re.Pattern[str], latest_year: int) -> None:
        self._chat, self._latest, self._pattern = chat, latest_year, pattern
        self._style, self._last = survey.style, survey.last
        self._first = True
        self._crlf = survey.ends_with_crlf()
        self._month_first = survey.order.is_month_first()
        self._long_names = survey.name_senders()
        self._newest: datetime | None = None

    def read_messages(self, lines: Iterator[Line]) -> Iterator[Message]:
        begun: _Begun | None = None
        before = 0
        for line in lines:
            if line.damaged:
                self._chat.note_doubt("letters_lost")
            if _BREAKS.search(line.text) and any(map(self._pattern.match, _BREAKS.split(line.text)[1:])):
                self._chat.note_doubt("lines_like_messages")
            match = self._pattern.match(line.text)
            if match and self._is_inside(line, match):
                self._chat.note_doubt("lines_like_messages")
                match = None
            if match is None:
                before += begun is None and bool(line.text.strip())
                self._add_line(begun, line)
                continue
            if begun:
                yield self._finish_message(begun)
            begun = self._begin_message(line, match)
        if begun:
            yield self._finish_message(begun)
        if before:
            self._chat.count_unread("message_unreadable", before)

    def _is_inside(self, line: Line, match: re.Match[str]) -> bool:
        """A line that looks like a message and stands inside one: where messages end with CR LF, LF alone ends none.

        So does a line of another style, unless no line of the file's own comes after it: then it is only in doubt.
        """
        if self._crlf and line.after == "lf":
            return True
        if _name_style(match) == self._style:
            return False
        self._chat.note_doubt("lines_like_messages")
        return line.offset < self._last

    def _add_line(self, begun: _Begun | None, line: Line) -> None:
        if begun is None:
            return
        if begun.size < MOST_TEXT:
            begun.text.append(("" if line.after == "none" else "\n") + line.text)
            begun.size += len(line.text) + 1
        elif "text_cut" not in begun.marks:
            begun.marks.append("text_cut")

    def _begin_message(self, line: Line, match: re.Match[str]) -> _Begun:
        sender, text = self._split_sender(match["rest"])
        marks: list[str] = []
        at = self._read_time(make_clock(match), marks)
        return _Begun(line.offset, sender, at, MARK in match["outer"], [text], len(text), marks)

    def _read_time(self, clock: Clock, marks: list[str]) -> datetime | None:
        at, doubt = read_clock(clock, month_first=self._month_first, latest_year=self._latest)
        if doubt:
            self._chat.note_doubt(doubt)
            marks.append("time_doubtful")
        if at and self._newest and at < self._newest:
            self._chat.note_doubt("times_run_backwards")
            marks.append("time_runs_backwards")
        if at:
            self._newest = max(at, self._newest or at)
        return at

    def _split_sender(self, rest: str) -> tuple[str, str]:
        for name in self._long_names:
            if rest.startswith(f"{name}: "):
                return _clean_name(name), rest[len(name) + 2 :]
        said = _SENDER.match(rest)
        if said is None or _opens_quote(said["name"]):
            return "", rest
        return _clean_name(said["name"]), said["text"]

    def _finish_message(self, begun: _Begun) -> Message:
        text = "".join(begun.text)
        first, self._first = self._first, False
        words = (
            read_words(text, line_marked=begun.line_marked, sender=begun.sender, is_first=first)
            if begun.sender
            else read_lone_words(text)
        )
        if words.doubtful:
            self._chat.note_doubt("app_words_not_understood")
        return _make_message(begun, words)


def _make_message(begun: _Begun, words: Words) -> Message:
    marks = [*begun.marks, *words.marks]
    if len(words.text) > MOST_TEXT and "text_cut" not in marks:
        marks.append("text_cut")
    kind = words.kind if words.kind in ("app", "call") else "message"
    return Message(begun.offset, begun.sender, words.text[:MOST_TEXT], begun.at, kind=kind, marks=tuple(marks))  # type: ignore[arg-type]


def _clean_name(name: str) -> str:
    return _INVISIBLE.sub("", name).strip()


def _opens_quote(name: str) -> bool:
    """The program tells of a name in quotes ("changed the subject to “a: b”"): its colon is no sender's."""
    if name.isascii():
        return name.count('"') % 2 == 1
    return (
        name.count('"') % 2 == 1
        or (name.count("”") % 2 == 1 and "“" not in name and "„" not in name)
        or any(name.count(opens) > name.count(closes) for opens, closes in _QUOTES if opens in name)
    )
