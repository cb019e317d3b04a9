"""Load the forces of England and Wales, with the two national ones that may apply for orders."""

import csv
from pathlib import Path

from django.db import migrations

CSV = Path(__file__).resolve().parent.parent / "data" / "forces.csv"


def load(apps, schema_editor):
    force = apps.get_model("accounts", "Force")
    with CSV.open(encoding="utf-8", newline="") as rows:
        force.objects.bulk_create(
            force(
                code=row["pnc_force_code"],
                name=row["force_name"],
                slug=row["data_police_uk_slug"],
                ons_code=row["ons_pfa_code"],
            )
            for row in csv.DictReader(rows)
        )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
