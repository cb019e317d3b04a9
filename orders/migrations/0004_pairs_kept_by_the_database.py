"""What is written twice cannot differ: a zone's version is its condition's, and an approval names the drawing
that its zone holds, so that nobody becomes a second person by naming somebody else as the one who drew it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orders", "0003_kept_by_the_database")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE orders_condition ADD CONSTRAINT condition_with_version UNIQUE (id, version_id)",
            "ALTER TABLE orders_condition DROP CONSTRAINT condition_with_version",
        ),
        migrations.RunSQL(
            "ALTER TABLE orders_zone ADD CONSTRAINT zone_version_of_condition "
            "FOREIGN KEY (condition_id, version_id) REFERENCES orders_condition (id, version_id)",
            "ALTER TABLE orders_zone DROP CONSTRAINT zone_version_of_condition",
        ),
        migrations.RunSQL(
            "ALTER TABLE orders_zone ADD CONSTRAINT zone_with_drawing UNIQUE (id, shape_sha256, drawn_by_staff_id)",
            "ALTER TABLE orders_zone DROP CONSTRAINT zone_with_drawing",
        ),
        migrations.RunSQL(
            "ALTER TABLE orders_zoneapproval ADD CONSTRAINT approval_of_drawing "
            "FOREIGN KEY (zone_id, shape_sha256, drawn_by_staff_id) "
            "REFERENCES orders_zone (id, shape_sha256, drawn_by_staff_id)",
            "ALTER TABLE orders_zoneapproval DROP CONSTRAINT approval_of_drawing",
        ),
    ]
