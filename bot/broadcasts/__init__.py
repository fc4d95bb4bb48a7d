"""Announcements to many: what is said, to whom, what to look at before, and the steps from the start to the report."""
