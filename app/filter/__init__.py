"""Filters: the language, and what matches."""
