"""How statements reach PostgreSQL where the ORM is not the way. Knows no table."""
