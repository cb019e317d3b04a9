"""Asking for a look in one call: PostgreSQL keeps the plan of a function, not that of a statement sent with others."""

from django.db import migrations

# Nothing where a look is due in a moment anyway.
_LOOK = """
CREATE FUNCTION webhooks_look(cluster text, look text, seconds double precision) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO django_q_ormq (key, payload, lock)
  SELECT cluster, look, clock_timestamp() + seconds * interval '1 second'
   WHERE NOT EXISTS (
      SELECT FROM django_q_ormq
       WHERE key = cluster AND lock > clock_timestamp()
         AND lock <= clock_timestamp() + seconds * interval '1 second');
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0007_trail_sealed")]

    operations = [migrations.RunSQL(_LOOK, "DROP FUNCTION webhooks_look(text, text, double precision)")]
