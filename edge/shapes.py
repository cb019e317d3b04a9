"""Building blocks of what comes in: strict types, no unknown field, text that can be stored."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictStr,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from common.reasons import says_something

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


class Shape(BaseModel):
    """A JSON object with these members and no others, each of exactly its type."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


class NullIsAbsent(Shape):
    """The same for whoever speaks for themselves: a member that is null is as one that is left out."""

    @model_validator(mode="before")
    @classmethod
    def drop_nulls(cls, sent: object) -> object:
        return {name: value for name, value in sent.items() if value is not None} if isinstance(sent, dict) else sent


def storable(text: str) -> bool:
    """Whether PostgreSQL and UTF-8 can hold it: no NUL, no lone surrogate."""
    return ("\x00" not in text and text.isascii()) or not re.search("[\x00\ud800-\udfff]", text)


def _storable(text: str) -> str:
    if not storable(text):
        raise PydanticCustomError("text_not_storable", "not storable")
    return text


def _any_text(value: object) -> object:
    # Before pydantic's own check, whose error for a lone surrogate is not told apart from a wrong type.
    return _storable(value) if isinstance(value, str) else value


Text = Annotated[StrictStr, BeforeValidator(_any_text)]


def _check_reason(shortest: int, longest: int) -> AfterValidator:
    def check_reason(text: str) -> str:
        if len(text) < shortest:
            raise PydanticCustomError("string_too_short", "too short")
        if len(text) > longest:
            raise PydanticCustomError("string_too_long", "too long")
        if not says_something(text):
            raise PydanticCustomError("reason_says_nothing", "no letter and no digit")
        return text

    return AfterValidator(check_reason)


def _describe_lengths(shortest: int, longest: int) -> Any:
    return Field(json_schema_extra={"minLength": shortest, "maxLength": longest})


# Why somebody does what goes into the trail. Blanks, dots and what nobody sees are no reason.
Reason = Annotated[Text, _check_reason(10, 2_000), _describe_lengths(10, 2_000)]
BriefReason = Annotated[Text, _check_reason(3, 2_000), _describe_lengths(3, 2_000)]
ShortReason = Annotated[Text, _check_reason(1, 2_000), _describe_lengths(1, 2_000)]
Purpose = Annotated[Text, _check_reason(3, 500), _describe_lengths(3, 500)]


def parse_instant(text: str) -> datetime | None:
    """An aware instant, a naive one where the offset is missing, or None where it cannot be read."""
    if not _INSTANT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError:
        return None


def _instant(value: object) -> object:
    if not isinstance(value, str):
        return value
    read = parse_instant(value)
    if read is None or read.year < 1:
        raise PydanticCustomError("instant_unreadable", "unreadable")
    if read.tzinfo is None:
        raise PydanticCustomError("instant_offset_missing", "no offset")
    return read


def _date(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        # fromisoformat also takes 20260302 and 2026-W10-1, which the contract does not know.
        return date.fromisoformat(value if _DATE.fullmatch(value) else "")
    except ValueError:
        raise PydanticCustomError("date_unreadable", "unreadable") from None


def _utc_reach(value: datetime) -> datetime:
    # Year 1 and year 9999 with an offset cannot be turned to UTC: PostgreSQL's adapter would fail on them.
    if not 1 < value.year < 9999:
        raise PydanticCustomError("instant_unreadable", "out of reach")
    return value


Instant = Annotated[
    datetime,
    BeforeValidator(_instant),
    AfterValidator(_utc_reach),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
CivilDate = Annotated[date, BeforeValidator(_date), WithJsonSchema({"type": "string", "format": "date"})]
