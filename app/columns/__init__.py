"""Columns: every field of an event as the table shows, filters and sorts it."""
