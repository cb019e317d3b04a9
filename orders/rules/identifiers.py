"""One form for the numbers, addresses, handles and plates by which somebody is known. Pure.

Folding is not sameness: a form takes away the case of plain letters (A to Z), what stands around an identifier, and
the punctuation that its kind does not count. Whatever Unicode folds further (full-width letters, ligatures, accents,
sharp s, what nobody sees) is another identifier that looks like it: see `look`. Telephone numbers are the exception:
their digits are the same in every script.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

import ada_url
import phonenumbers
from confusable_homoglyphs.confusables import confusables_data
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from phonenumbers import shortnumberinfo

# What people write where they know nothing: it would make one person of everybody.
NOTHING = frozenset({"", "na", "nk", "nil", "none", "no", "unknown", "notknown", "notavailable", "tbc", "test"})
# A longer value than this is no identifier: it is compared with nothing.
_LONGEST = 500

# Characters that nobody sees: marks of direction, joiners, fillers, variation selectors, tags and controls.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
_ACCENTS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")

# Providers for which these are the same mailbox: dots left out, and anything after a plus.
_DOTLESS = frozenset({"gmail.com", "googlemail.com"})
_TAGGED = _DOTLESS | {"outlook.com", "hotmail.com", "live.com", "icloud.com", "me.com", "fastmail.com"}

# Ways in which telephones, and people, say that there is no number.
_WITHHELD = re.compile(
    r"(?:number|caller ?id|call|id)?(?:was|is)?(?:withheld|anonymous|private|restricted|blocked|hidden|unavailable)"
    r"(?:number|call|caller|callerid|id)?|no(?:caller|number)(?:id)?|unknown(?:number|caller|callerid)?"
)
_SCHEME = re.compile(r"\s*(?:tel|sms|smsto|mms|callto|facetime|facetime-audio|whatsapp|sips?)\s*:\s*(?://)?", re.I)
# What follows a number: an extension; behind a scheme also what the scheme allows; WhatsApp's own way to name one.
_EXTENSION = r"\s*(?:ext(?:ensio)?n?|x|#)[.:]?\s*\d{1,7}\s*"
_AFTER = re.compile(
    rf"(?:;[a-z-]+=.*|\?+\s*|(?::\d{{1,3}})?@(?:s\.whatsapp\.net|c\.us)\s*|{_EXTENSION})\Z", re.I | re.S
)
_AFTER_SCHEME = re.compile(rf"(?:;[?a-z].*|[?@].*|{_EXTENSION})\Z", re.I | re.S)
# A page or a mailbox may have anything in its name.
_NOT_ALONE = re.compile("//|@")
# A label, one run of digits as people space them, a label. Letters that touch the digits make it no number.
_NUMBER = re.compile(
    r"(?:[^\d+]*[^\w+])?(\+?\(?\+?\d(?:[\d\s()\[\].\-/\u2010-\u2015\u2212_\u00b7\u2022]*\d)?)(?:\W\D*)?"
)

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SMALL = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_BRITISH = 44
# Most numbers of a report, and cut-off ones too short for any: known without the library.
_MOBILE = re.compile(r"(?:0|\+44|0044)(7\d{9})")
_SHORTEST = 7
_HIDDEN = re.compile(r"\d[\s()\[\]-]*(?:[xX*?#_\u00d7\u2022\u25cf\u25cb\u2217\u2731\u204e\u2026]|\.{2})[^\d]*\Z")
_WHOLE = 10**9
# An address as nearly all are, in small ASCII letters: the library would say the same of it.
_PLAIN_ADDRESS = re.compile(
    r"(?=.{6,200}\Z)(?=[^@]{1,64}@)[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9]{1,20}(?:-[a-z0-9]{1,20}){0,2}\.)+[a-z]{2,20}"
)
_SPECIAL = tuple(f".{name}" for name in SPECIAL_USE_DOMAIN_NAMES if name != "test")

# Signs of ASCII between words. Signs beyond it that are no punctuation stay, and make another word.
_APART = re.compile(r"[\x00-\x20!-/:-@\[-`{-~\x7f]+")

_LATIN = str.maketrans({
    letter: look
    for letter, alike in confusables_data.items()
    if len(letter) == 1 and not letter.isascii() and not unicodedata.normalize("NFKC", letter).casefold().isascii()
    for look in [next((a["c"] for a in alike if len(a["c"]) == 1 and a["c"].isascii() and a["c"].isalnum()), "")]
    if look
})  # fmt: skip
# Within Latin, and what the Unicode list does not hold because only hurried readers take one for the other.
_HURRIED = str.maketrans({
    "0": "o", "1": "l", "i": "l", "|": "l", "3": "e", "4": "a", "5": "s", "$": "s", "@": "a",
    "\u03b5": "e", "\u03c4": "t", "\u03ba": "k", "\u0142": "l", "\u00f8": "o", "\u0131": "l", "\u057d": "u",
    "\u0578": "n",
})  # fmt: skip
# What is taken for another on a plate, one way round.
_ON_PLATES = str.maketrans({"o": "0", "q": "0", "i": "1", "l": "1", "z": "2", "s": "5", "b": "8"})


def seen(text: str) -> str:
    """The text without what nobody sees."""
    return _UNSEEN.sub("", text)


def visible(value: str) -> str:
    """The value without what nobody sees; "" where it is too long to be an identifier."""
    found = value if value.isascii() and value.isalnum() else seen(value).strip()
    return found if len(found) <= _LONGEST else ""


def phone(value: str) -> str | None:
    """E.164, from every way in which a British number is written; None where it cannot be a number.

    Possible, not valid, is enough: numbers in use are not always in the published plan (07700 900xxx is not).
    """
    written = _NUMBER.fullmatch(_undressed(value))
    if written is None:
        return None
    run = written[1]
    abroad = "+" in run or digits(run).startswith("00")
    plain = ("+" if "+" in run else "") + digits(run.replace("(0)", "") if abroad else run)
    mobile = _MOBILE.fullmatch(plain)
    if mobile or (not abroad and len(plain) < _SHORTEST):
        return mobile and f"+{_BRITISH}{mobile[1]}"
    try:
        number = phonenumbers.parse(plain, "GB")
    except phonenumbers.NumberParseException:
        return None
    # "Possible" to the library also counts the short numbers that work within one town only.
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    # The library keeps the 0 of a British number that is cut off, and then takes it for a longer one.
    if number.country_code == _BRITISH and number.italian_leading_zero:
        return None
    # What is left of a number behind a mask may be a shorter one of somebody else.
    if _HIDDEN.search(value) and not (number.country_code == _BRITISH and (number.national_number or 0) >= _WHOLE):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def short_code(value: str) -> str | None:
    """The digits of a number that works within one network only: 60006, 116123."""
    written = _NUMBER.fullmatch(_undressed(value))
    plain = digits(written[1]) if written else ""
    if not 3 <= len(plain) <= 6 or plain.startswith("0"):
        return None
    number = phonenumbers.PhoneNumber(country_code=_BRITISH, national_number=int(plain))
    return plain if shortnumberinfo.is_valid_short_number_for_region(number, "GB") else None


def withheld(value: str) -> bool:
    """Whether this stands where a number would and says that there is none."""
    return _WITHHELD.fullmatch(bare(value)) is not None


def digits(value: str) -> str:
    """The decimal digits in it, whatever script they are in, as 0-9."""
    if value.isascii() and value.isdigit():
        return value
    return "".join(c for c in with_plain_digits(value) if "0" <= c <= "9")


def _undressed(value: str) -> str:
    """A number as written without scheme, extension and whatever a telephone network adds; "" where it is none."""
    written = with_plain_digits(visible(value))
    text = _SCHEME.sub("", written, count=1)
    found = (_AFTER if text == written else _AFTER_SCHEME).search(text)
    text = text[: found.start()] if found else text
    return "" if _NOT_ALONE.search(text) else text


def with_plain_digits(value: str) -> str:
    """With the digits of every script, and full-width signs, as ASCII has them. Raised or ringed digits are none."""
    if value.isascii():
        return value
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in value.translate(_FULL_WIDTH))


def lower_plain_letters(value: str) -> str:
    """With the plain letters A to Z in small ones, and nothing else changed: the only case that is no difference."""
    return value.lower() if value.isascii() else value.translate(_SMALL)


def address(value: str) -> str | None:
    """An e-mail address in one case, its domain as DNS has it (IDNA); None where it is none.

    None too where the domain is written in letters that DNS would first have to fold into others.
    """
    text = value.strip() if len(value) <= _LONGEST else visible(value)
    if text.endswith(">") and "<" in text:
        text = text[text.rindex("<") + 1 : -1]  # the name before it is whatever the sender wanted it to be
    if text[:7].lower() == "mailto:":
        text = unquote(text[7:].partition("?")[0])
    text = lower_plain_letters(text.strip())
    if _PLAIN_ADDRESS.fullmatch(text) and not f".{text.partition('@')[2]}".endswith(_SPECIAL):
        return text
    try:
        parts = validate_email(text, check_deliverability=False, test_environment=True)
        local, _, domain = text.rpartition("@")
        known = domain in (parts.ascii_domain, ada_url.idna_to_unicode(parts.ascii_domain))
    except (EmailNotValidError, ValueError):
        return None
    return f"{local}@{parts.ascii_domain}" if known else None


def email(value: str) -> str | None:
    """The mailbox that an address leads to: for providers that ignore them, dots and tags taken away."""
    whole = address(value)
    return whole and mailbox(whole)


def mailbox(whole: str) -> str:
    """The mailbox that an address, in the form that `address` gives it, leads to."""
    local, _, domain = whole.rpartition("@")
    if domain in _TAGGED:
        local = local.partition("+")[0]
    if domain in _DOTLESS:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def handle(value: str) -> str:
    """An account's name without the sign and the blanks before it, in one case.

    Letters of another alphabet, dressed up, or unseen ones make another account: see `skeleton`.
    """
    return lower_plain_letters(value.strip().lstrip("@").strip()) if visible(value) else ""


def words(value: str) -> str:
    """The words in it, in one case, with one space between. Folds: for names, and for "alike", never "known"."""
    return " ".join(re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", visible(value)).casefold()))


def bare(value: str) -> str:
    """Letters and digits only, in one case. Folds: for "alike", never "known"."""
    return words(value).replace(" ", "")


def plain_words(value: str) -> str:
    """The words in it, by their plain letters in one case, with one space between: only blanks and points go."""
    if not visible(value):
        return ""
    text = lower_plain_letters(value)
    if not text.isascii():
        text = "".join(" " if c.isspace() or unicodedata.category(c)[0] == "P" else c for c in text)
    return " ".join(_APART.sub(" ", text).split())


def fold_plate(value: str) -> str:
    """A number plate in one case, without blanks and points; "" where it holds more than plain letters and digits."""
    found = plain_words(value).replace(" ", "")
    return found if found.isascii() else ""


def plate_look(value: str) -> str:
    """What a number plate looks like from afar: O and 0 alike, and the others that are mixed up."""
    return unaccented(bare(value if value.isascii() else value.translate(_LATIN))).translate(_ON_PLATES)


def look(text: str) -> str:
    """The text in the letters that a reader would take it for: no accents, other alphabets or digits for letters."""
    if text.isascii():
        return seen(text).casefold().translate(_HURRIED)
    # Taking off an accent can leave a letter of another alphabet, which is then looked up in its turn.
    while (nearer := _nearer(text)) != text:
        text = nearer
    return text


def _nearer(text: str) -> str:
    latin = unicodedata.normalize("NFKC", with_plain_digits(seen(text).translate(_LATIN))).translate(_LATIN)
    letters = unicodedata.normalize("NFKD", latin.casefold().translate(_LATIN))
    return _ACCENTS.sub("", letters).translate(_HURRIED)


def skeleton(value: str) -> str:
    """What a name looks like: spaces and dots taken away too. For "alike", never "known"."""
    found = joined_look(look(visible(value).lstrip("@\uff20")))
    return found if len(found) <= _LONGEST else ""


def joined_look(looked: str) -> str:
    """A skeleton, of what `look` gave."""
    return re.sub(r"[\W_]+", "", looked).replace("rn", "m").replace("vv", "w")


def surname(value: str) -> str:
    """A family name as registers write it in many ways: without accents, spaces, hyphens, apostrophes or case."""
    return re.sub(r"[\W_]+", "", unaccented(unicodedata.normalize("NFKC", value).casefold()))


def unaccented(value: str) -> str:
    """Without the marks over and under letters."""
    if value.isascii():
        return value
    return "".join(c for c in unicodedata.normalize("NFKD", value) if not unicodedata.combining(c))
