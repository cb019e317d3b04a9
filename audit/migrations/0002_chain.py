"""The trail is chained after the fact, every minute, and each day sealed."""

import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


NAME = "audit chain"


def schedule(apps, schema_editor):
    # By name, so that applying it again changes nothing.
    apps.get_model("django_q", "Schedule").objects.update_or_create(
        name=NAME,
        defaults={"func": "audit.tasks.chain_trail", "schedule_type": "I", "minutes": 1, "repeats": -1},
    )


def unschedule(apps, schema_editor):
    apps.get_model("django_q", "Schedule").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0001_initial'),
        ('django_q', '0019_alter_task_options_alter_ormq_key_alter_ormq_lock_and_more'),
    ]

    operations = [
        migrations.CreateModel(
            name='DaySeal',
            fields=[
                ('day', models.DateField(primary_key=True, serialize=False)),
                ('heads', models.JSONField()),
                ('digest', models.CharField(max_length=64)),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name='Link',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='link', serialize=False, to='audit.entry')),
                ('organisation', models.CharField(blank=True, max_length=8)),
                ('sequence', models.BigIntegerField()),
                ('digest', models.BinaryField(max_length=32)),
                ('chained_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='dayseal',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='dbf364d78882ae3b3b49076d7527b7dcacadfd83', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a763d', table='audit_dayseal', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='link',
            index=models.Index(fields=['chained_at'], name='audit_link_when'),
        ),
        migrations.AddConstraint(
            model_name='link',
            constraint=models.UniqueConstraint(fields=('organisation', 'sequence'), name='audit_link_once'),
        ),
        migrations.AddConstraint(
            model_name='link',
            constraint=models.CheckConstraint(condition=models.Q(('sequence__gte', 1)), name='audit_link_from_one'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='link',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='63278644e0bed375aa4b634cff6b547cf53a1b39', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_aec60', table='audit_link', when='BEFORE')),
        ),
        migrations.RunPython(schedule, unschedule),
    ]
