"""Exhibitions and programmes, and who wants to hear of them."""
