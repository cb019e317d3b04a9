"""A file of existing orders, from bytes to documents. Pure: no database, no clock."""
