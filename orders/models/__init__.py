"""Orders as the court made them, and what was done with them: added to, never edited."""

from orders.models.identifiers import PersonIdentifier
from orders.models.imports import ImportedOrder, ImportPiece, ImportProblem, ImportRun, OrderImport
from orders.models.invitations import Invitation
from orders.models.notifications import Notification, NotificationDuty, NotificationEvent, OrderReview, Told
from orders.models.papers import MonitoringAuthority, OrderDocument
from orders.models.people import MatchKey, SamePerson
from orders.models.readers import OrderReader
from orders.models.serving import Service
from orders.models.times import Appeal, Determination, Discharge, InForce
from orders.models.versions import (
    Condition,
    Order,
    OrderVersion,
    ProtectedPerson,
    Zone,
    ZoneApproval,
)
from orders.models.withdrawals import Withdrawable

__all__ = [
    "Appeal",
    "Condition",
    "Determination",
    "Discharge",
    "ImportPiece",
    "ImportProblem",
    "ImportRun",
    "ImportedOrder",
    "InForce",
    "Invitation",
    "MatchKey",
    "MonitoringAuthority",
    "Notification",
    "NotificationDuty",
    "NotificationEvent",
    "Order",
    "OrderDocument",
    "OrderImport",
    "OrderReader",
    "OrderReview",
    "OrderVersion",
    "PersonIdentifier",
    "ProtectedPerson",
    "SamePerson",
    "Service",
    "Told",
    "Withdrawable",
    "Zone",
    "ZoneApproval",
]
