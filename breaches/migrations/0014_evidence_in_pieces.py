"""What came in pieces stays in them: an item without a key of its own lies in the pieces of its upload."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('breaches', '0013_store_by_index'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='evidenceitem',
            name='evidence_key_once',
        ),
        migrations.AlterField(
            model_name='evidenceitem',
            name='key',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AlterField(
            model_name='evidenceitem',
            name='wrapped_key',
            field=models.BinaryField(default=b''),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidencepiece',
            trigger=pgtrigger.compiler.Trigger(name='as_received', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."upload_id" IS DISTINCT FROM (NEW."upload_id") OR OLD."start" IS DISTINCT FROM (NEW."start") OR OLD."size" IS DISTINCT FROM (NEW."size") OR OLD."key" IS DISTINCT FROM (NEW."key"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='d07be0f410cf7e5d2ef561e84219a5e7e634b141', operation='UPDATE', pgid='pgtrigger_as_received_5ac25', table='breaches_evidencepiece', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidencepiece',
            trigger=pgtrigger.compiler.Trigger(name='of_no_item', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        IF EXISTS (SELECT FROM breaches_evidenceupload u\n                    WHERE u.id = coalesce(NEW.upload_id, OLD.upload_id) AND u.item_id IS NOT NULL) THEN\n            RAISE EXCEPTION 'pieces of an item stay as they are';\n        END IF;\n        RETURN coalesce(NEW, OLD);\n    ", hash='c27dd4428d1f9e4662c430cf6ad92c8d1a754e83', operation='INSERT OR DELETE', pgid='pgtrigger_of_no_item_08a9c', table='breaches_evidencepiece', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='evidenceitem',
            constraint=models.UniqueConstraint(condition=models.Q(('key', ''), _negated=True), fields=('key',), name='evidence_key_once'),
        ),
        migrations.AddConstraint(
            model_name='evidenceitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('key', ''), ('wrapped_key', b'')), models.Q(models.Q(('key', ''), _negated=True), models.Q(('wrapped_key', b''), _negated=True)), _connector='OR'), name='evidence_key_wrapped'),
        ),
    ]
