"""The sixteen digits by which somebody without an account comes back to a report.

Fifteen random digits and a check digit. Kept is only a fingerprint: Argon2id under a salt that is made from a
secret of this deployment. One salt for all lets a receipt be found with one slow hash and no index of anything
faster, so a try costs the same whether or not there is such a receipt; whoever has the table alone can test
nothing, and whoever has the secret too pays the slow hash for each of 10^15 guesses.
"""

from __future__ import annotations

import re
import secrets
from functools import cache

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from database.field_keys import field_keys

DIGITS = 16
# RFC 9106 asks for more where it can be had; several web threads may do this at once, so 19 MiB, twice over.
_MEMORY_KIB, _PASSES = 19 * 1024, 2
# Damm's quasigroup: the last digit shows every single wrong digit and every two neighbours swapped.
_DAMM = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip


def new_receipt() -> str:
    digits = "".join(str(secrets.randbelow(10)) for _ in range(DIGITS - 1))
    return digits + str(_damm(digits))


def spoken(digits: str) -> str:
    """In fours, as it is read out: `1234 5678 9012 3456`."""
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def digits_of(written: str) -> str:
    """The digits of a receipt however it was grouped; of anything else whatever is left, which matches none."""
    return re.sub(r"[\s\-.]", "", written[:100])


def well_formed(written: str) -> bool:
    """Whether it is sixteen digits of which the last fits the others: for a page to say "mistyped" by itself."""
    digits = digits_of(written)
    return len(digits) == DIGITS and digits.isascii() and digits.isdigit() and _damm(digits) == 0


def fingerprint(written: str) -> bytes:
    """32 bytes that are the same for the same digits. Slow on purpose, for right and wrong ones alike."""
    return _fingerprint(written, field_keys()[0])


def fingerprints(written: str) -> list[bytes]:
    """By which a receipt is looked for: those of before `FIELD_KEY` was changed too, all worked out in any case."""
    return [_fingerprint(written, key) for key in field_keys()]


def _fingerprint(written: str, field_key: str) -> bytes:
    return hash_secret_raw(
        digits_of(written).encode(),
        _salt(field_key),
        time_cost=_PASSES,
        memory_cost=_MEMORY_KIB,
        parallelism=1,
        hash_len=32,
        type=Type.ID,
    )


@cache
def _salt(field_key: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"spo receipts 1").derive(field_key.encode())


def _damm(digits: str) -> int:
    interim = 0
    for digit in digits:
        interim = int(_DAMM[interim][int(digit)])
    return interim
