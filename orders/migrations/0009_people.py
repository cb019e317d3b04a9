"""The same person across orders: keyed hashes of what finds them, and who said that two are one."""

import common.ids
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.math
import django.db.models.functions.text
import django.db.models.lookups
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0008_imports'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='MatchKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=16)),
                ('key', models.CharField(blank=True, max_length=16)),
                ('kind', models.CharField(max_length=20)),
                ('digest', models.BinaryField(max_length=32)),
                ('version', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='match_keys', to='orders.orderversion')),
            ],
            options={
                'indexes': [models.Index(fields=['digest'], name='match_key_who_else')],
                'constraints': [
                    models.UniqueConstraint(fields=('version', 'role', 'key', 'digest'), name='match_key_once'),
                    models.CheckConstraint(condition=models.Q(('kind__in', ('name_and_birth_date', 'phone', 'email', 'social', 'vehicle'))), name='match_key_kind_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('key', ''), ('role', 'respondent')), models.Q(('role', 'protected_person'), models.Q(('key', ''), _negated=True)), _connector='OR'), name='match_key_of_somebody'),
                    models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('digest'), 32), name='match_key_whole_digest'),
                ],
            },
        ),
        migrations.CreateModel(
            name='SamePerson',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('role', models.CharField(max_length=16)),
                ('first_key', models.CharField(blank=True, max_length=16)),
                ('second_key', models.CharField(blank=True, max_length=16)),
                ('number', models.PositiveIntegerField()),
                ('linked', models.BooleanField()),
                ('rests_on', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), blank=True, size=None)),
                ('reason', models.TextField()),
                ('staff_id', models.CharField(max_length=32)),
                ('done_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('done_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('first', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.order')),
                ('second', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.order')),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('first', 'first_key', 'second', 'second_key', 'role', 'number'), name='same_person_once_a_turn'),
                    models.CheckConstraint(condition=models.Q(('first__lt', models.F('second'))), name='same_person_two_orders'),
                    models.CheckConstraint(condition=models.Q(models.Q(('first_key', ''), ('role', 'respondent'), ('second_key', '')), models.Q(('role', 'protected_person'), models.Q(('first_key', ''), _negated=True), models.Q(('second_key', ''), _negated=True)), _connector='OR'), name='same_person_of_somebody'),
                    models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='same_person_from_one'),
                    models.CheckConstraint(condition=models.Q(('linked', django.db.models.lookups.Exact(django.db.models.functions.math.Mod(models.F('number'), 2), 1))), name='same_person_in_turn'),
                    models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='same_person_has_reason'),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sameperson',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='cf77df418ed3b0c694889b12b7c3f645eadc29ab', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_f3102', table='orders_sameperson', when='BEFORE')),
        ),
    ]
