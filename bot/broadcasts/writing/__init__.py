"""What an announcement says: its text, its buttons, its file, its corrections."""
