"""The filter bar and what belongs to it."""
