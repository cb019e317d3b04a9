"""Evidence: taken in whole or not at all, kept as it came, and every look at it on record (docs/evidence.md)."""
