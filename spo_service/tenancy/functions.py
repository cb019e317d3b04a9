"""What the policies ask: who the tenant is, and what is theirs beside the rows that carry their name.

A setting that was never set is NULL, one that a transaction set and gave up is '': both mean nobody. Functions
that look into tables run as their owner, whom no policy binds, so that policies do not ask one another in circles.
What is shared across forces is said by `app_reads_along`, and nowhere else.

They are in PL/pgSQL, which plans what they ask once in a session: a statement over tables of an order asks a dozen
times who its tenant is, and a function in SQL would be planned a dozen times.
"""

from __future__ import annotations

_AS_OWNER = "SECURITY DEFINER SET search_path = public, pg_temp"


def _asked(signature: str, returns: str, answer: str) -> str:
    """A function that looks into tables as their owner, by their indexes: they may be empty when it is planned."""
    return f"""
CREATE OR REPLACE FUNCTION {signature} RETURNS {returns} LANGUAGE plpgsql STABLE PARALLEL SAFE
{_AS_OWNER} SET enable_seqscan = off AS $$
BEGIN RETURN {answer}; END $$;
"""


def _setting(name: str, kind: str) -> str:
    value = f"nullif(current_setting('app.{name}', true), '')"
    cast = "" if kind == "text" else f"::{kind}"
    return f"""
CREATE OR REPLACE FUNCTION app_{name}() RETURNS {kind} LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT {value}{cast} $$;
"""


