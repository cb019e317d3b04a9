"""How fixes lie by terms that reached back to them: further answers beside the first."""

import common.ids
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('breaches', '0016_sealed_messages'),
        ('orders', '0014_invitations'),
    ]

    operations = [
        migrations.CreateModel(
            name='FixJudgement',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('device', models.CharField(max_length=64)),
                ('recorded_at', models.DateTimeField()),
                ('judged_at', models.DateTimeField()),
                ('near', models.CharField(max_length=5)),
                ('version', models.PositiveIntegerField(null=True)),
                ('zones', models.JSONField()),
                ('order', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.order')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('order', 'device', 'recorded_at', 'judged_at'), name='fix_judged_once_at_a_time'), models.CheckConstraint(condition=models.Q(('near__in', ('none', 'ring', 'touch'))), name='fix_judged_near_known'), models.CheckConstraint(condition=models.Q(models.Q(('near', 'none'), ('version', None), ('zones', [])), models.Q(models.Q(('near', 'none'), _negated=True), ('version__gt', 0), ('version__isnull', False), models.Q(('zones', []), _negated=True)), _connector='OR'), name='fix_judged_where_near')],
            },
        ),
        # An answer speaks of a fix that is there, and so keeps it.
        migrations.RunSQL(
            """ALTER TABLE breaches_fixjudgement ADD CONSTRAINT fix_judged_of_fix
               FOREIGN KEY (order_id, device, recorded_at) REFERENCES breaches_trackfix (order_id, device, recorded_at)""",
            "ALTER TABLE breaches_fixjudgement DROP CONSTRAINT fix_judged_of_fix",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='fixjudgement',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='934528c31c06324188206fa6c48ba2a4e9b85fd2', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_eacff', table='breaches_fixjudgement', when='BEFORE')),
        ),
    ]
