"""Reading a request's body: limited, strict JSON, and a typed shape with a pointer to all that is wrong."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import IO, Any, NoReturn, TypeVar

from django.conf import settings
from pydantic import BaseModel, ValidationError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from common.problems import Malformed, Problem, Refused, TooLarge, pointer

_CHUNK = 64 * 1024
_THROWN_AWAY = 100 * 1024 * 1024  # read to the end up to here, so that the sender sees the 413
_DEEPEST = 64
_HOLDS = (dict, list)  # what JSON is decoded to: never a class of its own
UNKNOWN_LENGTH = 1 << 62  # what stands for the length of a body that comes in chunks (spo_service.wsgi)
_MOST_PROBLEMS = 1_000  # 5 MB can hold a million mistakes; nobody puts right more than this at a time
_LONGEST_NAME = 64
M = TypeVar("M", bound=BaseModel)


class Body:
    """A request's body: the text exactly as sent, and the JSON in it, decoded once."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def value(self) -> Any:
        return decode(self.text)


class JsonBody(BaseParser):
    """The body as text, decoded from UTF-8. Its limit is the view's `body_limit_bytes`."""

    media_type = "application/json"

    def parse(  # type: ignore[override]
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Body:
        view = (parser_context or {}).get("view")
        limit: int = getattr(view, "body_limit_bytes", settings.BODY_LIMIT_BYTES)
        raw = _read_limited(stream, limit)
        try:
            return Body(raw.decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise Malformed("malformed_json", "The body is not UTF-8.") from None


class FileBody(BaseParser):
    """The body as it is: a file. Its limit is the view's `body_limit_bytes`; what it is, its content says."""

    media_type = "*/*"

    def parse(  # type: ignore[override]
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> bytes:
        limit: int = getattr((parser_context or {}).get("view"), "body_limit_bytes", settings.BODY_LIMIT_BYTES)
        return _read_limited(stream, limit)


class FileStream(Body):
    """A file as it comes in: read once, in pieces, never whole. In a digest its hash stands for it, once it is read."""

    def __init__(self, stream: IO[Any], *, limit: int, length: int) -> None:
        super().__init__("")
        self._stream, self._limit, self._length = stream, limit, length

    def pieces(self, size: int) -> Iterator[bytes]:
        """Pieces of this size, the last one shorter. Raises `TooLarge`, or `Malformed` where the end is missing."""
        digest, seen, kept = hashlib.sha256(), 0, bytearray()
        if self._length > self._limit and self._length != UNKNOWN_LENGTH:
            self._refuse()
        while chunk := self._stream.read(_CHUNK):
            seen += len(chunk)
            if seen > self._limit:
                self._refuse()
            digest.update(chunk)
            kept += chunk
            if len(kept) >= size:
                yield bytes(kept[:size])
                del kept[:size]
        if seen < self._length != UNKNOWN_LENGTH:
            raise Malformed("body_truncated", "The body ended before its Content-Length.")
        if kept:
            yield bytes(kept)
        self.text = json.dumps({"sha256": digest.hexdigest()})

    def _refuse(self) -> NoReturn:
        seen = 0
        while seen < _THROWN_AWAY and (chunk := self._stream.read(_CHUNK)):
            seen += len(chunk)
        raise TooLarge("body_too_large", "The body is over the limit of this endpoint.")


class StreamBody(BaseParser):
    """The body as a `FileStream`, not read yet. Its limit is the view's `body_limit_bytes`."""

    media_type = "*/*"

    def parse(  # type: ignore[override]
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> FileStream:
        context = parser_context or {}
        length = int(context["request"].META.get("CONTENT_LENGTH") or 0)
        limit: int = getattr(context.get("view"), "body_limit_bytes", settings.BODY_LIMIT_BYTES)
        return FileStream(stream, limit=limit, length=length)


def _read_limited(stream: IO[Any], limit: int) -> bytes:
    kept, seen = bytearray(), 0
    while chunk := stream.read(_CHUNK):
        seen += len(chunk)
        if seen <= limit:
            kept += chunk
        elif seen > _THROWN_AWAY:
            break
        else:
            kept.clear()
    if seen > limit:
        raise TooLarge("body_too_large", "The body is over the limit of this endpoint.")
    return bytes(kept)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def decode(text: str) -> Any:
    """JSON as RFC 8259 has it: no NaN, no Infinity, nothing nested deeper than 64."""
    try:
        value = json.loads(text, parse_constant=_no_constant)
        too_deep = _deeper_than(value, _DEEPEST)
    except (ValueError, RecursionError):
        raise Malformed("malformed_json", "The body is not JSON.") from None
    if too_deep:
        raise Malformed("malformed_json", "The body is nested too deeply.")
    return value


def _deeper_than(value: Any, depth: int) -> bool:
    level = [value] if type(value) in _HOLDS else []
    for _ in range(depth):
        level = [
            child
            for item in level
            for child in (item.values() if type(item) is dict else item)
            if type(child) in _HOLDS
        ]
        if not level:
            return False
    return True


_EMPTY = Body("{}")


def body_of(request: Request) -> Body:
    """The request's body. An empty one counts as an empty object, for verbs that need nothing."""
    sent = request.data
    return sent if isinstance(sent, Body) and sent.text.strip() else _EMPTY


def _nothing(value: Any) -> list[Problem]:
    return []


def read(request: Request, shape: type[M], *, also: Callable[[Any], list[Problem]] = _nothing) -> M:
    """The body in its typed shape; `Refused` with every problem of shape, `Malformed` if it is not JSON.

    `also` finds more in the JSON as sent, whose parts may be of any type; it is told together with the rest.
    """
    value = body_of(request).value
    problems: list[Problem] = also(value) if isinstance(value, dict) else []
    try:
        found = shape.model_validate(value)
    except ValidationError as error:
        raise Refused([*problems_of(error), *problems]) from None
    if problems:
        raise Refused(problems)
    return found


_CODES: dict[str, tuple[str, str]] = {
    "missing": ("required", "This is required."),
    "extra_forbidden": ("unknown_field", "This field is not known here."),
    "string_unicode": ("text_not_storable", "The text holds a character that cannot be stored."),
    "text_not_storable": ("text_not_storable", "The text holds a character that cannot be stored."),
    "reason_says_nothing": ("bad_format", "A reason needs at least one letter or digit."),
    "literal_error": ("unknown_value", "This is not one of the values allowed here."),
    "string_too_short": ("too_short", "This is too short."),
    "string_too_long": ("too_long", "This is too long."),
    "too_short": ("too_few", "There are too few of these."),
    "too_long": ("too_many", "There are too many of these."),
    "greater_than_equal": ("out_of_range", "This number is out of range."),
    "less_than_equal": ("out_of_range", "This number is out of range."),
    "finite_number": ("number_not_finite", "This number is not finite."),
    "string_pattern_mismatch": ("bad_format", "This is not written in the form that is asked for."),
}


def problems_of(error: ValidationError) -> list[Problem]:
    """Pydantic's findings by our codes and words: its own repeat what was sent."""
    found: list[Problem] = []
    for item in error.errors(include_url=False, include_input=False, include_context=False):
        if len(found) == _MOST_PROBLEMS:
            found.append(Problem("", "more_problems", "There are more problems than are listed."))
            break
        code, detail = _CODES.get(item["type"], _by_family(item["type"]))
        where = _sayable(item["loc"]) if code == "unknown_field" else item["loc"]
        found.append(Problem(pointer(*where), code, detail))
    return found


def _sayable(location: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """An unknown name may be anything that a sender mistook for one, an address or half a character: then
    its parent is named."""
    name = str(location[-1])
    return location if len(name) <= _LONGEST_NAME and name.isascii() and name.isprintable() else location[:-1]


def _by_family(kind: str) -> tuple[str, str]:
    if kind.endswith(("_type", "_parsing", "_attributes_type")) or kind in ("int_from_float", "dict_type"):
        return "wrong_type", "This is not of the type that is asked for."
    if kind.startswith(("instant_", "date_")):
        return kind, _INSTANTS.get(kind, "This is not a date.")
    return "invalid", "This cannot be accepted."


_INSTANTS = {
    "instant_offset_missing": "An instant needs an offset: Z or +01:00.",
    "instant_unreadable": "This is not an RFC 3339 instant.",
    "date_unreadable": "This is not a date written YYYY-MM-DD.",
}
