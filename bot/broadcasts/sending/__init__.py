"""From the last look to the report: checks, preview, progress, and what staff hear of it."""
