"""What can be wrong with a request, without saying how HTTP tells it.

`edge.problem_json` holds the one table that turns these into answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong (or worth a warning) in what was sent.

    `pointer` is an RFC 6901 JSON pointer into the body, `code` is stable, and `detail` is a sentence that
    never repeats a value: what was sent may be the address of the person it protects.
    """

    pointer: str
    code: str
    detail: str


class DomainError(Exception):
    """A refusal with a stable code and a sentence fit to show the caller."""

    def __init__(self, code: str, detail: str, *, extra: Mapping[str, object] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.extra: Mapping[str, object] = extra or {}


class NotFound(DomainError):
    """Does not exist, or exists but is not the caller's: the two must look alike."""

    def __init__(self) -> None:
        super().__init__("not_found", "There is nothing here for you.")


class Closed(NotFound):
    """Exists, and is kept from this caller by a list of readers. Answered like nothing; the edge raises an alarm.

    `records` are the ids of what was asked for.
    """

    def __init__(self, records: Sequence[UUID]) -> None:
        super().__init__()
        self.records = tuple(records)


class Forbidden(DomainError):
    """The caller's role, scope or own part in the matter forbids it."""


class Conflict(DomainError):
    """Possible in another state of the thing, not in this one."""


class Traced(Conflict):
    """One that tells the caller something: the edge leaves a trace of it, after the refusal rolled back.

    `records` are the ids of what was asked about.
    """

    def __init__(self, code: str, detail: str, *, verb: str, records: Sequence[UUID]) -> None:
        super().__init__(code, detail)
        self.verb, self.records = verb, tuple(records)


class Malformed(DomainError):
    """The bytes are not what their content type says."""


class TooLarge(DomainError):
    """The body is over the limit of this endpoint."""


class PreconditionRequired(DomainError):
    """`If-Match` is needed for this verb and was not sent."""


class PreconditionFailed(DomainError):
    """`If-Match` names a version that is no longer the current one."""


UNREADABLE = "What is stored cannot be opened here now. Nothing was changed."


class Unavailable(DomainError):
    """Not the caller's doing, and not for ever: something that this needs is not there now."""


class Refused(DomainError):
    """Understood, but not acceptable: carries every problem found, not only the first."""

    def __init__(self, problems: Sequence[Problem], *, code: str = "refused", detail: str = "") -> None:
        super().__init__(code, detail or f"{len(problems)} problem(s) must be put right; see errors.")
        self.problems = tuple(problems)


def pointer(*parts: str | int) -> str:
    """The JSON pointer of a path of keys and indexes, escaped as RFC 6901 section 3 says."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)
