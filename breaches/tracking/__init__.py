"""Positions that a device sends under a recorded authority (rule 82): taken, judged, and read as a track."""
