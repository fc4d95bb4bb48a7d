"""Announcements, their audiences, and who tapped what."""
