"""Who writes: people and their addresses, businesses, consents, staff."""
