"""Shapes, positions and how they lie to each other. Pure: no Django, no clock, no tables, no network."""
