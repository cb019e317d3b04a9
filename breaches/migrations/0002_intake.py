"""Storing a new report in one call: PostgreSQL keeps the plans of a function, not those of a statement sent once.

The rows come as one JSON value and take the columns that the tables have when it runs: a column more needs no
change here.
"""

from django.db import migrations

_STORE = """
CREATE FUNCTION breaches_store_report(sent jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO breaches_report
  SELECT * FROM jsonb_populate_record(NULL::breaches_report, sent->'report');
  INSERT INTO breaches_reportposition
  SELECT * FROM jsonb_populate_recordset(NULL::breaches_reportposition, sent->'positions');
  INSERT INTO breaches_assessment
  SELECT * FROM jsonb_populate_record(NULL::breaches_assessment, sent->'assessment');
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("breaches", "0001_initial")]

    operations = [migrations.RunSQL(_STORE, "DROP FUNCTION breaches_store_report(jsonb)")]
