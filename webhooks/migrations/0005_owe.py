"""Owing a message in one call: PostgreSQL keeps the plan of a function, not that of a statement sent with others."""

from django.db import migrations

_OWE = """
CREATE FUNCTION webhooks_owe(sent jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO webhooks_event (force_id, key, type, occurred_at, subject, reference, state, about, quiet)
  SELECT force_id, key, type, occurred_at, subject, reference, state, about, quiet
    FROM jsonb_populate_record(NULL::webhooks_event, sent);
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0004_revealed_outside_case")]

    operations = [migrations.RunSQL(_OWE, "DROP FUNCTION webhooks_owe(jsonb)")]
