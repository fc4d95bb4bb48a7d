"""Whom an announcement reaches: in words, by filters, or by a list of numbers."""
