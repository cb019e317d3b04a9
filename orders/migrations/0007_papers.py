"""The court's paper, and by what authority positions are taken."""

import common.ids
import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0006_notifications'),
    ]

    operations = [
        migrations.CreateModel(
            name='OrderDocument',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('sha256', models.CharField(max_length=64)),
                ('media_type', models.CharField(max_length=20)),
                ('size', models.PositiveIntegerField()),
                ('sealed', models.BinaryField()),
                ('recorded_at', models.DateTimeField()),
                ('recorded_by', models.CharField(max_length=64)),
                ('version', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='document', to='orders.orderversion')),
            ],
        ),
        migrations.CreateModel(
            name='MonitoringAuthority',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=12)),
                ('reference', models.CharField(max_length=64)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('devices', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), size=None)),
                ('recorded_at', models.DateTimeField()),
                ('recorded_by', models.CharField(max_length=64)),
                ('order', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='authorities', to='orders.order')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ('licence', 'bail', 'dapo', 'court_other'))), name='authority_kind_known'), models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='authority_ends_after_start'), models.CheckConstraint(condition=models.Q(('devices__len__gt', 0)), name='authority_names_devices'), models.UniqueConstraint(fields=('order', 'kind', 'reference', 'recorded_at'), name='authority_recorded_once')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='monitoringauthority',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d2ef9cd75489dabb6056581acd0b25fd4886ec5e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e325f', table='orders_monitoringauthority', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='orderdocument',
            constraint=models.CheckConstraint(condition=models.Q(('media_type__in', ('application/pdf', 'image/png', 'image/jpeg'))), name='order_document_type'),
        ),
        migrations.AddConstraint(
            model_name='orderdocument',
            constraint=models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='order_document_hash_form'),
        ),
        migrations.AddConstraint(
            model_name='orderdocument',
            constraint=models.CheckConstraint(condition=models.Q(('size__gt', 0)), name='order_document_not_empty'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='orderdocument',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='2cb9fce5b73920230e83c9e964403525eb0debff', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e6827', table='orders_orderdocument', when='BEFORE')),
        ),
    ]
