"""The least that a Django service can do with a place: one bare create, one PostGIS insert."""
