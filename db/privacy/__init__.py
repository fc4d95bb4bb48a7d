"""What is kept of whom, for how long, who looked at it, and how it is erased."""
