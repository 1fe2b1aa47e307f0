"""The store: all rows, in columns."""
