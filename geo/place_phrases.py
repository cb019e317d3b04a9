"""Whether words that name a postcode say that it happened there, and nothing else. Pure.

"Outside my house in L1 1AA" does; "not at L1 1AA", "his workplace L1 1AA", "from his flat on Duke Street to L1 1AA" do
not, and nobody can list everything of the kind. So the phrases that are known to read one way are listed here, and
all others are left to a person, with what was found.
"""

from __future__ import annotations

import re
from collections.abc import Callable

# (he was) (standing) (right) outside (my house) (in)
_WHO = r"(?:he|she|they|i|we|it|this|(?:the|my) (?:respondent|suspect|offender|stalker|subject|defendant))"
_DID = (
    r"(?:was|were|is|are|has been|had been|kept|keeps)?"
    r"(?: ?\b(?:seen|standing|stood|waiting|waited|sat|sitting|parked|loitering|hanging around|hanging about|"
    r"walking|running|cycling|driving|spotted|happened|turned up|showed up|appeared|shouting|knocking|filming|"
    r"watching me|following me|followed me|approached me|shouted at me))?"
)
_HOW = r"(?:right|just|directly|again|still|also|here)"
_AT = (
    r"(?:at|outside|outside of|inside|in|on|near|nearby|near to|close to|by|beside|next to|opposite|across from|behind|"
    r"in front of|around|round|along)"
)
_KIN = r"(?:mum|mam|mom|mother|dad|father|parents|nan|gran|grandma|sister|brother|son|daughter|friend)(?:'?s'?)?"
_OF_MINE = (
    r"(?:(?:front|back) )?(?:home|house|flat|apartment|door|gate|drive|driveway|garden|window|building|block|"
    r"work|workplace|office|shop|school|nursery|college|university|gym|church|mosque|surgery|car|street|road|estate)"
)
_MINE = rf"(?:(?:my|our) (?:{_KIN}(?: {_OF_MINE})?|{_OF_MINE})|the {_OF_MINE})"
_SHORT = rf"(?:{_WHO}(?:'s)? )?(?:{_DID} )?(?:{_HOW} )*{_AT}"
# The longer one first: "in the car park" is not in the car.
_LEADS = (
    re.compile(rf"{_SHORT} {_MINE}(?: (?:in|at|on|near))?(?=,| |$)", re.IGNORECASE),
    re.compile(rf"{_SHORT}(?=,| |$)", re.IGNORECASE),
)


