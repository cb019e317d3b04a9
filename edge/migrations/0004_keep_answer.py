"""Keeping an answer in one call: PostgreSQL keeps the plan of a function, not that of a statement sent with others.

A plan made while the table was empty must not read it from end to end later.
"""

from django.db import migrations

_KEEP = """
CREATE FUNCTION edge_keep_answer(claim bigint, answered integer, sealed bytea, sent_with jsonb)
RETURNS void LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  UPDATE edge_idempotentanswer SET status = answered, body = sealed, headers = sent_with WHERE id = claim;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("edge", "0003_sealed")]

    operations = [
        migrations.RunSQL(_KEEP, "DROP FUNCTION edge_keep_answer(bigint, integer, bytea, jsonb)"),
    ]
