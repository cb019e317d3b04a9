from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orders", "0004_pairs_kept_by_the_database")]

    operations = []
