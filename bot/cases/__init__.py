"""Questions that wait for a person: how they are opened, promised and told."""
