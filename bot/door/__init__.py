"""The day itself: tickets, who is there, the list to sign, certificates."""
