"""Records of an order can be withdrawn, and a service is of a version: those on record are of the one then in force."""

import database.sealed
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


# What was the one in force when it was served; before the first began, that one; of an order that never was, the last.
FILL = """
SET LOCAL statement_timeout = 0;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE orders_service DISABLE TRIGGER USER;
UPDATE orders_service s SET version_id = coalesce(
  (SELECT t.version_id FROM orders_inforce t
    WHERE t.order_id = s.order_id AND upper_inf(t.known) AND lower(t.during) <= s.served_at
    ORDER BY lower(t.during) DESC LIMIT 1),
  (SELECT t.version_id FROM orders_inforce t
    WHERE t.order_id = s.order_id AND upper_inf(t.known) ORDER BY lower(t.during) LIMIT 1),
  (SELECT v.id FROM orders_orderversion v WHERE v.order_id = s.order_id ORDER BY v.number DESC LIMIT 1));
ALTER TABLE orders_service ENABLE TRIGGER USER;
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_officer_identity'),
        ('orders', '0019_rows_apart_and_warnings'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='appeal',
            name='append_only',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='determination',
            name='append_only',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='discharge',
            name='append_only',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='notification',
            name='append_only',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='notificationevent',
            name='append_only',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='service',
            name='append_only',
        ),
        migrations.RemoveConstraint(
            model_name='appeal',
            name='appeal_lodged_once',
        ),
        migrations.RemoveConstraint(
            model_name='appeal',
            name='appeal_decided_once',
        ),
        migrations.RemoveConstraint(
            model_name='notificationevent',
            name='notification_event_once',
        ),
        migrations.AddField(
            model_name='appeal',
            name='withdrawn_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='appeal',
            name='withdrawn_by',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
        migrations.AddField(
            model_name='appeal',
            name='withdrawn_reason',
            field=database.sealed.SealedText(null=True),
        ),
        migrations.AddField(
            model_name='appeal',
            name='withdrawn_staff_id',
            field=models.CharField(blank=True, default='', max_length=32),
        ),
        migrations.AddField(
            model_name='determination',
            name='withdrawn_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='determination',
            name='withdrawn_by',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
        migrations.AddField(
            model_name='determination',
            name='withdrawn_reason',
            field=database.sealed.SealedText(null=True),
        ),
        migrations.AddField(
            model_name='determination',
            name='withdrawn_staff_id',
            field=models.CharField(blank=True, default='', max_length=32),
        ),
        migrations.AddField(
            model_name='discharge',
            name='withdrawn_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='discharge',
            name='withdrawn_by',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
        migrations.AddField(
            model_name='discharge',
            name='withdrawn_reason',
            field=database.sealed.SealedText(null=True),
        ),
        migrations.AddField(
            model_name='discharge',
            name='withdrawn_staff_id',
            field=models.CharField(blank=True, default='', max_length=32),
        ),
        migrations.AddField(
            model_name='notification',
            name='withdrawn_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='notification',
            name='withdrawn_by',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
        migrations.AddField(
            model_name='notification',
            name='withdrawn_reason',
            field=database.sealed.SealedText(null=True),
        ),
        migrations.AddField(
            model_name='notification',
            name='withdrawn_staff_id',
            field=models.CharField(blank=True, default='', max_length=32),
        ),
        migrations.AddField(
            model_name='notificationevent',
            name='withdrawn_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='notificationevent',
            name='withdrawn_by',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
        migrations.AddField(
            model_name='notificationevent',
            name='withdrawn_reason',
            field=database.sealed.SealedText(null=True),
        ),
        migrations.AddField(
            model_name='notificationevent',
            name='withdrawn_staff_id',
            field=models.CharField(blank=True, default='', max_length=32),
        ),
        migrations.AddField(
            model_name='service',
            name='version',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='services', to='orders.orderversion'),
        ),
        migrations.AddField(
            model_name='service',
            name='withdrawn_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='service',
            name='withdrawn_by',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
        migrations.AddField(
            model_name='service',
            name='withdrawn_reason',
            field=database.sealed.SealedText(null=True),
        ),
        migrations.AddField(
            model_name='service',
            name='withdrawn_staff_id',
            field=models.CharField(blank=True, default='', max_length=32),
        ),
        migrations.AlterField(
            model_name='determination',
            name='order',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='determinations', to='orders.order'),
        ),
        migrations.AlterField(
            model_name='discharge',
            name='order',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='discharges', to='orders.order'),
        ),
        migrations.AddIndex(
            model_name='appeal',
            index=models.Index(fields=['order', 'recorded_at'], name='appeal_of_order'),
        ),
        migrations.AddIndex(
            model_name='determination',
            index=models.Index(fields=['order', 'recorded_at'], name='determination_of_order'),
        ),
        migrations.AddIndex(
            model_name='discharge',
            index=models.Index(fields=['order', 'recorded_at'], name='discharge_of_order'),
        ),
        migrations.AddIndex(
            model_name='notificationevent',
            index=models.Index(fields=['order', 'recorded_at'], name='notification_event_of_order'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='appeal',
            trigger=pgtrigger.compiler.Trigger(name='only_withdrawn', sql=pgtrigger.compiler.UpsertTriggerSql(declare="DECLARE marks text[] := ARRAY['withdrawn_at', 'withdrawn_by', 'withdrawn_staff_id', 'withdrawn_reason'];", func="\n        IF TG_OP = 'DELETE' OR OLD.withdrawn_at IS NOT NULL OR NEW.withdrawn_at IS NULL\n           OR to_jsonb(OLD) - marks IS DISTINCT FROM to_jsonb(NEW) - marks THEN\n            RAISE EXCEPTION 'Cannot update or delete rows from % table: they are withdrawn once', TG_TABLE_NAME;\n        END IF;\n        RETURN NEW;\n    ", hash='fcc4b8b8e3fb12cef888d244550fc067f9189f0d', operation='UPDATE OR DELETE', pgid='pgtrigger_only_withdrawn_8717d', table='orders_appeal', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='determination',
            trigger=pgtrigger.compiler.Trigger(name='only_withdrawn', sql=pgtrigger.compiler.UpsertTriggerSql(declare="DECLARE marks text[] := ARRAY['withdrawn_at', 'withdrawn_by', 'withdrawn_staff_id', 'withdrawn_reason'];", func="\n        IF TG_OP = 'DELETE' OR OLD.withdrawn_at IS NOT NULL OR NEW.withdrawn_at IS NULL\n           OR to_jsonb(OLD) - marks IS DISTINCT FROM to_jsonb(NEW) - marks THEN\n            RAISE EXCEPTION 'Cannot update or delete rows from % table: they are withdrawn once', TG_TABLE_NAME;\n        END IF;\n        RETURN NEW;\n    ", hash='9d3274636c017cc0002e19afd8864c6ba1b0f13a', operation='UPDATE OR DELETE', pgid='pgtrigger_only_withdrawn_10bbc', table='orders_determination', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='discharge',
            trigger=pgtrigger.compiler.Trigger(name='only_withdrawn', sql=pgtrigger.compiler.UpsertTriggerSql(declare="DECLARE marks text[] := ARRAY['withdrawn_at', 'withdrawn_by', 'withdrawn_staff_id', 'withdrawn_reason'];", func="\n        IF TG_OP = 'DELETE' OR OLD.withdrawn_at IS NOT NULL OR NEW.withdrawn_at IS NULL\n           OR to_jsonb(OLD) - marks IS DISTINCT FROM to_jsonb(NEW) - marks THEN\n            RAISE EXCEPTION 'Cannot update or delete rows from % table: they are withdrawn once', TG_TABLE_NAME;\n        END IF;\n        RETURN NEW;\n    ", hash='a3322ee4ab3228476e60feed66839c1f84e2d5e2', operation='UPDATE OR DELETE', pgid='pgtrigger_only_withdrawn_01878', table='orders_discharge', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='notification',
            trigger=pgtrigger.compiler.Trigger(name='only_withdrawn', sql=pgtrigger.compiler.UpsertTriggerSql(declare="DECLARE marks text[] := ARRAY['withdrawn_at', 'withdrawn_by', 'withdrawn_staff_id', 'withdrawn_reason'];", func="\n        IF TG_OP = 'DELETE' OR OLD.withdrawn_at IS NOT NULL OR NEW.withdrawn_at IS NULL\n           OR to_jsonb(OLD) - marks IS DISTINCT FROM to_jsonb(NEW) - marks THEN\n            RAISE EXCEPTION 'Cannot update or delete rows from % table: they are withdrawn once', TG_TABLE_NAME;\n        END IF;\n        RETURN NEW;\n    ", hash='6a57d7cf53a825eb3e44ec800147295ab89dc087', operation='UPDATE OR DELETE', pgid='pgtrigger_only_withdrawn_d1eb7', table='orders_notification', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='notificationevent',
            trigger=pgtrigger.compiler.Trigger(name='only_withdrawn', sql=pgtrigger.compiler.UpsertTriggerSql(declare="DECLARE marks text[] := ARRAY['withdrawn_at', 'withdrawn_by', 'withdrawn_staff_id', 'withdrawn_reason'];", func="\n        IF TG_OP = 'DELETE' OR OLD.withdrawn_at IS NOT NULL OR NEW.withdrawn_at IS NULL\n           OR to_jsonb(OLD) - marks IS DISTINCT FROM to_jsonb(NEW) - marks THEN\n            RAISE EXCEPTION 'Cannot update or delete rows from % table: they are withdrawn once', TG_TABLE_NAME;\n        END IF;\n        RETURN NEW;\n    ", hash='af8d222d5083d3dae81f60603c0572713a69398a', operation='UPDATE OR DELETE', pgid='pgtrigger_only_withdrawn_f7c22', table='orders_notificationevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='service',
            trigger=pgtrigger.compiler.Trigger(name='only_withdrawn', sql=pgtrigger.compiler.UpsertTriggerSql(declare="DECLARE marks text[] := ARRAY['withdrawn_at', 'withdrawn_by', 'withdrawn_staff_id', 'withdrawn_reason'];", func="\n        IF TG_OP = 'DELETE' OR OLD.withdrawn_at IS NOT NULL OR NEW.withdrawn_at IS NULL\n           OR to_jsonb(OLD) - marks IS DISTINCT FROM to_jsonb(NEW) - marks THEN\n            RAISE EXCEPTION 'Cannot update or delete rows from % table: they are withdrawn once', TG_TABLE_NAME;\n        END IF;\n        RETURN NEW;\n    ", hash='115575631a613d5810a18b6fa5d78cf99b0f0c61', operation='UPDATE OR DELETE', pgid='pgtrigger_only_withdrawn_1b535', table='orders_service', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='appeal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at', None), ('withdrawn_by', ''), ('withdrawn_reason', None), ('withdrawn_staff_id', '')), models.Q(('withdrawn_at__isnull', False), ('withdrawn_reason__isnull', False), models.Q(('withdrawn_by', ''), _negated=True)), _connector='OR'), name='appeal_withdrawn_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='appeal',
            constraint=models.UniqueConstraint(condition=models.Q(('outcome', ''), ('withdrawn_at', None)), fields=('order', 'lodged_on'), name='appeal_lodged_once'),
        ),
        migrations.AddConstraint(
            model_name='appeal',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('outcome', ''), _negated=True), ('withdrawn_at', None)), fields=('order', 'lodged_on'), name='appeal_decided_once'),
        ),
        migrations.AddConstraint(
            model_name='determination',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at', None), ('withdrawn_by', ''), ('withdrawn_reason', None), ('withdrawn_staff_id', '')), models.Q(('withdrawn_at__isnull', False), ('withdrawn_reason__isnull', False), models.Q(('withdrawn_by', ''), _negated=True)), _connector='OR'), name='determination_withdrawn_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='determination',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('order',), name='determination_once'),
        ),
        migrations.AddConstraint(
            model_name='discharge',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at', None), ('withdrawn_by', ''), ('withdrawn_reason', None), ('withdrawn_staff_id', '')), models.Q(('withdrawn_at__isnull', False), ('withdrawn_reason__isnull', False), models.Q(('withdrawn_by', ''), _negated=True)), _connector='OR'), name='discharge_withdrawn_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='discharge',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('order',), name='discharge_once'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at', None), ('withdrawn_by', ''), ('withdrawn_reason', None), ('withdrawn_staff_id', '')), models.Q(('withdrawn_at__isnull', False), ('withdrawn_reason__isnull', False), models.Q(('withdrawn_by', ''), _negated=True)), _connector='OR'), name='notification_withdrawn_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='notificationevent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at', None), ('withdrawn_by', ''), ('withdrawn_reason', None), ('withdrawn_staff_id', '')), models.Q(('withdrawn_at__isnull', False), ('withdrawn_reason__isnull', False), models.Q(('withdrawn_by', ''), _negated=True)), _connector='OR'), name='notification_event_withdrawn_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='notificationevent',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('order', 'kind', 'event_on'), name='notification_event_once'),
        ),
        migrations.AddConstraint(
            model_name='service',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at', None), ('withdrawn_by', ''), ('withdrawn_reason', None), ('withdrawn_staff_id', '')), models.Q(('withdrawn_at__isnull', False), ('withdrawn_reason__isnull', False), models.Q(('withdrawn_by', ''), _negated=True)), _connector='OR'), name='service_withdrawn_with_reason'),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='service',
            name='version',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='services', to='orders.orderversion'),
        ),
    ]
