"""Staff ids as people read them: by this the service asks whether two persons are two people. Pure.

Forces write one id in several ways: `7714`, `07714`, `PC 7714`, `Ch Insp 7714`, `7714.0`, `PC7714 (Merseyside)`. Two
ids are the same where a reader may take them for the same. Where somebody is wrongly taken for the first person, a
third one steps in; where not, one person approves their own work. A field that names several is each of
them. So this is generous, and good for nothing but saying no: never give anybody something because two ids are the
same here.
"""

from __future__ import annotations

import re
import unicodedata

# Ranks, roles and titles: they change in a career, the number stays. Written out, shortened, run together.
_RANKS = (
    "police", "special", "assistant", "deputy", "chief", "ch", "detective", "det", "acting", "act", "temporary",
    "temp", "tmp", "trainee", "student", "probationary", "prob", "woman", "senior", "retired", "rtd", "ret",
    "constable", "con", "cons", "const", "pcon", "dcon", "pc", "dc", "sc", "spc", "wpc", "wdc",
    "sergeant", "sergt", "serg", "sgt", "sjt", "skipper", "ps", "ds", "wps", "wds", "psgt", "dsgt",
    "inspector", "insp", "ins", "pi", "di", "ci", "dci", "cinsp", "chinsp", "dinsp",
    "superintendent", "supt", "supert", "super", "su", "dsu", "csupt", "chsupt", "dsupt", "csu", "cs", "dcs", "dcsupt",
    "commander", "cmdr", "commissioner", "cc", "acc", "dcc",
    "community", "support", "officer", "ofc", "off", "pcso", "cso", "pso", "sio", "oic", "investigator", "inv",
    "staff", "civilian", "civ", "analyst", "member", "mr", "mrs", "ms", "miss", "mx", "dr", "sir",
    "collar", "warrant", "shoulder", "badge", "payroll", "employee", "number", "num", "nr", "no", "id", "ref", "card",
)  # fmt: skip
# Also with the letter of a trainee, a temporary or acting rank, a detective, a chief, or a woman, as it was once.
_RANK = re.compile(rf"(?:[wtadc]?(?:{'|'.join(sorted(_RANKS, key=len, reverse=True))}))+")
_IGNORED = frozenset("wtadc")
# What stands beside an id: the force or the name in brackets, a domain, the nought that a spreadsheet adds to a number.
_BESIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|@\S*|(?<=[0-9])[.,]0+(?![0-9])")
_PART = re.compile(r"[0-9]+|[^\W\d_]+|[^\W_]")
_LEADING_NOUGHTS = re.compile(r"(?<![0-9])0+(?=[0-9])")
_HAS_DIGIT = re.compile(r"[0-9]")
# What stands between the ids of several persons: any sign but those that people write within one, and these words.
_BETWEEN = re.compile(
    r"[^\w\s.'\u2019@\u2010-\u2015-]|_|\s[\u2010-\u2015-]+\s|\b(?:and|or|with|plus|by|for)\b|[\n\r\t]"
)
_LONG_NUMBER = re.compile(r"[0-9]{3,}")
_UP_TO_NUMBER, _FROM_NUMBER = re.compile(r"[^0-9]*[0-9]{3,}"), re.compile(r"[0-9]{3,}[^0-9]*")
# A word of so many letters that stands apart from a number of so many figures is the name of a person or a force.
# Fewer letters may be a part of the number: MP 4403 and 4403 can be two people.
_NAME_LETTERS, _NUMBER_FIGURES = 3, 3


def normalize_staff_id(text: str) -> str:
    """The id without what readers overlook.

    That is case, width, punctuation, blanks and leading noughts; of an id with a number in it also ranks, roles and
    titles on either side, what stands in brackets, names of three letters and more apart from the number, a mail
    domain, a decimal nought. Digits of any script count as 0 to 9.

    Generous: `PC 4403 Marsh` and `4403 Merseyside` are both 4403, although another force may have a 4403 of its own.
    Kept: collar letters before or behind the number (`MP 4403`, `E7714`), all words of an id without a number. An id
    of nothing but punctuation stays as it is, without blanks around it.
    """
    found = _shorten_id(text)
    # What is left may read as a rank only now that it stands together.
    while (shorter := _shorten_id(found)) != found:
        found = shorter
    return found or text.strip()


def is_same_staff_id(one: str, other: str) -> bool:
    """Whether two staff ids may be one person's, as people read them; of several in one field, whether any may be."""
    whole, other_whole = normalize_staff_id(one), normalize_staff_id(other)
    if whole == other_whole:
        return True
    parts, other_parts = _split_staff_ids(one), _split_staff_ids(other)
    shared = parts & other_parts
    return whole in other_parts or other_whole in parts or any(_holds_number(part) for part in shared)


def _split_staff_ids(text: str) -> set[str]:
    """Everybody who may be named in a field: `4401/4403`, `4401 and 4403`, `MP 4401 MP 4403`, `05/4403`.

    By what stands between ids, and around each number of three figures and more where there are several. A part
    without such a number (a force code, a rank, a name) is a person only beside a field that holds nothing else.
    """
    plain = _fold_text(text)
    parts = _BETWEEN.split(plain)
    if len(_LONG_NUMBER.findall(plain)) > 1:
        parts += [*_UP_TO_NUMBER.findall(plain), *_FROM_NUMBER.findall(plain)]
    return {found for part in parts if any(char.isalnum() for char in part) and (found := normalize_staff_id(part))}


def _holds_number(part: str) -> bool:
    return _LONG_NUMBER.search(part) is not None


def _fold_text(text: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(_plain_digit(char) for char in folded if unicodedata.category(char) != "Cf")


def _shorten_id(text: str) -> str:
    plain = _fold_text(text)
    bare = _BESIDE.sub(" ", plain)
    number = bare if _HAS_DIGIT.search(bare) else plain
    parts = [(part[0], _stands_apart(number, part)) for part in _PART.finditer(number)]
    kept = [part for part, _ in parts]
    if _HAS_DIGIT.search(number):
        kept = _without_names(_without_ranks(parts))
    return _LEADING_NOUGHTS.sub("", "".join(kept))


def _stands_apart(text: str, part: re.Match[str]) -> bool:
    """Whether no figure touches it."""
    return not (text[: part.start()][-1:].isdigit() or text[part.end() :][:1].isdigit())


def _without_ranks(parts: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """Also without the T of T/DC and the D of D/Supt, which stand apart from the rank."""
    ranks = [bool(_RANK.fullmatch(part)) for part, _ in parts]
    before = [part in _IGNORED and rank for (part, _), rank in zip(parts, [*ranks[1:], False], strict=True)]
    return [part for part, rank, ahead in zip(parts, ranks, before, strict=True) if not rank and not ahead]


def _without_names(parts: list[tuple[str, bool]]) -> list[str]:
    figures = sum(len(part) for part, _ in parts if part.isdigit())
    names = [
        apart and part.isalpha() and len(part) >= _NAME_LETTERS and figures >= _NUMBER_FIGURES for part, apart in parts
    ]
    following = [*names[1:], False]
    initials = [len(part) == 1 and part.isalpha() and name for (part, _), name in zip(parts, following, strict=True)]
    return [part for (part, _), name, initial in zip(parts, names, initials, strict=True) if not name and not initial]


def _plain_digit(char: str) -> str:
    value = unicodedata.decimal(char, None)
    return char if value is None else str(value)
