"""With the terms of an order comes whose account is whose key in it: whom a report is about, in the same round trip."""

from importlib import import_module

from django.db import migrations

_before = import_module("orders.migrations.0017_terms")
_DROP = "DROP FUNCTION orders_terms(uuid[], uuid[])"

TERMS = _before.TERMS.replace("approvals text\n)", "approvals text, accounts text\n)").replace(
    "WHERE z.version_id = v.id)::text\n",
    """WHERE z.version_id = v.id)::text,
         (SELECT jsonb_object_agg(p.key, p.user_id) FROM orders_protectedperson p
           WHERE p.order_id = o.id AND p.user_id IS NOT NULL)::text
""",
)


class Migration(migrations.Migration):
    dependencies = [("orders", "0017_terms")]

    operations = [
        migrations.RunSQL(_DROP, _before.TERMS),
        migrations.RunSQL(TERMS, _DROP),
    ]
