"""Snapshots of a database, filling a new one from them, and whether one is sound."""