# Orders of others that a person may see: those that protect her, or whoever gave her authority that is good now
# (trap 29).
_ORDERS_OF = _asked(
    "app_orders_of(who uuid)",
    "uuid[]",
    """ARRAY(
        SELECT order_id FROM orders_protectedperson WHERE user_id = who
        UNION ALL
        SELECT p.order_id FROM accounts_authority a JOIN orders_protectedperson p ON p.user_id = a.principal_id
         WHERE a.advocate_id = who AND a.granted_at <= statement_timestamp() AND a.expires_at > statement_timestamp()
           AND a.revoked_at IS NULL
           AND (a.only_order IS NULL OR a.only_order = p.order_id))""",
)
# Whether a person held an authority over somebody whom an order protects, at an instant that may be long past: what
# they reported by it is closed to them once it has ended, and what they reported without one is not (rule 81).
_SPOKE_FOR = _asked(
    "app_spoke_for(who uuid, wanted uuid, at timestamptz)",
    "boolean",
    """EXISTS (
        SELECT FROM accounts_authority a
         WHERE a.advocate_id = who AND a.granted_at <= at AND a.expires_at > at
           AND (a.revoked_at IS NULL OR a.revoked_at > at)
           AND (a.only_order = wanted OR a.only_order IS NULL AND EXISTS (
                SELECT FROM orders_protectedperson p WHERE p.order_id = wanted AND p.user_id = a.principal_id)))""",
)
# Whether somebody could speak for the tenant under an order that protects her when they reported: she is told that
# there is such a report.
_TOLD_FOR = _asked(
    "app_told_for_me(reporter uuid, wanted uuid, at timestamptz)",
    "boolean",
    """app_person() IS NOT NULL AND EXISTS (
        SELECT FROM accounts_authority a JOIN orders_protectedperson p ON p.user_id = a.principal_id
         WHERE a.principal_id = app_person() AND a.advocate_id = reporter AND p.order_id = wanted
           AND a.granted_at <= at AND a.expires_at > at AND (a.revoked_at IS NULL OR a.revoked_at > at)
           AND (a.only_order IS NULL OR a.only_order = wanted))""",
)
# A database that an earlier release migrated still has what it asked instead.
_GONE = "DROP FUNCTION IF EXISTS app_people()"
# They are looked up where a transaction becomes the person's (`database.tenancy`), not at each row.
_ORDERS = """
CREATE OR REPLACE FUNCTION app_orders() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(nullif(current_setting('app.orders', true), '')::uuid[], '{}') $$;
"""
# Orders of the tenant's own, and what hangs on them. As views they run as their owner: a policy that asked the tables
# would have the policies of those asked in turn, and a statement over six of them a hundred subplans.
MINE = ("app_my_orders", "app_my_versions", "app_my_zones")
_VIEWS = """
CREATE OR REPLACE VIEW app_my_orders AS
    SELECT id FROM orders_order WHERE force_id = app_force() OR id = ANY (app_orders());
CREATE OR REPLACE VIEW app_my_versions AS
    SELECT v.id FROM orders_orderversion v WHERE EXISTS (SELECT FROM app_my_orders o WHERE o.id = v.order_id);
CREATE OR REPLACE VIEW app_my_zones AS
    SELECT z.id FROM orders_zone z WHERE EXISTS (SELECT FROM app_my_versions v WHERE v.id = z.version_id);
"""
# Reports of others that the tenant may see: the one that a receipt opened.
_REPORTS = """
CREATE OR REPLACE FUNCTION app_reports() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT array_remove(ARRAY[app_report()], NULL) $$;
"""
# What another force works on or owns and the tenant's reads along: copied to it, or on offer to it (rules 47 and 89).
_ALONG = _asked(
    "app_reads_along(wanted uuid)",
    "boolean",
    """app_force() IS NOT NULL AND (
        EXISTS (SELECT FROM breaches_reportcopy WHERE report_id = wanted AND force_id = app_force())
        OR EXISTS (SELECT FROM breaches_transfer
                    WHERE report_id = wanted AND is_open AND to_force_id = app_force()))""",
)
# The row of an order to which such a report belongs, or one that was passed on, or from which one that the force works
# on was taken last: its reference, never its terms. Of a restricted one the last is not shown (rule 81).
_ORDER_ALONG = _asked(
    "app_reads_order_along(wanted uuid)",
    "boolean",
    """app_force() IS NOT NULL AND EXISTS (
        SELECT FROM breaches_report
         WHERE order_id = wanted AND (force_id = app_force() OR app_reads_along(id)))
        OR app_force() IS NOT NULL AND EXISTS (
        SELECT FROM breaches_orderchange c JOIN breaches_report r ON r.id = c.report_id
         WHERE c.before_id = wanted AND r.force_id = app_force()
           AND c.at = (SELECT max(l.at) FROM breaches_orderchange l WHERE l.report_id = c.report_id)
           AND EXISTS (SELECT FROM orders_order o WHERE o.id = wanted AND NOT o.restricted))""",
)
# Which other forces there are with such reports, for the order's own force.
_FORCES_ALONG = _asked(
    "app_forces_along(wanted uuid)",
    "text[]",
    """ARRAY(
        SELECT f.force_id FROM (
            SELECT r.force_id FROM breaches_report r WHERE r.order_id = wanted
            UNION
            SELECT c.force_id FROM breaches_report r JOIN breaches_reportcopy c ON c.report_id = r.id
             WHERE r.order_id = wanted) AS f
         WHERE f.force_id <> app_force()
           AND EXISTS (SELECT FROM orders_order o WHERE o.id = wanted AND o.force_id = app_force()))""",
)
# Which of the reports that the feed of decisions told the tenant of are on record still, readable or not (ADR 0018).
_KEPT_REPORTS = _asked(
    "app_reports_kept(wanted uuid[])",
    "uuid[]",
    """ARRAY(
        SELECT r.id FROM breaches_report r
         WHERE r.id = ANY (wanted)
           AND EXISTS (SELECT FROM breaches_breachentry e WHERE e.report = r.id AND e.force_id = app_force()))""",
)
# A receipt is looked up by its fingerprint and by nothing else: who does not know it finds none.
_RECEIPT = _asked(
    "app_report_of_receipt(wanted bytea)",
    "uuid",
    "(SELECT report_id FROM breaches_receipt WHERE fingerprint = wanted)",
)
# The trail of one record is for whoever may see the record, whoever left the row.
_ENTRIES = _asked(
    "app_entries()",
    "bigint[]",
    """CASE WHEN app_record() IS NULL THEN '{}' ELSE ARRAY(
        SELECT id FROM audit_entry WHERE record_ids @> ARRAY[app_record()::text]::varchar[] AND (
            EXISTS (SELECT FROM orders_order WHERE id = app_record() AND force_id = app_force())
            OR EXISTS (SELECT FROM breaches_report WHERE id = app_record()
                          AND (force_id = app_force() OR reporter_user_id = app_person())))) END""",
)
# Whose own trail: nobody's while one record is being asked about, so that its index finds its rows.
_ORGANISATION = """
CREATE OR REPLACE FUNCTION app_organisation() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN app_record() IS NULL THEN app_force() END $$;
"""
# Whoever takes an invitation up has no account yet: what follows is done as the force that sent it.
_INVITING = _asked(
    "app_force_of_protected(wanted uuid)",
    "text",
    """(SELECT o.force_id FROM orders_protectedperson p JOIN orders_order o ON o.id = p.order_id
         WHERE p.id = wanted)""",
)
_TOUCHED = (
    "GRANT EXECUTE ON FUNCTION orders_zones_touched(varchar, float8, float8, float8, timestamptz, integer) TO spo_app"
)
# What other sessions are at, a role sees of its own alone. Says only whether anybody is writing.
_IN_FLIGHT = """
CREATE OR REPLACE FUNCTION app_in_flight() RETURNS boolean LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM pg_stat_activity
         WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()) $$;
"""
# Parts of a partitioned table are made by its owner only.
_MONTH = "ALTER FUNCTION breaches_trackfix_month(timestamptz) " + _AS_OWNER

FUNCTIONS = (
    _setting("force", "text"),
    _setting("person", "uuid"),
    _setting("client", "text"),
    _setting("report", "uuid"),
    _setting("record", "uuid"),
    _ORDERS_OF,
    _SPOKE_FOR,
    _TOLD_FOR,
    _ORDERS,
    _GONE,
    _VIEWS,
    _REPORTS,
    _ALONG,
    _ORDER_ALONG,
    _FORCES_ALONG,
    _KEPT_REPORTS,
    _RECEIPT,
    _INVITING,
    _TOUCHED,
    _ENTRIES,
    _ORGANISATION,
    _IN_FLIGHT,
    _MONTH,
)
