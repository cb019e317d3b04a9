"""The plans of a function are kept: made while a table was empty, they must not read it from end to end later."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("breaches", "0012_device_notices")]

    operations = [
        migrations.RunSQL(
            "ALTER FUNCTION breaches_store_report(jsonb) SET enable_seqscan = off",
            "ALTER FUNCTION breaches_store_report(jsonb) RESET enable_seqscan",
        )
    ]
