"""References on social media (rule 43). A machine proposes at most `possible`; a person decides."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from breaches.rules.identifiers import compare
from breaches.types import Facts, Outcome, Reason, ReportedMention, Touch
from orders.types import ConditionTerms, OrderTerms

_DIRECT = Reason("direct_reference", "A known account is reported to refer to her directly.")
_INDIRECT = Reason("indirect_reference", "A known account is reported to refer to her indirectly.")
_TERM = Reason("watch_term", "A known account used a word that the order watches for.")
_HANDLE = Reason("handle_not_known", "The account is not on record as the respondent's.")
_ALIKE = Reason("handle_alike", "The account is like one on record, but not the same.")
_UNCLEAR = Reason("reference_not_clear", "A known account; whether it refers to her is not clear.")
_ALLOWED = Reason("indirect_not_banned", "An indirect reference; the condition forbids direct ones only.")
_PLATFORM = Reason("platform_not_banned", "The condition does not cover this platform.")
_TOLD = Reason("social_without_details", "A reference was reported without its details.")


def touches(condition: ConditionTerms, terms: OrderTerms, facts: Facts) -> Iterator[Touch]:
    """What was seen on social media amounts to under one no-reference condition."""
    for mention in facts.social:
        outcome, reason = _judged(mention, condition, terms)
        yield Touch(outcome, (reason,), facts.interval)
    if not facts.social and ("social" in facts.kinds or "posting_online" in facts.behaviours):
        yield Touch("needs_officer", (_TOLD,), facts.interval)


def _judged(mention: ReportedMention, condition: ConditionTerms, terms: OrderTerms) -> tuple[Outcome, Reason]:
    if "any" not in condition.platforms and mention.platform.casefold() not in condition.platforms:
        return ("not_indicated", _PLATFORM) if mention.platform else ("needs_officer", _UNCLEAR)
    match = compare("social", mention.handle, mention.platform, terms.respondent)
    if match != "known":
        return "needs_officer", _ALIKE if match == "alike" else _HANDLE
    if watched(mention.text, condition.watch_terms):
        return "possible", _TERM
    if mention.about_me == "direct":
        return "possible", _DIRECT
    if mention.about_me == "indirect":
        return ("possible", _INDIRECT) if condition.indirect else ("not_indicated", _ALLOWED)
    return "needs_officer", _UNCLEAR


def watched(text: str, terms: tuple[str, ...]) -> bool:
    """Whether a watch term stands in the text as a whole word; "Ama" is not in "Amazon"."""
    folded = _folded(text)
    return any(re.search(rf"(?<!\w){re.escape(_folded(term))}(?!\w)", folded) for term in terms if term.strip())


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
