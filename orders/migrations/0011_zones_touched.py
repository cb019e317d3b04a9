"""Which zones of a force's orders lie within so many metres of a point: one index, one function that says no more.

The index is over each zone's own reach (a circle is stored as its centre), so a zone of 500 km and one of 50 m are
found alike. No operator of PostGIS is leakproof: under row-level security PostgreSQL would ask the policy of every
row before the index. The function is therefore the one place that looks across orders, with the rights of whoever
owns the tables; it takes the force that is asked for, and answers identifiers only.
"""

import django.contrib.gis.db.models.fields
from django.db import migrations

_DROP_OLD = """
DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT indexname FROM pg_indexes
    WHERE schemaname = current_schema() AND tablename = 'orders_zone' AND indexdef LIKE '%USING gist (core)%'
  LOOP EXECUTE format('DROP INDEX %I', name); END LOOP;
END $$
"""
_OLD = "CREATE INDEX orders_zone_core_id ON orders_zone USING gist (core)"
# Which zones may touch this place?
_INDEX = "CREATE INDEX zone_reach ON orders_zone USING gist (_ST_Expand(core, reach_m))"
_TOUCHED = """
CREATE FUNCTION orders_zones_touched(
  of_force varchar, longitude float8, latitude float8, within_m float8, at timestamptz, most integer
) RETURNS TABLE (order_id uuid, version integer, code varchar)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE place geography := ST_SetSRID(ST_MakePoint(longitude, latitude), 4326)::geography;
BEGIN
  RETURN QUERY
  SELECT v.order_id, v.number::integer, z.code
    FROM orders_zone z
    JOIN orders_orderversion v ON v.id = z.version_id
    JOIN orders_order o ON o.id = v.order_id AND o.force_id = of_force
   WHERE _ST_Expand(z.core, z.reach_m) && _ST_Expand(place, within_m)
     AND ST_DWithin(z.core, place, z.reach_m + within_m)
     AND EXISTS (SELECT 1 FROM orders_inforce t
                  WHERE t.version_id = v.id AND upper_inf(t.known) AND t.during @> at)
   LIMIT most;
END $$;
REVOKE ALL ON FUNCTION orders_zones_touched(varchar, float8, float8, float8, timestamptz, integer) FROM PUBLIC
"""
_FORGET = "DROP FUNCTION orders_zones_touched(varchar, float8, float8, float8, timestamptz, integer)"


class Migration(migrations.Migration):
    dependencies = [("orders", "0010_sealed")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(_DROP_OLD, _OLD)],
            state_operations=[
                migrations.AlterField(
                    "zone",
                    "core",
                    django.contrib.gis.db.models.fields.GeometryField(geography=True, spatial_index=False, srid=4326),
                )
            ],
        ),
        migrations.RunSQL(_INDEX, "DROP INDEX zone_reach"),
        migrations.RunSQL(_TOUCHED, _FORGET),
    ]
