"""Orders at the edge: what comes in and what goes out."""
