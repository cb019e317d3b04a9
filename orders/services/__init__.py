"""Writing what the court said: one verb, one transaction, a trace and a message with each."""

from orders.services.approving import ApprovalRequest, approve_zone
from orders.services.ending import Consents, record_appeal, record_determination, record_discharge
from orders.services.registering import Document, body_digest, register_version
from orders.services.serving import link_person, record_service
from orders.services.withdrawing import withdraw_record

__all__ = [
    "ApprovalRequest",
    "Consents",
    "Document",
    "approve_zone",
    "body_digest",
    "link_person",
    "record_appeal",
    "record_determination",
    "record_discharge",
    "record_service",
    "register_version",
    "withdraw_record",
]
