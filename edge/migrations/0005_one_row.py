"""A key is held by a lock until its answer is kept, in one row that is never changed.

It was a row from the start, which the answer changed: two versions of each, and the plan of a function made while the
table was empty found the second by its client, reading all that the client ever asked.
"""

from django.db import migrations

_CLAIM = """
CREATE FUNCTION edge_claim(whose text, asked text, with_key text)
RETURNS boolean LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended(concat_ws(' ', 'edge', whose, asked, with_key), 0));
  PERFORM FROM edge_idempotentanswer WHERE client = whose AND operation = asked AND key = with_key;
  RETURN NOT FOUND;
END $$
"""
_DROP_OLD = "DROP FUNCTION edge_keep_answer(bigint, integer, bytea, jsonb)"
_KEEP_OLD = """
CREATE FUNCTION edge_keep_answer(claim bigint, answered integer, sealed bytea, sent_with jsonb)
RETURNS void LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  UPDATE edge_idempotentanswer SET status = answered, body = sealed, headers = sent_with WHERE id = claim;
END $$
"""
_KEEP = """
CREATE FUNCTION edge_keep_answer(
  number bigint, whose text, asked text, with_key text, of_body text, answered integer, sealed bytea, sent_with jsonb)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO edge_idempotentanswer (id, client, operation, key, digest, status, body, headers)
  VALUES (number, whose, asked, with_key, of_body, answered, sealed, sent_with);
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("edge", "0004_keep_answer")]

    operations = [
        migrations.RunSQL(_CLAIM, "DROP FUNCTION edge_claim(text, text, text)"),
        migrations.RunSQL(_DROP_OLD, _KEEP_OLD),
        migrations.RunSQL(
            _KEEP, "DROP FUNCTION edge_keep_answer(bigint, text, text, text, text, integer, bytea, jsonb)"
        ),
    ]
