"""Leaving a trace in one call: PostgreSQL keeps the plan of a function, not that of a statement sent with others."""

from django.db import migrations

_NOTE = """
CREATE FUNCTION audit_note(sent jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_entry (at, actor_kind, actor, organisation, action, verb, record_ids,
                           reason_code, reason, correlation_id, recipient)
  SELECT now(), actor_kind, actor, organisation, action, verb, record_ids,
         reason_code, reason, correlation_id, recipient
    FROM jsonb_populate_record(NULL::audit_entry, sent);
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_asked")]

    operations = [migrations.RunSQL(_NOTE, "DROP FUNCTION audit_note(jsonb)")]
