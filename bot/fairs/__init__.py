"""Exhibitions and programmes: how they are said, listed, searched and announced."""
