"""From the last look to the report: checks, preview, progress, and what staff are told of it."""
