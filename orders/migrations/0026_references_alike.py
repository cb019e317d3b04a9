"""References that differ only as people write them are found: in letters' case, what stands between, leading noughts."""

from django.db import migrations

# What may stand between is what `order_reference_form` lets in.
_PLAIN = """
CREATE FUNCTION orders_reference_plain(written varchar) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT regexp_replace(
        upper(btrim(regexp_replace(written, '[._-]+', '-', 'g'), '-') COLLATE "C"),
        '(^|[^0-9])0+(?=[0-9])', '\\1', 'g') $$
"""
# Which order of this force may a new one be under another spelling?
_INDEX = "CREATE INDEX order_reference_plain ON orders_order (force_id, orders_reference_plain(reference))"


class Migration(migrations.Migration):
    dependencies = [("orders", "0025_identifiers")]

    operations = [
        migrations.RunSQL(_PLAIN, "DROP FUNCTION orders_reference_plain(varchar)"),
        migrations.RunSQL(_INDEX, "DROP INDEX order_reference_plain"),
    ]
