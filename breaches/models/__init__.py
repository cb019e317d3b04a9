"""What was reported, what was found in it, what was decided, and what was said afterwards: added to, never edited."""

from breaches.evidence.diary_models import DiaryEvidence
from breaches.evidence.forensic_models import ForensicLink, ForensicTake
from breaches.evidence.models import (
    EvidenceEntry,
    EvidenceExamination,
    EvidenceItem,
    EvidenceLink,
    EvidenceMessage,
    EvidencePiece,
    EvidenceTimestamp,
    EvidenceUpload,
)
from breaches.evidence.stamp_tries import EvidenceStampTry
from breaches.models.feed import BreachEntry
from breaches.models.following import Addition, LinkAct, Note, Outcome, Question, Withdrawal
from breaches.models.handing import OrderChange, Snooze, Transfer, TransferEnd
from breaches.models.private import DeviceNotice, DiaryEntry, DiaryReport, Receipt, SafeContact
from breaches.models.reports import (
    Assessment,
    Consultation,
    Decision,
    Move,
    Report,
    ReportPosition,
)
from breaches.models.routing import ReportArea, ReportCopy
from breaches.models.tracking import FixJudgement, TrackedDevice, TrackFix, Visit

__all__ = [
    "Addition",
    "Assessment",
    "BreachEntry",
    "Consultation",
    "Decision",
    "DeviceNotice",
    "DiaryEntry",
    "DiaryEvidence",
    "DiaryReport",
    "EvidenceEntry",
    "EvidenceExamination",
    "EvidenceItem",
    "EvidenceLink",
    "EvidenceMessage",
    "EvidencePiece",
    "EvidenceStampTry",
    "EvidenceTimestamp",
    "EvidenceUpload",
    "FixJudgement",
    "ForensicLink",
    "ForensicTake",
    "LinkAct",
    "Move",
    "Note",
    "OrderChange",
    "Outcome",
    "Question",
    "Receipt",
    "Report",
    "ReportArea",
    "ReportCopy",
    "ReportPosition",
    "SafeContact",
    "Snooze",
    "TrackFix",
    "TrackedDevice",
    "Transfer",
    "TransferEnd",
    "Visit",
    "Withdrawal",
]
