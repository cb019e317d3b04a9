"""The one way in for a file sent in one request: a form, streamed, hashed and sealed as it arrives.

The name that a sender gives a file is kept as words. It is never part of a path, an address or a log.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import IO, Any, cast

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, TooManyFilesSent
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import QueryDict
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.datastructures import MultiValueDict
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from breaches.evidence.checks import Sent, check_whole, is_digest, storable_name
from breaches.evidence.sealing import Arrival
from breaches.evidence.types import Received
from common.problems import Malformed, Problem, Refused, TooLarge

_CHUNK = 1024 * 1024
_THROWN_AWAY = 100 * 1024 * 1024  # read to the end up to here, so that the sender sees the 413
_ENVELOPE = 64 * 1024  # what a form may hold beside its file
_NO_LENGTH = 1 << 62  # spo_service.wsgi: a chunked body
_SEVERAL = Problem("/file", "one_file_at_a_time", "Send each file in a request of its own.")
_MISSING = Problem("/file", "required", "This is required.")
_BROKEN = ("body_incomplete", "The body ended before its end. Nothing was kept; send it again.")
_BIG = ("body_too_large", "The file is over the limit.")
_FORM = ("malformed_form", "The body is not a form of the kind that is asked for.")


@dataclass(frozen=True, slots=True)
class Form:
    """What a form held: the file, sealed beside its place, and what was said of it."""

    arrival: Arrival
    received: Received
    sent: Sent


def read_form(request: Request) -> Form:
    """The form of a request, its file whole and as its sender says it should be; everything else is refused."""
    form = request.data
    if not isinstance(form, Form):  # an empty body is no form
        raise Refused([_MISSING])
    try:
        check_whole(form.received, form.sent)
    except Refused:
        form.arrival.discard()
        raise
    return form


class EvidenceForm(BaseParser):
    """`multipart/form-data` with one `file` and, if its sender likes, its `sha256`.

    A view may name more fields in `form_fields`; its `admit_form` sees those that come before the file, and may refuse
    it before a byte of it is kept.
    """

    media_type = "multipart/form-data"

    def parse(  # type: ignore[override]
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Form:
        meta = dict(parser_context["request"].META if parser_context else {}) | {"CONTENT_TYPE": media_type or ""}
        _refuse_by_length(stream, int(meta.get("CONTENT_LENGTH") or 0))
        view, request = (parser_context or {}).get("view"), (parser_context or {}).get("request")
        admit = getattr(view, "admit_form", None)
        handler, counted = _Keep(admit and partial(admit, request)), _Counted(stream)
        try:
            fields = _parsed(meta, counted, handler)
            _check_end(meta, counted, handler)
            return _form(handler, fields, known=frozenset({"sha256"}) | getattr(view, "form_fields", frozenset()))
        except BaseException:
            handler.discard()
            raise


def _refuse_by_length(stream: IO[bytes], length: int) -> None:
    if length == _NO_LENGTH or length <= settings.EVIDENCE_MAX_BYTES + _ENVELOPE:
        return
    left = _THROWN_AWAY
    while left > 0 and (piece := stream.read(_CHUNK)):
        left -= len(piece)
    raise TooLarge(*_BIG)


def _parsed(meta: Mapping[str, Any], stream: _Counted, handler: _Keep) -> MultiValueDict[str, str]:
    try:
        parser = _Parser(meta, cast(Any, stream), [handler], "utf-8")
        handler.read_fields = parser.read_fields
        fields, _ = parser.parse()
    except TooManyFilesSent:
        raise Refused([_SEVERAL]) from None
    except RequestDataTooBig:
        raise TooLarge(*_BIG) from None
    except MultiPartParserError:
        raise Malformed(*_FORM) from None
    except (OSError, BadRequest):  # the line was cut, or stands still
        raise Malformed(*_BROKEN) from None
    return fields


def _check_end(meta: Mapping[str, Any], stream: _Counted, handler: _Keep) -> None:
    length = int(meta.get("CONTENT_LENGTH") or 0)
    if handler.too_big:
        raise TooLarge(*_BIG)
    if handler.others:
        return  # refused for that, whole or not
    if handler.interrupted or (length != _NO_LENGTH and stream.count != length):
        raise Malformed(*_BROKEN)


def _form(handler: _Keep, fields: MultiValueDict[str, str], *, known: frozenset[str]) -> Form:
    told = Problem("", "unknown_field", f"A form has {' and '.join(sorted({'file', *known}))}.")
    problems = [told for name in fields if name not in known]
    if handler.others:
        problems.append(_SEVERAL)
    elif handler.arrival is None:
        problems.append(_MISSING)
    digest = fields.get("sha256", "")
    if digest and not is_digest(digest):
        problems.append(Problem("/sha256", "bad_format", "A SHA-256 is 64 hexadecimal digits."))
    if problems or handler.arrival is None:
        raise Refused(problems)
    part = handler.arrival.finish()
    received = Received(part.size, handler.digest.hexdigest(), part)
    return Form(handler.arrival, received, Sent(storable_name(handler.name), digest.lower()))


class _Counted:
    """A stream that counts what was read."""

    def __init__(self, inner: IO[bytes]) -> None:
        self._inner, self.count = inner, 0

    def read(self, size: int = -1, /) -> bytes:
        piece = self._inner.read(size)
        self.count += len(piece)
        return piece


class _Parser(MultiPartParser):
    """Django's, which would make a harmless name of what was sent. Here a name is evidence too."""

    def sanitize_file_name(self, file_name: str) -> str:
        return file_name

    def read_fields(self) -> QueryDict:
        """The fields that came so far."""
        return cast(QueryDict, cast(Any, self)._post)


class _Keep(FileUploadHandler):
    """Seals the one file of a form as it comes; counts others and throws them away."""

    chunk_size = _CHUNK

    def __init__(self, admit: Callable[[QueryDict], None] | None = None) -> None:
        super().__init__()
        self._admit = admit
        self.read_fields: Callable[[], QueryDict] = QueryDict
        self.arrival: Arrival | None = None
        self.digest = hashlib.sha256()
        self.name = ""
        self.others = 0
        self.too_big = self.interrupted = False
        self._after = 0

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        if self.arrival is not None or field_name != "file":
            self.others += 1
            raise SkipFile
        if self._admit:
            self._admit(self.read_fields())
        self.arrival, self.name = Arrival(), file_name

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self.arrival is None:
            return
        if self.too_big or self.arrival.size + len(raw_data) > settings.EVIDENCE_MAX_BYTES:
            self.too_big = True
            self._after += len(raw_data)
            if self._after > _THROWN_AWAY:
                raise StopUpload(connection_reset=True)
            return
        self.digest.update(raw_data)
        self.arrival.write(raw_data)

    def file_complete(self, file_size: int) -> None:
        return None

    def upload_interrupted(self) -> None:
        self.interrupted = True

    def discard(self) -> None:
        if self.arrival is not None:
            self.arrival.discard()
