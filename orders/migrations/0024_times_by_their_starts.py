"""What is in force when, drawn again by the rule that the latest start governs: as known from now on.

Until now a later number took over whatever it started before, so that a correction of the first version repealed a
variation. What was known until now stays as it was known. Reports of the orders concerned are judged again.
"""

from datetime import timedelta

from django.db import migrations
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Count
from django.utils import timezone
from django_q.tasks import async_task

STEP = timedelta(microseconds=1)


def redraw_times(apps, schema_editor):
    versions_of, InForce = apps.get_model("orders", "OrderVersion").objects, apps.get_model("orders", "InForce")
    several = versions_of.values("order").annotate(count=Count("id")).filter(count__gt=1).order_by("order")
    for order in several.values_list("order", flat=True).iterator():
        rows = list(
            versions_of.filter(order=order).order_by("number").values_list("id", "effective_from", "in_force_until")
        )
        wanted = governing(rows, end_of(apps, order))
        known = {row.version_id: row for row in InForce.objects.filter(order=order, known__upper_inf=True)}
        if wanted == {version: (row.during.lower, row.during.upper) for version, row in known.items()}:
            continue
        begun = InForce.objects.filter(order=order).values_list("known", flat=True)
        last = max(bound for row in begun for bound in (row.lower, row.upper) if bound)
        at = max(timezone.now(), last + STEP)
        for version, row in known.items():
            if wanted.get(version) != (row.during.lower, row.during.upper):
                InForce.objects.filter(pk=row.pk).update(known=DateTimeTZRange(row.known.lower, at))
            else:
                del wanted[version]
        InForce.objects.bulk_create(
            InForce(order_id=order, version_id=version, during=DateTimeTZRange(*period), known=DateTimeTZRange(at))
            for version, period in wanted.items()
        )
        async_task("breaches.tasks.assess_order_again", str(order))


def governing(rows, ended_at):
    """(from, until) by version: the latest start not after an instant governs, of two alike the higher number."""
    starts = {start: (version, until) for version, start, until in rows}
    found, ordered = {}, sorted(starts)
    for start, following in zip(ordered, [*ordered[1:], None]):
        version, until = starts[start]
        end = min((at for at in (until, ended_at, following) if at), default=None)
        if end is None or end > start:
            found[version] = (start, end)
    return found


def end_of(apps, order):
    acts = (("Determination", "at", {}), ("Discharge", "discharged_at", {}), ("Appeal", "at", {"outcome": "quashed"}))
    standing = {"order": order, "withdrawn_at": None}
    ends = [
        at
        for model, column, which in acts
        for at in apps.get_model("orders", model).objects.filter(**standing, **which).values_list(column, flat=True)
    ]
    return min(ends, default=None)


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0023_which_version_governs"),
        ("django_q", "0019_alter_task_options_alter_ormq_key_alter_ormq_lock_and_more"),
    ]

    operations = [migrations.RunPython(redraw_times, migrations.RunPython.noop)]
