"""Enrolments after they were sent, and the places of a programme."""
