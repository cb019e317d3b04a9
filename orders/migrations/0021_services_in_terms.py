"""The terms of an order say which version was served when, and leave out what was withdrawn."""

from importlib import import_module

from django.db import migrations

_before = import_module("orders.migrations.0018_whose_key")
_DROP = "DROP FUNCTION orders_terms(uuid[], uuid[])"

TERMS = _before.TERMS.replace("first_served timestamptz", "services text").replace(
    "(SELECT min(s.served_at) FROM orders_service s WHERE s.order_id = o.id),",
    """(SELECT jsonb_agg(jsonb_build_array(n.number, s.served_at) ORDER BY s.served_at, s.id)
            FROM orders_service s JOIN orders_orderversion n ON n.id = s.version_id
           WHERE s.order_id = o.id AND s.withdrawn_at IS NULL)::text,""",
)


class Migration(migrations.Migration):
    dependencies = [("orders", "0020_withdrawals")]

    operations = [
        migrations.RunSQL(_DROP, _before.TERMS),
        migrations.RunSQL(TERMS, _DROP),
    ]
