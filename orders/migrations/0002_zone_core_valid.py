"""A zone that PostGIS calls invalid never gets in, whatever wrote it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE orders_zone ADD CONSTRAINT zone_core_valid "
            "CHECK (ST_IsValid(core::geometry) AND NOT ST_IsEmpty(core::geometry))",
            "ALTER TABLE orders_zone DROP CONSTRAINT zone_core_valid",
        )
    ]
