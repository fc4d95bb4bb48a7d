"""What is kept of a person, for how long, who looked at it, and how it is erased."""
