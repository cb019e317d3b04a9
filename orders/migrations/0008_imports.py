"""Files of existing orders on their way in; a look every minute at what a killed worker left behind."""

import common.ids
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.db import migrations, models


NAME = "orders imports"


def schedule(apps, schema_editor):
    # By name, so that applying it again changes nothing.
    apps.get_model("django_q", "Schedule").objects.update_or_create(
        name=NAME,
        defaults={"func": "orders.tasks.sweep_imports", "schedule_type": "I", "minutes": 1, "repeats": -1},
    )


def unschedule(apps, schema_editor):
    apps.get_model("django_q", "Schedule").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_forces"),
        ("orders", "0007_papers"),
        ("django_q", "0019_alter_task_options_alter_ormq_key_alter_ormq_lock_and_more"),
    ]

    operations = [
        migrations.CreateModel(
            name='OrderImport',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('requested_by', models.CharField(max_length=64)),
                ('kind', models.CharField(max_length=6)),
                ('dry_run', models.BooleanField()),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('size', models.BigIntegerField(default=0)),
                ('encoding', models.CharField(blank=True, max_length=9)),
                ('line_end', models.CharField(blank=True, max_length=2)),
                ('delimiter', models.CharField(blank=True, max_length=1)),
                ('columns', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None)),
                ('state', models.CharField(default='receiving', max_length=9)),
                ('next_byte', models.BigIntegerField(default=0)),
                ('next_row', models.BigIntegerField(default=1)),
                ('rows', models.BigIntegerField(default=0)),
                ('created', models.BigIntegerField(default=0)),
                ('versioned', models.BigIntegerField(default=0)),
                ('duplicates', models.BigIntegerField(default=0)),
                ('bad', models.BigIntegerField(default=0)),
                ('received_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('finished_at', models.DateTimeField(null=True)),
                ('lease', models.UUIDField(editable=False, null=True)),
                ('leased_until', models.DateTimeField(editable=False, null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('force', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.force')),
            ],
        ),
        migrations.CreateModel(
            name='ImportProblem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.BigIntegerField()),
                ('field', models.CharField(blank=True, max_length=200)),
                ('code', models.CharField(max_length=48)),
                ('do', models.CharField(max_length=300)),
                ('job', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='problems', to='orders.orderimport')),
            ],
        ),
        migrations.CreateModel(
            name='ImportPiece',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('sealed', models.BinaryField()),
                ('job', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='pieces', to='orders.orderimport')),
            ],
        ),
        migrations.CreateModel(
            name='ImportedOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.BigIntegerField()),
                ('reference', models.CharField(max_length=64)),
                ('outcome', models.CharField(max_length=9)),
                ('version', models.PositiveIntegerField(null=True)),
                ('changes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), blank=True, default=list, size=None)),
                ('job', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='orders', to='orders.orderimport')),
            ],
        ),
        migrations.AddIndex(
            model_name='orderimport',
            index=models.Index(fields=['force', 'id'], name='import_of_force'),
        ),
        migrations.AddIndex(
            model_name='orderimport',
            index=models.Index(condition=models.Q(('state__in', ['done', 'failed']), _negated=True), fields=['received_at'], name='import_unfinished'),
        ),
        migrations.AddConstraint(
            model_name='orderimport',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['queued', 'running', 'done'])), fields=('force', 'sha256', 'kind', 'dry_run'), name='import_of_a_file_once'),
        ),
        migrations.AddConstraint(
            model_name='orderimport',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('receiving', 'queued', 'running', 'done', 'failed'))), name='import_state_known'),
        ),
        migrations.AddConstraint(
            model_name='orderimport',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('csv', 'ndjson'))), name='import_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='orderimport',
            constraint=models.CheckConstraint(condition=models.Q(('encoding__in', ['', 'utf-8', 'utf-16-le', 'utf-16-be', 'cp1252'])), name='import_encoding_known'),
        ),
        migrations.AddConstraint(
            model_name='orderimport',
            constraint=models.CheckConstraint(condition=models.Q(('line_end__in', ['', 'lf', 'cr'])), name='import_line_end_known'),
        ),
        migrations.AddConstraint(
            model_name='orderimport',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'receiving'), models.Q(('sha256__regex', '^[0-9a-f]{64}$'), models.Q(('encoding', ''), _negated=True)), _connector='OR'), name='import_received_whole'),
        ),
        migrations.AddConstraint(
            model_name='orderimport',
            constraint=models.CheckConstraint(condition=models.Q(('rows', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('created'), '+', models.F('versioned')), '+', models.F('duplicates')), '+', models.F('bad'))), ('bad__gte', 0), ('created__gte', 0), ('duplicates__gte', 0), ('versioned__gte', 0)), name='import_counts_add_up'),
        ),
        migrations.AddConstraint(
            model_name='orderimport',
            constraint=models.CheckConstraint(condition=models.Q(('next_byte__gte', 0), ('next_byte__lte', models.F('size')), ('next_row__gte', 1)), name='import_place_inside_file'),
        ),
        migrations.AddConstraint(
            model_name='orderimport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', False), ('state__in', ['done', 'failed'])), models.Q(models.Q(('state__in', ['done', 'failed']), _negated=True), ('finished_at__isnull', True)), _connector='OR'), name='import_finished_when'),
        ),
        migrations.AddConstraint(
            model_name='orderimport',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lease__isnull', True), ('leased_until__isnull', True)), models.Q(('lease__isnull', False), ('leased_until__isnull', False), ('state', 'running')), _connector='OR'), name='import_lease_has_end'),
        ),
        migrations.AddIndex(
            model_name='importproblem',
            index=models.Index(fields=['job', 'row', 'id'], name='import_problem_of_job'),
        ),
        migrations.AddConstraint(
            model_name='importproblem',
            constraint=models.CheckConstraint(condition=models.Q(('row__gte', 1)), name='import_problem_row_from_one'),
        ),
        migrations.AddConstraint(
            model_name='importproblem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('code', ''), _negated=True), models.Q(('do', ''), _negated=True)), name='import_problem_has_code'),
        ),
        migrations.AddConstraint(
            model_name='importpiece',
            constraint=models.UniqueConstraint(fields=('job', 'number'), name='import_piece_once'),
        ),
        migrations.AddIndex(
            model_name='importedorder',
            index=models.Index(condition=models.Q(('outcome', 'versioned')), fields=['job', 'row'], name='imported_order_changed'),
        ),
        migrations.AddConstraint(
            model_name='importedorder',
            constraint=models.UniqueConstraint(fields=('job', 'reference'), name='imported_order_once_a_file'),
        ),
        migrations.AddConstraint(
            model_name='importedorder',
            constraint=models.CheckConstraint(condition=models.Q(('outcome__in', ('created', 'versioned', 'duplicate', 'bad'))), name='imported_order_outcome_known'),
        ),
        migrations.AddConstraint(
            model_name='importedorder',
            constraint=models.CheckConstraint(condition=models.Q(('row__gte', 1)), name='imported_order_row_from_one'),
        ),
        migrations.AddConstraint(
            model_name='importedorder',
            constraint=models.CheckConstraint(condition=models.Q(('outcome', 'versioned'), ('changes', []), _connector='OR'), name='imported_order_changes_of_versions'),
        ),
        migrations.RunPython(schedule, unschedule),
    ]
