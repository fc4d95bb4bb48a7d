"""What people may see, correct and erase of what is kept about them; how long it is kept; backups."""
