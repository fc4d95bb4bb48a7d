"""Questions that wait for one of staff, and answers that people called wrong."""
