"""Retry safety: the same key and body twice has one effect and the same answer.

Nothing tells two callers apart who do not sign in, and an answer to one of them holds a receipt, which opens a report.
So their keys count only where no two of them can meet (docs/adr/0012): the worst is one report twice, never somebody
else's receipt.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, cast

from django.db import connection, transaction
from django.db.utils import IntegrityError, OperationalError
from psycopg.errors import LockNotAvailable, UniqueViolation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from accounts.types import Caller
from common.problems import Conflict, DomainError, Problem, Refused
from database.writes import gathered, late_begin, write
from edge.models import IdempotentAnswer
from edge.parsing import body_of
from edge.throttles import address_of

_KEY = re.compile(r"[\x20-\x7e]{1,255}")
# A key that nobody else thinks of, as a UUID is: so long, and with so many different letters and digits.
_UNGUESSABLE, _DIFFERENT = 20, 8
_ANONYMOUS = "public"
_IN_PROGRESS = "idempotency_in_progress"
_BODY = IdempotentAnswer._meta.get_field("body")
_ONCE, _NUMBER = "idempotent_answer_once", "edge_idempotentanswer_pkey"
_KEPT_HEADERS = ("Location", "ETag")


@dataclass(frozen=True, slots=True)
class _Claim:
    """Whose key for what: the operation is the address asked for, so a key never crosses two of them.

    `emergency`: what was sent says that somebody is in danger now, and is taken whatever became of the key.
    """

    client: str
    operation: str
    key: str
    digest: str
    emergency: bool


def once(request: Request, effect: Callable[[], Response], *, gather: bool = False, said: Any = None) -> Response:
    """Run `effect` in one transaction; with an `Idempotency-Key`, at most once for that key.

    A refusal frees the key. `gather` sends the effect's writes together (`database.writes`). `said` stands for the
    body where a digest of the body itself would keep something that must not be kept; of somebody who does not sign in
    it names what only they can know. A key that does not count is told with `Idempotency-Ignored: true`.
    """
    sent = request.headers.get("Idempotency-Key")
    claim = None if sent is None else _claim(request, sent, said)
    try:
        response = _run_effect(claim, effect, gather=gather)
    except Conflict as conflict:
        if claim is None or not claim.emergency or conflict.code != _IN_PROGRESS:
            raise
        response = None  # the first with this key hangs, and this one may be somebody's only chance
    if response is None:
        response, claim = _run_effect(None, effect, gather=gather), None
    if response is None:
        raise TypeError("an effect has an answer")
    if sent is not None and claim is None:
        response["Idempotency-Ignored"] = "true"
    return response


def _run_effect(claim: _Claim | None, effect: Callable[[], Response], *, gather: bool) -> Response | None:
    """The answer of the effect, or the one that is kept; None for an emergency whose key was another body's."""
    if gather and claim is not None:
        return _hopefully(claim, effect)
    with transaction.atomic(), gathered(last=True) if gather else nullcontext():
        return effect() if claim is None else _once_for(claim, effect)


def _once_for(claim: _Claim, effect: Callable[[], Response]) -> Response | None:
    return _kept(claim, effect()) if _take(claim) else _replay(claim)


def _hopefully(claim: _Claim, effect: Callable[[], Response]) -> Response | None:
    """The same for an effect that may as well be taken back: as if the key were new, which it nearly always is.

    Nobody asks first. The answer is written with everything else, and PostgreSQL takes only one for a key: whoever
    comes second waits there for the first, has all of theirs undone, and gets what the first got.
    """
    try:
        with late_begin(), transaction.atomic(), gathered(last=True):
            return _kept(claim, effect())
    except OperationalError as error:
        _check_in_progress(error)
        raise
    except IntegrityError as error:
        if _constraint(error) == _NUMBER:  # another key's answer has this number
            return _hopefully(claim, effect)
        if _constraint(error) != _ONCE:
            raise
    return _replay(claim)


def _constraint(error: IntegrityError) -> str | None:
    return error.__cause__.diag.constraint_name if isinstance(error.__cause__, UniqueViolation) else None


