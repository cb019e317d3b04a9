"""What was handed to another force before orders' forces read on is theirs to read from now on."""

from django.db import migrations

_COPY = """
INSERT INTO breaches_reportcopy (id, report_id, force_id, why, copied_at)
SELECT gen_random_uuid(), r.id, o.force_id, 'order_force', now()
  FROM breaches_report r JOIN orders_order o ON o.id = r.order_id
 WHERE o.force_id <> r.force_id
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("breaches", "0019_said_since")]

    operations = [migrations.RunSQL(_COPY, migrations.RunSQL.noop)]
