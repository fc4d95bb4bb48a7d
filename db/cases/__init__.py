"""Questions that wait for a person, and answers that were called wrong."""
