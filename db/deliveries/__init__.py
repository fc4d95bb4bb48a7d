"""Messages that nobody just asked for, and the pace at which they leave."""
