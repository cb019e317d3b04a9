"""One form for the numbers, addresses, handles and plates by which somebody is known. Pure."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers
from email_validator import EmailNotValidError, validate_email

# Providers for which these are the same mailbox: dots left out, and anything after a plus.
_DOTLESS = frozenset({"gmail.com", "googlemail.com"})
_TAGGED = _DOTLESS | {"outlook.com", "hotmail.com", "live.com", "icloud.com", "me.com", "fastmail.com"}
# What a reader takes for another: capitals and digits within Latin, and the commonest Cyrillic and Greek.
_LOOKALIKES = str.maketrans({
    "0": "o", "1": "l", "i": "l", "|": "l", "3": "e", "5": "s", "$": "s", "@": "a",
    "а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "у": "y", "х": "x", "і": "l", "ѕ": "s", "ԁ": "d", "ո": "n",
    "α": "a", "ε": "e", "ο": "o", "ρ": "p", "υ": "u", "ν": "v", "ι": "l", "τ": "t", "κ": "k",
})  # fmt: skip


def phone(value: str) -> str | None:
    """E.164, from every way in which a British number is written; None where it cannot be a number.

    Possible, not valid, is enough: numbers in use are not always in the published plan (07700 900xxx is not).
    """
    try:
        number = phonenumbers.parse(value[:64], "GB")
    except phonenumbers.NumberParseException:
        return None
    # "Possible" to the library also counts the short numbers that work within one town only.
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def email(value: str) -> str | None:
    """A mailbox in one form: case, and for providers that ignore them dots and tags, taken away."""
    try:
        parts = validate_email(value.strip()[:320], check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    local, domain = parts.local_part.casefold(), parts.domain.casefold()
    if domain in _TAGGED:
        local = local.partition("+")[0]
    if domain in _DOTLESS:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def handle(value: str) -> str:
    """An account's name without the sign before it, in one case and one Unicode form."""
    return unicodedata.normalize("NFKC", value).strip().lstrip("@").casefold()


def bare(value: str) -> str:
    """Letters and digits only, in one case: a number plate, or whatever else is written with and without spaces."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", value)).casefold()


def skeleton(value: str) -> str:
    """What a name looks like: accents, dots and look-alike letters taken away. For "alike", never "known"."""
    letters = unaccented(handle(value)).translate(_LOOKALIKES)
    return re.sub(r"[\W_]+", "", letters).replace("rn", "m").replace("vv", "w")


def surname(value: str) -> str:
    """A family name as registers write it in many ways: without accents, spaces, hyphens, apostrophes or case."""
    return re.sub(r"[\W_]+", "", unaccented(unicodedata.normalize("NFKC", value).casefold()))


def unaccented(value: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", value) if not unicodedata.combining(c))
