"""What forces were told of decisions until now, as entries of the feed: by the decisions and events on record."""

from collections import defaultdict

from django.db import migrations


def draw_entries(apps, schema_editor):
    """Every decision that verified a report, for every force that was told; and what was decided otherwise since."""
    Decision, Entry = apps.get_model("breaches", "Decision"), apps.get_model("breaches", "BreachEntry")
    known = set(Entry.objects.values_list("report", flat=True))
    verified = Decision.objects.filter(kind="verified").values("report")
    decisions = Decision.objects.filter(report__in=verified).exclude(report__in=known).order_by("decided_at", "id")
    columns = ("report", "id", "kind", "decided_at", "report__reference", "report__order", "report__order__reference",
               "report__order__force")  # fmt: skip
    by_report = defaultdict(list)
    for row in decisions.values_list(*columns).iterator():
        by_report[row[0]].append(row)
    drawn = [entry for rows in by_report.values() for entry in entries_of(apps, rows)]
    drawn.sort(key=lambda pair: (pair[0].decided_at, pair[0].kind))  # what is overturned comes before what is verified
    last = defaultdict(int)
    for entry, quiet in drawn:
        if not quiet:
            last[entry.force_id] += 1
            entry.sequence = last[entry.force_id]
    Entry.objects.bulk_create([entry for entry, _ in drawn], batch_size=1_000)


def entries_of(apps, decisions):
    """(entry, whether the force is told nothing of it) of one report's decisions, the earliest first."""
    Entry, standing = apps.get_model("breaches", "BreachEntry"), {}
    events = apps.get_model("webhooks", "Event").objects.filter(subject=decisions[0][0], type="report.verified")
    told = list(events.order_by("id").values_list("force", "occurred_at", "sequence", "quiet"))
    for place, (report, decision, kind, at, reference, order, order_reference, order_force) in enumerate(decisions):
        until = decisions[place + 1][3] if place + 1 < len(decisions) else None
        common = {
            "report": report, "decision": decision, "decided_at": at, "reference": reference, "state": kind,
            "about": order, "order_reference": order_reference or "", "order_force": order_force or "",
        }  # fmt: skip
        for force, (key, quiet) in list(standing.items()):
            yield Entry(force_id=force, kind="overturned", overturns=key, **common), quiet
            del standing[force]
        for force, occurred_at, sequence, quiet in told if kind == "verified" else ():
            if at <= occurred_at and (until is None or occurred_at < until) and force not in standing:
                entry = Entry(force_id=force, kind="verified", event_sequence=sequence, **common)
                standing[force] = entry.key, quiet
                yield entry, quiet


class Migration(migrations.Migration):
    dependencies = [("breaches", "0022_feed_of_decisions"), ("webhooks", "0008_look")]

    operations = [migrations.RunPython(draw_entries, migrations.RunPython.noop)]
