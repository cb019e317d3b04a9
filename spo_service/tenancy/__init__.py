"""Row-level security: which role may do what to which table, and which rows it sees (docs/adr/0007)."""
