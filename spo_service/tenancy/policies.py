"""Every table that holds a force's or a person's data, and whose its rows are; and every other table, with a reason.

A table more is a line here: `TENANTED` names who sees its rows, `OPEN` says why everybody may. `manage.py migrate`
brings the database to what stands here. `tests/architecture/test_row_security.py` finds a table that is in neither.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """`sees`: rows that the tenant may read, change or remove; `adds`: rows that it may add or leave behind."""

    sees: str
    adds: str


def of(condition: str, *, adds: str | None = None) -> Policy:
    return Policy(condition, adds or condition)


def of_force(column: str = "force_id") -> Policy:
    """Rows that carry the code of their force."""
    return of(f"{column} = (SELECT app_force())")


def of_person(column: str = "person_id") -> Policy:
    """Rows that are a person's own, and no force's."""
    return of(f"{column} = (SELECT app_person())")


def through(table: str, column: str, *, key: str = "id") -> Policy:
    """Rows that belong to a row of another table, or of a view of one's own: whoever sees that one sees these."""
    return of(f"EXISTS (SELECT FROM {table} AS parent WHERE parent.{key} = {{table}}.{column})")


def of_order(column: str = "order_id") -> Policy:
    """What belongs to an order, for its own force and those whom it protects: not for a force that reads along."""
    return through("app_my_orders", column)


def of_version() -> Policy:
    return through("app_my_versions", "version_id")


def of_report(column: str = "report_id") -> Policy:
    return through("breaches_report", column)


def of_item(column: str = "item_id") -> Policy:
    return through("breaches_evidenceitem", column)


def both(one: Policy, other: Policy) -> Policy:
    return Policy(f"{one.sees} AND {other.sees}", f"{one.adds} AND {other.adds}")


def either(one: Policy, other: Policy) -> Policy:
    return Policy(f"({one.sees} OR {other.sees})", f"({one.adds} OR {other.adds})")


_ORDERS = of(
    "(force_id = (SELECT app_force()) OR id = ANY ((SELECT app_orders())::uuid[])"
    " OR (SELECT app_reads_order_along(id)))",
    adds="force_id = (SELECT app_force())",
)
_OWN_REPORTS = (
    "force_id = (SELECT app_force()) OR reporter_user_id = (SELECT app_person())"
    " OR id = ANY ((SELECT app_reports())::uuid[]) OR (SELECT app_reads_along(id))"
)
# And of those that an advocate made for her a person may see that they are there.
_TOLD_FOR_ME = "reporter_kind = 'advocate' AND (SELECT app_told_for_me(reporter_user_id, order_id, received_at))"
_REPORTS = Policy(f"({_OWN_REPORTS} OR {_TOLD_FOR_ME})", f"({_OWN_REPORTS})")
# Hers, and for officers of a force to which she reported something or whose order protects her (rule 74).
_SAFE_CONTACT = Policy(
    "(person_id = (SELECT app_person()) OR ((SELECT app_force()) IS NOT NULL AND ("
    "EXISTS (SELECT FROM breaches_report AS parent WHERE parent.reporter_user_id = {table}.person_id) OR "
    "EXISTS (SELECT FROM orders_protectedperson AS parent WHERE parent.user_id = {table}.person_id))))",
    "person_id = (SELECT app_person())",
)
# Whoever acts leaves a trace and owes a message, and reads neither again but for its own force.
_TRAIL = of(
    "(organisation = (SELECT app_organisation()) OR id = ANY ((SELECT app_entries())::bigint[]))",
    # Before anybody is signed in, what is noted is whose account was tried.
    adds="(organisation IN ('', (SELECT app_force())) OR (SELECT app_force()) IS NULL)",
)
# Whoever decides sees all that was told of a report that they see, and tells every force concerned.
_ENTRIES = Policy(either(of_report("report"), of_force()).sees, "true")
_EVENTS = of("force_id = (SELECT app_force())", adds="true")

