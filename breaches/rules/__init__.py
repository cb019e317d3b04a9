"""From facts and terms to a verdict. Pure and total: asks no clock, never raises."""

from breaches.rules.verdict import assess

__all__ = ["assess"]
