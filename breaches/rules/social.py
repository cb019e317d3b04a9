"""References on social media (rule 43). A machine proposes at most `possible`; a person decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from breaches.rules.identifiers import Recogniser, Sender
from breaches.rules.watching import watched
from breaches.types import Facts, Interval, Outcome, Reason, ReportedMention, Touch
from orders.rules.links import PLATFORMS, Link, platform_name, read_link
from orders.types import ConditionTerms

_DIRECT = Reason("direct_reference", "A known account is reported to refer to her directly.")
_INDIRECT = Reason("indirect_reference", "A known account is reported to refer to her indirectly.")
_TERM = Reason("watch_term", "A known account used a word that the order watches for.")
_TERM_ALIKE = Reason("watch_term_alike", "A known account used what looks like a word that the order watches for.")
_HANDLE = Reason("handle_not_known", "The account is not on record as the respondent's.")
_ALIKE = Reason("handle_alike", "The account is like one on record, but not the same.")
_FROM_LINK = Reason("account_from_link", "The account was taken from the link, which nobody opened.")
_IMITATES = Reason("link_imitates_platform", "The link's host is made to look like a platform's, and is not.")
_UNCLEAR = Reason("reference_not_clear", "A known account; whether it refers to her is not clear.")
_ALLOWED = Reason("indirect_not_banned", "An indirect reference; the condition forbids direct ones only.")
_PLATFORM = Reason("platform_not_banned", "The condition does not cover this platform.")
_STRANGE = Reason("platform_not_recognised", "Which platform this was on is not clear; the condition covers some only.")
_TOLD = Reason("social_without_details", "A reference was reported without its details.")
_CUT = Reason("text_not_all_searched", "The text is very long; its end was not searched for watch terms.")
_NO_LINK = Link("")
# Characters of all posts of a report together that are searched: it is done within the request.
MOST_TEXT = 200_000
_RANK = {"known": 2, "alike": 1}

_Judged = tuple[Outcome, tuple[Reason, ...]]
_Whose = tuple[Sender, tuple[Reason, ...]]


def touches(condition: ConditionTerms, recognise: Recogniser, facts: Facts) -> Iterator[Touch]:
    """What was seen on social media amounts to under one no-reference condition."""
    room = MOST_TEXT
    for mention in facts.social:
        when = _time_of(mention, facts)
        said = replace(mention, text=mention.text[:room])
        room -= len(said.text)
        link = read_link(mention.url) or _NO_LINK
        outcome, reasons = _judged(
            said, link, condition=condition, whose=partial(_account, said, link, recognise, when)
        )
        notes = ((_IMITATES, link.imitates), (_CUT, said.text != mention.text))
        reasons = (*reasons, *(note for note, apt in notes if apt))
        yield Touch(outcome, reasons, when, about=mention.about)
    if not facts.social and ("social" in facts.kinds or "posting_online" in facts.behaviours):
        yield Touch("needs_officer", (_TOLD,), facts.interval)


def _time_of(mention: ReportedMention, facts: Facts) -> Interval | None:
    """The time of the report; where it was seen at a time in the future, that is for an officer to ask about."""
    if not mention.ahead or mention.seen_at is None:
        return facts.interval
    return replace(facts.interval or Interval(mention.seen_at, mention.seen_at), ahead=True)


def _judged(mention: ReportedMention, link: Link, *, condition: ConditionTerms, whose: Callable[[], _Whose]) -> _Judged:
    platforms = {name for name in (platform_name(mention.platform), link.platform) if name}
    if not _covered(condition, platforms):
        # Only a platform that is known by name is surely another one.
        sure = platforms and platforms <= PLATFORMS
        return ("not_indicated", (_PLATFORM,)) if sure else ("needs_officer", (_STRANGE,))
    account, how = whose()
    if account.match != "known":
        return "needs_officer", (_ALIKE if account.match == "alike" else _HANDLE, *how)
    outcome, reason = _reference(mention, condition)
    return outcome, (reason, *how)


def _covered(condition: ConditionTerms, platforms: set[str]) -> bool:
    return "any" in condition.platforms or not platforms.isdisjoint(map(platform_name, condition.platforms))


def _account(mention: ReportedMention, link: Link, recognise: Recogniser, when: Interval | None) -> _Whose:
    """Whose account it is: by the handle that was given or by the one in the link, whichever says more.

    A post under somebody else's page has that person's name in its link, and the writer's in the report.
    """
    given = recognise("social", mention.handle, mention.platform or link.platform, when)
    linked = recognise("social", mention.url if link.folded else link.handle, link.platform, when)
    if _RANK.get(linked.match, 0) > _RANK.get(given.match, 0):
        return linked, (*linked.how, _FROM_LINK)
    return given, given.how


def _reference(mention: ReportedMention, condition: ConditionTerms) -> tuple[Outcome, Reason]:
    """What a known account said. Words that the order names go before what the reporter made of it."""
    word = watched(mention.text, condition.watch_terms)
    if word == "there":
        return "possible", _TERM
    if mention.about_me == "direct":
        return "possible", _DIRECT
    if word == "alike":
        return "possible", _TERM_ALIKE
    if mention.about_me == "indirect":
        return ("possible", _INDIRECT) if condition.indirect else ("not_indicated", _ALLOWED)
    return "needs_officer", _UNCLEAR
