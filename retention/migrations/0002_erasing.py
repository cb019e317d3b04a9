"""Who may erase, and what: a role of its own, and only what two people let go and nobody holds.

Where the role `spo_eraser` is not provisioned (`dev`, `scripts/create-database.sh`), nothing is granted and nobody
can erase.
"""

from django.db import migrations

_GUARD = """
CREATE FUNCTION retention_may_go() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  gone uuid := coalesce(to_jsonb(OLD)->>'report_id', to_jsonb(OLD)->>'id')::uuid;
BEGIN
  IF current_user <> 'spo_eraser' THEN
    RAISE EXCEPTION 'reports are erased by another role' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NOT EXISTS (
    SELECT FROM retention_disposal d JOIN retention_disposaldecision x ON x.disposal_id = d.id
     WHERE d.report = gone AND x.approved AND x.decided_by_id <> d.proposed_by_id
  ) OR coalesce((SELECT h.held FROM retention_holdact h WHERE h.report = gone ORDER BY h.at DESC, h.id DESC LIMIT 1), false)
  THEN
    RAISE EXCEPTION 'nobody let it go, or it is held' USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$;
"""
# What the service itself never deletes.
_GUARDED = (
    "report", "reportposition", "assessment", "move", "decision", "question", "addition", "withdrawal", "note",
    "outcome", "evidenceitem",
)
_GRANT = """
DO $$
DECLARE
  one text;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'spo_eraser') THEN RETURN; END IF;
  FOR one IN
    WITH RECURSIVE holds AS (
      SELECT 'breaches_report'::regclass::oid AS name
      UNION
      SELECT c.conrelid FROM pg_constraint c JOIN holds h ON c.confrelid = h.name WHERE c.contype = 'f'
    )
    SELECT name::regclass::text FROM holds
  LOOP
    EXECUTE format('GRANT SELECT, DELETE ON %s TO spo_eraser', one);
  END LOOP;
  GRANT SELECT ON retention_disposal, retention_disposaldecision, retention_holdact TO spo_eraser;
  GRANT INSERT ON retention_tombstone, audit_entry TO spo_eraser;
  GRANT USAGE ON SEQUENCE audit_entry_id_seq TO spo_eraser;
END $$;
"""


def _triggers(statement):
    return "\n".join(statement.format(table=f"breaches_{name}") for name in _GUARDED)


class Migration(migrations.Migration):
    dependencies = [("retention", "0001_initial"), ("breaches", "0010_whose_queue"), ("audit", "0003_asked")]

    operations = [
        migrations.RunSQL(_GUARD, "DROP FUNCTION retention_may_go()"),
        migrations.RunSQL(
            _triggers(
                "CREATE TRIGGER retention_may_go BEFORE DELETE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION retention_may_go();"
            ),
            _triggers("DROP TRIGGER retention_may_go ON {table};"),
        ),
        migrations.RunSQL(_GRANT, migrations.RunSQL.noop),
    ]