TENANTED: dict[str, Policy] = {
    "audit_entry": _TRAIL,
    "audit_link": through("audit_entry", "entry_id"),
    "edge_idempotentanswer": of("client = (SELECT app_client())"),
    "orders_order": _ORDERS,
    "orders_orderversion": of_order(),
    "orders_protectedperson": of_order(),
    "orders_personidentifier": of_order(),
    "orders_condition": of_version(),
    "orders_zone": of_version(),
    "orders_zoneapproval": through("app_my_zones", "zone_id"),
    "orders_service": of_order(),
    "orders_inforce": of_order(),
    "orders_determination": of_order(),
    "orders_discharge": of_order(),
    "orders_appeal": of_order(),
    "orders_notification": of_order(),
    "orders_notificationevent": of_order(),
    "orders_notificationduty": of_order(),
    "orders_orderreview": of_order(),
    "orders_told": of_order(),
    "orders_orderdocument": of_version(),
    "orders_monitoringauthority": of_order(),
    "orders_matchkey": of_version(),
    "orders_orderreader": of_order(),
    "orders_sameperson": both(of_order("first_id"), of_order("second_id")),
    "orders_orderimport": of_force(),
    "orders_importpiece": through("orders_orderimport", "job_id"),
    "orders_importrun": through("orders_orderimport", "job_id"),
    "orders_importedorder": through("orders_orderimport", "job_id"),
    "orders_importproblem": through("orders_orderimport", "job_id"),
    "breaches_report": _REPORTS,
    "breaches_reportposition": of_report(),
    "breaches_assessment": of_report(),
    "breaches_move": of_report(),
    "breaches_decision": of_report(),
    "breaches_breachentry": _ENTRIES,
    "breaches_consultation": of_order(),
    "breaches_question": of_report(),
    "breaches_addition": of_report(),
    "breaches_withdrawal": of_report(),
    "breaches_reportarea": of_report(),
    "breaches_reportcopy": either(of_report(), of_force()),
    "breaches_transfer": either(of_report(), either(of_force("to_force_id"), of_force("from_force_id"))),
    "breaches_transferend": through("breaches_transfer", "transfer_id"),
    "breaches_snooze": of_report(),
    "breaches_orderchange": of_report(),
    "breaches_note": both(of_report(), of("(SELECT app_force()) IS NOT NULL")),
    "breaches_outcome": of_report(),
    "breaches_linkact": both(of_report("first_id"), of_report("second_id")),
    "breaches_receipt": of_report(),
    "breaches_devicenotice": of_person(),
    "breaches_diaryentry": of_person(),
    "breaches_diaryreport": through("breaches_diaryentry", "entry_id"),
    "breaches_diaryevidence": through("breaches_diaryentry", "entry_id"),
    "breaches_safecontact": _SAFE_CONTACT,
    "breaches_evidenceitem": of_report(),
    "breaches_evidenceentry": of_item(),
    "breaches_evidenceexamination": of_item(),
    "breaches_evidencemessage": of_item(),
    "breaches_evidencelink": of_item(),
    "breaches_evidencetimestamp": of_item(),
    "breaches_forensiclink": through("breaches_evidencelink", "link_id"),
    "breaches_forensictake": through("breaches_forensiclink", "link_id"),
    "breaches_evidencestamptry": of_item(),
    "breaches_evidenceupload": of_report(),
    "breaches_evidencepiece": through("breaches_evidenceupload", "upload_id"),
    "breaches_trackfix": of_order(),
    "breaches_fixjudgement": of_order(),
    "breaches_trackeddevice": of_order(),
    "breaches_visit": of_order(),
    "retention_review": of_report("report"),
    "retention_holdact": of_report("report"),
    "retention_disposal": of_force(),
    "retention_disposaldecision": through("retention_disposal", "disposal_id"),
    "retention_tombstone": through("retention_disposal", "disposal_id"),
    "retention_accessrequest": of_force(),
    "retention_accessdecision": through("retention_accessrequest", "request_id"),
    "webhooks_counter": of_force(),
    "webhooks_event": _EVENTS,
    "webhooks_endpoint": of_force(),
    "webhooks_delivery": through("webhooks_endpoint", "endpoint_id"),
}

_SIGN_IN = "asked before anybody knows whose transaction it is; holds hashes, no case"
_QUEUE = "names of tasks and ids, signed"
_DJANGO = "Django's own, names of models"
OPEN: dict[str, str] = {
    "accounts_user": "who somebody is, is asked before anybody knows whose transaction it is",
    "accounts_officer": "a post is asked for with the token",
    "accounts_authority": "whom an advocate acts for; ids and times",
    "accounts_apiclient": _SIGN_IN,
    "accounts_clientsecret": _SIGN_IN,
    "accounts_officeridentity": _SIGN_IN,
    "accounts_tokenbinding": _SIGN_IN,
    "accounts_force": "names and codes of police forces",
    "audit_dayseal": "digests that are published",
    "accounts_session": _SIGN_IN,
    "accounts_device": _SIGN_IN,
    "accounts_attempt": _SIGN_IN,
    "accounts_letter": "mails that are owed, sealed; some are owed to nobody",
    "account_emailaddress": "by which somebody signs in: asked before anybody knows whose transaction it is",
    "account_emailconfirmation": _SIGN_IN,
    "mfa_authenticator": _SIGN_IN,
    "orders_invitation": "found by the SHA-256 of what was mailed, before anybody is signed in; its address is sealed",
    "oauth2_provider_accesstoken": _SIGN_IN,
    "oauth2_provider_refreshtoken": _SIGN_IN,
    "oauth2_provider_grant": _SIGN_IN,
    "oauth2_provider_idtoken": _SIGN_IN,
    "oauth2_provider_devicegrant": _SIGN_IN,
    "django_session": "the support screen's sessions, by unguessable keys",
    "django_admin_log": "the support screen's own log; its pages change nothing that it notes",
    "django_content_type": _DJANGO,
    "auth_permission": _DJANGO,
    "auth_group": _DJANGO,
    "auth_group_permissions": _DJANGO,
    "django_migrations": _DJANGO,
    "django_q_ormq": _QUEUE,
    "django_q_task": _QUEUE,
    "django_q_schedule": _QUEUE,
    "spatial_ref_sys": "coordinate systems; PostGIS's own",
}
