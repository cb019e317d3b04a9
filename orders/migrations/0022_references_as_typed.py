"""References are found as people type them; and, where one names none of hers, the orders that may be meant.

`orders_protecting` stays: processes of the release before ask it while they are being replaced.
"""

from django.db import migrations

_SET = "SET enable_seqscan = off SET plan_cache_mode = force_generic_plan"
# Of what a reference may be made of, it has no other dash than this (`order_reference_form`).
_FOLDED = """
CREATE FUNCTION orders_folded(written varchar) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT upper(replace(written, '-', '') COLLATE "C") $$
"""
# Which order of this force may somebody mean by what they typed?
_INDEX = "CREATE INDEX order_reference_folded ON orders_order (force_id, orders_folded(reference))"


def _meant(name, given, hers):
    return f"""
CREATE FUNCTION {name}(wanted text, {given} uuid[]) RETURNS uuid[]
LANGUAGE plpgsql STABLE {_SET} AS $$
DECLARE
  hers uuid[] := ARRAY({hers});
  named uuid[] := ARRAY(SELECT o.id FROM orders_order o WHERE o.id = ANY(hers) AND orders_folded(o.reference) = wanted);
BEGIN
  RETURN CASE WHEN named = '{{}}' THEN hers ELSE named END;
END $$
"""


_BY = _meant("orders_meant_by", "people", "SELECT p.order_id FROM orders_protectedperson p WHERE p.user_id = ANY(people)")
_FOR = _meant(
    "orders_meant_for",
    "authorities",
    """
    SELECT p.order_id FROM accounts_authority a JOIN orders_protectedperson p ON p.user_id = a.principal_id
     WHERE a.id = ANY(authorities) AND (a.only_order IS NULL OR a.only_order = p.order_id)""",
)


class Migration(migrations.Migration):
    dependencies = [("orders", "0021_services_in_terms"), ("accounts", "0006_authority_scopes")]

    operations = [
        migrations.RunSQL(_FOLDED, "DROP FUNCTION orders_folded(varchar)"),
        migrations.RunSQL(_INDEX, "DROP INDEX order_reference_folded"),
        migrations.RunSQL(_BY, "DROP FUNCTION orders_meant_by(text, uuid[])"),
        migrations.RunSQL(_FOR, "DROP FUNCTION orders_meant_for(text, uuid[])"),
    ]