def _read_words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What a street's name ends with, and what people call a building; by itself each is only a word.
_STREET = _read_words(
    "street st road rd avenue ave av lane ln drive dr close cl way court ct crescent cres grove gr gardens gdns "
    "terrace ter terr square sq hill row walk mews parade pde park green rise view vale boulevard blvd bypass "
    "circus quay wharf embankment esplanade promenade broadway highway croft garth gate parkway heights brow bank "
    "fold dale mount path passage alley arcade causeway common copse corner cross dene estate field fields meadow "
    "meadows orchard plaza ride ridge side spur strand "
)
_BUILDING = _read_words(
    "cottage cottages lodge mansions villa villas farm hall tower towers apartments barn manor grange mill works "
    "centre center station hotel inn pub bar restaurant cafe supermarket superstore store library church cathedral "
    "mosque temple synagogue hospital clinic surgery school college university academy nursery stadium arena cinema "
    "theatre museum gallery market bridge playground cemetery airport terminal stop"
)
# A name of these alone may be somebody's home, in small letters: "daniels house". As a name it is written large.
_HOME_LIKE = frozenset({"house", "place", "building", "buildings", "yard", "end"})
_WAS_ONCE = frozenset({"new", "old", "first", "last", "back"})
_VENUE = _read_words(
    "station hotel pub supermarket library hospital school college university stadium cinema market airport"
)
_UNIT = re.compile(
    r"(?:(?:flat|apartment|apt|unit|room|suite|block|floor|house|shop|plot|studio|number|no|uprn|level|building) "
    r"(?:[0-9]{1,6}[a-z]?|[a-z][0-9]{0,3})|(?:ground|first|second|third|top|[0-9]{1,2}(?:st|nd|rd|th)) floor)"
    r"(?: flat)?(?: |$)"
)
_NUMBER = re.compile(r"[0-9]{1,5}[a-z]?(?:[-/][0-9]{1,5}[a-z]?)?", re.ASCII)
_HOUSE_IN_STREET = re.compile(rf"(?:.* )?{_NUMBER.pattern} (?:\S+ )+(?:{'|'.join(sorted(_STREET))})(?: |$)")
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_LABELS = frozenset({"postcode", "post code", "address", "location", "place"})
_COUNTRIES = frozenset({"uk", "england", "wales", "scotland", "northern ireland", "united kingdom", "gb"})
# Towns whose names hold a small word: on Trent, under Lyne, in Furness. The small word is then a part of the name.
_JOINED = re.compile(r"\b([^\W\d_]+) (upon|on|under|by|in|next|le|cum|super) (?:the )?(?:(?:[^\W\d_]+))$")
# No name is made of these: they say whose, whither, whether, when.
_SAYING = _read_words(
    "a about above across after again against ago ah all almost along alongside already also although always am among "
    "an and another any anybody anyone apart are aren't around as aside at away be because been before behind "
    "being below beside besides between beyond both but by came can can't cannot come comes coming could couldn't did "
    "didn't do does doesn't doing don't done down during each either else elsewhere ever every except far few "
    "for former formerly from further gave get gets getting give go goes going gone got had hadn't has hasn't have "
    "haven't having he her here hers herself him himself his how i if in inside instead into is isn't it it's its "
    "itself just knew know known late later least leave leaves leaving left less lest like likely live lived "
    "lives living maybe me might mine more moreover most move moved moves moving much must my myself near nearly "
    "neither never no nobody none nor not nothing now of off often on once one only onto opposite or "
    "other otherwise our ours ourselves out outside over past per perhaps possibly previous previously probably "
    "rather resided resides said same saw say says see seen several shall she should shouldn't since so some somebody "
    "someone somewhere soon still stay stayed staying stays such than that the their theirs them themselves then there "
    "these they this those though through throughout till to today tomorrow tonight too toward towards under unless "
    "unlike until up upon us used usually versus via was wasn't we went were weren't what when where whether which "
    "while who whom whose why with within without won't work worked working works would wouldn't yesterday yet "
    "you your yours yourself avoid avoided avoiding avoids banned ban barred allowed forbidden excluded exclusion "
    "ex next current home homes workplace job office address boyfriend boyfriend's boyfriends girlfriend "
    "girlfriend's girlfriends partner partner's partners husband husband's wife wife's mum mum's mums mom dad dad's "
    "dads mother mother's father father's parents brother brother's brothers sister sister's sisters son son's "
    "daughter daughter's friend friend's friends mate mate's mates nan nan's gran uncle aunt cousin family neighbour "
    "neighbours respondent victim suspect mile miles minute minutes min mins hour hours metre metres meter meters m km "
    "yard yards am pm day days week weeks month months year years ago toward heading headed travelling traveling "
    "driving drove walking walked running ran passing passed followed following fled returned returning visited "
    "visiting reported registered based born sent posted called phoned texted unknown unsure think thinks thought "
    "guess believe believed heard told definitely certainly wrong right correct incorrect false true"
)


def reads_one_way(text: str, is_known: Callable[[str], bool]) -> bool:
    """Whether what stands around a postcode, which was taken out of `text`, only says where that is.

    Nothing at all, the parts of an address, or a phrase like "he was waiting outside my house in". `is_known` says
    of a name whether it is one of a road or a place.
    """
    plain = _tidy_text(text)
    leads = (lead.match(plain) for lead in _LEADS)
    ways = [plain, *(plain[lead.end() :] for lead in leads if lead)]
    return any(_is_address(way, is_known) for way in ways)


