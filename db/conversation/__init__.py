"""What was said and done: turns, replies, jobs, and the state of each channel."""
