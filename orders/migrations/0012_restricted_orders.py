"""Restricted orders are closed to all but a list of readers."""

import common.ids
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.math
import django.db.models.lookups
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_support'),
        ('orders', '0011_zones_touched'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='OrderReader',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('client', models.CharField(blank=True, max_length=100)),
                ('number', models.PositiveIntegerField()),
                ('listed', models.BooleanField()),
                ('reason', models.TextField()),
                ('done_by', models.CharField(max_length=100)),
                ('staff_id', models.CharField(blank=True, max_length=32)),
                ('done_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.AddField(
            model_name='order',
            name='restricted',
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('restricted', True)), fields=['force'], name='order_restricted'),
        ),
        migrations.AddField(
            model_name='orderreader',
            name='order',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='readers', to='orders.order'),
        ),
        migrations.AddField(
            model_name='orderreader',
            name='person',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='orderreader',
            constraint=models.UniqueConstraint(fields=('order', 'person', 'client', 'number'), name='order_reader_once_a_turn', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='orderreader',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('person__isnull', True), models.Q(('client', ''), _negated=True)), models.Q(('client', ''), ('person__isnull', False)), _connector='OR'), name='order_reader_is_somebody'),
        ),
        migrations.AddConstraint(
            model_name='orderreader',
            constraint=models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='order_reader_from_one'),
        ),
        migrations.AddConstraint(
            model_name='orderreader',
            constraint=models.CheckConstraint(condition=models.Q(('listed', django.db.models.lookups.Exact(django.db.models.functions.math.Mod('number', 2), 1))), name='order_reader_in_turn'),
        ),
        migrations.AddConstraint(
            model_name='orderreader',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='order_reader_has_reason'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='orderreader',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f925ad3985ab20153d4daca106d6e414241574c2', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_1f036', table='orders_orderreader', when='BEFORE')),
        ),
    ]
