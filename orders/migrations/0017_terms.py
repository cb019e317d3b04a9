"""The terms of orders, and whose order somebody may mean, as functions: their plans are kept (docs/adr/0005)."""

from django.db import migrations

_SET = "SET enable_seqscan = off SET plan_cache_mode = force_generic_plan"

TERMS = f"""
CREATE FUNCTION orders_terms(wanted uuid[], known_bodies uuid[])
RETURNS TABLE (
  of_order uuid, its_reference varchar, its_force varchar, is_restricted boolean, of_version uuid, its_number integer,
  starts timestamptz, ends timestamptz, in_force_from timestamptz, in_force_to timestamptz, its_body bytea,
  first_served timestamptz, approvals text
) LANGUAGE plpgsql STABLE {_SET} AS $$
BEGIN
  RETURN QUERY
  SELECT o.id, o.reference, o.force_id, o.restricted, v.id, v.number::integer, v.effective_from, v.in_force_until,
         lower(t.during), upper(t.during),
         CASE WHEN v.id = ANY(known_bodies) THEN NULL ELSE v.body END,
         (SELECT min(s.served_at) FROM orders_service s WHERE s.order_id = o.id),
         (SELECT jsonb_object_agg(z.code, jsonb_build_array(a.staff_id, a.approved_at))
            FROM orders_zone z JOIN orders_zoneapproval a ON a.zone_id = z.id WHERE z.version_id = v.id)::text
    FROM orders_order o JOIN orders_orderversion v ON v.order_id = o.id
    LEFT JOIN orders_inforce t ON t.version_id = v.id AND upper_inf(t.known)
   WHERE o.id = ANY(wanted) ORDER BY o.created_at, o.id, v.number;
END $$
"""

PROTECTING = f"""
CREATE FUNCTION orders_protecting(wanted varchar, people uuid[]) RETURNS uuid[]
LANGUAGE plpgsql STABLE {_SET} AS $$
BEGIN
  RETURN ARRAY(
    SELECT o.id FROM orders_order o
     WHERE o.reference = wanted
       AND EXISTS (SELECT FROM orders_protectedperson p WHERE p.order_id = o.id AND p.user_id = ANY(people)));
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0016_dates_both_ways")]

    operations = [
        migrations.RunSQL(TERMS, "DROP FUNCTION orders_terms(uuid[], uuid[])"),
        migrations.RunSQL(PROTECTING, "DROP FUNCTION orders_protecting(varchar, uuid[])"),
    ]
