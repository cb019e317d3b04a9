"""Contacts against no-contact conditions (rule 42)."""

from __future__ import annotations

from collections.abc import Iterator

from breaches.rules.identifiers import Match, Recogniser
from breaches.types import CHANNELS, Facts, Interval, Outcome, Reason, ReportedContact, Touch
from orders.types import ConditionTerms

_SENDER = Reason("sender_not_known", "The sender is withheld, unknown or not on record.")
_BY_SENDER: dict[Match, tuple[Outcome, Reason]] = {
    "known": ("indicated", Reason("known_identifier", "The sender is on record as the respondent's.")),
    "alike": ("possible", Reason("identifier_alike", "The sender is like one on record, but not the same.")),
    "naming": ("possible", Reason("account_names_respondent", "The account is not on record, but carries his name.")),
    "withheld": ("needs_officer", _SENDER),
    "unknown": ("needs_officer", _SENDER),
}
_CHANNEL = Reason("channel_not_banned", "The condition does not forbid this channel.")
_STRANGE = Reason("channel_not_recognised", "The channel is not one the service knows.")
_THIRD = Reason("third_party", "Somebody else made the contact; the condition forbids indirect contact.")
_THIRD_FREE = Reason("third_party_not_banned", "Somebody else made the contact; the condition forbids direct only.")
_TOLD = Reason("contact_without_details", "A contact was reported without its details.")
_BEHAVIOURS = frozenset({"abusive_message", "abusive_call", "third_party_contact"})


def touches(condition: ConditionTerms, recognise: Recogniser, facts: Facts) -> Iterator[Touch]:
    """What the report's contacts amount to under one no-contact condition, each at its own time."""
    for contact in facts.contacts:
        outcome, reasons = _judged(contact, condition, recognise)
        when = Interval(contact.at, contact.at) if contact.at else facts.interval
        yield Touch(outcome, reasons, when)
    if not facts.contacts and ("contact" in facts.kinds or facts.behaviours & _BEHAVIOURS):
        yield Touch("needs_officer", (_TOLD,), facts.interval)


def _judged(
    contact: ReportedContact, condition: ConditionTerms, recognise: Recogniser
) -> tuple[Outcome, tuple[Reason, ...]]:
    if "any" not in condition.channels and contact.channel not in condition.channels:
        known_channel = contact.channel in CHANNELS
        return ("not_indicated", (_CHANNEL,)) if known_channel else ("needs_officer", (_STRANGE,))
    if contact.third_party:
        return ("possible", (_THIRD,)) if condition.indirect else ("not_indicated", (_THIRD_FREE,))
    sender = recognise(contact.kind, contact.value, contact.platform)
    outcome, reason = _BY_SENDER[sender.match]
    return outcome, (reason, *sender.how)
