"""Django's PostGIS backend, whose transactions begin as the tenant that `database.tenancy` names."""
