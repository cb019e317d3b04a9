"""What a reporter says later is seen: moves back into review, withdrawals that can be taken back, who proved what."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import common.ids

_ACTS = """
ALTER TABLE breaches_withdrawal DISABLE TRIGGER USER;
ALTER TABLE breaches_withdrawal RENAME COLUMN withdrawn_at TO at;
ALTER TABLE breaches_withdrawal RENAME COLUMN withdrawn_by TO by;
ALTER TABLE breaches_withdrawal ADD COLUMN id uuid, ADD COLUMN act varchar(12) NOT NULL DEFAULT 'withdrawn';
-- Its words are sealed for the row of that number.
UPDATE breaches_withdrawal SET id = report_id;
ALTER TABLE breaches_withdrawal DROP CONSTRAINT breaches_withdrawal_pkey, ADD PRIMARY KEY (id);
ALTER TABLE breaches_withdrawal ALTER COLUMN act DROP DEFAULT;
UPDATE breaches_report SET withdrawn_at = w.at FROM breaches_withdrawal w WHERE w.report_id = breaches_report.id;
ALTER TABLE breaches_withdrawal ENABLE TRIGGER USER;
"""
# What was taken back again counts as never withdrawn: there is no place for it.
_ONCE = """
ALTER TABLE breaches_withdrawal DISABLE TRIGGER USER;
DELETE FROM breaches_withdrawal WHERE id <> report_id;
ALTER TABLE breaches_withdrawal DROP CONSTRAINT breaches_withdrawal_pkey, ADD PRIMARY KEY (report_id);
ALTER TABLE breaches_withdrawal DROP COLUMN id, DROP COLUMN act;
ALTER TABLE breaches_withdrawal RENAME COLUMN at TO withdrawn_at;
ALTER TABLE breaches_withdrawal RENAME COLUMN by TO withdrawn_by;
ALTER TABLE breaches_withdrawal ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):
    dependencies = [("breaches", "0018_how_much_was_read")]

    operations = [
        migrations.AddField("report", "withdrawn_at", models.DateTimeField(null=True)),
        migrations.AddField("addition", "assurance", models.CharField(default="full", db_default="full", max_length=8)),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(_ACTS, _ONCE)],
            state_operations=[
                migrations.RenameField("withdrawal", "withdrawn_at", "at"),
                migrations.RenameField("withdrawal", "withdrawn_by", "by"),
                migrations.AddField("withdrawal", "id", models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                migrations.AddField("withdrawal", "act", models.CharField(max_length=12), preserve_default=False),
                migrations.AlterField("withdrawal", "report", models.ForeignKey(db_index=False, on_delete=models.PROTECT, related_name="withdrawals", to="breaches.report")),
            ],
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='report',
            name='moves',
        ),
        migrations.AddIndex(
            model_name='withdrawal',
            index=models.Index(fields=['report', 'at'], name='withdrawal_of_report'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='report',
            trigger=pgtrigger.compiler.Trigger(name='moves', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{received:in_review,in_review:received,in_review:verified,in_review:not_verified,in_review:needs_information,needs_information:in_review,verified:in_follow_up,in_follow_up:verified,in_follow_up:closed,not_verified:in_review,closed:in_review,not_verified:received,closed:received,verified:received,in_follow_up:in_review}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='567cd058964e203ed7b995dc52dddee7b186f65e', operation='UPDATE', pgid='pgtrigger_moves_53e29', table='breaches_report', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='addition',
            constraint=models.CheckConstraint(condition=models.Q(('assurance__in', ['full', 'mailbox', 'receipt'])), name='addition_assurance_known'),
        ),
        migrations.AddConstraint(
            model_name='withdrawal',
            constraint=models.CheckConstraint(condition=models.Q(('act__in', ['resumed', 'withdrawn'])), name='withdrawal_act_known'),
        ),
    ]
