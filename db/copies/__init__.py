"""Snapshots of a database, a new one filled from a snapshot, and checks of whether a database is sound."""
