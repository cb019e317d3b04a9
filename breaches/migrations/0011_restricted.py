"""Orders that said they were restricted before it counted: closed, with whoever said so as first reader.

And what each event belongs to; and a look, every five minutes, at restricted orders that nobody looks after.
"""

from django.db import migrations

NAME = "restricted orders that nobody looks after"

CLOSE = """
UPDATE orders_order o SET restricted = true
  FROM (SELECT DISTINCT ON (order_id) order_id, restricted AS said, recorded_by
          FROM orders_orderversion WHERE restricted IS NOT NULL ORDER BY order_id, number DESC) v
 WHERE v.order_id = o.id AND v.said AND NOT o.restricted;

INSERT INTO orders_orderreader (id, order_id, person_id, client, number, listed, reason, done_by, staff_id, done_at)
SELECT gen_random_uuid(), v.order_id, u.id, CASE WHEN u.id IS NULL THEN v.recorded_by ELSE '' END, 1, true,
       'Restricted the order.', v.recorded_by, '', now()
  FROM (SELECT DISTINCT ON (order_id) order_id, recorded_by
          FROM orders_orderversion WHERE restricted IS NOT NULL ORDER BY order_id, number DESC) v
  JOIN orders_order o ON o.id = v.order_id AND o.restricted
  LEFT JOIN accounts_user u ON u.id::text = v.recorded_by
    ON CONFLICT DO NOTHING;
"""

ABOUT = """
UPDATE webhooks_event e SET about = o.id FROM orders_order o WHERE e.about IS NULL AND e.subject = o.id;
UPDATE webhooks_event e SET about = r.order_id FROM breaches_report r
 WHERE e.about IS NULL AND e.subject = r.id AND r.order_id IS NOT NULL;
UPDATE webhooks_event e SET about = r.order_id FROM breaches_evidenceitem i JOIN breaches_report r ON r.id = i.report_id
 WHERE e.about IS NULL AND e.subject = i.id AND r.order_id IS NOT NULL;
UPDATE webhooks_event e SET about = d.order_id FROM breaches_trackeddevice d WHERE e.about IS NULL AND e.subject = d.id;
DELETE FROM webhooks_delivery d USING webhooks_event e, orders_order o
 WHERE d.event_id = e.id AND d.state = 'pending' AND e.about = o.id AND o.restricted;
UPDATE webhooks_event e SET quiet = true FROM orders_order o WHERE e.about = o.id AND o.restricted AND NOT e.quiet;
"""


def schedule(apps, schema_editor):
    # By name, so that applying it again changes nothing.
    apps.get_model("django_q", "Schedule").objects.update_or_create(
        name=NAME,
        defaults={"func": "breaches.tasks.alarm_unattended", "schedule_type": "I", "minutes": 5, "repeats": -1},
    )


def unschedule(apps, schema_editor):
    apps.get_model("django_q", "Schedule").objects.filter(name=NAME).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("breaches", "0010_whose_queue"),
        ("orders", "0012_restricted_orders"),
        ("webhooks", "0003_quiet_events"),
        ("django_q", "0019_alter_task_options_alter_ormq_key_alter_ormq_lock_and_more"),
    ]
    operations = [
        migrations.RunSQL(CLOSE, migrations.RunSQL.noop),
        migrations.RunSQL(ABOUT, migrations.RunSQL.noop),
        migrations.RunPython(schedule, unschedule),
    ]
