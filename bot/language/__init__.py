"""Texts as people read them: translated sentences, Markdown, dates in words, the hours of the night."""
