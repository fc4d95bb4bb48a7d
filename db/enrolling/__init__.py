"""Enrolments, places, attendance and feedback."""
