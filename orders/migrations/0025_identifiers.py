"""By what people are known beside the versions of an order; it comes with the order's terms in the same round trip."""

from importlib import import_module
from django.db import migrations, models
import common.ids
import database.sealed
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
import pgtrigger.compiler
import pgtrigger.migrations

_before = import_module("orders.migrations.0021_services_in_terms")
_DROP = "DROP FUNCTION orders_terms(uuid[], uuid[])"

# Once for the order, with the row of its first version: what comes is one question, whatever the number of versions.
TERMS = _before.TERMS.replace("approvals text, accounts text\n)", "approvals text, accounts text, identifiers text\n)").replace(
    "WHERE p.order_id = o.id AND p.user_id IS NOT NULL)::text\n",
    """WHERE p.order_id = o.id AND p.user_id IS NOT NULL)::text,
         CASE WHEN v.number = 1 THEN
           (SELECT jsonb_agg(jsonb_build_array(i.id, i.starts_at, i.ends_at, encode(i.said, 'hex')) ORDER BY i.id)
              FROM orders_personidentifier i
             WHERE i.order_id = o.id AND i.role = 'respondent' AND i.key = '' AND i.retired_at IS NULL)::text
         END
""",
)


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0024_times_by_their_starts'),
    ]

    operations = [
        migrations.CreateModel(
            name='PersonIdentifier',
            fields=[
                ('id', models.UUIDField(default=common.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('role', models.CharField(max_length=16)),
                ('key', models.CharField(blank=True, max_length=16)),
                ('kind', models.CharField(max_length=8)),
                ('said', database.sealed.SealedJSON()),
                ('starts_at', models.DateTimeField(null=True)),
                ('ends_at', models.DateTimeField(null=True)),
                ('digest', models.BinaryField(max_length=32)),
                ('mark_kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), blank=True, default=list, size=None)),
                ('mark_digests', django.contrib.postgres.fields.ArrayField(base_field=models.BinaryField(max_length=32), blank=True, default=list, size=None)),
                ('recorded_at', models.DateTimeField()),
                ('recorded_by', models.CharField(max_length=64)),
                ('retired_at', models.DateTimeField(null=True)),
                ('retired_by', models.CharField(blank=True, max_length=64)),
                ('retired_why', database.sealed.SealedText(blank=True, default='')),
                ('order', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='identifiers', to='orders.order')),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(condition=models.Q(('retired_at', None)), fields=['mark_digests'], name='identifier_who_else'), models.Index(fields=['order', 'recorded_at'], name='identifier_of_order')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('retired_at', None)), fields=('order', 'role', 'key', 'digest'), name='identifier_once'), models.CheckConstraint(condition=models.Q(('kind__in', ('phone', 'email', 'social', 'vehicle', 'address', 'other'))), name='identifier_kind_known'), models.CheckConstraint(condition=models.Q(models.Q(('key', ''), ('role', 'respondent')), models.Q(('role', 'protected_person'), models.Q(('key', ''), _negated=True)), _connector='OR'), name='identifier_of_somebody'), models.CheckConstraint(condition=models.Q(('starts_at', None), ('ends_at', None), ('ends_at__gt', models.F('starts_at')), _connector='OR'), name='identifier_ends_after_start'), models.CheckConstraint(condition=models.Q(models.Q(('retired_at', None), ('retired_by', '')), models.Q(('retired_at__isnull', False), models.Q(('retired_by', ''), _negated=True)), _connector='OR'), name='identifier_retired_by_somebody'), models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('digest'), 32), name='identifier_whole_digest'), models.CheckConstraint(condition=models.Q(('mark_kinds__contained_by', ['name_and_birth_date', 'phone', 'email', 'social', 'vehicle'])), name='identifier_mark_kinds_known'), models.CheckConstraint(condition=django.db.models.lookups.Exact(models.Func(models.F('mark_kinds'), function='cardinality', output_field=models.IntegerField()), models.Func(models.F('mark_digests'), function='cardinality', output_field=models.IntegerField())), name='identifier_marks_whole')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='personidentifier',
            trigger=pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='34d13b8d532f463d3de7c3012bfb05009529c6a2', operation='DELETE', pgid='pgtrigger_never_deleted_b49e8', table='orders_personidentifier', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='personidentifier',
            trigger=pgtrigger.compiler.Trigger(name='only_retired', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF (OLD.id, OLD.order_id, OLD.role, OLD.key, OLD.kind, OLD.starts_at, OLD.ends_at, OLD.recorded_at, OLD.recorded_by)\n       IS DISTINCT FROM\n       (NEW.id, NEW.order_id, NEW.role, NEW.key, NEW.kind, NEW.starts_at, NEW.ends_at, NEW.recorded_at, NEW.recorded_by)\n       OR (OLD.retired_at IS NOT NULL\n           AND (OLD.retired_at, OLD.retired_by) IS DISTINCT FROM (NEW.retired_at, NEW.retired_by)) THEN\n        RAISE EXCEPTION 'an identifier is retired, never changed';\n    END IF;\n    RETURN NEW;\n    ", hash='e2e63edcd6c2698e25e66f353cfbdd9c8cc039e7', operation='UPDATE', pgid='pgtrigger_only_retired_83c69', table='orders_personidentifier', when='BEFORE')),
        ),
        migrations.RunSQL(_DROP, _before.TERMS),
        migrations.RunSQL(TERMS, _DROP),
    ]
