"""What a court fixes once, when it makes an order: no variation or renewal changes it (section 4).

The kind of the order, who the respondent is, the day made and the court that made it. Who the respondent is: his
family name, his given names and his date of birth. A name that he takes later is a notification (section 9(3)) and
stands among `also_known_as`; other names and identifiers may be added. Only a correction says that the record was
wrong, and is warned of. Pure.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping

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
    for where in _find_changed(doc, recorded):
        yield Problem(where, "not_variable", "A variation or renewal does not change this: send a correction.")


def renamed_person_problems(doc: Doc, recorded: Doc) -> Found:
    """`not_variable` for a key that a variation gives to somebody of another family name and other given names.

    A key is one person throughout an order: her account and her reports hang on it (rule 83). Who married has one new
    name, and is warned of; somebody else is a key of her own.
    """
    for where, changed in _find_renamed(doc, recorded):
        if changed == 2:
            said = "This key is another person on record: give a new person a new key, or send a correction."
            yield Problem(where, "not_variable", said)


def renamed_person_warnings(doc: Doc, recorded: Doc) -> Found:
    """`protected_person_renamed`: the same key with another name. Her account stays the one that it was."""
    for where, changed in _find_renamed(doc, recorded):
        if changed:
            yield Problem(where, "protected_person_renamed", "This person's name is another on record: check the key.")


def _find_renamed(doc: Doc, recorded: Doc) -> Iterator[tuple[str, int]]:
    """Each person on record by its key, where it stands now, and how many of two names are others."""
    known = {member(person, "key"): person for person in _people_of(recorded)}
    for index, person in enumerate(_people_of(doc)):
        before = known.get(member(person, "key"))
        if before is None:
            continue
        names = [(_text_at(person, (name,)), _text_at(before, (name,))) for name in ("family_name", "given_names")]
        yield f"/protected_persons/{index}", sum(new != old for new, old in names if old)


def _people_of(doc: Doc) -> list[Doc]:
    found = member(doc, "protected_persons")
    return [person for person in found if isinstance(person, Mapping)] if isinstance(found, list) else []


def fixed_fact_warnings(doc: Doc, recorded: Doc) -> Found:
    """The same facts where a correction puts them right."""
    for where in _find_changed(doc, recorded):
        yield Problem(where, "fixed_fact_corrected", "This correction changes what no variation could: check it.")


def _find_changed(doc: Doc, recorded: Doc) -> Iterator[str]:
    for path in _PATHS:
        new, old = _text_at(doc, path), _text_at(recorded, path)
        if new != old and not (old == "" and path in _MAY_BE_LEARNED):
            yield "/" + "/".join(path)


def _text_at(doc: Doc, path: tuple[str, ...]) -> str:
    value: object = doc
    for name in path:
        value = member(value, name)
    return _as_read(value) if isinstance(value, str) else ""


def _as_read(text: str) -> str:
    """As people read it: case, the kind of apostrophe or dash, and how much space is between do not count."""
    return " ".join(unicodedata.normalize("NFC", text).translate(_ALIKE).casefold().split())
