"""What forces are told of decisions: added to, numbered once, never changed."""

import common.ids
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_officer_identity'),
        ('breaches', '0021_order_changes'),
    ]

    operations = [
        migrations.CreateModel(
            name='BreachEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=common.ids.uuid7, editable=False, unique=True)),
                ('sequence', models.BigIntegerField(editable=False, null=True)),
                ('kind', models.CharField(max_length=12)),
                ('report', models.UUIDField()),
                ('decision', models.UUIDField()),
                ('overturns', models.UUIDField(null=True, unique=True)),
                ('decided_at', models.DateTimeField()),
                ('reference', models.CharField(max_length=64)),
                ('state', models.CharField(max_length=24)),
                ('about', models.UUIDField(null=True)),
                ('order_reference', models.CharField(blank=True, max_length=64)),
                ('order_force', models.CharField(blank=True, max_length=2)),
                ('event_sequence', models.BigIntegerField(editable=False, null=True)),
                ('force', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.force')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('sequence__isnull', True)), fields=['force', 'id'], name='breach_entry_unnumbered'), models.Index(fields=['report', 'force', 'id'], name='breach_entry_of_report')],
                'constraints': [models.UniqueConstraint(fields=('force', 'sequence'), name='breach_entry_sequence_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['verified', 'overturned'])), name='breach_entry_kind_known'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'verified'), ('overturns__isnull', True)), models.Q(('kind', 'overturned'), ('overturns__isnull', False)), _connector='OR'), name='breach_entry_overturns_one'), models.CheckConstraint(condition=models.Q(('sequence__isnull', True), ('sequence__gte', 1), _connector='OR'), name='breach_entry_from_one'), models.CheckConstraint(condition=models.Q(models.Q(('about__isnull', True), ('order_force', ''), ('order_reference', '')), models.Q(('about__isnull', False), models.Q(('order_reference', ''), _negated=True), models.Q(('order_force', ''), _negated=True)), _connector='OR'), name='breach_entry_order_whole')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='breachentry',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='27ff96b29640639b0065444dbb5e42c2b1dd24df', operation='DELETE', pgid='pgtrigger_never_deleted_d5737', table='breaches_breachentry', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='breachentry',
            trigger=pgtrigger.compiler.Trigger(name='only_numbered', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                IF OLD.sequence IS NOT NULL\n                   OR to_jsonb(OLD) - 'sequence' IS DISTINCT FROM to_jsonb(NEW) - 'sequence' THEN\n                    RAISE EXCEPTION 'what a force was told of a decision is numbered once, and never changed';\n                END IF;\n                RETURN NEW;\n                ", hash='abc292b45d94993651f91ce1345035a17dd5eccc', operation='UPDATE', pgid='pgtrigger_only_numbered_f2403', table='breaches_breachentry', when='BEFORE')),
        ),
    ]