def names_address(text: str, *, has_postcode: bool) -> bool:
    """Whether a text, without its postcode, is a postal address: then at the least a house and its street."""
    plain = _tidy_text(text)
    if not plain:
        return has_postcode
    if not _is_address(plain, _knows_nothing):
        return False
    return has_postcode or any(_HOUSE_IN_STREET.match(part.strip()) for part in plain.casefold().split(","))


def _knows_nothing(_name: str) -> bool:
    return False


def _is_address(plain: str, is_known: Callable[[str], bool]) -> bool:
    parts = [part.strip() for part in plain.split(",") if part.strip()]
    # Where something is written large, a name is; in a text all in small letters nobody can say.
    large = any(char.isupper() for char in plain)
    found = [_part_of_address(part, large=large, is_known=is_known) for part in parts]
    return all(kind is not None for kind in found) and (
        "name" not in found or bool({"street", "known"}.intersection(kind for kind in found if kind))
    )


def _tidy_text(text: str) -> str:
    plain = text.replace("\u2019", "'").replace(".", " ")
    apart = re.sub(r"[;:()\[\]\n\r\"]|(?<!\w)'|'(?!\w)|(?<=\s)-(?=\s)", ",", plain)
    return " ".join(re.sub(r"[!?]+\s*$", "", apart).replace(",", " , ").split()).replace(" ,", ",").strip(" ,-")


def _part_of_address(part: str, *, large: bool, is_known: Callable[[str], bool]) -> str | None:
    """`street`, `known` or `name`; None for what may say something else."""
    plain = part.casefold()
    if plain in _LABELS or plain in _COUNTRIES:
        return "label"
    unit = _UNIT.match(plain + " ")
    rest = part[unit.end() :].strip() if unit else part
    first, _, more = rest.partition(" ")
    numbered = bool(_NUMBER.fullmatch(first.casefold()))
    words = (more if numbered else rest).split()
    if not words:
        return "street" if unit or numbered else None
    if is_known(" ".join(words)):
        return "known"
    if len(words) > 8 or not _are_names(words, large=large):
        return None
    return _kind_of_name([word.casefold() for word in words], words, numbered=numbered, large=large)


def _are_names(words: list[str], *, large: bool) -> bool:
    """Whether every word may be one of a name."""
    plain = " ".join(words).casefold()
    joined = _JOINED.search(plain)
    inner = {joined[2], "the"} if joined and joined[1] not in _SAYING else set()
    for index, word in enumerate(words):
        small = word.casefold()
        if not _WORD.fullmatch(word):
            return False
        if small in _SAYING and small not in inner and not (small == "the" and index == 0):
            return False
        if large and not word[0].isupper() and small not in _STREET | _BUILDING | inner | {"the"}:
            return False
    return True


def _kind_of_name(plain: list[str], words: list[str], *, numbered: bool, large: bool) -> str | None:
    ends = [index for index, word in enumerate(plain) if index and word in _STREET | _BUILDING]
    if _is_somebodys(plain):
        return None
    if ends and len(plain) - 4 <= ends[-1] <= 5:
        return "street"
    if plain[0] in _VENUE and len(plain) == 1:
        return "street"
    written_large = large and all(word[0].isupper() for word in words)
    if plain[-1] in _HOME_LIKE and not written_large:
        return None
    if len(plain) > 3:
        return None
    return "street" if numbered and written_large else "name"


def _is_somebodys(plain: list[str]) -> bool:
    """Daniel's house, old house; not St Mary's House, nor King's Road."""
    return any(
        following in _HOME_LIKE | {"flat"} and (word in _WAS_ONCE or (word.endswith(("'s", "s'")) and not holy))
        for word, following, holy in zip(
            plain, plain[1:], [False, *(word in ("st", "saint") for word in plain)], strict=False
        )
    )
