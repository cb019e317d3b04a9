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

# Of each kind of record: its table, the name for its constraint, and how pgtrigger names and knows its trigger.
KINDS = {
    'appeal': ('orders_appeal', 'appeal', '8717d', 'fcc4b8b8e3fb12cef888d244550fc067f9189f0d'),
    'determination': ('orders_determination', 'determination', '10bbc', '9d3274636c017cc0002e19afd8864c6ba1b0f13a'),
    'discharge': ('orders_discharge', 'discharge', '01878', 'a3322ee4ab3228476e60feed66839c1f84e2d5e2'),
    'notification': ('orders_notification', 'notification', 'd1eb7', '6a57d7cf53a825eb3e44ec800147295ab89dc087'),
    'notificationevent': (
        'orders_notificationevent', 'notification_event', 'f7c22', 'af8d222d5083d3dae81f60603c0572713a69398a',
    ),
    'service': ('orders_service', 'service', '1b535', '115575631a613d5810a18b6fa5d78cf99b0f0c61'),
}
ONCE = {
    'determination': ('determination_once', ('order',)),
    'discharge': ('discharge_once', ('order',)),
    'notificationevent': ('notification_event_once', ('order', 'kind', 'event_on')),
}
# A row is added, may be withdrawn once, and changes in no other way.
DECLARE = "DECLARE marks text[] := ARRAY['withdrawn_at', 'withdrawn_by', 'withdrawn_staff_id', 'withdrawn_reason'];"
FUNC = """
        IF TG_OP = 'DELETE' OR OLD.withdrawn_at IS NOT NULL OR NEW.withdrawn_at IS NULL
           OR to_jsonb(OLD) - marks IS DISTINCT FROM to_jsonb(NEW) - marks THEN
            RAISE EXCEPTION 'Cannot update or delete rows from % table: they are withdrawn once', TG_TABLE_NAME;
        END IF;
        RETURN NEW;
    """
NOT_WITHDRAWN = (('withdrawn_at', None), ('withdrawn_by', ''), ('withdrawn_reason', None), ('withdrawn_staff_id', ''))
STANDING = ('withdrawn_at', None)


def add_fields(kind):
    """When, by whom and why a record was withdrawn."""
    fields = {
        'withdrawn_at': models.DateTimeField(null=True),
        'withdrawn_by': models.CharField(blank=True, default='', max_length=64),
        'withdrawn_reason': database.sealed.SealedText(null=True),
        'withdrawn_staff_id': models.CharField(blank=True, default='', max_length=32),
    }
    return [migrations.AddField(model_name=kind, name=name, field=field) for name, field in fields.items()]


def add_trigger(kind):
    """In place of the one by which nothing could change at all."""
    table, _, pgid, known_as = KINDS[kind]
    sql = pgtrigger.compiler.UpsertTriggerSql(
        declare=DECLARE,
        func=FUNC,
        hash=known_as,
        operation='UPDATE OR DELETE',
        pgid=f'pgtrigger_only_withdrawn_{pgid}',
        table=table,
        when='BEFORE',
    )
    trigger = pgtrigger.compiler.Trigger(name='only_withdrawn', sql=sql)
    return pgtrigger.migrations.AddTrigger(model_name=kind, trigger=trigger)


def add_reason(kind):
    """Who, when and why stand together, or none of them does."""
    whole = models.Q(
        ('withdrawn_at__isnull', False),
        ('withdrawn_reason__isnull', False),
        models.Q(('withdrawn_by', ''), _negated=True),
    )
    condition = models.Q(models.Q(*NOT_WITHDRAWN), whole, _connector='OR')
    name = f'{KINDS[kind][1]}_withdrawn_with_reason'
    return migrations.AddConstraint(
        model_name=kind, constraint=models.CheckConstraint(condition=condition, name=name)
    )


def add_once(kind, name, fields, *conditions):
    """Of those that stand there is one."""
    condition = models.Q(*conditions, STANDING)
    constraint = models.UniqueConstraint(condition=condition, fields=fields, name=name)
    return migrations.AddConstraint(model_name=kind, constraint=constraint)


def make_foreign_key(name, to, **more):
    return models.ForeignKey(
        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name=name, to=to, **more
    )


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_officer_identity'),
        ('orders', '0019_rows_apart_and_warnings'),
    ]

    operations = [
        *(pgtrigger.migrations.RemoveTrigger(model_name=kind, name='append_only') for kind in KINDS),
        migrations.RemoveConstraint(model_name='appeal', name='appeal_lodged_once'),
        migrations.RemoveConstraint(model_name='appeal', name='appeal_decided_once'),
        migrations.RemoveConstraint(model_name='notificationevent', name='notification_event_once'),
        migrations.AddField(
            model_name='service', name='version', field=make_foreign_key('services', 'orders.orderversion', null=True)
        ),
        *(operation for kind in KINDS for operation in add_fields(kind)),
        *(
            migrations.AlterField(model_name=kind, name='order', field=make_foreign_key(f'{kind}s', 'orders.order'))
            for kind in ('determination', 'discharge')
        ),
        *(
            migrations.AddIndex(
                model_name=kind, index=models.Index(fields=['order', 'recorded_at'], name=f'{KINDS[kind][1]}_of_order')
            )
            for kind in ('appeal', 'determination', 'discharge', 'notificationevent')
        ),
        *(add_trigger(kind) for kind in KINDS),
        *(add_reason(kind) for kind in KINDS),
        add_once('appeal', 'appeal_lodged_once', ('order', 'lodged_on'), ('outcome', '')),
        add_once(
            'appeal', 'appeal_decided_once', ('order', 'lodged_on'), models.Q(('outcome', ''), _negated=True)
        ),
        *(add_once(kind, name, fields) for kind, (name, fields) in ONCE.items()),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='service', name='version', field=make_foreign_key('services', 'orders.orderversion')
        ),
    ]
