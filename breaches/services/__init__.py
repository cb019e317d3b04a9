"""Verbs on reports: each one transaction, a trace, and a message where others are told."""

from breaches.services.adding import Said, add_by_receipt, add_message, resume_report, withdraw
from breaches.services.asking import Asked, Ended, close, note, reopen, request_information, write_down_answer
from breaches.services.attaching import Attachment, attach_order
from breaches.services.correcting import Corrected, correct_report
from breaches.services.holding import Aside, heartbeat, snooze, take_over
from breaches.services.linking import Pairing, link, unlink
from breaches.services.private import (
    report_from_diary,
    say_how_to_reach,
    submit_without_account,
    write_diary,
)
from breaches.services.revealing import reveal_reporter
from breaches.services.submitting import Submission, assess_again, check_order, submit_report
from breaches.services.taking import Whose, take_position
from breaches.services.transferring import Offer, accept, give_back, offer

__all__ = [
    "Aside",
    "Asked",
    "Attachment",
    "Corrected",
    "Ended",
    "Offer",
    "Pairing",
    "Said",
    "Submission",
    "Whose",
    "accept",
    "add_by_receipt",
    "add_message",
    "assess_again",
    "attach_order",
    "check_order",
    "close",
    "correct_report",
    "give_back",
    "heartbeat",
    "link",
    "note",
    "offer",
    "reopen",
    "report_from_diary",
    "request_information",
    "resume_report",
    "reveal_reporter",
    "say_how_to_reach",
    "snooze",
    "submit_report",
    "submit_without_account",
    "take_over",
    "take_position",
    "unlink",
    "withdraw",
    "write_diary",
    "write_down_answer",
]
