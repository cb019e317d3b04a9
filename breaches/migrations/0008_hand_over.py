"""Reports that are handed to another force, put aside for a while, or taken over; why a report was moved."""

import common.ids
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_support'),
        ('breaches', '0007_contacts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Transfer',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('reason', models.TextField()),
                ('offered_at', models.DateTimeField()),
                ('staff_id', models.CharField(max_length=32)),
                ('is_open', models.BooleanField(default=True)),
                ('from_force', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.force')),
                ('offered_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddField(
            model_name='move',
            name='reason',
            field=models.TextField(blank=True, db_default=''),
        ),
        migrations.AddField(
            model_name='report',
            name='heard_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='report',
            name='snoozed_until',
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name='TransferEnd',
            fields=[
                ('transfer', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='end', serialize=False, to='breaches.transfer')),
                ('kind', models.CharField(max_length=12)),
                ('reason', models.TextField(blank=True)),
                ('at', models.DateTimeField()),
                ('staff_id', models.CharField(max_length=32)),
            ],
        ),
        migrations.AddField(
            model_name='transfer',
            name='report',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='breaches.report'),
        ),
        migrations.AddField(
            model_name='transfer',
            name='to_force',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.force'),
        ),
        migrations.CreateModel(
            name='Snooze',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('until', models.DateTimeField()),
                ('reason', models.TextField()),
                ('at', models.DateTimeField()),
                ('staff_id', models.CharField(max_length=32)),
                ('by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='snoozes', to='breaches.report')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='snooze_has_reason'), models.CheckConstraint(condition=models.Q(('until__gt', models.F('at'))), name='snooze_until_later')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='snooze',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='2a6c82ddd564f845d9e64b06e820e49f533932b9', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_74ff4', table='breaches_snooze', when='BEFORE')),
        ),
        migrations.AddField(
            model_name='transferend',
            name='by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='transfer',
            index=models.Index(fields=['report', 'offered_at'], name='transfer_of_report'),
        ),
        migrations.AddIndex(
            model_name='transfer',
            index=models.Index(condition=models.Q(('is_open', True)), fields=['to_force', 'report'], name='transfer_offered_to'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='transfer_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.CheckConstraint(condition=models.Q(('from_force', models.F('to_force')), _negated=True), name='transfer_to_another'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.UniqueConstraint(condition=models.Q(('is_open', True)), fields=('report',), name='transfer_one_open'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='transfer',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='4593d5ddddfe75ed777e6d3067ef1113a849f7f7', operation='DELETE', pgid='pgtrigger_never_deleted_5f71e', table='breaches_transfer', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='transfer',
            trigger=pgtrigger.compiler.Trigger(name='as_offered', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."report_id" IS DISTINCT FROM (NEW."report_id") OR OLD."from_force_id" IS DISTINCT FROM (NEW."from_force_id") OR OLD."to_force_id" IS DISTINCT FROM (NEW."to_force_id") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."offered_at" IS DISTINCT FROM (NEW."offered_at") OR OLD."offered_by_id" IS DISTINCT FROM (NEW."offered_by_id") OR OLD."staff_id" IS DISTINCT FROM (NEW."staff_id"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='e46a088d4b26b72f82cb31037a2dd35856fdd471', operation='UPDATE', pgid='pgtrigger_as_offered_96ed8', table='breaches_transfer', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='transfer',
            trigger=pgtrigger.compiler.Trigger(name='ends_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NOT OLD."is_open")', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='67f049cd2450233cacbbeef3f481fe6ee2e9b4cd', operation='UPDATE', pgid='pgtrigger_ends_once_6a50c', table='breaches_transfer', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='transferend',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['accepted', 'returned', 'taken_back'])), name='transfer_end_known'),
        ),
        migrations.AddConstraint(
            model_name='transferend',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'accepted'), models.Q(('reason', ''), _negated=True), _connector='OR'), name='transfer_end_has_reason'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='transferend',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='0c2abe8ce100f244682e0fda66c2b1eb43d71b7d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d8615', table='breaches_transferend', when='BEFORE')),
        ),
    ]
