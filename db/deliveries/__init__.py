"""What is sent without being asked for, and the pace at which it leaves."""
