"""What a court fixes once, when it makes an order: no variation or renewal changes it (section 4).

The kind of the order, who the respondent is, the day made and the court that made it. Who the respondent is: his
family name, his given names and his date of birth. A name that he takes later is a notification (section 9(3)) and
stands among `also_known_as`; other names and identifiers may be added. Only a correction says that the record was
wrong, and is warned of. Pure.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from common.problems import Problem
from orders.rules.parts import Doc, Found, member

_PATHS: tuple[tuple[str, ...], ...] = (
    ("kind",),
    ("made_on",),
    ("court", "code"),
    ("court", "name"),
    ("court", "type"),
    ("respondent", "family_name"),
    ("respondent", "given_names"),
    ("respondent", "date_of_birth"),
)
# What nobody knew when the order was made may be learned later: that changes nobody into another.
_MAY_BE_LEARNED = frozenset({("respondent", "given_names"), ("respondent", "date_of_birth")})
_ALIKE = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u2010": "-", "\u2011": "-", "\u2013": "-"})


def fixed_fact_problems(doc: Doc, recorded: Doc) -> Found:
    """`not_variable` for each of these facts that a variation or renewal says otherwise than the record does."""
    for where in _changed(doc, recorded):
        yield Problem(where, "not_variable", "A variation or renewal does not change this: send a correction.")


def fixed_fact_warnings(doc: Doc, recorded: Doc) -> Found:
    """The same facts where a correction puts them right."""
    for where in _changed(doc, recorded):
        yield Problem(where, "fixed_fact_corrected", "This correction changes what no variation could: check it.")


def _changed(doc: Doc, recorded: Doc) -> Iterator[str]:
    for path in _PATHS:
        new, old = _at(doc, path), _at(recorded, path)
        if new != old and not (old == "" and path in _MAY_BE_LEARNED):
            yield "/" + "/".join(path)


def _at(doc: Doc, path: tuple[str, ...]) -> str:
    value: object = doc
    for name in path:
        value = member(value, name)
    return _as_read(value) if isinstance(value, str) else ""


def _as_read(text: str) -> str:
    """As people read it: case, the kind of apostrophe or dash, and how much space is between do not count."""
    return " ".join(unicodedata.normalize("NFC", text).translate(_ALIKE).casefold().split())
