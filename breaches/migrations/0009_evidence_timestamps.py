"""Timestamps of evidence by an authority (RFC 3161), where one is named."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('breaches', '0008_hand_over'),
    ]

    operations = [
        migrations.CreateModel(
            name='EvidenceTimestamp',
            fields=[
                ('item', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='timestamp', serialize=False, to='breaches.evidenceitem')),
                ('at', models.DateTimeField()),
                ('authority', models.CharField(max_length=200)),
                ('token', models.BinaryField()),
                ('received_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('token', b''), _negated=True), name='timestamp_has_token')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidencetimestamp',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='66975b448ed940f9a2c18d4e6a456882fda72216', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_0dae4', table='breaches_evidencetimestamp', when='BEFORE')),
        ),
    ]