def _check_in_progress(error: OperationalError) -> None:
    if isinstance(error.__cause__, LockNotAvailable):
        raise Conflict(_IN_PROGRESS, "The first request with this key is still running.") from error


def _claim(request: Request, sent: str, said: Any) -> _Claim | None:
    """What the key is of; None where it does not count. Raises `Refused` for what is no key, but in an emergency."""
    emergency = _is_emergency(request)
    if not _KEY.fullmatch(sent):
        if emergency:
            return None
        problem = Problem("", "idempotency_key_invalid", "Idempotency-Key takes 1 to 255 printable characters.")
        raise Refused([problem], code="idempotency_key_invalid", detail=problem.detail)
    digest = _digest_of(body_of(request).value if said is None else said)
    operation = hashlib.sha256(f"{request.method} {request.path}".encode()).hexdigest()
    client = client_of(request.user)
    if client == _ANONYMOUS:
        key = _digest_of([sent, digest]) if said is not None else _key_of_anybody(request, sent, digest)
        return _Claim(client, operation, key, digest, emergency) if key else None
    return _Claim(client, operation, sent, digest, emergency)


def _key_of_anybody(request: Request, sent: str, digest: str) -> str | None:
    """What stands for a key of somebody of whom nothing is known. None: another may have the same, so it is no key.

    It must not be one that others think of, and it counts from one address and with one body, in which there are words
    of their own. Kept is a digest of all that: neither key nor address can be had from it.
    """
    body = body_of(request).value
    own_words = isinstance(body, dict) and isinstance(body.get("description"), str) and body["description"].strip()
    if len(sent) < _UNGUESSABLE or len(set(sent)) < _DIFFERENT or not own_words:
        return None
    return _digest_of([sent, digest, address_of(request)])


def _is_emergency(request: Request) -> bool:
    """Whether what was sent says that somebody is in danger now (rule 37), in JSON that may be none."""
    try:
        body = body_of(request).value
    except DomainError:
        return False
    return isinstance(body, dict) and body.get("immediate_danger") is True


def _digest_of(value: Any) -> str:
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def client_of(caller: object) -> str:
    """Whose keys: a caller's own, or those of all who call without signing in."""
    return caller.id if isinstance(caller, Caller) and caller.kind != "public" else _ANONYMOUS


_TAKE = "SELECT edge_claim(%s, %s, %s)"
_KEEP = "SELECT edge_keep_answer(%s, %s, %s, %s, %s, %s, %s::bytea, %s::jsonb)"


def _take(claim: _Claim) -> bool:
    """Hold the key, waiting for whoever holds it. False where it was answered before."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, [claim.client, claim.operation, claim.key])
            return cast(tuple[bool], cursor.fetchone())[0]
    except OperationalError as error:
        _check_in_progress(error)
        raise


def _replay(claim: _Claim) -> Response | None:
    """The answer that is kept. Raises `Refused` where the key was another body's; None where that is an emergency."""
    kept = IdempotentAnswer.objects.get(client=claim.client, operation=claim.operation, key=claim.key)
    if kept.digest != claim.digest:
        if claim.emergency:
            return None
        problem = Problem("", "idempotency_key_reused", "This key was used before with another body.")
        raise Refused([problem], code="idempotency_key_reused", detail=problem.detail)
    response = Response(json.loads(kept.body or "null"), status=kept.status, headers=kept.headers)
    response["Idempotency-Replayed"] = "true"
    return response


def _kept(claim: _Claim, answer: Response) -> Response:
    """The answer, kept for the next who asks with the same key, unless it refuses."""
    if answer.status_code >= 400:
        return answer
    # The number is needed before the row is there, since the row is sealed with it. Sequences gave smaller ones.
    number = 2**62 + secrets.randbits(62)
    # As text, not jsonb: the same answer again means the same members in the same order.
    body = json.dumps(answer.data, cls=JSONEncoder, ensure_ascii=False)
    headers = {name: answer[name] for name in _KEPT_HEADERS if answer.has_header(name)}
    asked = (claim.client, claim.operation, claim.key, claim.digest)
    write(_KEEP, [number, *asked, answer.status_code, _BODY.sealed(body, number), json.dumps(headers)])
    return answer
