"""Whom an announcement reaches: said in words, by filters, or by a list of numbers."""
