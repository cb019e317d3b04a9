"""Contacts against no-contact conditions (rule 42)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from breaches.rules.identifiers import Recogniser, Sender
from breaches.types import CHANNELS, Facts, Interval, Outcome, Reason, ReportedContact, Touch
from orders.types import ConditionTerms

_SENDER = Reason("sender_not_known", "The sender is withheld, unknown or not on record.")
_KNOWN = Reason("known_identifier", "The sender is on record as the respondent's.")
_ALIKE = Reason("identifier_alike", "The sender is like one on record, but not the same.")
_NAMING = Reason("account_names_respondent", "The account is not on record, but carries his name.")
_VEHICLE = Reason("vehicle_not_person", "A vehicle on record as his: others may drive it (rule 87).")
_ADDRESS = Reason("address_shared", "A postal address on record as his: others may live there.")
_CHANNEL = Reason("channel_not_banned", "The condition does not forbid this channel.")
_STRANGE = Reason("channel_not_recognised", "The channel is not one the service knows.")
_THIRD = Reason("third_party", "Somebody else made the contact; the condition forbids indirect contact.")
_THIRD_FREE = Reason("third_party_not_banned", "Somebody else made the contact; the condition forbids direct only.")
_TOLD = Reason("contact_without_details", "A contact was reported without its details.")
_BEHAVIOURS = frozenset({"abusive_message", "abusive_call", "third_party_contact"})


def touches(condition: ConditionTerms, recognise: Recogniser, facts: Facts) -> Iterator[Touch]:
    """What the report's contacts amount to under one no-contact condition, each at its own time."""
    for contact in facts.contacts:
        when = Interval(contact.at, contact.at, contact.ahead) if contact.at else facts.interval
        outcome, reasons = _judged(contact, condition, recognise, when)
        yield Touch(outcome, reasons, when, about=contact.to)
    if not facts.contacts and ("contact" in facts.kinds or facts.behaviours & _BEHAVIOURS):
        yield Touch("needs_officer", (_TOLD,), facts.interval)


def _judged(
    contact: ReportedContact, condition: ConditionTerms, recognise: Recogniser, when: Interval | None
) -> tuple[Outcome, tuple[Reason, ...]]:
    if "any" not in condition.channels and contact.channel not in condition.channels:
        known_channel = contact.channel in CHANNELS
        return ("not_indicated", (_CHANNEL,)) if known_channel else ("needs_officer", (_STRANGE,))
    if contact.third_party:
        return ("possible", (_THIRD,)) if condition.indirect else ("not_indicated", (_THIRD_FREE,))
    sender = recognise(contact.kind, contact.value, contact.platform, when)
    outcome, reason = _meaning_of(sender)
    shared = _reason_of_sharing(sender)
    if shared is None:
        return outcome, (reason, *sender.how)
    return "possible" if outcome == "indicated" else outcome, (reason, *sender.how, shared)


def _meaning_of(sender: Sender) -> tuple[Outcome, Reason]:
    match sender.match:
        case "known":
            return "indicated", _KNOWN
        case "alike":
            return "possible", _ALIKE
        case "naming":
            return "possible", _NAMING
        case "withheld" | "unknown":
            return "needs_officer", _SENDER
        case _:
            assert_never(sender.match)


def _reason_of_sharing(sender: Sender) -> Reason | None:
    """Why what is on record does not say who it was: by what it is there, whatever the reporter called it."""
    match sender.kind:
        case "vehicle":
            return _VEHICLE
        case "address":
            return _ADDRESS
        case "phone" | "email" | "social" | "other" | "":
            return None
        case _:
            assert_never(sender.kind)
